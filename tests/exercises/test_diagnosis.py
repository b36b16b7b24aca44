"""A wrong answer that no table knows is still told what is wrong with it,
and the first rule that applies is heard."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.exercises import diagnosis
from analysis.exercises.domain import over
from analysis.exercises.exercise import Exercise, Mistake, Value, instead, times_extra, without
from analysis.exercises.marking import judge
from analysis.symbolic.notation import sigma_prime, w, z

slope = sp.exp(-z) / (1 + sp.exp(-z)) ** 2
SLOPE = Exercise(
    "9.1", (Value(right=lambda: slope, domain=over(z, ranges=((-3, 3), (-40, 40))), arguments=(z,)),), ()
)
PRODUCT = Exercise(
    "9.2", (Value(right=lambda: w * slope, domain=over(w, z, ranges=((-3, 3),)), arguments=(w, z)),), ()
)
NUMBER = Exercise("9.3", (Value(right=lambda: sp.log(3) / 2),), ())
ZERO = Exercise("9.4", (Value(right=lambda: sp.S.Zero),), ())

TOLD: list[tuple[Exercise, Any, str]] = [
    (SLOPE, -slope, "The sign is wrong; everything else is right."),
    (SLOPE, lambda x: -0.25 / math.cosh(x / 2) ** 2, "The sign is wrong; everything else is right."),
    (SLOPE, 4 * slope, "Off by the factor 4: yours is too large."),
    (SLOPE, slope / 4, "Off by the factor 1/4: yours is too small."),
    (SLOPE, -2 * slope, "Off by the factor 2: yours is too large, and the sign is wrong."),
    (SLOPE, lambda x: 1 / np.cosh(x / 2) ** 2, "Off by the factor 4: yours is too large."),
    (SLOPE, 3 * slope / 7, "Right up to a constant: yours is 3/7 times the right answer."),
    (SLOPE, sp.sqrt(5) * slope, "Right up to a constant factor."),
    (SLOPE, slope / sp.log(10),
        "Off by the factor log 10: logarithms here are natural ones, not to base 10."),
    (SLOPE, 1 / slope, "This is the reciprocal, 1 over the right answer."),
    (SLOPE, slope + 1, "Right up to an added constant."),
    (SLOPE, sp.S.Zero, "Your answer is 0."),
    (SLOPE, z - z, "Your answer is 0."),
    (SLOPE, sp.Rational(1, 4), "Right where z = 0, but not in general."),
    (SLOPE, 0.25, "Right where z = 0, but not in general."),
    (SLOPE, sp.sech(z) ** 2 / 4, "Right where z = 0, but not in general."),
    (SLOPE, sp.Rational(1, 5),
        "Your answer is one number, whatever the values of z. The right one depends on them."),
    (SLOPE, sp.Piecewise((slope, z > 0), (0, True)), "Right for z > 0, but not for z < 0."),
    (SLOPE, sp.Piecewise((slope, z < 0), (1, True)), "Right for z < 0, but not for z > 0."),
    (SLOPE, sp.exp(-z) / (1 + sp.exp(-sp.Abs(z))) ** 2, "Right for z > 0, but not for z < 0."),
    (SLOPE, sp.Piecewise((slope, z > -4), (0, True)), "points tried, but not everywhere: try z = -"),
    (SLOPE, sp.Piecewise((slope, sp.Abs(z) < 9), (0, True)), "points tried, but not everywhere: try z = "),
    (SLOPE, slope * (1 + sp.Rational(1, 10**9)), "the relative difference is about 1e-9"),
    (SLOPE, slope * (1 + sp.Rational(1, 10**20)), "the relative difference is about 1e-20"),
    (SLOPE, slope * (1 + sp.exp(-z**2) / 10**12), "Very close, but not equal"),
    (SLOPE, lambda x: 0.2500001 / math.cosh(x / 2) ** 2, "Very close, but not equal"),
    (SLOPE, sp.log(z), "your answer has no real value"),
    (SLOPE, lambda x: math.sqrt(x), "your function gives no number: it raises `ValueError`"),
    (SLOPE, 1 + z**2, "which is too large."),
    (SLOPE, -1 - z**2, "which is too small."),
    (PRODUCT, w * slope.subs(z, w), "Not right: at w = "),
    (PRODUCT, slope, "Not right: at w = "),
    (PRODUCT, sp.Abs(w) * slope, "Right for w > 0, but not for w < 0."),
    (PRODUCT, w / 4, "Right where z = 0, but not in general."),
    (NUMBER, -sp.log(3) / 2, "The sign is wrong; everything else is right."),
    (NUMBER, sp.log(3), "Off by the factor 2: yours is too large."),
    (NUMBER, 1.0986, "Off by the factor 2: yours is too large."),
    (NUMBER, 54.93, "Off by the factor 100: yours is too large."),
    (NUMBER, math.log10(3) / 2,
        "Off by the factor log 10: logarithms here are natural ones, not to base 10."),
    (NUMBER, 2 / sp.log(3), "This is the reciprocal, 1 over the right answer."),
    (NUMBER, 0.55, "Close: 2 digits are right, 4 are asked for."),
    (NUMBER, 0.548, "Close: 2 digits are right, 4 are asked for."),
    (NUMBER, 0.5482, "Close: 2 digits are right, 4 are asked for."),
    (NUMBER, 0.7, "Not right: too large."),
    (NUMBER, 0.1, "Not right: too small."),
    (NUMBER, 0, "Your answer is 0."),
    (NUMBER, sp.log(3) / 2 + sp.Rational(1, 10**8), "As a decimal this would do"),
    (NUMBER, sp.log(3) * 0.50001, "As a decimal this would do"),
    (ZERO, 1, "Not right: too large."),
    (ZERO, -0.5, "Not right: too small."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "answer", "says"), TOLD, ids=[f"{e.number}-{k}" for k, (e, _, _) in enumerate(TOLD)]
)
def test_what_is_told(exercise: Exercise, answer: Any, says: str) -> None:
    status, sentences = judge(exercise, answer)
    assert status == "wrong" and says in sentences[0], sentences


def test_a_right_zero() -> None:
    for answer in (0, 0.0, sp.S.Zero, sp.log(1), math.sin(math.pi), sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1):
        assert judge(ZERO, answer)[0] == "right"
    assert judge(ZERO, 1e-9)[0] == "wrong"


def test_cancellation_is_seen_through() -> None:
    """These lose all of 60 digits at the far points, and are right."""
    large = sp.exp(5 * z**2 / 40)
    for answer in ((slope + large) - large, slope * (sp.cosh(4 * z) ** 2 - sp.sinh(4 * z) ** 2)):
        assert judge(SLOPE, answer)[0] == "right"
        assert judge(SLOPE, answer + sp.Rational(1, 10**40))[0] == "wrong"


def test_the_exercises_own_table_is_heard_first() -> None:
    value = Value(right=lambda: slope, domain=over(z), mistakes=(Mistake(lambda r: -r, "Mind the minus."),))
    assert judge(Exercise("9.5", (value,), ()), -slope) == ("wrong", ("Mind the minus.",))
    assert judge(Exercise("9.5", (value,), ()), -2 * slope)[1][0].startswith("Off by the factor 2")


def test_mistakes_are_made_of_the_right_answer() -> None:
    right = w * sigma_prime(z)
    assert without(w, "").answer(right) == sigma_prime(z)
    assert times_extra(z, "").answer(right) == w * z * sigma_prime(z)
    assert instead(3, "").answer(right) == sp.Integer(3)


def test_a_right_answer_without_a_value_is_our_fault() -> None:
    with pytest.raises(ArithmeticError, match="has no value"):
        judge(Exercise("9.6", (Value(right=lambda: sp.log(z), domain=over(z)),), ()), 1)


@pytest.mark.parametrize(
    ("given", "digits"), [(2.55, 3), (2.5549, 3), (2.56, 2), (2.6, 2), (3.1, 0), (2.5536, 4)]
)
def test_digits_are_counted_as_in_rounding(given: float, digits: int) -> None:
    """2.5537 rounded to three digits is 2.55."""
    assert diagnosis._digits(mpmath, mpmath.mpf(given), mpmath.mpf("2.55365")) == digits
