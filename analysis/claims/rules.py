"""Why a line of a proof holds: a decision that reads the whole of it, one of a dozen rules from earlier
lines, a cited theorem whose hypotheses are earlier lines, or words.

This is all that the word *proved* rests on, with the decisions. A rule is given the line, the earlier lines
that it names, and the sets of their letters; it answers in words, or None where the line does not follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational

from analysis.claims.compare import same
from analysis.claims.compare import sides as sides_of
from analysis.claims.decisions import decided as by_decision
from analysis.claims.decisions.decided import bound, bound_in, free
from analysis.claims.decisions.identities import vanishes
from analysis.claims.decisions.letters import Sets, moved_in, put, renamed, within_relations
from analysis.claims.decisions.smooth import smooth_where
from analysis.claims.theorems import THEOREMS
from analysis.claims.world import Formula, Pointwise
from analysis.symbolic.display import iterated, largest, length, partial, plus, times
from analysis.symbolic.notation import cost

ROUNDS = 60
"""How often definitions are put into one another before they are taken to go round in a circle."""


_ARITHMETIC = (sp.Add, sp.Mul, sp.Pow, plus, times)


@dataclass(frozen=True)
class Fact:
    """An earlier line, and the sets of the letters it holds for."""

    statement: sp.Basic
    sets: Sets


@dataclass(frozen=True)
class Context:
    """What a line may use beside earlier lines.

    ``sets``: which numbers each letter ranges over. ``means``: what letters and functions are defined to be.
    ``where``: the condition on the letters. ``lemma(label)``: the fact of another claim, None unless proved.
    """

    sets: Sets
    means: Mapping[Any, Any] = field(default_factory=dict)
    where: sp.Basic = sp.true
    lemma: Callable[[str], Fact | None] = lambda label: None

    def opened(self, e: sp.Basic) -> sp.Basic:
        """The expression with every definition put in, and products and sums in SymPy's order; what a
        statement says is left as it is, though SymPy may know that it is true."""
        if isinstance(e, Relational | sp.logic.boolalg.BooleanFunction):
            return e.func(*(self.opened(x) for x in e.args), evaluate=False)
        letters = {k: v for k, v in self.means.items() if _definition(k, v)}
        functions = {k: v for k, v in self.means.items() if isinstance(v, sp.Lambda | Formula)}
        for _ in range(ROUNDS):
            new = _plain(e, letters, self.hidden)
            new = put(new, letters)
            new = _written(new, functions)
            if new == e:
                return self._held(e)
            e = new
        raise ValueError("definitions that go round in a circle")

    def _held(self, e: sp.Basic) -> sp.Basic:
        """Derivatives of what has a meaning that is no formula, and its sums, limits and the like over a
        letter that it may depend on, as letters of their own: SymPy cannot know what it depends on."""
        hidden = self.hidden
        if not hidden:
            return e
        return within_relations(
            e,
            lambda side: side.replace(
                lambda x: (
                    isinstance(x, sp.Derivative | ExprWithLimits | sp.Limit | iterated | largest | length)
                    and (isinstance(x, sp.Derivative) or bool(bound(x) & set(self.sets)))
                    and _holds_any(x, hidden)
                ),
                lambda x: held(sp.Symbol(type(x).__name__), *x.args),
            ),
        )

    def explicit(self, e: sp.Basic) -> bool:
        """Whether nothing in the expression, with the definitions put in, may depend on letters that it does
        not show."""
        return not _holds_any(self.opened(e), self.hidden)

    @property
    def hidden(self) -> frozenset[Any]:
        """The letters, sequences and functions whose meaning is no formula, but for sums, products and
        powers, of matrices perhaps: these depend on what they show."""
        formulas = (sp.Lambda, Pointwise, Formula)
        return frozenset(
            k
            for k, v in self.means.items()
            if not (_definition(k, v) or isinstance(v, formulas) or k in _ARITHMETIC)
        )

    def decided(self, statement: sp.Basic) -> str | None:
        """How the statement, with the definitions put in, was decided."""
        return by_decision.decided(self.opened(statement), self.sets)

    def smooth(self, e: sp.Basic) -> bool:
        """Whether e, with the definitions put in, has derivatives of every order for all letters in their
        sets."""
        return smooth_where(
            self.opened(e),
            lambda x: self.decided(sp.Gt(x, 0, evaluate=False)) is not None,
            lambda x: self.decided(sp.Ne(x, 0, evaluate=False)) is not None,
            lambda k: bool(k.is_Integer),
        )

    def bare(self, letters: set[sp.Basic]) -> bool:
        """Whether the condition says nothing of these letters, so that they may be put to anything in their
        sets."""
        told = self.opened(self.where)
        return self.where == sp.true or self.explicit(told) and not (told.free_symbols & letters)

    def all_around(self, letters: set[sp.Basic]) -> bool:
        """Whether what holds here holds for every value of these letters that is near another, so that
        derivatives by them agree too."""
        wide = (sp.Interval, type(sp.S.Reals), sp.Complement)
        return not letters or (
            self.where == sp.true
            and all(
                isinstance(self.sets.get(x), wide) and self.sets[x].boundary.measure == 0 for x in letters
            )
        )

    def where_holds(self, premise: sp.Basic, conclusion: sp.Basic) -> Context:
        """The context with sets that are as small as a premise makes them."""
        narrower = dict(self.sets)
        for x in premise.args if isinstance(premise, sp.And) else (premise,):
            found = by_decision.narrowed(self.opened(x), narrower)
            if found is not None and found[0] not in bound(conclusion):
                narrower[found[0]] = found[1]
        return Context(narrower, self.means, self.where, self.lemma)

    def covers(self, fact: Fact, statement: sp.Basic) -> bool:
        """Whether the fact holds wherever the statement is asked: each of its letters, those too that it does
        not show, ranges here over no more than there, over all real numbers where a mean in the statement is
        taken over it."""
        for letter, over in fact.sets.items():
            here = self.sets.get(letter, sp.S.Reals if letter in statement.free_symbols else over)
            if here != over and here.is_subset(over) is not True:
                return False
        return not (free(fact.statement) & bound(statement) & set(fact.sets))


class held(sp.Function):  # type: ignore[misc]
    """A derivative, a sum or a limit that is not carried out, and in which nothing is put for another: its
    kind, a letter that has no set, and what it is of."""

    def _xreplace(self, rule: Mapping[Any, Any]) -> tuple[sp.Basic, bool]:
        return (rule[self], True) if self in rule else (self, False)


def _holds_any(e: sp.Basic, keys: frozenset[Any]) -> bool:
    """Whether one of these letters, sequences or functions occurs in an expression."""
    return any(x in keys or type(x) in keys for x in sp.preorder_traversal(e))


def _definition(key: Any, value: Any) -> bool:
    return isinstance(key, sp.Basic) and isinstance(value, sp.Expr | int) and not isinstance(value, sp.Lambda)


def _plain(e: sp.Basic, letters: Mapping[Any, Any], hidden: frozenset[Any]) -> sp.Basic:
    """``times`` and ``plus`` as products and sums, ∂C/∂x as the derivative that it is: all other letters in
    it are put in first, for x is what moves."""
    if not e.args:
        return e
    if isinstance(e, partial):
        output, x = e.args
        others = {k: v for k, v in letters.items() if k != x}
        for _ in range(ROUNDS):
            new = _plain(output, others, hidden).xreplace(others)
            if new == output:
                break
            output = new
        if x in letters and not _holds_any(output, hidden):
            return sp.diff(cost(output), x)  # before x itself is put in
        return sp.Derivative(cost(output), x) if x.is_Symbol or isinstance(x, sp.Indexed) else e
    args = [_plain(x, letters, hidden) for x in e.args]
    if isinstance(e, times):
        return sp.Mul(*args)
    if isinstance(e, plus):
        return sp.Add(*args)
    if args == list(e.args):
        return e
    return (
        e.func(*args, evaluate=False)
        if isinstance(e, Relational | sp.logic.boolalg.Boolean)
        else e.func(*args)
    )


def _written(e: sp.Basic, functions: Mapping[Any, Any]) -> sp.Basic:
    """With the formula of each function, and of each sequence, put in."""
    if isinstance(e, sp.Indexed):
        entry = functions.get(e.base)
        return entry.of(*e.indices) if isinstance(entry, Formula) else e
    if not e.args:
        return e
    args = [_written(x, functions) for x in e.args]
    formula = functions.get(e.func)
    if formula is not None:
        return (formula.of if isinstance(formula, Formula) else formula)(*args)
    if args == list(e.args):
        return e
    kept = isinstance(e, Relational | sp.logic.boolalg.Boolean)
    return e.func(*args, evaluate=False) if kept else e.func(*args)


def gap(statement: sp.Basic) -> tuple[sp.Expr, bool] | None:
    """Larger side less smaller side of an inequality, and whether it is strict."""
    found = sides_of(statement)
    return None if found is None else (found[1] - found[0], found[2])


def alike(a: sp.Basic, b: sp.Basic, context: Context) -> bool:
    """The same statement: by order, or of one kind with sides whose difference is the same."""
    a, b = context.opened(a), context.opened(b)
    if same(a, b):
        return True
    if isinstance(a, sp.Eq) and isinstance(b, sp.Eq):
        return all(vanishes(p - q, context.sets) for p, q in zip(a.args, b.args, strict=True))
    if isinstance(a, sp.And | sp.Or | sp.Not | sp.Implies | sp.Equivalent) and a.func == b.func:
        return len(a.args) == len(b.args) and all(
            alike(p, q, context) for p, q in zip(a.args, b.args, strict=True)
        )
    first, second = gap(a), gap(b)
    return (
        first is not None
        and second is not None
        and first[1] == second[1]
        and vanishes(first[0] - second[0], context.sets)
    )


# Reasons


@dataclass(frozen=True)
class Decided:
    """A decision reads the whole line, with what letters are defined to be put in."""

    lines: tuple[int, ...] = ()

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        return context.decided(line)


@dataclass(frozen=True)
class Where:
    """The line is the condition on the letters, or a part of it."""

    lines: tuple[int, ...] = ()

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        parts = context.where.args if isinstance(context.where, sp.And) else (context.where,)
        return "said of the letters" if any(same(line, x) for x in (context.where, *parts)) else None


@dataclass(frozen=True)
class Rewritten:
    """With the left sides of earlier equations replaced by their right sides, in this order, the line is
    decided, or is the same as a further earlier line with the same replacements."""

    lines: tuple[int, ...]

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        equations = [x for x in earlier if isinstance(x.statement, sp.Eq)]
        others = [x for x in earlier if not isinstance(x.statement, sp.Eq)]
        if not all(context.covers(x, line) for x in earlier):
            return None

        def through(e: sp.Basic) -> sp.Basic:
            e = context.opened(e)
            for x in equations:
                left, right = (context.opened(side) for side in x.statement.args)
                letters = free(left) | free(right)
                if not bound_in(e, letters) and context.all_around(moved_in(e) & letters):
                    e = context.opened(put(e, {left: right}))
            return e

        new = through(line)
        found = by_decision.decided(new, context.sets)
        if found is not None:
            return f"put in, {found}"
        if any(alike(new, through(x.statement), context) for x in others):
            return "it is that line with equals put in"
        return None


@dataclass(frozen=True)
class Instance:
    """An earlier line with expressions for some of its letters, each of which lies in the letter's set: for
    all letters in theirs, or because of further earlier lines, or of the line's premise.

    From f(t) < c for t > 0 follows: if x > 1, then f(x − 1) < c.
    """

    lines: tuple[int, ...]
    letters: Mapping[sp.Basic, sp.Expr] = field(default_factory=dict, hash=False)

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        fact, *others = earlier
        if not context.bare(set(self.letters)) or not context.explicit(fact.statement):
            return None
        rest = {k: v for k, v in fact.sets.items() if k not in self.letters}
        defined = {k: v for k, v in context.means.items() if k not in self.letters}
        written = Context(context.sets, defined).opened(fact.statement)  # a definition may hide the letters
        if bound_in(written, set(self.letters)):
            return None
        new = put(written, self.letters)
        if not context.covers(Fact(new, rest), line):
            return None
        if not all(context.covers(x, line) for x in others):
            return None
        known, there, asked = [x.statement for x in others], context, line
        if isinstance(line, sp.Implies) and not isinstance(new, sp.Implies):
            premise, asked = line.args
            known += [
                x.args[1] for x in known if isinstance(x, sp.Implies) and alike(x.args[0], premise, context)
            ]
            known += premise.args if isinstance(premise, sp.And) else [premise]
            there = context.where_holds(premise, asked)
        for letter, x in self.letters.items():
            if letter not in fact.sets or not lies_in(there.opened(x), fact.sets[letter], there, known):
                return None
        said = ", ".join(f"{x} for {letter}" for letter, x in self.letters.items())
        return f"with {said}" if alike(new, asked, there) else None


def lies_in(x: sp.Expr, over: sp.Set, context: Context, known: Sequence[sp.Basic] = ()) -> bool:
    """Whether an expression's values lie in a set, for all letters in theirs; inequalities that are known
    may say so."""
    x = sp.sympify(x)
    if x in context.sets:
        if context.sets[x] == over or context.sets[x].is_subset(over) is True:
            return True
    if not x.free_symbols:
        return bool(over.contains(x) == sp.true)
    if over.is_subset(sp.S.Integers):
        least = sp.Ge(x, over.inf, evaluate=False)
        return _all_from_its_first(over) and _whole(x, context) and _holds(least, context, known)
    if isinstance(over, sp.Interval):
        below = (
            sp.true
            if over.inf == -sp.oo
            else (sp.Gt if over.left_open else sp.Ge)(x, over.inf, evaluate=False)
        )
        above = (
            sp.true
            if over.sup == sp.oo
            else (sp.Lt if over.right_open else sp.Le)(x, over.sup, evaluate=False)
        )
        return _real(x, context) and all(_holds(y, context, known) for y in (below, above))
    if over == sp.S.Reals - sp.FiniteSet(0):
        return _real(x, context) and context.decided(sp.Ne(x, 0, evaluate=False)) is not None
    return False


def _all_from_its_first(over: sp.Set) -> bool:
    """Whether a set is that of all whole numbers from one on."""
    return isinstance(over, sp.Range | type(sp.S.Naturals) | type(sp.S.Naturals0)) and bool(
        over.inf.is_Integer and over == sp.Range(over.inf, sp.oo) or over in (sp.S.Naturals, sp.S.Naturals0)
    )


def _holds(asked: sp.Basic, context: Context, known: Sequence[sp.Basic]) -> bool:
    """Whether an inequality is one of those known, or a weaker form of one, or is decided."""
    wanted = gap(asked)
    for statement in known:
        found = gap(context.opened(statement))
        if found and wanted and (found[1] or not wanted[1]) and vanishes(found[0] - wanted[0], context.sets):
            return True
    return context.decided(asked) is not None


def _real(x: sp.Expr, context: Context) -> bool:
    """Whether an expression has a real value for all letters in their sets."""
    if _assumed(x, context, "is_real"):
        return True
    if not x.args or not all(_real(y, context) for y in x.args):
        return False
    if isinstance(x, sp.log):
        return context.decided(sp.Gt(x.args[0], 0, evaluate=False)) is not None
    if isinstance(x, sp.acos | sp.asin):
        ends = (sp.Ge(x.args[0], -1, evaluate=False), sp.Le(x.args[0], 1, evaluate=False))
        return all(context.decided(end) is not None for end in ends)
    if isinstance(x, sp.Pow) and not (x.exp.is_Integer and x.exp >= 0):
        root = x.exp.is_Rational and x.exp > 0
        kind = sp.Ne if x.exp.is_Integer else sp.Ge if root else sp.Gt
        return context.decided(kind(x.base, 0, evaluate=False)) is not None
    return isinstance(x, _ALWAYS_REAL)


_ALWAYS_REAL = (sp.Add, sp.Mul, sp.Pow, sp.exp, sp.Abs, sp.Min, sp.Max, sp.sin, sp.cos, sp.tanh)


def _whole(x: sp.Expr, context: Context) -> bool:
    return _assumed(x, context, "is_integer")


def _assumed(x: sp.Expr, context: Context, question: str) -> bool:
    found = renamed(x, context.sets)
    return bool(found is not None and getattr(found[0], question) is True)


@dataclass(frozen=True)
class Induction:
    """From P at the letter's first value, and P(n) ⇒ P(n + 1), P for every n."""

    lines: tuple[int, int]
    letter: sp.Symbol

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        base, step = earlier
        over = context.sets.get(self.letter)
        if over is None or not _all_from_its_first(over):
            return None
        if not context.bare({self.letter}) or not context.explicit(line):
            return None
        if not (context.covers(base, line) and context.covers(step, line)):
            return None
        line = context.opened(line)  # a definition may hide the letter
        if self.letter in bound(line):
            return None
        first = put(line, {self.letter: over.inf})
        wanted = sp.Implies(line, put(line, {self.letter: self.letter + 1}), evaluate=False)
        if alike(base.statement, first, context) and alike(step.statement, wanted, context):
            return f"by induction over {self.letter} = {over.inf}, {over.inf + 1}, …"
        return None


