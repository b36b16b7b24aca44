"""Statements compared by order only; what follows from a theorem, what contradicts it, and what does
neither."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.claims.compare import contradicts, follows, same
from analysis.symbolic.display import plus, times

x, y, z = sp.symbols("x y z", real=True)


def _no(head: type, *args: object) -> sp.Basic:
    return head(*args, evaluate=False)


LESS = _no(sp.Lt, x * y, 3)
AT_MOST = _no(sp.Le, x * y, 3)
EQUAL = _no(sp.Eq, x * y, y + 3)
IMPLIED = _no(sp.Implies, _no(sp.Gt, z, 0), AT_MOST)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (_no(sp.Eq, x + y, z), _no(sp.Eq, z, y + x)),
        (_no(sp.Ge, x, y), _no(sp.Le, y, x)),
        (_no(sp.Gt, times(x, y), 1), _no(sp.Lt, 1, times(y, x))),
        (plus(x, plus(y, z)), plus(z, y, x)),
        (_no(sp.And, LESS, EQUAL), _no(sp.And, EQUAL, LESS)),
    ],
)
def test_the_same_up_to_order(a: sp.Basic, b: sp.Basic) -> None:
    assert same(a, b) and same(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (_no(sp.Eq, x + y, z), _no(sp.Eq, x - y, z)),
        (_no(sp.Le, x, y), _no(sp.Lt, x, y)),
        (_no(sp.Le, x, y), _no(sp.Le, y, x)),
        (x**y, y**x),
        (x - y, y - x),
        (x**2 - 1, (x - 1) * (x + 1)),
        (sp.Integer(1), sp.Float("1.0")),
        (sp.Function("f")(x), sp.Function("g")(x)),
        (_no(sp.Implies, LESS, EQUAL), _no(sp.Implies, EQUAL, LESS)),
    ],
)
def test_not_the_same_and_nothing_is_simplified(a: sp.Basic, b: sp.Basic) -> None:
    assert not same(a, b)


@pytest.mark.parametrize(
    ("theorem", "statement"),
    [
        (LESS, AT_MOST),
        (LESS, _no(sp.Lt, x * y, 4)),
        (AT_MOST, _no(sp.Le, x * y, sp.pi)),
        (AT_MOST, _no(sp.Lt, x * y, 4)),
        (AT_MOST, _no(sp.Ge, 3, y * x)),
        (EQUAL, _no(sp.Le, x * y, y + 3)),
        (IMPLIED, _no(sp.Implies, _no(sp.Gt, z, 0), _no(sp.Le, x * y, 5))),
        (_no(sp.Ge, x, -2), _no(sp.Ge, x, -3)),
        (_no(sp.And, LESS, EQUAL), LESS),
        (_no(sp.Lt, x, y), _no(sp.Le, x, y)),
        (_no(sp.Or, LESS, EQUAL), _no(sp.Or, EQUAL, LESS)),
    ],
)
def test_a_weaker_form_follows(theorem: sp.Basic, statement: sp.Basic) -> None:
    assert follows(theorem, statement) and not contradicts(theorem, statement)


@pytest.mark.parametrize(
    ("theorem", "statement"),
    [
        (AT_MOST, LESS),
        (LESS, _no(sp.Lt, x * y, 2)),
        (AT_MOST, _no(sp.Lt, x * y, 3)),
        (AT_MOST, _no(sp.Le, y * y, 4)),
        (AT_MOST, _no(sp.Ge, x * y, 2)),
        (EQUAL, _no(sp.Lt, x * y, y + 4)),
        (IMPLIED, AT_MOST),
        (IMPLIED, _no(sp.Implies, _no(sp.Gt, z, -1), AT_MOST)),
        (_no(sp.Ge, x, -2), _no(sp.Ge, x, -1)),
        (_no(sp.Ge, x, -2), _no(sp.Ge, y, -3)),
        (LESS, _no(sp.And, LESS, EQUAL)),
        (AT_MOST, _no(sp.Le, x * y, z)),
        (AT_MOST, _no(sp.Le, x * y, z + 9)),
        (AT_MOST, _no(sp.Le, x * y, sp.I)),
        (_no(sp.Le, x, y), _no(sp.Lt, x, y)),
        (_no(sp.Or, LESS, EQUAL), _no(sp.Implies, LESS, EQUAL)),
        (_no(sp.Implies, LESS, EQUAL), _no(sp.And, LESS, EQUAL)),
        (_no(sp.Implies, LESS, EQUAL), _no(sp.Equivalent, LESS, EQUAL)),
        (EQUAL, _no(sp.Lt, x * y, y + 3)),
        (EQUAL, _no(sp.Ne, x * y, y + 3)),
    ],
)
def test_a_stronger_or_another_form_does_not_follow(theorem: sp.Basic, statement: sp.Basic) -> None:
    assert not follows(theorem, statement)


@pytest.mark.parametrize(
    ("theorem", "statement", "contrary"),
    [
        (EQUAL, _no(sp.Ne, x * y, y + 3), True),
        (EQUAL, _no(sp.Gt, y + 3, x * y), True),
        (LESS, _no(sp.Ge, x * y, 3), True),
        (LESS, _no(sp.Eq, 3, x * y), True),
        (AT_MOST, _no(sp.Gt, x * y, 3), True),
        (AT_MOST, _no(sp.Ge, x * y, 3), False),
        (AT_MOST, _no(sp.Eq, x * y, 3), False),
        (IMPLIED, _no(sp.Implies, _no(sp.Gt, z, 0), _no(sp.Gt, x * y, 3)), True),
        (IMPLIED, _no(sp.Implies, _no(sp.Gt, z, 1), _no(sp.Gt, x * y, 3)), False),
        (LESS, _no(sp.Not, LESS), True),
        (_no(sp.Ne, x, y), _no(sp.Lt, x, y), False),
        (_no(sp.Ne, x, y), _no(sp.Ne, x, y), False),
        (AT_MOST, _no(sp.Not, LESS), False),
        (_no(sp.Lt, x, y), _no(sp.Lt, y, z), False),
        (_no(sp.Lt, x, y), _no(sp.Lt, z, x), False),
        (_no(sp.Or, LESS, EQUAL), _no(sp.Implies, LESS, _no(sp.Ne, x * y, y + 3)), False),
        (_no(sp.Implies, LESS, EQUAL), _no(sp.Or, LESS, _no(sp.Ne, x * y, y + 3)), False),
        (EQUAL, _no(sp.Le, x * y, y + 3), False),
        (EQUAL, _no(sp.Lt, x * y, y), False),
    ],
)
def test_what_a_theorem_rules_out(theorem: sp.Basic, statement: sp.Basic, contrary: bool) -> None:
    assert contradicts(theorem, statement) is contrary


def test_what_denies_a_part_of_a_theorem_contradicts_it() -> None:
    a, b = sp.symbols("a b", real=True)
    first, second = sp.Eq(a, b, evaluate=False), sp.Lt(a, 2, evaluate=False)
    theorem = sp.And(first, second, evaluate=False)
    assert contradicts(theorem, sp.Ne(a, b, evaluate=False))
    assert contradicts(theorem, sp.Ge(a, 2, evaluate=False))
    assert contradicts(theorem, sp.Not(theorem, evaluate=False))
    assert not contradicts(theorem, sp.Ge(a, 1, evaluate=False))
    assert not contradicts(theorem, first)
