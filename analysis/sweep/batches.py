"""Batches of work through any executor, with every result handed over as soon as it is here.

Whatever ends the run early (Ctrl-C, a killed worker, a failing batch), the results that have arrived are
handed over first, and batches that have not begun are called off. A process pool does not survive the death
of a worker; a cluster that gives the batch to another worker does, and then nothing is to be seen of it here.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import contextmanager
from typing import Any, TypeVar

from analysis.numeric.threads import one_thread

Label = TypeVar("Label")
Result = TypeVar("Result")


def run_batches(
    work: Callable[..., Result],
    batches: Mapping[Label, tuple[Any, ...]],
    keep: Callable[[Label, Result], None],
    executor: Executor | int | None = None,
    kept_in: object = None,
) -> None:
    """Call ``keep(label, work(*arguments))`` in this process for each batch,
    in the order in which they finish.

    With no executor the batches run here, one after the other; with a number, on so many processes. ``keep``
    may see a label twice with the same result, where an interruption came while it was at work. ``kept_in``
    tells a reader where the results are. Raises RuntimeError where the executor breaks,
    OSError where processes cannot be had, and whatever ``work`` raises.
    """
    # one thread here too: workers that are threads share the setting, and each puts back what it found
    with one_thread(), _workers(executor if batches else None) as pool:
        if pool is None:
            for label, arguments in batches.items():
                keep(label, work(*arguments))
            return
        waiting: dict[Future[Result], Label] = {}
        try:
            for label, arguments in batches.items():
                waiting[pool.submit(work, *arguments)] = label
            for future in as_completed(list(waiting)):
                keep(waiting[future], future.result())
                del waiting[future]
        except (BrokenExecutor, CancelledError) as error:
            raise RuntimeError(f"the executor lost its workers: {_advice(kept_in)}") from error
        finally:
            for future in waiting:
                future.cancel()
            for future, label in waiting.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    keep(label, future.result())


def checked_executor(executor: Any) -> Executor | int | None:
    """The same; raises TypeError where it is neither an executor, nor a number of processes, nor None."""
    if executor is None or isinstance(executor, Executor) or (type(executor) is int and executor > 0):
        return executor
    raise TypeError(
        "executor must be None, a number of processes from 1 on, or an Executor of concurrent.futures "
        f"(of a Dask client: client.get_executor()), not {executor!r}"
    )


@contextmanager
def _workers(executor: Executor | int | None) -> Iterator[Executor | None]:
    """The executor; for a number, one of so many processes that ends with the block."""
    executor = checked_executor(executor)
    if not isinstance(executor, int):
        yield executor
        return
    try:
        pool = ProcessPoolExecutor(executor, mp_context=multiprocessing.get_context("spawn"))
    except (
        OSError,
        ImportError,
        NotImplementedError,
    ) as error:  # each system has its own way to lack semaphores
        raise OSError(
            "processes cannot work together here, since the shared memory for their semaphores (on Linux "
            "/dev/shm) "
            f"cannot be written ({error}); executor=None or a ThreadPoolExecutor needs none"
        ) from error
    with pool:
        yield pool


def _advice(kept_in: object) -> str:
    if kept_in is None:
        return "run again with checkpoints=FOLDER, so that the next interruption costs nothing"
    return f"what had arrived is kept in {kept_in}; run again to resume"
