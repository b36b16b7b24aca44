"""What ELU and SELU do at zero and far to the left (rows B21 and B22 of ``verdicts/table.py``)."""

from __future__ import annotations

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.domain import domain, positive
from analysis.claims.outcome import Check, Outcome, Proved, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.symbolic.catalogue import ELU, SELU
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE
from analysis.symbolic.notation import z

alpha = sp.Symbol("alpha", positive=True)
elu_left = alpha * (sp.exp(z) - 1)
"""ELU with any α > 0 on z ≤ 0; on z > 0 it is z."""


def by_limits(*premises: tuple[str, sp.Expr, sp.Expr]) -> Check:
    """Both sides as limits that SymPy takes; each premise (words, found, wanted) must hold as well."""

    def check(statement: sp.Basic) -> Outcome:
        if failed := [words for words, found, wanted in premises if sp.simplify(found - wanted) != 0]:
            return Unknown(f"not shown: {'; '.join(failed)}")
        left, right = (side.doit() for side in statement.args)
        if sp.simplify(left - right) == 0:
            lines = (*(Step(words, found) for words, found, _ in premises), Step("the limit is", left))
            return Proved("calculus", lines)
        points: list[dict[sp.Basic, sp.Expr]] = [{alpha: sp.Rational(1, 2)}, {alpha: sp.S(2)}]
        if not statement.has(alpha):
            points = [{}]
        return counterexample(sp.Eq(left, right, evaluate=False), points) or Unknown(f"the limit is {left}")

    return check


def _limit(expr: sp.Expr, at: sp.Expr, side: str = "-") -> sp.Limit:
    return sp.Limit(expr, z, at, side)


def _slope(expr: sp.Expr) -> sp.Derivative:
    """The derivative as it is asked for, not yet carried out."""
    return sp.Derivative(expr, z)


_elu_one = ELU.formula.args[0].expr
_selu_left = SELU.formula.args[0].expr
_alpha = domain((alpha, positive()))

CLAIMS = (
    Claim(
        label="elu-slope-at-zero",
        sentence="The slope of ELU jumps from α to 1 at zero, so it is continuous for α = 1 only.",
        statement=sp.Eq(_limit(_slope(elu_left), sp.S.Zero), alpha, evaluate=False),
        check=by_limits(
            ("the value is continuous: from the left it tends to", sp.limit(elu_left, z, 0, "-"), sp.S.Zero),
            (
                "the catalogue's ELU has α = 1: its left slope tends to",
                sp.limit(_elu_one.diff(z), z, 0, "-"),
                sp.S.One,
            ),
            ("from the right the slope is", ELU.formula.args[1].expr.diff(z), sp.S.One),
        ),
        scope="",
        domain=_alpha,
        false_sibling=sp.Eq(_limit(_slope(elu_left), sp.S.Zero), 1, evaluate=False),
    ),
    Claim(
        label="elu-saturates",
        sentence="ELU tends to −α on the left, so its slope goes to 0: it still saturates.",
        statement=sp.Eq(_limit(elu_left, -sp.oo, "+"), -alpha, evaluate=False),
        check=by_limits(("the slope tends to", sp.limit(elu_left.diff(z), z, -sp.oo), sp.S.Zero)),
        scope="",
        domain=_alpha,
        false_sibling=sp.Eq(_limit(elu_left, -sp.oo, "+"), -1, evaluate=False),
    ),
    Claim(
        label="selu-supremum-not-attained",
        sentence=(
            f"The slope of SELU tends to λα = {float(SELU_SCALE * SELU_ALPHA):.4f} from the left of "
            f"zero and is λ = {float(SELU_SCALE):.4f} from the right."
        ),
        statement=sp.Eq(_limit(_slope(_selu_left), sp.S.Zero), SELU_SCALE * SELU_ALPHA, evaluate=False),
        check=by_limits(("on the right the slope is", SELU.formula.args[1].expr.diff(z), SELU_SCALE)),
        domain=domain(),
        scope="λα e^z < λα for every z < 0, so the supremum is not attained",
        false_sibling=sp.Eq(_limit(_slope(_selu_left), sp.S.Zero), SELU_SCALE, evaluate=False),
    ),
)
