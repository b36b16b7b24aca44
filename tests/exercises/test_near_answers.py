"""Answers that agree with the right one at many points, and are wrong:
between three decimals, far out, in a narrow gap."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from analysis.exercises import EXERCISES, check
from analysis.exercises.cases import MOST_NUMBERS, case_points
from analysis.exercises.domain import Domain, far_points, over, points, reach
from analysis.exercises.exercise import Value
from analysis.exercises.program import Deadline, read
from analysis.symbolic.notation import z

SLOPE = "2.2"  # σ′(z) of the sigmoid
RIGHT = 1 / (4 * sp.cosh(z / 2) ** 2)
GAP = sp.And(z > sp.Rational("1.2345"), z < sp.Rational("1.2346"))
LATER = Deadline(float("inf"))


def slope(x: float) -> float:
    return 1 / (4 * math.cosh(x / 2) ** 2)


WRONG: dict[str, Any] = {
    **{f"sin of {10**n} πz": RIGHT * (1 + sp.sin(10**n * sp.pi * z)) for n in range(6)},
    "cos": RIGHT * sp.cos(2000 * sp.pi * z),
    "tan": RIGHT * (1 + sp.tan(1000 * sp.pi * z)),
    "sin²": RIGHT + sp.sin(1000 * sp.pi * z) ** 2,
    "a relative difference of 1e-7": RIGHT * (1 + sp.Rational(1, 10**7)),
    "a bounded relative difference": RIGHT * (1 + sp.tanh(z) / 10**7),
    "a decimal that is off by 1e-7": RIGHT * 1.0000001,
    "outside the range": sp.Piecewise((RIGHT, sp.Abs(z) < 41), (0, True)),
    "far outside": sp.Piecewise((RIGHT, z < 10**5), (0, True)),
    "beyond a multiple of π": sp.Piecewise((RIGHT, z < 1000 * sp.pi), (0, True)),
    "no value far outside": sp.Piecewise((RIGHT, z < 10**5)),
    "a narrow gap": sp.Piecewise((0, GAP), (RIGHT, True)),
    "one point": sp.Piecewise((RIGHT, sp.Or(z < 3, z > 3)), (0, True)),
    "a narrow bump": RIGHT + sp.Max(0, sp.Rational(1, 10**6) - sp.Abs(z - sp.Rational("1.2345"))),
    "a bend far outside": RIGHT + sp.Max(0, z - 10**5),
    "a Lambda with a gap": sp.Lambda(sp.Symbol("t"), sp.Piecewise((0, GAP), (RIGHT, True)).subs(z,
        sp.Symbol("t"))),
    "a function of many digits": lambda x: slope(x) * (1 + math.sin(1000 * math.pi * x)),
    "a function that rounds": lambda x: slope(x) + 1000 * x - math.floor(1000 * x),
    "a function with a relative difference of 1e-7": lambda x: slope(x) * (1 + 1e-7),
    "a function that ends": lambda x: slope(x) if abs(x) < 41 else 1.0,
    "a function wrong at 0": lambda x: slope(x) if x else 1.0,
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_agrees_at_many_points_is_wrong(name: str) -> None:
    verdict = check(SLOPE, WRONG[name])
    assert verdict.status == "wrong", verdict


@pytest.mark.parametrize("kind", [sp.floor, sp.ceiling, sp.frac])
def test_steps_are_not_among_the_functions(kind: Any) -> None:
    assert check(SLOPE, RIGHT + kind(1000 * z)).status == "refused"


RIGHT_WITH_CASES = {
    "cases that are the same": sp.Piecewise((RIGHT, z < 0), (sp.exp(-z) / (1 + sp.exp(-z)) ** 2, True)),
    "an even form": 1 / (4 * sp.cosh(sp.Abs(z) / 2) ** 2),
    "a form without a value at 0": sp.Abs(z) / sp.Abs(z, evaluate=False) * RIGHT
    + sp.sin(z) / z * RIGHT
    - sp.sin(z) / z * RIGHT,
    "a maximum": sp.Max(RIGHT, -1),
    "loses 1000 digits far out": RIGHT * (sp.cosh(4 * z) ** 2 - sp.sinh(4 * z) ** 2),
}


@pytest.mark.parametrize("name", RIGHT_WITH_CASES)
def test_what_is_right_everywhere_stays_right(name: str) -> None:
    assert check(SLOPE, RIGHT_WITH_CASES[name]).correct


def test_the_message_names_a_place() -> None:
    says = check(SLOPE, sp.Piecewise((0, GAP), (RIGHT, True))).sentences[0]
    assert says == "Right at most points that were tried, but not everywhere: try z = 1.23455."


def test_points_have_all_their_digits() -> None:
    for exercise in EXERCISES.values():
        for wanted in exercise.wanted:
            if isinstance(wanted, Value):
                drawn = [x for point in points(wanted.domain) for x in point.values()]
                assert all(x == Fraction(float(x)) for x in drawn)
                assert all(x.denominator > 2**30 for x in drawn)


def test_a_symbol_is_drawn_where_it_may_be() -> None:
    for number, exercise in EXERCISES.items():
        for wanted in exercise.wanted:
            if isinstance(wanted, Value):
                for symbol, ranges in wanted.domain.free:
                    assert not symbol.is_positive or min(low for low, _ in ranges) > 0, (number, symbol)


def test_far_points_keep_to_what_a_symbol_may_be() -> None:
    a, b, c = sp.symbols("a b c")
    domain = Domain(((a, ((-2, 2),)), (b, ((0.1, 3),)), (c, ((0.05, 0.95),))))
    assert [reach(ranges) for _, ranges in domain.free] == [
        (-math.inf, math.inf),
        (0.1, math.inf),
        (0.05, 0.95),
    ]
    far = far_points(domain)
    assert {point["a"] > 0 for point in far} == {True, False}
    assert all(2 <= abs(p["a"]) <= 12 and 3 <= p["b"] <= 18 and 0.05 < p["c"] < 0.95 for p in far)
    assert far_points(Domain()) == ()


def test_case_points_lie_at_between_and_beyond_the_numbers() -> None:
    answer = sp.Piecewise((1, z < sp.Rational(1, 3)), (2, z < 2 * sp.pi), (z, True))
    at = {float(point["z"]) for point, single in case_points(read(answer), over(z), LATER) if single}
    assert {1 / 3, 2 * math.pi, -1 / 3, 2.0} <= at
    other = sorted(
        float(point["z"]) for point, single in case_points(read(answer), over(z), LATER) if not single
    )
    assert other[0] == pytest.approx(-2 * math.pi - 1) and other[-1] == pytest.approx(2 * math.pi + 1)
    assert any(2 < x < 2 * math.pi for x in other)
    assert list(case_points(read(3 * z + sp.sin(z)), over(z), LATER)) == []
    alone = list(case_points(read(sp.exp(z - 3)), over(z), LATER))
    assert {float(point["z"]) for point, _ in alone} == {-3.0, 3.0} and all(single for _, single in alone)


def test_too_many_cases_are_refused() -> None:
    pieces = [(RIGHT, z < k) for k in range(MOST_NUMBERS + 5)]
    verdict = check(SLOPE, sp.Piecewise(*pieces, (RIGHT + 1 - 1 + 0 * z, True), evaluate=False))
    assert verdict.status == "refused" and "distinguishes cases" in verdict.sentences[0]
