"""Do two inputs agree on their gradient? The correlation of input gradients in deep ReLU networks,
plain and residual.

After Balduzzi, Frean, Leary, Lewis, Ma & McWilliams (2017), "shattered gradients". The input is a number ξ;
x_0 = ξ u + v with standard normal u and v; blocks x ← k x + s W ReLU(x) with Var w = 2/n;
the output is g · x_L with a standard normal g.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric import unseen_weights
from analysis.numeric.arguments import number, real_array
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import rms
from analysis.numeric.residual import passes
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.angles import a as share_symbol
from analysis.symbolic.angles import kept, next_angle, theta

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InputGradients:
    """inputs ξ (m,); slopes:
    d output/dξ of the first network, over the grid, divided by their root mean square (m,).

    correlations: the cosine of the angle between ∂C/∂x_0 at two inputs, for each network (nets, m, m).
    """

    depth: int
    width: int
    shortcut: float
    scale: float
    inputs: Floats
    slopes: Floats
    correlations: Floats

    def between(self, i: int, j: int) -> tuple[float, float]:
        """The correlation at two inputs: mean over the networks and standard error."""
        of = self.correlations[:, i, j]
        return float(of.mean()), float(of.std(ddof=1) / math.sqrt(len(of)))


@one_thread()
def input_gradients(
    inputs: ArrayLike,
    *,
    depth: int,
    shortcut: float = 0.0,
    scale: float = 1.0,
    width: int = 200,
    nets: int = 10,
    seed: int = 12,
) -> InputGradients:
    """The gradients at the given inputs ξ. A seed gives every ``shortcut`` and ``scale`` the same draws.

    Raises ValueError on inputs that are not one row of numbers, and on numbers out of range.
    """
    xi = np.asarray(inputs, dtype=np.float64)
    if xi.ndim != 1 or len(xi) < 2 or not np.isfinite(xi).all():
        raise ValueError(f"inputs must be two or more finite numbers in a row, not shape {xi.shape}")
    depth, width, nets = whole("depth", depth, 0), whole("width", width, 2), whole("nets", nets, 2)
    k, s = positive("shortcut", shortcut, zero=True), positive("scale", scale)
    slopes, correlations = np.empty(len(xi)), []
    for net in range(nets):
        rng = np.random.default_rng([seed, net])
        u, v, g = rng.standard_normal((3, width))
        weights = [rng.standard_normal((width, width)) * math.sqrt(2.0 / width) for _ in range(depth)]
        found = passes(xi[:, None] * u + v, weights, g, shortcut=k, scale=s)
        if net == 0:
            slopes = (found.direction @ u) * np.exp(found.gradient[:, 0] - found.gradient[:, 0].max())
        correlations.append(found.direction @ found.direction.T / width)
    return InputGradients(depth, width, k, s, xi, slopes / rms(slopes), np.stack(correlations))


@one_thread()
def many_correlations(
    *,
    depth: int,
    width: int,
    nets: int,
    shortcut: float = 0.0,
    scale: float = 1.0,
    seed: int = 12,
    together: int = 50,
) -> Floats:
    """The correlation at ξ = −1 and ξ = 1 of thousands of networks (nets,), so many ``together``: of the law
    of ``input_gradients``, where the weights themselves are drawn. Raises ValueError on numbers out of range.
    """
    depth, width, nets = whole("depth", depth, 0), whole("width", width, 2), whole("nets", nets, 2)
    k, s = positive("shortcut", shortcut, zero=True), positive("scale", scale)
    spread, rng = math.sqrt(2.0 / width), np.random.default_rng(seed)
    found = []
    for start in range(0, nets, whole("together", together, 1)):
        u, v, g = rng.standard_normal((3, min(together, nets - start), 1, width))
        x = np.concatenate([v - u, v + u], axis=1)
        met, active = [], []
        for _ in range(depth):
            branch, seen = unseen_weights.forward(np.maximum(x, 0.0), width, spread, rng)
            met.append(seen)
            active.append(x > 0.0)
            x = k * x + s * branch
        delta = np.broadcast_to(g, x.shape)
        for seen, on in zip(reversed(met), reversed(active), strict=True):
            delta = k * delta + s * unseen_weights.backward(delta, seen, rng) * on
        lengths = np.sqrt((delta**2).sum(axis=2))
        found.append((delta[:, 0] * delta[:, 1]).sum(axis=1) / lengths.prod(axis=1))
    return np.concatenate(found)


def predicted(angles: ArrayLike, depths: Sequence[int], share: float = 1.0) -> Floats:
    """The correlation of the gradients of a wide network from the angles of x_0,
    after so many blocks (depths, ...).

    ``share`` is a: 1 for a plain network, s²/(1 + s²) for a residual one.
    Raises ValueError outside 0 < a ≤ 1.
    """
    share = number("share", share, above=0.0, most=1.0)
    onward, factor = (compiled(e.subs(share_symbol, share), theta) for e in (next_angle, kept))
    angle = real_array("angles", angles)
    product, found = np.ones_like(angle), {0: np.ones_like(angle)}
    for block in range(1, max(whole("each of depths", d, 0) for d in depths) + 1):
        product = product * factor(angle)
        angle = onward(angle)
        found[block] = product
    return np.stack([found[d] for d in depths])
