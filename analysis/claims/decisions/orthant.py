"""The signs that a polynomial, or a quotient of two, takes where every variable is positive, or not negative.

A polynomial is a product of irreducible ones. Where the coefficients of such a factor have one sign, so has
it. A factor in one variable is settled by counting its positive roots (Descartes, Sturm), one that is
quadratic in a variable by its discriminant; any other is asked again where one variable is at most, and at
least, another. A set of signs holds every sign that is taken; it may hold more.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import reduce
from math import ceil
from typing import Any, NamedTuple

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpq_poly

Signs = frozenset[int]
ANY: Signs = frozenset((-1, 0, 1))
VARIABLES = 24
"""How many variables polynomials have; a case uses the first few of them."""
_DEPTH = 2
_FAR = 10_000
_TERMS = 400
_RING = fmpq_mpoly_ctx.get(("t", VARIABLES), Ordering.degrevlex)
GENERATORS: tuple[fmpq_mpoly, ...] = _RING.gens()
_x = sp.Symbol("x")


class TooLarge(ValueError):
    """A polynomial of too many terms, or too many variables."""


def constant(x: fmpq | int) -> fmpq_mpoly:
    """A number as a polynomial."""
    return _RING.constant(fmpq(x))


class Ratio(NamedTuple):
    """A quotient of two polynomials without a common factor; made by ``ratio``."""

    top: fmpq_mpoly
    bottom: fmpq_mpoly

    def plus(self, other: Ratio) -> Ratio:
        return ratio(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def minus(self, other: Ratio) -> Ratio:
        return self.plus(other.negative())

    def negative(self) -> Ratio:
        return Ratio(-self.top, self.bottom)

    def times(self, other: Ratio) -> Ratio:
        return ratio(self.top * other.top, self.bottom * other.bottom)

    def power(self, n: int) -> Ratio:
        """Raises ZeroDivisionError for a negative power of 0, TooLarge for a power above 200."""
        if abs(n) > 200 or abs(n) * (self.top.total_degree() + self.bottom.total_degree()) > 1000:
            raise TooLarge(f"the power {n}")
        if n < 0:
            return self.inverse().power(-n)
        return Ratio(self.top**n, self.bottom**n)

    def inverse(self) -> Ratio:
        """Raises ZeroDivisionError for 0."""
        return ratio(self.bottom, self.top)

    def number(self) -> fmpq | None:
        """Its value, where it is a constant."""
        if not (self.top.is_constant() and self.bottom.is_constant()):
            return None
        return _coefficient(self.top) / _coefficient(self.bottom)

    def variables(self) -> list[int]:
        """The places of the variables that occur."""
        pairs = zip(self.top.degrees(), self.bottom.degrees(), strict=True)
        return [i for i, (p, q) in enumerate(pairs) if p > 0 or q > 0]

    def at(self, place: int, new: Ratio) -> Ratio:
        """With one variable replaced."""
        return _at(self.top, place, new).times(_at(self.bottom, place, new).inverse())


def ratio(top: fmpq_mpoly, bottom: fmpq_mpoly | None = None) -> Ratio:
    """top/bottom in lowest terms; raises ZeroDivisionError where the bottom is 0, TooLarge for many terms."""
    if bottom is None:
        return Ratio(top, constant(1))
    if bottom.is_zero():
        raise ZeroDivisionError
    if len(top) > _TERMS or len(bottom) > _TERMS:
        raise TooLarge(f"{len(top)} terms over {len(bottom)}")
    common = top.gcd(bottom)
    return Ratio(top, bottom) if common.is_one() else Ratio(top / common, bottom / common)


def number(x: fmpq | int) -> Ratio:
    """A number as a quotient."""
    return Ratio(constant(x), constant(1))


def variable(place: int) -> Ratio:
    """A variable as a quotient; raises TooLarge where there are no more."""
    if place >= VARIABLES:
        raise TooLarge("too many variables")
    return Ratio(GENERATORS[place], constant(1))


def _coefficient(p: fmpq_mpoly) -> fmpq:
    return fmpq(0) if p.is_zero() else p.leading_coefficient()


def _at(p: fmpq_mpoly, place: int, new: Ratio) -> Ratio:
    """p with one variable replaced, by Horner's rule."""
    total = number(0)
    parts = by_powers(p, place)
    for part in reversed(parts):
        total = total.times(new).plus(ratio(part))
    return total


