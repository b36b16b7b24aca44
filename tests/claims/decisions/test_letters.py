"""Bound letters know a sign only where all their values have it."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.claims.decisions.identities import decide
from analysis.claims.decisions.letters import hull

x, b, k, n = sp.symbols("x b k n")
assumed = sp.Symbol("a", positive=True)
SETS = {b: sp.S.Reals, assumed: sp.S.Reals, n: sp.S.Integers}
ENDS = {
    "the upper one is the smaller": (sp.Integral, (x, 1, -3)),
    "a letter that may be negative": (sp.Integral, (x, 1, b)),
    "a letter that only its author calls positive": (sp.Integral, (x, assumed, 2)),
    "a sum that runs backwards": (sp.Sum, (k, 1, n)),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_absolute_value_is_kept_where_a_bound_letter_may_be_negative(name: str) -> None:
    kind, limit = ENDS[name]
    statement = sp.Eq(kind(sp.Abs(limit[0]), limit), kind(limit[0], limit), evaluate=False)
    assert decide(statement, SETS) is None


@pytest.mark.parametrize(
    "limit", [(x, 1, sp.oo), (x, 0, 3), (x, 3, 1), (k, 1, n), (k, 1, n - 1), (k, 0, n)], ids=str
)
def test_and_falls_away_where_it_may_not(limit: tuple[sp.Symbol, sp.Expr, sp.Expr]) -> None:
    kind = sp.Sum if limit[0] == k else sp.Integral
    statement = sp.Eq(kind(sp.Abs(limit[0]), limit), kind(limit[0], limit), evaluate=False)
    assert decide(statement, {n: sp.S.Naturals})


@pytest.mark.parametrize(
    ("found", "span"),
    [
        (sp.FiniteSet(1, 3), sp.Interval(1, 3)),
        (sp.Range(2, 7), sp.Interval(2, 6)),
        (sp.Range(2, sp.oo), sp.Interval(2, sp.oo)),
        (sp.Union(sp.Interval.open(0, 1), sp.Interval.Ropen(2, 3)), sp.Interval.open(0, 3)),
        (sp.Union(sp.Interval.Lopen(0, 1), sp.Interval(2, 3)), sp.Interval.Lopen(0, 3)),
        (sp.Interval.open(0, 1), sp.Interval.open(0, 1)),
        (sp.S.Reals, sp.Interval(-sp.oo, sp.oo)),
        (sp.S.EmptySet, None),
        (sp.FiniteSet(0), None),
        (sp.FiniteSet(3), None),
        (sp.S.Complexes, None),
    ],
    ids=str,
)
def test_the_smallest_interval_has_the_ends_that_the_set_has(found: sp.Set, span: sp.Interval | None) -> None:
    assert hull(found) == span
