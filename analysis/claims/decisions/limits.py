"""Limits of formulas: by the rules for sums, products, powers and compositions; where these leave a form as
0/0 or ∞·0, by leading terms or derivatives whose signs are known for all letters; SymPy's limit is asked for
formulas without other letters only, for it takes a coefficient that may vanish for one that does not.

Every limit is compared with values of the formula, in balls, at points that go there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import sympy as sp
from flint import arb, fmpq

from analysis.claims.decisions import identities
from analysis.claims.decisions.guard import within
from analysis.claims.decisions.letters import Sets, hull
from analysis.claims.decisions.opened import OPEN, Undecided, sides
from analysis.claims.decisions.smooth import nonzero, positive, smooth
from analysis.claims.meaning import value
from analysis.claims.world import Meaningless, World, ball, number, precision

SECONDS = 4.0
"""Processor time that SymPy's limit may take."""
ORDERS = 8
"""Derivatives that are taken of the two sides of a fraction that is 0/0."""
CHOICES = 3
"""Values of the other letters for which a limit is compared with values of the formula."""
ENDLESS = (sp.oo, -sp.oo)


def decide(statement: sp.Basic, sets: Sets) -> str | None:
    """How an equation between limits and closed formulas was found to hold for all letters in their sets;
    None if it was not."""
    found: list[Found] = []
    try:
        left, right, over = sides(statement, sets)
        if not (left.has(sp.Limit) or right.has(sp.Limit)):
            return None
        one, other = (_without_limits(side, over, found) for side in (left, right))
        if identities.decide(sp.Eq(one, other, evaluate=False), over) is None:
            return None
        if not all(agrees(*limit, over) for limit in found):
            return None
    except OPEN:
        return None
    return "the limit, by the rules for sums, products and compositions, is the other side"


Found = tuple[sp.Expr, sp.Basic, sp.Expr, str, sp.Expr]
"""A formula, the letter that moves, where to, from which side, and the limit."""


def _without_limits(e: sp.Basic, sets: Sets, found: list[Found]) -> sp.Basic:
    """The limits carried out, each noted in ``found``."""
    if not e.has(sp.Limit):
        return e
    if isinstance(e, sp.Integral | sp.Sum | sp.Product):
        raise Undecided
    if not isinstance(e, sp.Limit):
        return e.func(*(_without_limits(x, sets, found) for x in e.args))
    body, x, end, direction = e.args
    body, end = (_without_limits(y, sets, found) for y in (body, end))
    both = end not in ENDLESS and str(direction) == "+-"
    limits = []
    for way in "+-" if both else "+" if end in ENDLESS else str(direction):
        limit = one_sided(body, x, end, way, sets)
        if limit is None or limit in ENDLESS:
            raise Undecided
        limits.append(limit)
        found.append((body, x, end, way, limit))
    if both and not identities.vanishes(limits[0] - limits[1], sets):
        raise Undecided
    return limits[0]


def one_sided(e: sp.Expr, x: sp.Basic, end: sp.Expr, direction: str, sets: Sets) -> sp.Expr | None:
    """The limit as x → end, for a finite end from above (+) or below (−): a formula, ∞ or −∞; None where it
    is not told. It is the limit for all other letters in their sets."""
    t = sp.Dummy("t", positive=True)
    if end in ENDLESS:
        return _Rules(t, sp.oo, sets).of(e.xreplace({x: t if end == sp.oo else -t}))
    return _Rules(t, sp.S.Zero, sets).of(e.xreplace({x: end + t if direction == "+" else end - t}))


def zero(e: sp.Expr, sets: Sets) -> bool:
    """Whether e is known to vanish."""
    return bool(e.is_zero) or (not e.is_nonzero and identities.vanishes(e, sets))


_CONTINUOUS = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.asinh, sp.erf, sp.erfc, sp.Abs)
_FAR: dict[Any, tuple[sp.Expr, sp.Expr]] = {
    sp.exp: (sp.oo, sp.S.Zero),
    sp.sinh: (sp.oo, -sp.oo),
    sp.cosh: (sp.oo, sp.oo),
    sp.tanh: (sp.S.One, -sp.S.One),
    sp.atan: (sp.pi / 2, -sp.pi / 2),
    sp.asinh: (sp.oo, -sp.oo),
    sp.erf: (sp.S.One, -sp.S.One),
    sp.erfc: (sp.S.Zero, sp.Integer(2)),
    sp.Abs: (sp.oo, sp.oo),
}
"""The limits of a function far to the right and far to the left."""


