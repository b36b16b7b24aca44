"""Statements put together from others are decided part by part, and no false one is."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.claims.decisions.decided import decided

x, y, b = sp.symbols("x y b")
SETS = {x: sp.S.Reals, y: sp.S.Reals, b: sp.FiniteSet(0, 1)}


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
    _no(sp.Implies, _no(sp.Ge, sp.Abs(x), -2), _no(sp.Ge, x, 0)),
    _no(sp.Equivalent, _no(sp.Gt, x, 1), _no(sp.Gt, x**2, 1)),
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
