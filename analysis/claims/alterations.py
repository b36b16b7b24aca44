"""Relatives of a statement that ask for more than it does, so that they are false wherever it is sharp.

Each is the statement with one thing changed: negated, a side scaled or shifted in the demanding
direction, a strict relation for a touched one, an exponent, a factor, a letter, an end of a sum changed.
What is merely weaker is not made where that can be seen from the form; the others are tried by whoever
settles them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational

from analysis.claims.compare import key
from analysis.symbolic.display import iterated, plus, times


@dataclass(frozen=True)
class Alteration:
    """``words`` say what was changed."""

    words: str
    statement: sp.Basic


_OPPOSITE = {sp.Eq: sp.Ne, sp.Ne: sp.Eq, sp.Lt: sp.Ge, sp.Ge: sp.Lt, sp.Gt: sp.Le, sp.Le: sp.Gt}
_STRICT = {sp.Le: sp.Lt, sp.Ge: sp.Gt}


def kept(head: type, *args: sp.Basic) -> sp.Basic:
    """A node of that class, not evaluated where the class allows it."""
    try:
        return head(*args, evaluate=False)
    except TypeError:
        return head(*args)


def replaced(e: sp.Basic, path: tuple[int, ...], new: sp.Basic) -> sp.Basic:
    """``e`` with the node at ``path`` exchanged, everything on the way rebuilt without evaluation."""
    if not path:
        return new
    args = list(e.args)
    args[path[0]] = replaced(args[path[0]], path[1:], new)
    return kept(e.func, *args)


def alterations(statement: sp.Basic, *, change: sp.Expr | None = None) -> Iterator[Alteration]:
    """Every alteration of ``statement``; ``change`` is the relative change of a number that is tried, 1/20
    unless told."""
    by = sp.Rational(1, 20) if change is None else sp.sympify(change)
    seen = {key(statement)}
    for words, path, part in _all(statement, by):
        new = _built(statement, path, part)
        if new is not None and (tree := key(new)) not in seen:
            seen.add(tree)
            yield Alteration(words, new)


def some(
    statement: sp.Basic, count: int, label: str = "", *, change: sp.Expr | None = None
) -> list[Alteration]:
    """``count`` alterations of as many kinds as there are, the same for the same label."""
    by_kind: dict[str, list[Alteration]] = {}
    for x in alterations(statement, change=change):
        by_kind.setdefault(x.words.split(":")[0], []).append(x)
    order = sorted(
        by_kind, key=lambda kind: (kind != "negated", hashlib.sha256(f"{label}{kind}".encode()).hexdigest())
    )
    chosen: list[Alteration] = []
    k = 0
    while len(chosen) < count and any(len(x) > k for x in by_kind.values()):
        chosen += [by_kind[kind][k] for kind in order if len(by_kind[kind]) > k]
        k += 1
    return chosen[:count]


def _built(statement: sp.Basic, path: tuple[int, ...], part: sp.Basic) -> sp.Basic | None:
    """The altered statement; None where SymPy knows of the altered node that it is nothing, such as the
    order of ∞ and 1."""
    try:
        return replaced(statement, path, part)
    except (TypeError, ValueError):
        return None


def _all(statement: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, tuple[int, ...], sp.Basic]]:
    """What is changed in words, where, and the node that stands there instead."""
    yield "negated", (), negated(statement)
    for path, relation in _asserted(statement, ()):
        for words, new in _of_relation(relation, by):
            yield words, path, new
        for side in (1, 0) if len(relation.args) == 2 else ():
            for inner, node in _nodes(relation.args[side], (side,)):
                for words, new in _of_node(node, by):
                    yield f"{words} on the {'right' if side else 'left'}", (*path, *inner), new
    for path, premise in _premises(statement, ()):
        for words, new in _weaker(premise, by):
            yield words, path, new


def negated(statement: sp.Basic) -> sp.Basic:
    """Not the statement, as a reader would write it."""
    if isinstance(statement, sp.Implies):
        return kept(sp.Implies, statement.args[0], negated(statement.args[1]))
    if isinstance(statement, Relational) and statement.func in _OPPOSITE:
        return kept(_OPPOSITE[statement.func], *statement.args)
    if isinstance(statement, sp.Equivalent):
        return kept(sp.Equivalent, negated(statement.args[0]), *statement.args[1:])
    return kept(sp.Not, statement)


def _asserted(statement: sp.Basic, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], sp.Basic]]:
    """The relations that the statement asserts, with where they stand; premises are not among them."""
    if isinstance(statement, Relational):
        yield path, statement
    elif isinstance(statement, sp.Implies):
        yield from _asserted(statement.args[1], (*path, 1))
    elif isinstance(statement, sp.And | sp.Or | sp.Not | sp.Equivalent):
        for k, x in enumerate(statement.args):
            yield from _asserted(x, (*path, k))


def _premises(statement: sp.Basic, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], sp.Basic]]:
    if isinstance(statement, sp.Implies):
        first = statement.args[0]
        parts = enumerate(first.args) if isinstance(first, sp.And) else [(None, first)]
        for k, x in parts:
            yield (*path, 0) if k is None else (*path, 0, k), x


def _weaker(premise: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    """A premise that lets more in."""
    if isinstance(premise, sp.Lt | sp.Le):
        yield "premise weakened: its bound", kept(premise.func, premise.lhs, scaled(premise.rhs, 1 + by))
    if isinstance(premise, sp.Gt | sp.Ge):
        yield "premise weakened: its bound", kept(premise.func, premise.lhs, scaled(premise.rhs, 1 - by))


def scaled(e: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """e times a number, worked out where e is a number itself."""
    if e.is_Rational:
        return e * factor
    return kept(sp.Mul, factor, e)


def _of_relation(relation: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    left, right = relation.args
    if not isinstance(left, sp.Expr) or not isinstance(right, sp.Expr):
        return
    if relation.func in _STRICT:
        yield "strict", kept(_STRICT[relation.func], left, right)
    negative = right.is_number and not right.has(plus, times, sp.Integral) and right.is_negative
    if isinstance(relation, sp.Eq):
        for words, factor in (("larger", 1 + by), ("smaller", 1 - by)):
            if right != 0:
                yield f"right side {words}", kept(sp.Eq, left, scaled(right, factor))
        yield "right side shifted", kept(sp.Eq, left, kept(sp.Add, right, by))
        yield "equation made strict", kept(sp.Lt, left, right)
        integers = sorted((x for x in right.free_symbols if x.is_integer and x.is_Symbol), key=str)
        for n in integers[:1]:
            bend = sp.Mul(*(n - k for k in range(1, 5)))
            yield "bent beyond the first cases", kept(sp.Eq, left, kept(sp.Add, right, bend / 1000))
    elif isinstance(relation, sp.Lt | sp.Le):
        factor = 1 + by if negative else 1 - by
        new = scaled(right, factor) if right != 0 else -by
        yield "bound tightened", kept(relation.func, left, new)
    elif isinstance(relation, sp.Gt | sp.Ge):
        factor = 1 - by if negative else 1 + by
        new = scaled(right, factor) if right != 0 else by
        yield "bound tightened", kept(relation.func, left, new)


def _nodes(e: sp.Basic, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], sp.Basic]]:
    """The nodes of one side, the bound letters of sums and integrals left out."""
    yield path, e
    for k, x in enumerate(e.args):
        if isinstance(x, sp.Tuple) and isinstance(e, sp.Sum | sp.Product | sp.Integral):
            continue
        if isinstance(e, sp.Derivative | sp.Limit | sp.Subs | iterated) and k != (
            1 if isinstance(e, iterated) else 0
        ):
            continue
        if isinstance(e, sp.Indexed) or isinstance(e, sp.Pow) and k == 1:
            continue
        yield from _nodes(x, (*path, k))


def _of_node(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    for change in _CHANGES:
        yield from change(node, by)


def _power(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    if isinstance(node, sp.Pow) and node.exp.is_Rational:
        yield f"exponent {node.exp} made {node.exp + 1}:", kept(sp.Pow, node.base, node.exp + 1)


def _number(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    if (node.is_Rational or node.is_Float) and node not in (sp.S.Zero, sp.S.One, sp.S.NegativeOne):
        yield f"number changed: {node}", node * (1 + by)


def _factor(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    if isinstance(node, sp.Mul | times):
        for k, x in enumerate(node.args):
            rest = [y for i, y in enumerate(node.args) if i != k]
            if x != -1:
                yield f"factor dropped: {k + 1}", rest[0] if len(rest) == 1 else kept(node.func, *rest)
            else:
                yield "sign changed:", rest[0] if len(rest) == 1 else kept(node.func, *rest)


def _term(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    if isinstance(node, sp.Add | plus):
        for k, x in enumerate(node.args):
            rest = [y for i, y in enumerate(node.args) if i != k]
            yield f"term dropped: {k + 1}", rest[0] if len(rest) == 1 else kept(node.func, *rest)
            yield f"term doubled: {k + 1}", kept(node.func, *rest, kept(sp.Mul, 2, x))


def _argument(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    one = isinstance(node, sp.Function) and not isinstance(node, times | plus) and len(node.args) == 1
    if one and isinstance(node.args[0], sp.Expr) and node.args[0].free_symbols:
        yield f"argument scaled: of {node.func.__name__}", kept(node.func, scaled(node.args[0], 1 + by))


def _ends(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    if not isinstance(node, sp.Sum | sp.Product | sp.Integral):
        return
    step = sp.S.One if isinstance(node, sp.Sum | sp.Product) else by
    for k, limit in enumerate(node.limits):
        if len(limit) != 3:
            continue
        x, low, high = limit
        moved = ((x, low + step, high), (x, low, high - step))
        for words, end, new in (("lower end moved:", low, moved[0]), ("upper end moved:", high, moved[1])):
            if end not in (sp.oo, -sp.oo):
                limits = [*node.limits[:k], sp.Tuple(*new), *node.limits[k + 1 :]]
                yield words, node.func(node.function, *limits)


def _index(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    if isinstance(node, sp.Indexed) and len(node.indices) == 1:
        yield "index moved: back", node.base[node.indices[0] - 1]


def _exchanged(node: sp.Basic, by: sp.Expr) -> Iterator[tuple[str, sp.Basic]]:
    bound = sp.Indexed | sp.Sum | sp.Product | sp.Integral | sp.Derivative | sp.Limit | sp.Subs
    if not isinstance(node, sp.Expr) or len(node.args) < 2 or isinstance(node, bound):
        return
    names = {x.label for x in node.atoms(sp.IndexedBase)}  # a sequence's name is no letter
    letters = sorted((x for x in node.args if x.is_Symbol and x not in names), key=str)
    for x in letters[:2]:
        for y in sorted((s for s in node.free_symbols - names if s.is_Symbol and s != x), key=str)[:1]:
            yield f"letter exchanged: {y} for {x}", kept(node.func, *(y if a == x else a for a in node.args))


_CHANGES: tuple[Callable[[sp.Basic, sp.Expr], Iterator[tuple[str, sp.Basic]]], ...] = (
    _power,
    _number,
    _factor,
    _term,
    _argument,
    _ends,
    _index,
    _exchanged,
)
