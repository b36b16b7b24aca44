"""Calling a reader's Python function so that it cannot hang, crash or flood the page.

On Linux the calls run in a forked child with a limit of memory, which is killed when its time is up, whatever
it is doing. Elsewhere (macOS libraries do not survive a fork, Windows has none) they run in a thread of the
reader's process, without a limit of memory, that is given up and asked to end; a single call into C that
never comes back cannot be ended that way.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import json
import math
import os
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

from analysis.exercises.program import harmless, kind_name

Function = Callable[..., object]
Arguments = tuple[float, ...]

FORKS = sys.platform == "linux"
MOST_BYTES = 10**9
"""The memory that a function may take, beside what this process has."""
_ARENAS = -8
"""glibc's M_ARENA_MAX."""


class Reply(NamedTuple):
    """What a function returned at each point (None: nothing usable), the first complaint,
    whether time ran out."""

    values: tuple[float | None, ...]
    complaint: str = ""
    timed_out: bool = False


def call(function: Function, points: Sequence[Arguments], seconds: float, fork: bool = FORKS) -> Reply:
    """The function at every point, within ``seconds`` in all. Never raises on account of the function."""
    text = _in_child(function, points, seconds) if fork else _in_thread(function, points, seconds)
    if text is None:
        return Reply((None,) * len(points), timed_out=True)
    try:
        values, complaint = json.loads(text)
    except ValueError:  # nothing came back
        return Reply((None,) * len(points), "it ended the process that ran it")
    return Reply(tuple(values), str(complaint)[:200])


def _collect(function: Function, points: Sequence[Arguments]) -> str:
    """The values and the first complaint, as JSON."""
    values: list[float | None] = []
    complaint = ""
    for arguments in points:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value, why = _number(_called(function, arguments))
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the function's own here
            value, why = None, _described(error)
            if isinstance(error, MemoryError):  # filling the memory at every point would take all the time
                complaint = complaint or why
                break
        values.append(value)
        complaint = complaint or why
    return json.dumps([values + [None] * (len(points) - len(values)), complaint])


def _called(function: Function, arguments: Arguments) -> object:
    """The function of numbers; where it wants arrays, of arrays with one entry."""
    import numpy as np

    try:
        return function(*(np.float64(x) for x in arguments))
    except (TypeError, IndexError, AttributeError) as first:
        if arguments:
            with contextlib.suppress(Exception):
                return function(*(np.array([x]) for x in arguments))
        raise first


def _number(result: object) -> tuple[float | None, str]:
    """What a function returned as a finite float, or None and the reason."""
    import numpy as np

    if isinstance(result, np.ndarray) and result.size == 1:
        result = result.reshape(())[()]
    if result is None or isinstance(result, str | bytes | bool | np.bool_):
        return None, f"it returns {kind_name(result)}, not a number"
    number = complex(result)  # type: ignore[call-overload]
    if not (math.isfinite(number.real) and abs(number.imag) <= 1e-12 * abs(number)):
        return None, "it returns what is not a finite real number"
    return number.real, ""


def _described(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return (
            f"it wants more memory than there is (`MemoryError`; it may take {MOST_BYTES // 10**9} GB of "
            "memory at most)"
        )
    try:
        text = harmless(str(error)[:1000])
    except Exception:
        text = ""
    return f"it raises {kind_name(error)}" + (f" ({text[:120]})" if text else "")


def _in_child(function: Function, points: Sequence[Arguments], seconds: float) -> bytes | None:
    """The JSON that a forked child sends; None where it does not in time.
    The child is always gone afterwards."""
    import numpy  # noqa: F401 -- before the fork, so that the child imports nothing

    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # on forking beside threads: the child uses none of them
        child = os.fork()
    if child == 0:  # pragma: no cover -- another process, which coverage does not see
        try:
            _confine()
            os.write(writing, _collect(function, points).encode())
        finally:
            os._exit(0)
    os.close(writing)
    try:
        return _all(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _confine() -> None:  # pragma: no cover -- runs in the child
    """In the child, before the function runs: nothing to read, nowhere to write, a limit of memory."""
    import resource

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    # addresses count as memory here, and a thread of the function's would take many: 8 MB for its stack,
    # 64 MB for an arena of its own
    threading.stack_size(2**20)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENAS, 1)
    builtins.input = _nobody_answers  # a notebook's own would ask the reader, and wait
    with open("/proc/self/statm") as pages:
        most = int(pages.read().split()[0]) * resource.getpagesize() + MOST_BYTES
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _nobody_answers(prompt: object = "") -> str:
    raise EOFError("nobody is there to answer")


def _all(reading: int, end: float) -> bytes | None:
    """What is read up to its end; None where the time is up."""
    text = b""
    while select.select([reading], [], [], max(0.0, end - time.monotonic()))[0]:
        chunk = os.read(reading, 65536)
        if not chunk:
            return text
        text += chunk
    return None


def _in_thread(function: Function, points: Sequence[Arguments], seconds: float) -> str | None:
    """The JSON that a thread leaves; None where it does not in time, and the thread is asked to end."""
    left: list[str] = []
    thread = threading.Thread(target=lambda: left.append(_collect(function, points)), daemon=True)
    thread.start()
    thread.join(seconds)
    if not thread.is_alive():
        return left[0] if left else ""
    for _ in range(len(points) + 5):  # every point of a loop that never ends has to be ended
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
            )
            thread.join(0.02)
    return None
