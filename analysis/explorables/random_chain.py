"""The random chain that several sliders show: the same numbers on the page and in Python."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.explorables.sampler import Stream

FIRST_INPUT = 0.5
"""a_0 of every chain."""
DEEPEST = 200


def network(
    seed: int, depth: int, weight: float, bias: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The weights and biases (L,) that the page draws for this seed and these scales."""
    stream = Stream(seed)
    pairs = np.array([stream.normal_pair() for _ in range(depth)])[:, :, 0]
    return weight * pairs[:, 0], bias * pairs[:, 1]
