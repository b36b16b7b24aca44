"""How far ahead of another a recorded training ends, with NumPy alone, for the tests of what chapters say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def at_best(run: Any) -> np.ndarray:
    """The last test accuracy of each seed at the rate with the best mean on the validation images; diverged
    networks count as 0."""
    chosen = run.validation[:, :, -1].mean(axis=1).argmax()
    return np.asarray(run.accuracy[chosen, :, -1])


def ahead(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Mean of x − y in points, its standard error, and their quotient."""
    gap = 100 * (x - y)
    error = math.sqrt(((gap - gap.mean()) ** 2).sum() / (len(gap) - 1) / len(gap))
    return gap.mean(), error, gap.mean() / error
