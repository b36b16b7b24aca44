"""Claims: slopes above 1 that do not explode:
the product of slopes along a chain and through wide layers (row B4)."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp

from analysis.chapters.activations.slope_above_one import TYPICAL
from analysis.chapters.activations.slope_above_one import alpha as _alpha
from analysis.chapters.activations.slope_above_one import scale as _scale
from analysis.claims.claim import Estimate, Prediction
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import SELU
from analysis.symbolic.display import expectation
from analysis.symbolic.notation import sigma_prime, z


@cache
def drawn_log_slopes(count: int = 400_000, seed: int = 12) -> Estimate:
    """The mean of log σ′(z) of SELU over ``count`` standard normal z."""
    logs = compiled(SELU.log_slope, z)(np.random.default_rng(seed).standard_normal(count))
    return Estimate(float(logs.mean()), float(logs.std(ddof=1) / math.sqrt(count)))


def _mean_log(x: sp.Expr) -> sp.Eq:
    return sp.Eq(expectation(sp.log(sigma_prime(z))), x, evaluate=False)


CLAIMS = (
    Prediction(
        label="selu-typical-slope-below-one",
        sentence="The slope of SELU reaches 1.7581, and yet its mean logarithm is −0.0921: a typical "
        "product of slopes shrinks.",
        statement=_mean_log(TYPICAL),
        theory=lambda statement: float(statement.rhs),
        simulate=drawn_log_slopes,
        scope="z ~ N(0, 1), weights left out; 400,000 draws",
        false_sibling=_mean_log(sp.log(_scale * _alpha)),
    ),
)
