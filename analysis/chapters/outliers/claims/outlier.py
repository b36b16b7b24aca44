"""The power of t with which the first layer's gradient grows:
what the smallest network predicts, on networks of digits."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp

from analysis.chapters.outliers.outlier import growth, outlier
from analysis.claims.claim import Estimate, Prediction

power = sp.Function("power")
_FACTORS = (1e5, 1e6)
_SATURATED = (1e6, 1e7)
"""Where the slowest output of every network has saturated; at 10⁵ one of the 40 has not."""
_ROUNDING = 1e-12


@cache
def _measured(loss: str) -> Estimate:
    found = growth(outlier(_FACTORS, loss=loss, seeds=range(40)))
    return Estimate(float(found.mean()), float(found.std(ddof=1) / math.sqrt(len(found))))


def _linear_in_the_loss() -> Estimate:
    return _measured("cross-entropy, sigmoid")


def _quadratic_in_the_loss() -> Estimate:
    return _measured("squared error, linear")


def farthest_from_level(factors: tuple[float, float] = _SATURATED) -> Estimate:
    """The power farthest from 0 of 40 networks, so that one network alone can refute;
    a mean would hide it in its error."""
    found = growth(outlier(factors, loss="squared error, sigmoid", seeds=range(40)))
    return Estimate(float(found[np.abs(found).argmax()]), _ROUNDING)


def _power_is(p: int) -> sp.Eq:
    norm, t = sp.Symbol(r"\lVert\partial C/\partial w^{1}\rVert"), sp.Symbol("t", positive=True)
    return sp.Eq(power(norm, t), p, evaluate=False)


def _theory(statement: sp.Basic) -> float:
    return float(statement.rhs)


_batch = "ReLU, sizes (64, 30, 30, 10), 50 digits of which one is t times as bright"
_scope = f"{_batch}, between t = 10⁵ and 10⁶; 40 networks"

CLAIMS = (
    Prediction(
        label="outlier-power-cross-entropy",
        sentence="In a whole network too, ReLU and cross-entropy let the first layer's gradient grow in "
        "proportion to t.",
        statement=_power_is(1),
        theory=_theory,
        simulate=_linear_in_the_loss,
        scope=f"sigmoid outputs, cross-entropy; {_scope}; tolerance 0.001",
        false_sibling=_power_is(2),
        tolerance=1e-3,
    ),
    Prediction(
        label="outlier-power-squared-error",
        sentence="With linear outputs and the squared error it grows with the square of t.",
        statement=_power_is(2),
        theory=_theory,
        simulate=_quadratic_in_the_loss,
        scope=f"linear outputs, squared error; {_scope}; tolerance 0.001",
        false_sibling=_power_is(1),
        tolerance=1e-3,
    ),
    Prediction(
        label="outlier-power-sigmoid-squared-error",
        sentence="With sigmoid outputs and the squared error the power is 0 once every output of the "
        "outlier has saturated.",
        statement=_power_is(0),
        theory=_theory,
        simulate=farthest_from_level,
        scope=f"sigmoid outputs, squared error; {_batch}, between t = 10⁶ and 10⁷; of 40 networks the power "
        f"farthest from 0, "
        "its error that of rounding; tolerance 0.001",
        false_sibling=_power_is(1),
        tolerance=1e-3,
    ),
)
