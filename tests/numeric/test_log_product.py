"""λ and ς² by quadrature:
converged, right in limits that are known, and confirmed by simulation with another seed."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from analysis.numeric import log_product
from analysis.numeric.log_product import exponent, mean_log_normal, simulate
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import IDENTITY, RELU, SIGMOID, SOFTPLUS, TANH


@pytest.mark.parametrize("std", [0.1, 1.0, 7.5])
def test_mean_log_of_a_normal(std: float) -> None:
    density = lambda x: mpmath.npdf(x, 0, std) * mpmath.log(x)  # noqa: E731
    assert mean_log_normal(std) == pytest.approx(
        float(2 * mpmath.quad(density, [0, std, 12 * std])), abs=1e-9
    )


@pytest.mark.drawn(2)
@pytest.mark.parametrize("activation", [SIGMOID, TANH], ids=lambda x: x.name)
@pytest.mark.parametrize(("weight_std", "bias_std"), [(1.0, 1.0), (3.0, 0.5), (5.0, 0.2)])
def test_quadrature_has_converged(activation: Activation, weight_std: float, bias_std: float) -> None:
    coarse, fine = (exponent(activation, weight_std, bias_std, nodes=n) for n in (40, 72))
    assert coarse.lam == pytest.approx(fine.lam, abs=1e-7)
    assert coarse.variance == pytest.approx(fine.variance, abs=1e-5)


def test_without_weights_the_bias_alone_decides() -> None:
    """As the weight's scale goes to 0 the layers become independent:
    λ − E log|w| → E log σ′(b), ς² → Var X."""
    result = exponent(SIGMOID, 1e-6, 1.0)
    direct = mpmath.quad(
        lambda x: mpmath.npdf(x) * mpmath.log(mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2), [-30, 0, 30]
    )
    assert result.lam - mean_log_normal(1e-6) == pytest.approx(float(direct), abs=1e-9)
    assert result.variance == pytest.approx(result.independent_variance, abs=1e-5)


def test_shifted_log_mean_against_mpmath() -> None:
    for mu in (0.0, 0.3, 2.0, 9.0, 15.9, 16.1, 40.0):
        value = float(log_product._mean_log_shifted(np.array([mu]))[0])
        pieces = [mu - 12, min(0.0, mu - 3), 0.0, mu, mu + 12] if mu < 12 else [mu - 12, mu, mu + 12]
        exact = mpmath.quad(lambda x, m=mu: mpmath.npdf(x - m) * mpmath.log(abs(x)), sorted(set(pieces)))
        assert value == pytest.approx(float(exact), abs=2e-7), mu


@pytest.mark.parametrize(("activation", "weight_std", "bias_std"), [(SIGMOID, 4.0, 0.0), (TANH, 2.0, 0.5)])
def test_simulation_agrees(activation: Activation, weight_std: float, bias_std: float) -> None:
    theory = exponent(activation, weight_std, bias_std)
    drawn = simulate(activation, np.random.default_rng(11), [40], 20_000, weight_std, bias_std)
    rate = drawn.logs[:, 0] / 40
    assert abs(rate.mean() - theory.lam) < 4.5 * rate.std() / math.sqrt(len(rate))
    lags = np.arange(1, 9)
    expected = theory.independent_variance + 2 * np.sum((1 - lags / 40) * theory.autocovariances)
    assert drawn.logs[:, 0].var() / 40 == pytest.approx(expected, rel=0.06)


def test_same_seed_same_numbers_and_prefixes_agree() -> None:
    one, two = (simulate(SIGMOID, np.random.default_rng(3), d, 50) for d in ([5, 9], [5]))
    np.testing.assert_array_equal(one.logs[:, 0], two.logs[:, 0])
    assert one.logs.shape == (50, 2) and -math.log(2) / exponent(SIGMOID).lam == pytest.approx(
        0.3003, abs=1e-4
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weight_std": 0.0}, "weight_std"),
        ({"weight_std": math.nan}, "weight_std"),
        ({"bias_std": -1.0}, "bias_std"),
    ],
)
def test_bad_scales_are_refused(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        exponent(SIGMOID, **arguments)
    with pytest.raises(ValueError, match=message):
        simulate(SIGMOID, np.random.default_rng(0), **arguments)


@pytest.mark.parametrize("activation", [RELU, IDENTITY, SOFTPLUS], ids=lambda x: x.name)
def test_unbounded_or_flat_activations_are_refused(activation: Activation) -> None:
    with pytest.raises(ValueError, match="bounded by 1"):
        exponent(activation)


@pytest.mark.parametrize("depths", [[], [0], [2, 2], [3, 1], [1.5]])
def test_bad_depths_are_refused(depths: list[float]) -> None:
    with pytest.raises(ValueError, match="depths"):
        simulate(SIGMOID, np.random.default_rng(0), depths)


def test_one_chain_is_refused() -> None:
    with pytest.raises(ValueError, match="chains"):
        simulate(SIGMOID, np.random.default_rng(0), [1], chains=1)
