"""Products with matrices that are not drawn: their joint law is that of matrices that are, and each
experiment that uses them agrees with the one that draws every weight."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.chapters.initialisation.variance_layers import many_variance_layers, variance_layers
from analysis.chapters.normalisation.depth import depth_sweep
from analysis.chapters.residual.depth import growths, wide_sweep
from analysis.chapters.residual.shattered_gradients import input_gradients, many_correlations
from analysis.numeric import unseen_weights

Floats = np.ndarray


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_what_was_seen_stays_as_it_was(rows: int) -> None:
    """δ W a by what came back is δ (W a) by what went forward, to rounding."""
    rng = np.random.default_rng(1)
    a, delta = rng.standard_normal((4, rows, 6)), rng.standard_normal((4, rows, 5))
    if rows == 2:
        a[0, 1] = a[0, 0] * (1 + 1e-9 * rng.standard_normal(6))  # nearly parallel
    z, met = unseen_weights.forward(a, 5, 0.3, rng)
    back = unseen_weights.backward(delta, met, rng)
    assert z.shape == (4, rows, 5) and back.shape == (4, rows, 6)
    np.testing.assert_allclose(back @ a.swapaxes(1, 2), delta @ z.swapaxes(1, 2), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(
        met.frame.swapaxes(1, 2) @ met.frame, np.eye(rows)[None].repeat(4, 0), atol=1e-12
    )


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_the_covariances_are_those_of_the_whole_matrix(rows: int) -> None:
    """For fixed a and δ, W a and δ W are normal together with the covariances s² a·a′, s² δ·δ′ and
    s² δ_i a_j: each within five standard errors."""
    count, s = 40_000, 0.7
    rng = np.random.default_rng(2)
    a, delta = rng.standard_normal((rows, 3)), rng.standard_normal((rows, 2))
    z, met = unseen_weights.forward(np.broadcast_to(a, (count, rows, 3)), 2, s, rng)
    back = unseen_weights.backward(np.broadcast_to(delta, (count, rows, 2)), met, rng)
    drawn = np.concatenate([z.reshape(count, -1), back.reshape(count, -1)], axis=1)
    letters = [np.outer(np.eye(2)[i], a[r]) for r in range(rows) for i in range(2)]
    letters += [np.outer(delta[r], np.eye(3)[j]) for r in range(rows) for j in range(3)]
    exact = s**2 * np.array([[(p * q).sum() for q in letters] for p in letters])
    found = drawn.T @ drawn / count
    spread = np.sqrt((exact**2 + np.outer(np.diag(exact), np.diag(exact))) / count)
    assert np.all(np.abs(found - exact) < 5 * spread)
    assert np.all(np.abs(drawn.mean(axis=0)) < 5 * np.sqrt(np.diag(exact) / count))


def test_a_vector_of_zeros_tells_nothing_of_the_matrix() -> None:
    rng = np.random.default_rng(3)
    z, met = unseen_weights.forward(np.zeros((2000, 1, 3)), 2, 0.5, rng)
    assert not z.any()
    back = unseen_weights.backward(np.ones((2000, 1, 2)), met, rng)
    assert (back**2).mean() == pytest.approx(2 * 0.25, rel=5 * math.sqrt(2 / 6000))


def alike(p: Floats, q: Floats) -> None:
    """Two samples, one a column each: their means differ by less than four and a half standard errors."""
    error = np.sqrt(p.var(axis=0, ddof=1) / len(p) + q.var(axis=0, ddof=1) / len(q))
    assert np.all(np.abs(p.mean(axis=0) - q.mean(axis=0)) <= 4.5 * error + 1e-12)
    assert np.all(error <= 0.1 * np.abs(q.mean(axis=0)))


def test_both_directions_of_small_networks() -> None:
    """Width 6, where the finite width shows; a wrong law on the way back would too."""
    usual = ("tanh", 6, 4, 1.5, 0.3)
    many = many_variance_layers(*usual, replicates=20_000, seed=1)
    few = variance_layers(*usual, replicates=3000, seed=2)
    alike(many.forward, few.forward)
    alike(many.backward, few.backward)
    assert many.theory.backward.tolist() == few.theory.backward.tolist()
    again = many_variance_layers(*usual, replicates=30, seed=1, together=7)
    assert again.forward.shape == (30, 4) and np.all(again.backward[:, -1] == 1.0)


@pytest.mark.parametrize("branch", ["weights last", "relu last"])
def test_the_growth_of_residual_networks(branch: str) -> None:
    usual = {"depth": 8, "width": 12, "variance": 2.0, "scale": 0.5, "branch": branch}
    whole = wide_sweep(nets=1500, **usual)
    grown = np.exp(2.0 * (whole.signal[:, -1] - whole.signal[:, 0]))
    alike(growths(nets=20_000, **usual)[:, None], grown[:, None])
    with pytest.raises(ValueError, match="branch"):
        growths(nets=2, **(usual | {"branch": "none"}))


def test_the_correlation_of_two_gradients() -> None:
    usual = {"depth": 3, "width": 10, "shortcut": 1.0, "scale": 0.8}
    few = input_gradients([-1.0, 1.0], nets=3000, **usual).correlations[:, 0, 1]
    alike(many_correlations(nets=20_000, **usual)[:, None], few[:, None])


@pytest.mark.parametrize("kind", ["residual", "batch"])
def test_the_growth_behind_batch_normalisation(kind: str) -> None:
    usual = {"batch": 4, "width": 12, "depth": 5}
    whole, met = (depth_sweep(kind, nets=1200, seed=k, whole_weights=not k, **usual).logs for k in (0, 1))
    alike(np.exp((met - met[:, -1:]) / 2), np.exp((whole - whole[:, -1:]) / 2))
