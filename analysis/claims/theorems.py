"""Theorems of the literature that proofs cite, each with its source, in letters that a proof puts expressions
for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits

from analysis.claims.decisions.identities import strange
from analysis.claims.decisions.letters import within_relations
from analysis.claims.relations import eq, ge, gt, le
from analysis.symbolic.display import (
    columns,
    entry,
    expectation,
    iterated,
    largest,
    length,
    rows,
    spectral_norm,
)


@dataclass(frozen=True)
class Theorem:
    """If the hypotheses hold for every value of the letters they are about, so does the conclusion.

    ``letters``: what a proof puts expressions for; symbols, which stand for finite numbers, or functions for
    which it puts a ``Lambda``.
    ``over``: what the letters that the hypotheses are about range over, for which a proof may put others.
    """

    name: str
    source: str
    letters: tuple[Any, ...]
    hypotheses: tuple[sp.Basic, ...]
    conclusion: sp.Basic
    over: Mapping[sp.Basic, sp.Set] = field(default_factory=dict)

    def instance(self, given: Mapping[Any, Any]) -> tuple[tuple[sp.Basic, ...], sp.Basic]:
        """Hypotheses and conclusion with what is given for the letters; raises ValueError where a letter is
        missing or unknown, or is infinite, or is a map of a letter that is bound in the theorem."""
        if set(given) != set(self.letters):
            raise ValueError(f"{self.name} wants {', '.join(map(str, self.letters))}")
        if any(strange(x) for x in map(sp.sympify, given.values()) if not isinstance(x, sp.Lambda)):
            raise ValueError(f"{self.name} wants finite numbers")
        whole = sp.Tuple(*self.hypotheses, self.conclusion)
        bound = set().union(*(node.args[0].free_symbols for node in whole.atoms(iterated)))
        bound |= {limit[0] for node in whole.atoms(ExprWithLimits) for limit in node.limits}
        bound |= {node.args[1] for node in whole.atoms(sp.Limit)}
        inner = {y for letter in bound & set(given) for y in sp.sympify(given[letter]).free_symbols}
        own = bound - set(given)  # letters that no proof may put into the theorem
        for x in given.values():
            if (inner | own if isinstance(x, sp.Lambda) else own) & sp.sympify(x).free_symbols:
                raise ValueError(f"{self.name} wants nothing that holds {', '.join(map(str, inner | own))}")

        letters = {k: sp.sympify(x) for k, x in given.items() if not isinstance(x, sp.Lambda)}

        def here(e: sp.Basic) -> sp.Basic:
            e = e.xreplace(letters)  # before the maps, which may hold letters of the same name
            for letter, x in given.items():
                if isinstance(x, sp.Lambda):
                    e = e.replace(letter, x)
            return e

        first, last = self.hypotheses, self.conclusion
        return tuple(within_relations(x, here) for x in first), within_relations(last, here)

    def ranges(self, given: Mapping[Any, Any]) -> dict[sp.Basic, sp.Set]:
        """What the hypotheses' own letters range over; raises ValueError where one is put that is none."""
        found = {given.get(x, x): over for x, over in self.over.items()}
        if len(found) < len(self.over) or not all(isinstance(x, sp.Symbol) for x in found):
            raise ValueError(f"{self.name} wants a letter for each of {', '.join(map(str, self.over))}")
        return found


X, Q = sp.symbols("x q", real=True)
"""A real number, and a positive one that tends to 0."""
DOMINATED, BOUND, TENDS = (sp.Function(name) for name in "fgh")
FINITE = sp.Symbol("G", real=True)
_LINE = (X, -sp.oo, sp.oo)
INDEX, APART = sp.symbols("j i", integer=True, positive=True)
"""The number of a term, and by how much that of another is larger."""
TERM = sp.Function("X")
COUNT = sp.Symbol("n", integer=True, positive=True)
ONE, OTHER = sp.symbols("X Y", real=True)
LEFT, RIGHT = sp.symbols("A B", commutative=False)
"""Real matrices that fit together."""
ROW, COLUMN = sp.symbols("k l", integer=True, positive=True)
IN_ROW, IN_COLUMN = sp.Function("u"), sp.Function("v")
LIMIT, HEIGHT, WIDTH = sp.symbols("c m n")
_MATRICES = "Horn and Johnson, Matrix Analysis, 2nd ed. 2013"

SMALLER, LARGER = sp.symbols("a b", real=True)
AT, START, NUMBER, FIRST, STEPS = sp.symbols("x x_0 i i_0 k", real=True)
MAP, NUMBERED = sp.Function("F"), sp.Function("G")
"""Letters of a recursion: x ↦ F(x), or x ↦ G(i, x) in step i, from x_0, after step i_0, and k steps of it."""
_steps = {
    n: iterated(
        sp.Tuple(NUMBER, AT), sp.Tuple(NUMBER + 1, NUMBERED(NUMBER + 1, AT)), sp.Tuple(FIRST, START), n
    )
    for n in (sp.S.Zero, STEPS, STEPS + 1)
}
TERMS, LAST = sp.Function("a"), sp.Symbol("n", real=True)
_j = sp.Symbol("j", integer=True)
_DEDEKIND = "Dedekind, Was sind und was sollen die Zahlen? 1888, theorem 126"

