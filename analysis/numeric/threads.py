"""One thread for linear algebra: on products as small as these, threads that wait for each other cost up to 8×."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


@contextmanager
def one_thread() -> Iterator[None]:
    """A context, or a decorator, in which BLAS keeps to one thread; its former number is restored at the end."""
    with _libraries(len(sys.modules)).limit(limits=1, user_api="blas"):
        yield


@lru_cache(maxsize=1)
def _libraries(modules: int) -> ThreadpoolController:
    """The BLAS libraries that are loaded; looked for again, which takes milliseconds, where a module was imported since."""
    return ThreadpoolController()
