"""Pretraining and fine-tuning: gradients against reverse mode, records run again, pictures, refusals."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from analysis.chapters.pretraining import contrastive_divergence as contrastive
from analysis.chapters.pretraining import figures, stack
from analysis.chapters.pretraining import records as recorded
from analysis.numeric.data import digits
from analysis.numeric.minibatches import split

X, Y, *_ = split(digits())


def test_training_follows_the_gradient_of_reverse_mode() -> None:
    W, B = stack.begin(X, "gaussian", (3,))
    of_w, of_b, deltas = stack.gradients(W, B, X[None, :6], Y[None, :6])

    def cost(weights: list[np.ndarray], biases: list[np.ndarray]) -> float:
        a = X[:6]
        for w, c in zip(weights[:-1], biases[:-1], strict=True):
            a = 0.5 * (1.0 + anp.tanh(0.5 * (anp.dot(a, w) + c)))
        z = anp.dot(a, weights[-1]) + biases[-1]
        return -anp.mean(anp.sum(Y[:6] * (z - anp.log(anp.sum(anp.exp(z), axis=1, keepdims=True))), axis=1))

    parts = [w[0] for w in W], [c[0, 0] for c in B]
    for place, mine in ((0, of_w), (1, of_b)):
        for ours, theirs in zip(mine, grad(cost, place)(*parts), strict=True):
            np.testing.assert_allclose(ours[0].reshape(theirs.shape), theirs, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(deltas[0].mean(axis=1), of_b[0][:, 0])


def test_shuffling_keeps_the_numbers_and_nothing_else() -> None:
    kept, mixed = (stack.begin(X[:50], s, (1,), rbm_epochs=1) for s in ("pretrained", "shuffled"))
    for one, other in zip((*kept[0], *kept[1]), (*mixed[0], *mixed[1]), strict=True):
        np.testing.assert_array_equal(np.sort(one.ravel()), np.sort(other.ravel()))
    assert not np.array_equal(kept[0][0], mixed[0][0])
    np.testing.assert_array_equal(kept[0][-1], mixed[0][-1])  # the output layer stays


def test_the_machines_look_at_no_label_and_each_at_what_is_below() -> None:
    from sklearn.neural_network import BernoulliRBM

    layers = stack.pretrained_stack(X[:60], 2, epochs=1, hidden=(5, 4))
    below = 1 / (1 + np.exp(-(X[:60] @ layers[0][0] + layers[0][1])))
    again = BernoulliRBM(
        4, learning_rate=0.05, batch_size=10, n_iter=1, random_state=np.random.RandomState(2001)
    )
    np.testing.assert_allclose(again.fit(below).components_.T, layers[1][0])


@pytest.mark.parametrize(
    ("start", "labelled"), [("xavier", 1100), ("gaussian", 100), ("gaussian 0.5", 100), ("pretrained", 100)]
)
def test_the_beginning_of_a_record_comes_out_again(start: str, labelled: int) -> None:
    stored = recorded.training(start, labelled)
    assert (stored.epochs, stored.every) == recorded.LABELLED[labelled]
    assert stored.rates == recorded.RATES[labelled] and stored.seeds == tuple(recorded.SEEDS)
    assert stored.digest == digits().digest
    every = stored.every
    again = stack.finetuning(
        digits(),
        start=start,
        rates=stored.rates[1:2],
        seeds=stored.seeds[:1],
        labelled=labelled,
        epochs=every,
        every=every,
    )
    np.testing.assert_allclose(again.start_speeds[0, 0], stored.start_speeds[1, 0], rtol=1e-6)
    np.testing.assert_allclose(again.loss[0, 0], stored.loss[1, 0, :2], rtol=1e-5)
    np.testing.assert_allclose(again.accuracy[0, 0], stored.accuracy[1, 0, :2], atol=2.6 / 397)
    np.testing.assert_allclose(again.validation[0, 0], stored.validation[1, 0, :2], atol=2.6 / 300)
    np.testing.assert_allclose(again.deltas[0], stored.deltas[0], rtol=1e-6)


def test_the_record_is_made_by_its_command(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "LABELLED", {100: (2, 1)})
    monkeypatch.setattr(recorded, "TRAINED", (("xavier", 100), ("gaussian", 100)))
    monkeypatch.setattr(recorded, "SEEDS", range(2))
    assert recorded.main(["--into", str(tmp_path), "--only", "xavier"]) == 0
    made = recorded.training("xavier", 100, folder=tmp_path)  # type: ignore[arg-type]
    assert made.loss.shape == (4, 2, 3)


def test_the_epochs_to_a_level_are_counted_seed_by_seed() -> None:
    """From the accuracies alone: pretrained 11, 10, 10, 11, 11; N(0, 1) 4, 4, 5, 7, 4; Xavier 33, 41, 34,
    35, 19."""
    for start, wanted in (
        ("pretrained", [11, 10, 10, 11, 11]),
        ("gaussian", [4, 4, 5, 7, 4]),
        ("xavier", [33, 41, 34, 35, 19]),
    ):
        np.testing.assert_array_equal(recorded.training(start).epochs_to(0.9), wanted)
    assert np.isinf(recorded.training("rbm start").epochs_to(0.9)).all()


def test_the_exact_ascents_and_the_bias() -> None:
    found = contrastive.ascent(steps=50)
    assert (np.diff(found.exact) > 0).all()
    falling = contrastive.bias((1.0,), (1, 2, 5)).relative[0]
    assert (np.diff(falling) < 0).all()
    with pytest.raises(ValueError, match="each of ks"):
        contrastive.bias((1.0,), (0,))


def test_the_pictures_show_the_numbers() -> None:
    run = recorded.training("pretrained")
    ax = figures.curves([run], epoch=10, cost=50.0)
    np.testing.assert_allclose(ax.lines[0].get_xdata()[:2], [50.0, 51.0])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), run.accuracy[run.best(10)].mean(axis=0))
    ax = figures.speeds([run])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), run.start_speeds[0, 0])
    found = contrastive.bias((0.5,), (1, 2))
    np.testing.assert_allclose(figures.bias(found).lines[0].get_ydata(), found.relative[0])
    figure = figures.features(np.arange(128.0).reshape(64, 2))
    assert sum(len(a.images) for a in figure.axes) == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"start": "orthogonal"}, "start must be one of"),
        ({"seeds": (1, 1)}, "seeds must be"),
        ({"rates": (0.0,)}, "each of rates"),
        ({"labelled": 5}, "labelled must be from"),
        ({"labelled": 1101}, "labelled must be from"),
        ({"epochs": 5, "every": 2}, "multiple of every"),
        ({"minibatch": 0}, "minibatch must be"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, object], says: str) -> None:
    fits: dict[str, object] = {"start": "xavier", "seeds": (1,), "rates": (1.0,), "epochs": 0}
    with pytest.raises(ValueError, match=says):
        stack.finetuning(digits(), **{**fits, **wrong})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="start and labelled must be one of"):
        recorded.name("xavier", 7)
    with pytest.raises(ValueError, match="epoch must be"):
        recorded.training("xavier", 100).after(15)
