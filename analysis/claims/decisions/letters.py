"""Letters with exactly what their sets warrant, so that SymPy simplifies no more than is true."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits

Sets = Mapping[sp.Basic, sp.Set]
"""Which real numbers a letter, or every entry of an ``IndexedBase``, ranges over."""


def hull(found: sp.Set) -> sp.Interval | None:
    """The smallest interval that holds a set of real numbers; None for one that is empty or not told."""
    if not found.is_subset(sp.S.Reals) or found.is_empty:
        return None
    if isinstance(found, sp.Interval):
        return found
    if found == sp.S.Reals:
        return sp.Interval(-sp.oo, sp.oo)
    low, high = found.inf, found.sup
    open_low, open_high = (found.contains(end) != sp.true for end in (low, high))
    return sp.Interval(low, high, open_low, open_high)


def assumptions(found: sp.Set) -> dict[str, bool] | None:
    """What SymPy may assume of a letter that ranges over this set; None where it may assume nothing."""
    span = hull(found)
    if span is None:
        return None
    known: dict[str, bool] = {"real": True}
    if found.is_subset(sp.S.Integers):
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

    None where a letter has no set, or is free in one place and bound in another. Bound letters know that they
    are real, indices that they are whole, and both whether they start at 0 or above.
    """
    expression = _bound_anew(expression)
    new: dict[sp.Basic, sp.Basic] = {}
    bases = {x.base for x in expression.atoms(sp.Indexed)}
    for base in sorted(bases, key=str):
        known = assumptions(sets[base]) if base in sets else None
        if known is None:
            return None
        new[base] = sp.IndexedBase(sp.Dummy(str(base), **known), **known)
    labels = {base.label for base in bases}
    for letter in sorted(expression.free_symbols, key=str):
        if isinstance(letter, sp.Indexed) or letter in labels or letter in bases:
            continue
        known = assumptions(sets[letter]) if letter in sets else None
        if known is None:
            return None
        new[letter] = sp.Dummy(str(letter), **known)
    letters = {k: v for k, v in new.items() if not isinstance(k, sp.IndexedBase)}
    entries = {x: new[x.base][x.indices] for x in expression.atoms(sp.Indexed)}
    return expression.xreplace(entries).xreplace(letters), new


def _bound_anew(expression: sp.Basic) -> sp.Basic:
    """The letters of sums, products, integrals and limits replaced by letters that are named for how deep
    they stand, so that two that differ in the name of such a letter become one."""
    if not expression.args:
        return expression
    new = expression.func(*(_bound_anew(x) for x in expression.args))
    if isinstance(new, sp.Limit):
        body, letter, *rest = new.args
        name = sp.Symbol(f"_{_height(body)}", real=True)
        return sp.Limit(body.xreplace({letter: name}), name, *rest)
    if not isinstance(new, ExprWithLimits):
        return new
    body, limits, height = new.function, list(new.limits), _height(new.function)
    for place, limit in enumerate(limits):
        name = sp.Symbol(f"_{height + place}", **_within(limit, isinstance(new, sp.Sum | sp.Product)))
        body = body.xreplace({limit[0]: name})
        for later in range(place):
            limits[later] = limits[later].xreplace({limit[0]: name})
        limits[place] = sp.Tuple(name, *limit[1:])
    return new.func(body, *limits)


def _height(expression: sp.Basic) -> int:
    """How many bound letters stand inside one another at most."""
    inner = max((_height(x) for x in expression.args), default=0)
    own = len(expression.limits) if isinstance(expression, ExprWithLimits) else 0
    return inner + own + isinstance(expression, sp.Limit)


def _within(limit: sp.Tuple, whole: bool) -> dict[str, bool]:
    known: dict[str, bool] = {"integer": True} if whole else {"real": True}
    if len(limit) == 3 and limit[1].is_nonnegative:
        known["positive" if limit[1].is_positive else "nonnegative"] = True
    return known
