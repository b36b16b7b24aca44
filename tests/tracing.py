"""Oracles, and all cases of a test but the first few, without the tracer: while coverage is measured, Python
up to 3.11 runs every line of SymPy and mpmath at half speed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

TRACED = 16
"""Of the cases of a test, so many are looked at by coverage."""


@contextmanager
def untraced() -> Iterator[None]:
    """Nothing below is looked at by coverage or a debugger: for what calls nothing of ``analysis``; also a
    decorator."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def by_function(items: Iterable[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """The cases of each test function, in the order of its parameters, in whatever order they come."""
    functions: dict[str, list[pytest.Item]] = {}
    for item in items:
        functions.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return {name: sorted(cases, key=_place) for name, cases in functions.items()}


def after_the_first(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """Every case of each test function but the first ``TRACED``, in the order of its parameters."""
    for cases in by_function(items).values():
        yield from cases[TRACED:]


def _place(item: pytest.Item) -> tuple[int, ...]:
    """Which of each parameter a case takes."""
    call = getattr(item, "callspec", None)
    return tuple(call.indices.values()) if call else ()
