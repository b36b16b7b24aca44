"""Sweeps on threads, spawned processes and a Dask cluster, with workers killed in the middle."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import interruptible
import numpy as np
import pytest
from counted import NAME, runs
from threadpoolctl import threadpool_info, threadpool_limits
from waiting import wait_for

from analysis.chapters.learning_speeds.learning_speeds import learning_speeds
from analysis.numeric.data import load
from analysis.sweep.batches import run_batches
from analysis.sweep.sweep import sweep

GRID: dict[str, Any] = {"depth": [3, 5, 8], "scale": [0.5, 1.0, 2.0], "width": 16}
slow_start = pytest.mark.slow


@pytest.fixture(autouse=True)
def no_waiting_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs take their time in workers, which are to be killed in the middle, and none in this process."""
    monkeypatch.setattr("counted.sleep", lambda seconds: None)


def processes(workers: int = 2) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def cluster(workers: int = 2) -> Iterator[Any]:
    """A client of a cluster of processes on the loopback address."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client


def kept_points(folder: Path) -> set[int]:
    """The n of all points in the folder."""
    files = [json.loads(p.read_text()) for p in folder.glob("points-*.json")]
    return {point[0] for record in files for point in record["facts"]["points"]}


@pytest.mark.parametrize("batch", [None, 1, 7])
def test_threads_give_the_same_bits(batch: int | None) -> None:
    alone = sweep("gradient-size", GRID, replicates=6)
    with ThreadPoolExecutor(3) as pool:
        np.testing.assert_array_equal(
            alone.values, sweep("gradient-size", GRID, replicates=6, executor=pool, batch=batch).values
        )


def test_threads_put_the_number_of_blas_threads_back() -> None:
    def threads() -> set[int]:
        return {x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas"}

    with threadpool_limits(limits=2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("BLAS has but one thread here")
        with ThreadPoolExecutor(3) as pool:
            sweep("gradient-size", GRID, replicates=6, executor=pool, batch=1)
        assert threads() == {2}


@slow_start
def test_spawned_processes_give_the_same_bits() -> None:
    alone = sweep("gradient-size", GRID, replicates=6)
    with processes() as pool:
        for batch in (1, 10):
            other = sweep("gradient-size", GRID, replicates=6, executor=pool, batch=batch)
            np.testing.assert_array_equal(alone.values, other.values)


@slow_start
def test_a_number_starts_so_many_processes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    grid = {"n": range(6), "log": str(log), "seconds": 0.05}
    result = sweep(NAME, grid, executor=2, batch=1)
    np.testing.assert_array_equal(result.values, sweep(NAME, grid).values)
    workers = {int(line.split()[1]) for line in log.read_text().splitlines()} - {os.getpid()}
    assert 1 <= len(workers) <= 2 and runs(log) == dict.fromkeys(range(6), 2)


@slow_start
def test_a_killed_process_breaks_the_pool_and_the_sweep_is_resumed(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    grid = {"n": range(30), "log": str(log), "seconds": 0.05}

    def kill(pool: ProcessPoolExecutor) -> None:
        wait_for(lambda: len(kept_points(folder)) >= 6)
        os.kill(next(iter(pool._processes)), signal.SIGKILL)

    with processes() as pool:
        killer = threading.Thread(target=kill, args=(pool,))
        killer.start()
        with pytest.raises(RuntimeError, match=f"kept in {folder}; run again to resume"):
            sweep(NAME, grid, executor=pool, checkpoints=folder, batch=2)
        killer.join()
        kept = kept_points(folder)
        assert 6 <= len(kept) < 30
        with pytest.raises(RuntimeError, match="run again to resume"):  # the pool stays broken
            sweep(NAME, grid, executor=pool, checkpoints=folder, batch=2)
    with processes() as pool:
        resumed = sweep(NAME, grid, executor=pool, checkpoints=folder, batch=3)
    assert all(runs(log)[n] == 1 for n in kept)
    np.testing.assert_array_equal(resumed.values, sweep(NAME, grid | {"seconds": 0.05}).values)


@slow_start
def test_a_broken_pool_without_a_folder_says_what_would_have_kept_it() -> None:
    with processes(1) as pool:
        pool.submit(os.getpid).result()
        os.kill(next(iter(pool._processes)), signal.SIGKILL)
        with pytest.raises(RuntimeError, match="checkpoints=FOLDER"):
            learning_speeds(load("digits", count=5), (64, 2, 10), seeds=[0, 1], epochs=1, executor=pool)


INTERRUPTED = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from analysis.sweep.sweep import sweep

if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        sweep("counted:COUNTED", {"n": range(40), "log": sys.argv[1], "seconds": 0.05},
              executor=pool, checkpoints=sys.argv[2], batch=2)
"""


