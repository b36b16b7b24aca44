"""Statements put together from others are decided part by part, and no false one is."""

from __future__ import annotations

import itertools

import pytest
import sympy as sp

from analysis.claims.decisions.decided import decided

x, y, b, i, m = sp.symbols("x y b i m")
SETS = {x: sp.S.Reals, y: sp.S.Reals, b: sp.FiniteSet(0, 1), i: sp.S.Naturals, m: sp.S.Naturals}


def _no(head, *args):
    return head(*args, evaluate=False)


SQUARE, ABOVE = _no(sp.Ge, x**2, 0), _no(sp.Gt, x, 1)
TRUE = [
    _no(sp.And, SQUARE, _no(sp.Eq, (x + y) ** 2, x**2 + 2 * x * y + y**2)),
    _no(sp.Or, _no(sp.Lt, x, 0), SQUARE),
    _no(sp.Implies, ABOVE, _no(sp.Gt, x**2, 1)),
    _no(sp.Implies, _no(sp.Ge, sp.Abs(x), 2), _no(sp.Ge, x**2, 4)),
    _no(sp.Implies, _no(sp.Lt, sp.Abs(x), 2), _no(sp.Lt, x**2, 4)),
    _no(sp.Implies, _no(sp.Gt, 3, x), _no(sp.Lt, x, 4)),
    _no(sp.Implies, _no(sp.Eq, x, 2 * y), _no(sp.Eq, x**2, 4 * y**2)),
    _no(sp.Implies, _no(sp.Eq, x + y, 1), _no(sp.Eq, x, 1 - y)),
    _no(sp.Implies, _no(sp.And, ABOVE, _no(sp.Lt, x, 0)), _no(sp.Eq, x, 5)),
    _no(sp.Equivalent, SQUARE, _no(sp.Ge, x**2 + 1, 1)),
    _no(sp.Implies, _no(sp.Le, sp.Abs(x), -1), _no(sp.Eq, x, 5)),
    _no(sp.Implies, _no(sp.Ge, sp.Abs(x), -1), SQUARE),
    _no(sp.Implies, _no(sp.Lt, i, m), _no(sp.Le, i + 1, m)),
    _no(sp.Implies, _no(sp.Ge, m, i), _no(sp.Le, i, m)),
    _no(sp.Eq, sp.Tuple(x + y, 1), sp.Tuple(y + x, 1)),
    _no(sp.Eq, b**2, b),
    _no(sp.Implies, _no(sp.Eq, sp.Tuple(x, y), sp.Tuple(1, 2)), _no(sp.Eq, x + y, 3)),
]
FALSE = [
    _no(sp.And, SQUARE, _no(sp.Gt, x**2, 0)),
    _no(sp.Or, _no(sp.Lt, x, 0), _no(sp.Gt, x, 0)),
    _no(sp.Implies, ABOVE, _no(sp.Gt, x**2, 2)),
    _no(sp.Implies, _no(sp.Ge, sp.Abs(x), 2), _no(sp.Gt, x**2, 4)),
    _no(sp.Implies, _no(sp.Le, sp.Abs(x), 2), _no(sp.Lt, x**2, 4)),
    _no(sp.Implies, _no(sp.Gt, 3, x), _no(sp.Lt, x, 2)),
    _no(sp.Implies, _no(sp.Eq, x, 2 * y), _no(sp.Eq, x**2, 2 * y**2)),
    _no(sp.Implies, _no(sp.Eq, x, 1), _no(sp.Eq, sp.Derivative(x**2, x), 1)),
    _no(sp.Implies, _no(sp.Lt, x, sp.oo), _no(sp.Eq, x, 5)),
    _no(sp.Implies, _no(sp.Gt, sp.Abs(x), -1), _no(sp.Eq, x, 5)),
    _no(sp.Implies, _no(sp.Ge, sp.Abs(x), -2), _no(sp.Ge, x, 0)),
    _no(sp.Equivalent, _no(sp.Gt, x, 1), _no(sp.Gt, x**2, 1)),
    _no(sp.Implies, _no(sp.Lt, x, y), _no(sp.Le, x + 1, y)),  # of whole numbers only
    _no(sp.Implies, _no(sp.Lt, i, x), _no(sp.Le, i + 1, x)),
    _no(sp.Implies, _no(sp.Le, i, m), _no(sp.Le, i + 1, m)),
    _no(sp.Implies, _no(sp.Ge, m, i), _no(sp.Lt, i, m)),
    _no(sp.Eq, sp.Tuple(x, 1), sp.Tuple(x, 2)),
    _no(sp.Eq, sp.Tuple(x, 1), sp.Tuple(x, 1, 1)),
    _no(sp.Eq, b**2, 1),
    _no(sp.Ne, b, 1),
    sp.Symbol("p"),
]


