"""Calls of SymPy that may take for ever, ended after so much processor time."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


class _Over(BaseException):
    """No Exception: SymPy catches those."""


def within(seconds: float, function: Callable[..., Any], *args: Any) -> Any:
    """function(*args); None where it raises an error or takes longer. Outside the main thread, and where the
    system has no such clock (Windows), it is not called at all. One within another ends no later."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return None

    def end(number: int, frame: FrameType | None) -> None:
        raise _Over

    before, (outer, again) = signal.signal(signal.SIGVTALRM, end), signal.getitimer(signal.ITIMER_VIRTUAL)
    own = min(seconds, outer) if outer else seconds
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, own, 0.5)  # again, should SymPy swallow it
        start = time.process_time()
        try:
            return function(*args)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (_Over, Exception):
        return None
    finally:
        signal.signal(signal.SIGVTALRM, before)
        if outer:
            left = max(outer - (time.process_time() - start), 1e-3)
            signal.setitimer(signal.ITIMER_VIRTUAL, left, again)
