"""Relations as they are written, which SymPy must not decide, simplify or turn round."""

from __future__ import annotations

import sympy as sp


def eq(a: sp.Basic, b: sp.Basic | int) -> sp.Eq:
    return sp.Eq(a, b, evaluate=False)


def lt(a: sp.Basic | int, b: sp.Basic | int) -> sp.Lt:
    return sp.Lt(a, b, evaluate=False)


def le(a: sp.Basic | int, b: sp.Basic | int) -> sp.Le:
    return sp.Le(a, b, evaluate=False)


def gt(a: sp.Basic | int, b: sp.Basic | int) -> sp.Gt:
    return sp.Gt(a, b, evaluate=False)


def ge(a: sp.Basic | int, b: sp.Basic | int) -> sp.Ge:
    return sp.Ge(a, b, evaluate=False)


def implies(a: sp.Basic, b: sp.Basic) -> sp.Implies:
    return sp.Implies(a, b, evaluate=False)


def iff(a: sp.Basic, b: sp.Basic) -> sp.Equivalent:
    return sp.Equivalent(a, b, evaluate=False)
