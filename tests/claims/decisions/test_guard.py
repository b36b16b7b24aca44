"""What takes too long is ended, and what raises an error has no value."""

from __future__ import annotations

import itertools
import signal
import time

import pytest

from analysis.claims.decisions.guard import within

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no clock of processor time here")


def endless() -> None:
    for _ in itertools.count():
        try:
            sum(range(1000))
        except Exception:
            continue


def test_a_call_returns_what_it_finds_and_leaves_the_clock_as_it_was() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    assert within(5.0, max, 2, 3) == 3
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0.0
    assert signal.getsignal(signal.SIGVTALRM) == before


def test_an_endless_call_and_one_that_raises_have_no_value() -> None:
    assert within(0.05, endless) is None
    assert within(5.0, int, "one") is None
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0.0


def test_a_call_within_another_leaves_that_its_time() -> None:
    def spin(seconds: float) -> str:
        start = time.process_time()
        while time.process_time() - start < seconds:
            pass
        return "done"

    def inner_then(seconds: float) -> tuple[str | None, str]:
        return within(0.05, spin, 5), spin(seconds)

    assert within(5, inner_then, 0.01) == (None, "done")
    start = time.process_time()
    assert within(0.3, inner_then, 5) is None and time.process_time() - start < 2
    assert within(0.1, within, 5, spin, 5) is None and time.process_time() - start < 4
