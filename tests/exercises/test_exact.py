"""Counts, whole numbers and fractions are met exactly;
and what is said of an answer that is not right is true."""

from __future__ import annotations

import math
import sys
import threading
import time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from analysis.exercises import EXERCISES, check
from analysis.exercises.exercise import Exercise, Value
from analysis.exercises.marking import judge
from analysis.exercises.verdict import Verdict
from analysis.symbolic.notation import z

SLOPE = "2.2"  # σ′(z) of the sigmoid
RIGHT = 1 / (4 * sp.cosh(z / 2) ** 2)
NEAR = "Near, but not equal: a count has to be exact."
NO_COUNT = "A count is a whole number, and your answer is none."
SHORT = "Close, but not equal to the right answer, which can be given exactly."

COUNTS: list[tuple[str, int, Any, str]] = [  # exercise, place of the part, answer, what is told
    ("9.4", 0, (2**30 + 1, 2**20, 2**10), NEAR),
    ("9.4", 1, (2**30, 2**20 + 1, 1024), NEAR),
    ("9.4", 2, (2**30, 2**20, 1024.5), NO_COUNT),
    ("9.4", 0, (2**30 + 100_000, 2**20, 2**10), NEAR),
    ("9.4", 0, (1.0737e9, 2**20, 2**10), NEAR),
    ("9.4", 0, (lambda: 2**30 + 1, 2**20, 2**10), NEAR),
    ("9.4", 0, (sp.Integer(2) ** 30 + sp.Rational(1, 10**40), 2**20, 2**10), NO_COUNT),
    ("1.6", 0, 6.0001, NO_COUNT),
    ("1.6", 0, np.float32(6.0001), NO_COUNT),
    ("1.6", 0, math.nextafter(6, 7), NO_COUNT),
    ("1.6", 0, Decimal("6.0001"), NO_COUNT),
    ("1.6", 0, sp.Rational(60001, 10000), NO_COUNT),
    ("1.6", 0, lambda: 6.0001, NO_COUNT),
    ("7.6", 0, 15.001, NO_COUNT),
    ("12.2", 0, (120.04, 2), NO_COUNT),
    ("12.2", 1, (120, 2.0001), SHORT),
    ("10.2", 0, (3 + Fraction(1, 10**9), 1), "Very close, but not equal"),
    ("10.2", 0, (3.0001, 1), SHORT),
    ("10.2", 1, (3, Decimal("1.0002")), SHORT),
    ("7.2", 0, (Fraction(15_001, 10_000), 0.5), "As a decimal this would do, but it is not equal"),
    ("13.4", 0, sp.Rational(1, 24) + sp.Rational(1, 10**35),
        "As a decimal this would do, but it is not equal"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "place", "answer", "says"), COUNTS, ids=[f"{n}-{k}" for k, (n, *_) in enumerate(COUNTS)]
)
def test_near_is_not_right(number: str, place: int, answer: Any, says: str) -> None:
    verdict = check(number, answer)
    assert verdict.status == "wrong" and says in verdict.sentences[place]


PATHS = math.comb(10, 3)  # three of ten branches
EXACT: dict[str, list[Any]] = {
    "9.4": [(2**30, 2**20, 2**10), (2.0**30, 2.0**20, 2.0**10), (Fraction(2**30), np.int64(2**20),
        lambda: 1024)],
    "1.6": [6, 6.0, Decimal("6.0"), sp.Float(6), np.float32(6), lambda: 6.0],
    "12.2": [(PATHS, 2), (float(PATHS), 2.0), (PATHS, math.nextafter(2, 3)), (PATHS,
        lambda: math.sqrt(2) ** 2)],
    "7.6": [math.ceil(math.log(2) / math.log(1.05)), 15.0],
    "10.2": [(3, 1), (math.nextafter(3, 4), math.nextafter(1, 0))],
    "7.2": [(1.5, 0.5), (Fraction(3, 2), Fraction(1, 2)), (1.5003, 0.5)],
    "13.4": [sp.Rational(1, 24), 0.04167, Decimal("0.04167"), 1 / 24],
}  # fmt: skip


@pytest.mark.parametrize("number", EXACT)
def test_exact_answers_and_decimals_are_right(number: str) -> None:
    for answer in EXACT[number]:
        assert check(number, answer).correct, answer


def test_every_whole_number_of_the_book_is_exact() -> None:
    """Off by a millionth, in each kind of number: not right."""
    found = 0
    for exercise in EXERCISES.values():
        for wanted in exercise.wanted:
            if not isinstance(wanted, Value) or wanted.domain.names or not wanted.answer.is_Integer:
                continue
            found += 1
            alone, right = Exercise(exercise.number, (wanted,), ()), Fraction(int(wanted.answer))
            off = right * (1 + Fraction(1, 10**6))
            for answer in (off, float(off), sp.Rational(off), Decimal(float(off)), lambda x=off: float(x)):
                assert judge(alone, answer)[0] == "wrong", (exercise.number, answer)
            assert judge(alone, float(right))[0] == judge(alone, right)[0] == "right"
    assert found == 16


