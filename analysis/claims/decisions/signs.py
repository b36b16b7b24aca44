"""Inequalities, and ≠, between expressions that are rational in their letters, or in these and e^{z/2}.

On each piece of its set a letter is a quotient in a variable t > 0 or t ≥ 0 (``cases``). So the left
side less the right is a quotient of two polynomials, whose signs are those of their factors (``orthant``):
by their coefficients, by the number of their positive roots, or by cases of the order of two variables. For
one letter, or one exponential, with rational numbers this is exact, but where a minimum or |p| turns at an
irrational point.

An inequality is decided where both sides have a value; a statement without any such point is not decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sympy as sp
from sympy.core.relational import Relational

from analysis.claims.decisions.cases import (
    Case,
    Reading,
    Undecided,
    Undefined,
    cases,
    prepared,
    roots_of_letters,
    wanted_signs,
)
from analysis.claims.decisions.letters import Sets, renamed
from analysis.claims.decisions.orthant import Ratio, Signs

READINGS = 500
"""How many cases are looked at before a statement is left open."""
_PEELED = 4
_FAILURES = (ArithmeticError, AttributeError, NotImplementedError, RecursionError, TypeError, ValueError)
_SAID = {
    frozenset({1}): "is positive",
    frozenset({0, 1}): "is not negative",
    frozenset({-1}): "is negative",
    frozenset({-1, 0}): "is not positive",
    frozenset({-1, 1}): "is not 0",
}


def decide(statement: sp.Basic, sets: Sets) -> str | None:
    """How a relation <, ≤, >, ≥ or ≠ was found to hold for all letters in their sets; None if it was not."""
    if not isinstance(statement, sp.Lt | sp.Le | sp.Gt | sp.Ge | sp.Ne):
        return None
    try:
        return _decided(statement, sets)
    except _FAILURES:
        return None


def positive(expression: sp.Expr, sets: Sets) -> str | None:
    """How an expression was found to be above 0 for all letters in their sets; None if it was not."""
    return decide(sp.Gt(expression, 0, evaluate=False), sets)


def nonnegative(expression: sp.Expr, sets: Sets) -> str | None:
    """How an expression was found not to be below 0 for any letters in their sets; None if it was not."""
    return decide(sp.Ge(expression, 0, evaluate=False), sets)


def _decided(statement: Relational, sets: Sets) -> str | None:
    sides, over = prepared(statement.args, sets)
    wanted = wanted_signs(statement)
    search = _Search(sides, wanted)
    roots = roots_of_letters(sides)
    if not all(search.holds(case) for case in cases(list(over), over, roots)) or not search.shown:
        return None
    several = f" in each of {search.shown} cases of its letters" if search.shown > 1 else ""
    return (
        f"the left side less the right {_SAID[wanted]}{several}: a quotient of polynomials in t > 0, by the "
        "signs of the coefficients or the number of roots (Sturm) of each factor"
    )


@dataclass
class _Search:
    """Case after case of one statement; ``shown``: in how many the sides have a value and hold."""

    sides: Sequence[sp.Expr]
    wanted: Signs
    shown: int = 0
    looked: int = 0

    def holds(self, case: Case, fine: bool = False, peeled: int = 0) -> bool:
        """Whether the relation holds all over a case; False: not told."""
        self.looked += 1
        if self.looked > READINGS:
            return False
        try:
            reading = Reading(case, self.sides, fine)
            left, right = (reading.value(side) for side in self.sides)
        except Undefined:
            return True
        except Undecided as found:
            return self._all(smaller(case, found), fine, peeled)
        gap = left.minus(right)
        told = reading.signs(gap)
        if told <= self.wanted:
            self.shown += 1
            return True
        own = {i for x in case.letters.values() for i in x.variables()}
        used = [i for i in gap.variables() if i in own] or sorted(own)
        closed = [i for i in used if not case.strict[i]]
        if told - self.wanted == {0} and told != {0} and closed:
            return self._all(case.opened(closed[0]), fine, peeled)
        if reading.exponentials and not fine:
            return self.holds(case, True, peeled)
        whole = [i for i in used if case.whole[i]]
        if len(used) > 1 and whole and peeled < _PEELED and told & self.wanted:
            place = max(whole, key=lambda i: -i)
            opened = case.opened(place) if not case.strict[place] else []
            return self._all(opened, fine, peeled + 1)
        return False

    def _all(self, several: list[Case], fine: bool, peeled: int) -> bool:
        return bool(several) and all(self.holds(case, fine, peeled) for case in several)


def smaller(case: Case, found: Undecided) -> list[Case]:
    """Cases in which what was undecided is told, or is taken to be each thing that it may be; none if there
    are none."""
    options = [replace(case, chosen={**case.chosen, found.node: x}) for x in found.options]
    return case.split(found.asked) or options


# Minima and maxima by order


@dataclass(frozen=True)
class Order:
    """One order of what the minima and maxima of a statement compare: the statement without them, in new
    letters, the sets of all its letters, and in words what the old letters are."""

    words: str
    statement: sp.Basic
    sets: Sets


def orders(statement: sp.Basic, sets: Sets) -> list[Order] | None:
    """The statement without Min and Max, once for every order of what they compare: it holds on ``sets`` if
    each of these holds on its own sets. None where the orders could not be told.

    >>> r, c = sp.symbols("r c")
    >>> sets = {r: sp.Interval.open(0, sp.oo), c: sp.Interval.open(0, sp.oo)}
    >>> for order in orders(sp.Eq(sp.Min(r, c) + sp.Max(r, c), r + c, evaluate=False), sets):
    ...     print(order.words)
    c = t1 + t2, r = t2
    c = t2, r = t2
    c = t2/(t1 + 1), r = t2
    """
    if not isinstance(statement, Relational):
        return None
    try:
        return _orders(statement, sets)
    except (*_FAILURES, Undecided):
        return None


def _orders(statement: Relational, sets: Sets) -> list[Order] | None:
    found = renamed(sp.Tuple(*statement.args), sets)
    if found is None:
        return None
    sides, new = found
    extremes = sorted(sides.atoms(sp.Min, sp.Max), key=str)
    compared = sorted({x for e in extremes for x in e.free_symbols}, key=str)
    over = {new[x]: found for x, found in sets.items() if x in new}
    names = {y: str(x) for x, y in new.items()}
    waiting = cases(compared, over)
    result: list[Order] = []
    while waiting:
        if len(result) + len(waiting) > READINGS:
            return None
        case = waiting.pop(0)
        try:
            reading = Reading(case, extremes)
            for e in extremes:
                reading.value(e)
            result.append(_order(statement, sides, reading, over, names))
        except Undefined:
            continue
        except Undecided as undecided:
            smaller_ones = case.split(undecided.asked)
            if not smaller_ones:
                return None
            waiting = smaller_ones + waiting
    return result or None


def _order(
    statement: Relational, sides: sp.Tuple, reading: Reading, over: Sets, names: dict[sp.Basic, str]
) -> Order:
    case = reading.case
    used = sorted({i for x in case.letters.values() for i in x.variables()})
    fresh = {
        i: sp.Dummy(f"t{i + 1}", integer=case.whole[i] or None, **_assumed(case.strict[i])) for i in used
    }
    letters = {x: in_letters(r, fresh) for x, r in case.letters.items()}
    letters |= {x: y for x, y in case.chosen.items() if x in over}
    new = sp.Tuple(*(_without(side, reading) for side in sides)).xreplace(letters)
    sets = {x: found for x, found in over.items() if x not in letters}
    for i, letter in fresh.items():
        if case.whole[i]:
            sets[letter] = sp.S.Naturals if case.strict[i] else sp.S.Naturals0
        else:
            sets[letter] = sp.Interval(0, sp.oo, left_open=case.strict[i])
    words = ", ".join(f"{names[x]} = {y}".replace("_", "") for x, y in letters.items())
    return Order(words, statement.func(*new, evaluate=False), sets)


def _assumed(strict: bool) -> dict[str, bool]:
    return {"positive": True} if strict else {"nonnegative": True}


def _without(e: sp.Basic, reading: Reading) -> sp.Basic:
    """The expression with the minima and maxima that a reading picks put in."""
    while isinstance(e, sp.Min | sp.Max):
        e = reading.pick(e)
    if not e.args or not e.has(sp.Min, sp.Max):
        return e
    return e.func(*(_without(x, reading) for x in e.args))


def in_letters(r: Ratio, letters: dict[int, sp.Symbol]) -> sp.Expr:
    """A quotient as an expression, with a letter for each of its variables."""

    def plain(terms: Mapping[tuple[int, ...], object]) -> sp.Expr:
        return sp.Add(
            *(
                sp.Rational(str(c)) * sp.Mul(*(letters[i] ** int(n) for i, n in enumerate(powers) if n))
                for powers, c in terms.items()
            )
        )

    return plain(r.top.to_dict()) / plain(r.bottom.to_dict())
