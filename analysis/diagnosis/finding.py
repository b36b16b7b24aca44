"""One finding, and what the rules look at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis.advice import ADVICE
from analysis.diagnosis.measured import Measured
from analysis.diagnosis.numbers import finite_mean as finite_mean
from analysis.diagnosis.path import Segment, main_path, segment
from analysis.diagnosis.theory import Predicted, predicted

Floats = NDArray[np.float64]
SHOWN = 4
"""So many names are written out."""

FORMATS = {"float16": 2.0**-24, "bfloat16": 2.0**-133, "float32": 2.0**-149, "float64": 2.0**-1074}
"""The smallest positive number of each format."""


@dataclass(frozen=True)
class Finding:
    """``code``, the kind of fault; ``where``, the first site or parameter concerned, and how many more;
    ``what`` was measured, in words with its numbers; ``slope``, ``error`` and ``predicted``, the log-gain for
    each layer, its standard error and what theory says, where a slope is what was found; ``note`` for what
    may be meant so."""

    code: str
    where: str
    what: str
    slope: float = math.nan
    error: float = math.nan
    predicted: float = math.nan
    note: bool = False
    first: str = ""

    @property
    def cause(self) -> str:
        """Why it happens."""
        return ADVICE[self.code].cause

    @property
    def remedy(self) -> str:
        """What to change first, with the numbers of this network where there are any."""
        return self.first or ADVICE[self.code].remedy

    @property
    def refuted_by(self) -> str:
        """What would show that this finding is wrong."""
        return ADVICE[self.code].refuted_by

    @property
    def claim(self) -> str:
        """The label of the claim behind it, "" where none is."""
        return ADVICE[self.code].claim

    @property
    def chapter(self) -> str:
        """The notebook that proves it."""
        return ADVICE[self.code].chapter

    def __str__(self) -> str:
        return f"{self.code} at {self.where}: {self.what}. {self.cause} First change: {self.remedy}"


class At:
    """The record with its theory and its segment."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured
        self.theory: Predicted = predicted(measured)
        self.path = main_path(measured)
        self.segment: Segment | None = segment(measured, *self.theory)


Rule = Callable[[At, list[Finding]], Iterator[Finding]]


def has(found: list[Finding], *codes: str) -> bool:
    return any(f.code in codes for f in found)


def some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
