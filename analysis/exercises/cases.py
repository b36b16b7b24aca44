"""Where an answer may change:
at the numbers that stand in it, and with cases also between them and beyond them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import mpmath
import sympy as sp

from analysis.exercises.arithmetic import NUMBERS, UNKNOWN
from analysis.exercises.domain import Domain, Point, meanings, points, reach
from analysis.exercises.program import Deadline, Program, Refusal, as_real, context, trace

CASES = frozenset((sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign))
BUMPS = frozenset((sp.exp, sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch, sp.erf, sp.erfc, sp.Pow))
"""Of these, something can be made that is far from 0 near one point alone."""
MOST_NUMBERS = 20
LARGEST = 10**60


def case_points(program: Program, domain: Domain, deadline: Deadline) -> Iterator[tuple[Point, bool]]:
    """Points at the numbers that stand in an answer, True with them;
    with a case distinction also between and beyond, and False.

    Without cases the numbers show a bump such as exp(−1000 (z − 7)²), too narrow to be seen at general
    points; of many numbers the nearest to 0 are taken. With cases, raises Refusal where they are many.
    """
    cases = bool(program.kinds & CASES)
    found = sorted(_numbers(program, domain, deadline), key=abs)
    if cases and len(found) > MOST_NUMBERS:
        raise Refusal(
            f"This answer distinguishes cases with more than {MOST_NUMBERS} numbers. Give it in a simpler "
            "form."
        )
    numbers = sorted({x for number in found[:MOST_NUMBERS] for x in (number, -number)})
    if not cases:
        for symbol, ranges in domain.free if program.kinds & BUMPS else ():
            low, high = reach(ranges)
            yield from (({**points(domain)[0], symbol.name: x}, True) for x in numbers if low <= x <= high)
        return
    between = [(x + y) / 2 for x, y in pairwise(numbers)]
    beyond = [numbers[0] - 1, numbers[-1] + 1] if numbers else []
    for symbol, ranges in domain.free:
        low, high = reach(ranges)
        for x, there in [*((x, True) for x in numbers), *((x, False) for x in between + beyond)]:
            if low <= x <= high:
                yield {**points(domain)[0], symbol.name: x}, there


def _numbers(program: Program, domain: Domain, deadline: Deadline) -> set[Fraction]:
    """The values of all parts that hold no symbol, such as 3, 1/3 and 2π;
    those of no moderate size left out."""
    found: set[Fraction] = set()
    m, unknown = context(60), dict.fromkeys(program.names)
    values = trace(program, unknown, meanings(domain.activation), m, deadline)
    for (kind, payload, _), value in zip(program.steps, values, strict=True):
        x = as_real(m, value)
        if kind in NUMBERS and kind is not sp.Float and max(map(abs, payload)) < LARGEST:
            found.add(Fraction(*payload))
        elif x is not None and x is not UNKNOWN and 1 / LARGEST < abs(x) < LARGEST:
            found.add(Fraction(*mpmath.libmp.to_rational(x._mpf_)))
    return found
