"""Where expressions in z bend, and their branches in between.

|x|, sign, Min, Max, Heaviside and cases bend where something linear in z is 0. What bends where a curve is 0
stays as it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy as sp

from analysis.claims.decisions.closed_numbers import Untold, sign_of_number
from analysis.symbolic.notation import z

BENT = (sp.Abs, sp.sign, sp.Heaviside, sp.Min, sp.Max, sp.Piecewise)


def pieces(
    sides: tuple[sp.Expr, sp.Expr], a: sp.Expr, b: sp.Expr
) -> Iterator[tuple[sp.Expr, sp.Expr, tuple[sp.Expr, sp.Expr]]]:
    """(a, b) cut where the sides bend, with the branches that hold in between."""
    for x in sorted({x for side in sides for x in _bends(side) if a < x < b}):
        yield from pieces(sides, a, x)
        yield from pieces(sides, x, b)
        return
    chosen = tuple(_branch(side, _inside(a, b)) for side in sides)
    if chosen == sides:
        yield a, b, (sides[0], sides[1])
    else:
        yield from pieces((chosen[0], chosen[1]), a, b)


def _inside(a: sp.Expr, b: sp.Expr) -> sp.Rational:
    if a == -sp.oo:
        return sp.S.Zero if b == sp.oo else b - 1
    return a + 1 if b == sp.oo else (a + b) / 2


def _turners(e: sp.Expr) -> Iterator[sp.Expr]:
    """What decides by its sign on which branch a bent function is."""
    if isinstance(e, sp.Abs | sp.sign | sp.Heaviside):
        yield e.args[0]
    elif isinstance(e, sp.Min | sp.Max):
        yield from (x - y for x, y in itertools.combinations(e.args, 2))
    elif isinstance(e, sp.Piecewise):
        for _, condition in e.args:
            yield from (r.lhs - r.rhs for r in condition.atoms(sp.core.relational.Relational))


def _root_of_line(e: sp.Expr) -> sp.Expr | None:
    """Where a·z + b is 0, a ≠ 0; None for anything else. Raises Untold for an irrational one."""
    if not e.is_polynomial(z) or sp.degree(e, z) != 1:
        return None
    x = sp.solve(e, z)[0]
    if not x.is_Rational:
        raise Untold("a bend at a number that is not rational")
    return x


def _bends(e: sp.Expr) -> set[sp.Expr]:
    roots = (_root_of_line(t) for f in e.atoms(*BENT) for t in _turners(f))
    return {x for x in roots if x is not None}


def _is_line(e: sp.Expr) -> bool:
    return e.is_polynomial(z) and sp.degree(e, z) <= 1 if e.has(z) else True


def _branch(e: sp.Expr, x: sp.Rational) -> sp.Expr:
    """``e`` with the branch of each bent function that holds at x, where lines decide; the others stay."""
    if not e.args or not e.has(*BENT):
        return e
    if isinstance(e, sp.Piecewise):
        for value, condition in e.args:
            holds = _condition(condition, x)
            if holds is None:
                inner = [(_branch(v, x), _branch_in(c, x)) for v, c in e.args]
                return sp.Piecewise(*inner, evaluate=False)
            if holds:
                return _branch(value, x)
        raise Untold("no case holds")
    args = [_branch(y, x) for y in e.args]
    if isinstance(e, sp.Abs | sp.sign | sp.Heaviside) and _is_line(args[0]):
        sign = sign_of_number(args[0].subs(z, x))
        if sign or not args[0].has(z):
            return {sp.Abs: sign * args[0], sp.sign: sp.Integer(sign)}.get(
                type(e), sp.Integer((1 + sign) // 2)
            )
    if isinstance(e, sp.Min | sp.Max) and all(_is_line(p - q) for p, q in itertools.combinations(args, 2)):
        largest = args[0]
        for y in args[1:]:
            sign = sign_of_number((y - largest).subs(z, x))
            largest = y if (sign > 0) == isinstance(e, sp.Max) and sign else largest
        return largest
    return e.func(*args)


def _branch_in(condition: sp.Basic, x: sp.Rational) -> sp.Basic:
    """A condition whose sides are on their branches."""
    if isinstance(condition, sp.core.relational.Relational):
        return condition.func(*(_branch(side, x) for side in condition.args), evaluate=False)
    return condition.func(*(_branch_in(c, x) for c in condition.args)) if condition.args else condition


def _condition(condition: sp.Basic, x: sp.Rational) -> bool | None:
    """Whether a condition between lines holds at x; None where its sides bend still."""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And | sp.Or | sp.Not):
        found = [_condition(c, x) for c in condition.args]
        if None in found:
            return None
        return {sp.And: all, sp.Or: any}.get(type(condition), lambda parts: not parts[0])(found)
    difference = condition.lhs - condition.rhs
    if difference.has(*BENT):
        return None
    if not _is_line(difference):
        raise Untold("a case that a curve decides")
    sign = sign_of_number(difference.subs(z, x))
    return {sp.Lt: sign < 0, sp.Le: sign <= 0, sp.Gt: sign > 0, sp.Ge: sign >= 0, sp.Eq: sign == 0,
            sp.Ne: sign != 0}[type(condition)]  # fmt: skip
