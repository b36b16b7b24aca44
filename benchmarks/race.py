"""Contenders timed in turn, so that what slows the machine for a while slows all of them:
medians, ratios, exponents."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Contender = Callable[[], object]


@dataclass
class Race:
    """One question: the seconds of every round for each contender, and why a contender is missing."""

    question: str
    unit: str  # what one call does, and what a time is divided by
    work: float  # how many units a call does
    seconds: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    notes: dict[str, float] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """Median seconds of a contender."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, to: str) -> float:
        """How many times longer ``name`` takes than ``to``:
        the median over the rounds of their quotient in one round."""
        pairs = zip(self.seconds[name], self.seconds[to], strict=True)
        return statistics.median(x / y for x, y in pairs)

    def as_json(self, base: str) -> dict[str, Any]:
        """What the page shows: each contender's time for a unit and its ratio to ``base``."""
        rows = [
            {
                "name": name,
                "seconds": self.median(name),
                "per_unit": self.median(name) / self.work,
                "ratio": self.ratio(name, base),
                "rounds": len(times),
            }
            for name, times in self.seconds.items()
        ]
        facts = {"question": self.question, "unit": self.unit, "base": base, "rows": rows}
        return facts | {"missing": self.missing, "notes": self.notes}


def run(race: Race, contenders: Mapping[str, Contender | str], rounds: int, warm: bool = True) -> Race:
    """Time every contender once a round, beginning with another one each round;
    a string says why one is missing."""
    race.missing |= {name: why for name, why in contenders.items() if isinstance(why, str)}
    there = {name: call for name, call in contenders.items() if callable(call)}
    if warm:
        for call in there.values():
            call()
    race.seconds = {name: [] for name in there}
    order = list(there)
    for i in range(rounds):
        turn = i % len(order)
        for name in order[turn:] + order[:turn]:
            start = time.perf_counter()
            there[name]()
            race.seconds[name].append(time.perf_counter() - start)
    return race


def exponent(sizes: list[float], seconds: list[float]) -> float:
    """p of seconds ∝ sizeᵖ, by least squares on logarithms."""
    x, y = [math.log(s) for s in sizes], [math.log(t) for t in seconds]
    mean_x, mean_y = statistics.mean(x), statistics.mean(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum(
        (a - mean_x) ** 2 for a in x
    )
