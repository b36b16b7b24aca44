"""A function of the reader's is called in a process of its own, or in a thread where there is no fork; both tell the same."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.exercises.guard import FORKS, call

POINTS = [(0.5,), (2.0,)]
WAYS = [False, True] if FORKS else [False]


@pytest.mark.parametrize("fork", WAYS)
@pytest.mark.parametrize(
    "function", [math.tanh, np.tanh, lambda x: float(np.tanh(x)), lambda x: np.array([math.tanh(x)])]
)
def test_values_come_back(function: Any, fork: bool) -> None:
    assert call(function, POINTS, 5.0, fork).values == pytest.approx(
        [math.tanh(0.5), math.tanh(2.0)], rel=1e-15
    )


def arrays_only(x: Any) -> Any:
    return np.array([math.tanh(x[k]) for k in range(len(x))])


@pytest.mark.parametrize("fork", WAYS)
def test_a_function_of_arrays_is_given_arrays(fork: bool) -> None:
    assert call(arrays_only, POINTS, 5.0, fork).values == pytest.approx([math.tanh(0.5), math.tanh(2.0)])


@pytest.mark.parametrize("fork", WAYS)
@pytest.mark.parametrize("result", [None, "1", b"1", True, np.True_, math.inf, 1j, [1.0], np.ones(2)])
def test_what_is_no_number_is_none(result: Any, fork: bool) -> None:
    reply = call(lambda x: result, POINTS, 5.0, fork)
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

    assert call(raises, POINTS, 5.0, fork).complaint == "it raises `Unspeakable`"


@pytest.mark.parametrize("fork", WAYS)
def test_one_bad_point_leaves_the_others(fork: bool) -> None:
    reply = call(lambda x: math.sqrt(1.0 - x), POINTS, 5.0, fork)
    assert reply.values == (math.sqrt(0.5), None) and "ValueError" in reply.complaint and not reply.timed_out


@pytest.mark.parametrize("fork", WAYS)
def test_a_function_without_arguments(fork: bool) -> None:
    assert call(lambda: 0.25, [()], 5.0, fork).values == (0.25,)
    assert "TypeError" in call(lambda x: x, [()], 5.0, fork).complaint


@pytest.mark.parametrize("fork", WAYS)
def test_time_runs_out_and_nothing_is_left_running(fork: bool) -> None:
    def loops(x: float) -> float:
        while True:
            pass

    threads, start = threading.active_count(), time.perf_counter()
    reply = call(loops, POINTS, 0.2, fork)
    assert reply.timed_out and reply.values == (None, None)
    assert time.perf_counter() - start < 2.0
    for _ in range(100):
        if threading.active_count() == threads:
            return
        time.sleep(0.02)
    pytest.fail("the thread is still running")


@pytest.mark.parametrize("fork", WAYS)
def test_what_is_raised_does_not_come_through(fork: bool) -> None:
    for error in (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):

        def raises(x: float, error: type[BaseException] = error) -> float:
            raise error("a `long` text " + "x" * 1000)

        reply = call(raises, POINTS, 5.0, fork)
        assert error.__name__ in reply.complaint and len(reply.complaint) <= 200
        assert reply.complaint.count("`") == 2  # around the name; none of the function's own


@pytest.mark.skipif(not FORKS, reason="needs a fork")
def test_a_function_that_ends_its_process() -> None:
    reply = call(lambda x: os._exit(3), POINTS, 5.0, fork=True)
    assert reply.values == (None, None) and "ended the process" in reply.complaint


def alive(marker: str) -> list[str]:
    """The processes that were started with this argument."""
    commands = [p for p in Path("/proc").iterdir() if p.name.isdigit()]
    found = []
    for process in commands:
        with contextlib.suppress(OSError):
            if marker.encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


def forks_a_sleeper(marker: str, then: float) -> Any:
    def function(x: float) -> float:
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", marker])
        time.sleep(then)
        return 0.25

    return function


@pytest.mark.skipif(not FORKS, reason="needs a fork")
@pytest.mark.parametrize("then", [0.0, 60.0])
def test_nothing_that_a_function_forked_is_left(then: float) -> None:
    """In time, and when the time is up; and a grandchild that holds the pipe does not delay the answer."""
    marker = f"{31337 + os.getpid()}.{int(then)}25"
    start = time.perf_counter()
    reply = call(forks_a_sleeper(marker, then), POINTS, 1.0, fork=True)
    assert time.perf_counter() - start < 3.0
    assert reply.timed_out is (then > 0.0)
    assert then or reply.values == (0.25, 0.25)
    for _ in range(100):  # a killed process is there until it is collected
        if not alive(marker):
            return
        time.sleep(0.02)
    pytest.fail("what the function forked is still running")


@pytest.mark.skipif(not FORKS, reason="needs a fork")
@pytest.mark.parametrize("step", [10**9, 10**7])
def test_memory_is_limited(step: int) -> None:
    """8 GB at once, and little by little."""
    held: list[Any] = []

    def takes(x: float) -> float:
        while len(held) * 8 * step < 8 * 10**9:
            held.append(np.empty(step))
        return 0.25

    reply = call(takes, POINTS, 30.0, fork=True)
    assert reply.values == (None, None) and not held
    assert (
        reply.complaint
        == "it wants more memory than there is (`MemoryError`; it may take 1 GB of memory at most)"
    )


@pytest.mark.skipif(not FORKS, reason="needs a fork")
def test_nobody_answers_and_nothing_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert "EOFError" in call(lambda x: float(input("? ")), POINTS, 5.0, fork=True).complaint
    assert call(
        lambda x: os.write(1, b"flood") / 20 + os.system("echo flood"), POINTS, 5.0, fork=True
    ).values == (
        0.25,
        0.25,
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not FORKS, reason="needs a fork")
def test_what_a_child_prints_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert call(lambda x: print("flood") or 1.0, POINTS, 5.0, fork=True).values == (1.0, 1.0)  # type: ignore[func-returns-value]
    assert capfd.readouterr().out == ""


@pytest.mark.skipif(not FORKS, reason="needs a fork")
def test_no_child_and_no_open_file_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[int] = []
    fork = os.fork

    def recorded() -> int:
        children.append(child := fork())
        return child

    def open_files() -> int:
        return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0

    call(math.tanh, POINTS, 5.0, fork=True)
    before = open_files()
    monkeypatch.setattr(os, "fork", recorded)
    for _ in range(5):
        call(math.tanh, POINTS, 5.0, fork=True)
        call(lambda x: time.sleep(60), POINTS, 0.05, fork=True)
    assert open_files() == before
    assert len(children) == 10
    for child in children:  # and no other: the process that runs the tests may have children of its own
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
