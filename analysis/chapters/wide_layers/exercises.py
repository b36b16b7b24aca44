"""Exercises of chapter 5, wide layers and products of matrices."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.wide_layers.gaussian_exponents import balanced_std, gaussian_exponent
from analysis.exercises.domain import Domain
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import w, z

_n = sp.Symbol("n", positive=True)
_layer = Domain(free=((w, ((0.1, 3.0),)), (_n, ((1.0, 40.0),))))
_slope = SIGMOID.derivative.subs(z, 0)

_gain = Value(
    name="gain",
    right=lambda: w * _n * _slope,
    domain=_layer,
    arguments=(w, _n),
    mistakes=(
        instead(w / 4, "This is the gain at width 1. Every neuron sums over n of them."),
        instead(w * _n, "The slope is missing: σ′(0) is not 1."),
        instead(
            w * sp.sqrt(_n) / 4, "√n is the length of the vector of ones. Apply the matrix to that vector."
        ),
        instead(w * _n / 2, "σ(0) is ½. The slope at 0 is what counts."),
    ),
)
_first_width = Value(
    name="n",
    right=lambda: sp.floor(1 / (sp.Rational(9, 10) * _slope)) + 1,
    whole=True,
    mistakes=(
        instead(4, "With n = 4 the gain is still below 1: multiply it out."),
        instead(2, "With n = 2 the gain is still below 1. The slope ¼ counts too."),
        instead(6, "There is a smaller width with a gain above 1."),
    ),
)


def _lam(index: int) -> sp.Expr:
    return sp.simplify(gaussian_exponent(sp.S(2), sp.S(index), sp.S.One))


_first = Value(
    name="λ_1",
    right=lambda: _lam(1),
    mistakes=(
        Mistake(
            lambda right: 2 * right,
            "Off by the factor 2: this is the mean of log R², and λ is that of log R.",
        ),
        instead(-sp.EulerGamma / 2, "The log 2 of the mean of log χ² is missing."),
        Mistake(lambda right: _lam(2), "This is λ_2. The largest exponent has the most dimensions."),
    ),
)
_second = Value(
    name="λ_2",
    right=lambda: _lam(2),
    mistakes=(
        Mistake(
            lambda right: 2 * right,
            "Off by the factor 2: this is the mean of log R², and λ is that of log R.",
        ),
        Mistake(lambda right: _lam(1), "This is λ_1. One dimension is left for the second."),
        instead(-_lam(1), "The exponents need not add up to 0: areas shrink here."),
    ),
)
_std = Value(
    name="s",
    right=lambda: balanced_std(sp.S(2), _slope),
    mistakes=(
        Mistake(lambda right: right / 4, "This balances slopes of 1. Here they are ¼."),
        Mistake(lambda right: 1 / right, "Upside down: small slopes need large weights."),
        instead(balanced_std(sp.S.One, _slope), "This is the chain, width 1."),
        instead(4, "A factor of 1 in the mean square is not λ = 0; take the mean of the logarithm."),
    ),
)
_volume = Value(
    right=lambda: sp.simplify(64 * (_lam(1) + _lam(2))),
    mistakes=(
        Mistake(lambda right: right / 64, "This is one layer's share. There are 64."),
        instead(
            64 * (sp.log(2) - sp.EulerGamma) / 2,
            "This is 64 λ_1. The logarithm of the determinant adds all exponents.",
        ),
        Mistake(lambda right: 2 * right, "Off by the factor 2: λ is the mean of log R, not of log R²."),
        instead(0, "E[det] is 0, but the mean of log|det| is asked for."),
    ),
)
_width = sp.Symbol("n", real=True)
_wide = Witness(
    symbol=_width,
    conditions=(
        Condition(_width >= 1, "A layer has at least one neuron.", sp.Integer(0)),
        Condition(
            sp.Gt(_width * _slope / 2, 1, evaluate=False), "Not yet: there the gain is {left}.", sp.Integer(3)
        ),
    ),
)

EXERCISES = (
    Exercise(
        "5.1",
        (_gain, _first_width),
        (
            "All entries of the matrix are w σ′(0). Which direction does it lengthen most?",
            "Apply it to the vector of ones: each entry of the result is a sum of n equal terms.",
        ),
    ),
    Exercise(
        "5.2",
        (_first, _second),
        ("λ_i is half the mean of log χ² in n − i + 1 dimensions.", "ψ(1) = −γ and ψ(½) = −γ − 2 log 2."),
    ),
    Exercise(
        "5.3",
        (_std,),
        (
            "Each slope adds log ¼ to every exponent, each s adds log s.",
            "Set λ_1 of the exercise before, plus these two, to 0.",
        ),
    ),
    Exercise(
        "5.4",
        (_volume,),
        (
            "|det R| is the product of the diagonal entries of R.",
            "So the mean of log|det| of one layer is λ_1 + λ_2.",
        ),
    ),
    Exercise(
        "5.5",
        (_wide,),
        (
            "Every entry is 1/8. What does the matrix do to the vector of ones?",
            "Its gain grows with the width. From which width on is it above 1?",
        ),
    ),
)
