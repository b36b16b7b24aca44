"""How fast does each layer of one chain learn, and by how much does a layer multiply the backward product?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.arguments import number, real_array, whole
from analysis.numeric.chain import gradient
from analysis.numeric.compiled import compiled
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import given_activation
from analysis.symbolic.notation import z as _z

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Speeds:
    """log|∂C/∂b_l| for ∂C/∂a_L = 1 (L,), and the log-gain λ_L:
    the mean of log|w_j σ′(z_j)| over j = 2 … L."""

    name: str
    logabs: Array
    log_gain: float


def speeds(name: str, activation: Activation, a0: float, w: ArrayLike, b: ArrayLike) -> Speeds:
    """The learning speeds of one chain with weights and biases (L,);
    raises ValueError for a depth below 2, NaN, shapes."""
    weights = real_array("w", w)
    if weights.ndim != 1 or len(weights) < 2:
        raise ValueError(f"w must have shape (L,) with depth L ≥ 2, not {weights.shape}")
    found = gradient(activation, a0, weights, b)
    factors = np.log(np.abs(weights)) + compiled(activation.log_slope, _z)(found.forward.z)
    return Speeds(name, found.b.logabs, float(factors[1:].mean()))


def centred(activation: Activation, weight: float, depth: int) -> Speeds:
    """A chain with equal weights whose biases −w/2 hold every z_j at 0 (a₀ = 1/2, as σ(0) = 1/2 asks for).

    Raises ValueError where σ(0) ≠ 1/2, as for tanh.
    """
    given_activation("activation", activation)
    weight, depth = number("weight", weight), whole("depth", depth, 2)
    if activation.value.subs(_z, 0) != sp.S.Half:
        raise ValueError(f"activation must have σ(0) = 1/2, which {activation.name} has not")
    w = np.full(depth, weight)
    return speeds(f"w = {weight:g}, every z = 0", activation, 0.5, w, -w / 2)
