"""Batches of work through any executor, with every result handed over as soon as it is here.

Whatever ends the run early (Ctrl-C, a killed worker, a failing batch), the results that have arrived are handed over
first, and batches that have not begun are called off. A process pool does not survive the death of a worker; a cluster
that gives the batch to another worker does, and then nothing is to be seen of it here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from typing import Any, TypeVar

from analysis.experiments.threads import one_thread

Label = TypeVar("Label")
Result = TypeVar("Result")


def run_batches(
    work: Callable[..., Result],
    batches: Mapping[Label, tuple[Any, ...]],
    keep: Callable[[Label, Result], None],
    executor: Executor | None = None,
    kept_in: object = None,
) -> None:
    """Call ``keep(label, work(*arguments))`` in this process for each batch, in the order in which they finish.

    With no executor the batches run here, one after the other. ``keep`` may see a label twice with the same result,
    where an interruption came while it was at work. ``kept_in`` tells a reader where the results are. Raises
    RuntimeError where the executor breaks, and whatever ``work`` raises.
    """
    with (
        one_thread()
    ):  # here too: workers that are threads share the setting, and each puts back what it found
        if executor is None:
            for label, arguments in batches.items():
                keep(label, work(*arguments))
            return
        waiting: dict[Future[Result], Label] = {}
        try:
            for label, arguments in batches.items():
                waiting[executor.submit(work, *arguments)] = label
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


def _advice(kept_in: object) -> str:
    if kept_in is None:
        return "run again with checkpoints=FOLDER, so that the next interruption costs nothing"
    return f"what had arrived is kept in {kept_in}; run again to resume"
