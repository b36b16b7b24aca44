"""Claims: the widest window, enclosed by ball arithmetic, and the numbers Nielsen gives for it."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.explosion.widest_window import best_weight, widest_window
from analysis.chapters.explosion.window import width
from analysis.claims.claim import Claim, Range, Reproduction
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.numeric.balls import Ball, rational
from analysis.symbolic.notation import w


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
                    f"between them |w| = 1/σ′(z) is in {_enclosure(best.weight)} and the width in "
                    f"{_enclosure(best.width)}"
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
        scope="sigmoid, all |w| ≥ 4; rests on the rounding of python-flint's balls and on "
        "window-width-from-edge",
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
        source="Nielsen (2015), Neural Networks and Deep Learning, ch. 5, problem on the width of the "
        "interval",
        recompute=_published,
        scope="ours is the enclosed maximum, give or take half a unit of the last published digit",
        false_published=(0.46, 6.9),
    ),
)
