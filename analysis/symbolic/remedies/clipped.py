r"""Gradient clipping: a gradient g that is longer than a threshold c is cut before the step is taken.

    by value:        each entry g_j becomes max(−c, min(c, g_j))
    by norm:         g becomes g · min(1, c/r), r = ‖g‖ (Pascanu, Mikolov and Bengio 2013, algorithm 1)
    by global norm:  the same with r the norm of the gradients of all layers together

Clipping acts on the gradient once back-propagation is done: it transforms no layer, and no factor w σ′(z) changes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp

from analysis.symbolic.claim import Claim, Outcome, Proved, Step, Unknown
from analysis.symbolic.display import times
from analysis.symbolic.proof import counterexample

c = sp.Symbol("c", positive=True)
"""The threshold."""
r, q = sp.symbols("r q", positive=True)
"""The norms of two gradients, or of two parts of one."""
x = sp.Symbol("x", real=True)
"""The cosine of the angle between two gradients."""
g, g_j, g_k = sp.symbols("g g_j g_k", real=True)
eps = sp.Symbol("varepsilon", positive=True)
"""What PyTorch adds to the norm: 10⁻⁶."""

BY_VALUE: sp.Expr = sp.Max(-c, sp.Min(c, g))
"""One entry, clipped by value."""
SHARE: sp.Expr = sp.Min(1, c / r)
"""What clipping by norm multiplies every entry by."""
ALL: sp.Expr = sp.sqrt(r**2 + q**2)
"""The norm of two layers together."""


class by_norm(sp.Function):  # type: ignore[misc]
    """An entry, or the norm of a part, of a gradient whose norm is the second argument: y · min(1, c/total)."""

    nargs = 2

    def doit(self, **hints: Any) -> sp.Expr:
        return self.args[0].doit(**hints) * SHARE.xreplace({r: self.args[1].doit(**hints)})

    def _latex(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return rf"{y}\min\left(1, \frac{{c}}{{{total}}}\right)"

    def _sympystr(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return f"{y}*Min(1, c/{total})"


class softened(by_norm):
    """The same with ε added to the norm, as PyTorch does: y · min(1, c/(total + ε))."""

    def doit(self, **hints: Any) -> sp.Expr:
        y, total = (a.doit(**hints) for a in self.args)
        return y * sp.Min(1, c / (total + eps))

    def _latex(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return rf"{y}\min\left(1, \frac{{c}}{{{total} + \varepsilon}}\right)"

    def _sympystr(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return f"{y}*Min(1, c/({total} + varepsilon))"


class by_value(sp.Function):  # type: ignore[misc]
    """An entry, clipped by value."""

    nargs = 1

    def doit(self, **hints: Any) -> sp.Expr:
        return BY_VALUE.xreplace({g: self.args[0].doit(**hints)})

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        cut = rf"\max\left(-c, \min\left(c, {printer._print(self.args[0])}\right)\right)"
        return cut if exp is None else f"{cut}^{{{exp}}}"


def squared_distance(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    """‖u − v‖² of two vectors with these norms and the cosine x between them."""
    return one**2 + other**2 - 2 * one * other * x


_parts = sp.symbols("p_1:4", positive=True)


def _orders() -> Iterator[dict[sp.Basic, sp.Expr]]:
    """c, r and q in every order: the smallest is p_1, the next p_1 + p_2, the largest p_1 + p_2 + p_3."""
    sums = list(itertools.accumulate(_parts))
    for names in itertools.permutations((c, r, q)):
        yield dict(zip(names, sums, strict=True))


def _resolved(expr: sp.Expr) -> sp.Expr:
    """Every Min whose arguments differ by something of known sign, as the smaller one."""

    def least(*options: sp.Expr) -> sp.Expr:
        best = options[0]
        for other in options[1:]:
            gap = sp.expand(sp.fraction(sp.together(other - best))[0])
            if not (gap.is_nonnegative or gap.is_nonpositive):
                return sp.Min(*options)
            best = best if gap.is_nonnegative else other
        return best

    return expr.replace(sp.Min, least)


def _points(symbols: Iterable[sp.Basic]) -> Iterator[dict[sp.Basic, sp.Expr]]:
    sizes = [sp.Rational(k, 2) for k in (1, 2, 3, 6)]
    for rest in itertools.product(sizes, sizes, (-1, 1, 0)):
        values = {c: sp.S.One, r: rest[0], q: rest[1], x: sp.Integer(rest[2]), eps: sp.Rational(1, 10)}
        values |= {g: rest[0], g_j: rest[0], g_k: -rest[1] / 3}
        yield {s: values[s] for s in symbols}


def by_orders(statement: sp.Basic) -> Outcome:
    """In every order of c, r and q, Min and Max resolve; then an equation is an identity of polynomials, and the gap of an
    inequality, linear in the cosine x, is at x = ±1 a polynomial in positive numbers without a negative coefficient.
    """
    left, right = (side.doit() for side in statement.args)
    gap = right - left
    ends = (-1, 1) if gap.has(x) else (0,)
    if gap.has(x) and sp.diff(gap, x, 2) != 0:
        return Unknown("not linear in the cosine")
    held = Proved(
        "algebra",
        (
            Step(
                "the six orders that c, r and q can stand in by size, one by one; where two are equal, by continuity"
            ),
        ),
    )
    for order, end in itertools.product(_orders(), ends):
        at = sp.expand(sp.simplify(_resolved(gap.subs(x, end).xreplace(order))))
        if isinstance(statement, sp.Eq):
            good = at == 0
        else:
            good = at.is_polynomial(*_parts) and all(k >= 0 for k in sp.Poly(at, *_parts).coeffs())
        if not good:
            return counterexample(statement, _points(gap.free_symbols)) or Unknown(f"open: 0 ≤ {at}")
    how = "as an identity" if isinstance(statement, sp.Eq) else "the gap has no negative coefficient"
    return Proved(held.how, (*held.steps, Step(how)))


def _twice(rule: type[by_norm]) -> sp.Eq:
    once = rule(r, r)
    return sp.Eq(rule(once, once), once, evaluate=False)


def _apart(one: sp.Expr, other: sp.Expr) -> sp.Le:
    return sp.Le(squared_distance(one, other), squared_distance(r, q), evaluate=False)


def _nearest(length: sp.Expr) -> sp.Le:
    """For a vector of norm min(q, c), that is any in the ball: g's own image is no farther from g."""
    return sp.Le((r - length) ** 2, squared_distance(r, sp.Min(q, c)), evaluate=False)