@dataclass(frozen=True)
class Logic:
    """The line follows from earlier ones by the laws of propositions and because of two numbers one is less,
    or they are equal, or it is greater."""

    lines: tuple[int, ...]

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        if not all(context.covers(x, line) for x in earlier):
            return None
        atoms: dict[Any, tuple[sp.Symbol, sp.Symbol, sp.Symbol]] = {}
        premises = [_propositional(context.opened(x.statement), atoms) for x in earlier]
        denied = sp.Not(_propositional(context.opened(line), atoms))
        order = [
            sp.And(sp.Or(*three), *(sp.Not(sp.And(three[i], three[j])) for i, j in ((0, 1), (0, 2), (1, 2))))
            for three in atoms.values()
        ]
        return "by logic" if sp.satisfiable(sp.And(*premises, *order, denied)) is False else None


def _propositional(statement: sp.Basic, atoms: dict[Any, tuple[sp.Symbol, sp.Symbol, sp.Symbol]]) -> sp.Basic:
    """The statement in propositions "less", "equal" and "greater", three for each pair of sides; |x| < c as
    −c < x < c."""
    if statement in (sp.true, sp.false):
        return statement
    if isinstance(statement, Relational):
        left, right = statement.args
        if isinstance(left, sp.Abs) and isinstance(statement, sp.Lt | sp.Le):
            inside = left.args[0]
            parts = (statement.func(x, right, evaluate=False) for x in (inside, -inside))
            return sp.And(*(_propositional(x, atoms) for x in parts))
        if isinstance(left, sp.Abs) and isinstance(statement, sp.Gt | sp.Ge):
            opposite = sp.Le if isinstance(statement, sp.Gt) else sp.Lt
            return sp.Not(_propositional(opposite(left, right, evaluate=False), atoms))
        turned = sp.default_sort_key(left) > sp.default_sort_key(right)
        pair = (right, left) if turned else (left, right)
        less, equal, greater = atoms.setdefault(pair, tuple(sp.Dummy() for _ in range(3)))
        if turned:
            less, greater = greater, less
        return {
            sp.StrictLessThan: less,
            sp.LessThan: sp.Or(less, equal),
            sp.StrictGreaterThan: greater,
            sp.GreaterThan: sp.Or(greater, equal),
            sp.Equality: equal,
            sp.Unequality: sp.Or(less, greater),
        }[type(statement)]
    if isinstance(statement, sp.And | sp.Or | sp.Not | sp.Implies | sp.Equivalent):
        return statement.func(*(_propositional(x, atoms) for x in statement.args))
    return atoms.setdefault(statement, (sp.Dummy(), sp.false, sp.false))[0]


