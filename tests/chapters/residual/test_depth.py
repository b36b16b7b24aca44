"""The sweeps of chapter 12: what they measure, and predictions that can fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.residual.claims import depth as residual_depth_claims
from analysis.chapters.residual.claims import formulas as residual_claims
from analysis.chapters.residual.claims import shattered_gradients as shattered_claims
from analysis.chapters.residual.depth import (
    BoundedSweep,
    ChainSweep,
    WideSweep,
    bounded_sweep,
    chain_sweep,
    iterated,
    shortcuts,
    wide_sweep,
)
from analysis.chapters.residual.shattered_gradients import InputGradients, input_gradients, predicted
from analysis.claims.outcome import Argued, Refuted
from analysis.numeric import unseen_weights
from analysis.symbolic.catalogue import IDENTITY, SIGMOID, TANH

CLAIMS_OF_TANH = {c.label: c for c in residual_claims.CLAIMS}
CLAIMS = {c.label: c for c in (*residual_depth_claims.CLAIMS, *shattered_claims.CLAIMS)}


def test_a_seed_gives_the_same_draws() -> None:
    one, two = (chain_sweep(TANH, depth=20, chains=5) for _ in range(2))
    np.testing.assert_array_equal(one.logs, two.logs)
    assert not np.array_equal(one.logs, chain_sweep(TANH, depth=20, chains=5, seed=1).logs)
    small, large = (wide_sweep(depth=10, width=8, nets=2, variance=v, shortcut=0.0) for v in (0.5, 2.0))
    np.testing.assert_allclose(large.gradient[:, 0] - small.gradient[:, 0], 10 * np.log(2), atol=1e-12)


def test_shortcuts_that_shrink_nothing_keep_directions() -> None:
    found = shortcuts(scale=30**-0.5, depth=30, width=32, nets=3)
    identity, orthogonal, normal, none = found.shares.mean(axis=1)
    assert min(identity, orthogonal) > 2 * max(normal, none)
    unscaled = shortcuts(scale=1.0, depth=30, width=32, nets=3).shares
    assert unscaled.max() < found.shares[:2].min() / 2  # with s = 1 no shortcut keeps many
    np.testing.assert_allclose(unscaled[3], found.shares[3], rtol=1e-9)  # without one the scale cancels
    assert shortcuts(scale=1.0, depth=1, width=16, nets=1).shares.max() <= 1.0


def test_iterated_maps() -> None:
    m, q = sp.symbols("m q", positive=True)
    np.testing.assert_allclose(iterated(m, 2 * q, m, q, 3)[:, 1], [1, 2, 4, 8])


def tanh_means(q: float) -> tuple[float, float]:
    """E tanh(√q g)² and E tanh′(√q g)², from sech² and sech⁴ over u = √q g on a grid of u."""
    u = np.linspace(-40.0, 40.0, 16001)
    law = np.exp(-(u**2) / (2 * q)) / np.sqrt(2 * np.pi * q) * (u[1] - u[0])
    return float(1.0 - law @ np.cosh(u) ** -2.0), float(law @ np.cosh(u) ** -4.0)


def test_tanh_blocks_grow_in_proportion_to_the_depth() -> None:
    """367.5 after 400 blocks, and log-gain 10.81 where ½ · 400 · log 2 = 138.6;
    networks of another seed and width agree."""
    q, gain, traced = 1.0, 0.0, []
    for _ in range(400):
        second, slope = tanh_means(q)
        q, gain = q + second, gain + 0.5 * np.log(1.0 + slope)
        traced.append((q, gain))
    assert q == pytest.approx(367.5, abs=0.1) and gain == pytest.approx(10.81, abs=0.01)
    statements = CLAIMS["residual-tanh-log-gain"].statement
    np.testing.assert_allclose(residual_depth_claims.by_maps(statements)[1:], traced, rtol=1e-9)
    found = bounded_sweep(TANH, depth=100, width=128, nets=24, seed=7)
    (grown, error), (log_gain, log_error) = found.growth(), found.log_gain()
    assert abs(grown - traced[99][0]) < 4 * error < 15
    assert abs(log_gain - traced[99][1]) < 4 * log_error + 0.3 < 1.0


def test_the_log_gain_of_tanh_blocks_grows_with_the_root_of_the_depth() -> None:
    """Between 10⁴ and 4·10⁴ blocks it grows by 0.5319 · (√(4·10⁴) − √10⁴), to one per cent."""
    q, gain, at = 1.0, 0.0, {}
    for l in range(1, 40001):
        second, slope = (
            (1.0 - 2 / (2 * np.pi * q) ** 0.5, 4 / 3 / (2 * np.pi * q) ** 0.5) if q > 2000 else tanh_means(q)
        )
        q, gain = q + second, gain + 0.5 * np.log(1.0 + slope)
        at[l] = gain
    assert (at[40000] - at[10000]) / 100.0 == pytest.approx(0.5319, rel=0.01)
    law = CLAIMS_OF_TANH["residual-tanh-root-law"]
    assert float(law.statement.rhs) == pytest.approx(0.53192, abs=1e-5)
    wrong = sp.Eq(law.statement.lhs, sp.Rational(1, 2), evaluate=False)
    assert isinstance(law.settle(law.statement), Argued) and isinstance(law.settle(wrong), Refuted)


def test_bounded_blocks_against_the_explicit_jacobian(monkeypatch: pytest.MonkeyPatch) -> None:
    """With matrices that are drawn whole in place of those that are not."""
    n, depth = 5, 3

    def forward(a: np.ndarray, m: int, spread: float, rng: np.random.Generator) -> tuple[Any, Any]:
        assert spread == pytest.approx(np.sqrt(2.0 / n))
        W = spread * np.random.default_rng(len(drawn)).standard_normal((len(a), m, a.shape[2]))
        drawn.append(W)
        return a @ W.swapaxes(1, 2), W

    drawn: list[np.ndarray] = []
    monkeypatch.setattr(unseen_weights, "forward", forward)
    monkeypatch.setattr(unseen_weights, "backward", lambda delta, W, rng: delta @ W)
    found = bounded_sweep(SIGMOID, depth=depth, width=n, variance=2.0, nets=2, seed=3)
    x, g = np.random.default_rng([3, 0]).standard_normal((2, 2, 1, n))[:, 1, 0]
    x /= np.sqrt((x**2).mean())
    J = np.eye(n)
    for l in range(depth):
        W = drawn[l][1]
        value = 1 / (1 + np.exp(-x))
        assert found.squares[1, l] == pytest.approx((x**2).mean(), rel=1e-5)
        x, J = x + W @ value, (np.eye(n) + W * (value * (1 - value))) @ J
    assert found.squares[1, -1] == pytest.approx((x**2).mean(), rel=1e-5)
    exact = 0.5 * np.log(((J.T @ g) ** 2).mean() / (g**2).mean())
    assert found.gradient[1, 0] == pytest.approx(exact, abs=1e-5) and found.gradient[1, -1] == 0.0


def test_bounded_blocks_refuse() -> None:
    with pytest.raises(ValueError, match="activation must be bounded"):
        bounded_sweep(IDENTITY, depth=400, width=16, variance=20.0, nets=2)
    with pytest.raises(ValueError, match="depth must be"):
        bounded_sweep(TANH, depth=0)


def test_a_residual_chain_loses_eight_powers_of_ten() -> None:
    """The median over 1,000 layers is 10^(−8.0), not 10^−7:
    from chains written out here, and from the sweep."""
    rng = np.random.default_rng(99)
    w, b = rng.standard_normal((2, 1000, 4000))
    x, logs = np.full(4000, 0.5), np.zeros(4000)
    for l in range(1000):
        y = np.tanh(w[l] * x + b[l])
        logs += np.log10(np.abs(1.0 + w[l] * (1.0 - y * y)))
        x = x + y
    assert np.median(logs) == pytest.approx(-8.0, abs=0.6)
    median, error = (v / np.log(10) for v in chain_sweep(TANH, depth=1000, scale=1.0, chains=4000).median())
    assert 0.1 < error < 0.25 and median == pytest.approx(-8.0, abs=3 * error) and median < -7.0 - 3 * error


def test_the_standard_errors_of_the_sweeps() -> None:
    """Of 1, 2, 3, 4, 5 the mean is 3 and s/√n = √0.5;
    of n normal numbers the median has the error √(π/2n)."""
    five, half = np.array([3.0, 1.0, 5.0, 2.0, 4.0]), 0.5**0.5
    chains = ChainSweep("tanh", 1.0, 1.0, None, np.stack([0 * five, 10 * five], axis=1))
    assert chains.rate() == pytest.approx((15.0, 5.0 * half)) and chains.median()[0] == 30.0
    grown = np.stack([0 * five, 0.5 * np.log(five)], axis=1)
    back = np.stack([five, 0 * five], axis=1)
    wide = WideSweep(1, 4, 2.0, 1.0, 1.0, "weights last", grown, back, 0 * grown)
    assert wide.rate() == pytest.approx((3.0, half))
    bounded = BoundedSweep("tanh", np.stack([0 * five, five], axis=1), back)
    assert bounded.growth() == pytest.approx((3.0, half)) and bounded.log_gain() == pytest.approx((3.0, half))
    normal = np.random.default_rng(5).standard_normal((200, 2500, 1))
    medians = [ChainSweep("tanh", 1.0, 1.0, None, x).median() for x in normal]
    assert np.mean([m[1] for m in medians]) == pytest.approx((np.pi / 5000) ** 0.5, rel=0.03)
    assert np.std([m[0] for m in medians]) == pytest.approx((np.pi / 5000) ** 0.5, rel=0.15)


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
        with pytest.raises(ValueError, match="share must be"):
            predicted(right, [1], share)


def test_gradients_of_a_network_without_blocks() -> None:
    found = input_gradients([-1.0, 0.0, 2.0], depth=0, nets=2, width=10)
    np.testing.assert_allclose(found.correlations, 1.0)
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


def test_the_standard_error_of_a_correlation() -> None:
    """Of 0.1, 0.2, 0.3, 0.4, 0.5 the mean is 0.3, and s/√5 is √0.005."""
    correlations = np.array([0.3, 0.1, 0.5, 0.2, 0.4])[:, None, None] * np.ones((5, 2, 2))
    found = InputGradients(1, 4, 0.0, 1.0, np.array([0.0, 1.0]), np.zeros(2), correlations)
    assert found.between(0, 1) == pytest.approx((0.3, 0.005**0.5))


def test_input_gradients_refuse() -> None:
    for inputs in ([1.0], [[1.0, 2.0]], [0.0, np.nan]):
        with pytest.raises(ValueError, match="inputs must be"):
            input_gradients(inputs, depth=2)
