"""The widest window, enclosed by ball arithmetic, and the numbers Nielsen gives for it.

Named by its edge z, the window is 2 z σ′(z) wide and belongs to the weight |w| = 1/σ′(z). The derivative of
the width has the sign of 1 − z tanh(z/2), which falls from 1 as z grows;
so the width rises up to the one zero of that and falls after it.
"""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp
from flint import ctx

from analysis.chapters.explosion.window import width_from_edge
from analysis.numeric.arguments import whole
from analysis.numeric.balls import Ball, ball_function, interval, rational
from analysis.symbolic.catalogue import SIGMOID, as_sigmoid
from analysis.symbolic.notation import z

_BITS = 128
best_weight = sp.Symbol(r"w_\ast", positive=True)
"""The |w| at which the window is widest."""


class WidestWindow(NamedTuple):
    """Rational brackets of the edge z, and balls that contain the weight |w| and the width of the widest
    window."""

    low: sp.Rational
    high: sp.Rational
    weight: Ball
    width: Ball


def widest_window(bits: int = 64) -> WidestWindow:
    """The maximum of the width over |w| ≥ 4, its edge bracketed to 2**(1 − bits)
    by bisection with certain signs.

    Raises ValueError unless ``bits`` is an integer ≥ 1, ArithmeticError where a sign cannot be decided.
    """
    bits = whole("bits", bits)
    with ctx.workprec(_BITS):
        sign = ball_function(1 - z * sp.tanh(z / 2), z)
        low, high = sp.Integer(1), sp.Integer(2)
        for _ in range(bits):
            middle = (low + high) / 2
            value = sign(rational(middle))
            if value.contains(0):
                raise ArithmeticError(
                    f"the sign of the derivative at z = {middle} is not decided with {_BITS} bits"
                )
            low, high = (middle, high) if value > 0 else (low, middle)
        if not (sign(rational(low)) > 0 and sign(rational(high)) < 0):
            raise ArithmeticError("the edge of the widest window does not lie between 1 and 2")
        here = interval(low, high)
        slope = ball_function(SIGMOID.slope, z)(here)
        return WidestWindow(low, high, 1 / slope, ball_function(as_sigmoid(width_from_edge), z)(here))
