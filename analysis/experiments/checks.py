"""What the experiments on data accept: each check returns the value or says what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.network import checked_sizes


def sizes_for(data: Dataset, sizes: Sequence[int]) -> tuple[int, ...]:
    checked = checked_sizes(list(sizes))
    pixels = data.images.shape[1]
    if len(checked) < 3 or checked[0] != pixels or checked[-1] != CLASSES:
        raise ValueError(
            f"sizes must be ({pixels}, hidden layers …, {CLASSES}) for {data.name}, not {checked}"
        )
    return checked


def different_seeds(seeds: Iterable[int]) -> tuple[int, ...]:
    checked = tuple(whole("each of seeds", s, 0) for s in seeds)
    if not checked or len(set(checked)) < len(checked):
        raise ValueError(f"seeds must be one or more different integers, not {checked}")
    return checked


def whole(name: str, x: Any, least: int) -> int:
    if isinstance(x, bool) or not isinstance(x, (int, np.integer)) or x < least:
        raise ValueError(f"{name} must be an integer of at least {least}, not {x!r}")
    return int(x)


def positive(name: str, x: float, *, zero: bool = False) -> float:
    value = float(x)
    if not (np.isfinite(value) and (value > 0.0 or (zero and value == 0.0))):
        raise ValueError(f"{name} must be a finite number {'≥' if zero else '>'} 0, not {x!r}")
    return value
