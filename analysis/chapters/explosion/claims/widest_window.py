"""The widest window, enclosed by ball arithmetic, and the numbers Nielsen gives for it."""

from __future__ import annotations

import math
from functools import cache
from random import Random

import numpy as np
import sympy as sp
from flint import fmpq
from scipy.optimize import minimize_scalar

from analysis.chapters.explosion.claims.window import FAR
from analysis.chapters.explosion.widest_window import best_weight, widest_window
from analysis.chapters.explosion.window import edge, width
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, Range, at_least, domain, exact, nonnegative
from analysis.claims.lines import Line, proof
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.relations import ge, gt, le
from analysis.claims.rules import Combined, Instance, cited
from analysis.claims.world import Estimate, Given, World
from analysis.numeric.balls import Ball, rational
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import w, z


def _exact(number: sp.Expr) -> sp.Rational:
    return sp.Rational(str(sp.sstr(number, full_prec=False)))


def _enclosure(x: Ball) -> str:
    return str(x.str(10, radius=True))


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


@cache
def _by_golden_section() -> tuple[float, float]:
    """The widest window and its weight, from the width as a function of the weight alone."""
    wide = compiled(width.subs(sp.Abs(w), _W), _W)
    found = minimize_scalar(
        lambda x: -float(wide(np.float64(x))), bracket=(5.0, 7.0, 9.0), method="golden", tol=1e-12
    )
    return -float(found.fun), float(found.x)


def _large(random: Random, world: World) -> fmpq:
    return random.choice((-1, 1)) * (4 + exact(random.uniform(0, 8)))


_some = tuple(exact(x) for x in (4, -4, 5, 7, -7, "6.894", 100))


def _rounded_outwards(x: float, digits: int) -> tuple[str, str]:
    """The neighbours of x with so many decimals."""
    below = math.floor(x * 10**digits)
    return f"{below / 10**digits:.{digits}f}", f"{(below + 1) / 10**digits:.{digits}f}"


def _between(low: str, high: str) -> sp.Basic:
    return sp.And(
        sp.Lt(sp.Float(low), best_weight, evaluate=False),
        sp.Lt(best_weight, sp.Float(high), evaluate=False),
        evaluate=False,
    )


def _published(width_there: str, weight_there: str) -> sp.Basic:
    return sp.And(
        sp.Eq(greatest, sp.Float(width_there), evaluate=False),
        sp.Eq(best_weight, sp.Float(weight_there), evaluate=False),
        evaluate=False,
    )


greatest = sp.Symbol("d", positive=True)
"""The greatest width."""
_W = sp.Symbol("W", positive=True)
_width, _weight = (float(x.mid()) for x in widest_window()[2:][::-1])
_low, _high = _rounded_outwards(_width, 6)
_left, _right = _rounded_outwards(_weight, 5)


def _found(width_off: float, weight_off: float) -> Domain:
    """What golden section finds, give or take so much."""
    return domain(
        means={
            greatest: Given(lambda world: Estimate(_by_golden_section()[0], bound=width_off)),
            best_weight: Given(lambda world: Estimate(_by_golden_section()[1], bound=weight_off)),
        }
    )


_top = sp.Rational(_high)
_e = 1 / _top + sp.sqrt(1 / _top**2 + 1)
_q = sp.log(_e)
"""Where c cosh has the slope 1, for c the bound that is claimed: e^q = 1/c + √(1/c² + 1)."""
_V = sp.Symbol("V", real=True)
_edge_of_V = edge.subs(sp.Abs(w), _V)
_four, _edges = ((_V, at_least(4)),), ((z, nonnegative(largest=30)),)
_by_tangents = proof(
    Line(ge(sp.exp(z - _q), 1 + z - _q), cited("logarithm", (), sp.exp(z - _q)), over=_edges),
    Line(ge(sp.exp(_q - z), 1 + _q - z), cited("logarithm", (), sp.exp(_q - z)), over=_edges),
    gt(_top * (1 + sp.cosh(_q)) - _q, 0),
    Line(
        ge(_top * (1 + sp.cosh(z)), z),
        Combined((1, 2, 3), ((_top * _e / 2, (0,)), (_top / _e / 2, (1,)), (1, (2,)))),
        over=_edges,
    ),
    Line(
        le(2 * z * SIGMOID.derivative, _top), Combined((4,), ((2 * SIGMOID.derivative, (0,)),)), over=_edges
    ),
    Line(ge(_edge_of_V, 0), over=_four),
    Line(le(width.subs(sp.Abs(w), _V), _top), Instance((5, 6), {z: _edge_of_V}), over=_four),
    Line(le(width, _top), Instance((7,), {_V: sp.Abs(w)})),
    le(_top, sp.Float(_high)),
    Line(le(width, sp.Float(_high)), Combined((8, 9))),
)

CLAIMS = (
    Claim(
        label="window-width-maximum",
        sentence=f"No window is wider than {_high}, and that is sharp to six digits.",
        statement=sp.Le(width, sp.Float(_high), evaluate=False),
        check=_by_tangents,
        scope="sigmoid",
        false_sibling=sp.Le(width, sp.Float(_low), evaluate=False),
        domain=domain(
            (w, Range("with |w| ≥ 4", _large, _some, lambda x, world: bool(abs(x) >= 4), True, FAR))
        ),
    ),
    Claim(
        label="window-width-maximiser",
        sentence=f"The weight with the widest window is {_weight:.4f}.",
        statement=_between(_left, _right),
        check=by_enclosing_the_maximiser,
        scope="sigmoid; w* is the |w| ≥ 4 with the widest window, and there is only one",
        false_sibling=_between(_right, f"{float(_right) + 1e-5:.5f}"),
        domain=_found(1e-12, 1e-6),
    ),
    Claim(
        label="window-width-published",
        sentence="The greatest width is about 0.45 and is taken near |w| = 6.9.",
        statement=_published("0.45", "6.9"),
        check=None,
        scope="d is the greatest width, w* the |w| ≥ 4 that has it; ours is found by golden section "
        "and allowed half a unit of the last published digit",
        false_sibling=_published("0.46", "6.9"),
        domain=_found(0.005, 0.05),
        source="Nielsen (2015), Neural Networks and Deep Learning, ch. 5, problem on the width of the "
        "interval",
    ),
)
