"""A statement in fresh letters, free and bound ones apart, which know what their sets warrant and no more."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair

from analysis.claims.decisions.letters import Sets, assumptions


class Undecided(Exception):
    """The statement is outside the class that is decided, or it was not told."""


OPEN = (
    Undecided,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What SymPy raises for statements that it was not made for."""


class Opened:
    """``of(e)`` is e in fresh letters; ``sets`` says over what those range that are free."""

    def __init__(self, sets: Sets) -> None:
        self._given = sets
        self._new: dict[sp.Basic, sp.Expr] = {}
        self.sets: dict[sp.Basic, sp.Set] = {}
        self._ends: dict[sp.Basic, tuple[sp.Expr, sp.Expr]] = {}

    def of(self, e: sp.Basic, bound: Mapping[sp.Basic, sp.Expr] | None = None) -> sp.Basic:
        """Raises Undecided for a letter without a set, and for what is no formula in real numbers."""
        bound = bound or {}
        if isinstance(e, sp.Float):
            return sp.Rational(str(e))
        if e.is_Symbol:
            return bound[e] if e in bound else self._letter(e, e)
        if e.is_Number or e.is_NumberSymbol or e in (sp.true, sp.false):
            if e is sp.nan or e is sp.zoo:
                raise Undecided
            return e
        if isinstance(e, sp.Indexed):
            base = self._base(e.base)
            return base[tuple(self.of(i, bound) for i in e.indices)]
        if isinstance(e, ExprWithLimits):
            return self._with_limits(e, bound)
        if isinstance(e, sp.Limit):
            body, letter, end, direction = e.args
            name = sp.Dummy(str(letter), real=True)
            return sp.Limit(self.of(body, {**bound, letter: name}), name, self.of(end, bound), str(direction))
        if isinstance(e, sp.Derivative):
            return self._derivative(e, bound)
        if isinstance(e, sp.Subs) and len(e.variables) == 1:
            name = sp.Dummy(str(e.variables[0]), real=True)
            body = self.of(e.expr, {**bound, e.variables[0]: name})
            return body.xreplace({name: self.of(e.point[0], bound)})
        if isinstance(e, sp.Subs | sp.Lambda | sp.IndexedBase) or not e.args:
            raise Undecided
        if not isinstance(e, sp.Expr | Relational | ExprCondPair | sp.logic.boolalg.BooleanFunction):
            raise Undecided
        return e.func(*(self.of(x, bound) for x in e.args))

    def _letter(self, key: sp.Basic, of: sp.Basic) -> sp.Expr:
        if key not in self._new:
            known = assumptions(self._given[of]) if of in self._given else None
            if known is None:
                raise Undecided
            self._new[key] = sp.Dummy(str(key), **known)
            self.sets[self._new[key]] = self._given[of]
        return self._new[key]

    def _base(self, base: sp.IndexedBase) -> sp.IndexedBase:
        if base not in self._new:
            known = assumptions(self._given[base]) if base in self._given else None
            if known is None:
                raise Undecided
            label = sp.Dummy(str(base), **known)
            self._new[base] = sp.IndexedBase(label, **known)
            self.sets[self._new[base]] = self._given[base]
        return self._new[base]

    def _with_limits(self, e: ExprWithLimits, bound: Mapping[sp.Basic, sp.Expr]) -> sp.Expr:
        whole = isinstance(e, sp.Sum | sp.Product)
        inside, limits = dict(bound), []
        for limit in reversed(e.limits):  # the outermost first
            if len(limit) != 3:
                raise Undecided
            letter, low, high = limit
            ends = [self.of(end, inside) for end in (low, high)]
            inside[letter] = sp.Dummy(str(letter), **({"integer": True} if whole else {"real": True}))
            limits.append((inside[letter], *ends))
            self._ends[inside[letter]] = (ends[0], ends[1])
        return e.func(self.of(e.function, inside), *reversed(limits))

    def _derivative(self, e: sp.Derivative, bound: Mapping[sp.Basic, sp.Expr]) -> sp.Expr:
        if any(self.of(x, bound).is_integer for x in e.variables):
            raise Undecided  # the letter would not know what lies between
        body = self.of(e.expr, bound)
        if len(e.variables) == 1 and body.has(sp.Sum):
            return of_sums(body, self.of(e.variables[0], bound), self._ends)
        if body.has(AppliedUndef, sp.Indexed, sp.Limit, ExprWithLimits, sp.Derivative):
            raise Undecided
        if any(node.free_symbols for node in e.expr.atoms(AppliedUndef)):
            raise Undecided
        for letter, count in e.variable_count:
            if not count.is_Integer or not letter.is_Symbol:
                raise Undecided
            body = sp.diff(body, self.of(letter, bound), count)
        if body.has(sp.DiracDelta, sp.Derivative, sp.Subs):
            raise Undecided
        return body


