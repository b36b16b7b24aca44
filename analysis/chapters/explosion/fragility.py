"""How far the input may move before the exploding chain stops exploding:
the crossing of 1, by ball arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import sympy as sp
from flint import ctx

from analysis.chapters.explosion.designed_chain import WEIGHTS, shift, shifted_product
from analysis.numeric.arguments import whole
from analysis.numeric.balls import Ball, BallFunction, ball_function, rational

_BITS = 256


@cache
def _product(weights: tuple[int, ...]) -> BallFunction:
    return ball_function(shifted_product(weights), shift)


def certain_product(by: sp.Rational | float, weights: Sequence[int] = WEIGHTS) -> Ball:
    """A ball that contains ∂a_L/∂b_1 of the centred chain when its input is moved by exactly ``by``."""
    with ctx.workprec(_BITS):
        return _product(tuple(weights))(rational(sp.Rational(by)))


def crossing(weights: Sequence[int] = WEIGHTS, digits: int = 8) -> tuple[sp.Rational, sp.Rational]:
    """Two numbers ``digits`` decimal digits long, one unit apart:
    at the first the product exceeds 1, at the second it is below.

    The product decreases with |Δ| (see ``claims.fragility.layer_by_layer``), so it is 1 at one point between
    them. Raises ValueError where it is not above 1 at Δ = 0, ArithmeticError where a sign is not decided.
    """
    digits = whole("digits", digits)

    def exceeds(by: sp.Rational) -> bool:
        value = certain_product(by, weights)
        if value > 1:
            return True
        if value < 1:
            return False
        raise ArithmeticError(f"the product at Δ = {by} is not told from 1 with {_BITS} bits")

    if not exceeds(sp.S.Zero):
        raise ValueError(
            f"weights must make the product exceed 1 at the centre, which {tuple(weights)} do not"
        )
    place = sp.S.One
    while not exceeds(place):
        place /= 10
    unit, count = place / 10 ** (digits - 1), 10 ** (digits - 1)
    low, high = count, 10 * count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if exceeds(middle * unit) else (low, middle)
    return low * unit, high * unit
