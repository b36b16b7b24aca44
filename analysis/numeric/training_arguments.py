"""What the experiments on data accept: each check returns the value or says what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.numeric import arguments
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
    checked = tuple(whole("each of seeds", s, 0) for s in arguments.several("seeds", seeds, of="integers"))
    if not checked or len(set(checked)) < len(checked):
        raise ValueError(f"seeds must be one or more different integers, not {checked}")
    return checked


def positive_rates(rates: Iterable[float]) -> tuple[float, ...]:
    checked = tuple(positive("each of rates", r) for r in arguments.several("rates", rates, of="numbers"))
    if not checked:
        raise ValueError("rates must be one or more positive numbers, not none")
    return checked


def whole(name: str, x: Any, least: int) -> int:
    return arguments.whole(name, x, least)


def positive(name: str, x: float, *, zero: bool = False) -> float:
    return arguments.number(name, x, least=0.0) if zero else arguments.positive(name, x)
