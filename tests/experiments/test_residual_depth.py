"""The sweeps of chapter 12: what they measure, and predictions that can fail."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from analysis.experiments import residual_depth_claims, shattered_claims
from analysis.experiments.residual_depth import chain_sweep, iterated, shortcuts, wide_sweep
from analysis.experiments.shattered import first_angles, input_gradients, predicted
from analysis.symbolic.catalogue import TANH
from analysis.symbolic.claim import Checked, Prediction

CLAIMS = {c.label: c for c in (*residual_depth_claims.CLAIMS, *shattered_claims.CLAIMS)}


def test_a_wrong_prediction_is_refused() -> None:
    claim = CLAIMS["residual-relu-last-growth"]
    assert isinstance(claim, Prediction)
    mean, square = claim.statement.args
    assert not isinstance(claim.settle(sp.Tuple(sp.Eq(mean.lhs, 0.9 * mean.rhs.doit()), square)), Checked)
    wide = CLAIMS["residual-wide-lambda"]
    assert isinstance(wide, Prediction)
    assert not isinstance(wide.settle(sp.Eq(wide.statement.lhs, sp.log(2) / 2)), Checked)


def test_a_seed_gives_the_same_draws() -> None:
    one, two = (chain_sweep(TANH, depth=20, chains=5) for _ in range(2))
    np.testing.assert_array_equal(one.logs, two.logs)
    assert not np.array_equal(one.logs, chain_sweep(TANH, depth=20, chains=5, seed=1).logs)
    small, large = (wide_sweep(depth=10, width=8, nets=2, variance=v, shortcut=0.0) for v in (0.5, 2.0))
    np.testing.assert_allclose(large.gradient[:, 0] - small.gradient[:, 0], 10 * np.log(2), atol=1e-12)


def test_shortcuts_that_shrink_nothing_keep_directions() -> None:
    found = shortcuts(depth=30, width=32, nets=3)
    identity, orthogonal, normal, none = found.shares.mean(axis=1)
    assert min(identity, orthogonal) > 2 * max(normal, none)
    assert shortcuts(depth=1, width=16, nets=1).shares.max() <= 1.0


def test_iterated_maps() -> None:
    m, q = sp.symbols("m q", positive=True)
    np.testing.assert_allclose(iterated(m, 2 * q, m, q, 3)[:, 1], [1, 2, 4, 8])


@pytest.mark.parametrize(
    "problem",
    [{"depth": 0}, {"depth": 3, "width": 1}, {"depth": 3, "variance": -1.0}, {"depth": 3, "scale": 0.0}],
)
def test_wide_sweeps_refuse(problem: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        wide_sweep(**problem)  # type: ignore[arg-type]


def test_the_angle_recursion() -> None:
    right = np.pi / 2
    assert predicted(right, [0])[0] == 1.0
    assert predicted(right, [1])[0] == pytest.approx(0.5)
    assert predicted(right, [1], 0.5)[0] == pytest.approx(0.75)
    assert predicted(0.0, [50])[0] == pytest.approx(1.0)
    deep = predicted(right, [4000, 8000])
    assert deep[0] / deep[1] == pytest.approx(8.0, rel=0.01)  # the cube law
    for share in (0.0, 1.5, -0.1):
        with pytest.raises(ValueError, match="share must lie"):
            predicted(right, [1], share)


def test_first_angles_and_gradients_of_a_network_without_blocks() -> None:
    assert first_angles([-1.0, 1.0])[0, 1] == pytest.approx(np.pi / 2)
    found = input_gradients([-1.0, 0.0, 2.0], depth=0, nets=2, width=10)
    np.testing.assert_allclose(found.correlations, 1.0)
    np.testing.assert_allclose(found.by_distance(), 1.0)
    np.testing.assert_allclose(np.abs(found.slopes), 1.0)


def test_slopes_are_differences() -> None:
    """The slope of the network is what a small step of the input gives, up to one factor for all inputs."""
    from analysis.numeric.residual import passes

    inputs, rng = np.array([-0.7, 0.2, 1.1]), np.random.default_rng([12, 0])
    u, v, g = rng.standard_normal((3, 30))
    weights = [rng.standard_normal((30, 30)) * np.sqrt(2 / 30) for _ in range(4)]

    def output(xi: np.ndarray) -> np.ndarray:
        x = xi[:, None] * u + v
        for W in weights:
            x = x + 0.5 * np.maximum(x, 0.0) @ W.T
        return np.asarray(x @ g)

    step = 1e-6
    exact = (output(inputs + step) - output(inputs - step)) / (2 * step)
    found = input_gradients(inputs, depth=4, shortcut=1.0, scale=0.5, width=30, nets=2)
    np.testing.assert_allclose(found.slopes, exact / np.sqrt((exact**2).mean()), rtol=1e-5)
    assert passes(inputs[:, None] * u + v, weights, g).direction.shape == (3, 30)


def test_input_gradients_refuse() -> None:
    for inputs in ([1.0], [[1.0, 2.0]], [0.0, np.nan]):
        with pytest.raises(ValueError, match="inputs must be"):
            input_gradients(inputs, depth=2)
