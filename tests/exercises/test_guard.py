"""A function of the reader's is called in a process of its own, or in a thread where there is no fork;
both tell the same."""

from __future__ import annotations

import math
import os
import select
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
from waiting import wait_for

from analysis.exercises.guard import FORKS, call

POINTS = [(0.5,), (2.0,)]
PLENTY = 600.0
"""Seconds that no test takes, on a loaded machine either."""
WAYS = [False, True] if FORKS else [False]


@pytest.mark.parametrize("fork", WAYS)
@pytest.mark.parametrize(
    "function", [math.tanh, np.tanh, lambda x: float(np.tanh(x)), lambda x: np.array([math.tanh(x)])]
)
def test_values_come_back(function: Any, fork: bool) -> None:
    assert call(function, POINTS, PLENTY, fork).values == pytest.approx(
        [math.tanh(0.5), math.tanh(2.0)], rel=1e-15
    )


def arrays_only(x: Any) -> Any:
    return np.array([math.tanh(x[k]) for k in range(len(x))])


@pytest.mark.parametrize("fork", WAYS)
def test_a_function_of_arrays_is_given_arrays(fork: bool) -> None:
    assert call(arrays_only, POINTS, PLENTY, fork).values == pytest.approx([math.tanh(0.5), math.tanh(2.0)])


@pytest.mark.parametrize("fork", WAYS)
@pytest.mark.parametrize("result", [None, "1", b"1", True, np.True_, math.inf, 1j, [1.0], np.ones(2)])
def test_what_is_no_number_is_none(result: Any, fork: bool) -> None:
    reply = call(lambda x: result, POINTS, PLENTY, fork)
    assert reply.values == (None, None) and reply.complaint.startswith(
        ("it returns", "it raises `TypeError`")
    )


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("fork", WAYS)
def test_an_error_without_words(fork: bool) -> None:
    def raises(x: float) -> float:
        raise Unspeakable

    assert call(raises, POINTS, PLENTY, fork).complaint == "it raises `Unspeakable`"


@pytest.mark.parametrize("fork", WAYS)
def test_one_bad_point_leaves_the_others(fork: bool) -> None:
    reply = call(lambda x: math.sqrt(1.0 - x), POINTS, PLENTY, fork)
    assert reply.values == (math.sqrt(0.5), None) and "ValueError" in reply.complaint and not reply.timed_out


@pytest.mark.parametrize("fork", WAYS)
def test_a_function_without_arguments(fork: bool) -> None:
    assert call(lambda: 0.25, [()], PLENTY, fork).values == (0.25,)
    assert "TypeError" in call(lambda x: x, [()], PLENTY, fork).complaint


@pytest.mark.parametrize("fork", WAYS)
def test_time_runs_out_and_nothing_is_left_running(fork: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    end = time.monotonic() + PLENTY

    def loops(x: float) -> float:
        while time.monotonic() < end:  # so that a guard that waits for it is told from one that does not
            pass
        return 0.25

    threads, waited = threading.active_count(), waits(monkeypatch)
    reply = call(loops, POINTS, 0.2, fork)
    assert reply.timed_out and reply.values == (None, None)
    assert waited and sum(waited) < 0.5  # what was granted, and the moments in which a thread is asked to end
    wait_for(lambda: threading.active_count() <= threads)


def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How many seconds the guard is ready to wait for a child or for a thread, each time that it does."""
    found: list[float] = []
    wait, join = select.select, threading.Thread.join

    def waited(reading: Any, writing: Any, failing: Any, seconds: float | None = None) -> Any:
        found.append(math.inf if seconds is None else seconds)
        return wait(reading, writing, failing, seconds)

    def joined(thread: threading.Thread, seconds: float | None = None) -> None:
        found.append(math.inf if seconds is None else seconds)
        join(thread, seconds)

    monkeypatch.setattr("analysis.exercises.guard.select.select", waited)
    monkeypatch.setattr("analysis.exercises.guard.threading.Thread.join", joined)
    return found


@pytest.mark.parametrize("fork", WAYS)
def test_what_is_raised_does_not_come_through(fork: bool) -> None:
    for error in (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):

        def raises(x: float, error: type[BaseException] = error) -> float:
            raise error("a `long` text " + "x" * 1000)

        reply = call(raises, POINTS, PLENTY, fork)
        assert error.__name__ in reply.complaint and len(reply.complaint) <= 200
        assert reply.complaint.count("`") == 2  # around the name; none of the function's own


@pytest.mark.skipif(not FORKS, reason="needs a fork")
def test_a_function_that_ends_its_process() -> None:
    reply = call(lambda x: os._exit(3), POINTS, PLENTY, fork=True)
    assert reply.values == (None, None) and "ended the process" in reply.complaint


@pytest.mark.skipif(not FORKS, reason="needs a fork")
@pytest.mark.parametrize("step", [10**9, 10**7])
def test_memory_is_limited(step: int) -> None:
    """8 GB at once, and little by little."""
    held: list[Any] = []

    def takes(x: float) -> float:
        while len(held) * 8 * step < 8 * 10**9:
            held.append(np.empty(step))
        return 0.25

    reply = call(takes, POINTS, PLENTY, fork=True)
    assert reply.values == (None, None) and not held
    assert (
        reply.complaint
        == "it wants more memory than there is (`MemoryError`; it may take 1 GB of memory at most)"
    )


@pytest.mark.skipif(not FORKS, reason="needs a fork")
def test_nobody_answers_and_nothing_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert "EOFError" in call(lambda x: float(input("? ")), POINTS, PLENTY, fork=True).complaint
    assert call(
        lambda x: os.write(1, b"flood") / 20 + os.system("echo flood"), POINTS, PLENTY, fork=True
    ).values == (0.25, 0.25)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not FORKS, reason="needs a fork")
def test_no_child_and_no_open_file_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[int] = []
    fork = os.fork

    def recorded() -> int:
        children.append(child := fork())
        return child

    def open_files() -> int:
        return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0

    call(math.tanh, POINTS, PLENTY, fork=True)
    before = open_files()
    monkeypatch.setattr(os, "fork", recorded)
    for _ in range(5):
        call(math.tanh, POINTS, PLENTY, fork=True)
        call(lambda x: time.sleep(60), POINTS, 0.05, fork=True)
    assert open_files() == before
    assert len(children) == 10
    for child in children:  # and no other: the process that runs the tests may have children of its own
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