@slow_start
@pytest.mark.skipif(os.name == "nt", reason="a process group is interrupted otherwise there")
def test_ctrl_c_at_the_keyboard(tmp_path: Path, root: Path) -> None:
    """The signal goes to the sweep and to all its workers, as a terminal sends it."""
    log, folder, script = tmp_path / "log", tmp_path / "kept", tmp_path / "script.py"
    script.write_text(INTERRUPTED)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    command = [sys.executable, str(script), str(log), str(folder)]
    run = interruptible.started(command, env=environment)
    try:
        wait_for(lambda: len(kept_points(folder)) >= 8)
        os.killpg(run.pid, signal.SIGINT)
        output = run.communicate(timeout=60)[0].decode()
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
    kept = kept_points(folder)
    assert run.returncode != 0 and 8 <= len(kept) < 40, output
    grid = {"n": range(40), "log": str(log), "seconds": 0.05}
    sweep(NAME, grid, checkpoints=folder)
    assert all(runs(log)[n] == 1 for n in kept) and set(runs(log)) == set(range(40))


@slow_start
def test_a_cluster_goes_on_when_a_worker_is_killed(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    grid = {"n": range(40), "log": str(log), "seconds": 0.05}
    killed: list[tuple[int, int]] = []
    with cluster() as client:
        pids = list(client.run(os.getpid).values())

        def kill() -> None:
            wait_for(lambda: len(kept_points(folder)) >= 6 and str(pids[0]) in log.read_text().split())
            os.kill(pids[0], signal.SIGKILL)
            killed.append((pids[0], len(kept_points(folder))))

        killer = threading.Thread(target=kill)
        killer.start()
        result = sweep(NAME, grid, executor=client.get_executor(), checkpoints=folder, batch=2)
        killer.join()
        assert killed and killed[0][1] < 40  # in the middle
        blas = sweep("gradient-size", GRID, replicates=3, executor=client.get_executor())
    by = [int(line.split()[1]) for line in log.read_text().splitlines()]
    assert killed[0][0] in by and killed[0][0] not in by[-10:]
    assert kept_points(folder) == set(range(40))
    np.testing.assert_array_equal(result.values, sweep(NAME, grid).values)
    alone = sweep("gradient-size", GRID, replicates=3).values
    np.testing.assert_allclose(blas.values, alone, rtol=1e-12, atol=1e-12)


@slow_start
def test_a_cluster_that_is_shut_down_is_resumed(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    grid = {"n": range(40), "log": str(log), "seconds": 0.05}
    with cluster(1) as client:

        def close() -> None:
            wait_for(lambda: len(kept_points(folder)) >= 6)
            client.close()

        closer = threading.Thread(target=close)
        closer.start()
        with pytest.raises(RuntimeError, match="run again to resume"):
            sweep(NAME, grid, executor=client.get_executor(), checkpoints=folder, batch=2)
        closer.join()
    kept = kept_points(folder)
    assert 6 <= len(kept) < 40
    sweep(NAME, grid, checkpoints=folder)
    assert set(runs(log)) == set(range(40))
    assert all(runs(log)[n] == 1 for n in kept)


class Inline(Executor):
    """Runs all at submission, so that many results are here before the first is asked for."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ZeroDivisionError, OSError])
def test_what_has_arrived_is_kept_whatever_happens(trouble: type[BaseException]) -> None:
    kept: dict[int, int] = {}

    def keep(label: int, result: int) -> None:
        if len(kept) == 3 and not raised:
            raised.append(label)
            raise trouble
        kept[label] = result

    raised: list[int] = []
    with pytest.raises(trouble):
        run_batches(lambda n: n * n, {n: (n,) for n in range(10)}, keep, Inline())
    assert kept == {n: n * n for n in range(10)}


def test_batches_that_have_not_begun_are_called_off() -> None:
    started: list[int] = []

    def work(n: int) -> int:
        started.append(n)
        if n == 1:
            raise ZeroDivisionError
        time.sleep(0.02)
        return n

    kept: dict[int, int] = {}
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        run_batches(work, {n: (n,) for n in range(50)}, kept.__setitem__, pool)
    assert kept[0] == 0 and len(started) < 10


def test_the_executor_is_sent_names_and_numbers() -> None:
    sent: list[Any] = []

    class Watching(Inline):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            sent.append(args)
            assert not kwargs
            return super().submit(fn, *args)

    def plain(x: Any) -> bool:
        return all(plain(y) for y in x) if isinstance(x, tuple) else isinstance(x, (str, int, float))

    sweep("gradient-size", GRID, executor=Watching())
    assert sent and all(plain(x) for x in sent)
