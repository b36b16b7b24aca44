"""Every activation's overflow-free forms against mpmath at hard points."""

from __future__ import annotations

import math
from functools import cache

import mpmath
import numpy as np
import pytest
import sympy as sp
from tracing import untraced

from analysis.numeric.compiled import compiled, compiled_scalar
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z

POINTS = [s * x for x in (0.0, 1e-30, 1e-10, 0.5, 1.0, 20.0, 36.0, 700.0, 1e4) for s in (1, -1)]
RANDOM = [float(x) for s in (0.01, 1.0, 30.0) for x in np.random.default_rng(20261122).normal(size=40) * s]
ULPS = {"value": 3.0, "slope": 4.0}
"""Measured on 12,000 random points: at most 1.2, 2.2 and 2.6 (GELU's value: 2.8)."""
TINY = 2.0**-1022


@cache
def in_mpmath(expr):
    return sp.lambdify(z, expr, "mpmath")


def digits(x: float) -> int:
    """So many that 1 + e^−|x|, 1 − tanh² and 1 + e^−x²/2 keep thirty (the last as long as float64 can
    tell it from 1)."""
    return 60 + int(0.9 * abs(x)) + min(int(0.25 * x * x), 400) + (80 if abs(x) < 1e-5 else 0)


@cache
@untraced()
def exact(formula: sp.Expr, x: float) -> mpmath.mpf:
    """The definition at x."""
    with mpmath.workdps(digits(x)):
        return +in_mpmath(formula)(mpmath.mpf(x))


def compare(found: float, true: mpmath.mpf, ulps: float, what: str) -> None:
    """Relative below ``ulps`` units in the last place;
    below the normal range, absolute below the smallest normal number."""
    if mpmath.isinf(true) or true == 0:
        assert found == true, f"{what}: {found} instead of {true}"
        return
    if abs(true) < TINY:
        assert abs(found) <= TINY, f"{what}: {found} instead of {mpmath.nstr(true)}"
        return
    error = float(abs(mpmath.mpf(found) - true) / abs(true)) * 2.0**52
    assert error <= ulps, f"{what}: {found!r} instead of {mpmath.nstr(true, 20)}, {error:.3g} ulps"


def reach(x, at: float, ulps: float) -> dict[str, float]:
    """``ulps`` for slope and log_slope;
    where the slope passes 1 or 0, what an argument that far off would do comes on top.

    There log σ′ or σ′ itself crosses zero (SELU, GELU, SiLU),
    and no evaluation in float64 keeps its relative accuracy.
    """
    if not x.slope_bound > 1:
        return {"slope": ulps, "log_slope": ulps}
    slope, bend = exact(x.formula.diff(z), at), exact(x.formula.diff(z, 2), at)
    log = log_of_slope_near_one(x.formula.diff(z), at)
    relative = abs(at * bend / slope)
    return {
        "slope": ulps * float(1 + relative),
        "log_slope": ulps * float(1 + (relative / abs(log) if log else 0)),
    }


@pytest.mark.drawn(4)
@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_value_slope_and_log_slope_at_hard_points(x):
    both = [
        [compile_(e, z) for e in (x.value, x.slope, x.log_slope, x.slope_sign)]
        for compile_ in (compiled, compiled_scalar)
    ]
    derivative = x.formula.diff(z)
    for at in POINTS + RANDOM:
        true_value, true_slope, ulps = (
            exact(x.formula, at),
            exact(derivative, at),
            reach(x, at, ULPS["slope"]),
        )
        with mpmath.workdps(60):
            true_log = mpmath.log(abs(true_slope)) if true_slope != 0 else -mpmath.inf
        if abs(true_log) < 1e-5:  # log σ′ ≈ σ′ − 1: take the logarithm where the digits still are
            true_log = log_of_slope_near_one(derivative, at)
        for value, slope, log_slope, sign in both:
            compare(value(at), true_value, ULPS["value"], f"value({at})")
            compare(slope(at), true_slope, ulps["slope"], f"slope({at})")
            assert (sign(at) if log_slope(at) > -math.inf else 0) == mpmath.sign(true_slope)
            compare(log_slope(at), true_log, ulps["log_slope"], f"log_slope({at})")


@cache
@untraced()
def log_of_slope_near_one(derivative: sp.Expr, x: float) -> mpmath.mpf:
    with mpmath.workdps(digits(x)):
        return mpmath.log(abs(exact(derivative, x)))


@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_the_slope_never_exceeds_its_bound_by_more_than_two_ulps(x):
    grid = np.concatenate(
        [np.linspace(-40, 40, 20001), np.logspace(-300, 300, 1201), -np.logspace(-300, 300, 1201)]
    )
    slopes = np.abs(compiled(x.slope, z)(grid))
    assert slopes.max() <= float(x.slope_bound) * (1 + 2.0**-51)
    assert slopes.max() >= 0.999 * float(x.slope_bound)


@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_single_precision_is_as_good_for_its_size(x):
    points = np.array([p for p in POINTS if abs(p) <= 80], dtype=np.float32)
    for expr in (x.value, x.slope, x.log_slope):
        found = compiled(expr, z)(points)
        assert found.dtype == np.float32
        np.testing.assert_allclose(
            found, compiled(expr, z)(points.astype(float)), rtol=8 * 2.0**-23, atol=2.0**-126
        )
