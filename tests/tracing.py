"""Oracles without the tracer: while coverage is measured, Python up to 3.11 runs every line of SymPy and
mpmath at half speed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