@dataclass(frozen=True)
class Combined:
    """An inequality whose gap is a sum of products of gaps of earlier ones, each times a number that is not
    negative.

    ``terms``: for each product its factor, an expression shown to be ≥ 0 (> 0 for a strict line), and the
    places in ``lines`` of the gaps it multiplies; a factor of an equation's gap may have any sign. Without
    terms the gaps are added.
    """

    lines: tuple[int, ...]
    terms: tuple[tuple[sp.Expr | int, tuple[int, ...]], ...] = ()

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        wanted = gap(context.opened(line))
        if wanted is None or not all(context.covers(x, line) for x in earlier):
            return None
        terms = self.terms or tuple((1, (place,)) for place in range(len(earlier)))
        total, strict = sp.S.Zero, False
        for factor, places in terms:
            factor = context.opened(sp.sympify(factor))
            if not _real(factor, context):
                return None
            product, sure, zero = factor, True, False
            for place in places:
                statement = context.opened(earlier[place].statement)
                if isinstance(statement, sp.Eq):
                    product, zero = product * (statement.rhs - statement.lhs), True
                    continue
                found = gap(statement)
                if found is None:
                    return None
                product, sure = product * found[0], sure and found[1]
            if not zero:
                positive = context.decided(sp.Gt(factor, 0, evaluate=False)) is not None
                if not positive and context.decided(sp.Ge(factor, 0, evaluate=False)) is None:
                    return None
                strict = strict or (positive and sure)
            total += product
        if (wanted[1] and not strict) or not vanishes(wanted[0] - total, context.sets):
            return None
        return "these inequalities, multiplied and added up"


