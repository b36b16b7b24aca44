"""Balls contain the truth."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.codegen.cfunctions import expm1, log1p
from tracing import untraced

from analysis.numeric.balls import ball_function, interval
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import sigma, z


def enclose(expr, lo, hi):
    """A ball that contains the values of an expression in z on [lo, hi]."""
    return ball_function(expr, z)(interval(sp.Rational(lo), sp.Rational(hi)))


POSITIVE = 1 + z**2
EXPRESSIONS = [
    *(getattr(x, kind) for x in ACTIVATIONS.values() for kind in ("value", "slope", "derivative")),
    ACTIVATIONS["tanh"].log_slope,
    z**3 - z**2 + z / 3 - sp.pi,
    POSITIVE**-2 + POSITIVE ** sp.Rational(1, 3) + POSITIVE ** sp.Rational(-3, 2),
    POSITIVE**sp.pi + sp.E**2,
    sp.cosh(z) * sp.sinh(z) - sp.log(POSITIVE) * sp.erf(z),
    log1p(z**2) + expm1(z),
    sp.Max(z, -1, z**2) - sp.Min(z, 1) * sp.sign(z),
    sp.Piecewise((z, sp.And(z > -1, z < 1)), (z**2, sp.Or(z >= 2, z <= -2)), (7, True)),
]
RATIONALS = st.builds(sp.Rational, st.integers(-400, 400), st.integers(1, 50))


@pytest.mark.drawn(12)
@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
@settings(max_examples=30)
@given(ends=st.tuples(RATIONALS, RATIONALS).map(sorted), part=st.fractions(0, 1))
def test_every_point_of_the_interval_has_its_value_in_the_ball(expr, ends, part):
    lo, hi = ends
    x = lo + sp.Rational(part) * (hi - lo)
    with ctx.workprec(200):
        ball = enclose(expr, lo, hi)
        with untraced():
            true = expr.subs(z, x)
            value = arb(str(true.evalf(80))) if not true.is_Rational else arb(int(true.p)) / int(true.q)
        assert ball.overlaps(value + arb(0, 1e-60) * (1 + abs(value))), (
            f"{true.evalf(20)} at {x} is outside {ball}"
        )


@pytest.mark.parametrize(
    ("expr", "lo", "hi", "true_lo", "true_hi"),
    [
        (z**2, -1, 2, 0, 4),
        (sp.cosh(z), -1, 1, 1, sp.cosh(1)),
        (sp.Abs(z), -1, 3, 0, 3),
        (z**3, -1, 2, -1, 8),
        (sp.exp(-sp.Abs(z)), -1, 1, sp.exp(-1), 1),
        (sp.Piecewise((z, z < 0), (z + 1, True)), -1, 1, -1, 2),
    ],
)
def test_wide_balls_are_no_wider_than_the_range(expr, lo, hi, true_lo, true_hi):
    ball = enclose(expr, lo, hi)
    assert float(ball.lower()) == pytest.approx(float(true_lo), abs=1e-7)
    assert float(ball.upper()) == pytest.approx(float(true_hi), abs=1e-7)


def test_where_nothing_is_defined_nothing_is_claimed():
    gap = sp.Piecewise((1, z < 0), (2, z > 0))
    for expr in (1 / z, sp.log(z), sp.sqrt(z), z ** sp.Rational(-1, 2), gap):
        assert not enclose(expr, -1, 1).is_finite()


def test_a_piecewise_without_a_last_word():
    expr = sp.Piecewise((1, z < 0), (2, z > 0))
    assert enclose(expr, 1, 2) == 2 and enclose(expr, -2, -1) == 1 and not enclose(expr, 0, 0).is_finite()


def test_precision_is_that_of_the_call():
    f = ball_function(sp.exp(z), z)
    with ctx.workprec(300):
        assert f(arb(1)).rel_accuracy_bits() > 290
    assert f(arb(1)).rel_accuracy_bits() < 60


def test_what_cannot_be_enclosed_is_refused():
    with pytest.raises(TypeError, match="no ball arithmetic for sigma"):
        enclose(sigma(z), 0, 1)
    with pytest.raises(TypeError, match="no ball arithmetic for the condition"):
        enclose(sp.Piecewise((1, sp.Not(sp.And(z > 0, z < 1), evaluate=False)), (2, True)), 0, 1)
