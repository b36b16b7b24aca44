"""The slope of the sigmoid, its maximum ¼ by algebra and by calculus,
and what follows for one factor w σ′(z)."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.quarter_bound.slope import QUARTER
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, nonnegative, only, reals
from analysis.claims.lines import Line, decided, proof
from analysis.claims.relations import eq, ge, le
from analysis.claims.rules import Combined, Instance, Rising
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.display import times
from analysis.symbolic.normal import density
from analysis.symbolic.notation import sigma_prime, w, z

_s = SIGMOID.formula
_slope = SIGMOID.derivative


def _small_weight(limit: sp.Expr) -> sp.Basic:
    return sp.Implies(
        sp.Lt(sp.Abs(w), limit, evaluate=False),
        sp.Lt(sp.Abs(w) * sigma_prime(z), QUARTER, evaluate=False),
        evaluate=False,
    )


_z = domain((z, reals()), means=only("sigmoid"))
_chance = sp.Integral(density(w), (w, -1, 1))
_by_value = eq(sp.Derivative(_s, z), times(_s, 1 - _s))
_at_most_a_quarter = le(_slope, QUARTER)
_scaled = eq(sp.Derivative(TANH.formula, z), 4 * sigma_prime(2 * z))
_integrated = eq(_chance, sp.erf(1 / sp.sqrt(2)))

_missing = (_s - sp.S.Half) ** 2
_by_square = proof(
    eq(QUARTER - _slope, _missing),
    ge(_missing, 0),
    Line(_at_most_a_quarter, Combined((1, 2), ((-1, (0,)), (1, (1,))))),
)
_from_0_on = ((z, nonnegative()),)
_at_size = _slope.subs(z, sp.Abs(z))
_by_calculus = proof(
    Line(le(sp.Derivative(_slope, z), 0), over=_from_0_on),
    Line(ge(-_slope, -QUARTER), Rising((1,), z), over=_from_0_on),
    Line(ge(-_at_size, -QUARTER), Instance((2,), {z: sp.Abs(z)})),
    eq(_at_size, _slope),
    Line(_at_most_a_quarter, Combined((3, 4), ((1, (0,)), (-1, (1,))))),
)

CLAIMS = (
    Claim(
        label="sigmoid-slope-by-value",
        sentence="The slope of the sigmoid is its value times one minus its value.",
        statement=_by_value,
        check=decided(_by_value),
        scope="",
        false_sibling=sp.Eq(sp.Derivative(_s, z), times(_s, 1 - _s**2), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="sigmoid-quarter-bound",
        sentence="The slope of the sigmoid is at most 1/4: what is missing to 1/4 is a square.",
        statement=_at_most_a_quarter,
        check=_by_square,
        scope="equality exactly where σ(z) = 1/2, that is at z = 0",
        false_sibling=sp.Le(_slope, sp.Rational(6, 25), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="sigmoid-quarter-by-calculus",
        sentence="The slope of the sigmoid is at most 1/4: it is as large at −z as at z, and falls from 1/4 "
        "as z grows from 0.",
        statement=_at_most_a_quarter,
        check=_by_calculus,
        scope="",
        false_sibling=sp.Le(_slope, sp.Rational(249, 1000), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="tanh-is-a-scaled-sigmoid",
        sentence="The slope of tanh is four times the sigmoid's slope at twice the argument.",
        statement=_scaled,
        check=decided(_scaled),
        scope="σ the sigmoid; so tanh′ ≤ 1, with equality at 0",
        false_sibling=sp.Eq(sp.Derivative(TANH.formula, z), 4 * sigma_prime(z), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="small-weight-small-factor",
        sentence="A weight smaller than 1 in size makes the factor smaller than 1/4.",
        statement=_small_weight(sp.S.One),
        check=decided(_small_weight(sp.S.One)),
        scope="σ the sigmoid",
        false_sibling=_small_weight(sp.Rational(1000001, 1000000)),
        domain=domain((z, reals()), (w, reals()), means=only("sigmoid")),
    ),
    Claim(
        label="gaussian-weight-below-one",
        sentence="A standard normal weight is smaller than 1 in size with probability erf(1/√2) = 0.6827.",
        statement=_integrated,
        check=decided(_integrated),
        scope="w ~ N(0, 1)",
        false_sibling=sp.Eq(_chance, sp.erf(1), evaluate=False),
        domain=domain(),
    ),
)
