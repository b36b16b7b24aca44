"""One thread for linear algebra:
on products as small as these, threads that wait for each other cost up to 8×."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from analysis.numeric.optional import of_book


@contextmanager
def one_thread() -> Iterator[None]:
    """A context, or a decorator, in which BLAS keeps to one thread; its former number is restored at the end.

    Warns, and leaves the number as it is, where threadpoolctl is not installed:
    that costs time, not correctness.
    """
    libraries = _libraries(len(sys.modules))
    if libraries is None:
        yield
        return
    with libraries.limit(limits=1, user_api="blas"):
        yield


@lru_cache(maxsize=1)
def _libraries(modules: int) -> Any:
    """The BLAS libraries that are loaded;
    looked for again, which takes milliseconds, where a module was imported since."""
    try:
        return of_book("threadpoolctl").ThreadpoolController()
    except ModuleNotFoundError as error:
        warnings.warn(f"linear algebra may take longer, for {error}", stacklevel=4)
        return None
