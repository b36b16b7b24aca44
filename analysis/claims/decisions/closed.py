"""Relations between numbers: by balls that hold them, and equations of algebraic numbers by the polynomial of
least degree."""

from __future__ import annotations

import sympy as sp
from flint import arb
from sympy.core.relational import Relational

from analysis.claims.arithmetic import FUNCTIONS
from analysis.claims.decisions.letters import Sets
from analysis.claims.meaning import value
from analysis.claims.world import World, ball, precision

BITS = (128, 512, 2048)


def decide(statement: sp.Basic, sets: Sets) -> str | None:
    """How a relation between two closed expressions was found to hold; None if it was not."""
    if not isinstance(statement, Relational) or not all(_closed(side) for side in statement.args):
        return None
    if isinstance(statement, sp.Eq):
        return _equal(*statement.args)
    for bits in BITS:
        try:
            with precision(bits):
                left, right = (ball(value(side, World({}))) for side in statement.args)
                if _apart(statement, left, right):
                    return "the two numbers, enclosed in balls, are apart"
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return None
    return None


def _closed(e: sp.Basic) -> bool:
    """Whether the expression is put together from numbers and functions that balls know."""
    if not isinstance(e, sp.Expr) or e.free_symbols or e.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I):
        return False
    known = (sp.Add, sp.Mul, sp.Pow, sp.Number, sp.NumberSymbol)
    return all(isinstance(x, known) or type(x) in FUNCTIONS for x in sp.preorder_traversal(e))


def _apart(statement: sp.Basic, left: arb, right: arb) -> bool:
    if not (left.is_finite() and right.is_finite()):
        return False
    if isinstance(statement, sp.Ne):
        return not left.overlaps(right)
    smaller, larger = (left, right) if isinstance(statement, sp.Lt | sp.Le) else (right, left)
    exact = not isinstance(statement, sp.Lt | sp.Gt) and smaller.is_exact() and larger.is_exact()
    return bool(smaller < larger) or bool(exact and smaller == larger)


def _equal(left: sp.Expr, right: sp.Expr) -> str | None:
    gap = left - right
    if not gap.is_algebraic or gap.count_ops() > 60:
        return None
    x = sp.Dummy("x")
    try:
        least = sp.minimal_polynomial(gap, x, polys=True)
    except (ArithmeticError, NotImplementedError, TypeError, ValueError):
        return None
    zero = least.degree() == 1 and least.nth(0) == 0
    return "the least polynomial of the difference is x" if zero else None
