"""What ELU and SELU do at zero and far to the left (rows B21 and B22 of ``verdicts/table.py``)."""

from __future__ import annotations

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.domain import domain, positive
from analysis.claims.lines import decided
from analysis.claims.relations import eq, lt
from analysis.symbolic.catalogue import SELU
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE
from analysis.symbolic.notation import z

alpha = sp.Symbol("alpha", positive=True)
elu_left = alpha * (sp.exp(z) - 1)
"""ELU with any α > 0 on z ≤ 0; on z > 0 it is z."""


def _limit(expr: sp.Expr, at: sp.Expr, side: str = "-") -> sp.Limit:
    return sp.Limit(expr, z, at, side)


def _slope(expr: sp.Expr) -> sp.Derivative:
    """The derivative as it is asked for, not yet carried out."""
    return sp.Derivative(expr, z)


_selu_left, _selu_right = (piece.expr for piece in SELU.formula.args)
_alpha = domain((alpha, positive()))
_JUMPS = sp.And(
    eq(_limit(_slope(elu_left), sp.S.Zero), alpha),
    eq(_limit(_slope(z), sp.S.Zero, "+"), sp.S.One),
    evaluate=False,
)
_SATURATES = sp.And(
    eq(_limit(elu_left, -sp.oo, "+"), -alpha),
    eq(_limit(_slope(elu_left), -sp.oo, "+"), sp.S.Zero),
    evaluate=False,
)
_left_of_zero = sp.Symbol("x", positive=True)
"""How far left of 0."""
_STEEPEST = SELU_SCALE * SELU_ALPHA
_SUPREMUM = sp.And(
    eq(_limit(_slope(_selu_left), sp.S.Zero), _STEEPEST),
    eq(_limit(_slope(_selu_right), sp.S.Zero, "+"), SELU_SCALE),
    lt(_STEEPEST * sp.exp(-_left_of_zero), _STEEPEST),
    evaluate=False,
)

CLAIMS = (
    Claim(
        label="elu-slope-at-zero",
        sentence="The slope of ELU jumps from α to 1 at zero, so it is continuous for α = 1 only.",
        statement=_JUMPS,
        check=decided(_JUMPS),
        scope="",
        domain=_alpha,
        false_sibling=sp.Eq(_limit(_slope(elu_left), sp.S.Zero), 1, evaluate=False),
    ),
    Claim(
        label="elu-saturates",
        sentence="ELU tends to −α on the left, so its slope goes to 0: it still saturates.",
        statement=_SATURATES,
        check=decided(_SATURATES),
        scope="",
        domain=_alpha,
        false_sibling=sp.Eq(_limit(elu_left, -sp.oo, "+"), -1, evaluate=False),
    ),
    Claim(
        label="selu-supremum-not-attained",
        sentence=(
            f"The slope of SELU tends to λ₀₁α₀₁ = {float(SELU_SCALE * SELU_ALPHA):.4f} from the left of "
            f"zero, below which it stays, and to λ₀₁ = {float(SELU_SCALE):.4f} from the right."
        ),
        statement=_SUPREMUM,
        check=decided(_SUPREMUM),
        domain=domain((_left_of_zero, positive())),
        scope="left of zero, at −x, the slope is λ₀₁α₀₁ e^(−x)",
        false_sibling=sp.Eq(_limit(_slope(_selu_left), sp.S.Zero), SELU_SCALE, evaluate=False),
    ),
)