def of_sums(body: sp.Expr, x: sp.Expr, ends: Mapping[sp.Basic, tuple[sp.Expr, sp.Expr]]) -> sp.Expr:
    """The derivative of finite sums, by a letter or by an entry of a sequence: of Σ f(x_k) by x_i, f′(x_i)
    where i is one of the k.

    ``ends``: between which whole numbers bound letters lie.
    """
    if body.has(AppliedUndef, sp.Limit, sp.Integral, sp.Product, sp.Derivative):
        raise Undecided
    found = _settled(sp.diff(body, x), ends)
    if found.has(sp.KroneckerDelta, sp.DiracDelta, sp.Derivative, sp.Subs):
        raise Undecided
    return found


def _settled(e: sp.Basic, ends: Mapping[sp.Basic, tuple[sp.Expr, sp.Expr]]) -> sp.Basic:
    """Sums over k of δ_ik f(k) as f(i), where i lies between their ends; raises Undecided where that is not
    told."""
    if not e.has(sp.KroneckerDelta):
        return e
    if not isinstance(e, sp.Sum):
        return e.func(*(_settled(x, ends) for x in e.args))
    *inner, (k, low, high) = e.limits
    f = e.func(e.function, *inner) if inner else e.function
    f = _settled(f, {**ends, k: (low, high)})
    total, one = sp.S.Zero, sp.Dummy("delta")
    for delta in [x for x in f.atoms(sp.KroneckerDelta) if k in x.args]:
        i = next((x for x in delta.args if x != k), k)
        least, most = ends.get(i, (i, i))
        within = (least - low, high - most, *((most - least,) if i in ends else ()))
        factor = sp.diff(f.xreplace({delta: one}), one)
        told = all(sp.expand(x).is_nonnegative for x in within)
        if i.has(k) or not told or factor.has(one, sp.Derivative):
            raise Undecided
        total += factor.xreplace({k: i})
        f = f.xreplace({delta: sp.S.Zero})
    return total + e.func(f, (k, low, high))


def sides(statement: sp.Basic, sets: Sets, functions: bool = False) -> tuple[sp.Expr, sp.Expr, Sets]:
    """Both sides of an equation between numbers, in fresh letters, and their sets; raises Undecided for any
    other statement.

    Without ``functions`` a value of an unknown function that depends on no bound letter is a letter too.
    """
    if not isinstance(statement, sp.Eq) or not all(isinstance(x, sp.Expr) for x in statement.args):
        raise Undecided
    opened = Opened(sets)
    found = [opened.of(x) for x in statement.args]
    if any(x.has(sp.nan, sp.zoo, sp.I) for x in found):
        raise Undecided
    over = dict(opened.sets)
    if not functions:
        free = {x for side in found for x in side.atoms(AppliedUndef) if x.free_symbols <= set(over)}
        values = {x: sp.Dummy("f", real=True) for x in free}
        over |= dict.fromkeys(values.values(), sp.S.Reals)
        found = [side.xreplace(values) for side in found]
    return found[0], found[1], over
