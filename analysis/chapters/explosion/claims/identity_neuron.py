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
from analysis.claims.domain import Range, between, domain, nonnegative, only, positive, reals
from analysis.claims.lines import Line, decided, proof
from analysis.claims.meaning import value
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.claims.proof import by_deciding, counterexample
from analysis.claims.relations import eq, ge, le
from analysis.claims.rules import Combined, Increasing, Instance, Logic, Rising, cited
from analysis.claims.world import Estimate, Number, World, ball
from analysis.symbolic.catalogue import SIGMOID, as_sigmoid
from analysis.symbolic.display import largest
from analysis.symbolic.notation import b, z

_t = sp.Symbol("t", real=True)


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

_missed = sp.Abs(mended - x)
_inside = _missed.args[0]
_u, _unit = w1 * (x - sp.S.Half) / 2, ((x, between(0, 1)),)
_any, _from_0_on = ((_t, reals()),), ((_t, nonnegative()),)
_short = sp.Lambda(_t, _t - sp.tanh(_t))
"""Half of w₁ times this is what the mended neuron misses at w₁(x − ½)/2 = t."""
_by_monotone_error = proof(
    Line(le(_u, w1 / 4), over=_unit),
    Line(le(-w1 / 4, _u), over=_unit),
    Line(le(_short(_u), _short(w1 / 4)), Increasing((1,), _short), over=_unit),
    Line(le(_short(-w1 / 4), _short(_u)), Increasing((2,), _short), over=_unit),
    Line(le(x - mended, mended_error), Combined((3,), ((2 / w1, (0,)),)), over=_unit),
    Line(le(mended - x, mended_error), Combined((4,), ((2 / w1, (0,)),)), over=_unit),
    Line(le(_missed, mended_error), Logic((5, 6)), over=_unit),
    Line(ge(sp.Abs(_t), _t), over=_any),
    Line(ge(_missed.subs(x, 1), mended_error), Instance((8,), {_t: _inside.subs(x, 1)})),
    Line(
        eq(largest(_missed), mended_error),
        cited("largest value", (7, 9), sp.Lambda(_t, _missed.subs(x, _t)), 1, mended_error),
    ),
)
_below_a_cube = _t**3 / 3 - _short(_t)
_by_cubic = proof(
    Line(ge(sp.Derivative(_short(_t), _t), 0), over=_from_0_on),
    Line(ge(_short(_t), 0), Rising((1,), _t), over=_from_0_on),
    Line(ge(_t + sp.tanh(_t), 0), over=_from_0_on),
    Line(ge(sp.Derivative(_below_a_cube, _t), 0), Combined((2, 3), ((1, (0, 1)),)), over=_from_0_on),
    Line(ge(_below_a_cube, 0), Rising((4,), _t), over=_from_0_on),
    Line(ge(_below_a_cube.subs(_t, w1 / 4), 0), Instance((5,), {_t: w1 / 4})),
    Line(le(mended_error, w1**2 / 96), Combined((6,), ((2 / w1, (0,)),))),
)

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
        check=decided(_limit(least_error(w1), sp.S.Half)),
        scope="E(w₁) in the closed form of identity-neuron-least-error; sigmoid, w₁ → 0 from above",
        false_sibling=_limit(least_error(w1), sp.S.Zero),
        domain=domain(means={least_error: sp.Lambda(w1, 1 / (1 + sp.exp(w1)))}),
    ),
    Claim(
        label="mended-identity-error",
        sentence="With the next neuron's bias to help, the largest error has a closed form.",
        statement=eq(largest(_missed), mended_error),
        check=_by_monotone_error,
        scope="m(x) = w₂ σ(w₁(x − ½)) + ½ − w₂/2 with w₂ = 4/w₁, sigmoid",
        false_sibling=sp.Eq(largest(sp.Abs(mended - x)), mended_error.subs(w1 / 4, w1 / 2), evaluate=False),
        domain=domain(
            (w1, between(sp.Rational(1, 10), 30, words="> 0", over=sp.Interval.open(0, sp.oo))),
            means={**only("sigmoid"), largest: largest_on(x)},
        ),
    ),
    Claim(
        label="mended-identity-bound",
        sentence="That error is at most w₁²/96.",
        statement=sp.Le(mended_error, w1**2 / 96, evaluate=False),
        check=_by_cubic,
        scope="",
        false_sibling=sp.Le(mended_error, w1**2 / 97, evaluate=False),
        domain=domain((w1, positive())),
    ),
    Claim(
        label="mended-identity-order",
        sentence="The error is of second order in w₁, with the factor 1/96.",
        statement=_limit(mended_error / w1**2, sp.Rational(1, 96)),
        check=decided(_limit(mended_error / w1**2, sp.Rational(1, 96))),
        scope="w₁ → 0 from above",
        false_sibling=_limit(mended_error / w1, sp.Rational(1, 96)),
        domain=domain(),
    ),
)
