"""The power of t with which the first layer's gradient grows:
what the smallest network predicts, on networks of digits."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.outliers.outlier import growth, outlier
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, Given, domain
from analysis.claims.runs import of_each, share, share_of_runs

power = sp.Function("power")
NORM = sp.Symbol(r"\lVert\partial C/\partial w^{1}\rVert")
t = sp.Symbol("t", positive=True)
FAR = (1e6, 1e7)
"""Where every output of every network has saturated; up to 10⁶ one of 40 still moves."""
NEAR = sp.Rational(1, 10_000)
_NETWORKS = 40
HIDDEN, IMAGES, PIXELS = (30, 30), 50, 64


@cache
def powers(loss: str, factors: tuple[float, float] = FAR) -> NDArray[np.float64]:
    """d log‖∂C/∂w¹‖/d log t of each network between two factors, (40,)."""
    return growth(outlier(factors, loss=loss, hidden=HIDDEN, images=IMAGES, seeds=range(_NETWORKS)))


def _measured(loss: str) -> Domain:
    """power(…, t): between the two factors of ``FAR``; power(…, t/10): over the decade before."""
    before = (FAR[0] / 10, FAR[0])
    letters: dict[Any, Given] = {
        power(NORM, t): of_each("networks", lambda: powers(loss), recorded=False),
        power(NORM, t / 10): of_each("networks", lambda: powers(loss, before), recorded=False),
    }
    return domain(means={share: share_of_runs, **letters})


def _power_is(p: sp.Expr, at: sp.Expr = t) -> sp.Eq:
    """In every network the power is p, give or take ``NEAR``."""
    distance = sp.Abs(sp.Add(power(NORM, at), -p, evaluate=False)) if p != 0 else sp.Abs(power(NORM, at))
    return sp.Eq(share(sp.Le(distance, NEAR, evaluate=False)), 1, evaluate=False)


_scope = (
    f"ReLU, sizes ({PIXELS}, {HIDDEN[0]}, {HIDDEN[1]}, 10), {IMAGES} digits of which one is t times as "
    f"bright, between t = 10⁶ and 10⁷; {_NETWORKS} networks"
)

CLAIMS = (
    Claim(
        label="outlier-power-cross-entropy",
        sentence=(
            "In whole networks too, ReLU and cross-entropy let the first layer's gradient grow in "
            "proportion to t."
        ),
        statement=_power_is(sp.S.One),
        check=None,
        scope=f"sigmoid outputs, cross-entropy; {_scope}",
        false_sibling=_power_is(1 + 2 * NEAR),
        domain=_measured("cross-entropy, sigmoid"),
    ),
    Claim(
        label="outlier-power-squared-error",
        sentence="With linear outputs and the squared error it grows with the square of t.",
        statement=_power_is(sp.Integer(2)),
        check=None,
        scope=f"linear outputs, squared error; {_scope}",
        false_sibling=_power_is(2 + 2 * NEAR),
        domain=_measured("squared error, linear"),
    ),
    Claim(
        label="outlier-power-sigmoid-squared-error",
        sentence=(
            "With sigmoid outputs and the squared error the power is 0 once every output of the "
            "outlier has saturated."
        ),
        statement=_power_is(sp.S.Zero),
        check=None,
        scope=(
            f"sigmoid outputs, squared error; {_scope}; the near miss looks at the decade before, in "
            f"which one of them still moves"
        ),
        false_sibling=_power_is(sp.S.Zero, t / 10),
        domain=_measured("squared error, sigmoid"),
    ),
)
