"""Where an answer that distinguishes cases may change: at the numbers that stand in it, between them and beyond them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import mpmath
import sympy as sp

from analysis.exercises.arithmetic import NUMBERS
from analysis.exercises.domain import Domain, Point, meanings, points, reach
from analysis.exercises.program import Deadline, Program, Refusal, as_real, context, trace

CASES = frozenset((sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign))
MOST_NUMBERS = 20
LARGEST = 10**60


def case_points(program: Program, domain: Domain, deadline: Deadline) -> Iterator[tuple[Point, bool]]:
    """Points at, between and beyond the numbers that stand in an answer with a case distinction; True where it is at one.

    Elsewhere no such points are needed: two formulas without cases that agree at general points are the same formula.
    Raises Refusal where the numbers are many.
    """
    if not program.kinds & CASES:
        return
    numbers = sorted({x for number in _numbers(program, domain, deadline) for x in (number, -number)})
    between = [(x + y) / 2 for x, y in pairwise(numbers)]
    beyond = [numbers[0] - 1, numbers[-1] + 1] if numbers else []
    for symbol, ranges in domain.free:
        low, high = reach(ranges)
        for x, there in [*((x, True) for x in numbers), *((x, False) for x in between + beyond)]:
            if low <= x <= high:
                yield {**points(domain)[0], symbol.name: x}, there


def _numbers(program: Program, domain: Domain, deadline: Deadline) -> set[Fraction]:
    """The values of all parts that hold no symbol, such as 3, 1/3 and 2π; those of no moderate size left out."""
    found: set[Fraction] = set()
    m, unknown = context(60), dict.fromkeys(program.names)
    values = trace(program, unknown, meanings(domain.activation), m, deadline)
    for (kind, payload, _), value in zip(program.steps, values, strict=True):
        x = as_real(m, value)
        if kind in NUMBERS and kind is not sp.Float and max(map(abs, payload)) < LARGEST:
            found.add(Fraction(*payload))
        elif x is not None and 1 / LARGEST < abs(x) < LARGEST:
            found.add(Fraction(*mpmath.libmp.to_rational(x._mpf_)))
    if len(found) > MOST_NUMBERS:
        raise Refusal(
            f"This answer distinguishes cases with more than {MOST_NUMBERS} numbers. Give it in a simpler form."
        )
    return found
