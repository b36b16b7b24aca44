"""The widest window, enclosed by ball arithmetic, and the numbers Nielsen gives for it.

Named by its edge z, the window is 2 z σ′(z) wide and belongs to the weight |w| = 1/σ′(z). The derivative of the width has the
sign of 1 − z tanh(z/2), which falls from 1 as z grows; so the width rises up to the one zero of that and falls after it.
"""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp
from flint import ctx

from analysis.numeric.arguments import whole
from analysis.numeric.balls import Ball, ball_function, interval, rational
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.claim import Claim, Outcome, Proved, Range, Refuted, Reproduction, Step, Unknown
from analysis.symbolic.explosion import as_sigmoid
from analysis.symbolic.notation import w, z
from analysis.symbolic.proof import counterexample
from analysis.symbolic.window import width, width_from_edge

_BITS = 128
best_weight = sp.Symbol(r"w_\ast", positive=True)
"""The |w| at which the window is widest."""


class WidestWindow(NamedTuple):
    """Rational brackets of the edge z, and balls that contain the weight |w| and the width of the widest window."""

    low: sp.Rational
    high: sp.Rational
    weight: Ball
    width: Ball


def widest_window(bits: int = 64) -> WidestWindow:
    """The maximum of the width over |w| ≥ 4, its edge bracketed to 2**(1 − bits) by bisection with certain signs.

    Raises ValueError unless ``bits`` is an integer ≥ 1, ArithmeticError where a sign cannot be decided.
    """
    bits = whole("bits", bits)
    with ctx.workprec(_BITS):
        sign = ball_function(1 - z * sp.tanh(z / 2), z)
        low, high = sp.Integer(1), sp.Integer(2)
        for _ in range(bits):
            middle = (low + high) / 2
            value = sign(rational(middle))
            if value.contains(0):
                raise ArithmeticError(
                    f"the sign of the derivative at z = {middle} is not decided with {_BITS} bits"
                )
            low, high = (middle, high) if value > 0 else (low, middle)
        if not (sign(rational(low)) > 0 and sign(rational(high)) < 0):
            raise ArithmeticError("the edge of the widest window does not lie between 1 and 2")
        here = interval(low, high)
        slope = ball_function(SIGMOID.slope, z)(here)
        return WidestWindow(low, high, 1 / slope, ball_function(as_sigmoid(width_from_edge), z)(here))


def _exact(number: sp.Expr) -> sp.Rational:
    return sp.Rational(str(sp.sstr(number, full_prec=False)))


def _enclosure(x: Ball) -> str:
    return str(x.str(10, radius=True))


def by_enclosing_the_maximum(statement: sp.Basic) -> Outcome:
    """width ≤ c for every |w| ≥ 4: compare c with the enclosed maximum."""
    best = widest_window()
    c = _exact(statement.rhs)
    if best.width <= rational(c):
        return Proved(
            "intervals",
            (
                Step(
                    f"1 − z tanh(z/2) is positive at z = {sp.N(best.low, 20)} and negative at",
                    sp.N(best.high, 20),
                ),
                Step(
                    f"between them |w| = 1/σ′(z) is in {_enclosure(best.weight)} and the width in {_enclosure(best.width)}"
                ),
            ),
        )
    at = sp.Rational(round(float(best.weight.mid()) * 10**6), 10**6)
    return counterexample(statement, [{w: at}]) or Unknown(f"the maximum lies in {_enclosure(best.width)}")


def by_enclosing_the_maximiser(statement: sp.Basic) -> Outcome:
    """p < w* < q, against the enclosure of w*."""
    left, right = sorted((side for side in statement.args), key=lambda side: not side.lhs.is_number)
    weight = widest_window().weight
    low, high = rational(_exact(left.lhs)), rational(_exact(right.rhs))
    if low < weight < high:
        return Proved("intervals", (Step(f"the maximiser lies in {_enclosure(weight)}"),))
    if weight < low or high < weight:
        return Refuted(f"the maximiser lies in {_enclosure(weight)}")
    return Unknown(f"the maximiser lies in {_enclosure(weight)}")


def _published() -> tuple[Range, Range]:
    best = widest_window()
    top, at = float(best.width.mid()), float(best.weight.mid())
    return Range(top - 0.005, top + 0.005), Range(at - 0.05, at + 0.05)


def _between(low: str, high: str) -> sp.Basic:
    return sp.And(
        sp.Lt(sp.Float(low), best_weight, evaluate=False),
        sp.Lt(best_weight, sp.Float(high), evaluate=False),
        evaluate=False,
    )


CLAIMS = (
    Claim(
        label="window-width-maximum",
        sentence="No window is wider than 0.447744, and that is sharp to six digits.",
        statement=sp.Le(width, sp.Float("0.447744"), evaluate=False),
        check=by_enclosing_the_maximum,
        scope="sigmoid, all |w| ≥ 4; rests on the rounding of python-flint's balls and on window-width-from-edge",
        false_sibling=sp.Le(width, sp.Float("0.447743"), evaluate=False),
    ),
    Claim(
        label="window-width-maximiser",
        sentence="The weight with the widest window is 6.8942.",
        statement=_between("6.89415", "6.89416"),
        check=by_enclosing_the_maximiser,
        scope="sigmoid; w* is the |w| ≥ 4 with the widest window, and there is only one",
        false_sibling=_between("6.89416", "6.89417"),
    ),
    Reproduction(
        label="window-width-published",
        sentence="The greatest width is about 0.45 and is taken near |w| = 6.9.",
        published=(0.45, 6.9),
        source="Nielsen (2015), Neural Networks and Deep Learning, ch. 5, problem on the width of the interval",
        recompute=_published,
        scope="ours is the enclosed maximum, give or take half a unit of the last published digit",
        false_published=(0.46, 6.9),
    ),
)