@dataclass(frozen=True)
class Increasing:
    """From a ≤ b, f(a) ≤ f(b) for an f whose derivative is not negative on a set that a and b lie in (f(a) <
    f(b) from a < b where it is positive)."""

    lines: tuple[int]
    function: sp.Lambda
    over: sp.Set = sp.S.Reals

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        (fact,) = earlier
        known, asked = sides_of(fact.statement), sides_of(line)
        if known is None or asked is None or not context.covers(fact, line):
            return None
        if not isinstance(self.over, sp.Interval) and self.over != sp.S.Reals:
            return None
        if not all(lies_in(context.opened(x), self.over, context) for x in known[:2]):
            return None
        (name,) = self.function.variables
        letter = sp.Dummy(str(name))  # of which no definition knows
        f = self.function(letter)
        slope = sp.Derivative(f, letter)
        kind = sp.Gt if asked[2] else sp.Ge
        there = Context({**context.sets, letter: self.over}, context.means)
        rises = there.decided(kind(slope, 0, evaluate=False))
        if rises is None or (asked[2] and not known[2]):
            return None
        if not there.smooth(f):
            return None
        pairs = zip(asked[:2], known[:2], strict=True)
        if all(vanishes(context.opened(x - self.function(y)), context.sets) for x, y in pairs):
            return f"{self.function.expr} increases with {name}: {rises}"
        return None


