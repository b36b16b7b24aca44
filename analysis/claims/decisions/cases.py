"""A statement's letters by cases: in each, every letter is a quotient of polynomials in variables above 0.

A ray is a + t, an interval (a + b t)/(1 + t), the real line is t and −t; an end that belongs to a set is a
point of its own or t = 0. ``Reading`` turns an expression into such a quotient. |p|, minima and piecewise
functions ask for the sign of something; where it is not the same throughout, ``Undecided`` says what to
split.
What has no such form (e^x, x^n, logarithms, roots, irrational numbers) is a further variable of which only
bounds are kept, so that what is shown of the quotient is shown of more than the expression.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product as every
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from analysis.claims.decisions.letters import Sets
from analysis.claims.decisions.orthant import (
    VARIABLES,
    Ratio,
    Signs,
    by_powers,
    constant,
    number,
    product,
    ratio,
    signs,
    signs_of,
    undecided_factors,
    variable,
)
from analysis.symbolic.display import plus, times
from analysis.symbolic.notation import cost, cost_prime, sigma, sigma_prime, sigma_second, sigma_third

_OPAQUE = (AppliedUndef, sigma, sigma_prime, sigma_second, sigma_third, cost, cost_prime)
_TURNING = (sp.Abs, sp.sign, sp.Heaviside, sp.Min, sp.Max, sp.Piecewise)
_CONSTANT = (sp.NumberSymbol, sp.exp, sp.log, sp.erf, sp.erfc)
_PRECISION = 200
_RISING: Signs = frozenset((0, 1))
_FALLING: Signs = frozenset((-1, 0))
_ABOVE: Signs = frozenset((1,))


class Unreadable(ValueError):
    """The expression is outside the class."""


class Undefined(ValueError):
    """The expression has no value anywhere in the case."""


class Undecided(Exception):
    """What ``node`` is turns on the sign of ``asked``; ``options`` are all that it may be, where those are
    expressions."""

    def __init__(self, node: sp.Basic, asked: Ratio, options: tuple[sp.Expr, ...] = ()) -> None:
        super().__init__(f"the sign within {node}")
        self.node, self.asked, self.options = node, asked, options


@dataclass(frozen=True)
class Case:
    """What the letters are, in variables of which ``strict`` says whether they are above 0 or from 0 on.

    ``whole``: which are whole numbers. ``chosen``: what |p|, minima and piecewise functions are taken to be.
    """

    letters: Mapping[sp.Basic, Ratio]
    strict: tuple[bool, ...]
    whole: tuple[bool, ...]
    chosen: Mapping[sp.Basic, sp.Expr] = field(default_factory=dict)

    def with_letter(self, place: int, new: Ratio, strict: bool, whole: bool = False) -> Case:
        """One variable replaced by what may hold it anew."""
        letters = {x: found.at(place, new) for x, found in self.letters.items()}
        flags, wholes = list(self.strict), list(self.whole)
        flags[place], wholes[place] = strict, whole
        return replace(self, letters=letters, strict=tuple(flags), whole=tuple(wholes))

    def opened(self, place: int) -> list[Case]:
        """A variable that may be 0, at 0 and above."""
        here = variable(place)
        if self.whole[place]:
            return [self.with_letter(place, number(0), True), self.peeled(place)]
        return [self.with_letter(place, number(0), True), self.with_letter(place, here, True)]

    def peeled(self, place: int) -> Case:
        """A whole variable from 1 on, counted from there."""
        start = number(1 if not self.strict[place] else 2)
        return self.with_letter(place, variable(place).plus(start), False, True)

    def split(self, asked: Ratio) -> list[Case]:
        """Cases in which a sign is easier to tell; none where there is no way to make any."""
        own = [i for i in range(len(self.strict)) if any(i in x.variables() for x in self.letters.values())]
        for factor in undecided_factors(asked, _padded(self.strict)):
            found = self._split_at(factor, own, 3)
            if found:
                return found
        closed = [i for i in asked.variables() if i in own and not self.strict[i]]
        one_sided = not {-1, 1} <= signs_of(asked, _padded(self.strict))
        return self.opened(closed[0]) if closed and one_sided else []

    def _split_at(self, factor: Any, own: list[int], depth: int) -> list[Case]:
        """Where a factor A t + B, A of one sign, is above 0, is 0 and is below 0."""
        strict = _padded(self.strict)
        for i in own:
            parts = by_powers(factor, i)
            if len(parts) != 2 or len(signs(parts[1], strict)) > 1:
                continue
            zero = ratio(-parts[0], parts[1])
            if any(place >= len(self.strict) for place in zero.variables()):
                continue  # a variable beyond the letters' means something else in another case
            told = signs_of(zero, strict)
            if -1 not in told:
                t = variable(i)
                shrunk = zero.times(number(1).plus(t).inverse())
                cases = [self.with_letter(i, x, True) for x in (zero.plus(t), zero, shrunk)]
                return cases if self.strict[i] else [*cases, self.with_letter(i, number(0), True)]
            if depth and {-1, 1} <= told:
                found = self._split_at(parts[0], [j for j in own if j != i], depth - 1)
                if found:
                    return found
        return []


def _padded(flags: Sequence[bool]) -> tuple[bool, ...]:
    return (*flags, *(False for _ in range(VARIABLES - len(flags))))


# Sets


@dataclass(frozen=True)
class Piece:
    """Part of a set: from low to high (None: without end), the low end in it unless ``strict``, the high one
    never; or the point ``low``; or the ``whole`` numbers from low on, up or down."""

    low: fmpq | None
    high: fmpq | None = None
    strict: bool = True
    whole: bool = False
    point: sp.Expr | None = None


def pieces(found: sp.Set) -> list[Piece] | None:
    """Pieces that cover a set of real numbers (and, at an irrational end, a little more); None where it is
    not told, or is empty."""
    if isinstance(found, sp.FiniteSet):
        known = all(x.is_number and x.is_extended_real and x.is_finite for x in found.args)
        return [Piece(None, point=x) for x in found.args] if known and 0 < len(found.args) <= 60 else None
    if isinstance(found, sp.Interval):
        return _of_interval(found)
    if found == sp.S.Rationals:
        return _of_interval(sp.S.Reals)
    if found == sp.S.Naturals0 or found == sp.S.Naturals:
        return [Piece(fmpq(int(found.inf)), strict=False, whole=True)]
    if found == sp.S.Integers:
        return [Piece(fmpq(0), strict=False, whole=True), Piece(None, fmpq(0), strict=True, whole=True)]
    if isinstance(found, sp.Range):
        return _of_range(found)
    if isinstance(found, sp.Union):
        parts = [pieces(x) for x in found.args]
        return [x for part in parts for x in part or ()] if all(parts) else None
    if isinstance(found, sp.Complement):
        return pieces(found.args[0])
    if isinstance(found, sp.Intersection):
        return next((part for part in map(pieces, found.args) if part), None)
    return None


def _of_interval(found: sp.Interval) -> list[Piece] | None:
    low, high = found.start, found.end
    if not (low.is_number and high.is_number):
        return None
    a = None if low == -sp.oo else _end(low, -1)
    b = None if high == sp.oo else _end(high, 1)
    if a is None and b is None:
        return [Piece(fmpq(0), strict=False), Piece(None, fmpq(0), strict=True)]
    if a is None:
        return [Piece(None, b, strict=bool(found.right_open) and bool(high.is_Rational))]
    # an irrational end is rounded outwards, and then it is inside
    here = [Piece(a, b, strict=bool(found.left_open))]
    return here if b is None or found.right_open else [*here, Piece(None, point=high)]


def _end(x: sp.Expr, outwards: int) -> fmpq:
    if x.is_Rational or x.is_Float:
        return _rational(x)
    low, high = _rational_ends(_enclosed(x))
    return low if outwards < 0 else high


def _of_range(found: sp.Range) -> list[Piece] | None:
    start, stop, step = found.args
    if not all(x.is_Integer or x in (sp.oo, -sp.oo) for x in (start, stop, step)):
        return None
    if found.is_finite_set:
        return pieces(sp.FiniteSet(*found)) if 0 < len(found) <= 60 else None
    if start.is_Integer and step == 1:
        return [Piece(fmpq(int(start)), strict=False, whole=True)]
    return pieces(sp.S.Integers)


def _in_variable(piece: Piece, place: int, root: int) -> tuple[Ratio, bool, bool]:
    """The piece as a quotient in the variable of that place, whether that is above 0 and whether it is whole;
    ``root``: as a power of that order, where it can be."""
    t = variable(place)
    low, high, strict = piece.low, piece.high, piece.strict
    if root > 1 and low is not None and low >= 0:
        (a, exact), b = _rooted(low, root, -1), None if high is None else _rooted(high, root, 1)[0]
        new, strict, _ = _in_variable(Piece(a, b, strict and exact), place, 1)
        return new.power(root), strict, False
    if low is None:
        assert high is not None
        return number(high).minus(t), strict, piece.whole
    if high is None:
        return number(low).plus(t), strict, piece.whole
    return number(low).plus(number(high).times(t)).times(number(1).plus(t).inverse()), strict, False


def _rooted(x: fmpq, n: int, outwards: int) -> tuple[fmpq, bool]:
    """The n-th root, and whether it is exact; else a number below (−1) or above (1)."""
    exact = _exact_root(x, n)
    if exact is not None:
        return exact, True
    low, high = _rational_ends(_ball(lambda: arb(x) ** (arb(1) / n)))
    return (low if outwards < 0 else high), False


def cases(letters: Sequence[sp.Basic], sets: Sets, roots: Mapping[sp.Basic, int] | None = None) -> list[Case]:
    """Every choice of a piece for each letter; raises Unreadable where a set is not told, or for many."""
    found = [(x, pieces(sets[x])) for x in letters]
    if not all(parts for _, parts in found) or math.prod(len(parts or ()) for _, parts in found) > 400:
        raise Unreadable("a set that is not told, or too many cases")
    if len(letters) > VARIABLES - 4:
        raise Unreadable("too many letters")
    result = []
    for choice in every(*(parts or () for _, parts in found)):
        values: dict[sp.Basic, Ratio] = {}
        points: dict[sp.Basic, sp.Expr] = {}
        strict, whole = [], []
        for place, (x, piece) in enumerate(zip(letters, choice, strict=True)):
            if piece.point is not None:
                points[x], above, counted = piece.point, True, False
            else:
                values[x], above, counted = _in_variable(piece, place, (roots or {}).get(x, 1))
            strict.append(above)
            whole.append(counted)
        result.append(Case(values, tuple(strict), tuple(whole), points))
    return result


# Expressions


def prepared(sides: Sequence[sp.Basic], sets: Sets) -> tuple[list[sp.Expr], dict[sp.Basic, sp.Set]]:
    """Expressions in fresh real letters, with the set of each: floats as the decimals they show, derivatives
    taken, hyperbolic functions in exponentials, a function that nothing is known of as a letter.

    Raises Unreadable for a letter without a set, and for anything infinite or not real.
    """
    new: dict[sp.Basic, sp.Basic] = {}
    over: dict[sp.Basic, sp.Set] = {}
    sides = [_unfolded(side) for side in sides]
    for side in sides:
        if not isinstance(side, sp.Expr) or side.has(sp.oo, -sp.oo, sp.zoo, sp.nan, sp.I):
            raise Unreadable(f"{side}")
        entries = side.atoms(sp.Indexed)
        inside = {y for x in entries for y in (x.base, x.base.label)}
        if any(y not in sets for x in entries for i in x.indices for y in i.free_symbols):
            raise Unreadable("an index without a set")
        for letter in sorted(side.free_symbols - inside | entries, key=str):
            key = _base(letter, sets) if isinstance(letter, sp.Indexed) else letter
            if key not in sets:
                raise Unreadable(f"{letter} has no set")
            if letter not in new:
                new[letter] = sp.Dummy(str(letter), real=True)
                over[new[letter]] = sets[key]
        new |= {x: sp.Rational(str(x)) for x in side.atoms(sp.Float)}
    opaque: dict[sp.Basic, sp.Basic] = {}

    def letter_for(node: sp.Basic) -> sp.Basic:
        if node not in opaque:
            opaque[node] = sp.Dummy("f", real=True)
            over[opaque[node]] = sp.S.Reals
        return opaque[node]

    def counted(node: sp.Basic) -> sp.Basic:
        """C(n, k) for n = 0, 1, … and a whole k: not below 0."""
        if not all(x in over and over[x].is_subset(sp.S.Integers) for x in node.args):
            raise Unreadable(f"{node}")
        if not over[node.args[0]].inf >= 0:
            raise Unreadable(f"{node}")
        over[letter_for(node)] = sp.Interval(0, sp.oo)
        return letter_for(node)

    result = []
    for side in sides:
        plain = side.xreplace(new)
        plain = plain.replace(lambda e: isinstance(e, sp.binomial), counted)
        plain = plain.replace(lambda e: isinstance(e, sp.Derivative), _differentiated)
        if plain.has(sp.Derivative, sp.Subs, sp.Limit, ExprWithLimits):
            raise Unreadable(f"{plain}")
        plain = plain.replace(lambda e: isinstance(e, _OPAQUE), letter_for)
        plain = plain.replace(lambda e: isinstance(e, HyperbolicFunction), lambda e: e.rewrite(sp.exp))
        if plain.has(sp.oo, -sp.oo, sp.zoo, sp.nan, sp.I):
            raise Unreadable(f"{plain}")
        result.append(plain)
    used = set().union(*(x.free_symbols for x in result))
    return result, {x: s for x, s in over.items() if x in used}


def _differentiated(e: sp.Derivative) -> sp.Expr:
    """The derivative carried out.

    Raises Unreadable for a piecewise function but one of two pieces, each on one side of a point: SymPy
    differentiates the piece that holds the point, which is right where that reaches to one side of it and
    nothing else turns there.
    """
    found = e.expr.atoms(sp.Piecewise)
    if found:
        node, *others = found
        condition, letters = node.args[0].cond, set(e.variables)
        two = len(node.args) == 2 and node.args[1].cond == sp.true
        if others or not two or len(letters) > 1 or e.expr.has(sp.Abs, sp.Min, sp.Max, sp.sign, sp.Heaviside):
            raise Unreadable(f"{e}")
        if not isinstance(condition, sp.Lt | sp.Le | sp.Gt | sp.Ge):
            raise Unreadable(f"{e}")
        if not all((condition.lhs - condition.rhs).diff(x).is_number for x in letters):
            raise Unreadable(f"{e}")
    return e.doit()


def _base(entry: sp.Indexed, sets: Sets) -> sp.Basic:
    return next((x for x in (entry, entry.base, entry.base.label) if x in sets), entry)


def _unfolded(e: sp.Basic) -> sp.Basic:
    """``times`` and ``plus`` as products and sums."""
    if not e.has(times, plus):
        return e
    return e.replace(times, sp.Mul).replace(plus, sp.Add)


def roots_of_letters(sides: Sequence[sp.Expr]) -> dict[sp.Basic, int]:
    """For every letter that stands under a root, alone or in a product, the order of the root (the least
    common one)."""
    found: dict[sp.Basic, int] = {}
    for side in sides:
        for node in side.atoms(sp.Pow):
            if node.exp.is_Rational and not node.exp.is_Integer:
                for factor in sp.Mul.make_args(node.base):
                    letter = factor.base if factor.is_Pow else factor
                    if letter.is_Symbol:
                        found[letter] = math.lcm(found.get(letter, 1), int(node.exp.q))
    return {x: n for x, n in found.items() if n <= 12}


class Reading:
    """Expressions read in one case. ``fine``: e^m is bounded by the third Taylor polynomial of m, not by 1
    alone."""

    def __init__(self, case: Case, sides: Sequence[sp.Expr], fine: bool = False) -> None:
        self.case, self.fine = case, fine
        self.strict = list(case.strict)
        self._known: dict[sp.Basic, Ratio] = {}
        self._made: dict[Any, Ratio] = {}
        self._units: dict[Any, Fraction] = {}
        self.exponentials = False
        for side in sides:
            self._gather(side)

    def value(self, e: sp.Basic) -> Ratio:
        """The expression as a quotient; raises Unreadable, Undefined or Undecided."""
        if e not in self._known:
            try:
                self._known[e] = self._value(e)
            except ZeroDivisionError:
                raise Undefined(f"{e}") from None
        return self._known[e]

    def signs(self, r: Ratio) -> Signs:
        """The signs that a quotient may have in this case."""
        return signs_of(r, _padded(self.strict), self.case.whole)

    def pick(self, e: sp.Basic) -> sp.Expr:
        """What |p|, sign, a minimum, a maximum or a piecewise function is in this case; else e itself."""
        if e in self.case.chosen:
            return self.case.chosen[e]
        if isinstance(e, sp.Abs):
            return self._turned(e, e.args[0], (e.args[0], -e.args[0]))
        if isinstance(e, sp.sign):
            return self._step(e, (sp.S.NegativeOne, sp.S.Zero, sp.S.One))
        if isinstance(e, sp.Heaviside):
            return self._step(e, (sp.S.Zero, e.args[1], sp.S.One))
        if isinstance(e, sp.Min | sp.Max):
            return self._extreme(e)
        if isinstance(e, sp.Piecewise):
            return self._branch(e)
        return e

    def _turned(self, node: sp.Basic, inner: sp.Expr, options: tuple[sp.Expr, ...]) -> sp.Expr:
        asked = self.value(inner)
        found = self.signs(asked)
        if found <= _RISING:
            return inner
        if found <= _FALLING:
            return -inner
        raise Undecided(node, asked, options)

    def _step(self, node: sp.Basic, options: tuple[sp.Expr, ...]) -> sp.Expr:
        """The first of three where the argument is negative, the second where it is 0, else the third."""
        asked = self.value(node.args[0])
        found = self.signs(asked)
        if len(found) != 1:
            raise Undecided(node, asked, options)
        return options[next(iter(found)) + 1]

    def _extreme(self, e: sp.Expr) -> sp.Expr:
        best, *others = e.args
        wanted = _RISING if isinstance(e, sp.Max) else _FALLING
        against = _FALLING if isinstance(e, sp.Max) else _RISING
        for other in others:
            gap = self.value(best).minus(self.value(other))
            found = self.signs(gap)
            if found <= wanted:
                continue
            if not found <= against:
                raise Undecided(e, gap, e.args)
            best = other
        return best

    def _branch(self, e: sp.Piecewise) -> sp.Expr:
        for place, (branch, condition) in enumerate(e.args):
            try:
                held = self._truth(condition)
            except Undecided as found:
                left = tuple(x for x, _ in e.args[place:])
                raise Undecided(e, found.asked, left) from None
            except Undefined:
                raise Unreadable(f"{condition} has no value") from None
            if held:
                return branch
        raise Undefined(f"{e}")

    def _truth(self, condition: sp.Basic) -> bool:
        if isinstance(condition, BooleanTrue | BooleanFalse):
            return bool(condition)
        if isinstance(condition, sp.And):
            return all(self._truth(x) for x in condition.args)
        if isinstance(condition, sp.Or):
            return any(self._truth(x) for x in condition.args)
        if isinstance(condition, sp.Not):
            return not self._truth(condition.args[0])
        if not isinstance(condition, Relational):
            raise Unreadable(f"{condition}")
        asked = self.value(condition.lhs).minus(self.value(condition.rhs))
        found, wanted = self.signs(asked), wanted_signs(condition)
        if found <= wanted:
            return True
        if not found & wanted:
            return False
        raise Undecided(condition, asked)

    def _value(self, e: sp.Basic) -> Ratio:
        if e.is_Rational or e.is_Float:
            return number(_rational(e))
        if e in self.case.letters:
            return self.case.letters[e]
        if e in self.case.chosen or isinstance(e, _TURNING):
            for x in e.args if isinstance(e, _TURNING) and not isinstance(e, sp.Piecewise) else ():
                self.value(x)  # where one has no value, neither has the whole
            return self.value(self.pick(e))
        if isinstance(e, sp.Add | sp.Mul):
            total, *rest = (self.value(x) for x in e.args)
            for x in rest:
                total = total.plus(x) if isinstance(e, sp.Add) else total.times(x)
            return total
        if isinstance(e, _CONSTANT) and not e.free_symbols and not (e.args and e.args[0].is_Rational):
            return self._within(e, lambda: _arb(e))
        if isinstance(e, sp.exp):
            return self._exponential(None, self.value(e.args[0]))
        if isinstance(e, sp.Pow):
            return self._power(e.base, e.exp)
        if isinstance(e, sp.log) and len(e.args) == 1:
            return self._logarithm(e, self.value(e.args[0]))
        raise Unreadable(f"{e}")

    # Powers

    def _counts(self, power: Ratio) -> bool:
        """Whether an exponent is a whole number from 0 on."""
        whole = [i < len(self.case.whole) and self.case.whole[i] for i in power.variables()]
        steps = power.bottom.is_constant() and all(x.denominator == 1 for _, x in _terms(power))
        return all(whole) and steps and self.signs(power) <= _RISING

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> Ratio:
        below = self.value(base)
        if exponent.is_Integer:
            return below.power(int(exponent))
        if exponent.is_Rational:
            return self._root(base, below, int(exponent.q)).power(int(exponent.p))
        power = self.value(exponent)
        told = self.signs(below)
        if told <= _RISING and told != _ABOVE and self._counts(power):
            return self._own(("power", _key(below), _key(power)), lambda: self._new(False))
        if not told <= _ABOVE:
            raise Unreadable(f"{base}**{exponent}")
        return self._exponential(below, power)

    def _root(self, node: sp.Expr, below: Ratio, order: int) -> Ratio:
        """The root of what is shown not to be negative: an exact one, or a variable of its own."""
        told = self.signs(below)
        if not told <= _RISING:
            raise Unreadable(f"a root of {node}")
        if below.number() == 0:
            return below
        value, exact = below.number(), _root_of(below, order)
        if exact is not None:
            if self.signs(exact) <= _RISING:
                return exact
            if self.signs(exact) <= _FALLING:
                return exact.negative()
            raise Undecided(sp.Pow(node, sp.Rational(1, order), evaluate=False), exact)
        if value is not None:
            return self._within(("root", str(value), order), lambda: arb(value) ** (arb(1) / order))
        return self._own(("root", _key(below), order), lambda: self._new(told == _ABOVE))

    def _exponential(self, base: Ratio | None, power: Ratio) -> Ratio:
        """base^power (None: e) for a base above 0: one variable for all powers of base^m, for each m."""
        total = number(1)
        for term, coefficient in _terms(power):
            key = (_key(base), _key(term))
            unit = self._units.setdefault(key, abs(coefficient))
            times_unit = coefficient / unit
            if times_unit.denominator != 1:
                raise Unreadable("powers without a common measure")
            unit_ratio = term.times(number(fmpq(unit.numerator, unit.denominator)))
            total = total.times(self._unit(base, unit_ratio, key).power(int(times_unit)))
        return total

    def _unit(self, base: Ratio | None, power: Ratio, key: Any) -> Ratio:
        value = power.number()
        if value is not None:
            if base is None:
                return self._within(("e", str(value)), lambda: arb(value).exp())
            return self._root(sp.S.One, base.power(int(value.p)), int(value.q))
        rising = product(_ABOVE if base is None else self.signs(base.minus(number(1))), self.signs(power))
        return self._own(("power", key), lambda: self._bounded(base, power, rising))

    def _bounded(self, base: Ratio | None, power: Ratio, rising: Signs) -> Ratio:
        if not (rising <= _RISING or rising <= _FALLING):
            return self._new(True)
        self.exponentials |= base is None
        one = number(1)
        if base is None and self.fine:
            size = power if rising <= _RISING else power.negative()
            for k in (2, 6):
                one = one.plus(size.power(2 if k == 2 else 3).times(number(fmpq(1, k))))
            one = one.plus(size)
        grown = one.plus(self._new(0 not in rising))
        return grown if rising <= _RISING else grown.inverse()

    def _logarithm(self, e: sp.Basic, inner: Ratio) -> Ratio:
        """log p lies between 0 and p − 1 for p ≥ 1, and between 1 − 1/p and 0 for 0 < p ≤ 1."""
        if not self.signs(inner) <= _RISING:
            raise Unreadable(f"{e}")
        value = inner.number()
        if value is not None and value > 0:
            return number(0) if value == 1 else self._within(("log", str(value)), lambda: arb(value).log())
        above = inner.minus(number(1))
        told = self.signs(above)
        if told <= _RISING:
            bound = above
        elif told <= _FALLING:
            bound = number(1).minus(inner.inverse())
        else:
            raise Undecided(e, above)
        return self._own(
            ("log", _key(inner)),
            lambda: bound.times(number(1).plus(self._new(0 not in told)).inverse()),
        )

    # Variables beyond the letters'

    def _new(self, strict: bool) -> Ratio:
        self.strict.append(strict)
        return variable(len(self.strict) - 1)

    def _own(self, key: Any, make: Callable[[], Ratio]) -> Ratio:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _within(self, key: Any, make: Callable[[], arb]) -> Ratio:
        """A number that is enclosed between two rational ones."""

        def between() -> Ratio:
            low, high = _rational_ends(_ball(make))
            t = self._new(True)
            return number(low).plus(number(high).times(t)).times(number(1).plus(t).inverse())

        return self._own(("number", key), between)

    def _gather(self, e: sp.Basic) -> None:
        """The largest exponent of which all are whole multiples, for each base and monomial."""
        for node in sp.preorder_traversal(e):
            if isinstance(node, sp.exp):
                base, exponent = None, node.args[0]
            elif isinstance(node, sp.Pow) and not node.exp.is_Rational:
                base, exponent = node.base, node.exp
            else:
                continue
            try:
                below = None if base is None else self.value(base)
                for term, coefficient in _terms(self.value(exponent)):
                    key = (_key(below), _key(term))
                    self._units[key] = _measure(self._units.get(key, Fraction(0)), coefficient)
            except (Unreadable, Undefined):
                continue
        self._known.clear()
        self._made.clear()
        del self.strict[len(self.case.strict) :]


def wanted_signs(relation: Relational) -> Signs:
    """The signs of left less right that make a relation true."""
    table: dict[type, tuple[int, ...]] = {
        sp.Eq: (0,),
        sp.Ne: (-1, 1),
        sp.Lt: (-1,),
        sp.Le: (-1, 0),
        sp.Gt: (1,),
        sp.Ge: (0, 1),
    }
    kind = next((k for k in table if isinstance(relation, k)), None)
    if kind is None:
        raise Unreadable(f"{relation}")
    return frozenset(table[kind])


def _key(r: Ratio | None) -> str:
    return "e" if r is None else f"{r.top}/{r.bottom}"


def _terms(r: Ratio) -> Iterator[tuple[Ratio, Fraction]]:
    """r as a sum of rational multiples of monomials, or of one quotient."""
    if r.bottom.is_constant():
        below = r.bottom.leading_coefficient()
        for powers, c in r.top.to_dict().items():
            monomial = ratio(r.top.context().from_dict({powers: 1}))
            value = c / below
            yield monomial, Fraction(int(value.p), int(value.q))
        return
    content = r.top.leading_coefficient() / r.bottom.leading_coefficient()
    scaled = r.times(number(1 / content))
    yield scaled, Fraction(int(content.p), int(content.q))


def _measure(one: Fraction, other: Fraction) -> Fraction:
    """The greatest common measure of two rational numbers."""
    common = math.lcm(one.denominator, other.denominator)
    return Fraction(math.gcd(int(one * common), int(other * common)), common)


def _root_of(r: Ratio, order: int) -> Ratio | None:
    """A quotient of which r, not 0, is the power of that order; None where there is none."""
    parts = []
    for p in r:
        leading, factors = p.factor()
        root = _exact_root(leading, order)
        if root is None or any(power % order for _, power in factors):
            return None
        total = constant(root)
        for factor, power in factors:
            total *= factor ** (power // order)
        parts.append(total)
    return ratio(*parts)


def _exact_root(x: fmpq, order: int) -> fmpq | None:
    if x < 0:
        return None
    found = [sp.integer_nthroot(int(n), order) for n in (x.p, x.q)]
    return fmpq(int(found[0][0]), int(found[1][0])) if all(exact for _, exact in found) else None


def _rational(x: sp.Expr) -> fmpq:
    found = sp.Rational(str(x)) if x.is_Float else x
    return fmpq(int(found.p), int(found.q))


# Numbers in balls


def _ball(make: Callable[[], arb]) -> arb:
    before, ctx.prec = ctx.prec, _PRECISION
    try:
        found = make()
    finally:
        ctx.prec = before
    if not found.is_finite() or found.rad() > arb("1e-20"):
        raise Unreadable("a number that could not be enclosed")
    return found


def _enclosed(e: sp.Expr) -> arb:
    return _ball(lambda: _arb(e))


def _arb(e: sp.Expr) -> arb:
    if e.is_Rational:
        return arb(_rational(e))
    if isinstance(e, sp.NumberSymbol):
        known = {sp.pi: arb.pi, sp.E: lambda: arb(1).exp(), sp.EulerGamma: arb.const_euler}
        if e not in known and not hasattr(e, "closed"):
            raise Unreadable(f"{e}")
        return known[e]() if e in known else _arb(e.closed)
    values = [_arb(x) for x in e.args]
    if isinstance(e, sp.Add):
        return sum(values[1:], values[0])
    if isinstance(e, sp.Mul):
        return math.prod(values[1:], start=values[0])
    if isinstance(e, sp.Pow):
        if not (e.exp.is_Integer or values[0] > 0):
            raise Unreadable(f"{e}")
        return values[0] ** (int(e.exp) if e.exp.is_Integer else values[1])
    if isinstance(e, sp.exp):
        return values[0].exp()
    if isinstance(e, sp.erf | sp.erfc):
        return values[0].erf() if isinstance(e, sp.erf) else values[0].erfc()
    if isinstance(e, sp.log) and len(values) == 1 and values[0] > 0:
        return values[0].log()
    raise Unreadable(f"{e}")


def _rational_ends(x: arb) -> tuple[fmpq, fmpq]:
    """Two rational numbers with the ball strictly between them."""
    before, ctx.prec = ctx.prec, _PRECISION
    try:
        wider = x * arb(1, arb(2) ** -100)
    finally:
        ctx.prec = before
    if wider.contains(0) and x != 0:
        raise Unreadable("a number that may be 0")
    ends = []
    for end in (wider.lower(), wider.upper()):
        mantissa, power = (int(n) for n in end.man_exp())
        ends.append(fmpq(mantissa) * fmpq(2) ** power)
    return ends[0], ends[1]
