"""Statements compared as trees: the same up to order, following from a theorem, contradicting one. Nothing
is simplified or rebuilt."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from analysis.symbolic.display import plus, times

Key = tuple[Any, ...]
_TURNED = {sp.Ge: sp.Le, sp.Gt: sp.Lt}


def key(e: sp.Basic) -> Key:
    """Equal for two trees that differ in the order of sums, products, equations and conjunctions, or in ≥
    written as ≤.

    Factors that do not commute, matrices for instance, keep their order.
    """
    if isinstance(e, sp.Ge | sp.Gt):
        return (_TURNED[type(e)].__name__, key(e.rhs), key(e.lhs))
    if isinstance(e, sp.Le | sp.Lt):
        return (type(e).__name__, key(e.lhs), key(e.rhs))
    if isinstance(e, sp.Add | plus):
        return ("sum", *sorted((key(x) for x in _flat(e, (sp.Add, plus))), key=repr))
    if isinstance(e, sp.Mul | times):
        factors = _flat(e, (sp.Mul, times))
        numbers = sorted((key(x) for x in factors if x.is_commutative is not False), key=repr)
        return ("product", *numbers, *(key(x) for x in factors if x.is_commutative is False))
    if isinstance(e, sp.Eq | sp.Ne | sp.And | sp.Or | sp.Equivalent | sp.Min | sp.Max):
        return (type(e).__name__, *sorted((key(x) for x in e.args), key=repr))
    if not e.args:
        return (type(e).__name__, sp.srepr(e))
    return (type(e).__name__, str(e.func), *(key(x) for x in e.args))


def _flat(e: sp.Basic, kinds: tuple[type, ...]) -> list[sp.Basic]:
    return [y for x in e.args for y in (_flat(x, kinds) if isinstance(x, kinds) else [x])]


def same(a: sp.Basic, b: sp.Basic) -> bool:
    """Whether two statements are the same, compared by order only."""
    return a == b or key(a) == key(b)


def sides(statement: sp.Basic) -> tuple[sp.Basic, sp.Basic, bool] | None:
    """(smaller side, larger side, strict) of an inequality; None of any other statement."""
    if isinstance(statement, sp.Lt | sp.Le):
        return statement.lhs, statement.rhs, isinstance(statement, sp.Lt)
    if isinstance(statement, sp.Gt | sp.Ge):
        return statement.rhs, statement.lhs, isinstance(statement, sp.Gt)
    return None


def _number(e: sp.Basic) -> sp.Expr | None:
    return e if isinstance(e, sp.Expr) and not e.free_symbols and e.is_number and e.is_real else None


def follows(theorem: sp.Basic, statement: sp.Basic) -> bool:
    """A weaker variant: the same premise and sides, a worse number, or ≤ for <."""
    if isinstance(theorem, sp.Implies) and isinstance(statement, sp.Implies):
        return same(theorem.args[0], statement.args[0]) and follows(theorem.args[1], statement.args[1])
    if isinstance(theorem, sp.And):
        parts = statement.args if isinstance(statement, sp.And) else (statement,)
        return all(any(follows(x, y) for x in theorem.args) for y in parts)
    if same(theorem, statement):
        return True
    if isinstance(theorem, sp.Eq) and isinstance(statement, sp.Le | sp.Ge):
        return same(theorem, sp.Eq(*statement.args, evaluate=False))
    known, asked = sides(theorem), sides(statement)
    if known is None or asked is None:
        return False
    (a, b, strict), (c, d, asks_strict) = known, asked
    if same(a, c) and same(b, d):
        return strict or not asks_strict
    if same(a, c):
        return _at_most(b, d, strictly=asks_strict and not strict)
    return same(b, d) and _at_most(c, a, strictly=asks_strict and not strict)


def _at_most(a: sp.Basic, b: sp.Basic, strictly: bool) -> bool:
    p, q = _number(a), _number(b)
    if p is None or q is None:
        return False
    gap = sp.N(q - p, 30, maxn=200)
    return bool(gap > sp.Float("1e-25") * (1 + abs(sp.N(q)))) or (p == q and not strictly)


def contradicts(theorem: sp.Basic, statement: sp.Basic) -> bool:
    """The negation of a theorem, or its sides in an order that it rules out."""
    if isinstance(theorem, sp.And):  # each of its parts is a theorem
        denied = isinstance(statement, sp.Not) and same(theorem, statement.args[0])
        return denied or any(contradicts(part, statement) for part in theorem.args)
    if isinstance(theorem, sp.Implies) and isinstance(statement, sp.Implies):
        return same(theorem.args[0], statement.args[0]) and contradicts(theorem.args[1], statement.args[1])
    if not (isinstance(theorem, Relational) and isinstance(statement, Relational)):
        return isinstance(statement, sp.Not) and same(theorem, statement.args[0])
    if isinstance(theorem, sp.Eq):
        strict = isinstance(statement, sp.Ne | sp.Lt | sp.Gt)
        return strict and same(theorem, sp.Eq(*statement.args, evaluate=False))
    known, asked = sides(theorem), sides(statement)
    if known is None:
        return False
    a, b, strict = known
    if asked is None:
        return strict and isinstance(statement, sp.Eq) and same(statement, sp.Eq(a, b, evaluate=False))
    c, d, asks_strict = asked
    return same(a, d) and same(b, c) and (strict or asks_strict)
