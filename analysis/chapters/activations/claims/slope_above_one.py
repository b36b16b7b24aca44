"""Slopes above 1 that do not explode:
the product of slopes along a chain and through wide layers (row B4 of ``verdicts/table.py``)."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.activations.slope_above_one import TYPICAL, alpha, scale
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, only
from analysis.claims.laws import Law, expectation_over, normal
from analysis.symbolic.catalogue import SELU
from analysis.symbolic.display import expectation
from analysis.symbolic.notation import sigma_prime, z

DRAWS = 400_000


def _mean_log(x: sp.Expr) -> sp.Eq:
    return sp.Eq(expectation(sp.log(sigma_prime(z))), x, evaluate=False)


_DRAWN = {z: Law(draw=normal().draw)}

CLAIMS = (
    Claim(
        label="selu-typical-slope-below-one",
        sentence=f"The slope of SELU reaches {float(SELU.slope_bound):.4f}, and yet its mean logarithm is "
        f"−{-float(TYPICAL):.4f}: a typical product of slopes shrinks.",
        statement=_mean_log(TYPICAL),
        check=None,
        scope=f"z ~ N(0, 1), weights left out; {DRAWS:,} draws",
        false_sibling=_mean_log(sp.log(scale * alpha)),
        domain=domain(means={**only("selu"), expectation: expectation_over(_DRAWN, draws=DRAWS, seed=12)}),
    ),
)
