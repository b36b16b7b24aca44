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
    integers,
    nonzero,
    positive,
    reals,
    smooth,
)
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.meaning import partial_derivative
from analysis.claims.rules import Cited, Induction, Rewritten
from analysis.claims.theorems import AT, MAP, START, STEPS
from analysis.claims.world import Number, World
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import iterated, partial, plus, times
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import a_, b, b_, cost, h, w, w_


def _penalised_slope(e: sp.Basic, world: World) -> Number:
    """∂(C + penalty)/∂y by a difference quotient of the chain's cost and the penalty together."""
    y, penalty = e.args
    return partial_derivative(cost(output()) + penalty, [y], world)


def _written_out(*slopes: penalised) -> dict[sp.Basic, sp.Expr]:
    """Those slopes as derivatives, of which a proof can see what is differentiated."""
    return {e: sp.Derivative(cost(output()) + e.args[1], e.args[0]) for e in slopes}


_momentum, _beside = sp.symbols("m d", real=True)


def _two_steps() -> sp.Lambda:
    """The weight after two steps of momentum, α w inside the gradient, or taken off beside it where the
    second argument is 1."""
    weight, speed = start, sp.S.Zero
    for slope in (g_1, g_2):
        speed = _momentum * speed + slope + (1 - _beside) * alpha * weight
        weight = (1 - _beside * eta * alpha) * weight - eta * speed
    return sp.Lambda((_momentum, _beside), weight)


_y = w_(1)
_sizes = reals(largest=40)


def _chain(first: Range, *slopes: penalised) -> Domain:
    """A chain of three layers with any activation and cost; ``first`` is the range of w_1, ``slopes`` are
    those that the claim is about."""
    return domain(
        (_y, first),
        *((letter, _sizes) for letter in (w_(2), w_(3), b_(1), b_(2), b_(3), a_(0))),
        (alpha, positive()),
        (ACTIVATION, activations()),
        (COST, smooth("any smooth cost")),
        means={penalised: _penalised_slope, **_written_out(*slopes)},
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


def _by_induction(claim: sp.Eq) -> Proof:
    """The right side is the start at t = 0, and a step multiplies it by 1 − ηα."""
    weight, _ = claim.args
    letters = {AT: w, START: w_(0), MAP: sp.Lambda(w, w - eta * alpha * w)}
    later = {t: t + 1}
    return proof(
        Line(sp.Eq(weight.xreplace({t: sp.S.Zero}), w_(0), evaluate=False), Cited("no step", (), letters)),
        Line(
            sp.Eq(weight.xreplace(later), weight - eta * alpha * weight, evaluate=False),
            Cited("one step more", (), {**letters, STEPS: t}),
        ),
        Line(sp.Implies(claim, claim.xreplace(later), evaluate=False), Rewritten((2,))),
        Line(claim, Induction((1, 3), t)),
    )


_SPEED = sp.Eq(penalised(b_(1), L2), partial(output(), b_(1)), evaluate=False)
_L2_ADDS = sp.Eq(penalised(_y, L2), plus(partial(output(), _y), times(alpha, _y)), evaluate=False)
_L1_ADDS = sp.Eq(penalised(_y, L1), plus(partial(output(), _y), times(alpha, sp.sign(_y))), evaluate=False)
_DECOUPLED = sp.Eq(after_two(0, 0), after_two(0, 1), evaluate=False)
_ALONE = _decayed_is(w_(0) * (1 - eta * alpha) ** t)
_FACTORS = _factors_at(0)

CLAIMS = (
    Claim(
        label="decay-leaves-learning-speed",
        sentence="A penalty on the weights leaves the learning speed ∂C/∂b of every layer as it is.",
        statement=_SPEED,
        check=decided(_SPEED),
        scope="a chain of three layers, so at initialisation too; the near miss penalises biases",
        false_sibling=sp.Eq(penalised(b_(1), WITH_BIASES), partial(output(), b_(1)), evaluate=False),
        domain=_chain(_sizes, penalised(b_(1), L2)),
    ),
    Claim(
        label="decay-l2-adds-only",
        sentence="In the weights, L2 adds α w to the gradient of the data, and nothing else.",
        statement=_L2_ADDS,
        check=decided(_L2_ADDS),
        scope="a chain of three layers; what is added does not see the data. With the penalty α‖W‖² it is "
        "2αw",
        false_sibling=sp.Eq(
            penalised(_y, L2), plus(partial(output(), _y), times(2, alpha, _y)), evaluate=False
        ),
        domain=_chain(_sizes, penalised(_y, L2)),
    ),
    Claim(
        label="decay-l1-adds-only",
        sentence="L1 adds α times the sign: the same pull on a large weight and on a small one.",
        statement=_L1_ADDS,
        check=decided(_L1_ADDS),
        scope="a chain of three layers",
        false_sibling=sp.Eq(penalised(_y, L1), plus(partial(output(), _y), times(alpha, _y)), evaluate=False),
        domain=_chain(nonzero(largest=40), penalised(_y, L1)),
    ),
    Claim(
        label="decay-decoupled-plain-descent",
        sentence="For plain gradient descent, L2 and decoupled decay are the same; with momentum they are "
        "not.",
        statement=_DECOUPLED,
        check=decided(_DECOUPLED),
        scope="two steps with the same data gradients, momentum 0; the near miss has momentum μ",
        false_sibling=sp.Eq(after_two(mu, 0), after_two(mu, 1), evaluate=False),
        domain=domain(
            (start, reals()),
            (g_1, reals()),
            (g_2, reals()),
            *_rates,
            (mu, between(0, 1, open_low=True, open_high=True)),
            means={after_two: _two_steps()},
        ),
    ),
    Claim(
        label="decay-alone",
        sentence="Without a data gradient a weight decays geometrically.",
        statement=_ALONE,
        check=_by_induction(_ALONE),
        scope="w ← w − ηαw from w_0; the near miss decays on a straight line",
        false_sibling=_decayed_is(w_(0) * (1 - eta * alpha * t)),
        domain=domain((w_(0), reals()), *_rates, (t, integers(0, 30))),
    ),
    Claim(
        label="decay-layer-factor",
        sentence="A layer held at its weighted input keeps its slope, and its factor shrinks by 1 − ηα a "
        "step.",
        statement=_FACTORS,
        check=decided(_FACTORS),
        scope="the factor w σ′(wh + b) at h = 0, so that z = b whatever w is; σ the sigmoid",
        false_sibling=_factors_at(1),
        domain=domain((w, _sizes), (b, _sizes), *_rates, (t, integers(0, 30))),
    ),
)
