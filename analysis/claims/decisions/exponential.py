"""Equations and inequalities in one real letter z, between rational functions of z, e^{qz}, e^{−z²/2} and Φ(z).

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
from typing import Any

import sympy as sp
from flint import fmpq

from analysis.claims.decisions.closed_numbers import Untold, sign_of_number
from analysis.claims.decisions.exponential_roots import (
    DENSITY_AT_ZERO,
    Numbers,
    Powers,
    Sum,
    Zero,
    ends,
    interior,
)
from analysis.numeric.balls import ball_function
from analysis.symbolic.constants import Root
from analysis.symbolic.normal import erfcx, ndtr
from analysis.symbolic.notation import z

_E, _G, _F = sp.symbols("E G F", positive=True)
"""e^{hz}, e^{−z²/2} and Φ(z) as letters of a polynomial."""
_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch)
_BENT = (sp.Abs, sp.sign, sp.Heaviside, sp.Min, sp.Max, sp.Piecewise)
_RELATIONS = {sp.Eq: "=", sp.Le: "<=", sp.Lt: "<", sp.Ge: ">=", sp.Gt: ">"}


def decide(statement: sp.Basic, sets: Mapping[sp.Symbol, sp.Set]) -> str | None:
    """How a statement was decided true for all values of its letter in its set; None for a false one, one
    outside the class, and one that is not told."""
    if type(statement) not in _RELATIONS or not statement.free_symbols <= set(sets):
        return None
    if len(statement.free_symbols) > 1:
        return None
    letter = next(iter(statement.free_symbols), z)
    try:
        left, right = (side.xreplace({letter: z}) for side in statement.args)
        less = isinstance(statement, sp.Le | sp.Lt)
        sides = (right, left) if less else (left, right)
        question = _Question(*sides, isinstance(statement, sp.Eq), isinstance(statement, sp.Lt | sp.Gt))
        if not statement.free_symbols:
            return f"two numbers: {question.at(sp.S.Zero)}"
        where = sets[letter]
        return "; ".join(dict.fromkeys(question.decided(where)))
    except (Untold, sp.PolynomialError, NotImplementedError, ArithmeticError):
        return None
    except (TypeError, ValueError, AttributeError, RecursionError):  # an odd statement, which SymPy refuses
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
        for root in (self.high - self.low).atoms(Root):
            _only_root(root)
        parts, points = _parts(where)
        for a, b in parts:
            for low, high, sides in _pieces((self.high, self.low), a, b):
                points |= {x for x in (low, high) if x not in (a, b)}
                yield f"{_between(low, high)}: {self._on(sides, low, high)}"
        for x in sorted(points, key=float):
            yield f"z = {x}: {self.at(x)}"

    def _on(self, sides: tuple[sp.Expr, sp.Expr], a: sp.Expr, b: sp.Expr) -> str:
        """How it was decided on the open interval (a, b), where nothing bends."""
        high, low = (side.doit() for side in sides)
        _defined((*sides, high, low), a, b)
        if self.equation and any(log.has(z) for side in (high, low) for log in side.atoms(sp.log)):
            high, low = sp.exp(high), sp.exp(low)  # one to one
        fraction = _Fraction.of(high - low, a, b)
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
    fraction = _Fraction.of(root.formula, root.low, root.high)
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
        points = {x for x in cuts[1:-1]}
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


# Bends


def _pieces(
    sides: tuple[sp.Expr, sp.Expr], a: sp.Expr, b: sp.Expr
) -> Iterator[tuple[sp.Expr, sp.Expr, tuple[sp.Expr, sp.Expr]]]:
    """(a, b) cut where the sides bend, with the branches that hold in between."""
    for x in sorted({x for side in sides for x in _bends(side) if a < x < b}):
        yield from _pieces(sides, a, x)
        yield from _pieces(sides, x, b)
        return
    chosen = tuple(_branch(side, _inside(a, b)) for side in sides)
    if chosen == sides:
        yield a, b, (sides[0], sides[1])
    else:
        yield from _pieces((chosen[0], chosen[1]), a, b)


def _inside(a: sp.Expr, b: sp.Expr) -> sp.Rational:
    if a == -sp.oo:
        return sp.S.Zero if b == sp.oo else b - 1
    return a + 1 if b == sp.oo else (a + b) / 2


def _turners(e: sp.Expr) -> Iterator[sp.Expr]:
    """What decides by its sign on which branch a bent function is."""
    if isinstance(e, sp.Abs | sp.sign | sp.Heaviside):
        yield e.args[0]
    elif isinstance(e, sp.Min | sp.Max):
        yield from (x - y for x, y in itertools.combinations(e.args, 2))
    elif isinstance(e, sp.Piecewise):
        for _, condition in e.args:
            yield from (r.lhs - r.rhs for r in condition.atoms(sp.core.relational.Relational))


def _root_of_line(e: sp.Expr) -> sp.Expr | None:
    """Where a·z + b is 0, a ≠ 0; None for anything else. Raises Untold for an irrational one."""
    if not e.is_polynomial(z) or sp.degree(e, z) != 1:
        return None
    x = sp.solve(e, z)[0]
    if not x.is_Rational:
        raise Untold("a bend at a number that is not rational")
    return x


def _bends(e: sp.Expr) -> set[sp.Expr]:
    roots = (_root_of_line(t) for f in e.atoms(*_BENT) for t in _turners(f))
    return {x for x in roots if x is not None}


def _is_line(e: sp.Expr) -> bool:
    return e.is_polynomial(z) and sp.degree(e, z) <= 1 if e.has(z) else True


def _branch(e: sp.Expr, x: sp.Rational) -> sp.Expr:
    """``e`` with the branch of each bent function that holds at x, where lines decide; the others stay."""
    if not e.args or not e.has(*_BENT):
        return e
    if isinstance(e, sp.Piecewise):
        for value, condition in e.args:
            holds = _condition(condition, x)
            if holds is None:
                inner = [(_branch(v, x), _branch_in(c, x)) for v, c in e.args]
                return sp.Piecewise(*inner, evaluate=False)
            if holds:
                return _branch(value, x)
        raise Untold("no case holds")
    args = [_branch(y, x) for y in e.args]
    if isinstance(e, sp.Abs | sp.sign | sp.Heaviside) and _is_line(args[0]):
        sign = sign_of_number(args[0].subs(z, x))
        if sign or not args[0].has(z):
            return {sp.Abs: sign * args[0], sp.sign: sp.Integer(sign)}.get(type(e), sp.Integer((1 + sign) // 2))
    if isinstance(e, sp.Min | sp.Max) and all(_is_line(p - q) for p, q in itertools.combinations(args, 2)):
        largest = args[0]
        for y in args[1:]:
            sign = sign_of_number((y - largest).subs(z, x))
            largest = y if (sign > 0) == isinstance(e, sp.Max) and sign else largest
        return largest
    return e.func(*args)


def _branch_in(condition: sp.Basic, x: sp.Rational) -> sp.Basic:
    """A condition whose sides are on their branches."""
    if isinstance(condition, sp.core.relational.Relational):
        return condition.func(*(_branch(side, x) for side in condition.args), evaluate=False)
    return condition.func(*(_branch_in(c, x) for c in condition.args)) if condition.args else condition


def _condition(condition: sp.Basic, x: sp.Rational) -> bool | None:
    """Whether a condition between lines holds at x; None where its sides bend still."""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And | sp.Or | sp.Not):
        found = [_condition(c, x) for c in condition.args]
        if None in found:
            return None
        return {sp.And: all, sp.Or: any}.get(type(condition), lambda parts: not parts[0])(found)
    difference = condition.lhs - condition.rhs
    if difference.has(*_BENT):
        return None
    if not _is_line(difference):
        raise Untold("a case that a curve decides")
    sign = sign_of_number(difference.subs(z, x))
    return {sp.Lt: sign < 0, sp.Le: sign <= 0, sp.Gt: sign > 0, sp.Ge: sign >= 0, sp.Eq: sign == 0,
            sp.Ne: sign != 0}[type(condition)]  # fmt: skip


def _value_at(e: sp.Expr, x: sp.Expr) -> sp.Expr:
    """The value at a rational point. Raises Untold where there is none; a derivative must be the same from
    both sides."""
    for d in e.atoms(sp.Derivative):
        if d.has(*_BENT):
            e = e.xreplace({d: _derivative_at(d, x)})
    for limit in e.atoms(sp.Limit):
        e = e.xreplace({limit: _limit(limit)})
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
        pieces = list(_pieces((d.expr, sp.S.Zero), *sorted((x, x + sp.Rational(side, 10**9)))))
        near = pieces[0 if side > 0 else -1][2][0]
        found.append((near.subs(z, x), near.diff(z).subs(z, x)))
    (left, slope), (right, other) = found
    at = d.expr.subs(z, x)
    if any(sign_of_number(y) for y in (left - at, right - at, slope - other)):
        raise Untold("a kink")
    return slope


def _limit(limit: sp.Limit) -> sp.Expr:
    """A limit: at a number by continuity of the branch on its side, far out as SymPy finds it."""
    e, letter, x, side = limit.args
    e = e.xreplace({letter: z}).doit()
    right = x == -sp.oo or (x != sp.oo and str(side) != "-")
    if x in (sp.oo, -sp.oo):
        a, b = sorted((x, sp.Integer(10**6) * sp.sign(x)))
        a, b, (branch, _) = list(_pieces((e, sp.S.Zero), a, b))[0 if right else -1]
        for f in sorted(branch.atoms(sp.Abs, sp.sign), key=sp.default_sort_key):
            sign = _Fraction.of(f.args[0], a, b).sign_far(int(sp.sign(x)))
            branch = branch.xreplace({f: sign * f.args[0] if isinstance(f, sp.Abs) else sp.Integer(sign)})
        found = sp.limit(branch.rewrite(sp.erf), z, x)
        if found.has(sp.Limit, sp.AccumBounds):
            raise Untold("a limit")
        return found
    if x.is_Rational:
        branch = list(_pieces((e, sp.S.Zero), *sorted((x, x + (1 if right else -1)))))[0 if right else -1][2][0]
    else:
        low, high = (sp.Rational(int(y.p), int(y.q)) for y in ends(ball_function(x)()))
        ((_, _, (branch, _)),) = _pieces((e, sp.S.Zero), low, high)
    if any(not sign_of_number(f.args[0].subs(z, x)) for f in branch.atoms(sp.sign)):
        raise Untold("a jump")
    return branch.subs(z, x)


# Fractions


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
    sign, touches = _Fraction.of(e.doit(), a, b).sign()
    if touches or not sign:
        raise Untold(otherwise)
    return sign


@dataclass(frozen=True)
class _Fraction:
    """top/bottom on (low, high), polynomials in z, ``_E``, ``_G``, ``_F``, letters for closed numbers, and
    ``sizes``: a letter for each |x| whose x has no single sign, beside x."""

    top: sp.Expr
    bottom: sp.Expr
    step: sp.Rational
    low: sp.Expr
    high: sp.Expr
    letters: Mapping[sp.Symbol, sp.Expr]
    sizes: Mapping[sp.Symbol, sp.Expr]

    @classmethod
    def of(cls, e: sp.Expr, low: sp.Expr, high: sp.Expr) -> _Fraction:
        """An expression on (low, high), where nothing bends but |x| and sign(x) of a curve x."""
        e, sizes, signs = _sizes(e, low, high)
        (e, *curves), step, letters = _in_letters((e, *sizes.values()))
        top, bottom = sp.fraction(sp.cancel(sp.together(e)))
        inner = dict(zip(sizes, curves, strict=True))
        if sizes:
            if bottom.free_symbols & (set(sizes) | set(signs.values())):
                raise Untold("a denominator with |x|")
            for size, x in sizes.items():
                top = _without_sign(top, size, signs.get(x), inner[size])
            top, more = sp.fraction(sp.cancel(sp.together(top)))
            bottom = bottom * more
        if (top.free_symbols | bottom.free_symbols) & set(signs.values()):
            raise Untold("the sign of a curve")
        return cls(top, bottom, step, low, high, letters, inner)

    def unfolded(self) -> Iterator[_Fraction]:
        """The fractions with ±x in the place of each |x|: the value is one of theirs."""
        used = sorted(self.top.free_symbols & set(self.sizes), key=str)
        for signs in itertools.product((1, -1), repeat=len(used)):
            chosen = {size: s * self.sizes[size] for size, s in zip(used, signs, strict=True)}
            top, extra = sp.fraction(sp.cancel(sp.together(self.top.subs(chosen))))
            yield _Fraction(top, sp.expand(self.bottom * extra), self.step, self.low, self.high,
                            self.letters, {})  # fmt: skip

    def identically_zero(self) -> bool:
        """Whether it is 0 for every z."""
        return all(not any(f.terms for f in [part._sum(part.top)]) for part in self.unfolded())

    def sign(self) -> tuple[int, tuple[Zero | str, ...]]:
        """The sign, and where it is 0; the sign is 0 where it is 0 everywhere. Raises Untold where there are
        both signs."""
        if self.sizes:
            raise Untold("a size")
        above, touches = self._sign_of(self.top)
        below, zero = self._sign_of(self.bottom)
        if zero:
            raise Untold("a denominator that may be 0")
        return above * below, touches

    def sign_far(self, side: int) -> int:
        """The sign far out."""
        return self._sum(self.top).sign_far(side) * self._sum(self.bottom).sign_far(side)

    def _sign_of(self, e: sp.Expr) -> tuple[int, tuple[Zero | str, ...]]:
        whole = self._sum(e)
        if not whole.terms:
            return 0, ("every point",)
        if sign := self._by_terms(whole):
            return sign, ()
        sign, touches = 1, []
        constant, factors = sp.factor_list(sp.expand(e))
        sign = sign_of_number(constant)
        for factor, times in factors:
            f = self._sum(factor)
            own = self._by_terms(f)
            if not own:
                found = list(interior(f, self.low, self.high))
                own = self._sign_between(f, found, bool(times % 2))
                touches += found
            sign *= own**times
        return sign, tuple(touches)

    def _by_terms(self, f: Sum) -> int:
        """The sign if every term has it; else 0."""
        if not (self.low >= 0 or self.high <= 0):
            return 0
        side = 1 if self.low >= 0 else -1
        signs = {f.numbers.sign(c) * (side if i % 2 else 1) for (i, _, _, _), c in f.terms.items()}
        return signs.pop() if len(signs) == 1 else 0

    def _sign_between(self, f: Sum, found: list[Zero], odd: bool) -> int:
        """The one sign of f on the interval, or that of its square where only an even power counts."""
        if not odd:
            return 1
        edges = [self.low, *found, self.high]
        signs = {_sign_inside(f, p, q) for p, q in itertools.pairwise(edges)}
        if len(signs) != 1:
            raise Untold("both signs")
        return signs.pop()

    def factors(self, e: sp.Expr) -> list[Sum]:
        """The factors that depend on z, as sums."""
        return [self._sum(f) for f, _ in sp.factor_list(sp.expand(e))[1] if f.has(z, _E, _G, _F)]

    def _sum(self, e: sp.Expr) -> Sum:
        names = list(self.letters)
        ring = sp.ring(["DENSITY", *(str(x) for x in names)], sp.QQ)[0]
        values = tuple(self.letters.values())
        numbers = Numbers(ring, (DENSITY_AT_ZERO, *values), _candidates(values))
        terms: dict[Powers, Any] = {}
        for powers, c in sp.Poly(sp.expand(e), z, _E, _G, _F).terms():
            inner = sp.Poly(c, *names).terms() if names else [((), c)]
            if not all(q.is_Rational for _, q in inner):
                raise Untold(f"the coefficient {c}")
            terms[powers] = ring.from_dict({(0, *n): sp.QQ(int(q.p), int(q.q)) for n, q in inner})
        return Sum(terms, self.step, numbers)


def _sign_inside(f: Sum, p: sp.Expr | Zero, q: sp.Expr | Zero) -> int:
    """The sign of f between two neighbouring ends or roots."""
    if p == -sp.oo:
        return f.sign_far(-1)
    if q == sp.oo:
        return f.sign_far(1)
    low, high = p.high if isinstance(p, Zero) else p, q.low if isinstance(q, Zero) else q
    return f.sign_at(sum((fmpq(int(x.p), int(x.q)) for x in (low, high)), fmpq(0)) / 2)


def _candidates(values: tuple[sp.Expr, ...]) -> tuple[sp.Expr, ...]:
    """The numbers within closed numbers, halved and doubled: where a sum may touch 0."""
    found = {x for v in values for x in sp.preorder_traversal(v) if x.is_real and not x.is_Rational}
    times = [sp.Rational(n) for n in ("1", "-1", "2", "-2", "1/2", "-1/2")]
    return tuple(sorted({t * x for x in found for t in times}, key=sp.default_sort_key))


def _sizes(
    e: sp.Expr, low: sp.Expr, high: sp.Expr
) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr], dict[sp.Expr, sp.Symbol]]:
    """|x| and sign(x) of curves: by the sign of x where it has one, else as letters."""
    e = e.replace(lambda x: x.is_Mul and x.has(sp.Abs, sp.sign), _without_signs)
    sizes: dict[sp.Symbol, sp.Expr] = {}
    signs: dict[sp.Expr, sp.Symbol] = {}
    while found := [f for f in e.atoms(sp.Abs, sp.sign) if f.has(z) and not f.args[0].has(sp.Abs, sp.sign)]:
        x = min((f.args[0] for f in found), key=sp.default_sort_key)
        try:
            sign, touches = _Fraction.of(x, low, high).sign()
            known = {sp.Abs(x): sign * x} | ({} if touches else {sp.sign(x): sp.Integer(sign)})
        except Untold:
            known = {}
        if sp.Abs(x) not in known:
            size = sp.Dummy("A", nonnegative=True)
            sizes[size] = x
            known[sp.Abs(x)] = size
        if sp.sign(x) not in known:
            signs[x] = sp.Dummy("s", real=True)
            known[sp.sign(x)] = signs[x]
        e = e.xreplace(known)
    return e, sizes, signs


def _without_signs(product: sp.Mul) -> sp.Expr:
    """sign(x)·|x| as x, and |sign(x)|·|x| as |x|."""
    for size in (f for f in product.args if isinstance(f, sp.Abs)):
        x = size.args[0]
        for sign, both in ((sp.sign(x), x), (sp.Abs(sp.sign(x)), size)):
            if sign in product.args and not size.has(sp.sign):
                return _without_signs(sp.Mul(both, *(f for f in product.args if f not in (size, sign))))
    return product


def _without_sign(top: sp.Expr, size: sp.Symbol, sign: sp.Symbol | None, x: sp.Expr) -> sp.Expr:
    """A polynomial with sign(x)·|x| as x and |x|² as x²."""
    if sign is None:
        return top
    total = sp.S.Zero
    for (p, q), c in sp.Poly(sp.expand(top), size, sign).terms():
        both = min(p, q)
        odd = (p - both) % 2
        total += c * x ** (p - odd) * size**odd * sign ** (q - both)
    return total


def _in_letters(
    expressions: tuple[sp.Expr, ...],
) -> tuple[list[sp.Expr], sp.Rational, dict[sp.Symbol, sp.Expr]]:
    """Rational functions of z, ``_E`` = e^{step·z}, ``_G``, ``_F`` and letters for closed numbers; with the
    step and the letters."""
    plain = [
        e.replace(lambda x: isinstance(x, _HYPERBOLIC), lambda x: x.rewrite(sp.exp))
        .replace(erfcx, lambda a: sp.exp(a**2) * (1 - sp.erf(a)))
        .replace(sp.erfc, lambda a: 1 - sp.erf(a))
        .replace(sp.erf, lambda a: 2 * ndtr(sp.expand(sp.sqrt(2) * a)) - 1)
        .replace(ndtr, _distribution)
        for e in expressions
    ]
    exponents = {x: sp.Poly(sp.expand(x.args[0]), z) for e in plain for x in e.atoms(sp.exp) if x.has(z)}
    rates = [p.coeff_monomial(z) for p in exponents.values()]
    if not all(r.is_Rational for r in rates) or any(p.degree() > 2 for p in exponents.values()):
        raise Untold("an exponential of another kind")
    step = abs(sp.gcd_list([r for r in rates if r])) if any(rates) else sp.S.One
    powers = {
        x: sp.exp(p.coeff_monomial(1)) * _E ** (p.coeff_monomial(z) / step) * _G ** (-2 * p.coeff_monomial(z**2))
        for x, p in exponents.items()
    }
    letters: dict[sp.Expr, sp.Symbol] = {}
    found = [_lettered(e.xreplace(powers), letters) for e in plain]
    return found, step, {name: x for x, name in letters.items()}


def _distribution(x: sp.Expr) -> sp.Expr:
    if x in (z, -z):
        return _F if x == z else 1 - _F
    if x.has(z):
        raise Untold("a normal law of another width")
    return ndtr(x)


def _lettered(e: sp.Expr, letters: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """``e`` with a letter for each closed number in it that is not rational."""
    if not e.free_symbols:
        rational, rest = sp.expand(e).as_coeff_Mul() if e.is_Mul else e.as_coeff_Mul()
        if rest.is_Rational:
            return rational * rest
        if rest.is_Add:
            return rational * sp.Add(*(_lettered(x, letters) for x in rest.args))
        return rational * letters.setdefault(rest, sp.Symbol(f"c{len(letters)}", real=True))
    if isinstance(e, sp.Add | sp.Mul):
        closed = e.func(*(x for x in e.args if not x.free_symbols))
        rest = [_lettered(x, letters) for x in e.args if x.free_symbols]
        return e.func(_lettered(closed, letters), *rest)
    return e.func(*(_lettered(x, letters) for x in e.args)) if e.args else e
