"""Exercises of chapter 2, the quarter bound."""

from __future__ import annotations

from functools import cache

import sympy as sp

from analysis.exercises.domain import over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.normal import density
from analysis.symbolic.normal_weight import mean_log_weight, s
from analysis.symbolic.notation import sigma, sigma_prime, z

_x = sp.Symbol("x", positive=True)
_u = sp.Symbol("u", positive=True)


def _steepest() -> sp.Expr:
    """The positive z at which σ‴(z) = 0, solved for x = e^z."""
    third = sp.together(SIGMOID.formula.diff(z, 3).subs(z, sp.log(_x)))
    return sp.log(max(sp.solve(sp.numer(third), _x), key=sp.N))


_location = Value(
    right=_steepest,
    mistakes=(
        Mistake(lambda right: -right, "This is the other steepest point. The positive one is asked for."),
        instead(0,
            "At 0 the slope σ′ is largest. It is steepest where it changes fastest: its own derivative is "
            "largest in size."),
        Mistake(lambda right: sp.exp(right), "This is e to the z. Take the logarithm."),
        Mistake(lambda right: sp.exp(-right),
            "This is e to the z at the negative point. Take the logarithm, and the positive solution."),
        Mistake(lambda right: SIGMOID.formula.subs(z, right), "This is σ(z). Solve for z."),
        Mistake(lambda right: SIGMOID.formula.subs(z, -right),
            "This is σ(z) at the negative point. Solve for z, and give the positive solution."),
    ),
)  # fmt: skip

_half = sp.tanh(z / 2)
_with_tanh = Value(
    right=lambda: SIGMOID.derivative,
    domain=over(z, ranges=((-3.0, 3.0), (-40.0, 40.0))),
    arguments=(z,),
    mistakes=(
        instead(1 - _half**2, "Off by the factor 4: at z = 0 this is 1, where the sigmoid's slope is 1/4."),
        instead((1 - sp.tanh(z) ** 2) / 4, "Right at z = 0 only: the argument of tanh is not z."),
        instead(1 - sp.tanh(z) ** 2, "This is the slope of tanh."),
        instead((1 - sp.tanh(2 * z) ** 2) / 4,
            "Right at z = 0 only: the argument should be halved, not doubled."),
        instead((1 - _half) / 4, "The square is missing: this is not the same at −z as at z."),
        instead((1 + _half**2) / 4, "The sign is wrong: this grows with |z|."),
        instead((1 - _half**2) / 2, "Off by the factor 2: at z = 0 the slope is 1/4."),
        instead((1 + _half) / 2, "This is σ itself. The slope is asked for."),
        instead(SIGMOID.formula.diff(z, 2), "This is the second derivative."),
    ),
    avoid=(sigma, sigma_prime, sp.exp, sp.cosh, sp.sech, sp.sinh, sp.csch, sp.cos, sp.coth),
    remark="It is equal to σ′(z). The exercise asked for a form with tanh alone: can you find it?",
)  # fmt: skip

_side = sp.sqrt(3)


