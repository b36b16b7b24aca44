"""The real roots of sums of z^i e^{jhz} e^{−kz²/2} Φ(z)^l, counted and enclosed by Rolle's theorem.

Between two neighbouring roots of f lies a root of the derivative of f/u, for any u > 0 that is smooth. With
u = e^{jhz} e^{−kz²/2} taken from a term of f, each differentiation lowers the degree of what stands beside
that u by one, and in the end a single term without a root is left. On the way back f/u is monotone between
neighbouring roots of its derivative, so that its signs there and far out count its roots exactly, and
bisection encloses them. Signs are those of balls (python-flint), so they are certain; where a ball keeps 0
whatever the precision, the value must be shown to be exactly 0, or ``Untold`` is raised.

Far out the terms are compared by growth: e^{−z²/2} beats every e^z, which beats every power of z; and
Q(t) = 1 − Φ(t) = Φ(−t) is e^{−t²/2}/(t √2π) times 1 − 1/t² + 3/t⁴ − … (Mills' ratio, an asymptotic series).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from analysis.claims.decisions.closed_numbers import PRECISIONS, Untold, sign_of_number, vanishes
from analysis.numeric.balls import ball_function
from analysis.symbolic.normal import ndtr

Powers = tuple[int, int, int, int]
"""Of z, e^{hz}, e^{−z²/2} and Φ(z)."""
Ball = Any
DENSITY_AT_ZERO = 1 / sp.sqrt(2 * sp.pi)
_FARTHEST = 10**9
MILLS = 6
"""Terms of the series of Mills' ratio that are used."""


def _mills(n: int) -> list[int]:
    """Coefficients of z^{−2m} in the asymptotic series of (z Q(z)/φ(z))^n: for n = 1 they are (−1)^m (2m −
    1)!!."""
    if n == 0:
        return [1]
    one = [(-1) ** m * int(sp.factorial2(2 * m - 1)) for m in range(MILLS)]
    found = one
    for _ in range(n - 1):
        found = [sum(found[p] * one[m - p] for p in range(m + 1)) for m in range(MILLS)]
    return found


@dataclass(frozen=True, eq=False)
class Numbers:
    """Closed real numbers that stand as letters in the coefficients of a sum, the first being 1/√2π; and
    those at which a sum may touch 0."""

    ring: Any
    values: tuple[sp.Expr, ...]
    candidates: tuple[sp.Expr, ...] = ()
    _balls: dict[int, list[Ball]] = field(default_factory=dict)

    def ball(self, coefficient: Any) -> Ball:
        """A coefficient, a polynomial in the letters, as a ball of the precision of the call."""
        if ctx.prec not in self._balls:
            self._balls[ctx.prec] = [ball_function(x)() for x in self.values]
        at, total = self._balls[ctx.prec], arb(0)
        for powers, c in coefficient.terms():
            term = arb(fmpq(int(c.numerator), int(c.denominator)))
            for x, n in zip(at, powers, strict=True):
                term = term * x**n if n else term
            total += term
        return total

    def expr(self, coefficient: Any) -> sp.Expr:
        """A coefficient as an expression."""
        return coefficient.as_expr(*self.values)

    def sign(self, coefficient: Any) -> int:
        """−1, 0 or 1; raises Untold where it is not known."""
        for bits in PRECISIONS[:2]:
            with ctx.workprec(bits):
                found = self.ball(coefficient)
                if found.is_finite() and not found.contains(0):
                    return 1 if found > 0 else -1
        return sign_of_number(self.expr(coefficient))


