"""Sums parted at one place, for all lengths: a sum whose upper end lies below its lower one is what lies
between, taken away."""

from __future__ import annotations

from random import Random

import pytest
import sympy as sp

from analysis.claims.decisions.sums import decide

k, n, m, p = sp.symbols("k n m p", integer=True)
w = sp.IndexedBase("w")
SETS = {n: sp.S.Integers, m: sp.S.Naturals, p: sp.S.Naturals0, w: sp.S.Reals}
ENDS = (sp.S.One, n, m, p, sp.S(4))


def total(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    return sp.Sum(w[k] ** 2, (k, low, high))


def chain(random: Random) -> list[tuple[sp.Expr, sp.Expr, int]]:
    """Sums from place to place and back to the first: (low, high, sign), which add up to 0."""
    places = [random.choice(ENDS) + random.randint(-2, 2) for _ in range(random.randint(2, 4))]
    steps = list(zip(places, [*places[1:], places[0]], strict=True))
    return [(b + 1, a, -1) if random.random() < 0.5 else (a + 1, b, 1) for a, b in steps]


def added(parts: list[tuple[sp.Expr, sp.Expr, int]]) -> sp.Eq:
    return sp.Eq(sp.Add(*(sign * total(low, high) for low, high, sign in parts)), 0, evaluate=False)


@pytest.mark.parametrize("seed", range(300))
def test_a_closed_chain_adds_up_to_nothing(seed):
    statement = added(chain(Random(seed)))
    if statement.lhs != 0:
        assert decide(statement, SETS)


@pytest.mark.parametrize("seed", range(300))
def test_an_open_one_does_not(seed):
    random = Random(seed)
    parts = chain(random)
    at = random.randrange(len(parts))
    low, high, sign = parts[at]
    parts[at] = (low, high + random.choice((-1, 1, 2)), sign)
    assert decide(added(parts), SETS) is None


def test_other_terms_are_other_sums():
    one = sp.Sum(w[k], (k, 1, n)) - sp.Sum(w[k], (k, 1, m))
    assert decide(sp.Eq(one, sp.Sum(w[k], (k, m + 1, n)), evaluate=False), SETS)
    assert decide(sp.Eq(one, sp.Sum(w[k] ** 2, (k, m + 1, n)), evaluate=False), SETS) is None
    assert decide(sp.Eq(one, sp.Sum(w[k + 1], (k, m + 1, n)), evaluate=False), SETS) is None