_f = sp.Function("f")
_a, _b, _x = sp.symbols("a b x", real=True)
_c, _h, _m, _n, _p, _top = sp.symbols("c h m n p M")

_centre, _spread = sp.Symbol("a", real=True), sp.Symbol("b", positive=True)
_slope, _g = sp.Function("slope"), sp.Function("g")
PLACE = sp.Symbol("n", integer=True, positive=True)
"""The place in a sequence."""


def _normal_mean(f: sp.Expr) -> sp.Expr:
    return sp.Integral(f * sp.exp(-(_x**2) / 2) / sp.sqrt(2 * sp.pi), (_x, -sp.oo, sp.oo))


def _falling(f: sp.Expr, to: sp.Expr) -> sp.Eq:
    """f tends to that number as x tends to 0 from above."""
    return eq(sp.Limit(f, _x, 0), to)


THEOREMS: dict[str, Theorem] = {
    "dominated convergence": Theorem(
        name="dominated convergence, for every sequence that tends to 0",
        source="Rudin, Principles of Mathematical Analysis, theorem 11.32",
        letters=(DOMINATED, BOUND, TENDS, FINITE),
        hypotheses=(
            le(DOMINATED(Q, X), BOUND(X)),
            le(-DOMINATED(Q, X), BOUND(X)),
            eq(sp.Limit(DOMINATED(Q, X), Q, 0), TENDS(X)),
            eq(sp.Integral(BOUND(X), _LINE), FINITE),
        ),
        conclusion=eq(sp.Limit(sp.Integral(DOMINATED(Q, X), _LINE), Q, 0), sp.Integral(TENDS(X), _LINE)),
        over={Q: sp.Interval.open(0, sp.oo), X: sp.S.Reals},
    ),
    "uncorrelated sum": Theorem(
        name="the mean square of a sum of terms whose products have mean 0",
        source="Feller, An Introduction to Probability Theory and Its Applications I, section IX.5",
        letters=(TERM, COUNT),
        hypotheses=(eq(expectation(TERM(INDEX) * TERM(INDEX + APART)), sp.S.Zero),),
        conclusion=eq(
            expectation(sp.Sum(TERM(INDEX), (INDEX, 1, COUNT)) ** 2),
            sp.Sum(expectation(TERM(INDEX) ** 2), (INDEX, 1, COUNT)),
        ),
        over={INDEX: sp.Range(1, sp.oo), APART: sp.Range(1, sp.oo)},
    ),
    "uncorrelated pair": Theorem(
        name="the mean square of a sum of two numbers whose product has mean 0",
        source="Feller, An Introduction to Probability Theory and Its Applications I, section IX.5",
        letters=(ONE, OTHER),
        hypotheses=(eq(expectation(ONE * OTHER), sp.S.Zero),),
        conclusion=eq(expectation((ONE + OTHER) ** 2), expectation(ONE**2) + expectation(OTHER**2)),
    ),
    "roots keep the order": Theorem(
        name="of two numbers that are not negative the smaller has the smaller root",
        source="Rudin, Principles of Mathematical Analysis, 3rd ed. 1976, theorem 1.21",
        letters=(SMALLER, LARGER),
        hypotheses=(ge(SMALLER, 0), le(SMALLER, LARGER)),
        conclusion=le(sp.sqrt(SMALLER), sp.sqrt(LARGER)),
    ),
    "squares of a sum's terms": Theorem(
        name="of terms that are not negative the squares add up to no more than the square of their sum",
        source="Hardy, Littlewood and Pólya, Inequalities, 2nd ed. 1952, theorem 19",
        letters=(TERMS, LAST),
        hypotheses=(ge(TERMS(_j), 0),),
        conclusion=le(sp.Sum(TERMS(_j) ** 2, (_j, 0, LAST)), sp.Sum(TERMS(_j), (_j, 0, LAST)) ** 2),
        over={_j: sp.S.Naturals0},
    ),
    "no step": Theorem(
        name="a map applied no times leaves its argument",
        source=_DEDEKIND,
        letters=(AT, START, MAP),
        hypotheses=(),
        conclusion=eq(iterated(AT, MAP(AT), START, 0), START),
    ),
    "one step more": Theorem(
        name="a map applied once more",
        source=_DEDEKIND,
        letters=(AT, START, MAP, STEPS),
        hypotheses=(ge(STEPS, 0),),
        conclusion=eq(iterated(AT, MAP(AT), START, STEPS + 1), MAP(iterated(AT, MAP(AT), START, STEPS))),
    ),
    "no numbered step": Theorem(
        name="no step of a recursion whose steps are numbered",
        source=_DEDEKIND,
        letters=(AT, START, NUMBER, FIRST, NUMBERED),
        hypotheses=(),
        conclusion=eq(_steps[sp.S.Zero], START),
    ),
    "one numbered step more": Theorem(
        name="one step more of a recursion whose steps are numbered",
        source=_DEDEKIND,
        letters=(AT, START, NUMBER, FIRST, NUMBERED, STEPS),
        hypotheses=(ge(STEPS, 0),),
        conclusion=eq(_steps[STEPS + 1], NUMBERED(FIRST + STEPS + 1, _steps[STEPS])),
    ),
    "logarithm": Theorem(
        "log x ≤ x − 1",
        "Olver et al. (2010), NIST Handbook of Mathematical Functions, 4.5.4",
        (_c,),
        (gt(_c, 0),),
        le(sp.log(_c), _c - 1),
    ),
    "inverse hyperbolic cosine": Theorem(
        "arcosh as a logarithm",
        "Olver et al. (2010), NIST Handbook of Mathematical Functions, 4.37.19",
        (_c,),
        (ge(_c, 1),),
        eq(sp.acosh(_c), sp.log(_c + sp.sqrt(_c**2 - 1))),
    ),
    "length of an interval": Theorem(
        "the length of an interval",
        "Rudin (1987), Real and Complex Analysis, theorem 2.20",
        (_f, _a, _c, _m, _n, _h),
        (
            sp.Equivalent(
                ge(_f(_a), _c),
                le(sp.Abs(_m * _a + _n), _h),
                evaluate=False,
            ),
            sp.Ne(_m, 0, evaluate=False),
            ge(_h, 0),
        ),
        eq(length(ge(_f(_a), _c), _a), 2 * _h / sp.Abs(_m)),
        over={_a: sp.S.Reals},
    ),
    "largest value": Theorem(
        "what a largest value is",
        "Rudin (1976), Principles of Mathematical Analysis, definition 1.8",
        (_f, _p, _top),
        (
            le(_f(_x), _top),
            ge(_f(_p), _top),
            ge(_p, 0),
            le(_p, 1),
        ),
        eq(largest(_f(_x)), _top),
        over={_x: sp.Interval(0, 1)},
    ),
    "constant factor": Theorem(
        name="a factor that is no random number, so that it is its own mean, comes out of a mean",
        source="Feller, An Introduction to Probability Theory and Its Applications I, section IX.2",
        letters=(ONE, OTHER),
        hypotheses=(eq(expectation(ONE), ONE),),
        conclusion=eq(expectation(ONE * OTHER), ONE * expectation(OTHER)),
    ),
    "poincare": Theorem(
        "Poincaré's inequality for the normal law",
        "Chernoff (1981), Annals of Probability 9, 533–535: for a function that is the integral of its slope",
        (_f, _slope),
        (eq(sp.Integral(_slope(_x), (_x, _a, _b)), _f(_b) - _f(_a)),),
        ge(_normal_mean(_slope(_x) ** 2), _normal_mean(_f(_x) ** 2) - _normal_mean(_f(_x)) ** 2),
        {_a: sp.S.Reals, _b: sp.S.Reals},
    ),
    "log-of-normal": Theorem(
        "the mean logarithm of a noncentral χ² variable with one degree of freedom",
        "Moser (2020), Entropy 22, 1048: the expected logarithm for odd degrees of freedom, here one",
        (_centre, _spread),
        (gt(_spread, 0),),
        eq(
            _normal_mean(sp.log(sp.Abs(_centre + _spread * _x))),
            sp.log(_spread)
            - (sp.EulerGamma + sp.log(2)) / 2
            + (_centre / _spread) ** 2
            / 2
            * sp.hyper((1, 1), (sp.Rational(3, 2), 2), -((_centre / _spread) ** 2) / 2),
        ),
    ),
    "equal-sequences": Theorem(
        "sequences that agree from the fourth place on have one limit",
        "Rudin (1976), Principles of Mathematical Analysis, definition 3.1",
        (_f, _g, _c),
        (
            eq(_f(PLACE), _g(PLACE)),
            eq(sp.Limit(_g(PLACE), PLACE, sp.oo), _c),
        ),
        eq(sp.Limit(_f(PLACE), PLACE, sp.oo), _c),
        {PLACE: sp.Range(4, sp.oo)},
    ),
    "sum of limits": Theorem(
        "the limit of a sum is the sum of the limits",
        "Rudin (1976), Principles of Mathematical Analysis, theorem 4.4",
        (_f, _g, _c, _h),
        (_falling(_f(_x), _c), _falling(_g(_x), _h)),
        _falling(_f(_x) + _g(_x), _c + _h),
    ),
    "quotient of limits": Theorem(
        "the limit of a quotient is the quotient of the limits",
        "Rudin (1976), Principles of Mathematical Analysis, theorem 4.4",
        (_f, _g, _c, _h),
        (_falling(_f(_x), _c), _falling(_g(_x), _h), sp.Ne(_h, 0, evaluate=False)),
        _falling(_f(_x) / _g(_x), _c / _h),
    ),
    "limit of a composition": Theorem(
        "f(g(x)) tends where f does, for g that is to x as a positive number to 1",
        "Rudin (1976), Principles of Mathematical Analysis, definition 4.1 and theorem 4.4",
        (_f, _g, _c, _h),
        (_falling(_g(_x) / _x, _h), gt(_h, 0), _falling(_f(_x), _c)),
        _falling(_f(_g(_x)), _c),
    ),
    "equal functions": Theorem(
        "functions that agree near a point have one limit there",
        "Rudin (1976), Principles of Mathematical Analysis, definition 4.1",
        (_f, _g, _c),
        (eq(_f(_x), _g(_x)), _falling(_g(_x), _c)),
        _falling(_f(_x), _c),
        {_x: sp.Interval.open(0, 1)},
    ),
    "norm of a product": Theorem(
        name="the norm of a product of matrices",
        source="Golub and Van Loan, Matrix Computations, 4th ed. 2013, section 2.3.1",
        letters=(LEFT, RIGHT),
        hypotheses=(),
        conclusion=le(spectral_norm(LEFT * RIGHT), spectral_norm(LEFT) * spectral_norm(RIGHT)),
    ),
    "norm": Theorem(
        name="a norm is not negative",
        source="Golub and Van Loan, Matrix Computations, 4th ed. 2013, section 2.3.1",
        letters=(LEFT,),
        hypotheses=(),
        conclusion=le(sp.S.Zero, spectral_norm(LEFT)),
    ),
    "norm of a diagonal matrix": Theorem(
        name="a diagonal matrix lengthens no vector by more than its largest entry",
        source=f"{_MATRICES}, example 5.6.6 and theorem 2.6.3",
        letters=(LEFT, LIMIT),
        hypotheses=(
            eq(entry(LEFT, INDEX, INDEX + APART), sp.S.Zero),
            eq(entry(LEFT, INDEX + APART, INDEX), sp.S.Zero),
            le(sp.Abs(entry(LEFT, INDEX, INDEX)), LIMIT),
        ),
        conclusion=le(spectral_norm(LEFT), LIMIT),
        over={INDEX: sp.Range(1, sp.oo), APART: sp.Range(1, sp.oo)},
    ),
    "product with a diagonal matrix": Theorem(
        name="a diagonal matrix on the right multiplies each column by its entry",
        source=f"{_MATRICES}, section 0.9.1",
        letters=(LEFT, RIGHT, ROW, COLUMN),
        hypotheses=(
            eq(entry(RIGHT, INDEX, INDEX + APART), sp.S.Zero),
            eq(entry(RIGHT, INDEX + APART, INDEX), sp.S.Zero),
            eq(rows(RIGHT), columns(RIGHT)),
        ),
        conclusion=sp.And(
            eq(entry(LEFT * RIGHT, ROW, COLUMN), entry(LEFT, ROW, COLUMN) * entry(RIGHT, COLUMN, COLUMN)),
            eq(rows(LEFT * RIGHT), rows(LEFT)),
            eq(columns(LEFT * RIGHT), columns(LEFT)),
            evaluate=False,
        ),
        over={INDEX: sp.Range(1, sp.oo), APART: sp.Range(1, sp.oo)},
    ),
    "norm of a column times a row": Theorem(
        name="the norm of a column times a row is the product of their lengths",
        source=f"{_MATRICES}, example 5.6.6 and theorem 2.6.3",
        letters=(LEFT, IN_ROW, IN_COLUMN, HEIGHT, WIDTH),
        hypotheses=(
            sp.And(
                eq(entry(LEFT, ROW, COLUMN), IN_ROW(ROW) * IN_COLUMN(COLUMN)),
                eq(rows(LEFT), HEIGHT),
                eq(columns(LEFT), WIDTH),
                evaluate=False,
            ),
        ),
        conclusion=eq(
            spectral_norm(LEFT),
            sp.sqrt(sp.Sum(IN_ROW(ROW) ** 2, (ROW, 1, HEIGHT)))
            * sp.sqrt(sp.Sum(IN_COLUMN(COLUMN) ** 2, (COLUMN, 1, WIDTH))),
        ),
        over={ROW: sp.Range(1, sp.oo), COLUMN: sp.Range(1, sp.oo)},
    ),
}
"""By the names that proofs cite them by."""
