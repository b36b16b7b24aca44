"""Letters with exactly what their sets warrant, so that SymPy simplifies no more than is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

Sets = Mapping[sp.Basic, sp.Set]
"""Which real numbers a letter, or every entry of an ``IndexedBase``, ranges over."""


def within_relations(statement: sp.Basic, change: Callable[[sp.Basic], sp.Basic]) -> sp.Basic:
    """The statement with its sides changed. Relations stay as they are: SymPy would make some of them true or
    false by what it assumes of their letters."""
    if isinstance(statement, Relational | Boolean) and statement.args:
        return statement.func(*(within_relations(x, change) for x in statement.args), evaluate=False)
    return change(statement)


def put(statement: sp.Basic, table: Mapping[Any, Any]) -> sp.Basic:
    """The statement with expressions in place of others; relations stay as they are."""
    return within_relations(statement, lambda x: x.xreplace(table))


def hull(found: sp.Set) -> sp.Interval | None:
    """The smallest interval that holds a set of real numbers; None for one that is empty, a single number or
    not told."""
    if not found.is_subset(sp.S.Reals) or found.is_empty:
        return None
    if isinstance(found, sp.Interval):
        return found
    if found == sp.S.Reals:
        return sp.Interval(-sp.oo, sp.oo)
    low, high = found.inf, found.sup
    if low == high:
        return None
    open_low, open_high = (found.contains(end) != sp.true for end in (low, high))
    return sp.Interval(low, high, open_low, open_high)


def moved_in(e: sp.Basic) -> set[sp.Basic]:
    """The letters by which something in e is differentiated: what holds for one value of them, or for whole
    ones, does not say what derivatives are."""
    return {x for node in e.atoms(sp.Derivative) for x, _ in node.variable_count}


def assumptions(found: sp.Set, moved: bool = False) -> dict[str, bool] | None:
    """What SymPy may assume of a letter that ranges over this set; None where it may assume nothing.

    ``moved``: of one by which something is differentiated. That sin πn is 0 for whole n says nothing of its
    slope.
    """
    span = hull(found)
    if span is None:
        return None
    known: dict[str, bool] = {"real": True}
    if not moved and found.is_subset(sp.S.Integers):
        known["integer"] = True
    if span.inf.is_positive or (span.inf == 0 and span.left_open):
        known["positive"] = True
    elif span.inf == 0:
        known["nonnegative"] = True
    if span.sup.is_negative or (span.sup == 0 and span.right_open):
        known["negative"] = True
    elif span.sup == 0:
        known["nonpositive"] = True
    if found.contains(sp.S.Zero) == sp.false:
        known["nonzero"] = True
    return known


def renamed(expression: sp.Basic, sets: Sets) -> tuple[sp.Basic, dict[sp.Basic, sp.Basic]] | None:
    """The expression in fresh letters that know what their sets warrant, and which stands for which.

    None where a letter has no set, or is free in one place and bound in another, and for products whose order
    counts. Bound letters know that they are real, indices that they are whole, and both whether they start at
    0 or above.
    """
    expression = _bound_anew(expression, signs=False)  # for letters still know what the author assumed
    expression = _opaque(expression, sets)
    if any(x.is_commutative is False for x in sp.preorder_traversal(expression)):
        return None
    new: dict[sp.Basic, sp.Basic] = {}
    moved = {getattr(x, "base", x) for x in moved_in(expression)}
    bases = {x.base for x in expression.atoms(sp.Indexed)}
    for base in sorted(bases, key=str):
        known = assumptions(sets[base], base in moved) if base in sets else None
        if known is None:
            return None
        new[base] = sp.IndexedBase(sp.Dummy(str(base), **known), **known)
    labels = {base.label for base in bases}
    for letter in sorted(expression.free_symbols, key=str):
        if isinstance(letter, sp.Indexed) or letter in labels or letter in bases:
            continue
        if isinstance(letter, sp.Dummy) and letter not in sets:
            continue  # it stands for a function of its own
        known = assumptions(sets[letter], letter in moved) if letter in sets else None
        if known is None:
            return None
        new[letter] = sp.Dummy(str(letter), **known)
    letters = {k: v for k, v in new.items() if not isinstance(k, sp.IndexedBase)}
    entries = {x: new[x.base][x.indices] for x in expression.atoms(sp.Indexed)}
    return _bound_anew(expression.xreplace(entries).xreplace(letters), signs=True), new


def _opaque(expression: sp.Basic, sets: Sets) -> sp.Basic:
    """Functions that SymPy does not know, of letters without a set, as letters of their own: the letters of a
    mean, for instance, which it is taken over."""
    if not expression.args:
        return expression
    if _hides(expression, sets):
        return _letter_for(expression)
    args = [_opaque(x, sets) for x in expression.args]
    if args == list(expression.args):
        return expression
    if isinstance(expression, sp.Derivative | sp.Subs):
        moved = set(expression.variables) if isinstance(expression, sp.Subs) else moved_in(expression)
        if any(moved & x.free_symbols for x in sp.preorder_traversal(expression.expr) if _hides(x, sets)):
            return _letter_for(expression)  # a letter inside would not show what it depends on
    return expression.func(*args)


def _hides(e: sp.Basic, sets: Sets) -> bool:
    return foreign(e) and any(x not in sets and not _bound(x) for x in _symbols(e))


def foreign(e: sp.Basic) -> bool:
    """Whether e is the value of a function that SymPy does not know."""
    return isinstance(e, AppliedUndef) or (
        isinstance(e, sp.Function) and not type(e).__module__.startswith("sympy.")
    )


def _symbols(e: sp.Basic) -> set[sp.Basic]:
    labels = {x.base.label for x in e.atoms(sp.Indexed)} | {x.base for x in e.atoms(sp.Indexed)}
    return {x for x in e.free_symbols if not isinstance(x, sp.Indexed)} - labels


def _bound(x: sp.Basic) -> bool:
    return str(x).startswith("_")


@cache
def _letter_for(expression: sp.Basic) -> sp.Expr:
    """A letter; a function of the letters that are bound around it, where there are any."""
    bound = sorted((x for x in expression.free_symbols if _bound(x)), key=str)
    commutes = expression.is_commutative is not False
    letter = sp.Dummy("x", commutative=commutes)
    return sp.Function(f"x{letter.dummy_index}", commutative=commutes)(*bound) if bound else letter


def _bound_anew(expression: sp.Basic, signs: bool) -> sp.Basic:
    """The letters of sums, products, integrals, limits and substitutions replaced by letters that are named
    for how deep they stand, so that two that differ in the name of such a letter become one. With ``signs``
    they know whether all their values have one."""
    if not expression.args:
        return expression
    new = expression.func(*(_bound_anew(x, signs) for x in expression.args))
    if isinstance(new, sp.Limit):
        body, letter, *rest = new.args
        name = sp.Symbol(f"_{_height(body)}", real=True)
        return sp.Limit(body.xreplace({letter: name}), name, *rest)
    if isinstance(new, sp.Subs):
        names = [sp.Symbol(f"_{_height(new.expr) + k}", real=True) for k in range(len(new.variables))]
        return sp.Subs(new.expr.xreplace(dict(zip(new.variables, names, strict=True))), names, new.point)
    if not isinstance(new, ExprWithLimits):
        return new
    body, limits, height = new.function, list(new.limits), _height(new.function)
    counted = isinstance(new, sp.Sum | sp.Product)
    for place, limit in enumerate(limits):
        whole = counted and limit[0] not in moved_in(body)
        name = sp.Symbol(f"_{height + place}", **_within(limit, whole, signs))
        body = body.xreplace({limit[0]: name})
        for later in range(place):
            limits[later] = limits[later].xreplace({limit[0]: name})
        limits[place] = sp.Tuple(name, *limit[1:])
    return new.func(body, *limits)


def _height(expression: sp.Basic) -> int:
    """How many bound letters stand inside one another at most."""
    inner = max((_height(x) for x in expression.args), default=0)
    own = len(expression.limits) if isinstance(expression, ExprWithLimits) else 0
    own += len(expression.variables) if isinstance(expression, sp.Subs) else 0
    return inner + own + isinstance(expression, sp.Limit)


def _within(limit: sp.Tuple, whole: bool, signs: bool) -> dict[str, bool]:
    """What is known of a letter between two ends, of which either may be the larger: where the upper end of
    a sum is the smaller one, its index runs over the numbers in between."""
    known: dict[str, bool] = {"integer": True} if whole else {"real": True}
    if signs and len(limit) == 3:
        low, high = limit[1], limit[2] + 1 if whole else limit[2]
        if low.is_extended_positive and high.is_extended_positive:
            known["positive"] = True
        elif low.is_extended_nonnegative and high.is_extended_nonnegative:
            known["nonnegative"] = True
    return known