def by_powers(p: fmpq_mpoly, place: int) -> list[fmpq_mpoly]:
    """The coefficients of p as a polynomial in one variable, from the constant one on."""
    parts: list[dict[tuple[int, ...], fmpq]] = [{} for _ in range(p.degrees()[place] + 1 if p else 1)]
    for powers, coefficient in p.to_dict().items():
        rest = (*powers[:place], 0, *powers[place + 1 :])
        parts[powers[place]][rest] = coefficient
    return [_RING.from_dict(part) for part in parts]


def product(one: Signs, other: Signs) -> Signs:
    """The signs of products."""
    return frozenset(p * q for p in one for q in other)


def signs_of(r: Ratio, strict: Sequence[bool], whole: Sequence[bool] = ()) -> Signs:
    """The signs that r takes where its bottom is not 0: variables are above 0 (``strict``) or from 0 on; the
    ``whole`` ones whole numbers, which is read where one alone occurs."""
    used = r.variables()
    if len(used) == 1 and used[0] < len(whole) and whole[used[0]]:
        exact = _on_whole_numbers(r, used[0], strict[used[0]])
        if exact is not None:
            return exact
    return product(signs(r.top, strict), signs(r.bottom, strict) - {0})


def signs(p: fmpq_mpoly, strict: Sequence[bool], depth: int = _DEPTH) -> Signs:
    """The signs that a polynomial takes."""
    told = _by_coefficients(p, tuple(strict))
    if told is not None:
        return told
    leading, factors = p.factor()
    found = frozenset({1 if leading > 0 else -1})
    for factor, power in factors:
        own = _of_irreducible(factor, tuple(strict), depth)
        found = product(found, own if power % 2 else product(own, own) - {-1})
    return found


def undecided_factors(r: Ratio, strict: Sequence[bool]) -> Iterator[fmpq_mpoly]:
    """The irreducible factors of odd power that may have both signs."""
    for p in (r.top, r.bottom):
        for factor, power in p.factor()[1] if not p.is_constant() else ():
            if power % 2 and {-1, 1} <= _of_irreducible(factor, tuple(strict), 0):
                yield factor


def _of_irreducible(p: fmpq_mpoly, strict: tuple[bool, ...], depth: int) -> Signs:
    told = _by_coefficients(p, strict)
    if told is not None:
        return told
    used = [i for i, degree in enumerate(p.degrees()) if degree > 0]
    if len(used) == 1:
        return _by_roots(p, used[0], strict[used[0]])
    depth = min(depth, 5 - len(used))  # with more variables there are more orders to ask at each step
    if depth <= 0 or len(p) > 60 or _both_seen(p):
        return ANY
    for one in used:
        found = _by_discriminant(p, one, strict, depth - 1)
        if not {-1, 1} <= found:
            return found
    for one, other in itertools.combinations(used, 2):
        found = _by_order(p, one, other, strict, depth - 1)
        if not {-1, 1} <= found:
            return found
    for one in used:
        found = _about_one(p, one, strict, depth - 1)
        if not {-1, 1} <= found:
            return found
    return ANY


def _by_coefficients(p: fmpq_mpoly, strict: tuple[bool, ...]) -> Signs | None:
    if p.is_zero():
        return frozenset({0})
    coefficients = p.coeffs()
    sign = 1 if coefficients[0] > 0 else -1
    if any((c > 0) != (sign > 0) for c in coefficients):
        return None
    never_zero = any(all(strict[i] for i, n in enumerate(powers) if n) for powers in p.monoms())
    return frozenset({sign}) if never_zero else frozenset({0, sign})


def _by_roots(p: fmpq_mpoly, place: int, strict: bool) -> Signs:
    """The signs of an irreducible polynomial in one variable: a positive root is a change of sign."""
    values = [_coefficient(part) for part in by_powers(p, place)]
    if _positive_roots(values):
        return ANY
    at_one = sum(values, fmpq(0))
    return frozenset({_sign(at_one)} if strict else {_sign(at_one), _sign(values[0])})


