"""Ways to prove a statement. Each takes the statement itself, so a false one fails by the same route.

A statement about one real variable z whose sides are rational in e^{z/2} is *decided*: with u = e^{-|z|/2}
(or, where they are rational in z itself, u = 1/(1 + |z|)) every sign case becomes a polynomial question on 0
< u < 1, which exact root counting (Sturm's theorem) answers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

import sympy as sp
from sympy.core.relational import Relational

from analysis.claims.outcome import Check, Outcome, Proved, Refuted, Step, Unknown
from analysis.symbolic.notation import cost, cost_prime, sigma, sigma_prime, sigma_second, z

_DIGITS = 50
_t = sp.Symbol("t", positive=True)
_u = sp.Symbol("u", positive=True)


def number(x: sp.Expr, digits: int = 6) -> str:
    """A number as text, with the given significant digits."""
    return str(sp.sstr(sp.N(x, digits), full_prec=False))


def counterexample(statement: Relational, points: Iterable[Mapping[sp.Basic, sp.Expr]]) -> Refuted | None:
    """The first point at which the relation is false, both sides evaluated to 50 digits;
    None if there is none."""
    for point in points:
        left, right = (sp.N(side.doit().xreplace(dict(point)).doit(), _DIGITS) for side in statement.args)
        if not (left.is_number and right.is_number and left.is_finite and right.is_finite):
            continue
        gap = left - right
        false = (
            abs(gap) > sp.Float(10) ** (8 - _DIGITS) * (1 + abs(left))
            if isinstance(statement, sp.Eq)
            else None
        )
        if false is None:
            false = not bool(statement.func(left, right))
        if false:
            where = ", ".join(f"{k} = {v}" for k, v in sorted(point.items(), key=lambda kv: str(kv[0])))
            digits = next((d for d in (6, 12, 24) if number(left, d) != number(right, d)), 40)
            values = f"the left side is {number(left, digits)}, the right side {number(right, digits)}"
            return Refuted(f"at {where} {values}" if where else values)
    return None


def rational_points(symbols: Iterable[sp.Symbol], count: int = 12) -> Iterator[dict[sp.Basic, sp.Expr]]:
    """Fixed rational points with coordinates spread over (−3, 3), none of them zero."""
    names = sorted(symbols, key=str)
    for k in range(1, count + 1):
        yield {
            s: sp.Rational((7 * k + 5 * i * k + 3 * i) % 23 - 11, 4) or sp.S.Half for i, s in enumerate(names)
        }


def specialise(expr: sp.Basic) -> sp.Basic:
    """Put a concrete sigmoid and a quadratic cost in place of σ and C, so that a number comes out."""
    x = sp.Dummy("x")
    s = 1 / (1 + sp.exp(-x))
    c = (x - sp.Rational(1, 3)) ** 2 / 2
    table = {sigma: s, sigma_prime: s.diff(x), sigma_second: s.diff(x, 2), cost: c, cost_prime: c.diff(x)}
    for function, formula in table.items():
        expr = expr.replace(function, sp.Lambda(x, formula))
    return expr


def concretely_false(left: sp.Expr, right: sp.Expr, positive: bool = False) -> Refuted | None:
    """A point (with ``positive``, of positive coordinates) at which two expressions in σ and C differ for the
    sigmoid and a quadratic cost, which is said; None if none is found."""
    a_number = sp.Eq(specialise(left), specialise(right), evaluate=False)
    points = rational_points(a_number.free_symbols)
    found = counterexample(a_number, ({x: abs(v) for x, v in p.items()} if positive else p for p in points))
    chosen = [
        words
        for words, functions in (
            ("the sigmoid for σ", (sigma, sigma_prime, sigma_second)),
            ("C(a) = (a − 1/3)²/2", (cost, cost_prime)),
        )
        if left.has(*functions) or right.has(*functions)
    ]
    return Refuted(f"with {' and '.join(chosen)}, {found.witness}") if found and chosen else found


def by_structure(
    steps: tuple[Step, ...] = (), how: str = "algebra", definitions: Mapping[sp.Basic, sp.Expr] | None = None
) -> Check:
    """Both sides, carried out and with every definition put in, are the very same expression tree.

    No simplification is involved. Where the trees differ, a concrete σ and C give the counter-example.
    """

    def check(statement: sp.Basic) -> Outcome:
        left, right = (_unfold(side.doit(), definitions or {}) for side in statement.args)
        if left == right:
            return Proved(how, (*steps, Step("both sides are the same expression, term by term")))
        return concretely_false(left, right) or Unknown(
            "the two expressions differ in form, not at the points tried"
        )

    return check


def _unfold(expr: sp.Basic, definitions: Mapping[sp.Basic, sp.Expr]) -> sp.Basic:
    """Put definitions in until none is left."""
    while True:
        new = expr.xreplace(dict(definitions))
        if new == expr:
            return expr
        expr = new


def by_deciding(steps: tuple[Step, ...] = ()) -> Check:
    """Decide an equation or an inequality in z, rational in e^{z/2}, on all real z."""

    def check(statement: sp.Basic) -> Outcome:
        lines = list(steps)
        cases = {"z > 0": _t, "z < 0": -_t, "z = 0": sp.S.Zero}
        for name, at in cases.items():
            for gap in _gaps(statement, at):
                found = _decide(statement, gap, at)
                if isinstance(found, Refuted | Unknown):
                    return found
                lines.append(Step(f"{name}: {found}"))
        return Proved("algebra", tuple(dict.fromkeys(lines)))

    return check


def _gaps(statement: Relational, at: sp.Expr) -> list[sp.Expr]:
    """right − left at z = ±t or 0, one for each branch of a Piecewise that the sign alone does not choose,
    and for ±|…|."""
    left, right = (side.doit() for side in statement.args)
    lefts = (
        [left.args[0], -left.args[0]]
        if isinstance(left, sp.Abs) and not isinstance(statement, sp.Eq)
        else [left]
    )
    gaps = []
    for side in lefts:
        gap = (right - side).subs(z, at).doit()
        pieces = sorted(gap.atoms(sp.Piecewise), key=str)
        for choice in itertools.product(*([branch.expr for branch in p.args] for p in pieces)):
            gaps.append(gap.xreplace(dict(zip(pieces, choice, strict=True))))
    return gaps


def _decide(statement: Relational, gap: sp.Expr, at: sp.Expr) -> str | Outcome:
    if at == 0:
        value = sp.simplify(gap)
        good = value == 0 if isinstance(statement, sp.Eq) else bool(statement.func(0, value))
        return (
            "by evaluation"
            if good
            else (counterexample(statement, [{z: sp.S.Zero}]) or Unknown("undecided at z = 0"))
        )
    if gap.has(sp.log) and isinstance(statement, sp.Eq):
        left, right = (sp.exp(side.doit().subs(z, at).doit()) for side in statement.args)
        gap = right - left
    gap = gap.rewrite(sp.exp).rewrite(sp.erfc).replace(sp.sign, lambda x: x / sp.Abs(x))
    algebraic = gap.has(_t) and not gap.has(sp.exp) and sp.cancel(sp.together(gap)).is_rational_function(_t)
    name = "1/(1 + |z|)" if algebraic else "exp(−|z|/2)"
    inverse = 1 / _u - 1 if algebraic else -2 * sp.log(_u)  # either way 0 < u < 1 covers every t > 0
    fraction = sp.cancel(sp.together(gap.subs(_t, inverse).doit()))
    top, bottom = sp.fraction(fraction)
    if not (top.is_polynomial(_u) and bottom.is_polynomial(_u)):
        points = ({z: at.subs(_t, sp.Rational(k, 4))} for k in (1, 2, 4, 8, 12, 20, 40))
        return counterexample(statement, points) or Unknown(f"not rational in exp(z/2): {fraction}")
    if isinstance(statement, sp.Eq):
        if top == 0:
            return f"the difference vanishes identically in u = {name}"
        return counterexample(statement, _images(at, (sp.S.Half,), inverse)) or Unknown(
            "a difference that shows nowhere"
        )
    strict = isinstance(statement, sp.Lt)
    if top == 0:
        return (
            "equality"
            if not strict
            else counterexample(statement, _images(at, (sp.S.Half,), inverse)) or Unknown("equality")
        )
    product = sp.Poly(top * bottom, _u)
    inside = _open_roots(product)
    samples = _samples(inside)
    if all(product.eval(s) > 0 for s in samples) and (not inside or not strict):
        return (
            f"the difference, a polynomial in u = {name} over a positive one, is positive for 0 < u < 1 "
            "(Sturm)"
        )
    return counterexample(statement, _images(at, samples, inverse)) or Unknown(
        "the sign changes where it could not be evaluated"
    )


def _open_roots(poly: sp.Poly) -> list[sp.Expr]:
    """The distinct real roots strictly between 0 and 1."""
    return [r for r in sp.Poly(poly.sqf_part(), _u).real_roots() if 0 < r < 1]


def _samples(roots: list[sp.Expr]) -> list[sp.Rational]:
    """One rational number in every gap that the roots leave in (0, 1)."""
    edges = [sp.S.Zero, *sorted(roots), sp.S.One]
    return [
        sp.nsimplify((sp.N(p, 40) + sp.N(q, 40)) / 2, rational=True) for p, q in itertools.pairwise(edges)
    ]


def _images(at: sp.Expr, us: Iterable[sp.Expr], inverse: sp.Expr) -> Iterator[dict[sp.Basic, sp.Expr]]:
    for u, digits in itertools.product(us, (2, 12)):  # a short number if one will do
        yield {z: sp.Rational(str(sp.N(at.subs(_t, inverse.subs(_u, u)), digits)))}


def by_value(steps: tuple[Step, ...] = ()) -> Check:
    """Both sides are closed expressions: equal after simplification, or different at 50 digits."""

    def check(statement: sp.Basic) -> Outcome:
        left, right = (side.doit() for side in statement.args)
        if isinstance(statement, sp.Eq) and sp.simplify(left - right) == 0:
            return Proved("algebra", (*steps, Step("the left side evaluates to", left)))
        return counterexample(statement, [{}]) or Unknown(
            "equal to 50 digits, but not simplified to the same form"
        )

    return check
