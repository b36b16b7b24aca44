"""How much of an explosion is left when the input moves by Δ? Exactly, and as float64 sees it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.chapters.explosion.designed_chain import WEIGHTS
from analysis.chapters.explosion.fragility import certain_product, crossing
from analysis.numeric.arguments import number, real_array
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fragility:
    """∂a_L/∂b_1 of a centred chain against the shift Δ of its input; logarithms to base 10."""

    weights: tuple[int, ...]
    a0: float
    """The input for which the biases were solved."""
    shifts: Floats
    """Δ ≥ 0, shape (n,)."""
    log10_exact: Floats
    """By ball arithmetic, correct to the last digit; shape (n,)."""
    log10_float: Floats
    """By a forward pass in float64 from the rounded input a0 + Δ; shape (n,)."""
    crossing: float
    """The |Δ| at which the product is 1."""

    @property
    def depth(self) -> int:
        """L, the number of layers."""
        return len(self.weights)

    @property
    def spacing(self) -> float:
        """The distance from a0 to the next larger float64 number."""
        return float(np.spacing(self.a0))


def fragility(shifts: ArrayLike, weights: Sequence[int] = WEIGHTS, a0: float = 0.3) -> Fragility:
    """The product at each shift;
    raises ValueError for shifts that are negative or not finite, or an a0 outside [0, 1].

    The biases are those of the exact chain, rounded: b_1 = −w_1 a0 and b_j = −w_j/2.
    """
    delta = np.atleast_1d(real_array("shifts", shifts))
    if delta.ndim != 1 or (delta < 0.0).any():
        raise ValueError("shifts must be a list of finite numbers, none negative")
    a0 = number("a0", a0, least=0.0, most=1.0)
    chain = tuple(int(w) for w in weights)
    exact = [certain_product(d, chain).log() for d in delta.tolist()]
    middle, _ = crossing(chain)
    log10 = np.array([float(x.mid()) for x in exact]) / math.log(10.0)
    return Fragility(chain, float(a0), delta, log10, _in_float64(chain, a0, delta), float(middle))


def _in_float64(weights: tuple[int, ...], a0: float, delta: Floats) -> Floats:
    """log10 of σ′(z_1) w_2 σ′(z_2) … w_L σ′(z_L), every number a float64."""
    value, log_slope = compiled(SIGMOID.value, z), compiled(SIGMOID.log_slope, z)
    at, total = weights[0] * (a0 + delta) - weights[0] * a0, np.zeros_like(delta)
    for j, w in enumerate(weights):
        if j:
            at = w * value(at) - w / 2
            total += math.log(abs(w))
        total += log_slope(at)
    return np.asarray(total / math.log(10.0))


@dataclass(frozen=True, eq=False)
class Outputs:
    """a_L of centred chains against the input; ``values`` has one row for each chain."""

    inputs: Floats
    weights: tuple[tuple[int, ...], ...]
    values: Floats


def outputs(inputs: ArrayLike, chains: Sequence[Sequence[int]], a0: float = 0.5) -> Outputs:
    """The output of each chain at each input; the biases centre it at ``a0``.
    Raises ValueError for inputs that are not finite."""
    x, a0 = np.atleast_1d(real_array("inputs", inputs)), number("a0", a0)
    value = compiled(SIGMOID.value, z)
    rows = []
    for weights in chains:
        a = x - a0 + 0.5
        for w in weights:
            a = value(w * (a - 0.5))
        rows.append(a)
    return Outputs(x, tuple(tuple(int(w) for w in weights) for weights in chains), np.array(rows))
