"""Means of an activation and of its slope over a normal weighted input, z ~ N(μ, s²).

    E σ(z),   E σ(z)²,   E σ′(z)²,   E log|σ′(z)|,   Pr[σ′(z) = 0],   Pr[|σ′(z)| < c]

By Gauss–Legendre quadrature on panels that end at 0, where the catalogue's kinks are: the trapezoid rule, spectrally accurate
for sigmoid and tanh, is no better than O(h²) across the kink of a ReLU.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.compiled import compiled
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
REACH = 10.0
"""Standard deviations on either side; beyond lies 1.5e-23 of the normal law."""
SATURATED = 0.05
"""A unit with |σ′| below this is called saturated here."""


@dataclass(frozen=True)
class Moments:
    """The means over z ~ N(``mean_input``, ``std``²); ``mean_log_slope`` is −inf where σ′ = 0 has positive probability."""

    mean_input: float
    std: float
    mean: float
    second: float
    slope_second: float
    mean_log_slope: float
    dead: float
    """Pr[σ′(z) = 0]."""
    saturated: float
    """Pr[|σ′(z)| < 0.05], the dead included."""

    @property
    def variance(self) -> float:
        """Var σ(z) = E σ² − (E σ)²."""
        return self.second - self.mean**2


@cache
def _panel(points: int = 20) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return nodes, weights


def normal_rule(mean: float, std: float, panels: int = 60) -> tuple[Floats, Floats]:
    """Nodes z and weights p for N(mean, std²), no panel across z = 0; each (n,), the weights with sum 1 to 1e-14.

    Raises ValueError unless mean is finite and std finite and > 0.
    """
    if not (math.isfinite(mean) and math.isfinite(std) and std > 0.0):
        raise ValueError(f"mean must be finite and std finite and > 0, not {mean!r} and {std!r}")
    low, high = mean - REACH * std, mean + REACH * std
    edges = np.linspace(low, high, panels + 1)
    near = np.concatenate([[0.0], np.geomspace(1e-3, 1.0, 10), -np.geomspace(1e-3, 1.0, 10)])
    edges = np.unique(np.concatenate([edges, np.clip(near, low, high)]))
    nodes, weights = _panel()
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + half + half * nodes).ravel()
    p = (half * weights).ravel() * np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
    return x, p


def moments(activation: Activation, std: float = 1.0, mean: float = 0.0) -> Moments:
    """The moments of ``activation`` under z ~ N(mean, std²); raises ValueError as ``normal_rule`` does."""
    x, p = normal_rule(float(mean), float(std))
    value, log_slope = (compiled(e, z)(x) for e in (activation.value, activation.log_slope))
    slope = np.exp(log_slope)
    dead = log_slope == -np.inf
    return Moments(
        mean_input=float(mean),
        std=float(std),
        mean=float(p @ value),
        second=float(p @ value**2),
        slope_second=float(p @ slope**2),
        mean_log_slope=-math.inf if p[dead].sum() > 0.0 else float(p @ log_slope),
        dead=float(p[dead].sum()),
        saturated=_share_below(activation, SATURATED, float(mean), float(std)),
    )


def _share_below(
    activation: Activation, threshold: float, mean: float, std: float, grid: int = 20001
) -> float:
    """Pr[|σ′(z)| < threshold]: the edges of that set by interpolation on a grid, then the normal law of each part."""
    x = np.linspace(mean - REACH * std, mean + REACH * std, grid)
    x = np.unique(np.append(x, [-1e-300, 0.0, 1e-300]))
    below = np.abs(compiled(activation.slope, z)(x)) - threshold
    inside = below < 0.0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    with np.errstate(invalid="ignore"):
        edges = x[turns] - below[turns] * (x[turns + 1] - x[turns]) / (below[turns + 1] - below[turns])
    law = np.concatenate([[0.0], _normal_cdf((edges - mean) / std), [1.0]])
    return float(np.diff(law)[(0 if inside[0] else 1) :: 2].sum())


def _normal_cdf(x: Floats) -> Any:
    from analysis.numeric.normal import ndtr

    return ndtr(x)


def second_moment_map(activation: Activation, q: float) -> float:
    """q ↦ E σ(√q x)², x ~ N(0, 1): how a second moment passes through the activation (the weights' scale comes on top)."""
    if not (math.isfinite(q) and q > 0.0):
        raise ValueError(f"q must be finite and > 0, not {q!r}")
    return moments(activation, math.sqrt(q)).second
