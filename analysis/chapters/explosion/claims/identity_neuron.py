"""The identity neuron w₂ σ(w₁ x + b) ≈ x on [0, 1]:
why a small w₁ makes it worse, and what mends it."""

from __future__ import annotations

from functools import cache

import sympy as sp
from flint import fmpq

from analysis.chapters.explosion import identity_neuron_errors
from analysis.chapters.explosion.claims.meaning_lengths import largest_on
from analysis.chapters.explosion.identity_neuron import (
    SMALL,
    as_stated,
    floor_of_error,
    least_error,
    mended,
    mended_error,
    w1,
    w2,
    x,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import Range, between, domain, only, positive
from analysis.claims.meaning import value
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.claims.proof import by_deciding, counterexample
from analysis.claims.world import Estimate, Number, World, ball
from analysis.symbolic.catalogue import SIGMOID, as_sigmoid
from analysis.symbolic.display import largest
from analysis.symbolic.notation import b, z

_t = sp.Symbol("t", nonnegative=True)


def by_log_slope(statement: sp.Basic) -> Outcome:
    """E(w₁) = the floor: no neuron does better, and neurons with b → −∞ come as near as one likes."""
    log_slope = sp.Derivative(sp.log(SIGMOID.formula), z)
    facts = (sp.Lt(0, log_slope, evaluate=False), sp.Lt(log_slope, 1, evaluate=False))
    floor = floor_of_error()
    shape = sp.limit(floor * sp.exp(-b) * as_sigmoid(as_stated.subs(w2, 1)), b, -sp.oo)
    ends = (sp.simplify(shape.subs(x, 0) - floor), sp.simplify(1 - shape.subs(x, 1) - floor))
    steepest = sp.simplify(shape.diff(x).subs(x, 1))  # the slope of the limit shape is largest at x = 1
    grows, at_most = sp.simplify(sp.diff(steepest, w1)), steepest.subs(w1, SMALL)
    if (
        ends != (0, 0)
        or not sp.N(at_most) < 1
        or not all(isinstance(by_deciding()(f), Proved) for f in facts)
    ):
        return Unknown("the floor is not attained in the limit, or the log-slope not decided")
    if sp.simplify(floor - statement.rhs) == 0:
        return Proved(
            "calculus",
            (
                Step("the slope of log σ lies strictly between 0 and 1", log_slope.doit()),
                Step("so f(x) = w₂ σ(w₁x + b) has f(1) < exp(w₁) f(0) where w₂ > 0, and f(1) ≤ 0 where not"),
                Step("an error ε needs f(0) ≤ ε and f(1) ≥ 1 − ε; with that, ε must exceed", floor),
                Step("with w₂ = exp(−b) times that, b → −∞, the neuron tends to", shape),
                Step("it misses x by just that much at both ends, from above at 0 and from below at 1"),
                Step(
                    f"its slope is at most w₁ σ(w₁), which grows with w₁ and at {SMALL} is below 1: no "
                    "larger error between",
                    grows,
                ),
            ),
        )
    at = [{w1: p} for p in (sp.S.One, sp.S.Half, SMALL)]
    found = counterexample(sp.Eq(floor, statement.rhs, evaluate=False), at)
    return found or Unknown("not brought to one form")


def by_limit(statement: sp.Basic) -> Outcome:
    """A limit carried out by SymPy, E(w₁) replaced by its closed form near 0."""
    limit = statement.lhs.subs(least_error(w1), floor_of_error())
    value = limit.doit()
    if sp.simplify(value - statement.rhs) == 0:
        return Proved(
            "calculus", (Step("the expression whose limit is taken", limit.args[0]), Step("its limit", value))
        )
    return counterexample(sp.Eq(value, statement.rhs, evaluate=False), [{}]) or Unknown(
        "limit not carried out"
    )


def by_monotone_error(statement: sp.Basic) -> Outcome:
    """The largest |m(x) − x|: the error is odd about x = ½ and increasing in t, so it is largest at x = 1."""
    t = sp.Symbol("t", real=True)
    inside = as_sigmoid(statement.lhs.args[0].args[0]).subs(x, sp.S.Half + 2 * t / w1)
    shape = 2 / w1 * (t - sp.tanh(t))
    either = (
        sp.simplify((side - shape).rewrite(sp.exp)) for side in (inside, -inside)
    )  # SymPy picks the sign in |…|
    if all(gap != 0 for gap in either) or sp.simplify(shape.diff(t) * w1 / 2 - sp.tanh(t) ** 2) != 0:
        return Unknown(f"the error was not recognised as {shape} or its opposite")
    top = shape.subs(t, w1 / 4)
    if sp.simplify(sp.expand(top - statement.rhs)) == 0:
        return Proved(
            "calculus",
            (
                Step("with t = w₁(x − ½)/2 the neuron falls short of x by", shape),
                Step(
                    "odd in t, with the derivative 2 tanh²(t)/w₁ ≥ 0, so largest in size at t = ±w₁/4, both "
                    "ends",
                    top,
                ),
            ),
        )
    return counterexample(sp.Eq(top, statement.rhs, evaluate=False), [{w1: sp.S.One}]) or Unknown(
        "not one form"
    )


def by_cubic(statement: sp.Basic) -> Outcome:
    """error ≤ c w₁²: from t − tanh t ≤ t³/3; proved for c ≥ 1/96, refuted below it by a small w₁."""
    slope = sp.diff(_t**3 / 3 - (_t - sp.tanh(_t)), _t)
    c = sp.simplify(statement.rhs / w1**2)
    bound = sp.simplify((2 / w1) * (w1 / 4) ** 3 / 3)
    below = sp.simplify(slope - (_t - sp.tanh(_t)) * (_t + sp.tanh(_t)))
    if below != 0 or not c.is_number:
        return Unknown("not of the form c w₁², or the derivative was not recognised")
    if sp.simplify(statement.rhs - bound).is_nonnegative:
        return Proved(
            "calculus",
            (
                Step(
                    "t³/3 − (t − tanh t) is 0 at t = 0 and its derivative is not negative, as 0 ≤ tanh t ≤ t",
                    slope,
                ),
                Step("so with t = w₁/4 the error is at most", bound),
            ),
        )
    points = [{w1: sp.Rational(1, 10**k)} for k in range(4)]
    return counterexample(statement, points) or Unknown("no w₁ tried exceeds it")


def _limit(expr: sp.Expr, value: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Limit(expr, w1, 0), value, evaluate=False)


@cache
def _programmed(weight: float) -> float:
    """E(w₁) from the feasibility of linear programmes on a grid; shares nothing with the closed form."""
    return identity_neuron_errors.least_error(weight, points=41, tolerance=1e-5)


def _least(e: sp.Basic, world: World) -> Number:
    weight = round(float(ball(value(e.args[0], world)).mid()), 3) or 0.001
    slack = abs(float(ball(value(e.args[0], world)).mid()) - weight)
    return world.measured(e, Estimate(_programmed(weight), bound=2e-4 + slack))


_few = between(0, sp.Rational(5, 4), open_low=True)
_fewer = Range(_few.words, lambda random, world: fmpq(random.randint(1, 40), 32), _few.hard, _few.holds)

CLAIMS = (
    Claim(
        label="identity-neuron-least-error",
        sentence="For a small first weight the best an identity neuron can do is this error, and it never "
        "quite gets there.",
        statement=sp.Eq(least_error(w1), 1 / (1 + sp.exp(w1)), evaluate=False),
        check=by_log_slope,
        scope="E(w₁) = inf over w₂ and b of the largest |w₂ σ(w₁x + b) − x| on [0, 1]; sigmoid",
        false_sibling=sp.Eq(least_error(w1), 1 / (1 + sp.exp(2 * w1)), evaluate=False),
        domain=domain((w1, _fewer), means={least_error: _least}),
    ),
    Claim(
        label="identity-neuron-fails-as-stated",
        sentence="As the first weight goes to 0, the best error goes to 1/2, which is that of a constant.",
        statement=_limit(least_error(w1), sp.S.Half),
        check=by_limit,
        scope="E(w₁) in the closed form of identity-neuron-least-error; sigmoid, w₁ → 0 from above",
        false_sibling=_limit(least_error(w1), sp.S.Zero),
        domain=domain(means={least_error: sp.Lambda(w1, 1 / (1 + sp.exp(w1)))}),
    ),
    Claim(
        label="mended-identity-error",
        sentence="With the next neuron's bias to help, the largest error has a closed form.",
        statement=sp.Eq(largest(sp.Abs(mended - x)), mended_error, evaluate=False),
        check=by_monotone_error,
        scope="m(x) = w₂ σ(w₁(x − ½)) + ½ − w₂/2 with w₂ = 4/w₁, sigmoid",
        false_sibling=sp.Eq(largest(sp.Abs(mended - x)), mended_error.subs(w1 / 4, w1 / 2), evaluate=False),
        domain=domain(
            (w1, between(sp.Rational(1, 10), 30, words="> 0")),
            means={**only("sigmoid"), largest: largest_on(x)},
        ),
    ),
    Claim(
        label="mended-identity-bound",
        sentence="That error is at most w₁²/96.",
        statement=sp.Le(mended_error, w1**2 / 96, evaluate=False),
        check=by_cubic,
        scope="",
        false_sibling=sp.Le(mended_error, w1**2 / 97, evaluate=False),
        domain=domain((w1, positive())),
    ),
    Claim(
        label="mended-identity-order",
        sentence="The error is of second order in w₁, with the factor 1/96.",
        statement=_limit(mended_error / w1**2, sp.Rational(1, 96)),
        check=by_limit,
        scope="w₁ → 0 from above",
        false_sibling=_limit(mended_error / w1, sp.Rational(1, 96)),
        domain=domain(),
    ),
)
