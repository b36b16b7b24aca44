"""Definite integrals: random ones whose value is known from how they were made, altered ones, and traps."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
import sympy as sp
from known_equations import Case, assert_told_apart, equation, rational

from analysis.claims.decisions.integrals import decide
from analysis.symbolic.notation import sigma, sigma_prime, sigma_second

x, y, a, b, q, k, theta = sp.symbols("x y a b q k theta")
POSITIVE = sp.Interval.open(0, sp.oo)
dip = (b - sp.S.Half) ** 2 - sp.Rational(1, 8)
"""Negative about 1/2, positive at both ends of the set of b."""
SETS = {
    a: sp.S.Reals,
    b: sp.Interval(0, 1),
    q: POSITIVE,
    k: sp.S.Naturals,
    theta: sp.Interval.Ropen(0, sp.pi),
}


def ends(random: Random) -> tuple[sp.Rational, sp.Rational]:
    low = rational(random)
    return low, low + rational(random)  # in either order


def polynomial(random: Random) -> Case:
    """Of a letter's multiple, moments of a uniform law."""
    low, high = ends(random)
    c, n = rational(random), random.randint(0, 4)
    integral = sp.Integral(c * a * x**n + x, (x, low, high))
    return integral, c * a * (high ** (n + 1) - low ** (n + 1)) / (n + 1) + (high**2 - low**2) / 2


def moment(random: Random) -> Case:
    """E xⁿ e^{cx} of the normal law of mean 0 and variance q, by its generating function."""
    n, c = random.randint(0, 3), random.choice([0, 1, -1, a])
    t = sp.Dummy("t")
    density = sp.exp(-(x**2) / (2 * q)) / sp.sqrt(2 * sp.pi * q)
    value = sp.diff(sp.exp(q * t**2 / 2), t, n).xreplace({t: sp.sympify(c)})
    return sp.Integral(x**n * sp.exp(c * x) * density, (x, -sp.oo, sp.oo)), value


def half_moment(random: Random) -> Case:
    """∫₀^∞ xⁿ e^{−x²/2q}/√2πq, half of E|x|ⁿ."""
    n = random.randint(0, 4)
    density = sp.exp(-(x**2) / (2 * q)) / sp.sqrt(2 * sp.pi * q)
    value = 2 ** sp.Rational(n, 2) * q ** sp.Rational(n, 2) * sp.gamma(sp.Rational(n + 1, 2)) / sp.sqrt(sp.pi)
    if random.random() < 0.5:
        return sp.Integral(x**n * density, (x, 0, sp.oo)), value / 2
    return sp.Integral(sp.Abs(x) ** n * density, (x, -sp.oo, sp.oo)), value


def kinks(random: Random) -> Case:
    """max(c(x − p), 0) between two numbers, the area of triangles."""
    p, c = rational(random), rational(random)
    low, high = sorted(ends(random))

    def area(t: sp.Rational) -> sp.Rational:  # ∫ max(t, 0)
        return max(t, sp.S.Zero) ** 2 / 2

    value = (area(c * (high - p)) - area(c * (low - p))) / c
    u = c * (x - p)
    return sp.Integral(
        random.choice([sp.Max(u, 0), (sp.Abs(u) + u) / 2, sp.Piecewise((u, u > 0), (0, True))]),
        (x, low, high),
    ), value


def decay(random: Random) -> Case:
    """∫₀^∞ xⁿ e^{−cqx} = n!/(cq)^{n + 1}."""
    n, c = random.randint(0, 4), abs(rational(random))
    return sp.Integral(a * x**n * sp.exp(-c * q * x), (x, 0, sp.oo)), a * sp.factorial(n) / (c * q) ** (n + 1)


def from_antiderivative(random: Random) -> Case:
    low, high = ends(random)
    c = abs(rational(random))
    g = random.choice(
        [sp.tanh(c * x), sp.exp(c * x) * (x + 1), sp.log(1 + c * x**2), sp.sin(c * x) * x, sp.erf(c * x)]
    )
    return sp.Integral(sp.diff(g, x), (x, low, high)), g.subs(x, high) - g.subs(x, low)


def at_the_edge(random: Random) -> Case:
    """∫₀^c x^(p − 1) = c^p/p, infinite at 0 where p < 1, and that times log x."""
    p, c = sp.Rational(random.randint(1, 9), random.choice([2, 3])), abs(rational(random))
    if random.random() < 0.5:
        return sp.Integral(x ** (p - 1), (x, 0, c)), c**p / p
    return sp.Integral(sp.log(x), (x, 0, c)), c * sp.log(c) - c


MAKERS: tuple[Callable[[Random], Case], ...] = (
    polynomial,
    moment,
    half_moment,
    kinks,
    decay,
    from_antiderivative,
    at_the_edge,
)


