"""The split, the loop against one written by hand, networks that diverge, and what ``best`` gives of planted
accuracies."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.numeric import minibatches
from analysis.numeric.data import digits
from analysis.numeric.minibatches import at_best, best, best_run, chosen, learn, over_rates, shuffles, split

Floats = np.ndarray
PARTS = split(digits())


class Softmax:
    """S networks without a hidden layer: z = x W."""

    def __init__(self, seeds: tuple[int, ...]) -> None:
        self.W = np.stack([0.1 * np.random.default_rng(s).standard_normal((64, 10)) for s in seeds])

    @property
    def parameters(self) -> list[Floats]:
        return [self.W]

    def gradients(self, X: Floats, Y: Floats) -> list[Floats]:
        error = minibatches.softmax_error(X @ self.W, Y)
        return [X.swapaxes(1, 2) @ error / X.shape[1]]

    def outputs(self, X: Floats, *others: Floats) -> list[Floats]:
        return [x @ self.W for x in (X, *others)]


def by_hand(seed: int, rate: float, epochs: int, minibatch: int) -> tuple[list[float], ...]:
    """One network, image by image: loss, validation and test accuracy after each epoch."""
    W = 0.1 * np.random.default_rng(seed).standard_normal((64, 10))
    rng = np.random.default_rng([seed, 1])

    def shares(images: Floats) -> Floats:
        e = np.exp(images @ W)
        return np.asarray(e / e.sum(axis=1, keepdims=True))

    found: tuple[list[float], ...] = ([], [], [])
    for epoch in range(epochs + 1):
        true = PARTS.targets.argmax(axis=1)
        found[0].append(-float(np.log(shares(PARTS.images)[np.arange(len(true)), true]).mean()))
        found[1].append(float((shares(PARTS.validation).argmax(axis=1) == PARTS.validation_labels).mean()))
        found[2].append(float((shares(PARTS.test).argmax(axis=1) == PARTS.test_labels).mean()))
        if epoch == epochs:
            return found
        order = rng.permutation(1100)
        for k in range(1100 // minibatch):
            down = np.zeros_like(W)
            for i in order[k * minibatch : (k + 1) * minibatch]:
                down += np.outer(PARTS.images[i], shares(PARTS.images[i : i + 1])[0] - PARTS.targets[i])
            W -= rate * down / minibatch
    raise AssertionError


def test_the_split_is_disjoint_and_whole_and_the_same_for_all() -> None:
    data = digits()
    order = np.random.default_rng(11).permutation(1797)
    assert [len(x) for x in PARTS] == [1100, 1100, 300, 300, 397, 397]
    np.testing.assert_array_equal(PARTS.test, data.images[order[:397]])
    np.testing.assert_array_equal(PARTS.validation, data.images[order[397:697]])
    np.testing.assert_array_equal(PARTS.images, data.images[order[697:]])
    np.testing.assert_array_equal(PARTS.targets.argmax(axis=1), data.labels[order[697:]])
    np.testing.assert_array_equal(PARTS.validation_labels, data.labels[order[397:697]])
    np.testing.assert_array_equal(PARTS.test_labels, data.labels[order[:397]])
    parts = [{tuple(x) for x in images} for images in (PARTS.images, PARTS.validation, PARTS.test)]
    for k, one in enumerate(parts):
        assert not any(one & other for other in parts[k + 1 :])
    with pytest.raises(ValueError, match="more than 697 images, not 697"):
        split(data.first(697))
    assert len(split(data.first(698)).images) == 1


def test_the_loop_is_the_one_written_by_hand() -> None:
    run = learn(Softmax((3, 8)), PARTS, rate=0.5, seeds=(3, 8), epochs=2, minibatch=150)
    for s, seed in enumerate((3, 8)):
        for ours, theirs in zip(run, by_hand(seed, 0.5, 2, 150), strict=True):
            np.testing.assert_allclose(ours[s], theirs, rtol=1e-12)


def test_no_epoch_at_all_is_how_the_networks_start() -> None:
    run = learn(Softmax((3,)), PARTS, rate=0.5, seeds=(3,), epochs=0, minibatch=150)
    for ours, theirs in zip(run, by_hand(3, 0.5, 0, 150), strict=True):
        np.testing.assert_allclose(ours[0], theirs, rtol=1e-12)


def test_every_variant_of_a_seed_is_given_the_same_minibatches() -> None:
    draws = shuffles((0, 5), 10, 4)
    epochs = [next(draws) for _ in range(2)]
    assert [[x.shape for x in one] for one in epochs] == [[(2, 4)] * 2] * 2
    for s, seed in enumerate((0, 5)):
        rng = np.random.default_rng([seed, 1])
        for one in epochs:
            np.testing.assert_array_equal(np.concatenate([x[s] for x in one]), rng.permutation(10)[:8])


def test_a_network_that_diverges_is_buried_and_leaves_the_others_alone() -> None:
    networks, seen = Softmax((3, 8)), []

    def move(parameters: list[Floats], down: list[Floats], rate: float) -> None:
        minibatches.descend(parameters, down, rate)
        if len(seen) == 4:  # in the third step of seven
            parameters[0][1, 0, 0] = np.nan

    def watch(step: int, alive: Floats) -> None:
        seen.append((step, alive.tolist()))

    run = learn(
        networks, PARTS, rate=0.5, seeds=(3, 8), epochs=2, minibatch=300, move=move, watch=watch, every=2
    )
    assert [step for step, _ in seen] == [*range(7)]
    assert [alive for _, alive in seen] == [[True, True]] * 4 + [[True, False]] * 3
    assert np.isnan(run.loss[1, 1]) and run.validation[1, 1] == run.accuracy[1, 1] == 0.0
    alone = by_hand(3, 0.5, 2, 300)
    for ours, theirs in zip(run, alone, strict=True):
        np.testing.assert_allclose(ours[0], theirs[::2], rtol=1e-12)
    assert np.isfinite(networks.W).all()


def test_a_parameter_above_a_million_has_diverged() -> None:
    alive = np.ones(3, dtype=bool)
    p, q = np.ones((3, 2)), np.ones((3, 1, 1))
    p[1, 0], q[2] = 1.1e6, np.inf
    minibatches.bury([p, q], alive)
    assert alive.tolist() == [True, False, False]
    np.testing.assert_array_equal(p, [[1, 1], [0, 0], [0, 0]])
    np.testing.assert_array_equal(q.ravel(), [1, 0, 0])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"minibatch": 0}, "minibatch must be an integer from 1 to 1100, not 0"),
        ({"minibatch": 1101}, "minibatch must be an integer from 1 to 1100, not 1101"),
        ({"every": 2}, "epochs must be a multiple of every = 2, not 1"),
        ({"seeds": (1, 2)}, "networks must be as many as the seeds, 2, not"),
        ({"seeds": (1, 1)}, "seeds must be one or more different integers"),
        ({"rate": 0.0}, "rate must be a finite number > 0"),
    ],
)
def test_what_the_loop_refuses(wrong: dict[str, Any], says: str) -> None:
    given = {"rate": 0.1, "seeds": (1,), "epochs": 1, "minibatch": 10} | wrong
    with pytest.raises(ValueError, match=says):
        learn(Softmax((1,)), PARTS, **given)


def test_softmax_and_its_cross_entropy() -> None:
    logits, Y = np.array([[0.0, np.log(3.0)], [1000.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(minibatches.softmax_error(logits, Y), [[-0.75, 0.75], [1.0, -1.0]])
    assert minibatches.cross_entropy(logits, Y) == pytest.approx((np.log(4.0) + 1000.0) / 2, rel=1e-14)


def test_over_rates_stacks_what_each_rate_gives() -> None:
    first, second = over_rates(lambda rate: (np.array([rate, 0.0]), np.array([[rate]])), (0.5, 2.0))
    np.testing.assert_array_equal(first, [[0.5, 0.0], [2.0, 0.0]])
    np.testing.assert_array_equal(second, [[[0.5]], [[2.0]]])


def planted(validation: float = 0.5) -> SimpleNamespace:
    """Three rates, four seeds, two epochs. At the end validation is best at the second rate and the test at
    the third."""
    seen, found = np.zeros((3, 4, 2)), np.zeros((3, 4, 2))
    seen[1, :, 1], seen[0, 0, 1], seen[2, :, 1] = validation, 0.9, 0.3  # one lucky seed does not choose
    seen[0, :, 0] = 0.2
    found[1, :, 1], found[2, :, 1], found[0, :, 0] = (0.1, 0.2, 0.3, 0.8), 0.9, 0.05
    return SimpleNamespace(rates=(0.1, 0.3, 1.0), validation=seen, accuracy=found)


def test_the_rate_is_chosen_on_validation_and_reported_on_test_images() -> None:
    run = planted()
    assert chosen(run) == 1
    np.testing.assert_array_equal(at_best(run), [0.1, 0.2, 0.3, 0.8])
    rate, accuracy, error = best(run)
    assert (rate, accuracy) == (0.3, pytest.approx(0.35))
    # squares of -.25, -.15, -.05, .45 add up to 0.29; over n - 1 = 3, and √n = 2
    assert error == pytest.approx((0.29 / 3) ** 0.5 / 2, rel=1e-12)
    assert best(run, 0) == (0.1, pytest.approx(0.05), pytest.approx(0.0, abs=1e-15))


def test_of_several_runs_validation_chooses() -> None:
    runs = [planted(0.5), planted(0.7), planted(0.6)]
    runs[0].accuracy[...] = 1.0
    assert best_run(runs) is runs[1]
    assert best_run(runs, 0) is runs[0]  # of equal ones the first
