"""Weight decay: a penalty on the weights, added to the cost, or taken off the weights directly."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.clipping.decay import (
    L1,
    L2,
    WITH_BIASES,
    after_two,
    alpha,
    decayed,
    eta,
    g_1,
    g_2,
    mu,
    output,
    penalised,
    start,
    t,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import (
    ACTIVATION,
    COST,
    Domain,
    Range,
    activations,
    between,
    domain,
    exact,
    integers,
    nonzero,
    positive,
    reals,
    smooth,
)
from analysis.claims.meaning import partial_derivative, value, whole
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.claims.world import Number, World
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import iterated, partial, plus, times
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import a_, b, b_, cost, h, w, w_


def by_difference(statement: sp.Basic) -> Outcome:
    """Both sides carried out, their difference multiplied out."""
    left, right = (side.doit() for side in statement.args)
    if sp.expand(left - right) == 0:
        return Proved("algebra", (Step("the difference of both sides, multiplied out, is 0"),))
    return Unknown("they differ in form")


def by_recursion(statement: sp.Basic) -> Outcome:
    """The right side is the start at t = 0, and the step takes it at t to itself at t + 1."""
    left, right = statement.args
    letter, step, first, _ = left.args
    factor = sp.factor(step / letter)
    begin = sp.simplify(right.subs(t, 0))
    gap = sp.expand(sp.powsimp(sp.expand_power_exp(right.subs(t, t + 1)) - factor * right))
    if factor.has(letter) or sp.simplify(begin - first) != 0 or gap != 0:
        return Unknown("the right side does not follow the step")
    return Proved("induction", (Step("at t = 0", begin), Step("one step multiplies by", factor)))


def _penalised_slope(e: sp.Basic, world: World) -> Number:
    """∂(C + penalty)/∂y by a difference quotient of the chain's cost and the penalty together."""
    y, penalty = e.args
    return partial_derivative(cost(output()) + penalty, [y], world)


def _two_steps(e: sp.Basic, world: World) -> Number:
    """The weight after two steps of momentum, α w inside the gradient,
    or taken off beside it where the second argument is 1."""
    momentum, rate, strength = (value(x, world) for x in (e.args[0], eta, alpha))
    beside = whole(e.args[1], world) == 1
    weight, speed = value(start, world), exact(0)
    for slope in (g_1, g_2):
        pull = strength * weight
        speed = momentum * speed + value(slope, world) + (0 if beside else pull)
        weight = weight - rate * speed - (rate * pull if beside else 0)
    return weight


_y = w_(1)
_sizes = reals(largest=40)


def _chain(first: Range) -> Domain:
    """A chain of three layers with any activation and cost; ``first`` is the range of w_1."""
    return domain(
        (_y, first),
        *((letter, _sizes) for letter in (w_(2), w_(3), b_(1), b_(2), b_(3), a_(0))),
        (alpha, positive()),
        (ACTIVATION, activations()),
        (COST, smooth("any smooth cost")),
        means={penalised: _penalised_slope},
    )


_rates = ((eta, positive(largest=20)), (alpha, positive(largest=20)))


def _decayed_is(value: sp.Expr) -> sp.Eq:
    return sp.Eq(iterated(w, w - eta * alpha * w, w_(0), t), value, evaluate=False)


def _factors_at(place: int) -> sp.Eq:
    before, after = (
        sp.Subs(sp.Derivative(layer.output, h), h, place)
        for layer in (plain(SIGMOID), decayed(plain(SIGMOID)))
    )
    return sp.Eq(after, (1 - eta * alpha) ** t * before, evaluate=False)


CLAIMS = (
    Claim(
        label="decay-leaves-learning-speed",
        sentence="A penalty on the weights leaves the learning speed ∂C/∂b of every layer as it is.",
        statement=sp.Eq(penalised(b_(1), L2), partial(output(), b_(1)), evaluate=False),
        check=by_difference,
        scope="a chain of three layers, so at initialisation too; the near miss penalises biases",
        false_sibling=sp.Eq(penalised(b_(1), WITH_BIASES), partial(output(), b_(1)), evaluate=False),
        domain=_chain(_sizes),
    ),
    Claim(
        label="decay-l2-adds-only",
        sentence="In the weights, L2 adds α w to the gradient of the data, and nothing else.",
        statement=sp.Eq(penalised(_y, L2), plus(partial(output(), _y), times(alpha, _y)), evaluate=False),
        check=by_difference,
        scope="a chain of three layers; what is added does not see the data. With the penalty α‖W‖² it is "
        "2αw",
        false_sibling=sp.Eq(
            penalised(_y, L2), plus(partial(output(), _y), times(2, alpha, _y)), evaluate=False
        ),
        domain=_chain(_sizes),
    ),
    Claim(
        label="decay-l1-adds-only",
        sentence="L1 adds α times the sign: the same pull on a large weight and on a small one.",
        statement=sp.Eq(
            penalised(_y, L1), plus(partial(output(), _y), times(alpha, sp.sign(_y))), evaluate=False
        ),
        check=by_difference,
        scope="a chain of three layers",
        false_sibling=sp.Eq(penalised(_y, L1), plus(partial(output(), _y), times(alpha, _y)), evaluate=False),
        domain=_chain(nonzero(largest=40)),
    ),
    Claim(
        label="decay-decoupled-plain-descent",
        sentence="For plain gradient descent, L2 and decoupled decay are the same; with momentum they are "
        "not.",
        statement=sp.Eq(after_two(0, 0), after_two(0, 1), evaluate=False),
        check=by_difference,
        scope="two steps with the same data gradients, momentum 0; the near miss has momentum μ",
        false_sibling=sp.Eq(after_two(mu, 0), after_two(mu, 1), evaluate=False),
        domain=domain(
            (start, reals()),
            (g_1, reals()),
            (g_2, reals()),
            *_rates,
            (mu, between(0, 1, open_low=True, open_high=True)),
            means={after_two: _two_steps},
        ),
    ),
    Claim(
        label="decay-alone",
        sentence="Without a data gradient a weight decays geometrically.",
        statement=_decayed_is(w_(0) * (1 - eta * alpha) ** t),
        check=by_recursion,
        scope="w ← w − ηαw from w_0; the near miss decays on a straight line",
        false_sibling=_decayed_is(w_(0) * (1 - eta * alpha * t)),
        domain=domain((w_(0), reals()), *_rates, (t, integers(0, 30))),
    ),
    Claim(
        label="decay-layer-factor",
        sentence="A layer held at its weighted input keeps its slope, and its factor shrinks by 1 − ηα a "
        "step.",
        statement=_factors_at(0),
        check=by_difference,
        scope="the factor w σ′(wh + b) at h = 0, so that z = b whatever w is; σ the sigmoid",
        false_sibling=_factors_at(1),
        domain=domain((w, _sizes), (b, _sizes), *_rates, (t, integers(0, 30))),
    ),
)
