"""The slope of the sigmoid, its maximum ¼ by algebra and by calculus,
and what follows for one factor w σ′(z)."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.quarter_bound.slope import QUARTER
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, only, reals
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_deciding, by_square, by_value, counterexample
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.display import times
from analysis.symbolic.normal import density
from analysis.symbolic.notation import sigma_prime, w, z

_s = SIGMOID.formula
_slope = SIGMOID.derivative


def by_stationary_points(statement: sp.Basic) -> Outcome:
    """The largest value of a smooth function of z: its stationary points, and its limits at ±∞."""
    left, right = statement.args
    f = left.doit()
    points = sp.solveset(sp.simplify(f.diff(z)), z, sp.S.Reals)
    if not isinstance(points, sp.FiniteSet):
        return Unknown(f"stationary points not found: {points}")
    values = {p: sp.simplify(f.subs(z, p)) for p in points}
    limits = [sp.limit(f, z, end) for end in (-sp.oo, sp.oo)]
    top = max([*values.values(), *limits], key=lambda v: sp.N(v, 50))
    if sp.simplify(right - top).is_nonnegative:
        return Proved(
            "calculus",
            (
                Step("the derivative vanishes only at", points),
                *(Step(f"the value at z = {p}", value) for p, value in values.items()),
                Step("the limit at −∞", limits[0]),
                Step("the limit at +∞", limits[1]),
            ),
        )
    return counterexample(statement, [{z: p} for p in points]) or Unknown("the supremum is not attained")


def by_product_of_suprema(statement: sp.Basic) -> Outcome:
    """|w| < c implies |w| σ′(z) < c/4: the supremum of a product of non-negative factors, free of each other.

    The supremum of |w| is not attained, so the inequality is strict; where c/4 exceeds the right side, a
    weight just below c and z = 0 break it.
    """
    premise, conclusion = statement.args
    limit, right = premise.rhs, conclusion.rhs
    bound = by_deciding()(sp.Le(SIGMOID.slope, QUARTER, evaluate=False))
    if not isinstance(bound, Proved):
        return bound
    if (limit / 4 - right).is_nonpositive:
        return Proved(
            "algebra",
            (
                Step("σ′(z) ≤ 1/4 and |w| strictly below", limit),
                Step("so the product stays below", limit / 4),
            ),
        )
    inside = (limit + 4 * right) / 2
    found = counterexample(conclusion.subs(sigma_prime(z), SIGMOID.derivative), [{w: inside, z: sp.S.Zero}])
    return found if isinstance(found, Refuted) else Unknown("the suprema say no, yet no point was found")


def by_deciding_for_the_sigmoid(statement: sp.Basic) -> Outcome:
    """The relation with the sigmoid's slope in place of σ′, decided exactly."""
    sides = (side.replace(sigma_prime, lambda x: SIGMOID.slope.subs(z, x)) for side in statement.args)
    return by_deciding()(statement.func(*sides, evaluate=False))


def _small_weight(limit: sp.Expr) -> sp.Basic:
    return sp.Implies(
        sp.Lt(sp.Abs(w), limit, evaluate=False),
        sp.Lt(sp.Abs(w) * sigma_prime(z), QUARTER, evaluate=False),
        evaluate=False,
    )


_z = domain((z, reals()), means=only("sigmoid"))
_chance = sp.Integral(density(w), (w, -1, 1))

CLAIMS = (
    Claim(
        label="sigmoid-slope-by-value",
        sentence="The slope of the sigmoid is its value times one minus its value.",
        statement=sp.Eq(sp.Derivative(_s, z), times(_s, 1 - _s), evaluate=False),
        check=by_deciding(),
        scope="",
        false_sibling=sp.Eq(sp.Derivative(_s, z), times(_s, 1 - _s**2), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="sigmoid-quarter-bound",
        sentence="The slope of the sigmoid is at most 1/4: what is missing to 1/4 is a square.",
        statement=sp.Le(_slope, QUARTER, evaluate=False),
        check=by_square(_s - sp.S.Half),
        scope="equality exactly where σ(z) = 1/2, that is at z = 0",
        false_sibling=sp.Le(_slope, sp.Rational(6, 25), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="sigmoid-quarter-by-calculus",
        sentence="The slope of the sigmoid is at most 1/4: its value at the one stationary point, above "
        "the limits at both ends.",
        statement=sp.Le(_slope, QUARTER, evaluate=False),
        check=by_stationary_points,
        scope="with the limits at both ends",
        false_sibling=sp.Le(_slope, sp.Rational(249, 1000), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="tanh-is-a-scaled-sigmoid",
        sentence="The slope of tanh is four times the sigmoid's slope at twice the argument.",
        statement=sp.Eq(sp.Derivative(TANH.formula, z), 4 * sigma_prime(2 * z), evaluate=False),
        check=by_deciding_for_the_sigmoid,
        scope="σ the sigmoid; so tanh′ ≤ 1, with equality at 0",
        false_sibling=sp.Eq(sp.Derivative(TANH.formula, z), 4 * sigma_prime(z), evaluate=False),
        domain=_z,
    ),
    Claim(
        label="small-weight-small-factor",
        sentence="A weight smaller than 1 in size makes the factor smaller than 1/4.",
        statement=_small_weight(sp.S.One),
        check=by_product_of_suprema,
        scope="σ the sigmoid",
        false_sibling=_small_weight(sp.Rational(1000001, 1000000)),
        domain=domain((z, reals()), (w, reals()), means=only("sigmoid")),
    ),
    Claim(
        label="gaussian-weight-below-one",
        sentence="A standard normal weight is smaller than 1 in size with probability erf(1/√2) = 0.6827.",
        statement=sp.Eq(_chance, sp.erf(1 / sp.sqrt(2)), evaluate=False),
        check=by_value((Step("SymPy integrates the density", _chance),)),
        scope="w ~ N(0, 1)",
        false_sibling=sp.Eq(_chance, sp.erf(1), evaluate=False),
        domain=domain(),
    ),
)