class _Rules:
    """Limits as t ↓ 0 or t → ∞."""

    def __init__(self, t: sp.Symbol, end: sp.Expr, sets: Sets, depth: int = 0) -> None:
        self.t, self.end, self.sets, self.depth = t, end, sets, depth

    def of(self, e: sp.Expr) -> sp.Expr | None:
        if e.has(sp.nan, sp.zoo):
            return None
        if not e.has(self.t):
            return e
        if e == self.t:
            return self.end
        quotient = isinstance(e, sp.Mul) and self.depth < 2 and e.is_rational_function(self.t)
        found = self._leading(e) if quotient else None
        if found is not None:
            return found
        if isinstance(e, sp.Add):
            found = self._sum(e)
        elif isinstance(e, sp.Mul):
            found = self._product(e)
        elif isinstance(e, sp.Pow):
            return self._power(e)
        elif isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        else:
            return self._composed(e)
        return self._undetermined(e) if found is None else found

    # rules that always hold

    def _sum(self, e: sp.Expr) -> sp.Expr | None:
        found = [self.of(x) for x in e.args]
        if None in found:
            return None
        endless = {x for x in found if x in ENDLESS}
        if len(endless) > 1:
            return None
        return endless.pop() if endless else sp.Add(*found)

    def _product(self, e: sp.Expr) -> sp.Expr | None:
        found = [self.of(x) for x in e.args]
        if None in found:
            return None
        finite = [x for x in found if x is not None and x not in ENDLESS]
        if len(finite) == len(found):
            return sp.Mul(*found)
        sign = sp.Mul(*(1 if x == sp.oo else -1 for x in found if x in ENDLESS))
        for x in finite:
            if positive(-x):
                sign = -sign
            elif not positive(x):
                return None
        return sign * sp.oo

    def _power(self, e: sp.Pow) -> sp.Expr | None:
        base, exponent = e.args
        if exponent.has(self.t):
            at = None if positive(base) else self.of(base)
            if not positive(base) and (at is None or not positive(at)):
                return None
            return self.of(sp.exp(exponent * sp.log(base), evaluate=False)) if self.depth < 5 else None
        at = self.of(base)
        if at is None:
            return self._undetermined(e)
        if at in ENDLESS:
            if positive(-exponent):
                return sp.S.Zero if at == sp.oo or exponent.is_integer else None
            if not positive(exponent) or (at == -sp.oo and not exponent.is_Integer):
                return None
            return sp.oo if at == sp.oo or exponent.is_even else -sp.oo
        if exponent.is_Integer and exponent > 0:
            return at**exponent
        if positive(at) or (exponent.is_integer and nonzero(at)):
            return at**exponent
        if not zero(at, self.sets) or not base.is_positive:
            return None
        return sp.S.Zero if positive(exponent) else sp.oo if positive(-exponent) else None

    def _composed(self, e: sp.Expr) -> sp.Expr | None:
        if len(e.args) != 1 and not isinstance(e, sp.Min | sp.Max | sp.polygamma):
            return None
        found = [self.of(x) for x in e.args]
        if None in found:
            return None
        at = found[-1]
        if isinstance(e, sp.Min | sp.Max):
            return None if set(found) & set(ENDLESS) else e.func(*found)
        if isinstance(e, sp.log):
            if at == sp.oo:
                return sp.oo
            if at == -sp.oo:
                return None
            return sp.log(at) if positive(at) else -sp.oo if at == 0 and e.args[0].is_positive else None
        if isinstance(e, sp.polygamma):
            if e.args[0] == 0 and at == sp.oo:
                return sp.oo
            return (
                None if at in ENDLESS or e.args[0].has(self.t) or not positive(at) else e.func(e.args[0], at)
            )
        if at in ENDLESS:
            return _FAR[e.func][0 if at == sp.oo else 1] if e.func in _FAR else None
        if isinstance(e, sp.sign):
            return e.func(at) if nonzero(at) else None
        return e.func(at) if isinstance(e, _CONTINUOUS) else None

    def _piecewise(self, e: sp.Piecewise) -> sp.Expr | None:
        for branch, condition in e.args:
            settled = self._settled(condition)
            if settled is None:
                return None
            if settled:
                return self.of(branch)
        return None

    def _settled(self, condition: sp.Basic) -> bool | None:
        """Whether a condition holds close to the end."""
        if condition in (sp.true, sp.false):
            return bool(condition == sp.true)
        if not isinstance(condition, sp.StrictLessThan | sp.LessThan | sp.StrictGreaterThan | sp.GreaterThan):
            return None
        gap = condition.lhs - condition.rhs
        below = isinstance(condition, sp.StrictLessThan | sp.LessThan)
        if gap.is_positive or gap.is_negative:
            return below == bool(gap.is_negative)
        at = self.of(gap)
        if at is None:
            return None
        if at in ENDLESS:
            return below is bool(at == -sp.oo)
        return below if positive(-at) else not below if positive(at) else None

    # forms that the rules leave open

    def _undetermined(self, e: sp.Expr) -> sp.Expr | None:
        if self.depth > 4 or e.count_ops() > 400:
            return None
        deeper = _Rules(self.t, self.end, self.sets, self.depth + 1)
        ways: tuple[Callable[[sp.Expr], sp.Expr | None], ...] = (
            deeper._without_roots,
            deeper._under_root,
            deeper._died_away,
            deeper._leading,
            deeper._one_logarithm,
            deeper._by_derivatives,
            deeper._in_exponential,
            deeper._inverted,
            deeper._outside,
            deeper._without_letters,
        )
        for way in ways:
            found = way(e)
            if found is not None and not found.has(sp.nan, sp.zoo, sp.I, sp.AccumBounds):
                return found
        return None

    def _without_roots(self, e: sp.Expr) -> sp.Expr | None:
        """Of a formula in roots of t, in u with t = uⁿ, which goes where t goes."""
        powers = (x for x in e.atoms(sp.Pow) if x.base == self.t and x.exp.is_Rational)
        n = math.lcm(1, *(int(x.exp.q) for x in powers))
        if n == 1:
            return None
        u = sp.Dummy("u", positive=True)
        return _Rules(u, self.end, self.sets, self.depth).of(e.xreplace({self.t: u**n}))

    def _under_root(self, e: sp.Expr) -> sp.Expr | None:
        """√f/t as the root of f/t², for t > 0: the root of its limit, which must not be negative."""
        number, rest = e.as_coeff_Mul()
        factors = sp.Mul.make_args(rest)
        roots = [x for x in factors if isinstance(x, sp.Pow) and x.exp.is_Rational and not x.exp.is_Integer]
        if not roots or len(roots) == len(factors):
            return None
        if not all(x in roots or x.is_positive for x in factors):
            return None
        q = math.lcm(*(int(x.exp.q) for x in roots))
        at = self.of(sp.Mul(*(x.base ** (x.exp * q) if x in roots else x**q for x in factors)))
        if at is None or at in ENDLESS or not (positive(at) or zero(at, self.sets)):
            return None
        return number * sp.factor(at) ** sp.Rational(1, q) if positive(at) else sp.S.Zero

    def _died_away(self, e: sp.Expr) -> sp.Expr | None:
        """Powers of t and an exponential of −c t^n, c > 0: the exponential wins."""
        if self.end != sp.oo:
            return None
        if isinstance(e, sp.Add):
            terms = sp.Add.make_args(sp.expand(e, power_exp=False)) if e.has(sp.exp) else ()
            found = [self.of(x) for x in terms] or [None]
            return None if any(x is None or x in ENDLESS for x in found) else sp.Add(*found)
        exponent, rest = sp.S.Zero, []
        for x in sp.Mul.make_args(e):
            if isinstance(x, sp.exp):
                exponent += x.args[0]
            else:
                rest.append(x)
        if not exponent.is_polynomial(self.t) or not exponent.has(self.t):
            return None
        if not positive(-sp.Poly(exponent, self.t).LC()):
            return None
        slow = all(x.is_polynomial(self.t) or self._root_of_t(x) for x in rest)
        return sp.S.Zero if slow else None

    def _root_of_t(self, x: sp.Expr) -> bool:
        return isinstance(x, sp.Pow) and x.base == self.t and not x.exp.has(self.t)

    def _leading(self, e: sp.Expr) -> sp.Expr | None:
        """A quotient of polynomials in t, by the terms that lead."""
        top, bottom = sp.fraction(sp.together(e))
        if not (top.is_polynomial(self.t) and bottom.is_polynomial(self.t) and bottom.has(self.t)):
            return None
        (m, a), (n, b) = (self._leads(sp.Poly(p, self.t)) for p in (top, bottom))
        if b is None or not nonzero(b):
            return None
        if a is None:
            return sp.S.Zero
        lower = m < n if self.end == sp.oo else m > n
        if m == n:
            return a / b
        if lower:
            return sp.S.Zero
        ratio = a / b
        return sp.oo if positive(ratio) else -sp.oo if positive(-ratio) else None

    def _leads(self, poly: sp.Poly) -> tuple[int, sp.Expr | None]:
        terms = sorted(((m[0], c) for m, c in poly.terms()), key=lambda term: term[0])
        for degree, c in reversed(terms) if self.end == sp.oo else terms:
            if not zero(c, self.sets):
                return degree, c
        return 0, None

    def _one_logarithm(self, e: sp.Expr) -> sp.Expr | None:
        """log u − log v as log(u/v): where both have a value it is the same."""
        product, rest, count = sp.S.One, sp.S.Zero, 0
        for x in sp.Add.make_args(e):
            c, factor = x.as_coeff_Mul()
            if isinstance(factor, sp.log) and c.is_Rational and x.has(self.t):
                product, count = product * factor.args[0] ** c, count + 1
            else:
                rest += x
        if count < 2:
            return None
        at, beside = self.of(sp.powsimp(product)), self.of(rest)
        if at is None or beside is None or beside in ENDLESS or not positive(at):
            return None
        return sp.log(at) + beside

    def _by_derivatives(self, e: sp.Expr) -> sp.Expr | None:
        """N/D at 0, both smooth there: the quotient of the first derivatives that are not both 0."""
        if self.end != 0:
            return None
        top, bottom = sp.fraction(sp.together(e))
        at = {self.t: sp.S.Zero}
        if not bottom.has(self.t) or not all(smooth(p, None, at) for p in (top, bottom)):
            return None
        for _ in range(ORDERS):
            if top.count_ops() + bottom.count_ops() > 2000:
                return None
            a, b = (p.subs(self.t, 0) for p in (top, bottom))
            if nonzero(b):
                return a / b
            if not zero(b, self.sets) or not zero(a, self.sets):
                return None
            top, bottom = (sp.diff(p, self.t) for p in (top, bottom))
        return None

    def _in_exponential(self, e: sp.Expr) -> sp.Expr | None:
        """Far out, a formula in e^{ct} alone, c rational after the letters are taken into t: in u = e^{−t}
        close to 0."""
        if self.end != sp.oo:
            return None
        e = self._scaled(e)
        u = sp.Dummy("u", positive=True)
        new = e.rewrite(sp.exp).replace(
            lambda x: isinstance(x, sp.exp) and (x.args[0] / self.t).is_Rational,
            lambda x: u ** (-x.args[0] / self.t),
        )
        if new.has(self.t) or not new.has(u):
            return None
        return _Rules(u, sp.S.Zero, self.sets, self.depth).of(new)

    def _inverted(self, e: sp.Expr) -> sp.Expr | None:
        """Far out, in u = 1/t close to 0."""
        if self.end != sp.oo:
            return None
        u = sp.Dummy("u", positive=True)
        return _Rules(u, sp.S.Zero, self.sets, self.depth)._by_derivatives(e.xreplace({self.t: 1 / u}))

    def _scaled(self, e: sp.Expr) -> sp.Expr:
        """t/c in place of t, c a product of positive letters, where that leaves fewer letters beside t."""
        e = sp.expand_log(e, force=False)
        for node in e.atoms(sp.Function):
            if not node.has(self.t) or not _small(e):
                continue
            c = sp.factor(node.args[-1]).as_independent(self.t, as_Add=False)[0]
            c = c / c.as_coeff_Mul()[0]
            if c == 1 or not positive(c):
                continue
            new = sp.expand_log(sp.powsimp(sp.cancel(e.xreplace({self.t: self.t / c}))), force=False)
            if self._beside(new) < self._beside(e):
                return new
        return e

    def _beside(self, e: sp.Expr) -> set[sp.Basic]:
        """The letters in functions of t."""
        return set().union(*(x.free_symbols for x in e.atoms(sp.Function) if x.has(self.t)))

    def _outside(self, e: sp.Expr) -> sp.Expr | None:
        """Factors and terms that have a limit of their own set aside, and what is left asked again."""
        new = self._scaled(e)
        if isinstance(new, sp.Mul):
            with_limit = [(x, self.of(x)) for x in new.args]
            aside = [c for _, c in with_limit if c is not None and c not in ENDLESS and nonzero(c)]
            left = [x for x, c in with_limit if c is None or c in ENDLESS or not nonzero(c)]
            if aside and left and len(left) < len(new.args):
                rest = self.of(sp.Mul(*left))
                if rest is None or rest in ENDLESS:
                    return None
                return sp.Mul(*aside, rest)
        if isinstance(new, sp.Add):
            free = [x for x in new.args if not x.has(self.t)]
            if free:
                rest = self.of(new - sp.Add(*free))
                return None if rest is None or rest in ENDLESS else sp.Add(*free, rest)
        return self.of(new) if new != e else None

    def _without_letters(self, e: sp.Expr) -> sp.Expr | None:
        if e.free_symbols != {self.t}:
            return None
        found = within(SECONDS, sp.limit, e, self.t, self.end, "+" if self.end == 0 else "-")
        if not isinstance(found, sp.Expr) or found.free_symbols or found.has(sp.Limit, sp.nan, sp.zoo, sp.I):
            return None
        if found in ENDLESS:
            return None
        return found if agrees(e, self.t, self.end, "+", found, {}) else None