@pytest.mark.parametrize("statement", TRUE, ids=str)
def test_true_ones_are_decided(statement):
    assert decided(statement, SETS)


@pytest.mark.parametrize("statement", FALSE, ids=str)
def test_false_ones_are_not(statement):
    assert decided(statement, SETS) is None


def test_what_holds_of_whole_or_single_numbers_says_nothing_of_a_slope():
    """sin πn is 0 for whole n, and sin x where x is 0; the slopes there are π cos πn and 1."""
    entry, total = sp.IndexedBase("u")[i], sp.Sum(sp.Derivative(sp.sin(sp.pi * y), y), (y, 1, m))
    whole = [sp.S.Integers, sp.S.Naturals, sp.Range(0, sp.oo), sp.FiniteSet(0, 1), sp.FiniteSet(3)]
    for letter, over in itertools.product((x, entry), whole):
        sets = {**SETS, letter: over, entry.base: over}
        slope = sp.Derivative(sp.sin(sp.pi * letter), letter)
        assert decided(_no(sp.Eq, slope, 0), sets) is None, (letter, over)
        assert decided(_no(sp.Eq, sp.Sum(y, (y, 1, m)) * slope, 0), sets) is None, (letter, over)
        if over != sp.FiniteSet(3):
            assert decided(_no(sp.Eq, sp.Derivative(letter**2, letter), 2 * letter), sets), (letter, over)
    assert decided(_no(sp.Eq, total, 0), SETS) is None
    nothing = _no(sp.Eq, sp.Derivative(sp.sin(x), x), 0)
    assert decided(nothing, {x: sp.FiniteSet(0)}) is None
    here = _no(sp.And, _no(sp.Ge, x, 0), _no(sp.Le, x, 0))
    assert decided(_no(sp.Implies, here, nothing), SETS) is None
    assert decided(_no(sp.Implies, here, _no(sp.Eq, sp.sin(x), x)), SETS)


def test_a_slope_of_an_order_that_is_a_letter_is_not_taken():
    """SymPy would differentiate by the letter too: the first slope of x² is 2x, and not 0."""
    for statement in (
        sp.Derivative(x**2, (x, i)),
        sp.Derivative(sp.exp(i * x), (x, i)),
        sp.Derivative(x, (x, b)),
    ):
        assert decided(_no(sp.Eq, statement, 0), SETS) is None
        assert decided(_no(sp.Le, statement, 0), SETS) is None


KEPT = {"evaluate": False}


def test_a_closed_end_at_which_something_turns_is_asked() -> None:
    """The sign of x is 1 for x > 0, and 0 at 0."""
    for turning, value in ((sp.sign(x), 1), (sp.sign(x) ** 2, 1), (sp.sign(x - 1) * sp.sign(x), 1)):
        high = 5 if turning.has(sp.sign(x - 1)) else 0
        statement = sp.Eq(turning, value, **KEPT)
        assert decided(statement, {x: sp.Interval.open(high, 9)})
    for end in (sp.Interval(0, sp.oo), sp.Interval.Ropen(0, 2), sp.Interval(-1, 0)):
        value = -1 if end.end == 0 else 1
        assert decided(sp.Eq(sp.sign(x), value, **KEPT), {x: end.interior})
        assert decided(sp.Eq(sp.sign(x), value, **KEPT), {x: end}) is None


def test_the_letter_of_an_integral_is_no_counting_letter() -> None:
    """From 0 to x - 1 it is negative where x < 1, while a sum over k from 0 to m - 1 has no term there."""
    t, k = sp.symbols("t k")
    sides = (sp.Integral(sp.Abs(t), (t, 0, x - 1)), sp.Integral(t, (t, 0, x - 1)))
    assert decided(sp.Eq(*sides, **KEPT), {x: sp.Interval.open(0, sp.oo)}) is None
    sums = (sp.Sum(sp.Abs(k), (k, 0, m - 1)), sp.Sum(k, (k, 0, m - 1)))
    assert decided(sp.Eq(*sums, **KEPT), SETS)
