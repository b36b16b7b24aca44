"""Upper bounds proved on all of ℝ by ball arithmetic, with the enclosures that prove them.

Subdivision proves f < c on a compact interval: every box's enclosure ends below c. It can never do so where f
touches c: the enclosure on a box that holds the touching point contains c, however small the box, and
rounding outward takes its upper end above c. There the curvature does it: f′ = 0 exactly at the point and f″
< 0 on a whole neighbourhood make the point the maximum of that neighbourhood.
The tails are left to algebra in u = e^{−|z|/2}.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context
from math import inf, nextafter
from typing import NamedTuple

import sympy as sp
from flint import ctx

from analysis.claims.outcome import Refuted, Step, Unknown
from analysis.numeric.balls import Ball, BallFunction, ball_function, interval, rational
from analysis.symbolic.notation import z

_BITS = 64
_NARROW = sp.Rational(1, 2**40)
_u = sp.Symbol("u", positive=True)
_s = sp.Symbol("s", nonnegative=True)


class Box(NamedTuple):
    """On [lo, hi] the enclosed function lies below ``upper``, rounded up."""

    lo: sp.Rational
    hi: sp.Rational
    upper: float


@dataclass(frozen=True)
class Tail:
    """For side·z ≥ start, bound − f = top(u) / bottom(u) ≥ 0 with u = e^{−|z|/2} in (0, reach].

    With u = reach/(1 + s) neither polynomial in s has a negative coefficient.
    """

    side: int
    start: sp.Rational
    reach: sp.Rational
    top: sp.Expr
    bottom: sp.Expr


@dataclass(frozen=True)
class IntervalProof:
    """f(z) ≤ bound for all real z: boxes, the neighbourhood of the touching point (if any), and two tails."""

    f: sp.Expr
    bound: sp.Expr
    boxes: tuple[Box, ...]
    touching: sp.Rational | None
    curvature: tuple[Box, ...]
    tails: tuple[Tail, Tail]

    def steps(self) -> tuple[Step, ...]:
        """The proof in words, with its largest enclosures."""
        left, right = self.tails
        lines = [Step("the function in a form that repeats no variable", self.f)]
        if self.touching is not None:
            c, worst = self.touching, max(box.upper for box in self.curvature)
            lo, hi = self.curvature[0].lo, self.curvature[-1].hi
            lines += [
                Step(f"at z = {c} the derivative is exactly 0 and the value is", self.f.subs(z, c)),
                Step(
                    f"the second derivative is below {_shown(worst)} on [{lo}, {hi}] "
                    f"({_boxes(self.curvature)})"
                ),
            ]
        worst = max(box.upper for box in self.boxes)
        lines += [
            Step(
                f"elsewhere on [{-left.start}, {right.start}] the function is below {_shown(worst)} "
                f"({_boxes(self.boxes)})"
            ),
            *(
                Step(
                    f"for {'z ≥ ' if t.side > 0 else '−z ≥ '}{t.start} write u for exp(−|z|/2), which is at "
                    f"most {t.reach}. Bound minus function is a fraction in u. With u = "
                    f"{'' if t.reach == 1 else f'({t.reach}) · '}1/(1 + s), s ≥ 0, all its coefficients are "
                    "positive or 0, so it is "
                    "positive or 0",
                    t.top / t.bottom,
                )
                for t in self.tails
            ),
        ]
        return tuple(lines)


def prove_upper_bound(
    f: sp.Expr,
    bound: sp.Expr,
    touching: sp.Rational | None = None,
    start: int = 8,
    max_boxes: int = 2000,
) -> IntervalProof | Refuted | Unknown:
    """f(z) ≤ bound for all real z, where f is rational in e^{z/2};
    ``touching`` is the point where equality may hold.

    Refuted with a rational point at which f certainly exceeds the bound; Unknown where the boxes run out.
    Raises ValueError for other symbols than z.
    """
    f, bound = sp.sympify(f), sp.sympify(bound)
    if not f.free_symbols <= {z} or bound.free_symbols:
        raise ValueError(f"f must have the symbol z alone and bound none, not f = {f}, bound = {bound}")
    curvature: tuple[Box, ...] = ()
    with ctx.workprec(_BITS):
        found = tuple(_tail(f, bound, side, start) for side in (-1, 1))
        tails = [t for t in found if isinstance(t, Tail)]
        r = sp.Integer(max((t.start for t in tails), default=start))
        middle = [(-r, r)]
        if touching is not None:
            c = sp.Rational(touching)
            summit = _summit(f, bound, c, max_boxes)
            if not isinstance(summit, tuple):
                return summit
            curvature = summit
            middle = [(-r, curvature[0].lo), (curvature[-1].hi, r)]
        boxes: list[Box] = []
        for lo, hi in middle:
            part = _cover(f, bound, lo, hi, max_boxes)
            if not isinstance(part, tuple):
                return part
            boxes += part
        if len(tails) < 2:
            return next(t for t in found if not isinstance(t, Tail))
        return IntervalProof(f, bound, tuple(boxes), touching, curvature, (tails[0], tails[1]))


def _cover(
    f: sp.Expr, bound: sp.Expr, lo: sp.Rational, hi: sp.Rational, max_boxes: int
) -> tuple[Box, ...] | Refuted | Unknown:
    """Boxes on [lo, hi] with f < bound on each, by bisection."""
    g, limit = ball_function(f, z), ball_function(bound)()
    boxes, waiting, tried = [], [(lo, hi)], 0
    while waiting:
        p, q = waiting.pop()
        value = g(interval(p, q))
        if value < limit:
            boxes.append(Box(p, q, _rounded_up(value)))
            continue
        tried += 1
        middle = (p + q) / 2
        if g(rational(middle)) > limit:
            return _violation(f, bound, middle)
        if tried > max_boxes or q - p < _NARROW:
            width = float(q - p)
            return Unknown(
                f"undecided after {tried} bisections, at a box {width:.2g} wide near z = {float(middle):.4g}"
            )
        waiting += [(middle, q), (p, middle)]
    return tuple(boxes)


def _summit(
    f: sp.Expr, bound: sp.Expr, c: sp.Rational, max_boxes: int
) -> tuple[Box, ...] | Refuted | Unknown:
    """f ≤ f(c) ≤ bound on [c − r, c + r], r = 1, ½ or ¼: f′(c) = 0 exactly, and boxes on which f″ < 0."""
    gap = sp.simplify(bound - f.subs(z, c))
    if gap.is_negative:
        return _violation(f, bound, c)
    if not gap.is_nonnegative or sp.simplify(f.diff(z).subs(z, c)) != 0:
        return Unknown(f"z = {c} is not stationary, or the sign of {gap} is not known")
    for r in (sp.S.One, sp.Rational(1, 2), sp.Rational(1, 4)):
        boxes = _cover(f.diff(z, 2), sp.S.Zero, c - r, c + r, max_boxes)
        if isinstance(boxes, tuple):
            return boxes
    return Unknown(f"the second derivative is not negative around z = {c}")


def _tail(f: sp.Expr, bound: sp.Expr, side: int, start: int) -> Tail | Refuted | Unknown:
    """The tail from ``start`` on, or from twice, four … sixteen times as far."""
    gap = sp.cancel(sp.together((bound - f).subs(z, -2 * side * sp.log(_u)).rewrite(sp.exp).doit()))
    top, bottom = sp.fraction(gap)
    if not (top.is_polynomial(_u) and bottom.is_polynomial(_u)):
        return Unknown(f"no tail argument: {f} is not rational in exp(z/2)")
    for far in (start, 2 * start, 4 * start, 8 * start, 16 * start):
        reach = _rational_above(ball_function(sp.exp(-sp.Rational(far, 2)))())
        sign = -1 if bottom.subs(_u, reach) < 0 else 1
        polynomials = [
            sp.Poly(sp.numer(sp.together((sign * p).subs(_u, reach / (1 + _s)))), _s) for p in (top, bottom)
        ]
        if all(c >= 0 for p in polynomials for c in p.all_coeffs()) and polynomials[1].eval(0) > 0:
            return Tail(side, sp.Integer(far), reach, sp.factor(sign * top), sp.factor(sign * bottom))
        if ball_function(f, z)(rational(sp.Integer(side * far))) > ball_function(bound)():
            return _violation(f, bound, sp.Integer(side * far))
    return Unknown(f"no sign found for the tail of {f}")


def _rational_above(x: Ball) -> sp.Rational:
    """A simple fraction 1/n above a ball in (0, 1)."""
    return sp.Rational(1, int(float((1 / x).lower())))


def _violation(f: sp.Expr, bound: sp.Expr, point: sp.Rational) -> Refuted:
    value = ball_function(f, z)(rational(point))
    return Refuted(
        f"at z = {point} the left side is {float(value.mid()):.6g} (certainly above), the right side "
        f"{float(bound):.6g}"
    )


def _boxes(boxes: tuple[Box, ...]) -> str:
    return f"{len(boxes)} box" + ("" if len(boxes) == 1 else "es")


def _shown(x: float) -> str:
    """Four significant digits, rounded up."""
    return str(Context(prec=4, rounding=ROUND_CEILING).create_decimal(x))


def _rounded_up(x: Ball) -> float:
    return nextafter(float(x.upper()), inf)


class Enclosure(NamedTuple):
    """A supremum between two floats, and the interval where it may lie; ``boxes`` evaluations were made."""

    lower: float
    upper: float
    lo: sp.Rational
    hi: sp.Rational
    boxes: int


def certified_sup(
    f: sp.Expr, lo: sp.Rational, hi: sp.Rational, tolerance: float = 1e-9, max_boxes: int = 20000
) -> Enclosure:
    """The supremum of f(z) on [lo, hi] to within ``tolerance``, by branch and bound.

    Where f is smooth, f(m) + f′(box)(box − m) tightens the enclosure (Moore 1966). Raises ArithmeticError
    where the boxes run out or f is not defined on all of [lo, hi].
    """
    f = sp.sympify(f)
    smooth = not f.has(sp.Piecewise, sp.Abs, sp.Min, sp.Max, sp.sign)
    g = ball_function(f, z)
    slope = ball_function(f.diff(z), z) if smooth else None
    with ctx.workprec(_BITS):
        lower, waiting, count = -inf, [_candidate(g, slope, sp.Rational(lo), sp.Rational(hi))], 1
        while count < max_boxes:
            top, p, q = heapq.heappop(waiting)
            middle = (p + q) / 2
            lower = max(lower, nextafter(float(g(rational(middle)).lower()), -inf))
            if -top - lower <= tolerance:
                near = [b for b in [(top, p, q), *waiting] if -b[0] >= lower]
                return Enclosure(lower, -top, min(b[1] for b in near), max(b[2] for b in near), count)
            for ends in ((p, middle), (middle, q)):
                heapq.heappush(waiting, _candidate(g, slope, *ends))
            count += 2
    raise ArithmeticError(f"f could not be bounded to {tolerance} on [{lo}, {hi}] with {max_boxes} boxes")


def _candidate(
    g: BallFunction, slope: BallFunction | None, p: sp.Rational, q: sp.Rational
) -> tuple[float, sp.Rational, sp.Rational]:
    box, middle = interval(p, q), rational((p + q) / 2)
    upper = _rounded_up(g(box))
    if slope is not None:
        straight = _rounded_up(g(middle) + slope(box) * (box - middle))
        upper = min(upper, straight) if straight == straight else upper
    return (-upper if upper == upper else -inf, p, q)
