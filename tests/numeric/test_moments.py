"""Moments of activations against mpmath's quadrature and closed forms."""

from __future__ import annotations

import math
import warnings
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from tracing import untraced

from analysis.numeric.moments import moments, normal_mean, normal_rule, singular_points
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z

LAWS = [(1.0, 0.0), (0.1, 0.0), (2.5, -1.3), (1e-3, -1.3), (1e3, 0.0), (1e6, 0.0)]


@cache
def in_mpmath(expr: sp.Expr) -> Any:
    return cache(sp.lambdify(z, expr, "mpmath"))


@pytest.mark.drawn(16)
@pytest.mark.parametrize(("std", "mean"), LAWS)
@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_moments_are_those_of_mpmath(x, std: float, mean: float) -> None:
    found = moments(x, std, mean)
    value, slope = (in_mpmath(e) for e in (x.formula, x.formula.diff(z)))
    edges = sorted(
        {mean - 10 * std, *np.linspace(mean - 8 * std, mean + 8 * std, 9).tolist(), 0.0, mean + 10 * std}
    )
    inside = {float(kink) for kink in x.kinks if abs(float(kink) - mean) < 10 * std}
    edges = sorted({*edges, *inside})

    if std > 10.0:  # the features of size 1 lie near 0
        edges = sorted(
            {*edges, *(sign * 4.0**k for k in range(-1, 9) for sign in (1.0, -1.0) if 4.0**k < 8 * std)}
        )

    density = cache(lambda t: mpmath.npdf(t, mean, std))

    @untraced()
    def mean_of(f):
        return mpmath.quad(lambda t: f(t) * density(t), edges, method="gauss-legendre")

    with mpmath.workdps(25):
        assert found.mean == pytest.approx(float(mean_of(value)), rel=1e-12, abs=1e-13 * max(1.0, std))
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


def test_a_law_too_narrow_for_floats_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1e-6 of the size of mean"):
        normal_rule(500.0, 1e-7)


BAD_LAWS = [
    (0.0, 0.0, "std"), (0.0, -1.0, "std"), (math.nan, 1.0, "mean"), (0.0, math.inf, "std"), (True, 1.0,
        "mean"),
    (0.0, "1", "std"), (None, 1.0, "mean"), (1j, 1.0, "mean"), (np.ones(2), 1.0, "mean"), (0.0, np.ones(2),
        "std"),
]  # fmt: skip


@pytest.mark.parametrize(("mean", "std", "name"), BAD_LAWS, ids=str)
def test_bad_laws_are_refused(mean: Any, std: Any, name: str) -> None:
    for call in (
        lambda: normal_rule(mean, std),
        lambda: normal_mean(np.abs, mean, std),
        lambda: moments(ACTIVATIONS["tanh"], std, mean),
    ):
        with pytest.raises(ValueError, match=f"^{name} must be a finite number"):
            call()


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1e154), (1e300, 1e300), (0.0, 1e-170)])
def test_laws_that_squares_cannot_follow_are_refused(mean: float, std: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="between 1e-150 and 1e150"):
            moments(ACTIVATIONS["relu"], std, mean)


def test_an_activation_is_told_apart_from_its_name() -> None:
    for call in (lambda: moments("sigmoid"), lambda: singular_points("sigmoid")):
        with pytest.raises(TypeError, match="activation must be an Activation"):
            call()


@pytest.mark.parametrize("power", [-1, -3, -5])
@pytest.mark.parametrize("plus", [0.0, 1.0])
@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.5, 1.0), (0.0, 1e-3), (0.0, 1e5)])
def test_there_is_no_mean_of_an_odd_power_with_a_pole(
    power: int, plus: float, mean: float, std: float
) -> None:
    """Rules that mirror each other at 0 agree on a number; E|z⁻¹| = ∞."""
    with pytest.raises(ArithmeticError):
        normal_mean(lambda x: x**power + plus, mean, std)


def test_a_mean_may_have_a_weak_singularity_a_narrow_law_and_no_tail() -> None:
    with mpmath.workdps(25):
        exact = mpmath.mpf(2) ** mpmath.mpf("0.1") * mpmath.gamma(mpmath.mpf("0.6")) / mpmath.sqrt(mpmath.pi)
    assert normal_mean(lambda x: np.abs(x) ** 0.2, 0.0, 1.0) == pytest.approx(float(exact), rel=1e-11)
    with pytest.raises(ArithmeticError):
        normal_mean(lambda x: np.exp(x * x / 2) / (1 + x * x) * np.sign(x), 0.0, 1.0)


