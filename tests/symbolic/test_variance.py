"""The moments behind Xavier and He agree with the catalogue's own activations,
and the claims refuse what is false."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from analysis.chapters.initialisation.claims import variance as variance_claims
from analysis.claims.outcome import Proved
from analysis.symbolic import variance
from analysis.symbolic.catalogue import LEAKY_RELU, RELU
from analysis.symbolic.notation import z


def test_the_two_branches_are_those_of_the_catalogue() -> None:
    for law, slope in ((RELU, sp.S.Zero), (LEAKY_RELU, sp.Rational(1, 100))):
        below, above = (piece for piece, _ in law.formula.args)
        kept = variance.half_lines(below + 0 * z, above) / variance.q
        assert sp.simplify(kept - variance.LEAKY_MOMENT.subs(variance.s, slope)) == 0


def test_mean_over_needs_the_moment_it_uses() -> None:
    x = sp.Symbol("x")
    with pytest.raises(ValueError, match=r"moments must hold E x\^3"):
        variance.mean_over(x**3, {x: (sp.S.Zero, sp.S.One)})


SMALL = [claim for claim in variance_claims.CLAIMS if claim.label.startswith("tanh-small-signals")]


@pytest.mark.parametrize("claim", SMALL, ids=lambda c: c.label)
def test_the_limits_by_numbers(claim) -> None:
    """At q = 10⁻³ and 10⁻⁴ with mpmath; the distance from −2 falls in proportion to q."""
    inner = claim.statement.lhs.args[0]
    (x, low, high) = inner.limits[0]
    off = []
    for exponent in (3, 4):
        f = sp.lambdify(x, inner.function.subs(variance.q, sp.Rational(1, 10**exponent)), "mpmath")
        with mpmath.workdps(40):
            off.append(float(mpmath.quad(f, [-12, -6, -3, 0, 3, 6, 12])) + 2.0)
    assert abs(off[0]) < 0.02 and off[0] / off[1] == pytest.approx(10.0, rel=0.05)


@pytest.mark.parametrize("claim", SMALL, ids=lambda c: c.label)
def test_the_limits_are_read_whole(claim) -> None:
    left, right = claim.statement.args
    inner, x = left.args[0], left.args[0].variables[0]
    half = sp.Limit(sp.Integral(inner.function, (x, 0, sp.oo)), variance.q, 0)
    elsewhere = sp.Limit(inner, variance.q, 1)
    for other in (
        sp.Eq(left, right - sp.Rational(1, 10**9), evaluate=False),
        sp.Eq(half, right, evaluate=False),
        sp.Eq(elsewhere, right, evaluate=False),
        sp.Lt(left, right, evaluate=False),
        sp.Ne(left, right, evaluate=False),
    ):
        assert not isinstance(claim.settle(other), Proved)
    assert isinstance(claim.settle(), Proved)
