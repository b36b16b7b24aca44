"""How large the signals and gradients of a wide network are, layer by layer in logarithms, and where three
number formats end.

The recursions are those of chapter 7, q ← σ_w² E[σ(√q x)²] and χ = σ_w² E[σ′(√q x)²]. Here they may leave
float64: far from 1 an activation is a straight line on either side of 0 or flat, so the last factor that
could be computed stands for all others.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import number, positive, whole
from analysis.numeric.mean_field import next_q, slope_second_moment

Floats = NDArray[np.float64]
FAR = 100.0
"""Beyond 10^±100 a mean square is followed by its last factor."""


class Format(NamedTuple):
    """A binary floating-point format of IEEE 754's kind: bits of the exponent and of the fraction."""

    exponent: int
    fraction: int

    @property
    def smallest(self) -> float:
        """log10 of the smallest positive number, a subnormal one: 2^(2 − 2^(e−1) − f)."""
        return float(2 - 2 ** (self.exponent - 1) - self.fraction) * math.log10(2.0)

    @property
    def largest(self) -> float:
        """log10 of the largest finite number: (2 − 2^−f) 2^(2^(e−1) − 1)."""
        return math.log10(2.0 - 2.0**-self.fraction) + float(2 ** (self.exponent - 1) - 1) * math.log10(2.0)


FORMATS = {"float16": Format(5, 10), "bfloat16": Format(8, 7), "float32": Format(8, 23)}


class Sizes(NamedTuple):
    """log10 of the root mean square of the weighted inputs, and of the gradient, at layers 1 … L (L,)."""

    forward: Floats
    backward: Floats


def sizes(activation: str, scale: float, depth: int, output: float = 1.0) -> Sizes:
    """Of inputs with mean square 1, zero biases and a gradient of root mean square ``output`` at layer L.

    Raises ValueError for an unknown activation, a depth below 1, a scale or an output that is not positive.
    """
    scale, output = positive("scale", scale), positive("output", output)
    depth = whole("depth", depth)
    forward, chis = [2.0 * math.log10(scale)], []
    ahead = back = 0.0
    for _ in range(depth):
        at = forward[-1]
        if abs(at) < FAR:
            q = 10.0**at
            ahead = math.log10(next_q(activation, scale, 0.0, q)) - at
            back = math.log10(max(slope_second_moment(activation, q), 1e-300)) + 2.0 * math.log10(scale)
        forward.append(at + ahead)
        chis.append(back)
    backward = [2.0 * math.log10(output)]
    for chi in reversed(chis[: depth - 1]):
        backward.append(backward[-1] + chi)
    return Sizes(np.array(forward[:depth]) / 2.0, np.array(backward[::-1]) / 2.0)


def lost_at(found: Sizes, name: str) -> int:
    """The deepest layer, counted from the input, whose gradients lie below the smallest number of a format;
    0 where none does."""
    below = np.flatnonzero(found.backward < FORMATS[name].smallest)
    return int(below[-1]) + 1 if below.size else 0


def depth_until(log_gain: float, name: str, output: float = 1.0) -> float:
    """Over how many layers a gradient of size ``output`` falls to the smallest number of a format, where each
    layer adds ``log_gain`` < 0 to its logarithm."""
    log_gain = number("log_gain", log_gain, most=-1e-12)
    return (FORMATS[name].smallest - math.log10(positive("output", output))) * math.log(10.0) / log_gain
