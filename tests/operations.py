"""Counting what a computation does, in place of its seconds:
the same number on a machine that is busy with other things."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """A list that at the end holds the number of calls and returns in this thread,
    of functions of Python and of C."""
    found: list[int] = []
    count, before = itertools.count(), sys.getprofile()
    sys.setprofile(lambda frame, event, arg: next(count) and None)
    try:
        yield found
    finally:
        sys.setprofile(before)
        found.append(next(count))
