"""The points at which two answers are compared, and the values of expressions there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from analysis.exercises.arithmetic import UNKNOWN
from analysis.exercises.domain import Domain, Point, completed, far_points, meanings, points, reach
from analysis.exercises.exercise import Value
from analysis.exercises.program import Deadline, Program, as_real, context, read, run

Values = Sequence[Any]
"""Numbers of mpmath, None where there is no real value."""

UNHURRIED = Deadline(float("inf"))


class Grid(NamedTuple):
    """The general points of a domain, after them those with one symbol at 0,
    and then those outside the ranges.

    ``beyond`` are the places of the last ones, and of those with a symbol at 0 that may be 0.
    """

    points: tuple[Point, ...]
    general: int
    zeros: dict[str, range]
    beyond: tuple[int, ...]


@cache
def grid(domain: Domain) -> Grid:
    """The points at which answers are compared;
    a symbol is set to 0 where there are three or fewer of them."""
    general = points(domain)
    everywhere, zeros = list(general), {}
    beyond: list[int] = []
    if len(domain.free) <= 3:
        for symbol, ranges in domain.free:
            start, name = len(everywhere), symbol.name
            everywhere += [{**point, name: 0 * point[name]} for point in general[:4]]
            zeros[name] = range(start, len(everywhere))
            low, high = reach(ranges)
            beyond += zeros[name] if low <= 0 <= high else []
    start = len(everywhere)
    everywhere += far_points(domain)
    return Grid(tuple(everywhere), len(general), zeros, (*beyond, *range(start, len(everywhere))))


@cache
def places(domain: Domain, digits: int) -> tuple[dict[str, Any], ...]:
    """The values of all symbols of the domain at all points of its grid."""
    return tuple(completed(domain, point, context(digits), UNHURRIED) for point in grid(domain).points)


def evaluated(program: Program, domain: Domain, digits: int, deadline: Deadline) -> Iterator[Any]:
    """The values of a program at the points of the grid, one after the other, with so many digits;
    None where none is known."""
    m, table = context(digits), meanings(domain.activation)
    values = (as_real(m, run(program, place, table, m, deadline)) for place in places(domain, digits))
    return (None if x is UNKNOWN else x for x in values)


@cache
def right_values(wanted: Value, digits: int) -> tuple[Any, ...]:
    """The values of the right answer on its grid; raises ArithmeticError where one of them is missing."""
    values = tuple(evaluated(read(wanted.answer), wanted.domain, digits, UNHURRIED))
    if any(x is None for x in values[: grid(wanted.domain).general]):
        raise ArithmeticError(f"the right answer {wanted.answer} has no value at some point of its domain")
    return values
