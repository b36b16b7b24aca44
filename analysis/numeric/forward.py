"""The forward pass of a chain of one-neuron layers in floating point, with bounds on its rounding errors.

z_j = w_j a_{j−1} + b_j, a_j = σ(z_j), j = 1 … L. Every bound rests on one assumption, ``ULPS``: that compiled
expressions such as σ, log|σ′| and log err by at most that many units in the last place. The tests measure it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from analysis.numeric import arguments
from analysis.numeric.arguments import real_array
from analysis.numeric.compiled import compiled, compiled_scalar
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z as _z

Array = NDArray[np.float64]

ULPS = 6.0
"""Assumed accuracy of the compiled expressions, in units in the last place."""
EPS = 2.0**-52
SLACK = 1.0 + 1e-11
"""Pays for the rounding of the bounds themselves."""
_TINY = 2.0**-1022
_FEW = 32
"""Batches below this size run faster one by one over Python floats."""
_BLOCK = 8192
"""Chains carried together through all layers, so that their rows stay in cache."""


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """z and z_error (..., L), a and a_error (..., L+1) with a₀ first; the errors bound |computed − exact|."""

    z: Array
    a: Array
    z_error: Array
    a_error: Array


def forward(activation: Activation, a0: ArrayLike, w: ArrayLike, b: ArrayLike) -> ForwardPass:
    """The forward pass of chains with weights and biases (..., L) and inputs a₀ (...),
    with a running error analysis.

    An error ε in a_{j−1} becomes δ = |w_j| ε + u(|w_j a_{j−1}| + |z_j|) in z_j and S δ + 2u·ULPS·|a_j| in
    a_j, where u = 2⁻⁵³ and S is the largest |σ′| on [z_j − δ, z_j + δ] (after Higham 2002, Accuracy and
    Stability, section 3.3). Raises ValueError for shapes that do not fit, depth 0, NaN or infinity;
    OverflowError where a z_j leaves float64.
    """
    arguments.activation("activation", activation)
    inputs, weights, biases = fitted(a0, w, b)
    *batch, depth = weights.shape
    flat, flat_b, flat_a0 = weights.reshape(-1, depth), biases.reshape(-1, depth), inputs.reshape(-1)
    rows = (flat, flat_b, np.maximum(np.abs(flat), 5e-324), np.where(flat == 0.0, 0.0, _TINY))
    results = [np.empty((len(flat), depth + extra)) for extra in (0, 1, 0, 1)]
    if len(flat) < _FEW:
        for i in range(len(flat)):
            columns = zip(*(x[i].tolist() for x in rows), strict=True)
            for out, found in zip(
                results, _march(activation, compiled_scalar, float(flat_a0[i]), columns), strict=True
            ):
                out[i] = found
    else:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for i in range(0, len(flat), _BLOCK):
                part = slice(i, i + _BLOCK)
                columns = zip(*(np.ascontiguousarray(x[part].T) for x in rows), strict=True)
                for out, found in zip(
                    results, _march(activation, compiled, flat_a0[part], columns), strict=True
                ):
                    out[part] = np.array(found).T
    bad = ~np.isfinite(results[0]).all(axis=0)
    if bad.any():
        raise OverflowError(f"z leaves the range of float64 in layer {int(np.argmax(bad)) + 1}")
    return ForwardPass(*(x.reshape(*batch, x.shape[-1]) for x in results))


def _march(activation: Activation, compile_: Any, a0: Any, columns: Iterable[Any]) -> tuple[list[Any], ...]:
    """The pass with its bounds, layer after layer, over floats or over arrays (one element per chain).

    The columns are w_j, b_j, |w_j| (never quite 0, so that an infinite ε gives no NaN)
    and what w_j a_{j−1} or w_j ε may lose to underflow.
    """
    reach_expr, d = slope_reach(activation)
    value, reach = compile_(activation.value, _z), compile_(reach_expr, _z, d)
    tiny, half, ulps = underflow(activation), 0.5 * EPS, ULPS * EPS
    a, error = a0, 0.0 * a0
    zs, activations, z_errors, a_errors = [], [a], [], [error]
    for w, b, size, lost in columns:
        p = w * a
        z = p + b
        delta = (size * error + half * (abs(p) + abs(z))) * SLACK + lost * ((a != 0.0) | (error != 0.0))
        a = value(z)
        error = (reach(z, delta) * delta + ulps * abs(a)) * SLACK + tiny * (z != 0.0)
        zs.append(z)
        activations.append(a)
        z_errors.append(delta)
        a_errors.append(error)
    return zs, activations, z_errors, a_errors


@cache
def slope_reach(activation: Activation) -> tuple[sp.Expr, sp.Symbol]:
    """A bound on |σ′| over [z − d, z + d], and its symbol d.

    |σ′| grows at most by exp(K d), with K the activation's ``log_slope_rate``, unless a kink lies within
    reach; it never exceeds ``slope_bound``.
    """
    d = sp.Symbol("d", nonnegative=True)
    rate, bound = activation.log_slope_rate, activation.slope_bound
    if rate == sp.oo:
        return bound, d
    reach = sp.exp(sp.Min(sp.log(bound), activation.log_slope + rate * d))
    if activation.kinks:
        near = sp.Or(*(sp.Abs(_z - kink) <= d for kink in activation.kinks))
        reach = sp.Piecewise((bound, near), (reach, True))
    return reach, d


@cache
def underflow(activation: Activation) -> float:
    """What a computed σ(z) may lose to underflow: nothing where each piece of σ is 0 or z itself."""
    value = activation.value
    pieces = [e for e, _ in value.args] if isinstance(value, sp.Piecewise) else [value]
    return 0.0 if all(e in (_z, sp.S.Zero) for e in pieces) else _TINY


def fitted(a0: ArrayLike, w: ArrayLike, b: ArrayLike) -> tuple[Array, Array, Array]:
    """a₀ (...), w and b (..., L) as float64 arrays of shapes that fit; raises as ``forward`` does."""
    inputs, weights, biases = real_array("a0", a0), layered("w", w), layered("b", b)
    if weights.shape[-1] != biases.shape[-1]:
        raise ValueError(
            f"w and b must have equally many layers, not {weights.shape[-1]} and {biases.shape[-1]}"
        )
    try:
        inputs, weights, biases = np.broadcast_arrays(inputs[..., np.newaxis], weights, biases)
    except ValueError:
        shapes = f"{inputs.shape}, {weights.shape}, {biases.shape}"
        raise ValueError(
            f"a0 (...), w (..., L) and b (..., L) must fit each other; their shapes are {shapes}"
        ) from None
    return inputs[..., 0], weights, biases


def layered(name: str, x: ArrayLike) -> Array:
    """Finite numbers of shape (..., L) with L ≥ 1 as float64; raises ValueError naming the argument."""
    values = real_array(name, x)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise ValueError(f"{name} must have shape (..., L) with depth L ≥ 1, not {values.shape}")
    return values
