"""Gradient descent at a cliff, in one dimension (along w) and in two (w and b), with and without clipping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.chapters.clipping import cliff_formulas
from analysis.numeric import clipping
from analysis.numeric.arguments import real_array
from analysis.numeric.compiled import compiled
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.notation import b, h, w

Floats = NDArray[np.float64]
_state = compiled(cliff_formulas.STATE, h, w, b)
_by_w = compiled(cliff_formulas.STATE_BY_W, h, w, b, cliff_formulas.by_w)
_by_b = compiled(cliff_formulas.STATE_BY_B, h, w, b, cliff_formulas.by_b)
_last, _last_slope = compiled(cliff_formulas.LAST, h), compiled(cliff_formulas.LAST_SLOPE, h)


@dataclass(frozen=True, eq=False)
class Path:
    """Points (w, b) of a descent (T+1, 2), the costs there and the norms of the gradients there (T+1,)."""

    how: str
    threshold: float
    rate: float
    points: Floats
    costs: Floats
    slopes: Floats

    def jump(self) -> float:
        """The longest step."""
        return float(np.sqrt((np.diff(self.points, axis=0) ** 2).sum(axis=1)).max())


def surface(weights: ArrayLike, biases: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """C, ∂C/∂w and ∂C/∂b for weights and biases that broadcast; raises ValueError for what is not finite."""
    W, B = np.broadcast_arrays(real_array("weights", weights), real_array("biases", biases))
    x, x_w, x_b = np.full(W.shape, float(cliff_formulas.START)), np.zeros(W.shape), np.zeros(W.shape)
    for _ in range(cliff_formulas.STEPS):
        x, x_w, x_b = _state(x, W, B), _by_w(x, W, B, x_w), _by_b(x, W, B, x_b)
    slope = _last_slope(x)
    return np.asarray(_last(x)), np.asarray(slope * x_w), np.asarray(slope * x_b)


def descend(
    start: tuple[float, float], *, rate: float, steps: int, how: str = "none", threshold: float = 1.0
) -> Path:
    """Gradient descent from (w, b); ``how`` is "none", "value" or "norm".
    Raises ValueError for unknown names or numbers out of range."""
    rate, steps, threshold = (
        positive("rate", rate),
        whole("steps", steps, 1),
        positive("threshold", threshold),
    )
    points, costs, slopes = [real_array("start", start, (2,))], [], []
    for step in range(steps + 1):
        C, *slope = surface(*points[-1])
        costs.append(float(C))
        slopes.append(float(np.hypot(*slope)))
        if step < steps:
            (taken,) = clipping.clip_stack([np.array([slope], dtype=float)], how, threshold)
            points.append(points[-1] - rate * taken[0])
    return Path(how, threshold, rate, np.array(points), np.array(costs), np.array(slopes))
