"""Slopes above 1 that do not explode: the product of slopes along a chain and through wide layers (row B4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import sympy as sp

from analysis.numeric.compiled import compiled
from analysis.numeric.moments import moments
from analysis.symbolic.catalogue import SELU, activation
from analysis.symbolic.claim import Estimate, Prediction
from analysis.symbolic.display import expectation
from analysis.symbolic.notation import sigma_prime, z


@dataclass(frozen=True)
class Growth:
    """For one activation at z ~ N(0, 1): sup |σ′|, √(E σ′²), exp(E log|σ′|), and the weight scale √(1/E σ′²) of balance."""

    name: str
    largest: float
    root_mean_square: float
    typical: float
    balanced_scale: float


def growth(name: str) -> Growth:
    """The three sizes of a slope, by quadrature; raises ValueError for an unknown name."""
    x = activation(name)
    found = moments(x)
    root = math.sqrt(found.slope_second)
    return Growth(name, float(x.slope_bound), root, math.exp(found.mean_log_slope), 1.0 / root)


@cache
def drawn_log_slopes(count: int = 400_000, seed: int = 12) -> Estimate:
    """The mean of log σ′(z) of SELU over ``count`` standard normal z."""
    logs = compiled(SELU.log_slope, z)(np.random.default_rng(seed).standard_normal(count))
    return Estimate(float(logs.mean()), float(logs.std(ddof=1) / math.sqrt(count)))


def _mean_log(x: sp.Expr) -> sp.Eq:
    return sp.Eq(expectation(sp.log(sigma_prime(z))), x, evaluate=False)


_scale, _alpha = (c for c in sorted(SELU.slope_bound.args, key=lambda c: float(c)))
TYPICAL = sp.log(_scale) + sp.log(_alpha) / 2 - 1 / sp.sqrt(2 * sp.pi)
"""E log σ′(z) of SELU for z ~ N(0, 1): log λ always, and log α + z on the left half."""

CLAIMS = (
    Prediction(
        label="selu-typical-slope-below-one",
        sentence="The slope of SELU reaches 1.7581, and yet its mean logarithm is −0.0921: a typical product of slopes shrinks.",
        statement=_mean_log(TYPICAL),
        theory=lambda statement: float(statement.rhs),
        simulate=drawn_log_slopes,
        scope="z ~ N(0, 1), weights left out; 400,000 draws",
        false_sibling=_mean_log(sp.log(_scale * _alpha)),
    ),
)
