"""Does SELU's fixed point attract? Mean and variance of the activations from layer to
layer (Klambauer et al. 2017)."""

from __future__ import annotations

import math

import numpy as np

from analysis.numeric.arguments import number
from analysis.numeric.moments import moments
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import SELU, given_activation

_MOST = 1e100
"""Beyond it the squares of a signal leave float64 after a few layers."""


def layer_map(mean: float, variance: float, of: Activation = SELU) -> tuple[float, float]:
    """Mean and variance of σ(z) where z is normal with mean 0 and variance = mean² + variance: random weights
    of mean 0 and Var w = 1/width, in the limit of great width.
    Raises ValueError for numbers out of range, TypeError for what is no ``Activation``.
    """
    given_activation("of", of)
    mean, variance = number("mean", mean, least=-_MOST, most=_MOST), positive("variance", variance)
    found = moments(of, math.sqrt(mean**2 + variance))
    return found.mean, found.variance


def path(mean: float, variance: float, layers: int, of: Activation = SELU) -> tuple[tuple[float, float], ...]:
    """(mean, variance) at the input and after each of so many layers."""
    given_activation("of", of)
    points = [(number("mean", mean), positive("variance", variance))]
    for _ in range(whole("layers", layers, 1)):
        points.append(layer_map(*points[-1], of))
    return tuple(points)


def attraction_rate(of: Activation = SELU, step: float = 1e-4) -> float:
    """d/dq E σ(√q x)² at q = 1:
    by which factor a small error of the second moment is multiplied in each layer."""
    given_activation("of", of)
    step = number("step", step, above=0.0, most=0.5)
    up, down = (moments(of, math.sqrt(1.0 + s)).second for s in (step, -step))
    return float(np.float64(up - down) / (2.0 * step))