def _positive_roots(values: list[fmpq]) -> int:
    nonzero = [v > 0 for v in values if v != 0]
    changes = sum(a != b for a, b in itertools.pairwise(nonzero))
    if changes < 2:
        return changes
    lowest = next(i for i, v in enumerate(values) if v != 0)
    coefficients = [sp.Rational(int(v.p), int(v.q)) for v in reversed(values[lowest:])]
    return int(sp.Poly(coefficients, _x).count_roots(0, None))


def _sign(x: fmpq) -> int:
    return (x > 0) - (x < 0)


_POINTS = [[fmpq((7 * k + 5 * i * k + 3 * i * i) % 23 + 1, 4 + 3 * (k % 3)) for i in range(VARIABLES)]
           for k in range(8)]  # fmt: skip


def _both_seen(p: fmpq_mpoly) -> bool:
    """Whether a few positive points show both signs."""
    return {-1, 1} <= {_sign(p(*point)) for point in _POINTS}


def _by_discriminant(p: fmpq_mpoly, place: int, strict: tuple[bool, ...], depth: int) -> Signs:
    """a t² + b t + c has the sign of a wherever 4ac > b², and has no other where 4ac ≥ b²."""
    parts = by_powers(p, place)
    if len(parts) != 3:
        return ANY
    c, b, a = parts
    leading = signs(a, strict, depth)
    if leading not in ({1}, {-1}):
        return ANY
    told = signs(4 * a * c - b * b, strict, depth)
    if -1 in told:
        return ANY
    return leading if told == {1} else leading | {0}


def _by_order(p: fmpq_mpoly, one: int, other: int, strict: tuple[bool, ...], depth: int) -> Signs:
    """Where t_one ≥ t_other (t_one = t_other + d with d ≥ 0), and the other way round."""
    found: Signs = frozenset()
    for greater, less in ((one, other), (other, one)):
        new = list(GENERATORS)
        new[greater] = GENERATORS[greater] + GENERATORS[less]
        found |= _of_irreducible(p.compose(*new), _with(strict, greater, False), depth)
        if {-1, 1} <= found:
            return ANY
    return found


def _about_one(p: fmpq_mpoly, place: int, strict: tuple[bool, ...], depth: int) -> Signs:
    """Where t ≥ 1 (t = 1 + d), where 0 < t ≤ 1 (t = 1/(1 + d)) and, if it may be, where t = 0."""
    parts = by_powers(p, place)
    shifted = GENERATORS[place] + 1
    above = sum((part * shifted**k for k, part in enumerate(parts)), constant(0))
    below = sum((part * shifted ** (len(parts) - 1 - k) for k, part in enumerate(parts)), constant(0))
    loose = _with(strict, place, False)
    found = _of_irreducible(above, loose, depth) | _of_irreducible(below, loose, depth)
    return found if strict[place] else found | signs(parts[0], strict, depth)


def _with(flags: tuple[bool, ...], place: int, new: bool) -> tuple[bool, ...]:
    return (*flags[:place], new, *flags[place + 1 :])


def _on_whole_numbers(r: Ratio, place: int, strict: bool) -> Signs | None:
    """The signs at every whole number, from 0 (1 if ``strict``) to beyond the last real root, and from there
    on; None where that is too far."""
    factors = [f for p in (r.top, r.bottom) for f, _ in p.factor()[1]]
    far = max((_beyond_roots([_coefficient(c) for c in by_powers(f, place)]) for f in factors), default=1)
    if far > _FAR:
        return None
    top, bottom = (fmpq_poly([_coefficient(c) for c in by_powers(p, place)]) for p in r)
    found = set()
    for n in range(int(strict), far + 2):
        below = bottom(fmpq(n))
        if below != 0:
            found.add(_sign(top(fmpq(n)) * below))
    return frozenset(found)


def _beyond_roots(values: list[fmpq]) -> int:
    """A whole number that no real root exceeds (Cauchy's bound; the root itself of a linear polynomial)."""
    if len(values) == 2:
        root = -values[0] / values[1]
        return max(1, int(ceil(root)))
    largest: Any = reduce(max, (abs(v / values[-1]) for v in values[:-1]), fmpq(0))
    return 1 + int(ceil(largest))