@dataclass(frozen=True)
class Rising:
    """From f′ ≥ 0 for every x of an interval, f(x) ≥ c, where c is f at its lower end (``end`` "low"), or
    from f′ ≤ 0, f(x) ≥ c with f at its upper end ("high").

    f is shown to be smooth on the interval, and at its end where c is f there by value; else the second line
    says that c is its limit. Strict where f′ is, and x is not the end.
    """

    lines: tuple[int, ...]
    letter: sp.Symbol
    end: str = "low"

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        slope, *limits = earlier
        over, low = context.sets.get(self.letter), self.end == "low"
        sides, asked = sides_of(context.opened(slope.statement)), sides_of(context.opened(line))
        if not isinstance(over, sp.Interval) or sides is None or asked is None or asked[0].has(self.letter):
            return None
        if not context.bare({self.letter}) or not context.explicit(line):
            return None
        inside = Context({**context.sets, self.letter: over.interior})
        if not inside.covers(Fact(context.opened(slope.statement), slope.sets), line):
            return None
        bottom, f, strictly = asked
        risen = sides[1] - sides[0] if low else sides[0] - sides[1]
        at, opened = (over.inf, over.left_open) if low else (over.sup, over.right_open)
        if not vanishes(sp.Derivative(f, self.letter) - risen, inside.sets):
            return None
        if strictly and not (sides[2] and opened):
            return None
        ends = context if limits else Context({**context.sets, self.letter: over.closure})
        if not ends.smooth(f):
            return None
        if limits:
            limit = sp.Eq(sp.Limit(f, self.letter, at, "+" if low else "-"), bottom, evaluate=False)
            reached = context.covers(limits[0], line) and _same_limit(limits[0].statement, limit, context)
        else:
            value = f.xreplace({self.letter: at})
            rest = {x: y for x, y in context.sets.items() if x != self.letter}
            reached = not at.is_infinite and vanishes(value - bottom, rest)
        sign = "is not negative" if low else "is not positive"
        return f"the derivative {sign}, and that is the value at the {self.end} end" if reached else None


