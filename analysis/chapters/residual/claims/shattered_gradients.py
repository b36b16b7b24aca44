"""The correlation of gradients at two orthogonal inputs, theory against simulation."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import sympy as sp

from analysis.chapters.residual.shattered_gradients import input_gradients, predicted
from analysis.claims.claim import Estimate, Prediction
from analysis.symbolic.angles import SHARE
from analysis.symbolic.residual import s

FEW, MANY, WIDTH, NETS = 6, 24, 256, 24


class gradient_correlation(sp.Function):  # type: ignore[misc]
    """The correlation of the gradients at two inputs at an angle,
    after so many blocks with a share a of the branch."""

    nargs = 3

    def _latex(self, printer: Any) -> str:
        blocks, angle, share = (printer._print(x) for x in self.args)
        return (
            rf"\prod_{{l=1}}^{{{blocks}}} \left(1 - a + a\,\kappa_0(\theta_l)\right)\Big|_{{\theta_1 = "
            rf"{angle},\ a = {share}}}"
        )


_rho = sp.Symbol("rho", real=True)


def _theory(statement: sp.Basic) -> float:
    depth, angle, share = statement.rhs.args
    return float(predicted(float(angle), [int(depth)], float(share))[0])


@cache
def _simulated(depth: int, shortcut: float, scale: float) -> Estimate:
    """ξ = −1 and ξ = 1: the signals x_0 at a right angle."""
    found = input_gradients([-1.0, 1.0], depth=depth, shortcut=shortcut, scale=scale, width=WIDTH, nets=NETS)
    return Estimate(*found.between(0, 1))


def _is(depth: int, share: sp.Expr) -> sp.Eq:
    return sp.Eq(_rho, gradient_correlation(sp.Integer(depth), sp.pi / 2, share), evaluate=False)


_how = (
    f"ReLU, w ~ N(0, 2/n), n = {WIDTH}, {NETS} networks, inputs at a right angle; finite width is allowed "
    "0.01"
)

CLAIMS = (
    Prediction(
        label="shattered-plain",
        sentence="Six plain layers leave less than a tenth of the correlation of the gradients at two "
        "orthogonal inputs.",
        statement=_is(FEW, sp.S.One),
        theory=_theory,
        simulate=lambda: _simulated(FEW, 0.0, 1.0),
        scope=_how,
        false_sibling=_is(FEW, sp.Rational(1, 2)),
        tolerance=0.01,
    ),
    Prediction(
        label="shattered-residual",
        sentence="With an identity shortcut six blocks leave a quarter of it.",
        statement=_is(FEW, SHARE.subs(s, 1)),
        theory=_theory,
        simulate=lambda: _simulated(FEW, 1.0, 1.0),
        scope=_how,
        false_sibling=_is(FEW, sp.S.One),
        tolerance=0.01,
    ),
    Prediction(
        label="shattered-residual-scaled",
        sentence="With branches scaled by 1/√L even 24 blocks leave almost two thirds.",
        statement=_is(MANY, SHARE.subs(s, 1 / sp.sqrt(MANY))),
        theory=_theory,
        simulate=lambda: _simulated(MANY, 1.0, 1.0 / math.sqrt(MANY)),
        scope=_how,
        false_sibling=_is(MANY, SHARE.subs(s, 1)),
        tolerance=0.01,
    ),
)