@pytest.mark.parametrize("maker", MAKERS)
def test_integrals_that_are_known_by_construction_are_decided_and_altered_ones_are_not(
    maker: Callable[[Random], Case],
) -> None:
    assert_told_apart(lambda statement: decide(statement, SETS), maker, 44, 6)


normal = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
radius = sp.exp(-(y**2) / 2) / sp.pi
sector = ((x, theta - sp.pi / 2, sp.pi / 2), (y, 0, sp.oo))
gamma = x ** (k / 2 - 1) * sp.exp(-x / 2) / (2 ** (k / 2) * sp.gamma(k / 2))
TRUE = [
    (sp.Integral(normal, (x, -1, 1)), sp.erf(sp.sqrt(2) / 2)),
    (
        sp.Integral(x**2 * normal, (x, 0, sp.oo)) + sp.Integral(a**2 * x**2 * normal, (x, -sp.oo, 0)),
        (1 + a**2) / 2,
    ),
    (sp.Integral(y * radius, *sector), 1 - theta / sp.pi),
    (
        sp.Integral(y**3 * sp.cos(x) * sp.cos(x - theta) * radius, *sector),
        ((sp.pi - theta) * sp.cos(theta) + sp.sin(theta)) / sp.pi,
    ),
    (sp.Integral((x + y - 1) ** 2, (x, 0, 1), (y, 0, 1)), sp.Rational(1, 6)),
    (sp.Integral(x, (x, 0, y), (y, 0, 1)), sp.Rational(1, 6)),
    (sp.Integral(gamma, (x, 0, sp.oo)), sp.S.One),
    (sp.Integral(gamma * sp.log(x), (x, 0, sp.oo)), sp.log(2) + sp.digamma(k / 2)),
    (sp.Integral(normal * sp.log(sp.Abs(x)), (x, -sp.oo, sp.oo)), -(sp.EulerGamma + sp.log(2)) / 2),
    (
        sp.Integral(normal * sp.log(sp.Abs(x) / 4), (x, -sp.oo, 0)),
        -(sp.EulerGamma + sp.log(2)) / 4 - sp.log(2),
    ),
    (sp.Integral(sp.log(3 * x) * sp.exp(-x), (x, 0, sp.oo)), sp.log(3) - sp.EulerGamma),
    (sp.Integral(sp.Abs(x - b), (x, 0, 1)), b**2 - b + sp.Rational(1, 2)),
    (sp.log(sp.Integral(normal / 3, (x, 0, sp.oo))) / 2, -sp.log(6) / 2),
    (sp.Integral(1 / (1 + x**2), (x, -sp.oo, sp.oo)), sp.pi),
    (sp.Integral(1 / x, (x, -2, -1)), -sp.log(2)),
    (sp.Integral(sp.Abs(x), (x, 1, -3)), -sp.Integer(5)),
    (sp.Integral(sp.Abs(x - 3), (x, 0, 1)), sp.Rational(5, 2)),
    (sp.Integral(sp.Abs(x + 3), (x, 0, 1)), sp.Rational(7, 2)),
    (sp.Integral(sp.Max(x, 3), (x, 0, 1)), sp.Integer(3)),
    (sp.Integral(sp.Function("f")(a) * x, (x, 0, 1)), sp.Function("f")(a) / 2),
    (sp.Integral(x, (x, 0, x)), x**2 / 2),
]


@pytest.mark.parametrize(("integral", "value"), TRUE, ids=str)
def test_integrals_of_the_book_and_their_like(integral: sp.Expr, value: sp.Expr) -> None:
    sets = {**SETS, x: sp.S.Reals}
    assert decide(equation(integral, value), sets)
    assert decide(equation(value, integral), sets)
    assert decide(equation(integral, value + sp.Rational(1, 10**9)), sets) is None