class Sum:
    """Σ c z^i e^{jhz} e^{−kz²/2} Φ(z)^l, with ``terms`` {(i, j, k, l): c} and ``step`` h > 0."""

    def __init__(self, terms: dict[Powers, Any], step: sp.Rational, numbers: Numbers) -> None:
        self.step, self.numbers = step, numbers
        self.terms = {p: c for p, c in terms.items() if c != 0 and (c.is_ground or numbers.sign(c))}

    def with_terms(self, terms: dict[Powers, Any]) -> Sum:
        return Sum(terms, self.step, self.numbers)

    def over(self, unit: Powers) -> Sum:
        """The quotient by e^{jhz} e^{−kz²/2}."""
        _, a, b, _ = unit
        return self.with_terms({(i, j - a, k - b, l): c for (i, j, k, l), c in self.terms.items()})

    def derivative(self) -> Sum:
        """d/dz, in the same form."""
        ring = self.numbers.ring
        found: dict[Powers, Any] = defaultdict(lambda: ring.zero)
        for (i, j, k, l), c in self.terms.items():
            found[(i - 1, j, k, l)] += i * c
            found[(i, j, k, l)] += ring.domain.from_sympy(j * self.step) * c
            found[(i + 1, j, k, l)] -= k * c
            found[(i, j, k + 1, l - 1)] += l * c * ring.gens[0]
        return self.with_terms(found)

    def ball(self, x: Ball) -> Ball:
        """The values at a ball."""
        e = (x * arb(fmpq(int(self.step.p), int(self.step.q)))).exp()
        g, phi, total = (-x * x / 2).exp(), (-x / arb(2).sqrt()).erfc() / 2, arb(0)
        for powers, c in self.terms.items():
            term = self.numbers.ball(c)
            for base, n in zip((x, e, g, phi), powers, strict=True):
                term = term * base**n if n else term
            total += term
        return total

    def expr(self, x: sp.Expr) -> sp.Expr:
        """The value at a closed number, as an expression."""
        bases = (x, sp.exp(self.step * x), sp.exp(-(x**2) / 2), ndtr(x))
        return sp.Add(
            *(
                self.numbers.expr(c) * sp.Mul(*(b**n for b, n in zip(bases, p, strict=True) if n))
                for p, c in self.terms.items()
            )
        )

    def sign_at(self, x: fmpq) -> int:
        """The sign at a rational number."""
        for bits in PRECISIONS:
            with ctx.workprec(bits):
                found = self.ball(arb(x))
                if found.is_finite() and not found.contains(0):
                    return 1 if found > 0 else -1
        if vanishes(self.expr(sp.Rational(int(x.p), int(x.q)))):
            return 0
        raise Untold(f"the sign at z = {x}")

    def sign_far(self, side: int) -> int:
        """The sign for all z from some point on to the right (1) or to the left (−1)."""
        right = self if side > 0 else self._mirrored()
        ring = self.numbers.ring
        terms: dict[Powers, Any] = defaultdict(lambda: ring.zero)
        for (i, j, k, l), c in right.terms.items():  # Φ = 1 − Q, and powers of Q in the place of those of Φ
            for n in range(l + 1):
                terms[(i, j, k, n)] += c * int(sp.binomial(l, n)) * (-1) ** n
        by_size: dict[tuple[int, int, int], Any] = defaultdict(lambda: ring.zero)
        floor: dict[tuple[int, int], int] = {}  # below it the series of Q has more terms than are used
        for (i, j, k, n), c in terms.items():
            for m, series in enumerate(_mills(n)):
                by_size[(-k - n, j, i - n - 2 * m)] += c * series * ring.gens[0] ** n
            if n and c != 0:
                kind = (-k - n, j)
                floor[kind] = max(floor.get(kind, i - n - 2 * MILLS), i - n - 2 * MILLS)
        for size in sorted(by_size, reverse=True):
            if size[2] <= floor.get(size[:2], size[2] - 1):
                raise Untold("the leading terms cancel far out")
            if sign := self.numbers.sign(by_size[size]):
                return sign
        raise Untold("nothing is left far out")

    def _mirrored(self) -> Sum:
        """f(−z), Φ(−z) being 1 − Φ(z)."""
        found: dict[Powers, Any] = defaultdict(lambda: self.numbers.ring.zero)
        for (i, j, k, l), c in self.terms.items():
            for n in range(l + 1):
                found[(i, -j, k, n)] += c * (-1) ** (i + n) * int(sp.binomial(l, n))
        return self.with_terms(found)


