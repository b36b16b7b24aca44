"""Finite sums and products: random ones made from their closed forms, altered ones, and traps."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
import sympy as sp
from known_equations import Case, assert_told_apart, equation, rational

from analysis.claims.decisions.decided import decided
from analysis.claims.decisions.sums import decide

n, k, j, m, r, c, a, b, p, q = sp.symbols("n k j m r c a b p q")
u, w = sp.IndexedBase("u"), sp.IndexedBase("w")
f = sp.Function("f")
POSITIVE = sp.Interval.open(0, sp.oo)
SETS = {
    **dict.fromkeys((a, b, r, u, w), sp.S.Reals),
    c: POSITIVE,
    n: sp.S.Naturals,
    m: sp.S.Naturals0,
    q: sp.Range(3, sp.oo),
}


def telescoped(random: Random) -> Case:
    """Σ (F(k) − F(k − 1)) of a random F."""
    x = sp.Dummy("x")
    closed = random.choice(
        [
            rational(random) * x**3 + rational(random) * x,
            (rational(random) * x + rational(random)) * sp.Integer(random.choice([2, 3, -1, -2])) ** x,
            rational(random) / (x + random.randint(1, 3)),
            sp.factorial(x + 1) * rational(random),
            (x + rational(random)) * c**x,
        ]
    )
    length, shift = random.choice([n, m, q]), random.randint(0, 2)
    term = sp.simplify(closed.xreplace({x: k}) - closed.xreplace({x: k - 1}))
    value = closed.xreplace({x: length + shift}) - closed.xreplace({x: sp.S.Zero})
    return sp.Sum(term, (k, 1, length + shift)), value


def telescoped_product(random: Random) -> Case:
    """Π F(k)/F(k − 1) of a random F."""
    x, s = sp.Dummy("x"), random.randint(1, 3)
    closed = random.choice([x + s, (x + s) * c**x, sp.factorial(x) * (x + s), (x + s) / (x + s + 1)])
    term = sp.simplify(closed.xreplace({x: k}) / closed.xreplace({x: k - 1}))
    length = random.choice([n, m])
    return sp.Product(term, (k, 1, length)), closed.xreplace({x: length}) / closed.xreplace({x: sp.S.Zero})


def linear(random: Random) -> Case:
    """Σ (s·w_k + t·u_k + d) against the sums apart."""
    s, t = (rational(random) * letter for letter in (a, b))
    low = random.randint(0, 2)
    both = sp.Sum(s * w[k] + t * u[k] + r, (k, low, n + low))
    value = s * sp.Sum(w[k], (k, low, n + low)) + t * sp.Sum(u[k], (k, low, n + low)) + (n + 1) * r
    return both, value


def split(random: Random) -> Case:
    """The first or the last terms by themselves, the index moved or turned."""
    moved, low = random.randint(1, 3), random.randint(0, 2)
    whole = sp.Sum(a * w[k] ** 2, (k, low, q + low))
    value = random.choice(
        [
            sp.Sum(a * w[k] ** 2, (k, low + 1, q + low)) + a * w[low] ** 2,
            sp.Sum(a * w[k] ** 2, (k, low, q + low - 1)) + a * w[q + low] ** 2,
            sp.Sum(a * w[k + moved] ** 2, (k, low - moved, q + low - moved)),
            sp.Sum(a * w[q + 2 * low - k] ** 2, (k, low, q + low)),
        ]
    )
    return whole, value


def fixed_length(random: Random) -> Case:
    low, count = random.randint(-3, 3), random.randint(0, 6)
    places = range(low, low + count)
    if random.random() < 0.5:
        total = sum((a * w[i] + i * r for i in places), sp.S.Zero)
        return sp.Sum(a * w[k] + k * r, (k, low, low + count - 1)), total
    return sp.Product(a + w[k], (k, low, low + count - 1)), sp.Mul(*(a + w[i] for i in places))


def binomial(random: Random) -> Case:
    """E of a binomial law with odds c, by its generating function."""
    power, t = random.randint(0, 2), sp.Dummy("t")
    value = (1 + c * sp.exp(t)) ** n
    for _ in range(power):
        value = sp.diff(value, t)
    return sp.Sum(k**power * c**k * sp.binomial(n, k), (k, 0, n)), value.subs(t, 0)


MAKERS: tuple[Callable[[Random], Case], ...] = (
    telescoped,
    telescoped_product,
    linear,
    split,
    fixed_length,
    binomial,
)


def altered(value: sp.Expr, random: Random) -> sp.Expr:
    """False for some length: off by a number, or only beyond the first lengths."""
    late = sp.Mul(*(n - i for i in range(1, random.randint(2, 9))))
    return value + rational(random) * random.choice([1, sp.Rational(1, 10**6), late, late])


@pytest.mark.parametrize("maker", MAKERS)
def test_sums_that_are_known_by_construction_are_decided_and_altered_ones_are_not(
    maker: Callable[[Random], Case],
) -> None:
    assert_told_apart(lambda statement: decide(statement, SETS), maker, 52, 10, altered)


TRUE = [
    (sp.Sum(k**3, (k, 1, n)), sp.Sum(k, (k, 1, n)) ** 2),
    (sp.Sum(r**k, (k, 0, m)), (1 - r ** (m + 1)) / (1 - r)),
    (sp.Product(r, (k, 1, m)), r**m),
    (sp.Product(r * w[k], (k, 1, n)), r**n * sp.Product(w[k], (k, 1, n))),
    (sp.Product(sp.exp(a * k), (k, 1, n)), sp.exp(a * n * (n + 1) / 2)),
    (sp.Product(1 - 1 / k**2, (k, 2, n)), (n + 1) / (2 * n)),
    (sp.Product(w[k] / w[k - 1], (k, 1, n)), w[n] / w[0]),
    (sp.log(sp.Product(sp.exp(w[k]), (k, 1, n))), sp.Sum(w[k], (k, 1, n))),
    (sp.Sum(f(k), (k, 1, n)) + f(n + 1), sp.Sum(f(k), (k, 1, n + 1))),
    (sp.Sum(w[j] * u[k], (j, 1, n), (k, 1, n)), sp.Sum(w[k], (k, 1, n)) * sp.Sum(u[j], (j, 1, n))),
    (
        sp.Sum((w[j] + a) ** 2, (j, 1, n)),
        sp.Sum(w[j] ** 2, (j, 1, n)) + 2 * a * sp.Sum(w[j], (j, 1, n)) + n * a**2,
    ),
    (
        sp.Sum(k * c**k * sp.binomial(n, k), (k, 0, n)) / sp.Sum(c**k * sp.binomial(n, k), (k, 0, n)),
        c * n / (1 + c),
    ),
    (sp.Product(w[j], (j, m + 1, m + n + 1)), w[m + 1] * sp.Product(w[j], (j, m + 2, m + n + 1))),
    (sp.Sum(w[k], (k, 5, n)), sp.Sum(w[k], (k, 1, n)) - w[1] - w[2] - w[3] - w[4]),  # Karr's, where n < 4
]


@pytest.mark.parametrize(("total", "value"), TRUE, ids=str)
def test_sums_of_the_book_and_their_like(total: sp.Expr, value: sp.Expr) -> None:
    assert decide(equation(total, value), SETS)
    assert decide(equation(value, total), SETS)
    assert decide(equation(total, value + sp.Rational(1, 10**9)), SETS) is None


FALSE = {
    "one term too few": (sp.Sum(k, (k, 1, n)), n * (n - 1) / 2),
    "one power too few": (sp.Sum(r**k, (k, 0, n)), (1 - r**n) / (1 - r)),
    "one term more": (sp.Sum(w[k], (k, 1, n)), sp.Sum(w[k], (k, 0, n))),
    "right for the first eleven": (sp.Sum(sp.sign(k - 12), (k, 1, n)), -n),
    "another entry": (sp.Sum(w[k], (k, 1, n + 1)), sp.Sum(w[k], (k, 1, n)) + w[n]),
    "another base": (sp.Sum(w[k], (k, 1, n)), sp.Sum(u[k], (k, 1, n))),
    "another function": (sp.Sum(f(k), (k, 1, n)), sp.Sum(sp.Function("g")(k), (k, 1, n))),
    "the sum of products": (
        sp.Sum(w[k] * u[k], (k, 1, n)),
        sp.Sum(w[k], (k, 1, n)) * sp.Sum(u[k], (k, 1, n)),
    ),
    "the product of sums": (
        sp.Product(w[k] + u[k], (k, 1, n)),
        sp.Product(w[k], (k, 1, n)) + sp.Product(u[k], (k, 1, n)),
    ),
    "a factor counted once": (sp.Product(r * w[k], (k, 1, n)), r * sp.Product(w[k], (k, 1, n))),
    "a first case left out": (sp.Product(r, (k, 1, m)), r * sp.Product(r, (k, 1, m))),
    "0 to the 0": (sp.Sum(r**k, (k, 0, m)), sp.Sum(r**k, (k, 1, m))),
    "a step that holds, from a false start": (sp.Sum(k, (k, 1, n)), n * (n + 1) / 2 + 1),
    "a start that holds, at n = 0 it does not": (sp.Sum(1, (k, 0, m)), m),
    "a closed form with a pole in between": (
        sp.Sum(0 * k + w[k] - w[k], (k, 1, n)) + sp.Sum(k, (k, 1, n)),
        n * (n + 1) / 2 + sp.Abs(n - 5) / (n - 5) + 1,
    ),
    "no end": (sp.Sum(1 / k**2, (k, 1, sp.oo)), sp.pi**2 / 6 + 1),
    "ends that are not whole": (sp.Sum(1, (k, 1, a)), a),
    "a letter without a set": (sp.Sum(sp.Symbol("t"), (k, 1, n)), n * sp.Symbol("t")),
    "an index that is free outside": (sp.Sum(k, (k, 1, n)), k * n),
    "the indices exchanged": (
        sp.Sum(w[j] * k, (j, 1, n), (k, 1, n)),
        sp.Sum(j * w[k], (j, 1, n + 1), (k, 1, n)),
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_or_cannot_be_told_is_left_open(name: str) -> None:
    total, value = FALSE[name]
    assert decide(equation(total, sp.sympify(value)), SETS) is None


def test_a_letter_ranges_over_its_set_only() -> None:
    """Σ |w_k| is Σ w_k for positive entries, and a length that starts at 0 has one case more."""
    statement = equation(sp.Sum(sp.Abs(w[k]), (k, 1, n)), sp.Sum(w[k], (k, 1, n)))
    assert decide(statement, {n: sp.S.Naturals, w: POSITIVE})
    assert decide(statement, {n: sp.S.Naturals, w: sp.S.Reals}) is None
    length = equation(sp.Product(r, (k, 1, n)) * r / r**n, sp.Product(r, (k, 1, 1)))
    assert decide(length, {n: sp.S.Naturals0, r: sp.S.Reals})
    assert decide(equation(sp.Sum(k, (k, 1, n)), sp.Abs(n) * (n + 1) / 2), {n: sp.S.Integers}) is None


def test_what_is_no_equation_with_a_sum_is_left_open() -> None:
    total = sp.Sum(k, (k, 1, n))
    for statement in (sp.Le(total, n**2, evaluate=False), sp.Eq(a, b, evaluate=False), sp.true, total):
        assert decide(statement, SETS) is None


@pytest.mark.parametrize(("low", "first", "last"), [(1, 1, True), (1, 1, False), (0, 0, True), (2, 1, True)])
def test_the_slope_of_a_sum_in_a_letter_is_told_where_that_is_a_term(
    low: int, first: int, last: bool
) -> None:
    """Of Σ w_k² from ``low`` to m by w_i it is 2 w_i for i from ``low`` to m, and 0 for any other i."""
    slope = sp.Derivative(sp.Sum(w[k] ** 2, (k, low, m)), w[n])
    statement = sp.Eq(slope, 2 * w[n], evaluate=False)
    if last:
        statement = sp.Implies(sp.Le(n, m, evaluate=False), statement, evaluate=False)
    found = decided(statement, {w: sp.S.Reals, m: sp.S.Naturals, n: sp.Range(first, sp.oo)})
    assert bool(found) is (last and first >= low)
