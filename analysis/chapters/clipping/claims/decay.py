"""Claims: weight decay: a penalty on the weights, added to the cost, or taken off the weights directly."""

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
    mu,
    output,
    penalised,
    t,
)
from analysis.claims.claim import Claim
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import counterexample, rational_points, specialise
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import partial, plus, times
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b_, h, w_


def by_difference(statement: sp.Basic) -> Outcome:
    """Both sides carried out, their difference multiplied out."""
    left, right = (side.doit() for side in statement.args)
    if sp.expand(left - right) == 0:
        return Proved("algebra", (Step("the difference of both sides, multiplied out, is 0"),))
    numbers = sp.Eq(specialise(left), specialise(right), evaluate=False)
    points = (
        {s: abs(v) / 10 if s.is_positive else v for s, v in p.items()}
        for p in rational_points(numbers.free_symbols)
    )
    return counterexample(numbers, points) or Unknown("they differ in form, not at the points tried")


_now = sp.Function("w")


def by_recursion(statement: sp.Basic) -> Outcome:
    """w(0) = w_0, and one step takes the right side at t to the right side at t + 1."""
    right = statement.rhs
    start = sp.simplify(right.subs(t, 0))
    step = sp.expand(sp.powsimp(sp.expand_power_exp(right.subs(t, t + 1)) - (1 - eta * alpha) * right))
    if sp.simplify(start - _start) == 0 and step == 0:
        return Proved("induction", (Step("at t = 0", start), Step("one step multiplies by", 1 - eta * alpha)))
    two: sp.Expr = _start
    for _ in range(2):
        two = two - eta * alpha * two
    at = {t: sp.Integer(2), eta: sp.Rational(1, 2), alpha: sp.Rational(1, 2), _start: sp.S.One}
    left, other = two.subs(at), right.subs(at)
    return (
        Refuted(f"at t = 2, eta = 1/2, alpha = 1/2, w_0 = 1 the left side is {left}, the right side {other}")
        if left != other
        else Unknown("the same at t = 2")
    )


_start = w_(0)
_y = w_(1)

CLAIMS = (
    Claim(
        label="decay-leaves-learning-speed",
        sentence="A penalty on the weights leaves the learning speed ∂C/∂b of every layer as it is.",
        statement=sp.Eq(penalised(b_(1), L2), partial(output(), b_(1)), evaluate=False),
        check=by_difference,
        scope=
            "a chain of three layers, any weights, biases, α, σ and C, so at initialisation too; the near "
            "miss penalises biases",
        false_sibling=sp.Eq(penalised(b_(1), WITH_BIASES), partial(output(), b_(1)), evaluate=False),
    ),
    Claim(
        label="decay-l2-adds-only",
        sentence="In the weights, L2 adds α w to the gradient of the data, and nothing else.",
        statement=sp.Eq(penalised(_y, L2), plus(partial(output(), _y), times(alpha, _y)), evaluate=False),
        check=by_difference,
        scope=
            "a chain of three layers; what is added does not see the data. With the penalty α‖W‖² it is 2αw",
        false_sibling=sp.Eq(penalised(_y, L2), plus(partial(output(), _y), times(2, alpha, _y)),
            evaluate=False),
    ),
    Claim(
        label="decay-l1-adds-only",
        sentence="L1 adds α times the sign: the same pull on a large weight and on a small one.",
        statement=sp.Eq(penalised(_y, L1), plus(partial(output(), _y), times(alpha, sp.sign(_y))),
            evaluate=False),
        check=by_difference,
        scope="a chain of three layers, w ≠ 0",
        false_sibling=sp.Eq(penalised(_y, L1), plus(partial(output(), _y), times(alpha, _y)), evaluate=False),
    ),
    Claim(
        label="decay-decoupled-plain-descent",
        sentence=
            "For plain gradient descent, L2 and decoupled decay are the same; with momentum they are not.",
        statement=sp.Eq(after_two(0, 0), after_two(0, 1), evaluate=False),
        check=by_difference,
        scope="two steps with the same data gradients, momentum 0; the near miss has momentum μ",
        false_sibling=sp.Eq(after_two(mu, 0), after_two(mu, 1), evaluate=False),
    ),
    Claim(
        label="decay-alone",
        sentence="Without a data gradient a weight decays geometrically.",
        statement=sp.Eq(_now(t), _start * (1 - eta * alpha) ** t, evaluate=False),
        check=by_recursion,
        scope="w ← w − ηαw from w_0; every t ≥ 0; the near miss decays on a straight line",
        false_sibling=sp.Eq(_now(t), _start * (1 - eta * alpha * t), evaluate=False),
    ),
    Claim(
        label="decay-layer-factor",
        sentence=
            "A layer held at its weighted input keeps its slope, and its factor shrinks by 1 − ηα a step.",
        statement=sp.Eq(
            sp.Subs(decayed(plain(SIGMOID)).factor, h, 0),
            (1 - eta * alpha) ** t * sp.Subs(plain(SIGMOID).factor, h, 0), evaluate=False
        ),
        check=by_difference,
        scope="the factor w σ′(wh + b) at h = 0, so that z = b whatever w is; σ the sigmoid",
        false_sibling=sp.Eq(
            sp.Subs(decayed(plain(SIGMOID)).factor, h, 1),
            (1 - eta * alpha) ** t * sp.Subs(plain(SIGMOID).factor, h, 1), evaluate=False
        ),
    ),
)  # fmt: skip
