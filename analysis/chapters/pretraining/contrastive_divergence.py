"""How far contrastive divergence is from the gradient it stands for:
exact bias, sampled bias, and where training ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.rbm import RBM, drawn, expected_cd, likelihood_gradient, log_probability, moved
from analysis.numeric.training_arguments import positive, whole

Floats = NDArray[np.float64]
VISIBLE, HIDDEN, IMAGES = 6, 4, 8
CHAINS = 40_000


@dataclass(frozen=True, eq=False)
class Bias:
    """‖E[CD-k] − g‖/‖g‖ with g the gradient of the log-likelihood,
    for K values of k and S scales of the weights (S, K)."""

    scales: tuple[float, ...]
    ks: tuple[int, ...]
    relative: Floats


@cache
def machine(scale: float = 1.0, seed: int = 9) -> tuple[RBM, Floats]:
    """A machine with 6 visible and 4 hidden units, parameters N(0, scale²),
    and 8 random binary images (8, 6)."""
    rng = np.random.default_rng(seed)
    made = drawn(VISIBLE, HIDDEN, positive("scale", scale), rng)
    return made, rng.integers(0, 2, (IMAGES, VISIBLE)).astype(np.float64)


def bias(scales: Sequence[float], ks: Sequence[int], seed: int = 9) -> Bias:
    """The exact bias, by summing over all states; raises ValueError on numbers out of range."""
    ks = tuple(whole("each of ks", k, 1) for k in ks)
    rows = []
    for scale in scales:
        made, data = machine(scale, seed)
        g = likelihood_gradient(made, data).flat()
        rows.append([np.linalg.norm(expected_cd(made, data, k).flat() - g) / np.linalg.norm(g) for k in ks])
    return Bias(tuple(scales), ks, np.array(rows))


def share(k: int, scale: float = 1.0) -> float:
    """⟨E[CD-k], g⟩/‖g‖²: how much of the gradient g the update holds; exactly 1 if it were unbiased."""
    made, data = machine(scale)
    g = likelihood_gradient(made, data).flat()
    return float(expected_cd(made, data, k).flat() @ g / (g @ g))


@dataclass(frozen=True, eq=False)
class Ascent:
    """Mean log-likelihood (T+1,) of the images when climbed by the exact gradient,
    and by the expected CD-1 update."""

    exact: Floats
    cd: Floats


def ascent(steps: int = 600, rate: float = 0.2, scale: float = 0.1) -> Ascent:
    """Both ascents from the same machine on the same eight images, without any sampling."""
    start, data = machine(scale)
    curves = []
    for update in (likelihood_gradient, lambda m, x: expected_cd(m, x, 1)):
        made, curve = start, [float(log_probability(start, data).mean())]
        for _ in range(whole("steps", steps, 1)):
            made = moved(made, update(made, data), rate)
            curve.append(float(log_probability(made, data).mean()))
        curves.append(np.array(curve))
    return Ascent(*curves)
