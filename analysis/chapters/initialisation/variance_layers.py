"""The mean squares of weighted inputs and errors, layer by layer, in random networks of one width:
theory and simulation.

Weights N(0, σ_w²/n), biases N(0, σ_b²), inputs and the errors put in at the last layer N(0, 1).
``replicates`` networks are drawn; the standard error of a layer's mean is that over networks,
which are independent, as the neurons of one layer are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.numeric import unseen_weights
from analysis.numeric.compiled import compiled
from analysis.numeric.mean_field import Profile, profile
from analysis.numeric.sample_moments import Moments, moments
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.catalogue import activation as named_activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class VarianceLayers:
    """``forward[r, l]``: mean of z² over the neurons of layer l + 1 in network r; ``backward[r, l]``: mean of
    δ², in units of the last layer's. Both (replicates, L), without units.
    ``theory``: what infinite width predicts.
    """

    activation: str
    width: int
    depth: int
    sigma_w: float
    sigma_b: float
    seed: int
    forward: Floats
    backward: Floats
    theory: Profile

    def moments(self, which: str) -> Moments:
        """Mean and standard error over the networks of "forward" or "backward", for each layer."""
        if which not in ("forward", "backward"):
            raise ValueError(f"which must be forward or backward, not {which!r}")
        return moments(getattr(self, which))


def variance_layers(
    activation: str,
    width: int,
    depth: int,
    sigma_w: float,
    sigma_b: float = 0.0,
    *,
    input_square: float = 1.0,
    replicates: int = 100,
    seed: int = 0,
) -> VarianceLayers:
    """Draw the networks, with inputs N(0, ``input_square``), and follow both directions.
    Raises ValueError on parameters out of range."""
    width, depth, replicates = (
        whole("width", width, 1),
        whole("depth", depth, 1),
        whole("replicates", replicates, 2),
    )
    positive("sigma_w", sigma_w)
    positive("sigma_b", sigma_b, zero=True)
    spread = math.sqrt(positive("input_square", input_square))
    rng = np.random.default_rng(whole("seed", seed, 0))
    law = named_activation(activation, "activation")
    value, slope = compiled(law.value, z_symbol), compiled(law.slope, z_symbol)
    forward, backward = np.empty((replicates, depth)), np.empty((replicates, depth))
    for r in range(replicates):
        a, weights, slopes = spread * rng.standard_normal(width), [], []
        for l in range(depth):
            w = rng.standard_normal((width, width)) * (sigma_w / math.sqrt(width))
            z = w @ a + sigma_b * rng.standard_normal(width)
            a = value(z)
            forward[r, l] = np.mean(z * z)
            weights.append(w)
            slopes.append(slope(z))
        delta = rng.standard_normal(width)
        start = np.mean(delta * delta)
        backward[r, depth - 1] = 1.0
        for l in range(depth - 1, 0, -1):
            delta = (delta @ weights[l]) * slopes[l - 1]
            backward[r, l - 1] = np.mean(delta * delta) / start
    return VarianceLayers(
        activation,
        width,
        depth,
        float(sigma_w),
        float(sigma_b),
        seed,
        forward,
        backward,
        profile(activation, float(sigma_w), float(sigma_b), depth, float(input_square)),
    )


def many_variance_layers(
    activation: str,
    width: int,
    depth: int,
    sigma_w: float,
    sigma_b: float = 0.0,
    *,
    input_square: float = 1.0,
    replicates: int = 1000,
    seed: int = 0,
    together: int = 200,
) -> VarianceLayers:
    """``variance_layers`` for thousands of networks, so many ``together``: the same law in a fraction of the
    time, for no matrix is drawn whole. Where one network is looked into, take the other."""
    width, depth, replicates = (
        whole("width", width, 1),
        whole("depth", depth, 1),
        whole("replicates", replicates, 2),
    )
    spread_w = positive("sigma_w", sigma_w) / math.sqrt(width)
    spread_b = positive("sigma_b", sigma_b, zero=True)
    spread = math.sqrt(positive("input_square", input_square))
    rng, together = np.random.default_rng(whole("seed", seed, 0)), whole("together", together, 1)
    law = named_activation(activation, "activation")
    value, slope = compiled(law.value, z_symbol), compiled(law.slope, z_symbol)
    forward, backward = np.empty((replicates, depth)), np.ones((replicates, depth))
    for start in range(0, replicates, together):
        some = slice(start, min(start + together, replicates))
        shape = (some.stop - start, 1, width)
        a, met, slopes = spread * rng.standard_normal(shape), [], []
        for l in range(depth):
            z, seen = unseen_weights.forward(a, width, spread_w, rng)
            z = z + spread_b * rng.standard_normal(shape) if spread_b else z
            a = value(z)
            forward[some, l] = np.mean(z * z, axis=(1, 2))
            met.append(seen)
            slopes.append(slope(z))
        delta = rng.standard_normal(shape)
        first = np.mean(delta * delta, axis=(1, 2))
        for l in range(depth - 1, 0, -1):
            delta = unseen_weights.backward(delta, met[l], rng) * slopes[l - 1]
            backward[some, l - 1] = np.mean(delta * delta, axis=(1, 2)) / first
    theory = profile(activation, float(sigma_w), float(sigma_b), depth, float(input_square))
    return VarianceLayers(
        activation, width, depth, float(sigma_w), float(sigma_b), seed, forward, backward, theory
    )
