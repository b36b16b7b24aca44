"""What ``--all`` adds to a normal run, and that an oracle runs without the tracer and gives it back."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from sampling import sampled
from tracing import untraced


def test_the_first_of_every_so_many_runs_always() -> None:
    found = sampled([1, 2, 3, 4], 3)
    assert [p.values for p in found] == [(1,), (2,), (3,), (4,)]
    assert [[mark.name for mark in p.marks] for p in found] == [[], ["in_full"], ["in_full"], []]
    assert [p.values for p in sampled([("a", 1), ("b", 2)], 2)] == [("a", 1), ("b", 2)]


@pytest.mark.parametrize("left", sampled([False, True], 2))
def test_what_is_left_to_all_is_skipped_without_it(left: bool, in_full: bool) -> None:
    assert in_full or not left


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
