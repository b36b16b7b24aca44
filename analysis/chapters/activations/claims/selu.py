"""SELU's two constants: mean 0 and second moment 1 are kept for z ~ N(0, 1) (Klambauer et al. 2017).

That the fixed point attracts is in ``selu_moments``.
"""

from __future__ import annotations

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.lines import decided
from analysis.symbolic.catalogue import SELU
from analysis.symbolic.display import plus
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z


def _moment_integral(power: int) -> sp.Expr:
    pieces = [
        (piece.expr, at) for piece, at in zip(SELU.formula.args, ((-sp.oo, 0), (0, sp.oo)), strict=True)
    ]
    return plus(*(sp.Integral(f**power * density(z), (z, *at)) for f, at in pieces))


_MEAN = sp.Eq(_moment_integral(1), 0, evaluate=False)
_SECOND = sp.Eq(_moment_integral(2), 1, evaluate=False)

CLAIMS = (
    Claim(
        label="selu-keeps-mean-zero",
        sentence="With its two constants, SELU sends a standard normal input to mean 0.",
        statement=_MEAN,
        check=decided(_MEAN),
        domain=domain(),
        scope="z ~ N(0, 1); α₀₁ is the solution of this equation, whatever λ is",
        false_sibling=sp.Eq(_moment_integral(1), sp.Rational(1, 1000), evaluate=False),
    ),
    Claim(
        label="selu-keeps-second-moment-one",
        sentence="With its two constants, SELU sends a standard normal input to second moment 1.",
        statement=_SECOND,
        check=decided(_SECOND),
        domain=domain(),
        scope="z ~ N(0, 1); λ₀₁ is the positive solution of this equation, given α₀₁",
        false_sibling=sp.Eq(_moment_integral(2), sp.Rational(1001, 1000), evaluate=False),
    ),
)
