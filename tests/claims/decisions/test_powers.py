"""Powers x^n of numbers that may be 0, n = 0, 1, …: never below 0, and nothing more is told."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.claims.decisions.signs import decide

x, y, n, t, k = sp.symbols("x y n t k")
SETS = {
    x: sp.Interval.Ropen(0, 1),
    y: sp.Interval(0, sp.oo),
    n: sp.Range(0, sp.oo),
    t: sp.S.Reals,
    k: sp.S.Integers,
}


@pytest.mark.parametrize(
    "true",
    [
        sp.Ge(x**n, 0, evaluate=False),
        sp.Ge(y ** (2 * n + 3), 0, evaluate=False),
        sp.Le(x**n * sp.Min(x, 2), 2 * x**n, evaluate=False),
        sp.Lt(-(y**n), 1, evaluate=False),
        sp.Ge(y * x ** (n + 1) / (1 - x), 0, evaluate=False),
        sp.Ge(t**2 * y**n, -t * y**n - y**n, evaluate=False),
    ],
    ids=str,
)
def test_a_power_is_not_negative(true):
    assert decide(true, SETS)


@pytest.mark.parametrize(
    "false",
    [
        sp.Gt(x**n, 0, evaluate=False),
        sp.Le(y**n, 1, evaluate=False),
        sp.Ge(y**n, y, evaluate=False),
        sp.Ge(t**n, 0, evaluate=False),
        sp.Ge((x - 1) ** n, 0, evaluate=False),
        sp.Ne(x**n, 0, evaluate=False),
        sp.Ge(t * x**n, 0, evaluate=False),
        sp.Le(y ** (n + 1), y**n, evaluate=False),
    ],
    ids=str,
)
def test_no_more_is_told(false):
    assert decide(false, SETS) is None


@pytest.mark.parametrize("exponent", [n - 1, n / 2, -n, t], ids=str)
def test_an_exponent_that_is_not_whole_or_below_0_gives_no_sign(exponent):
    """0^(−1) and 0^t for t < 0 have no value; a root of 0 has one, but is not read here."""
    assert decide(sp.Ge(y**exponent, 0, evaluate=False), SETS) is None


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        (sp.Ge(sp.binomial(n, k), 0, evaluate=False), True),
        (sp.Ge(y**n * sp.binomial(n, k), -1, evaluate=False), True),
        (sp.Gt(sp.binomial(n, k), 0, evaluate=False), False),
        (sp.Ge(sp.binomial(n, k), 1, evaluate=False), False),
        (sp.Ge(sp.binomial(k, n), 0, evaluate=False), False),
        (sp.Ge(sp.binomial(t, n), 0, evaluate=False), False),
        (sp.Ge(sp.binomial(n, y), 0, evaluate=False), False),
    ],
    ids=str,
)
def test_a_binomial_coefficient_counts_where_its_upper_number_does(statement, wanted):
    assert bool(decide(statement, SETS)) is wanted
