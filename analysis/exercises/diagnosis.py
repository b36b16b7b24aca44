"""What is wrong with a wrong answer:
the exercise's own table of mistakes, then rules that serve every exercise.

A rule looks at the values of both answers at the same points and says a sentence, or None where it does not
apply. The first that applies is heard.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analysis.exercises.arithmetic import Context
from analysis.exercises.domain import Point, place_name
from analysis.exercises.exercise import Value
from analysis.exercises.grid import Values
from analysis.exercises.program import Program

Close = Callable[[Any, Any], bool]

_PLAIN = [Fraction(2), Fraction(4), Fraction(10), Fraction(100)]


@dataclass(frozen=True, eq=False)
class Comparison:
    """The reader's values and ours at the points of the domain, and at points where one symbol is 0.

    ``theirs`` and ``ours`` run over all ``points``; the first ``count`` of these are general points, and
    ``zeros`` says where those with a symbol at 0 are. A value is None where there is none. ``values``
    evaluates a program at the general points; ``a_number`` is True for a plain decimal that is judged by its
    digits. A known mistake is recognised by ``close_to_mistake``.
    """

    wanted: Value
    points: Sequence[Point]
    count: int
    zeros: Mapping[str, range]
    theirs: Values
    ours: Values
    close: Close
    close_to_mistake: Close
    a_number: bool
    values: Callable[[Program], Iterable[Any]]
    mistakes: Iterator[tuple[Program, str]]
    m: Context

    @property
    def general(self) -> range:
        """The places of the general points."""
        return range(self.count)

    def same(self, others: Iterable[Any], close: Close | None = None) -> bool:
        """True where the reader's values are these, at every general point, missing ones included;
        stops at the first that is not."""
        close = close or self.close
        met = False
        for x, y in zip(self.theirs[: self.count], others, strict=False):
            if x is None or y is None:
                if x is not y:
                    return False
            elif not close(x, y):
                return False
            else:
                met = True
        return met

    def agrees(self, k: int) -> bool:
        """True where both answers have the same value at point k."""
        x, y = self.theirs[k], self.ours[k]
        return x is not None and y is not None and self.close(x, y)

    def differs(self, k: int) -> bool:
        """True where both answers have a value at point k, and not the same."""
        x, y = self.theirs[k], self.ours[k]
        return x is not None and y is not None and not self.close(x, y)


def not_everywhere(point: Point) -> str:
    """One sentence for an answer that is right at the general points, but not at this one."""
    place = place_name(point)
    return "Right at most points that were tried, but not everywhere" + (f": try {place}." if place else ".")


def diagnose(c: Comparison) -> str:
    """One sentence on what is wrong."""
    return next(sentence for rule in _RULES if (sentence := rule(c)))


def _known(c: Comparison) -> str | None:
    for program, says in c.mistakes:
        if c.same(c.values(program), c.close_to_mistake):
            return says
    return None


def _no_value(c: Comparison) -> str | None:
    for k in c.general:
        if c.theirs[k] is None:
            return no_value_at(c.points[k])
    return None


def no_value_at(point: Point) -> str:
    """One sentence for an answer that has no real value at this point."""
    place = place_name(point)
    return f"At {place} your answer has no real value." if place else "Your answer has no real value."


def _not_whole(c: Comparison) -> str | None:
    if not c.wanted.whole:
        return None
    x, y = c.theirs[0], c.ours[0]
    if not c.m.isint(x):
        return "A count is a whole number, and your answer is none."
    return "Near, but not equal: a count has to be exact." if 0 < abs(x - y) < abs(y) / 1000 else None


def _sign(c: Comparison) -> str | None:
    return "The sign is wrong; everything else is right." if c.same([-y for y in c.ours[: c.count]]) else None


def _reciprocal(c: Comparison) -> str | None:
    if any(y == 0 for y in c.ours[: c.count]) or not c.same([1 / y for y in c.ours[: c.count]]):
        return None
    return "This is the reciprocal, 1 over the right answer."


def _factor(c: Comparison) -> str | None:
    right = c.ours[: c.count]
    if all(y == 0 for y in right):
        return None
    for ratio in [f for plain in _PLAIN for f in (plain, 1 / plain, -plain, -1 / plain)]:
        if c.same([y * ratio.numerator / ratio.denominator for y in right]):
            return f"Off by the factor {_times(abs(ratio))}" + (
                ", and the sign is wrong." if ratio < 0 else "."
            )
    if c.same([y / c.m.ln(10) for y in right]):
        return "Off by the factor log 10: logarithms here are natural ones, not to base 10."
    first = next(y for y in right if y != 0)
    ratio_here = c.theirs[list(right).index(first)] / first
    if c.count == 1 or ratio_here == 0 or not c.same([y * ratio_here for y in right]):
        return None
    simple = Fraction(float(ratio_here)).limit_denominator(64) if abs(ratio_here) <= 64 else None
    if simple and abs(float(ratio_here) / float(simple) - 1) < 1e-9:
        return f"Right up to a constant: yours is {simple} times the right answer."
    return "Right up to a constant factor."


def _times(ratio: Fraction) -> str:
    return f"{ratio}: yours is too {'large' if ratio > 1 else 'small'}"


def _offset(c: Comparison) -> str | None:
    gap = c.theirs[0] - c.ours[0]
    if c.count == 1 or gap == 0 or not c.same([y + gap for y in c.ours[: c.count]]):
        return None
    return "Right up to an added constant."


def _zero(c: Comparison) -> str | None:
    return "Your answer is 0." if all(c.theirs[k] == 0 for k in c.general) else None


def _only_at_zero(c: Comparison) -> str | None:
    for name, places in c.zeros.items():
        known = [k for k in places if c.ours[k] is not None and c.ours[k] != 0]
        if known and all(c.agrees(k) for k in known) and not any(c.agrees(k) for k in c.general):
            return f"Right where {name} = 0, but not in general."
    return None


def _only_on_one_side(c: Comparison) -> str | None:
    if not any(c.agrees(k) for k in c.general):
        return None
    for name in c.points[0]:
        sides = {sign: [k for k in c.general if (c.points[k][name] > 0) == (sign == ">")] for sign in "<>"}
        for here, there in ("<>", "><"):
            if (
                sides[here]
                and all(c.agrees(k) for k in sides[here])
                and not any(c.agrees(k) for k in sides[there])
            ):
                return f"Right for {name} {here} 0, but not for {name} {there} 0."
    good = sum(c.agrees(k) for k in c.general)
    place = _where_wrong(c)
    return f"Right at {good} of {c.count} points tried, but not everywhere" + (
        f": try {place}." if place else "."
    )


def _where_wrong(c: Comparison) -> str:
    return place_name(next(c.points[k] for k in c.general if not c.agrees(k)))


def _constant(c: Comparison) -> str | None:
    if c.count == 1 or not c.same([c.theirs[0]] * c.count) or c.same([c.ours[0]] * c.count):
        return None
    return (
        f"Your answer is one number, whatever the values of {' and '.join(c.points[0])}. The right one "
        "depends on them."
    )


def _digits(m: Any, x: Any, y: Any) -> int:
    """To how many significant digits x is y rounded: the error is at most half a unit of the last of them."""
    first = m.floor(m.log10(abs(y)))
    return int(m.floor(1 + first - m.log10(2 * abs(x - y))))


def _nearly(c: Comparison) -> str | None:
    right = c.ours[: c.count]
    if any(y == 0 for y in right):
        return None
    error = max(abs(x / y - 1) for x, y in zip(c.theirs, right, strict=False))
    if c.a_number:
        digits = min(_digits(c.m, x, y) for x, y in zip(c.theirs, right, strict=False) if x != y)
        if digits >= c.wanted.digits:
            return "Close, but not equal to the right answer, which can be given exactly."
        return f"Close: {digits} digits are right, {c.wanted.digits} are asked for." if digits >= 2 else None
    if (
        c.count == 1
        and not c.wanted.whole
        and not c.wanted.answer.is_Integer
        and error < 10.0**-c.wanted.digits
    ):
        return (
            "As a decimal this would do, but it is not equal to the right answer. An expression has to be "
            "exact."
        )
    if error > 1e-6 or c.wanted.whole:
        return None
    if c.count == 1:
        return "Very close, but not equal to the right answer. An expression has to be exact."
    return (
        "Very close, but not equal: the relative difference is about "
        f"1e{math.floor(float(c.m.log10(error)))}. Use exact numbers, such as `Rational(1, 4)`."
    )


def _somewhere(c: Comparison) -> str:
    return not_right_at(c, next(k for k in c.general if not c.agrees(k)))


def not_right_at(c: Comparison, k: int) -> str:
    """One sentence for an answer whose value at point k is not the right one."""
    if c.theirs[k] is None:
        return no_value_at(c.points[k])
    place, side = place_name(c.points[k]), "large" if c.theirs[k] > c.ours[k] else "small"
    if not c.points[k]:
        return f"Not right: too {side}."
    value = c.m.nstr(c.theirs[k], 4)
    return (
        f"Not right: at {place} yours is {value}, which is too {side}."
        if place
        else "Not right: its values are others."
    )


_RULES: tuple[Callable[[Comparison], str | None], ...] = (
    _known,
    _no_value,
    _not_whole,
    _zero,
    _nearly,
    _sign,
    _reciprocal,
    _factor,
    _offset,
    _only_at_zero,
    _only_on_one_side,
    _constant,
    _somewhere,
)
