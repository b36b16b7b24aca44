"""Batch and layer normalisation of whole arrays, forward and backward, from the symbolic formulas.

Arrays are (m, n): m examples, n neurons; axes before these two are independent batches. Batch normalisation
takes means over the examples (axis −2), layer normalisation over the neurons (axis −1).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.arguments import finite, instance, number, one_of, real_array
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import power_of_two, varies
from analysis.symbolic.normalisation import (
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


_SHIFTED = 2.0**-20
"""Below this share of the largest |x|, the spread is taken from differences, which do not round,
and not from a rounded mean."""
_EXTREME = 2.0**400


class Normalised(NamedTuple):
    """y = γ x̂ + β; x̂, of the shape of x;
    and, with length 1 on the axis, the mean, the variance v and √(v + ε) that made it.

    v is inf or 0 where it leaves float64; √(v + ε) does not.
    """

    y: Floats
    hat: Floats
    mean: Floats
    variance: Floats
    deviation: Floats


class Gradients(NamedTuple):
    """∂C/∂x of the shape of x; ∂C/∂γ and ∂C/∂β, one for each neuron: (…, n)."""

    x: Floats
    gain: Floats
    shift: Floats


def forward(
    x: ArrayLike, gain: ArrayLike = 1.0, shift: ArrayLike = 0.0, eps: float = 0.0, kind: str = "batch"
) -> Normalised:
    """γ (x − μ)/√(v + ε) + β; ``gain`` and ``shift`` are numbers or one for each neuron.

    Raises ValueError on an unknown kind, a negative ε, x that is not (…, m, n) and finite, or, at ε = 0, a
    batch without spread: its numbers are equal, or differ by no more than rounding.
    Raises OverflowError where y leaves float64.
    """
    axis = AXES[one_of("kind", kind, AXES)]
    values, eps = real_array("x", x, ("…", "m", "n")), number("eps", eps, least=0.0)
    gains, shifts = _for_each_neuron("gain", gain, values), _for_each_neuron("shift", shift, values)
    scale = _scale(values, eps, axis)
    scaled = values / scale
    largest = np.abs(scaled).max(axis=axis, keepdims=True)
    spread = scaled.max(axis=axis, keepdims=True) - scaled.min(axis=axis, keepdims=True)
    if eps == 0.0 and not varies(scaled, axis).all():
        raise ValueError(
            "x must vary along the axis of its mean where eps = 0: a variance is 0, or no larger than "
            "rounding makes it"
        )
    start = np.where(spread < _SHIFTED * largest, np.take(scaled, [0], axis=axis), 0.0)
    rest = scaled - start
    about, v = rest.mean(axis=axis, keepdims=True), rest.var(axis=axis, keepdims=True)
    with np.errstate(over="ignore", under="ignore"):
        floor = eps / scale / scale
        hat = np.asarray(_normalise(rest, about, v, floor))
        y = np.asarray(_output(hat, gains, shifts))
        if not finite(y):
            raise OverflowError("γ x̂ + β leaves float64: take smaller gain and shift")
        return Normalised(y, hat, scale * (start + about), scale * (scale * v), scale * np.sqrt(v + floor))


def gradients(
    g: ArrayLike, made: Normalised, gain: ArrayLike = 1.0, eps: float = 0.0, kind: str = "batch"
) -> Gradients:
    """∂C/∂x, ∂C/∂γ and ∂C/∂β from g = ∂C/∂y, all paths through the mean and the variance included.

    For layer normalisation γ belongs to g, inside its means. Raises ValueError as ``forward`` does, and for g
    of another shape than x; OverflowError where a gradient leaves float64.
    """
    axis = AXES[one_of("kind", kind, AXES)]
    instance("made", made, Normalised)
    g, eps = real_array("g", g, made.hat.shape), number("eps", eps, least=0.0)
    gains = _for_each_neuron("gain", gain, made.hat)
    usual = ((made.variance > _EXTREME**-2) & (made.variance < _EXTREME**2)).all()
    with np.errstate(all="ignore"):
        found = _gradients(g, gains, made, eps if usual else 0.0, axis, made.variance if usual else 1.0)
        if not usual:
            found = found._replace(x=found.x / made.deviation)
        if not all(map(finite, found)):
            found = _scaled_gradients(g, gains, made, axis)
    if not all(map(finite, found)):
        raise OverflowError("the gradient leaves float64: take smaller g or gain, or x of a larger spread")
    return found


def _gradients(g: Floats, gains: Floats, made: Normalised, eps: float, axis: int, variance: Any) -> Gradients:
    outer, scaled = (gains, g) if axis == AXES["batch"] else (np.float64(1.0), np.asarray(g * gains))
    mean = scaled.mean(axis=axis, keepdims=True)
    along = (scaled * made.hat).mean(axis=axis, keepdims=True)
    of_x = _backward(scaled, made.hat, mean, along, variance, eps, outer)
    return Gradients(np.asarray(of_x), (g * made.hat).sum(axis=-2), g.sum(axis=-2))


def _scaled_gradients(g: Floats, gains: Floats, made: Normalised, axis: int) -> Gradients:
    """The same where a product on the way leaves float64:
    g, γ and √(v + ε) without their powers of two, which come last."""
    every = np.broadcast_to(gains, made.hat.shape)
    column, sizes = power_of_two(g, -2), (power_of_two(g, axis), power_of_two(every, axis))
    part, power = np.frexp(made.deviation)
    exponents = sum(np.frexp(s)[1].astype(int) - 1 for s in sizes) - power.astype(int)
    of_x = _gradients(g / sizes[0], every / sizes[1], made, 0.0, axis, 1.0).x / part
    of_gain, of_shift = ((g / column * h).sum(axis=-2) for h in (made.hat, 1.0))
    back = column.squeeze(axis=-2)
    return Gradients(np.ldexp(of_x, exponents), of_gain * back, of_shift * back)


def _scale(values: Floats, eps: float, axis: int) -> Floats:
    """A power of two near the largest |x| or √ε, where squares would leave float64; else 1."""
    largest = np.maximum(np.abs(values).max(axis=axis, keepdims=True), np.sqrt(eps))
    extreme = (largest > 0.0) & ((largest > _EXTREME) | (largest < 1.0 / _EXTREME))
    return np.where(extreme, power_of_two(largest[..., None], -1)[..., 0], 1.0)


def _for_each_neuron(name: str, x: ArrayLike, values: Floats) -> Floats:
    """A number, one for each neuron (n,), or (…, 1, n) for each of the independent batches."""
    found = real_array(name, x)
    try:
        fits = np.broadcast_shapes(found.shape, values.shape) == values.shape
    except ValueError:
        fits = False
    if not fits or (found.ndim >= 2 and found.shape[-2] != 1):
        raise ValueError(f"{name} must be a number or have shape ({values.shape[-1]},), not {found.shape}")
    return found
