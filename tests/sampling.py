"""How many cases a test takes: some, or with ``--all`` every one.

``pytest.mark.drawn(count)`` is for tests whose every case is too much for each run: the first runs always,
for coverage looks at it, and the others are drawn anew each day, so that all of them have their turn.
``sampled`` is for what is given to ``parametrize`` as runs of a record: the same each time. The quick
selection is in ``quick``.
"""

from __future__ import annotations

import datetime
import os
import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

import pytest
from tracing import by_function

T = TypeVar("T")
VARIABLE = "EVERY_SAMPLE"
"""The environment variable that ``--all`` sets to 1, for workers and child processes too."""

DRAW = "DRAW_OF_SAMPLES"
"""The environment variable with the number that decides what is drawn: that of ``--draw``, or of the day."""


def today() -> int:
    """The number of this day, in UTC."""
    return datetime.datetime.now(datetime.UTC).toordinal()


def draw() -> str:
    """What decides what is drawn."""
    return os.environ.get(DRAW) or str(today())


def drawn(cases: Sequence[T], count: int, name: str) -> list[T]:
    """The first case and ``count`` - 1 of the others, in their order: drawn by the day and the ``name`` of
    the test."""
    if len(cases) <= count:
        return list(cases)
    rng = random.Random(f"{draw()} {name}")
    return [cases[k] for k in (0, *sorted(rng.sample(range(1, len(cases)), count - 1)))]


def turn(cases: Sequence[T], count: int, name: str) -> list[T]:
    """``drawn(cases, count, name)`` for a test that goes through its cases itself; with ``--all`` every
    case."""
    return list(cases) if every() else drawn(cases, count, name)


def kept(items: Iterable[pytest.Item], draw: bool = True) -> list[pytest.Item]:
    """What runs without ``--all``: none that is marked as ``in_full``, and so many as are to be drawn of each
    test marked as ``drawn``; all of these where ``draw`` is false, for cases are asked for by name."""
    some: list[pytest.Item] = []
    for name, cases in by_function(x for x in items if not x.get_closest_marker("in_full")).items():
        marker = cases[0].get_closest_marker("drawn")
        some += drawn(cases, marker.args[0], name) if marker and draw else cases
    return some


def every() -> bool:
    """Whether no sample is to be left out."""
    return os.environ.get(VARIABLE) == "1"


def spread(cases: Sequence[T], count: int) -> list[T]:
    """``count`` of the cases (all, if there are no more), evenly spread, the first and the last among
    them."""
    if count < 2 and cases:
        return [cases[0]]
    if len(cases) <= count:
        return list(cases)
    last, steps = len(cases) - 1, count - 1
    return [cases[(2 * place * last + steps) // (2 * steps)] for place in range(count)]


def sampled(cases: Sequence[T], count: int) -> list[T]:
    """``spread(cases, count)``; with ``--all`` every case."""
    return list(cases) if every() else spread(cases, count)
