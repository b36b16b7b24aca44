"""The same weights at two widths: every |w| below 1, one neuron a layer against a thousand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.compiled import compiled
from analysis.numeric.training_arguments import whole
from analysis.symbolic.catalogue import activation as named_activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoundedWeights:
    """squares[r, l]: mean of δˡ² in units of the last layer's, of network r with weights uniform on (−1, 1)
    and zero biases; (replicates, L).
    """

    activation: str
    width: int
    depth: int
    seed: int
    squares: Floats

    @property
    def log10_length(self) -> Floats:
        """log₁₀(‖δ¹‖/‖δᴸ‖) of each network (replicates,)."""
        return np.asarray(np.log10(self.squares[:, 0]) / 2.0)


@cache
def bounded_weights(
    activation: str, width: int, *, depth: int = 10, replicates: int = 10, seed: int = 5
) -> BoundedWeights:
    """Draw networks whose weights are all smaller than 1 in size; inputs and last errors N(0, 1)."""
    width, depth, replicates = (
        whole("width", width, 1),
        whole("depth", depth, 2),
        whole("replicates", replicates, 1),
    )
    rng = np.random.default_rng(whole("seed", seed, 0))
    law = named_activation(activation, "activation")
    value, slope = compiled(law.value, z_symbol), compiled(law.slope, z_symbol)
    squares = np.ones((replicates, depth))
    for r in range(replicates):
        a, weights, slopes = rng.standard_normal(width), [], []
        for _ in range(depth):
            w = rng.uniform(-1.0, 1.0, (width, width))
            z = w @ a
            a = value(z)
            weights.append(w)
            slopes.append(slope(z))
        delta = rng.standard_normal(width)
        delta /= math.sqrt(np.mean(delta * delta))
        for l in range(depth - 1, 0, -1):
            delta = (delta @ weights[l]) * slopes[l - 1]
            squares[r, l - 1] = np.mean(delta * delta)
    return BoundedWeights(activation, width, depth, seed, squares)
