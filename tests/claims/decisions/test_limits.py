"""Limits: random ones whose value is known from how they were made, altered ones, and traps."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
import sympy as sp
from known_equations import Case, assert_told_apart, equation, rational

from analysis.claims.decisions.limits import decide

x, n, a, b, s = sp.symbols("x n a b s")
POSITIVE = sp.Interval.open(0, sp.oo)
SETS = {a: sp.S.Reals, b: sp.S.Reals, s: POSITIVE}


def quotient_far_out(random: Random) -> Case:
    """Two polynomials of one degree."""
    k, p, q = random.randint(1, 3), rational(random), rational(random)
    top = p * x**k + a * x ** (k - 1) + rational(random)
    bottom = q * x**k + b * x ** (k - 1) + 1
    return sp.Limit(top / bottom, x, random.choice([sp.oo, -sp.oo])), p / q


def slope(random: Random) -> Case:
    """(f(x₀ + x) − f(x₀))/x for a function whose slope is looked up here."""
    at, c = rational(random), abs(rational(random))
    f, slope = random.choice(
        [
            (sp.exp, sp.exp(c * at)),
            (sp.sin, sp.cos(c * at)),
            (sp.tanh, 1 - sp.tanh(c * at) ** 2),
            (sp.atan, 1 / (1 + (c * at) ** 2)),
        ]
    )
    return sp.Limit((f(c * (at + x)) - f(c * at)) / x, x, 0, random.choice(["+", "-", "+-"])), c * slope


def second_order(random: Random) -> Case:
    """The coefficient of x² of a product of two known series, found by hand."""
    p, q = rational(random), rational(random)
    f = sp.exp(p * x) * sp.cos(q * x) - 1 - p * x
    return sp.Limit(f / x**2, x, 0, random.choice("+-")), (p**2 - q**2) / 2


def exponential_far_out(random: Random) -> Case:
    """A rational function of e^{−cx} with a letter before it."""
    c, p, q, r = abs(rational(random)), rational(random), abs(rational(random)), rational(random)
    u = sp.exp(-c * s * x)
    return sp.Limit(a * (p + r * u) / (q + u), x, sp.oo), a * p / q


def dies_away(random: Random) -> Case:
    k, c = random.randint(1, 4), abs(rational(random))
    return sp.Limit(b + a * x**k * sp.exp(-c * s * x ** random.randint(1, 2)), x, sp.oo), b


def logarithm(random: Random) -> Case:
    p, q = abs(rational(random)), abs(rational(random))
    return sp.Limit(sp.log(p * x + s) - sp.log(q * x + 1), x, sp.oo), sp.log(p) - sp.log(q)


MAKERS: tuple[Callable[[Random], Case], ...] = (
    quotient_far_out,
    slope,
    second_order,
    exponential_far_out,
    dies_away,
    logarithm,
)


@pytest.mark.parametrize("maker", MAKERS)
def test_limits_that_are_known_by_construction_are_decided_and_altered_ones_are_not(
    maker: Callable[[Random], Case],
) -> None:
    assert_told_apart(lambda statement: decide(statement, SETS), maker, 52, 26)


sigmoid = sp.Lambda(x, 1 / (1 + sp.exp(-x)))
TRUE = [
    (sp.Limit((sp.Rational(1, 2) - 2 * sp.tanh(x / 4) / x) / x**2, x, 0), sp.Rational(1, 96)),
    (sp.Limit((sp.log(2 * s**2 / n) + sp.digamma(n / 2)) / 2, n, sp.oo), sp.log(s)),
    (sp.Limit(sp.Derivative(a * (sp.exp(x) - 1), x), x, 0, "-"), a),
    (sp.Limit(sp.Derivative(-sp.log(1 - sigmoid(x * s)), s) / x, x, sp.oo), sp.S.One),
    (sp.Limit((1 + a / n) ** n, n, sp.oo), sp.exp(a)),
    (sp.Limit(sp.sin(x) / x, x, 0, "+-"), sp.S.One),
    (sp.Limit(x * sp.log(x), x, 0), sp.S.Zero),
    (sp.Limit(sp.Abs(x) / x, x, 0, "-"), -sp.S.One),
    (sp.Limit(sp.Piecewise((a, x < 0), (b, True)), x, 0, "-"), a),
    (3 * sp.Limit(sp.tanh(s * x), x, sp.oo) + sp.Limit(sp.exp(x), x, -sp.oo), sp.Integer(3)),
    (sp.Limit(sp.Function("f")(a) * x / (x + 1), x, sp.oo), sp.Function("f")(a)),
]


@pytest.mark.parametrize(("limit", "value"), TRUE, ids=str)
def test_limits_of_the_book_and_their_like(limit: sp.Expr, value: sp.Expr) -> None:
    assert decide(equation(limit, value), SETS)
    assert decide(equation(value, limit), SETS)
    assert decide(equation(limit, value + sp.Rational(1, 10**9)), SETS) is None


FALSE = {
    "a coefficient that may vanish": (sp.Limit(a * x / (a * x + 1), x, sp.oo), 1),
    "a difference that may vanish": (sp.Limit((a - b) * x / ((a - b) * x + 1), x, sp.oo), 1),
    "a rate that may be negative": (sp.Limit(sp.exp(-a * x), x, sp.oo), 0),
    "a slope that may be negative": (sp.Limit(sp.tanh(a * x), x, sp.oo), 1),
    "exponentials that may be equal": (
        sp.Limit((sp.exp(a * x) - sp.exp(b * x)) / (sp.exp(a * x) - sp.exp(b * x) + x**2), x, 0),
        1,
    ),
    "two sides that differ": (sp.Limit(sp.Abs(x) / x, x, 0, "+-"), 1),
    "a pole of two signs": (sp.Limit(x / (1 + sp.exp(1 / x)), x, 0, "+-"), sp.Rational(1, 2)),
    "no limit": (sp.Limit(sp.sin(1 / x), x, 0), 0),
    "no limit far out": (sp.Limit(sp.sin(x), x, sp.oo), 0),
    "an infinite one": (sp.Limit(1 / x, x, 0), sp.oo),
    "infinite against itself": (sp.Limit(x, x, sp.oo), sp.oo),
    "a logarithm of negative numbers": (sp.Limit(sp.log(x) - sp.log(-x), x, 0), sp.log(-1)),
    "the other branch": (sp.Limit(sp.Piecewise((a, x < 0), (b, True)), x, 0, "+"), a),
    "the value, not the limit": (sp.Limit(sp.Piecewise((a, sp.Eq(x, 0)), (b, True)), x, 0), a),
    "a letter without a set": (sp.Limit(sp.Symbol("c") + x, x, 0), sp.Symbol("c")),
    "a limit at a letter that may be 0": (sp.Limit(sp.sin(x) / x, x, a), sp.sin(a) / a + 1),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_or_cannot_be_told_is_left_open(name: str) -> None:
    limit, value = FALSE[name]
    assert decide(equation(limit, sp.sympify(value)), SETS) is None


def test_a_letter_that_the_author_called_positive_is_what_its_set_says() -> None:
    c = sp.Symbol("c", positive=True)
    statement = equation(sp.Limit(sp.tanh(c * x), x, sp.oo), sp.S.One)
    assert decide(statement, {c: POSITIVE})
    assert decide(statement, {c: sp.S.Reals}) is None


def test_what_is_no_equation_with_a_limit_is_left_open() -> None:
    limit = sp.Limit(x + a, x, 0)
    for statement in (sp.Le(limit, a, evaluate=False), sp.Eq(a, b, evaluate=False), sp.true, limit):
        assert decide(statement, SETS) is None