def _small(e: sp.Expr) -> bool:
    return bool(e.count_ops() < 120)


# Compared with values


POWERS = (3, 4, 5, 6, 8, 10, 12, 20, 60, 240, 960)
"""Points are 2^±so much from the end."""
CLOSE = 0.01
"""The last value is as close as that, for logarithms go slowly; it is half as far as the first one."""


def agrees(e: sp.Expr, x: sp.Basic, end: sp.Expr, direction: str, c: sp.Expr, sets: Sets) -> bool:
    """Whether values of e close to the end go to c, for three choices of the other letters."""
    letters = sorted((e.free_symbols | c.free_symbols | end.free_symbols) - {x}, key=str)
    random, seen = Random(7), 0
    for _ in range(12):
        world = chosen(letters, sets, random)
        if world is None:
            return False
        told = _goes_to(e, x, end, direction, c, world)
        if told is False:
            return False
        seen += told is True
        if seen == CHOICES or (seen and not letters):
            return True
    return False


def chosen(letters: list[sp.Basic], sets: Sets, random: Random) -> dict[sp.Basic, fmpq] | None:
    """A value in its set for every letter; None where none is found."""
    found: dict[sp.Basic, fmpq] = {}
    for x in letters:
        span = hull(sets[x]) if x in sets else None
        if span is None:
            return None
        for _ in range(60):
            at = _drawn(span, random, bool(x.is_integer))
            if sets[x].contains(at) == sp.true:
                found[x] = number(at)
                break
        else:
            return None
    return found