@cache
def _uniform(f: sp.Expr, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """∫ f(u) du over |w| = u from low to high, for w uniform on (−√3, √3): the density of |w| is 1/√3."""
    return sp.integrate(f / _side, (_u, low, high))


def _mean_log_uniform() -> sp.Expr:
    return _uniform(sp.log(_u), sp.S.Zero, _side)


def _mean_size_uniform() -> sp.Expr:
    return _uniform(_u, sp.S.Zero, _side)


_below_one = Value(
    name="P",
    right=lambda: _uniform(sp.S.One, sp.S.Zero, sp.S.One),
    mistakes=(
        Mistake(
            lambda right: right / 2, "Off by the factor 2: |w| < 1 means −1 < w < 1, an interval of length 2."
        ),
        Mistake(lambda right: 2 * right, "Off by the factor 2: the density is 1 over the whole length 2√3."),
        instead(sp.erf(1 / sp.sqrt(2)), "This is the probability for a standard normal weight."),
        Mistake(lambda right: 1 - right, "This is the probability of the opposite, |w| > 1."),
        Mistake(lambda right: 1 / right, "A probability is at most 1: this is its reciprocal."),
    ),
)
_mean_log = Value(
    name="M",
    right=_mean_log_uniform,
    mistakes=(
        Mistake(lambda right: sp.log(_mean_size_uniform()),
            "This is the logarithm of the mean, log E|w|. The mean of the logarithm is smaller."),
        instead(sp.log(_side),
            "This is the logarithm of the largest weight. The mean of log|w| lies below it."),
        Mistake(lambda right: right * _side,
            "The integral is not yet divided by √3, the length of the interval of |w|."),
        Mistake(lambda right: right / 2, "Off by the factor 2: both halves of (−√3, √3) count."),
        Mistake(lambda right: mean_log_weight().subs(s, 1),
            "This is the value for a standard normal weight."),
        instead(0, "The weights above 1 do not make up for those near 0, whose logarithm is far below 0."),
        Mistake(lambda right: sp.exp(right),
            "This is e to the mean. The mean of the logarithm is asked for."),
        instead(-1, "This is the mean logarithm for weights uniform on (−1, 1). Here they reach up to √3."),
    ),
)  # fmt: skip


def _product_below_one() -> sp.Expr:
    """Pr[|w_2 w_3| < 1]: all of |w_3| where |w_2| ≤ 1/√3, else |w_3| < 1/|w_2|."""
    edge = 1 / _side
    certain = _uniform(sp.S.One, sp.S.Zero, edge)
    return certain + _uniform(1 / _u, edge, _side) / _side


_both_below = Value(
    right=_product_below_one,
    mistakes=(
        Mistake(lambda right: _uniform(sp.S.One, sp.S.Zero, sp.S.One) ** 2,
            "This is the probability that both weights are below 1 in size. The product can be below 1 with "
            "one of them above."),
        Mistake(lambda right: _uniform(sp.S.One, sp.S.Zero, sp.S.One),
            "This is the probability that one weight is below 1 in size."),
        Mistake(lambda right: 1 - right, "This is the probability of the opposite."),
        Mistake(lambda right: right - _uniform(sp.S.One, sp.S.Zero, 1 / _side),
            "A part is missing: where |w_2| ≤ 1/√3, every w_3 will do."),
        instead(sp.Rational(7910, 10000), "This is the probability for standard normal weights."),
        Mistake(lambda right: right / 16,
            "The 16 stands on both sides and cancels: the question is whether |w_2 w_3| < 1."),
        instead(sp.Rational(1, 16),
            "1/16 is the bound itself. The probability of staying below it is asked for."),
        instead(1, "The weights can both be above 1: then the product is above 1."),
    ),
)  # fmt: skip


TRUE_EXPONENT = sp.Rational("-2.307585")
"""λ of the chain of chapter 2, with no z held at 0."""


def _mean_size_gaussian() -> sp.Expr:
    return sp.integrate(2 * _u * density(_u), (_u, 0, sp.oo))


_centred = Value(
    right=lambda: mean_log_weight().subs(s, 1) + sp.log(SIGMOID.derivative.subs(z, 0)),
    mistakes=(
        Mistake(lambda right: right + sp.log(4), "This is E log|w|. The slope σ′(0) is missing."),
        Mistake(lambda right: -sp.log(4), "This is log σ′(0). The weight is missing: E log|w| is not 0."),
        Mistake(lambda right: right + 2 * sp.log(4), "The logarithm of σ′(0) has the wrong sign."),
        Mistake(lambda right: sp.log(_mean_size_gaussian() / 4),
            "This is the logarithm of the mean factor. λ is the mean of the logarithm, which is smaller."),
        Mistake(lambda right: sp.exp(right), "This is the typical factor of one layer. λ is its logarithm."),
        Mistake(lambda right: -(sp.EulerGamma + sp.log(2)) - sp.log(4), "E log|w| is half of E log w²."),
        Mistake(lambda right: -sp.EulerGamma / 2 - sp.log(4),
            "E log|w| = −(γ + log 2)/2: the log 2 is missing."),
        Mistake(lambda right: TRUE_EXPONENT,
            "This is the λ of the chain as it is. Here every z is held at 0."),
    ),
)  # fmt: skip

_halved = Witness(
    symbol=z,
    conditions=(
        Condition(
            sp.Lt(TANH.derivative, sp.S.Half, evaluate=False),
            "Not yet: at that z the layer multiplies the gradient by {left}.",
            sp.S.Zero,
        ),
    ),
)

EXERCISES = (
    Exercise(
        "2.1",
        (_location,),
        (
            "The slope is steepest where its own derivative σ″ is largest or smallest, so where σ‴ = 0.",
            "Differentiate σ″ = σ′(1 − 2σ) once more and write everything with s = σ(z), using σ′ = s(1 − "
            "s). One factor is a quadratic in s.",
            "Once you have s, solve σ(z) = s for z: it is log(s/(1 − s)).",
        ),
    ),
    Exercise(
        "2.2",
        (_with_tanh,),
        (
            "The chapter has tanh′(z) = 4σ′(2z). Put z/2 for z.",
            "The derivative of tanh can be written with tanh: it is 1 − tanh².",
        ),
    ),
    Exercise(
        "2.3",
        (_below_one, _mean_log),
        (
            "The density of w is 1/(2√3), so |w| is uniform on (0, √3) with density 1/√3.",
            "For the mean, integrate log u over (0, √3). An antiderivative is u log u − u.",
        ),
    ),
    Exercise(
        "2.4",
        (_both_below,),
        (
            "Fix |w_2| = u. For which |w_3| is the product below 1? For small u that is no condition at all.",
            "Up to u = 1/√3 every w_3 will do; beyond it |w_3| < 1/u, which has probability 1/(u√3).",
            "Integrate this probability over u from 0 to √3 with the density 1/√3.",
        ),
    ),
    Exercise(
        "2.5",
        (_centred,),
        (
            "With z = 0 the logarithm of the factor splits: log|w σ′(0)| = log|w| + log σ′(0).",
            "For a standard normal w, E log|w| = −(γ + log 2)/2 with Euler's constant γ (`sp.EulerGamma`).",
        ),
    ),
    Exercise(
        "2.6",
        (_halved,),
        (
            "For which z is the slope of tanh exactly 1?",
            "Everywhere else a weight of size 1 gives a factor below 1. How far from 0 do you have to go to "
            "halve the gradient?",
        ),
    ),
)