def _same_limit(known: sp.Basic, wanted: sp.Eq, context: Context) -> bool:
    """Whether the line says what the limit is; from both sides is from one."""
    known = context.opened(known)
    if not (isinstance(known, sp.Eq) and isinstance(known.lhs, sp.Limit)):
        return False
    f, letter, at, way = known.lhs.args
    return bool(
        (letter, at) == wanted.lhs.args[1:3]
        and (str(way) in (str(wanted.lhs.args[3]), "+-") or at.is_infinite)
        and vanishes(f - wanted.lhs.args[0], context.sets)
        and vanishes(known.rhs - wanted.rhs, context.sets)
    )


@dataclass(frozen=True)
class Added:
    """From f ≤ g for every value of a letter, the same of their sums, or of their integrals, between two ends
    that do not depend on it and lie in its set (strict where f < g and there is something between)."""

    lines: tuple[int]
    letter: sp.Symbol

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        (fact,) = earlier
        known, asked = sides_of(context.opened(fact.statement)), sides_of(context.opened(line))
        if known is None or asked is None or self.letter not in fact.sets or not context.bare({self.letter}):
            return None
        if not context.explicit(fact.statement):
            return None
        over, limits = fact.sets[self.letter], _limits(asked[:2])
        if limits is None:
            return None
        kind, low, high = limits
        letter = self.letter
        if not _between(low, high, over, kind, context):
            return None
        rest = {x: y for x, y in fact.sets.items() if x != letter}
        if any(rest.get(x) != y for x, y in context.sets.items() if x in rest and x != letter):
            return None
        if not _in_order(low, high, kind, asked[2], context) or (asked[2] and not known[2]):
            return None
        sides = [kind(x, (letter, low, high)) for x in known[:2]]
        sets = {**context.sets}
        if all(vanishes(x - y, sets) for x, y in zip(asked[:2], sides, strict=True)):
            return f"{'integrated' if kind is sp.Integral else 'added up'} over {letter}"
        return None