@dataclass(eq=False)
class Zero:
    """A root of f, the only one in [low, high]; ``exact`` where it is known as a number."""

    f: Sum
    low: fmpq
    high: fmpq
    after: int
    """The sign of f at ``high``; where ``exact`` is known it says nothing."""
    exact: sp.Expr | None = None

    def __str__(self) -> str:
        if self.exact is not None:
            return str(self.exact)
        self.refine(40)
        return f"{float(sp.Rational(int(self.low.p), int(self.low.q))):.6g}…"

    def refine(self, bits: int) -> None:
        """Make the enclosure narrower than 2^−bits of its size or of 1."""
        if self.exact is not None:
            if self.exact.is_Rational:
                self.low = self.high = fmpq(int(self.exact.p), int(self.exact.q))
            else:
                with ctx.workprec(bits + 40):
                    self.low, self.high = ends(ball_function(self.exact)())
            return
        while self.high - self.low > fmpq(1, 2**bits) * max(fmpq(1), abs(self.low)):
            middle = (self.low + self.high) / 2
            sign = self.f.sign_at(middle)
            if sign == 0:
                self.low = self.high = middle
                self.exact = sp.Rational(int(middle.p), int(middle.q))
                return
            self.low, self.high = (self.low, middle) if sign == self.after else (middle, self.high)

    def recognise(self) -> None:
        """Find out whether the root is 0 or one of the candidates."""
        if self.exact is not None:
            return
        for x in (sp.S.Zero, *self.f.numbers.candidates):
            with ctx.workprec(PRECISIONS[0]):
                ball = ball_function(x)()
            low, high = ends(ball)
            if low >= self.low and high <= self.high and vanishes(self.f.expr(x)):
                self.exact = x
                self.refine(PRECISIONS[0])
                return

    def sign_of(self, g: Sum) -> int:
        """The sign of another function at this root."""
        self.recognise()
        for bits in PRECISIONS[:-1]:
            self.refine(bits)
            with ctx.workprec(2 * bits):
                found = g.ball(arb(self.low).union(arb(self.high)))
                if found.is_finite() and not found.contains(0):
                    return 1 if found > 0 else -1
        if self.exact is not None and vanishes(g.expr(self.exact)):
            return 0
        raise Untold("the sign at a turning point")

    def against(self, x: sp.Rational) -> int:
        """Where the root lies: −1 left of a rational number, 0 at it, 1 right of it."""
        at = fmpq(int(x.p), int(x.q))
        for bits in PRECISIONS[:-1]:
            if self.high < at or (self.high == at and self.exact is None):
                return -1
            if self.low > at or (self.low == at and self.exact is None):
                return 1
            if self.f.sign_at(at) == 0 if self.exact is None else vanishes(self.exact - x):
                return 0
            self.refine(bits)
        raise Untold(f"on which side of {x} a root lies")


def ends(ball: Ball) -> tuple[fmpq, fmpq]:
    """Rational numbers on either side of a ball."""
    return _exact(ball.lower()), _exact(ball.upper())


def _exact(x: Ball) -> fmpq:
    mantissa, exponent = x.man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def roots(f: Sum) -> list[Zero]:
    """All real roots of f, in order, each once; f must not be 0 everywhere. Raises Untold where a sign cannot
    be told."""
    unit = _unit(f)
    g = f.over(unit)
    slope = g.derivative()
    if not slope.terms:
        return []
    turns = roots(slope)
    signs = [turn.sign_of(g) for turn in turns]
    found: list[Zero] = []
    left: Zero | None = None
    before = g.sign_far(-1)
    for turn, sign in zip(turns, signs, strict=True):
        if before * sign < 0:
            found.append(_between(g, left, turn, sign))
        if sign == 0:
            found.append(Zero(g, turn.low, turn.high, 0, turn.exact))
        left, before = turn, sign
    last = g.sign_far(1)
    if before * last < 0:
        found.append(_between(g, left, None, last))
    return found


def _unit(f: Sum) -> Powers:
    """The e^{jhz} e^{−kz²/2} that costs the fewest differentiations, of those beside the highest power of
    Φ."""
    degrees: dict[tuple[int, int, int], int] = {}
    for i, j, k, l in f.terms:
        degrees[(l, j, k)] = max(i, degrees.get((l, j, k), 0))
    top = max(l for l, _, _ in degrees)
    _, l, j, k = min((degrees[key], *key) for key in degrees if key[0] == top)
    return (0, j, k, l)


def _between(g: Sum, left: Zero | None, right: Zero | None, after: int) -> Zero:
    """The one root between two turning points, at which g has opposite signs; None stands for infinity."""
    low = left.high if left is not None else _outward(g, right.low if right else fmpq(0), -1, -after)
    high = right.low if right is not None else _outward(g, left.high if left else fmpq(0), 1, after)
    return Zero(g, low, high, after)


def _outward(g: Sum, start: fmpq, side: int, sign: int) -> fmpq:
    """A number beyond ``start`` at which g has the sign that it has far out."""
    distance = fmpq(1)
    while distance < _FARTHEST:
        if g.sign_at(start + side * distance) == sign:
            return start + side * distance
        distance *= 2
    raise Untold("a root too far out")


def interior(f: Sum, low: sp.Expr, high: sp.Expr) -> Iterator[Zero]:
    """The roots of f strictly between two ends, rational or infinite."""
    for root in roots(f):
        if (low == -sp.oo or root.against(low) > 0) and (high == sp.oo or root.against(high) < 0):
            yield root
