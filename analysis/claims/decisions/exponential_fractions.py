"""Fractions of polynomials in z, e^{hz}, e^{−z²/2}, Φ(z) and letters for closed numbers: their signs on an
open interval."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import fmpq

from analysis.claims.decisions.closed_numbers import Untold, common_step, sign_of_number
from analysis.claims.decisions.exponential_roots import (
    DENSITY_AT_ZERO,
    Numbers,
    Powers,
    Sum,
    Zero,
    interior,
)
from analysis.symbolic.normal import erfcx, ndtr
from analysis.symbolic.notation import z

_E, _G, _F = sp.symbols("E G F", positive=True)
"""e^{hz}, e^{−z²/2} and Φ(z) as letters of a polynomial."""
_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch)


@dataclass(frozen=True)
class Fraction:
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
    def of(cls, e: sp.Expr, low: sp.Expr, high: sp.Expr) -> Fraction:
        """An expression on (low, high), where nothing bends but |x| and sign(x) of a curve x."""
        if e.has(sp.oo, -sp.oo, sp.zoo, sp.nan):
            raise Untold("no number")
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

    def unfolded(self) -> Iterator[Fraction]:
        """The fractions with ±x in the place of each |x|: the value is one of theirs."""
        used = sorted(self.top.free_symbols & set(self.sizes), key=str)
        for signs in itertools.product((1, -1), repeat=len(used)):
            chosen = {size: s * self.sizes[size] for size, s in zip(used, signs, strict=True)}
            top, extra = sp.fraction(sp.cancel(sp.together(self.top.subs(chosen))))
            yield Fraction(top, sp.expand(self.bottom * extra), self.step, self.low, self.high,
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
    found = {x for v in values for x in sp.preorder_traversal(v) if _is_simple(x)}
    times = [sp.Rational(n) for n in ("1", "-1", "2", "-2", "1/2", "-1/2")]
    return tuple(sorted({t * x for x in found for t in times}, key=sp.default_sort_key))


def _is_simple(x: sp.Expr) -> bool:
    """A named constant or the root of a rational number."""
    return isinstance(x, sp.NumberSymbol) or (x.is_Pow and x.base.is_Rational and x.exp.is_Rational)


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
            sign, touches = Fraction.of(x, low, high).sign()
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
    plain = [in_exponentials(e).replace(ndtr, _distribution) for e in expressions]
    exponents = {x: sp.Poly(sp.expand(x.args[0]), z) for e in plain for x in e.atoms(sp.exp) if x.has(z)}
    rates = [p.coeff_monomial(z) for p in exponents.values()]
    if not all(r.is_Rational for r in rates) or any(p.degree() > 2 for p in exponents.values()):
        raise Untold("an exponential of another kind")
    step = common_step(rates) if any(rates) else sp.S.One
    powers = {
        x: sp.exp(p.coeff_monomial(1))
        * _E ** (p.coeff_monomial(z) / step)
        * _G ** (-2 * p.coeff_monomial(z**2))
        for x, p in exponents.items()
    }
    letters: dict[sp.Expr, sp.Symbol] = {}
    found = [_lettered(e.xreplace(powers), letters) for e in plain]
    return found, step, {name: x for x, name in letters.items()}


def in_exponentials(e: sp.Expr) -> sp.Expr:
    """Hyperbolic functions of z as exponentials, error functions of z by Φ."""
    e = e.replace(lambda x: isinstance(x, _HYPERBOLIC) and x.has(z), lambda x: x.rewrite(sp.exp))
    for function, meant in _ERRORS.items():
        e = e.replace(
            lambda x, f=function: isinstance(x, f) and x.has(z), lambda x, m=meant: m(sp.expand(x.args[0]))
        )
    return e


_ERRORS = {
    erfcx: lambda a: sp.exp(a**2) * (1 - sp.erf(a)),
    sp.erfc: lambda a: 1 - sp.erf(a),
    sp.erf: lambda a: 2 * ndtr(sp.expand(sp.sqrt(2) * a)) - 1,
}


def _distribution(x: sp.Expr) -> sp.Expr:
    if x in (z, -z):
        return _F if x == z else 1 - _F
    if x.has(z):
        raise Untold("a normal law of another width")
    return ndtr(x)


def _lettered(e: sp.Expr, letters: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """``e`` with a letter for each closed number in it that is not rational."""
    if not e.free_symbols:
        added, rest = e.as_coeff_Add()
        times, rest = rest.as_coeff_Mul()
        if rest.is_Rational:
            return e
        return added + times * letters.setdefault(rest, sp.Symbol(f"c{len(letters)}", real=True))
    if isinstance(e, sp.Add | sp.Mul):
        closed = e.func(*(x for x in e.args if not x.free_symbols))
        rest = [_lettered(x, letters) for x in e.args if x.free_symbols]
        return e.func(_lettered(closed, letters), *rest)
    return e.func(*(_lettered(x, letters) for x in e.args)) if e.args else e