def says(answer: Any) -> Verdict:
    return check(SLOPE, answer)


@pytest.mark.parametrize(
    "answer",
    [
        sp.Piecewise((RIGHT, sp.Ne(z, 0)), (sp.Rational(1, 4), True)),
        sp.Piecewise((sp.Rational(1, 4), sp.Eq(z, 0)), (RIGHT, True)),
        sp.Piecewise((RIGHT, sp.Not(sp.Eq(z, 5))), (RIGHT.subs(z, 5), True)),
    ],
)
def test_one_point_may_be_a_case_of_its_own(answer: sp.Expr) -> None:
    assert says(answer).correct


def test_a_wrong_value_at_one_point_is_found() -> None:
    for condition in (sp.Eq(z, 3), sp.Eq(z, sp.Rational(1, 3))):
        assert says(sp.Piecewise((5, condition), (RIGHT, True))).status == "wrong"
    assert says(sp.Piecewise((RIGHT, sp.Ne(z, 0)), (sp.Rational(1, 5), True))).status == "wrong"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (sp.Eq(z, RIGHT), "This is an equation. Give its right side alone."),
        (sp.Ne(z, RIGHT), "This is a comparison, which is true or false"),
        (z < RIGHT, "This is a comparison, which is true or false"),
        (sp.And(z < 1, z > 0), "This is a truth value, not a number."),
        (sp.true, "This is a truth value, not a number."),
        (sp.false, "This is a truth value, not a number."),
        (sp.Lambda(z, z < 1), "This is a comparison, which is true or false"),
        (sp.Piecewise((sp.true, z > 0), (RIGHT, True)),
            "a statement that is true or false stands where a number"),
    ],
)  # fmt: skip
def test_what_is_true_or_false_is_called_so(answer: Any, sentence: str) -> None:
    verdict = says(answer)
    assert verdict.status == "refused" and sentence in verdict.sentences[0]
    assert check("2.6", answer).status == "refused"


BUMP = sp.exp(-1000 * (z - 7) ** 2)  # 1 at z = 7; its exponent at z = −40 is −2.2 million


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (RIGHT + BUMP, "not everywhere: try z = 7."),
        (RIGHT + sp.exp(-10 * (z - 7) ** 2), "not everywhere: try z = 7."),
        (RIGHT + (1 + 10**12 * (z - 7) ** 2) ** -9, "not everywhere: try z = 7."),
        (RIGHT + sp.sin(2**30 * sp.pi * z) * 1e-3, "Right where z = 0, but not in general."),
        (RIGHT + 1 + sp.exp(-1000 * (z - 77) ** 2 / 7), "Not right: at z = "),
    ],
)
def test_a_value_that_exists_is_not_denied(answer: sp.Expr, sentence: str) -> None:
    verdict = says(answer)
    assert verdict.status == "wrong" and sentence in verdict.sentences[0]


def test_a_value_that_is_not_computed_is_called_so() -> None:
    tower = sp.exp(-sp.exp(sp.exp(z**2 + 9)))
    far = sp.Piecewise((RIGHT, sp.Abs(z) < 50), (1 / tower, True))
    for answer in (RIGHT + tower, tower, sp.exp(10**7 * (z**2 + 1)), far):
        verdict = says(answer)
        assert verdict.status == "refused"
        assert "the value of your answer could not be computed to enough digits" in verdict.sentences[0]
    assert "your answer has no real value" in says(RIGHT + sp.log(z)).sentences[0]


def slope(x: float) -> float:
    return 1 / (4 * math.cosh(x / 2) ** 2)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its threads would stay in this process")
def test_a_right_function_that_starts_threads() -> None:
    def starts_three(x: float) -> float:
        for _ in range(3):
            threading.Thread(target=lambda: time.sleep(9)).start()
        return slope(x)

    start = time.monotonic()
    assert says(starts_three).correct
    assert time.monotonic() - start < 5


def test_it_is_said_how_near_a_function_has_to_be() -> None:
    verdict = says(lambda x: slope(x) * (1 + 5e-10))
    assert verdict.correct and "A function is compared to 9 digits" in verdict.sentences[0]
    assert not says(lambda x: slope(x) * (1 + 2e-9)).correct
    assert "within 1e-9 of the right value" in " ".join((check.__doc__ or "").split())


def test_a_function_that_fails_is_told_where_and_how() -> None:
    def fails(x: float) -> float:
        return {False: slope(x)}[x > 0]

    verdict = says(fails)
    assert verdict.status == "refused"
    assert "your function gives no number: it raises `KeyError`" in verdict.sentences[0]
    assert "has no real value" not in verdict.sentences[0]
