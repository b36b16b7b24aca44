"""Tests of many records of a kind: a normal run takes a fixed sample, ``--all`` takes every one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], every: int) -> list[Any]:
    """The parameters of a test: the first of every so many as they are, the others left to ``--all``."""
    whole = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [
        pytest.param(*case, marks=[pytest.mark.in_full] if place % every else [])
        for place, case in enumerate(whole)
    ]