def _ratio(one: sp.Expr, other: sp.Expr) -> sp.Eq:
    return sp.Eq(times(by_norm(r, one), q), times(r, by_norm(q, other)), evaluate=False)


_n = sp.Symbol("n", integer=True, positive=True)
_j = sp.Symbol("j", integer=True, positive=True)
_entries = sp.IndexedBase("g", real=True)
_u, _below, _above = sp.symbols("u p q", nonnegative=True)

_PLACES: dict[str, dict[sp.Basic, sp.Expr]] = {
    "above c": {_entries[_j]: c + _u},
    "below −c": {_entries[_j]: -c - _u},
    "between, at the distances p and q from −c and c": {
        c: (_below + _above) / 2,
        _entries[_j]: (_below - _above) / 2,
    },
}
"""Where an entry g_j can lie: every real number is in one of these places, for some u, p, q ≥ 0."""


def by_entries(statement: sp.Le) -> Outcome:
    """Wherever an entry lies, what it leaves of c² is not negative; added up, the norm is at most √n c, reached above c."""
    total, *_ = statement.lhs.atoms(sp.Sum)
    share = total.function.doit()
    steps, most = [], sp.sqrt(sp.Sum(c**2, (_j, 1, _n)).doit())
    for place, at in _PLACES.items():
        left = sp.expand((c**2 - share).subs(at))
        if not left.is_nonnegative:
            return Unknown(f"an entry {place} leaves {left} of c²")
        steps.append(Step(f"an entry {place} leaves this much of c²", left))
    reached = statement.lhs.subs(total, sp.Sum(share.subs(_PLACES["above c"]), (_j, 1, _n)).doit())
    if sp.simplify(reached - most) == 0 == sp.simplify(statement.rhs - most):
        return Proved(
            "algebra", (*steps, Step("added up: at most, and with all entries above c exactly", most))
        )
    at_four = {_n: sp.Integer(4), c: sp.S.One}
    return counterexample(sp.Le(reached, statement.rhs, evaluate=False), [at_four]) or Unknown(
        "not the least bound"
    )


