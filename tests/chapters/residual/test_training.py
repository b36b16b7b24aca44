"""The trainings of chapter 12:
gradients against differences and PyTorch, records against a run of a sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.chapters.residual import records as recorded
from analysis.chapters.residual import training
from analysis.chapters.residual.training import VARIANTS, residual_training
from analysis.numeric.data import digits


def small(variant: str, depth: int = 4) -> tuple[Any, float, float, np.ndarray, np.ndarray]:
    data, of = digits(), VARIANTS[variant]
    p = training._drawn(of, depth, 6, 64, (0, 1))
    for k, b in enumerate(p.biases):
        b[...] = 0.1 * np.random.default_rng(k).standard_normal(b.shape)
    return (
        p,
        of.shortcut,
        of.scale(depth),
        data.images[:14].reshape(2, 7, 64),
        data.targets[:14].reshape(2, 7, 10),
    )


def cost(p: Any, k: float, scale: float, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    logits = training._forward(p, k, scale, X)[-1] @ p.last
    top = logits.max(axis=-1, keepdims=True)
    return np.asarray((np.log(np.exp(logits - top).sum(-1)) + top[..., 0] - (logits * Y).sum(-1)).mean(-1))


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_are_differences(variant: str) -> None:
    p, k, scale, X, Y = small(variant)
    found = training._gradients(p, k, scale, X, Y)
    for x, by in zip(p.all(), found.all(), strict=True):
        for at in ((0, 0, 0), (1, 0, 2), (0, -1, 1)):
            kept, step = x[at], 1e-6
            x[at] = kept + step
            up = cost(p, k, scale, X, Y)[at[0]]
            x[at] = kept - step
            down = cost(p, k, scale, X, Y)[at[0]]
            x[at] = kept
            assert by[at] == pytest.approx((up - down) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_are_pytorchs(variant: str) -> None:
    torch = pytest.importorskip("torch")
    p, k, scale, X, Y = small(variant)
    found = training._gradients(p, k, scale, X, Y)
    leaves = [torch.tensor(x[0], requires_grad=True) for x in p.all()]
    first, last, weights, biases = leaves[0], leaves[1], leaves[2:6], leaves[6:]
    x = torch.tensor(X[0]) @ first
    for W, b in zip(weights, biases, strict=True):
        x = k * x + scale * (torch.relu(x) @ W + b)
    torch.nn.functional.cross_entropy(x @ last, torch.tensor(Y[0])).backward()
    for leaf, by in zip(leaves, found.all(), strict=True):
        np.testing.assert_allclose(leaf.grad.numpy(), by[0], rtol=1e-10, atol=1e-13)


def test_a_sample_of_the_records_comes_out_again() -> None:
    """Five epochs of two networks of the record, by the same code: the minibatches do not depend on the
    number of epochs."""
    for variant in ("plain", "residual-scaled"):
        kept = recorded.training(variant, 16)
        again = residual_training(
            digits(), variant, depth=16, rates=kept.rates[2:3], seeds=kept.seeds[:2], epochs=5, every=5
        )
        np.testing.assert_allclose(again.loss[0], kept.loss[2, :2, :2], rtol=1e-5)
        np.testing.assert_allclose(again.accuracy[0], kept.accuracy[2, :2, :2], atol=0.006)
        np.testing.assert_allclose(again.validation[0], kept.validation[2, :2, :2], atol=0.008)
        np.testing.assert_allclose(again.start_speeds, kept.start_speeds[:2], rtol=1e-8)
        assert kept.digest == digits().digest


@pytest.mark.parametrize(("variant", "depth"), recorded.TRAINED)
def test_every_record_is_there(variant: str, depth: int) -> None:
    run = recorded.training(variant, depth)
    assert (
        run.loss.shape
        == run.accuracy.shape
        == (len(recorded.RATES), len(recorded.SEEDS), recorded.EPOCHS // recorded.EVERY + 1)
    )
    assert run.rates == recorded.RATES and run.seeds == tuple(recorded.SEEDS) and run.variant == variant
    chosen = run.validation[..., -1].mean(axis=1).argmax()
    assert run.best()[:2] == (run.rates[chosen], run.accuracy[chosen, :, -1].mean())


def test_the_best_rate_its_mean_and_its_standard_error() -> None:
    """The mean of 0.2, 0.4, 0.6, 0.8 is 0.5 and s/√n = √(0.2/3)/2; validation finds the other rate worse,
    and half of it diverged."""
    accuracy, loss, validation = np.zeros((2, 4, 2)), np.ones((2, 4, 2)), np.zeros((2, 4, 2))
    validation[1, :, 1] = 0.3
    accuracy[1, :, 1], accuracy[0, :, 1] = [0.8, 0.2, 0.6, 0.4], [0.9, 0.9, 0.0, 0.0]
    loss[0, 2:, 1] = np.nan
    run = training.ResidualTraining(
        "plain", 4, 40, 1, 1, 64, (0.1, 0.3), (0, 1, 2, 3), "", loss, validation, accuracy, np.ones((4, 4))
    )
    assert run.best() == pytest.approx((0.3, 0.5, (0.2 / 3) ** 0.5 / 2))
    assert run.diverged().tolist() == [0.5, 0.0]


def test_every_measured_inequality_holds_by_three_standard_errors() -> None:
    """Recomputed here from the records with nothing but NumPy."""

    def errors(x: np.ndarray, of: float) -> float:
        return float((x.mean() - of) / (x.std(ddof=1) / len(x) ** 0.5))

    def accuracy(variant: str, depth: int) -> np.ndarray:
        run = recorded.training(variant, depth)
        return np.asarray(run.accuracy[run.validation[:, :, -1].mean(axis=1).argmax(), :, -1])

    assert errors(accuracy("residual-scaled", 48), 0.95) > 3.0
    assert errors(accuracy("plain", 48), 0.3) < -3.0
    assert errors(accuracy("plain", 4), 0.93) > 3.0 > errors(accuracy("plain", 4), 0.95)
    assert errors(accuracy("residual-scaled", 4) - accuracy("plain", 4), 0.0) < 3.0
    plain, scaled = (
        np.log10(recorded.training(v, 48).start_speeds[:, 0]) for v in ("plain", "residual-scaled")
    )
    assert errors(plain - scaled, -1.0) > 3.0 > 1.0 > abs(errors(plain - scaled, 0.0))


def test_a_network_that_diverges_is_marked() -> None:
    found = residual_training(digits(), "residual", depth=20, rates=[0.3], seeds=[0, 1], epochs=1, width=10)
    assert np.isnan(found.loss[..., -1]).all() and (found.accuracy[..., -1] == 0.0).all()
    assert found.diverged().tolist() == [1.0] and np.isfinite(found.loss[..., 0]).all()


def test_the_command_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "TRAINED", (("plain", 2), ("plain-small", 2)))
    monkeypatch.setattr(recorded, "EPOCHS", 0)
    assert recorded.main(["--into", str(tmp_path), "--only", "plain-small"]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plain-small-2.json", "plain-small-2.npz"]
    before = (tmp_path / "plain-small-2.json").stat().st_mtime_ns
    assert recorded.main(["--into", str(tmp_path), "--only", "plain-small"]) == 0
    assert (tmp_path / "plain-small-2.json").stat().st_mtime_ns == before
    kept = recorded.training("plain-small", 2, tmp_path)
    assert kept.loss.shape == (6, 5, 1) and (kept.start_speeds > 0.0).all()
    with pytest.raises(ValueError, match="variant must be one of"):
        recorded.training("crooked", 2)


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        ({"variant": "crooked"}, "variant must be one of"),
        ({"depth": 0}, "depth must be"),
        ({"rates": [-1.0]}, "each of rates"),
        ({"rates": []}, "rates must be one or more positive numbers, not none"),
        ({"seeds": [1, 1]}, "seeds must be"),
        ({"minibatch": 5000}, "minibatch must be at most 1100, not 5000"),
    ],
)
def test_training_refuses(problem: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"variant": "plain", "depth": 2, "rates": [0.1], "seeds": [0]} | problem
    with pytest.raises(ValueError, match=message):
        residual_training(digits(), **given)
