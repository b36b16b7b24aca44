"""What t steps of decay do to the log-gain per layer:
chains of Gaussian weights whose biases hold every weighted input at 0."""

from __future__ import annotations

from functools import cache

import numpy as np

from analysis.claims.claim import Estimate
from analysis.numeric.compiled import compiled
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

CHAINS, DEPTH = 2000, 20


@cache
def log_gain(steps: int, rate: float = 0.1, alpha: float = 0.01, *, seed: int = 10) -> Estimate:
    """Mean over the chains of (1/L) log|∏ w_j σ′(z_j)|, z_j = w_j a_{j−1} + b_j with b_j = −w_j a_{j−1},
    after that many decay steps."""
    steps, rate, alpha = whole("steps", steps, 0), positive("rate", rate), positive("alpha", alpha, zero=True)
    w = np.random.default_rng(seed).standard_normal((CHAINS, DEPTH))
    for _ in range(steps):
        w = w - rate * alpha * w
    value, slope = compiled(SIGMOID.value, z), compiled(SIGMOID.slope, z)
    a, logs = np.full(CHAINS, 0.5), np.zeros(CHAINS)
    for j in range(DEPTH):
        at = w[:, j] * a - w[:, j] * a
        logs += np.log(np.abs(w[:, j] * slope(at)))
        a = value(at)
    each = logs / DEPTH
    return Estimate(float(each.mean()), float(each.std(ddof=1) / np.sqrt(CHAINS)))
