"""Slopes above 1 that do not explode: the product of slopes along a chain and through wide layers
(row B4 of ``verdicts/table.py``)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sympy as sp

from analysis.numeric.moments import moments
from analysis.symbolic.catalogue import SELU, activation


@dataclass(frozen=True)
class Growth:
    """For one activation at z ~ N(0, 1):
    sup |σ′|, √(E σ′²), exp(E log|σ′|), and the weight scale √(1/E σ′²) of balance."""

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


scale, alpha = (c for c in sorted(SELU.slope_bound.args, key=lambda c: float(c)))
TYPICAL = sp.log(scale) + sp.log(alpha) / 2 - 1 / sp.sqrt(2 * sp.pi)
"""E log σ′(z) of SELU for z ~ N(0, 1): log λ always, and log α + z on the left half."""
