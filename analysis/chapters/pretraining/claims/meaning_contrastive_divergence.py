"""How far contrastive divergence is from the gradient it stands for:
exact bias, sampled bias, and where training ends."""

from __future__ import annotations

from functools import cache

import numpy as np

from analysis.chapters.pretraining.contrastive_divergence import CHAINS, machine
from analysis.claims.claim import Estimate
from analysis.numeric.rbm import (
    likelihood_gradient,
    sampled_cd,
)


@cache
def sampled_share(k: int, scale: float = 1.0, chains: int = CHAINS) -> Estimate:
    """The same from Gibbs chains, with its standard error."""
    made, data = machine(scale)
    g = likelihood_gradient(made, data).flat()
    many = np.repeat(data, chains // len(data), axis=0)
    each = sampled_cd(made, many, k, np.random.default_rng(90 + k)).flat() @ g / (g @ g)
    by_image = each.reshape(len(data), -1)
    variance = by_image.var(axis=1, ddof=1).mean() / each.size
    return Estimate(float(each.mean()), float(np.sqrt(variance)))
