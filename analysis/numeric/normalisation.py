"""Batch and layer normalisation of whole arrays, forward and backward, from the symbolic formulas.

Arrays are (m, n): m examples, n neurons; axes before these two are independent batches. Batch normalisation takes means
over the examples (axis −2), layer normalisation over the neurons (axis −1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.compiled import compiled
from analysis.symbolic.remedies.normalised import (
    average,
    backward,
    beta,
    epsilon,
    g,
    gamma,
    k,
    mu,
    normalise,
    output,
    v,
    x,
    xhat,
)

Floats = NDArray[np.float64]
AXES = {"batch": -2, "layer": -1}

_one, _hat, _g, _mean, _along = sp.symbols("one hat g mean along", real=True)
_letters = {x[k]: _one, xhat[k]: _hat, g[k]: _g}
_means = {average(g[k]): _mean, average(g[k] * xhat[k]): _along}
_normalise = compiled(normalise.xreplace(_letters), _one, mu, v, epsilon)
_output = compiled(output.xreplace(_letters), _hat, gamma, beta)
_backward = compiled(backward.xreplace(_means).xreplace(_letters), _g, _hat, _mean, _along, v, epsilon, gamma)


class Normalised(NamedTuple):
    """y = γ x̂ + β; x̂, of the shape of x; and the mean and variance that made it, with length 1 on the axis."""

    y: Floats
    hat: Floats
    mean: Floats
    variance: Floats


class Gradients(NamedTuple):
    """∂C/∂x of the shape of x; ∂C/∂γ and ∂C/∂β, one for each neuron: (…, n)."""

    x: Floats
    gain: Floats
    shift: Floats


def forward(
    x: ArrayLike, gain: ArrayLike = 1.0, shift: ArrayLike = 0.0, eps: float = 0.0, kind: str = "batch"
) -> Normalised:
    """γ (x − μ)/√(v + ε) + β; ``gain`` and ``shift`` are numbers or one for each neuron.

    Raises ValueError on an unknown kind, a negative ε, x that is not (…, m, n) and finite, or, at ε = 0, a batch without spread.
    """
    axis = _axis(kind)
    values = np.asarray(x, dtype=np.float64)
    if values.ndim < 2 or not np.isfinite(values).all():
        raise ValueError(f"x must be finite and of shape (…, m, n), not {values.shape}")
    if not (np.isfinite(eps) and eps >= 0.0):
        raise ValueError(f"eps must be a finite number ≥ 0, not {eps!r}")
    mean = values.mean(axis=axis, keepdims=True)
    variance = values.var(axis=axis, keepdims=True)
    if eps == 0.0 and not (variance > 0.0).all():
        raise ValueError("x must vary along the axis of its mean where eps = 0: a variance is 0")
    hat = np.asarray(_normalise(values, mean, variance, eps))
    return Normalised(np.asarray(_output(hat, gain, shift)), hat, mean, variance)


def gradients(
    g: Floats, made: Normalised, gain: ArrayLike = 1.0, eps: float = 0.0, kind: str = "batch"
) -> Gradients:
    """∂C/∂x, ∂C/∂γ and ∂C/∂β from g = ∂C/∂y, all paths through the mean and the variance included.

    For layer normalisation γ belongs to g, inside its means.
    """
    axis = _axis(kind)
    gains = np.asarray(gain, dtype=np.float64)
    outer, scaled = (gains, g) if kind == "batch" else (np.float64(1.0), np.asarray(g * gains))
    mean = scaled.mean(axis=axis, keepdims=True)
    along = (scaled * made.hat).mean(axis=axis, keepdims=True)
    of_x = _backward(scaled, made.hat, mean, along, made.variance, eps, outer)
    return Gradients(np.asarray(of_x), (g * made.hat).sum(axis=-2), g.sum(axis=-2))


def _axis(kind: str) -> int:
    if kind not in AXES:
        raise ValueError(f"kind must be one of {', '.join(AXES)}, not {kind!r}")
    return AXES[kind]
