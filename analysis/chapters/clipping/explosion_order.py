"""Which comes first in an explosion, the gradient or the weights? Both norms, step by step,
with and without an L2 penalty.

The network is that of ``clipped_training``:
ReLU layers on digits, softmax and cross-entropy, W ~ N(0, gain² · 2/n_in), b = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.clipping.clipped_training import draw, gradients
from analysis.numeric.clipping import stack_norm
from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.training_arguments import positive, whole

DIVERGED = 1e6  # a norm of the weights beyond this is not followed further


@dataclass(frozen=True, eq=False)
class Norms:
    """Before each step: gradient, the norm of ∂C/∂(W¹ … Wᴸ) of the data alone; weight, that of (W¹ … Wᴸ)."""

    gradient: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def diverged(self) -> bool:
        """Whether the last norm is beyond what is followed."""
        return not (np.isfinite(self.gradient[-1]) and self.weight[-1] < DIVERGED)


def norms(
    data: Dataset,
    *,
    gain: float,
    rate: float,
    alpha: float = 0.0,
    steps: int = 100,
    depth: int = 10,
    width: int = 40,
    seed: int = 0,
) -> Norms:
    """Full-batch gradient descent with the penalty ½ α ‖W‖²; stops where the weights diverge.

    Raises ValueError on numbers out of range.
    """
    gain, rate, alpha = positive("gain", gain), positive("rate", rate), positive("alpha", alpha, zero=True)
    steps, depth, width = whole("steps", steps, 1), whole("depth", depth, 2), whole("width", width, 2)
    X, Y = data.images[None], data.targets[None]
    sizes = (data.images.shape[1], *[width] * (depth - 1), CLASSES)
    weights, biases = draw(sizes, (seed,), gain)
    found: list[tuple[float, float]] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps + 1):
            down_w, down_b = gradients(weights, biases, X, Y)
            found.append((float(stack_norm(down_w)[0]), float(stack_norm(weights)[0])))
            if not np.isfinite(found[-1][0]) or found[-1][1] >= DIVERGED:
                break
            weights = [w - rate * (d + alpha * w) for w, d in zip(weights, down_w, strict=True)]
            biases = [b - rate * d for b, d in zip(biases, down_b, strict=True)]
    gradient, weight = np.array(found).T
    return Norms(gradient, weight)