def _limits(sides: tuple[sp.Expr, ...]) -> tuple[Any, sp.Expr, sp.Expr] | None:
    """The one kind and the one pair of ends of the sums or integrals on either side."""
    nodes = {x for side in sides for x in side.atoms(ExprWithLimits)}
    found = {
        (type(x), x.limits[0][1], x.limits[0][2])
        for x in nodes
        if len(x.limits) == 1 and len(x.limits[0]) == 3
    }
    if len(found) != 1 or next(iter(found))[0] not in (sp.Sum, sp.Integral):
        return None
    return next(iter(found))


def _in_order(low: sp.Expr, high: sp.Expr, kind: Any, strict: bool, context: Context) -> bool:
    """Whether the lower end is not above the upper one (a sum may be empty), and with ``strict`` there is
    something between them."""
    if low == -sp.oo or high == sp.oo:
        return bool(low != sp.oo and high != -sp.oo)
    first = low if strict or kind is sp.Integral else low - 1
    order = sp.Lt if strict and kind is sp.Integral else sp.Le
    return context.decided(order(first, high, evaluate=False)) is not None


def _between(low: sp.Expr, high: sp.Expr, over: sp.Set, kind: Any, context: Context) -> bool:
    if kind is sp.Sum:
        return _all_from_its_first(over) and lies_in(low, over, context)
    if not isinstance(over, sp.Interval):
        return False
    inside = over.closure
    ends = [x for x in (low, high) if x not in (sp.oo, -sp.oo)]
    far = (high != sp.oo or over.sup == sp.oo) and (low != -sp.oo or over.inf == -sp.oo)
    return far and all(lies_in(x, inside, context) for x in ends)


