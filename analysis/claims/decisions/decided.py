"""Whether one of the decisions settles a statement: conjunctions part by part, implications by what their
premise says of one letter or sets equal, letters of few values one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational

from analysis.claims.decisions import closed, exponential, identities, integrals, limits, signs, sums
from analysis.claims.decisions.letters import Sets, moved_in, put
from analysis.symbolic.display import iterated, largest, length

Decision = Callable[[sp.Basic, Sets], str | None]
DECISIONS: tuple[Decision, ...] = (
    closed.decide,
    identities.decide,
    signs.decide,
    exponential.decide,
    sums.decide,
    limits.decide,
    integrals.decide,
)
"""In the order in which they are asked, the quick ones first."""
FEW = 64
"""Combinations of values that are gone through one by one."""


def decided(statement: sp.Basic, sets: Sets) -> str | None:
    """How a statement was found to be true for all letters in their sets; None if it was not."""
    if statement == sp.true:
        return "it says nothing"
    if isinstance(statement, sp.And | sp.Equivalent):
        return _each(_parts(statement), sets)
    if isinstance(statement, sp.Or):
        return next((found for x in statement.args if (found := decided(x, sets))), None)
    if (parts := _entries(statement)) is not None:
        return _each(iter(parts), sets)
    if isinstance(statement, sp.Implies):
        return _implied(statement.args[0], statement.args[1], sets)
    if not isinstance(statement, Relational):
        return None
    for decide in DECISIONS:
        found = decide(statement, sets)
        if found is not None:
            return found
    return _value_by_value(statement, sets)


def _parts(statement: sp.Basic) -> Iterator[sp.Basic]:
    if isinstance(statement, sp.And):
        yield from statement.args
        return
    for a, b in itertools.pairwise((*statement.args, statement.args[0])):
        yield sp.Implies(a, b, evaluate=False)


def _each(parts: Iterator[sp.Basic], sets: Sets) -> str | None:
    found = [decided(x, sets) for x in parts]
    return None if None in found else "; ".join(dict.fromkeys(filter(None, found)))


def _implied(premise: sp.Basic, conclusion: sp.Basic, sets: Sets) -> str | None:
    """The conclusion where the premise holds: on smaller sets, with equals put in."""
    premises = [y for x in (premise.args if isinstance(premise, sp.And) else (premise,)) for y in _all(x)]
    narrower = dict(sets)
    while premises:
        x = premises.pop(0)
        if isinstance(x, sp.Eq) and not (bound_in(conclusion, free(x)) or moved_in(conclusion) & free(x)):
            solved = dict([_solved(x, conclusion, sets) or (x.lhs, x.rhs)])
            conclusion = put(conclusion, solved)
            premises = [put(y, solved) if x.lhs not in solved else y for y in premises]
        elif (later := _later(x, narrower)) is not None and not bound_in(conclusion, {later[0]}):
            above, below, more, over = later
            narrower[more] = over
            conclusion = put(conclusion, {above: below + more})
            premises = [put(y, {above: below + more}) for y in premises]
        else:
            less = narrowed(x, narrower)
            if less is not None:
                narrower[less[0]] = less[1]
    if any(found == sp.S.EmptySet for found in narrower.values()):
        return "nothing meets the premise"
    found = decided(conclusion, narrower)
    return None if found is None else f"where the premise holds, {found}"


def _entries(statement: sp.Basic) -> list[sp.Basic] | None:
    """Of an equation between two tuples those between their entries."""
    if not isinstance(statement, sp.Eq) or not all(isinstance(x, sp.Tuple) for x in statement.args):
        return None
    left, right = statement.args
    if len(left) != len(right) or not left:
        return None
    return [sp.Eq(x, y, evaluate=False) for x, y in zip(left, right, strict=True)]


def _all(premise: sp.Basic) -> list[sp.Basic]:
    return _entries(premise) or [premise]


def _solved(equation: sp.Eq, conclusion: sp.Basic, sets: Sets) -> tuple[sp.Basic, sp.Expr] | None:
    """A letter of the conclusion for which an equation can be solved, its coefficient being a number, and
    what it is; None for one whose left side the conclusion holds."""
    if not all(isinstance(x, sp.Expr) for x in equation.args) or conclusion.has(equation.lhs):
        return None
    gap = equation.lhs - equation.rhs
    for letter in sorted(gap.free_symbols & conclusion.free_symbols & set(sets), key=str):
        rest = gap.xreplace({letter: sp.S.Zero})
        slope = sp.expand(gap - rest).coeff(letter)
        plain = sp.expand(gap - rest - slope * letter) == 0 and not rest.has(*_STRANGE)
        if letter.is_Symbol and slope.is_Rational and slope != 0 and plain:
            return letter, -rest / slope
    return None


_STRANGE = (sp.oo, -sp.oo, sp.zoo, sp.nan, sp.I)


def bound(e: sp.Basic) -> set[sp.Basic]:
    """The letters that a sum, an integral, a limit, a map or a set of numbers in e binds."""
    found: set[sp.Basic] = {limit[0] for node in e.atoms(ExprWithLimits) for limit in node.limits}
    found |= {node.args[1] for node in e.atoms(sp.Limit, length)}
    found |= {x for node in e.atoms(sp.Subs, sp.Lambda) for x in node.variables}
    return found | {x for node in e.atoms(iterated, largest) for x in node.args[0].free_symbols}


def free(e: sp.Basic) -> set[sp.Basic]:
    """The letters of e that it does not bind. SymPy counts among them the letter of a map that is applied
    several times, and that of a set."""
    if isinstance(e, iterated):
        at, new, start, times = e.args
        return (free(new) - set(at.free_symbols)) | free(start) | free(times)
    if isinstance(e, length):
        relation, letter = e.args
        return free(relation) - {letter}
    if isinstance(e, ExprWithLimits | sp.Limit | sp.Subs | sp.Lambda) or not e.has(iterated, length):
        return set(e.free_symbols)
    return {x for part in e.args for x in free(part)}


def bound_in(e: sp.Basic, letters: set[sp.Basic]) -> bool:
    """Whether something in e binds one of the letters."""
    return bool(bound(e) & letters)


_ORDERS = {sp.Lt: "<", sp.Le: "<=", sp.Gt: ">", sp.Ge: ">="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def narrowed(relation: sp.Basic, sets: Sets) -> tuple[sp.Basic, sp.Set] | None:
    """The letter that x < c, |x| ≥ c and the like are about, and what they leave of its set."""
    if type(relation) not in _ORDERS:
        return None
    left, sign, right = relation.lhs, _ORDERS[type(relation)], relation.rhs
    if not left.free_symbols:
        left, sign, right = right, _TURNED[sign], left
    size = isinstance(left, sp.Abs)
    letter = left.args[0] if size else left
    if letter not in sets or not letter.is_Symbol or right.free_symbols or right.is_real is not True:
        return None
    low = {"<": sp.Interval.open(-right if size else -sp.oo, right)}
    low["<="] = sp.Interval(-right if size else -sp.oo, right)
    low[">"] = sp.Complement(sp.S.Reals, low["<="], evaluate=True)
    low[">="] = sp.Complement(sp.S.Reals, low["<"], evaluate=True)
    return letter, sp.Intersection(sets[letter], low[sign])


def _later(relation: sp.Basic, sets: Sets) -> tuple[sp.Basic, sp.Basic, sp.Basic, sp.Set] | None:
    """Of i ≤ m or i < m between whole letters: m, i, a new letter for m − i, and its set."""
    if isinstance(relation, sp.Ge | sp.Gt):
        relation = relation.reversed
    if not isinstance(relation, sp.Le | sp.Lt) or not all(x.is_Symbol and x in sets for x in relation.args):
        return None
    below, above = relation.args
    if below == above or not all(sets[x].is_subset(sp.S.Integers) for x in relation.args):
        return None
    over = sp.S.Naturals if isinstance(relation, sp.Lt) else sp.S.Naturals0
    return above, below, sp.Dummy("n"), over


def _value_by_value(statement: sp.Basic, sets: Sets) -> str | None:
    few = {
        x: over for x, over in sets.items() if isinstance(over, sp.FiniteSet) and x in statement.free_symbols
    }
    if not few:
        return None
    count = sp.prod([len(x) for x in few.values()])
    if count > FEW or bound_in(statement, set(few)) or moved_in(statement) & set(few):
        return None
    rest = {x: over for x, over in sets.items() if x not in few}
    for values in itertools.product(*few.values()):
        at = statement.func(
            *(x.xreplace(dict(zip(few, values, strict=True))) for x in statement.args), evaluate=False
        )
        if decided(at, rest) is None:
            return None
    return f"each of the {count} cases is decided"