def test_a_function_of_complex_numbers_has_no_mean_here() -> None:
    with pytest.raises(TypeError, match=r"f\(z\) must hold real numbers, not complex128"):
        normal_mean(lambda x: x + 1j, 0.0, 1.0)


# By mpmath.quad at 40 digits, split at the zero of the slope and at ±1, 2, 5, 10 and 38 standard deviations.
MEAN_LOG_SLOPE = {
    ("silu", 1e-3): "-0.6931476805601953100005673",
    ("silu", 1.0): "-1.10893443775085902022441422982",
    ("silu", 2.0): "-1.230252016521636396262393",
    ("silu", 10.0): "-3.332191523108702557250153",
    ("gelu", 1e-3): "-0.693148453801806996151449",
    ("gelu", 1.0): "-1.14604145081015376486286510179",
    ("gelu", 2.0): "-1.563788196779548637144245",
    ("gelu", 10.0): "-24.66776149363782560293562",
}
SLOPE_SECOND = {
    ("tanh", 1e-3): "0.999998000006999968666834",
    ("tanh", 1.0): "0.4644029024482682419720215",
    ("tanh", 10.0): "0.05310678774811583410072551",
    ("tanh", 1e3): "0.000531922954771445972191204",
    ("tanh", 1e6): "0.0000005319230405351578067641491",
    ("softsign", 1e3): "0.0002659613876175483806899747",
    ("softsign", 1e6): "0.0000002659615202674888048664915",
}


@pytest.mark.parametrize(("name", "std"), MEAN_LOG_SLOPE, ids=str)
def test_the_mean_logarithm_of_a_slope_with_a_zero(name: str, std: float) -> None:
    expected = float(MEAN_LOG_SLOPE[name, std])
    assert moments(ACTIVATIONS[name], std).mean_log_slope == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "std"), SLOPE_SECOND, ids=str)
def test_the_mean_squared_slope_from_narrow_to_wide_laws(name: str, std: float) -> None:
    expected = float(SLOPE_SECOND[name, std])
    assert moments(ACTIVATIONS[name], std).slope_second == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_wide_laws_see_the_slopes_as_a_spike() -> None:
    """∫ tanh′² = 4/3, so E tanh′² → (4/3)/(s √(2π)) for large s; ∫ σ′² = 1/6 for the sigmoid."""
    for std in (1e4, 1e6):
        height = 1.0 / (std * math.sqrt(2.0 * math.pi))
        assert moments(ACTIVATIONS["tanh"], std).slope_second == pytest.approx(
            4 / 3 * height, rel=1e-7, abs=0.0
        )
        assert moments(ACTIVATIONS["sigmoid"], std).slope_second == pytest.approx(
            height / 6, rel=1e-7, abs=0.0
        )
        edge = math.acosh(1.0 / math.sqrt(0.05))  # tanh′ = 0.05 there
        within = math.erf(edge / std / math.sqrt(2.0))
        assert 1.0 - moments(ACTIVATIONS["tanh"], std).saturated == pytest.approx(within, rel=1e-9, abs=0.0)


def test_a_law_far_in_the_tail() -> None:
    """E ReLU(z)² for z ~ N(−12, 1), by mpmath: nearly all of it comes from beyond 12 standard deviations."""
    with mpmath.workdps(30):
        exact = 145 * mpmath.ncdf(-12) - 12 * mpmath.npdf(12)
    assert moments(ACTIVATIONS["relu"], 1.0, -12.0).second == pytest.approx(float(exact), rel=1e-10, abs=0.0)


def test_the_zeros_of_the_slopes() -> None:
    silu = -1 - float(mpmath.lambertw(mpmath.exp(-1)))
    gelu = float(mpmath.findroot(lambda x: mpmath.ncdf(x) + x * mpmath.npdf(x), -0.75))
    assert singular_points(ACTIVATIONS["silu"]) == (pytest.approx(silu, rel=1e-15), 0.0)
    assert singular_points(ACTIVATIONS["gelu"]) == (pytest.approx(gelu, rel=1e-15), 0.0)


def test_a_mean_that_the_panels_cannot_do_is_refused() -> None:
    with pytest.raises(ArithmeticError, match="two rules give"):
        normal_mean(lambda x: np.log(np.abs(x - 0.3)), 0.0, 1.0)
    assert normal_mean(lambda x: np.log(np.abs(x)), 0.0, 1.0) == pytest.approx(
        -(np.euler_gamma + math.log(2.0)) / 2, rel=1e-13
    )