FALSE = {
    "a pole inside": (sp.Integral(1 / x**2, (x, -1, 1)), -2),
    "a principal value": (sp.Integral(1 / x, (x, -1, 1)), 0),
    "a pole at the end": (sp.Integral(1 / x, (x, 0, 1)), 0),
    "a pole at a letter": (sp.Integral(1 / (x - a), (x, 0, 1)), sp.log(sp.Abs((1 - a) / a))),
    "an odd one over all reals": (sp.Integral(x, (x, -sp.oo, sp.oo)), 0),
    "no limit far out": (sp.Integral(sp.cos(x), (x, 0, sp.oo)), 0),
    "divergent": (sp.Integral(1 / x, (x, 1, sp.oo)), sp.oo),
    "two that diverge": (sp.Integral(1 / x, (x, 1, sp.oo)) - sp.Integral(1 / x, (x, 2, sp.oo)), sp.log(2)),
    "a rate that may be negative": (sp.Integral(sp.exp(-a * x), (x, 0, sp.oo)), 1 / a),
    "a sign taken from the order of the ends": (sp.Integral(sp.Abs(x), (x, 1, -3)), -4),
    "the wrong branch of a root": (sp.Integral(sp.sqrt(x**2), (x, -1, 1)), 0),
    "the power that log stands for": (sp.Integral(x**a, (x, 0, 1)), 1 / (a + 1)),
    "a jump of the antiderivative": (
        sp.Integral(1 / (2 + sp.cos(x)), (x, 0, 2 * sp.pi)),
        0,
    ),
    "a jump at 0 of atan(1/x)": (sp.Integral(-1 / (1 + x**2), (x, -1, 1)), sp.pi / 2),
    "a gamma integral that diverges": (
        sp.Integral(x ** (k / 2 - 2) * sp.exp(-x), (x, 0, sp.oo)),
        sp.gamma(k / 2 - 1),
    ),
    "a gamma integral beyond the pole at 0": (
        sp.Integral(x ** sp.Rational(-3, 2) * sp.exp(-x), (x, 0, sp.oo)),
        sp.gamma(-sp.S.Half),
    ),
    "a gamma integral beyond two poles": (
        sp.Integral(x ** sp.Rational(-5, 2) * sp.exp(-2 * x), (x, 0, sp.oo)),
        2 ** sp.Rational(3, 2) * sp.gamma(sp.Rational(-3, 2)),
    ),
    "a gamma integral that ends": (sp.Integral(sp.sqrt(x) * sp.exp(-x), (x, 0, 1)), sp.sqrt(sp.pi) / 2),
    "a gamma integral that starts late": (
        sp.Integral(sp.sqrt(x) * sp.exp(-x), (x, 1, sp.oo)),
        sp.sqrt(sp.pi) / 2,
    ),
    "a logarithm of negative numbers": (
        sp.Integral(normal * sp.log(x), (x, -sp.oo, 0)),
        -(sp.EulerGamma + sp.log(2)) / 4,
    ),
    "terms of a logarithm that diverge": (
        sp.Integral(sp.log(3 * x) * sp.exp(-x) / x, (x, 0, sp.oo)),
        sp.log(3) * sp.gamma(0),
    ),
    "a logarithm without decay": (sp.Integral(sp.log(x / 4), (x, 0, sp.oo)), 0),
    "a root of negative numbers": (sp.Integral(1 / sp.sqrt(x), (x, -1, 1)), 2 - 2 * sp.I),
    "a kink whose place is not known": (sp.Integral(sp.Abs(x - a), (x, 0, 1)), a**2 - a + sp.Rational(1, 2)),
    "a kink beyond the ends between two ends of its letter": (
        sp.Integral(sp.Abs(x - dip), (x, 0, 1)),
        dip**2 - dip + sp.Rational(1, 2),
    ),
    "a letter without a set": (sp.Integral(sp.Symbol("c"), (x, 0, 1)), sp.Symbol("c")),
    "an unknown function": (sp.Integral(sp.Function("f")(x), (x, 0, 1)), sp.Function("f")(1)),
    "without ends": (sp.Integral(x, x), x**2 / 2),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_or_cannot_be_told_is_left_open(name: str) -> None:
    integral, value = FALSE[name]
    assert decide(equation(integral, sp.sympify(value)), SETS) is None


def test_a_letter_that_the_author_called_positive_is_what_its_set_says() -> None:
    c = sp.Symbol("c", positive=True)
    statement = equation(sp.Integral(sp.Abs(x), (x, 0, c)), c**2 / 2)
    assert decide(statement, {c: POSITIVE})
    assert decide(statement, {c: sp.S.Reals}) is None
    assert decide(equation(sp.Integral(sp.exp(-c * x), (x, 0, sp.oo)), 1 / c), {c: sp.S.Reals}) is None


def test_an_activation_is_the_integral_of_its_slope_between_finite_ends() -> None:
    slope, risen = sp.Integral(sigma_prime(x), (x, a, 1)), sigma(1) - sigma(a)
    assert decide(equation(slope, risen), {a: sp.S.Reals})
    assert decide(equation(slope + sp.Integral(x, (x, 0, 1)), risen + sp.Rational(1, 2)), {a: sp.S.Reals})
    for integral, value in (
        (slope, -risen),
        (slope, sigma(1)),
        (sp.Integral(sigma_second(x), (x, a, 1)), sigma_prime(1) - sigma_prime(a)),  # it may jump at a kink
        (sp.Integral(sigma_prime(2 * x), (x, a, 1)), sigma(2) - sigma(2 * a)),
        (sp.Integral(sigma_prime(x), (x, a, sp.oo)), sigma(sp.oo) - sigma(a)),
        (sp.Integral(x * sigma_prime(x), (x, a, 1)), risen),
    ):
        assert decide(equation(integral, value), {a: sp.S.Reals}) is None


def test_what_is_no_equation_with_an_integral_is_left_open() -> None:
    integral = sp.Integral(x, (x, 0, 1))
    for statement in (sp.Le(integral, 1, evaluate=False), sp.Eq(a, q, evaluate=False), sp.true, integral):
        assert decide(statement, SETS) is None
