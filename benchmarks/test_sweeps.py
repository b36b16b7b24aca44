"""A sweep on one process, on a pool of processes and on a Dask cluster:
strong and weak scaling, and what a task costs."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from typing import Any

import peers
import pytest

from analysis.sweep.sweep import sweep

GRID = {"depth": [50, 100], "width": [60], "scale": [0.5, 1.0, 2.0, 4.0]}
REPLICATES = 30


def pool(stack: ExitStack, workers: int) -> Executor:
    found = stack.enter_context(ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")))
    list(found.map(abs, range(4 * workers)))  # started, before the clock
    return found


def cluster(stack: ExitStack, workers: int) -> Any:
    distributed = peers.library("distributed", "dev")
    if isinstance(distributed, str):
        return distributed
    local = stack.enter_context(
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        )
    )
    return stack.enter_context(distributed.Client(local)).get_executor()


@pytest.mark.parametrize("scaling", ["strong", "weak"])
def test_scaling(scaling: str, race: Any, store: Any, cores: int) -> None:
    """Strong: one sweep, shared by all workers. Weak: as many replicates more as there are workers."""
    with ExitStack() as stack:
        contenders: dict[str, Any] = {"one process": lambda: run(None, REPLICATES)}
        replicates = REPLICATES * (cores if scaling == "weak" else 1)
        for name, make in (("processes", pool), ("Dask cluster", cluster)):
            executor = make(stack, cores)
            ours = (
                executor if isinstance(executor, str) else lambda executor=executor: run(executor, replicates)
            )
            contenders[f"{cores} {name}" if name == "processes" else f"{name} of {cores}"] = ours
        found = race(f"{scaling} scaling of a sweep", contenders, unit="sweep", work=1, rounds=3)
        store(found, "one process")


def run(executor: Executor | None, replicates: int) -> Any:
    return sweep("gradient-size", GRID, replicates=replicates, executor=executor)


def test_cost_of_a_task(race: Any, store: Any, cores: int) -> None:
    """Runs that take no time, one a task: what is left is the handing over."""
    grid = {"depth": [2], "width": [1], "scale": [1.0]}
    with ExitStack() as stack:
        contenders: dict[str, Any] = {
            "one process": lambda: sweep("gradient-size", grid, replicates=200, batch=1)
        }
        for name, make in (("processes", pool), ("Dask cluster", cluster)):
            executor = make(stack, cores)
            contenders[name] = (
                executor
                if isinstance(executor, str)
                else lambda executor=executor: sweep(
                    "gradient-size", grid, replicates=200, batch=1, executor=executor
                )
            )
        found = race("a sweep of 200 empty runs, one a task", contenders, unit="task", work=200, rounds=3)
        start = time.perf_counter()
        sweep("gradient-size", grid, replicates=20_000)
        found.notes["milliseconds a run in batches, one process"] = (time.perf_counter() - start) / 20
        store(found, "one process")
