"""How many cases a test takes: some, or with ``--all`` every one.

``sampled`` is for tests whose every case is too much for each run, as alterations of a claim or runs of a
record: they draw
``count`` of them, the same each time. The quick selection is in ``quick``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
VARIABLE = "EVERY_SAMPLE"
"""The environment variable that ``--all`` sets to 1, for workers and child processes too."""


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
