"""Moments of activations against mpmath's quadrature and closed forms."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.numeric.moments import moments, normal_rule
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z

LAWS = [(1.0, 0.0), (0.1, 0.0), (2.5, -1.3)]


@pytest.mark.parametrize(("std", "mean"), LAWS)
@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_moments_are_those_of_mpmath(x, std: float, mean: float) -> None:
    found = moments(x, std, mean)
    value, slope = (sp.lambdify(z, e, "mpmath") for e in (x.formula, x.formula.diff(z)))
    edges = sorted(
        {mean - 10 * std, *np.linspace(mean - 8 * std, mean + 8 * std, 9).tolist(), 0.0, mean + 10 * std}
    )

    def mean_of(f):
        return mpmath.quad(lambda t: f(t) * mpmath.npdf(t, mean, std), edges)

    with mpmath.workdps(25):
        assert found.mean == pytest.approx(float(mean_of(value)), rel=1e-12, abs=1e-13)
        assert found.second == pytest.approx(float(mean_of(lambda t: value(t) ** 2)), rel=1e-12)
        assert found.slope_second == pytest.approx(float(mean_of(lambda t: slope(t) ** 2)), rel=1e-12)


def test_closed_forms() -> None:
    relu, leaky, selu = (moments(ACTIVATIONS[n]) for n in ("relu", "leaky relu", "selu"))
    assert relu.second == pytest.approx(0.5, rel=1e-13) and relu.dead == pytest.approx(0.5, rel=1e-13)
    assert (
        relu.mean == pytest.approx(1 / math.sqrt(2 * math.pi), rel=1e-13) and relu.mean_log_slope == -math.inf
    )
    assert leaky.slope_second == pytest.approx((1 + 1e-4) / 2, rel=1e-13) and leaky.dead == 0.0
    assert selu.second == pytest.approx(1.0, rel=1e-12) and selu.variance == pytest.approx(1.0, rel=1e-12)


def test_the_saturated_share_is_that_of_many_draws() -> None:
    draws = np.random.default_rng(5).normal(-0.5, 2.0, 400_000)
    for x in ACTIVATIONS.values():
        slope = sp.lambdify(z, sp.Abs(x.slope), "scipy") if x.name == "tanh" else None
        found = moments(x, 2.0, -0.5).saturated
        assert 0.0 <= found <= 1.0
        if slope is not None:
            assert found == pytest.approx(float((slope(draws) < 0.05).mean()), abs=0.004)
    assert moments(ACTIVATIONS["relu"], 2.0, -0.5).saturated == pytest.approx(0.598706, abs=1e-6)  # Φ(1/4)


@pytest.mark.parametrize(("mean", "std"), [(0.0, 0.0), (0.0, -1.0), (math.nan, 1.0), (0.0, math.inf)])
def test_bad_laws_are_refused(mean: float, std: float) -> None:
    with pytest.raises(ValueError, match="std finite and > 0"):
        normal_rule(mean, std)