def _drawn(span: sp.Interval, random: Random, whole: bool) -> sp.Rational:
    low = span.inf if span.inf != -sp.oo else (min(-3, span.sup - 5) if span.sup != sp.oo else -3)
    high = span.sup if span.sup != sp.oo else low + 6
    low, high = (sp.Rational(str(sp.N(y, 12))) for y in (low, high))
    if whole:
        return sp.Integer(random.randint(int(sp.ceiling(low)), int(sp.floor(high))))
    return low + (high - low) * sp.Rational(random.randint(0, 97), 97)


def _goes_to(
    e: sp.Expr, x: sp.Basic, end: sp.Expr, direction: str, c: sp.Expr, letters: Mapping[sp.Basic, fmpq]
) -> bool | None:
    """None where too few values are known."""
    world = World(dict(letters))
    try:
        with precision(200):
            limit = ball(value(c, world))
            middle = None if end in ENDLESS else value(end, world)
        if not limit.is_finite():
            return None
    except (Meaningless, ArithmeticError, TypeError, ValueError):
        return None
    gaps = [abs(y - limit) for y in _values(e, x, end, middle, direction, world)]
    if len(gaps) < 4:
        return None
    first, last = gaps[0], gaps[-1]
    size = 1 + abs(limit)
    if bool(last < size * arb("1e-20")):
        return True
    return bool(last < CLOSE * size) and bool(2 * last < first)


def _values(
    e: sp.Expr, x: sp.Basic, end: sp.Expr, middle: Any, direction: str, world: World
) -> Iterator[arb]:
    for k in POWERS:
        far = middle is None
        step = fmpq(2**k) if far else fmpq(1, 2**k)
        sign = -1 if end == -sp.oo or (not far and direction == "-") else 1
        at = sign * step if far else middle + sign * step
        for bits in (300, 1200, 6000):
            try:
                with precision(bits):
                    found = ball(value(e, world.but({x: at})))
            except (Meaningless, ArithmeticError, TypeError, ValueError):
                continue
            if found.is_finite() and bool(found.rad() <= arb("1e-25")):
                yield found
                break
