"""λ against the weight scale s: independent weights without biases, and biases tied to their weights.

Independent: w ~ N(0, s²), b = 0; λ by quadrature. Tied: b = −w/2, so that a = ½ is a fixed point of every
layer; an input exactly there has λ = E log|w| − log 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.explosion.balance import gain_bound
from analysis.numeric.arguments import real_array
from analysis.numeric.compiled import compiled
from analysis.numeric.log_product import exponent, mean_log_normal
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.normal_weight import s

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Balance:
    """λ against the standard deviation of the weights; arrays of shape (n,), natural logarithms."""

    stds: Floats
    independent: Floats
    """Zero biases, by quadrature under the stationary law."""
    bound: Floats
    """The upper bound of the claim random-chain-always-vanishes before its maximum is taken:
    E log|w| − E|w|/2. The dashed line, ``tied_at_centre``, is another, as σ′ ≤ 1/4."""
    tied_at_centre: Floats
    """b = −w/2 and every z = 0: E log|w| − log 4."""


def balance(stds: Sequence[float]) -> Balance:
    """The curves that need no simulation, λ to five digits; raises ValueError for a standard deviation that
    is not positive, or is so large (thousands) that the rule does not fit in memory.
    """
    grid = real_array("stds", stds, ("n",))
    independent = np.array([exponent(SIGMOID, float(x), 0.0, nodes=24).lam for x in grid])
    log_weight = np.array([mean_log_normal(float(x)) for x in grid])
    centre = log_weight - math.log(4.0)
    return Balance(grid, independent, np.asarray(compiled(gain_bound(), s)(grid)), centre)
