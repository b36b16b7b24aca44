"""What ``--all`` adds to a normal run, and that an oracle runs without the tracer and gives it back."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from tracing import untraced


@pytest.mark.in_full
def test_what_is_left_to_all_runs_with_it_alone(in_full: bool) -> None:
    assert in_full


def test_the_tracer_is_away_and_comes_back() -> None:
    seen: list[str] = []

    def tracer(frame: Any, event: str, arg: Any) -> None:
        seen.append(frame.f_code.co_name)

    def oracle() -> None:
        pass

    def ours() -> None:
        pass

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with untraced():
            oracle()
            assert sys.gettrace() is None
        ours()
        with pytest.raises(ZeroDivisionError), untraced():
            oracle()
            1 / 0  # noqa: B018
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert "ours" in seen and "oracle" not in seen
    assert sys.gettrace() is before
