"""∂C/∂b_l of many chains, one layer after the other, in arrays of any library:
the reference that fast code is held to.

    z_j = w_j a_{j−1} + b_j,  a_j = σ(z_j),     ∂C/∂b_l = σ′(z_l) w_{l+1} ∂C/∂b_{l+1},  ∂C/∂b_L = σ′(z_L)
    ∂C/∂a_L

Follows the Python array API standard: PyTorch tensors in, PyTorch tensors out, on their own device.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.numeric import arguments, arrays
from analysis.numeric.compiled import compiled
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z as _z


def gradients(activation: Activation, a0: Any, w: Any, b: Any, output_gradient: Any = 1.0) -> Any:
    """∂C/∂b_l for w and b (N, L) and a₀, ∂C/∂a_L (N) or a number; or in tiles, (T, L, B) and (T, B).
    Shape of w.

    Numbers beyond the range of the precision come out as 0, inf or NaN. Raises ValueError for NaN, infinity,
    depth 0 and shapes that do not fit, OverflowError where a z_j leaves the range.
    """
    arguments.activation("activation", activation)
    xp, a, weights, biases, g, axis = _fitted(a0, w, b, output_gradient)
    with np.errstate(all="ignore"):
        zs = _forward(xp, activation, a, weights, biases)
        slope = compiled(activation.slope, _z)
        found = []
        for l in range(len(zs) - 1, -1, -1):
            delta = slope(zs[l]) * g
            found.append(delta)
            g = delta * weights[l, ...]
    return xp.stack(found[::-1], axis=axis)


def log_gradients(activation: Activation, a0: Any, w: Any, b: Any, output_gradient: Any = 1.0) -> SignedLog:
    """The same as (sign, log-magnitude), with compensated sums of logarithms:
    (0, −inf) only where a factor is exactly 0."""
    arguments.activation("activation", activation)
    xp, a, weights, biases, g, axis = _fitted(a0, w, b, output_gradient)
    sign, total, rest = xp.sign(g), _log_size(xp, g), xp.zeros_like(g)
    signs, logs = [], []
    with np.errstate(all="ignore"):
        zs = _forward(xp, activation, a, weights, biases)
        log_slope, slope_sign = compiled(activation.log_slope, _z), compiled(activation.slope_sign, _z)
        for l in range(len(zs) - 1, -1, -1):
            step = log_slope(zs[l])
            sign = sign * xp.where(step == -xp.inf, xp.zeros_like(step), slope_sign(zs[l]))
            total, rest = _add(xp, total, rest, xp.where(sign == 0, xp.zeros_like(step), step))
            signs.append(sign)
            logs.append(xp.where(sign == 0, xp.full_like(total, -xp.inf), total + rest))
            sign = sign * xp.sign(weights[l, ...])
            total, rest = _add(xp, total, rest, _log_size(xp, weights[l, ...]))
    return SignedLog(xp.stack(signs[::-1], axis=axis), xp.stack(logs[::-1], axis=axis))


def check_shapes(w: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Raises ValueError unless w and b have one shape, (N, L) or (T, L, B), with L ≥ 1."""
    if len(w) not in (2, 3) or w[1] == 0 or w != b:
        raise ValueError(
            f"w and b must have one shape, (N, L) or in tiles (T, L, B), with L ≥ 1, not {w} and {b}"
        )


def check_edge(name: str, shape: tuple[int, ...], w: tuple[int, ...]) -> None:
    """Raises ValueError unless a₀ or ∂C/∂a_L is one number or has one for each chain of w."""
    row = w[:1] + w[2:]
    if shape not in ((), row):
        raise ValueError(f"{name} must be a number or have shape {row}, not {shape}")


def _fitted(a0: Any, w: Any, b: Any, top: Any) -> tuple[Any, ...]:
    """The namespace, a₀, the layers of w and of b, ∂C/∂a_L as broadcast arrays,
    and the axis of the layers."""
    first = next((x for x in (w, b, a0, top) if arrays.foreign(x)), np.empty(0))
    arrays.foreign(a0, w, b, top)  # refuses a mixture
    values = {
        name: arrays.like(first, arrays.real(name, x))
        for name, x in {"a0": a0, "w": w, "b": b, "output_gradient": top}.items()
    }
    xp = arrays.namespace(first)
    if not xp.isdtype(first.dtype, "real floating"):
        raise TypeError(f"the arrays must hold floating-point numbers, not {first.dtype}")
    weights, biases = values["w"], values["b"]
    check_shapes(tuple(weights.shape), tuple(biases.shape))
    row = tuple(weights.shape[:1] + weights.shape[2:])
    for name in ("a0", "output_gradient"):
        check_edge(name, tuple(values[name].shape), tuple(weights.shape))
    for name, x in values.items():
        if not bool(xp.all(xp.isfinite(x))):
            raise ValueError(f"{name} must be finite, without NaN")
    a, g = (xp.broadcast_to(values[name], row) for name in ("a0", "output_gradient"))
    weights, biases = (xp.moveaxis(x, 1, 0) for x in (weights, biases))
    return xp, a, weights, biases, g, 1


def _forward(xp: Any, activation: Activation, a: Any, weights: Any, biases: Any) -> list[Any]:
    value = compiled(activation.value, _z)
    zs = []
    for l in range(weights.shape[0]):
        z = weights[l, ...] * a + biases[l, ...]
        if not bool(xp.all(xp.isfinite(z))):
            raise OverflowError(f"z leaves the range of {z.dtype} in layer {l + 1}")
        a = value(z)
        zs.append(z)
    return zs


def _log_size(xp: Any, x: Any) -> Any:
    """log|x|, and 0 for a zero, whose sign says it."""
    return xp.log(xp.where(x == 0, xp.ones_like(x), xp.abs(x)))


def _add(xp: Any, total: Any, rest: Any, term: Any) -> tuple[Any, Any]:
    """total + rest + term as a sum and what it lost to rounding (Knuth's TwoSum)."""
    new = total + term
    step = new - total
    return new, rest + ((total - (new - step)) + (term - step))
