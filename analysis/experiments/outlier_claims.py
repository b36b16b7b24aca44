"""The power of t with which the first layer's gradient grows: what the smallest network predicts, on networks of digits."""

from __future__ import annotations

import math
from functools import cache

import sympy as sp

from analysis.experiments.outlier import growth, outlier
from analysis.symbolic.claim import Estimate, Prediction

power = sp.Function("power")
_FACTORS = (1e5, 1e6)


@cache
def _measured(loss: str) -> Estimate:
    found = growth(outlier(_FACTORS, loss=loss, seeds=range(40)))
    return Estimate(float(found.mean()), float(found.std(ddof=1) / math.sqrt(len(found))))


def _linear_in_the_loss() -> Estimate:
    return _measured("cross-entropy, sigmoid")


def _quadratic_in_the_loss() -> Estimate:
    return _measured("squared error, linear")


def _level_in_the_loss() -> Estimate:
    return _measured("squared error, sigmoid")


def _power_is(p: int) -> sp.Eq:
    norm, t = sp.Symbol(r"\lVert\partial C/\partial w^{1}\rVert"), sp.Symbol("t", positive=True)
    return sp.Eq(power(norm, t), p, evaluate=False)


def _theory(statement: sp.Basic) -> float:
    return float(statement.rhs)


_scope = "ReLU, sizes (64, 30, 30, 10), 50 digits of which one is t times as bright, between t = 10⁵ and 10⁶; 40 networks"

CLAIMS = (
    Prediction(
        label="outlier-power-cross-entropy",
        sentence="In a whole network too, ReLU and cross-entropy let the first layer's gradient grow in proportion to t.",
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
        sentence="With sigmoid outputs and the squared error it stays where it is: what is left comes from the other images.",
        statement=_power_is(0),
        theory=_theory,
        simulate=_level_in_the_loss,
        scope=f"sigmoid outputs, squared error; {_scope}; tolerance 0.001",
        false_sibling=_power_is(1),
        tolerance=1e-3,
    ),
)
