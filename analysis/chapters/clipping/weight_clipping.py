"""The clipping of the Wasserstein GAN (Arjovsky, Chintala and Bottou 2017) is another thing:
it clips the critic's *weights*.

A critic f: ℝ² → ℝ with ReLU layers is trained to make mean f(real) − mean f(false) large; after each step
every weight is cut to [−c, c]. What that buys is a bound on the Lipschitz constant of f,
measured here as the longest gradient ‖∂f/∂x‖ over samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.clipping import by_value
from analysis.numeric.training_arguments import positive, whole

Floats = NDArray[np.float64]
SIZES = (2, 32, 32, 1)
SHIFT, SAMPLES = 2.0, 2000


@dataclass(frozen=True, eq=False)
class Critic:
    """Of S seeds: the longest gradient over the samples, the product of the spectral norms,
    and the bound c³√(∏ n_l n_{l−1}) (S,)."""

    limit: float
    longest: Floats
    product: Floats
    bound: float


@cache
def critic(
    limit: float, *, seeds: int = 3, steps: int = 100, rate: float = 0.05, samples: int = 128
) -> Critic:
    """Train S critics with weights in [−limit, limit]; raises ValueError for numbers out of range."""
    limit, rate = positive("limit", limit), positive("rate", rate)
    seeds, steps, samples = whole("seeds", seeds, 1), whole("steps", steps, 0), whole("samples", samples, 1)
    longest, product = [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        W = [
            rng.standard_normal((m, n)) * np.sqrt(2.0 / m) for m, n in zip(SIZES[:-1], SIZES[1:], strict=True)
        ]
        b = [np.zeros(n) for n in SIZES[1:]]
        W = [by_value(w, limit) for w in W]
        for _ in range(steps):
            real = rng.standard_normal((samples, 2)) + (SHIFT, 0.0)
            false = rng.standard_normal((samples, 2))
            X = np.concatenate((real, false))
            sign = np.r_[np.ones(samples), -np.ones(samples)][:, None] / samples
            xs, delta = _forward(W, b, X), sign
            for l in range(len(W) - 1, -1, -1):
                before = (delta @ W[l].T) * (xs[l] > 0.0)
                b[l] = b[l] + rate * delta.sum(axis=0)
                W[l] = by_value(W[l] + rate * (xs[l].T @ delta), limit)
                delta = before
        X = rng.standard_normal((SAMPLES, 2)) * 2.0 + (SHIFT / 2, 0.0)
        longest.append(float(np.linalg.norm(_slopes(W, b, X), axis=1).max()))
        product.append(float(np.prod([np.linalg.norm(w, 2) for w in W])))
    bound = float(np.prod([limit * np.sqrt(m * n) for m, n in zip(SIZES[:-1], SIZES[1:], strict=True)]))
    return Critic(limit, np.array(longest), np.array(product), bound)


def _forward(W: list[Floats], b: list[Floats], X: Floats) -> list[Floats]:
    """The inputs of the layers, and f."""
    xs = [X]
    for l, (w, bias) in enumerate(zip(W, b, strict=True)):
        z = xs[-1] @ w + bias
        xs.append(z if l == len(W) - 1 else np.maximum(z, 0.0))
    return xs


def _slopes(W: list[Floats], b: list[Floats], X: Floats) -> Floats:
    """∂f/∂x at each sample (m, 2)."""
    xs, delta = _forward(W, b, X), np.ones((len(X), 1))
    for l in range(len(W) - 1, 0, -1):
        delta = (delta @ W[l].T) * (xs[l] > 0.0)
    return np.asarray(delta @ W[0].T)
