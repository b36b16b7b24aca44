"""One thread for linear algebra: on products as small as these, threads that wait for each other cost up to 8×."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


@contextmanager
def one_thread() -> Iterator[None]:
    """A context, or a decorator, in which BLAS keeps to one thread; its former number is restored at the end."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
