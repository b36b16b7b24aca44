"""How far the mean square of a ReLU layer strays from network to network with He's weights:
drawn, and by its exact moments.

Write x = (1/n) Σ zᵢ²/2 for the last layer's weighted inputs; its mean is 1. Given the layer before, a mean
square is a mean of n independent numbers of one law, times the mean square before it:
so each moment of x is a product over the layers.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.numeric import unseen_weights
from analysis.numeric.training_arguments import whole

Floats = NDArray[np.float64]
_SQUARE = (1, 1, 3, 15, 105)
"""E x²ᵏ of a standard normal x, k = 0 … 4."""
_RELU = (1, 1, 6, 60, 840)
"""E (2 max(0, x)²)ᵏ: half of the numbers above, times 2ᵏ."""


def relu_mean_squares(
    width: int, depth: int, *, networks: int, seed: int = 0, together: int = 4000
) -> Floats:
    """E-normed mean squares x of the last of ``depth`` layers, (networks,), so many drawn together.
    Inputs N(0, 1)."""
    width, depth, networks = (
        whole("width", width, 1),
        whole("depth", depth, 1),
        whole("networks", networks, 1),
    )
    rng = np.random.default_rng(whole("seed", seed, 0))
    found = []
    for start in range(0, networks, together):
        count = min(together, networks - start)
        a = rng.standard_normal((count, 1, width))
        for _ in range(depth):
            z, _ = unseen_weights.forward(a, width, math.sqrt(2.0 / width), rng)
            a = np.maximum(z, 0.0)
        found.append((z**2).mean(axis=(1, 2)) / 2.0)
    return np.concatenate(found)


def relative_moments(width: int, depth: int) -> tuple[Fraction, ...]:
    """E xᵏ for k = 0 … 4, exactly; raises ValueError for sizes that are not integers ≥ 1."""
    width, depth = whole("width", width, 1), whole("depth", depth, 1)
    square, relu = _mean_of(_SQUARE, width), _mean_of(_RELU, width)
    return tuple(s**2 * r ** (depth - 1) for s, r in zip(square, relu, strict=True))


def spread_error(width: int, depth: int, networks: int) -> float:
    """The standard error of (1/N) Σ (x − 1)² over N networks: √((E(x − 1)⁴ − (Var x)²)/N)."""
    networks = whole("networks", networks, 1)
    _, _, two, three, four = relative_moments(width, depth)
    variance = two - 1
    return math.sqrt(float(four - 4 * three + 6 * two - 3 - variance**2) / networks)


def _mean_of(moments: tuple[int, ...], count: int) -> tuple[Fraction, ...]:
    """The moments of the mean of ``count`` independent numbers, from those of one."""
    total = [1, *[0] * (len(moments) - 1)]
    for _ in range(count):
        total = [
            sum(math.comb(k, i) * total[i] * moments[k - i] for i in range(k + 1)) for k in range(len(total))
        ]
    return tuple(Fraction(s, count**k) for k, s in enumerate(total))