def _bounded(by: sp.Expr) -> sp.Le:
    return sp.Le(sp.sqrt(sp.Sum(by_value(_entries[_j]) ** 2, (_j, 1, _n))), by, evaluate=False)


CLAIMS = (
    Claim(
        label="clip-norm-keeps-direction",
        sentence="Clipping by norm keeps the direction: any two entries keep their ratio.",
        statement=sp.Eq(times(by_norm(g_j, r), g_k), times(g_j, by_norm(g_k, r)), evaluate=False),
        check=by_orders,
        scope="any entries g_j and g_k of a gradient of norm r, any number of entries; the near miss clips by value",
        false_sibling=sp.Eq(times(by_value(g_j), g_k), times(g_j, by_value(g_k)), evaluate=False),
    ),
    Claim(
        label="clip-norm-bound",
        sentence="Afterwards the norm is the smaller of r and c: never above the threshold.",
        statement=sp.Eq(by_norm(r, r), sp.Min(r, c), evaluate=False),
        check=by_orders,
        scope="every r > 0 and c > 0",
        false_sibling=sp.Eq(by_norm(r, r), c, evaluate=False),
    ),
    Claim(
        label="clip-value-bound",
        sentence="Clipping by value bounds the entries by c, so the norm by √n c, and no better.",
        statement=_bounded(sp.sqrt(_n) * c),
        check=by_entries,
        scope="n entries; equality where all are at least c in size",
        false_sibling=_bounded(c),
    ),
    Claim(
        label="clip-norm-idempotent",
        sentence="Clipping a second time changes nothing.",
        statement=_twice(by_norm),
        check=by_orders,
        scope="every r and c; the near miss has PyTorch's ε in the denominator, and cuts a little more each time",
        false_sibling=_twice(softened),
    ),
    Claim(
        label="clip-norm-nonexpansive",
        sentence="Two gradients are never farther apart after clipping by norm than before.",
        statement=_apart(sp.Min(r, c), sp.Min(q, c)),
        check=by_orders,
        scope="norms r and q, any cosine x from −1 to 1, any number of entries; the near miss always rescales to length c",
        false_sibling=_apart(c, c),
    ),
    Claim(
        label="clip-norm-projection",
        sentence="Clipping by norm gives the nearest vector of the ball of radius c.",
        statement=_nearest(sp.Min(r, c)),
        check=by_orders,
        scope="against any other vector of the ball (norm min(q, c), cosine x); the near miss shrinks smoothly to cr/(c + r)",
        false_sibling=_nearest(c * r / (c + r)),
    ),
    Claim(
        label="clip-never-lengthens",
        sentence="Clipping never makes a gradient longer: it does nothing for one that has vanished.",
        statement=sp.Le(sp.Min(r, c), r, evaluate=False),
        check=by_orders,
        scope="every r > 0; the near miss always rescales to length c",
        false_sibling=sp.Le(c, r, evaluate=False),
    ),
    Claim(
        label="clip-global-keeps-speeds",
        sentence="Clipping by the global norm keeps the ratio of any two layers' learning speeds.",
        statement=_ratio(ALL, ALL),
        check=by_orders,
        scope="speeds r and q of two layers (the other layers change the common norm, and nothing else); the near miss clips each layer by its own norm",
        false_sibling=_ratio(r, q),
    ),
)  # fmt: skip
