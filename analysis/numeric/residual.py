"""Deep chains and wide ReLU networks, plain and residual, at any depth:
gradients that neither underflow nor overflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from analysis.numeric import arguments, signed_log
from analysis.numeric.arguments import finite, number, one_of, positive, real_array, several
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import rms
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import b, h, w, z
from analysis.symbolic.residual import chain_factor, chain_output, s

Floats = NDArray[np.float64]


def chain_gains(
    activation: Activation, a0: ArrayLike, weights: ArrayLike, biases: ArrayLike, scale: float | None = None
) -> SignedLog:
    """∂a_j/∂a_0 for j = 1 … L as (sign, log): chains with weights and biases (..., L) and inputs a₀ (...).

    ``scale`` is that of the branch of a residual chain; None is a plain chain. Raises ValueError for shapes
    that do not fit, numbers that are not finite, and a scale that is not positive;
    OverflowError where a z_j leaves float64.
    """
    arguments.activation("activation", activation)
    x, ws, bs = real_array("a0", a0), real_array("weights", weights), real_array("biases", biases)
    if ws.shape != bs.shape or ws.ndim < 1 or ws.shape[-1] < 1 or x.shape != ws.shape[:-1]:
        raise ValueError(
            f"weights and biases must have one shape (..., L) and a0 (...), not {ws.shape}, {bs.shape} and "
            f"{x.shape}"
        )
    scale = None if scale is None else positive("scale", scale)
    shortcut = scale is not None
    put_in: dict[sp.Basic, float] = {s: 1.0 if scale is None else scale}
    factor = compiled(chain_factor(activation, shortcut).subs(put_in), w, z)
    output = compiled(chain_output(activation, shortcut).subs(put_in), h, w, b)
    log_slope, slope_sign = compiled(activation.log_slope, z), compiled(activation.slope_sign, z)
    signs, logs = np.empty(ws.shape), np.empty(ws.shape)
    for j in range(ws.shape[-1]):
        with np.errstate(over="ignore", invalid="ignore"):
            weighted = ws[..., j] * x + bs[..., j]
        factors = factor(ws[..., j], weighted) if shortcut else weighted
        if not (finite(weighted) and finite(factors)):
            raise OverflowError(f"z or its factor leaves the range of float64 in layer {j + 1}")
        if shortcut:
            found = signed_log.of(factors)
        else:  # a plain factor may be below the smallest double
            with np.errstate(divide="ignore"):
                exact = np.log(np.abs(ws[..., j])) + log_slope(weighted)
            found = signed_log.from_parts(np.sign(ws[..., j]) * slope_sign(weighted), exact)
        signs[..., j], logs[..., j] = found
        x = output(x, ws[..., j], bs[..., j])
    return signed_log.prefix_products(SignedLog(signs, logs))


BRANCHES = ("weights last", "relu last")


@dataclass(frozen=True, eq=False)
class Passes:
    """log of the root mean square of x_l, l = 0 … L (..., L+1); of ∂C/∂x_l likewise, its last entry 0; mean
    of the entries of x_l per root mean square (..., L+1); the gradient ∂C/∂x_0 at length √n (..., n).
    Leading axes: the inputs.
    """

    signal: Floats
    gradient: Floats
    mean: Floats
    direction: Floats


def passes(
    x0: ArrayLike,
    weights: Sequence[Floats],
    readout: ArrayLike,
    *,
    shortcut: float = 1.0,
    scale: float = 1.0,
    branch: str = "weights last",
) -> Passes:
    """Forward and backward through blocks x ← k x + s F(x), rescaled at every block:
    inputs (m, n), L matrices (n, n).

    F is W ReLU(x) ("weights last") or ReLU(W x) ("relu last"); both are homogeneous, so a signal of any
    length may be rescaled and its logarithm kept. A plain network has ``shortcut`` 0. ``readout`` (n,) is
    ∂C/∂x_L for every input. Raises ValueError on shapes that do not fit, an unknown branch,
    or a signal that dies.
    """
    x = real_array("x0", np.atleast_2d(real_array("x0", x0)), ("m", "n"))
    n = x.shape[1]
    one_of("branch", branch, BRANCHES)
    shortcut, scale = number("shortcut", shortcut), number("scale", scale)
    weights = [real_array(f"weights[{l}]", W, (n, n)) for l, W in enumerate(several("weights", weights))]
    last = real_array("readout", readout)
    if last.shape not in ((n,), x.shape):
        raise ValueError(f"readout must have shape ({n},), not {last.shape}")
    g = np.broadcast_to(last, x.shape).copy()
    with np.errstate(over="ignore", invalid="ignore"):  # ``_rescaled`` refuses what is not finite
        active: list[NDArray[np.bool_]] = []
        signal, means = [], []
        log = np.zeros(len(x))
        x, log = _rescaled(x, log)
        signal.append(log)
        means.append(x.mean(axis=1))
        for W in weights:
            if branch == "weights last":
                active.append(x > 0.0)
                through = np.maximum(x, 0.0) @ W.T
            else:
                inside = x @ W.T
                active.append(inside > 0.0)
                through = np.maximum(inside, 0.0)
            x, log = _rescaled(shortcut * x + scale * through, log)
            signal.append(log)
            means.append(x.mean(axis=1))
        g, log = _rescaled(g, np.zeros(len(x)))
        gradient = [np.zeros(len(x))]
        log = np.zeros(len(x))
        for W, on in zip(reversed(weights), reversed(active), strict=True):
            back = (g @ W) * on if branch == "weights last" else (g * on) @ W
            g, log = _rescaled(shortcut * g + scale * back, log)
            gradient.append(log)
    return Passes(np.stack(signal, axis=1), np.stack(gradient[::-1], axis=1), np.stack(means, axis=1), g)


def _rescaled(x: Floats, log: Floats) -> tuple[Floats, Floats]:
    """Each row at root mean square 1, and the logarithm of what it was."""
    size = rms(x, axis=1)
    if not (np.isfinite(size) & (size > 0.0)).all():
        raise ValueError("the signal has died or is not finite: take wider layers or other weights")
    return x / size[:, None], log + np.log(size)