@dataclass(frozen=True)
class Lemma:
    """Another claim that is proved, by its label, with the same meanings and on sets no smaller."""

    label: str
    lines: tuple[int, ...] = ()

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        fact = context.lemma(self.label)
        if fact is None or not context.covers(fact, line) or not alike(fact.statement, line, context):
            return None
        return f"that is {self.label}"


@dataclass(frozen=True)
class Cited:
    """A theorem of the literature: the line is its conclusion, and earlier lines, or decisions, are its
    hypotheses, with expressions for its letters."""

    theorem: str
    lines: tuple[int, ...] = ()
    letters: Mapping[Any, Any] = field(default_factory=dict, hash=False)

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        theorem = THEOREMS[self.theorem]
        hypotheses, conclusion = theorem.instance(self.letters)
        over = theorem.ranges(self.letters)
        if not alike(conclusion, line, context) or not context.bare(set(over)):
            return None
        given = [context.opened(sp.sympify(x)) for key, x in self.letters.items() if key not in theorem.over]
        own = set(over) | bound(sp.Tuple(*hypotheses, conclusion))
        if own & set(context.sets) and not all(map(context.explicit, given)):
            return None  # nor be what may depend on one that moves, unseen
        if any(x.free_symbols & set(over) for x in given):
            return None  # what is put for a letter may not depend on those of the hypotheses
        there = Context({**context.sets, **over}, context.means)
        for wanted in hypotheses:
            known = any(there.covers(x, wanted) and alike(x.statement, wanted, there) for x in earlier)
            if not known and there.decided(wanted) is None:
                return None
        return f"{theorem.name} ({theorem.source})"


def cited(theorem: str, lines: tuple[int, ...], *given: Any) -> Cited:
    """``Cited`` with what is put for the theorem's letters, in their order.

    >>> cited("inverse hyperbolic cosine", (), sp.Integer(2)).letters
    {c: 2}
    """
    return Cited(theorem, lines, dict(zip(THEOREMS[theorem].letters, given, strict=True)))


@dataclass(frozen=True)
class Said:
    """Words. A claim that needs them is argued, not proved."""

    words: str
    lines: tuple[int, ...] = ()

    def why(self, line: sp.Basic, earlier: tuple[Fact, ...], context: Context) -> str | None:
        return self.words


Reason = (
    Decided
    | Where
    | Rewritten
    | Instance
    | Induction
    | Logic
    | Combined
    | Increasing
    | Rising
    | Added
    | Lemma
    | Cited
    | Said
)
REASONS = Reason.__args__
"""Nothing else makes a line."""
