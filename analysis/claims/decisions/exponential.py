"""Equations and inequalities in a real letter z, between rational functions of z, e^{qz}, e^{−z²/2}, Φ(z).

Hyperbolic functions, erf, erfc and erfcx are written in these. |x|, sign, Min, Max, Heaviside and cases bend
only where something linear in z is 0; there, at 0 and at the ends of the set, the statement is evaluated, and
in between every such function is one of its two branches. On each of these open intervals the difference of
the sides is a fraction N/D. An equation holds if N is 0 as a polynomial. For an inequality the irreducible
factors of N and D must keep their signs, which the exact count of their roots tells (``exponential_roots``).
Over rational coefficients this misses nothing: by Lindemann's theorem an irreducible polynomial in z and e^z
has no multiple root but 0. Other closed numbers, such as SELU's λ or a slope at a turning point, are letters
whose values are balls; where N touches 0 at such a number, that it does is shown by algebra.

e^{log |x|} is read as |x|, so also as 0 where x is 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

from analysis.claims.decisions.bends import BENT, pieces
from analysis.claims.decisions.closed_numbers import Untold, sign_of_number
from analysis.claims.decisions.exponential_fractions import Fraction, in_exponentials
from analysis.claims.decisions.exponential_roots import ends, interior
from analysis.numeric.balls import ball_function
from analysis.symbolic.constants import Root
from analysis.symbolic.notation import z

_RELATIONS = {sp.Eq: "=", sp.Le: "<=", sp.Lt: "<", sp.Ge: ">=", sp.Gt: ">"}


def decide(statement: sp.Basic, sets: Mapping[sp.Symbol, sp.Set]) -> str | None:
    """How a statement was decided true for all values of its letter in its set; None for a false one, one
    outside the class, and one that is not told."""
    if type(statement) not in _RELATIONS or not statement.free_symbols <= set(sets):
        return None
    if len(statement.free_symbols) > 1:
        return None
    letter = next(iter(statement.free_symbols), z)
    named = {letter: z} if letter == z else {letter: z, z: sp.Dummy("x")}  # z may be bound in a limit
    try:
        left, right = (side.xreplace(named) for side in statement.args)
        less = isinstance(statement, sp.Le | sp.Lt)
        sides = (right, left) if less else (left, right)
        question = _Question(*sides, isinstance(statement, sp.Eq), isinstance(statement, sp.Lt | sp.Gt))
        for root in statement.atoms(Root):
            _only_root(root)
        if not statement.free_symbols:
            return f"two numbers: {question.at(sp.S.Zero)}"
        return "; ".join(dict.fromkeys(question.decided(sets[letter]))) or None
    except (Untold, sp.PolynomialError, NotImplementedError, ArithmeticError):
        return None
    except (
        TypeError,
        ValueError,
        AttributeError,
        LookupError,
        RecursionError,
    ):  # an odd statement, which SymPy refuses
        return None


@dataclass(frozen=True)
class _Question:
    """Is high − low = 0, > 0 or ≥ 0?"""

    high: sp.Expr
    low: sp.Expr
    equation: bool
    strict: bool

    def decided(self, where: sp.Set) -> Iterator[str]:
        """How it was decided, part by part; raises Untold where it was not."""
        parts, points = _parts(where)
        for a, b in parts:
            for low, high, sides in pieces((self.high, self.low), a, b):
                points |= {x for x in (low, high) if x not in (a, b)}
                yield f"{_between(low, high)}: {self._on(sides, low, high)}"
        for x in sorted(points, key=float):
            yield f"z = {x}: {self.at(x)}"

    def _on(self, sides: tuple[sp.Expr, sp.Expr], a: sp.Expr, b: sp.Expr) -> str:
        """How it was decided on the open interval (a, b), where nothing bends."""
        high, low = (in_exponentials(_carried_out(side)) for side in sides)
        _defined((*sides, high, low), a, b)
        if self.equation and any(log.has(z) for side in (high, low) for log in side.atoms(sp.log)):
            high, low = sp.exp(high), sp.exp(low)  # one to one
        fraction = Fraction.of(high - low, a, b)
        if self.equation:
            if not fraction.identically_zero():
                raise Untold("the sides differ")
            return "the difference of the sides is 0 as a fraction in z and exponentials"
        found = [part.sign() for part in fraction.unfolded()]
        if any(sign < 0 or (touches and self.strict) for sign, touches in found):
            raise Untold("the sign is the other one")
        touched = sorted({str(x) for _, touches in found for x in touches})
        if any(sign == 0 for sign, _ in found):
            return "the sides are equal"
        if touched:
            return f"the difference is 0 at z = {', '.join(touched)} alone, and positive elsewhere"
        return "no factor of the difference has a root (Rolle), and it is positive"

    def at(self, x: sp.Expr) -> str:
        """How it was decided at one point."""
        value = sp.Add(*(sign * _value_at(side, x) for sign, side in ((1, self.high), (-1, self.low))))
        sign = sign_of_number(value)
        if sign < 0 or (sign > 0 and self.equation) or (sign == 0 and self.strict):
            raise Untold("false there")
        return "equal" if sign == 0 else "by its value"


def _only_root(root: Root) -> None:
    """Raises Untold unless the equation of a named constant has one root between its ends."""
    fraction = Fraction.of(root.formula, root.low, root.high)
    found = [x for f in fraction.factors(fraction.top) for x in interior(f, root.low, root.high)]
    if len(found) != 1:
        raise Untold(f"{root} is not the only root")


def _parts(where: sp.Set) -> tuple[list[tuple[sp.Expr, sp.Expr]], set[sp.Expr]]:
    """Open intervals and points that cover a set; raises Untold for a set of another kind."""
    known = {sp.S.Naturals: sp.Interval(1, sp.oo), sp.S.Naturals0: sp.Interval(0, sp.oo),
             sp.S.Integers: sp.S.Reals}  # fmt: skip
    where = known.get(where, where)
    if where == sp.S.Reals:
        where = sp.Interval(-sp.oo, sp.oo)
    if isinstance(where, sp.FiniteSet):
        points = set(where)
        parts: list[tuple[sp.Expr, sp.Expr]] = []
    elif isinstance(where, sp.Interval):
        a, b = where.start, where.end
        cuts = [a, *([sp.S.Zero] if a < 0 < b else []), b]
        parts = list(itertools.pairwise(cuts))
        points = set(cuts[1:-1])
        points |= {x for x, open_ in ((a, where.left_open), (b, where.right_open)) if not open_}
    elif isinstance(where, sp.Union):
        both = [_parts(part) for part in where.args]
        return [p for parts, _ in both for p in parts], {x for _, points in both for x in points}
    else:
        raise Untold(f"a set such as {where}")
    if not all(x.is_Rational for x in points) or not all(
        x.is_Rational or x in (sp.oo, -sp.oo) for part in parts for x in part
    ):
        raise Untold("an end that is not rational")
    return parts, points


def _between(a: sp.Expr, b: sp.Expr) -> str:
    if a == -sp.oo and b == sp.oo:
        return "all z"
    return f"z > {a}" if b == sp.oo else f"z < {b}" if a == -sp.oo else f"{a} < z < {b}"


def _without_limits(e: sp.Expr) -> sp.Expr:
    """The limits in e, of expressions in their own letter alone, as numbers. Raises Untold for others, and
    for sums and integrals: what SymPy makes of those in a letter need not hold for all its values."""
    if e.has(sp.Integral, sp.Sum, sp.Product) or any(x.free_symbols for x in e.atoms(sp.Limit)):
        raise Untold("a limit, a sum or an integral in a letter")
    return e.xreplace({limit: _limit(limit) for limit in e.atoms(sp.Limit)})


def _carried_out(e: sp.Expr) -> sp.Expr:
    """The derivatives and limits in e carried out."""
    return _without_limits(e).doit()


def _value_at(e: sp.Expr, x: sp.Expr) -> sp.Expr:
    """The value at a rational point. Raises Untold where there is none; a derivative must be the same from
    both sides."""
    e = _without_limits(e)
    for d in e.atoms(sp.Derivative):
        if d.has(*BENT):
            e = e.xreplace({d: _derivative_at(d, x)})
    value = e.doit().subs(z, x).doit()
    if value.has(sp.nan, sp.zoo, sp.oo, -sp.oo) or value.free_symbols:
        raise Untold(f"no value at z = {x}")
    return value


def _derivative_at(d: sp.Derivative, x: sp.Expr) -> sp.Expr:
    """The first derivative of a bent function at x; raises Untold unless the function is continuous there
    and its slopes agree."""
    if d.variables != (z,) or d.expr.has(sp.Derivative):
        raise Untold("a derivative of a derivative")
    found = []
    for side in (-1, 1):
        beside = list(pieces((d.expr, sp.S.Zero), *sorted((x, x + sp.Rational(side, 10**9)))))
        near = beside[0 if side > 0 else -1][2][0]
        found.append((near.subs(z, x), near.diff(z).subs(z, x)))
    (left, slope), (right, other) = found
    at = d.expr.subs(z, x)
    if any(sign_of_number(y) for y in (left - at, right - at, slope - other)):
        raise Untold("a kink")
    return slope


def _limit(limit: sp.Limit) -> sp.Expr:
    """A limit: at a number by continuity of the branch on its side, far out as SymPy finds it."""
    e, letter, x, side = limit.args
    if str(side) == "+-" and not x.is_infinite:
        raise Untold("a limit from both sides")
    e = e.xreplace({letter: z})
    right = x == -sp.oo or (x != sp.oo and str(side) != "-")
    if x in (sp.oo, -sp.oo):
        a, b = sorted((x, sp.Integer(10**6) * sp.sign(x)))
        a, b, (branch, _) = list(pieces((e, sp.S.Zero), a, b))[0 if right else -1]
        branch = branch.doit()
        for f in sorted(branch.atoms(sp.Abs, sp.sign), key=sp.default_sort_key):
            sign = Fraction.of(f.args[0], a, b).sign_far(int(sp.sign(x)))
            branch = branch.xreplace({f: sign * f.args[0] if isinstance(f, sp.Abs) else sp.Integer(sign)})
        found = sp.limit(branch.rewrite(sp.erf), z, x)
        if found.has(sp.Limit, sp.AccumBounds):
            raise Untold("a limit")
        return found
    if x.is_Rational:
        branch = list(pieces((e, sp.S.Zero), *sorted((x, x + (1 if right else -1)))))[0 if right else -1][2][
            0
        ]
    else:
        low, high = (sp.Rational(int(y.p), int(y.q)) for y in ends(ball_function(x)()))
        ((_, _, (branch, _)),) = pieces((e, sp.S.Zero), low, high)
    branch = branch.doit()
    if any(not sign_of_number(f.args[0].subs(z, x)) for f in branch.atoms(sp.sign)):
        raise Untold("a jump")
    return branch.subs(z, x)


def _defined(sides: tuple[sp.Expr, ...], a: sp.Expr, b: sp.Expr) -> None:
    """Raises Untold unless every denominator keeps away from 0 on (a, b) and every logarithm is one of a
    positive number."""
    both = sp.Tuple(*sides)
    for power in both.atoms(sp.Pow):
        if power.base.has(z) and not power.exp.is_Integer:
            raise Untold("a root of an expression")
        if power.base.has(z) and power.exp.is_negative:
            _signed(power.base, a, b, "a denominator that may be 0")
    for function in both.atoms(sp.coth, sp.csch):
        _signed(function.args[0], a, b, "a denominator that may be 0")
    for log in both.atoms(sp.log):
        inner = log.args[0]
        if isinstance(inner, sp.Abs):
            _signed(inner.args[0], a, b, "the logarithm of 0")
        elif inner.has(z) and _signed(inner, a, b, "the logarithm of 0") < 0:
            raise Untold("the logarithm of a negative number")


def _signed(e: sp.Expr, a: sp.Expr, b: sp.Expr, otherwise: str) -> int:
    """The sign of an expression that has no zero on (a, b); raises Untold for others."""
    sign, touches = Fraction.of(e.doit(), a, b).sign()
    if touches or not sign:
        raise Untold(otherwise)
    return sign
