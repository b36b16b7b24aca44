"""Finite sums and products: written out where their length is a number, split by linearity, and compared for
all lengths by induction: the equation holds at the first n, and it holds at n + 1 where it does at n.

A sum whose upper end lies below its lower one is what SymPy and the book's evaluation take it for (Karr):
the terms between are subtracted. So Σ up to n + 1 is Σ up to n and the next term for every n. Σ kᵖ is known
by Bernoulli's polynomials, Σ kᵖ qᵏ C(n, k) over all k by the binomial theorem.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.functions.combinatorial.numbers import stirling

from analysis.claims.decisions.identities import vanishes
from analysis.claims.decisions.letters import Sets, hull
from analysis.claims.decisions.opened import OPEN, Undecided, sides
from analysis.claims.decisions.smooth import nonzero, positive, smooth

WRITTEN_OUT = 40
"""Terms of a sum of fixed length."""
_SUMS = (sp.Sum, sp.Product)


def decide(statement: sp.Basic, sets: Sets) -> str | None:
    """How an equation between finite sums or products and closed formulas was found to hold for all letters
    in their sets; None if it was not."""
    try:
        left, right, over = sides(statement, sets, functions=True)
        if not (left.has(*_SUMS) or right.has(*_SUMS)):
            return None
        gap = left - right
        for apart, parted in ((True, False), (False, False), (True, True)):
            if not apart and not gap.has(sp.Product):
                continue
            found = _Sums(over, apart, parted)
            found.check(left)
            found.check(right)
            if found.vanishes(found.of(found.shielded(gap))):
                return "the sums on either side, written out or split by linearity, are the same"
            for n in () if parted or found.roots else found.lengths(gap):  # a root is no sum
                if found.by_induction(gap, n):
                    return f"by induction over {n.name}: the first case, and each from the one before"
    except OPEN:
        return None
    return None


class _Sums:
    """Sums in normal form, each that is left a letter of its own.

    ``apart``: a product of products is written as such, which linearity wants; else as one product, the next
    factor of which is simpler. ``parted``: what comes up to the upper end of a sum less what comes up to its
    lower one, each a letter.
    """

    def __init__(self, sets: Sets, apart: bool, parted: bool = False) -> None:
        self.sets, self.apart, self.parted = dict(sets), apart, parted
        self.letters: dict[sp.Basic, sp.Dummy] = {}
        self.met: dict[sp.Basic, tuple[int, int]] = {}
        self.roots: dict[sp.Basic, sp.Expr] = {}

    def shielded(self, e: sp.Basic) -> sp.Basic:
        """Roots of sums as letters, those of equal radicands as one, so that no sum around them expands
        them."""
        bound = {limit[0] for node in e.atoms(*_SUMS) for limit in node.limits}
        new = {}
        for x in e.atoms(sp.Pow):
            base, exponent = x.args
            if not exponent.is_Rational or exponent.is_Integer or not base.has(*_SUMS):
                continue
            if not x.free_symbols & bound:
                radicand = sp.factor(self._values(self.of(self.shielded(base))).xreplace(self.roots))
                root = sp.Pow(radicand, sp.Rational(1, exponent.q))
                bare = {
                    y: self._letter(y) for y in root.atoms(sp.Pow) if not y.exp.is_integer and y.base.is_Add
                }
                self.roots |= {letter: y for y, letter in bare.items()}
                new[x] = root.xreplace(bare) ** exponent.p
        return e.xreplace(new)

    def check(self, e: sp.Basic) -> None:
        """Raises Undecided where an end of a sum is not known to be whole or finite."""
        for node in sp.preorder_traversal(e):
            if isinstance(node, sp.Integral | sp.Limit):
                raise Undecided
            if isinstance(node, _SUMS):
                for _, low, high in node.limits:
                    if not (low.is_integer and high.is_integer and low.is_finite and high.is_finite):
                        raise Undecided

    def vanishes(self, e: sp.Expr) -> bool:
        return vanishes(self._values(e).xreplace(self.roots), self.sets)

    def _values(self, e: sp.Basic) -> sp.Basic:
        """Entries and values of unknown functions as letters; a bare one outside a sum is a real number."""
        nodes = e.atoms(sp.Indexed, AppliedUndef)
        return e.xreplace({x: self._letter(x) for x in nodes})

    def _letter(self, key: sp.Basic) -> sp.Dummy:
        if key not in self.letters:
            self.letters[key] = sp.Dummy(f"S{len(self.letters)}", real=True)
            self.sets[self.letters[key]] = sp.S.Reals
        return self.letters[key]

    # normal form

    def of(self, e: sp.Basic) -> sp.Basic:
        if not e.has(*_SUMS):
            return e
        if not isinstance(e, _SUMS):
            return e.func(*(self.of(x) for x in e.args))
        *inner, (k, low, high) = e.limits
        f = e.func(e.function, *inner) if inner else e.function
        low, high = self.of(low), self.of(high)
        count = sp.expand(high - low) + 1
        if count.is_Integer:
            if abs(count) > WRITTEN_OUT:
                raise Undecided
            return self.of(self._written_out(e.func, f, k, low, count))
        f = self._settled(f)
        return self._sum(f, k, low, high) if isinstance(e, sp.Sum) else self._product(f, k, low, high)

    def _settled(self, f: sp.Expr) -> sp.Expr:
        """What stands inside, its own sums of fixed length written out."""
        if not f.has(*_SUMS):
            return f
        if not isinstance(f, _SUMS):
            return f.func(*(self._settled(x) for x in f.args))
        if len(f.limits) == 1:
            k, low, high = f.limits[0]
            count = sp.expand(high - low) + 1
            if count.is_Integer and abs(count) <= WRITTEN_OUT:
                return self._settled(self._written_out(f.func, f.function, k, low, count))
            g, index = self._settled(f.function), _index(f)
            if isinstance(f, sp.Product):
                return f.func(g.xreplace({k: index}), (index, low, high))
            parts = (x.as_independent(k, as_Add=False) for x in sp.Add.make_args(sp.expand(g)))
            return sp.Add(*(c * f.func(x.xreplace({k: index}), (index, low, high)) for c, x in parts))
        return self._settled(f.func(f.func(f.function, *f.limits[:-1]), f.limits[-1]))

    @staticmethod
    def _written_out(kind: type, f: sp.Expr, k: sp.Basic, low: sp.Expr, count: sp.Integer) -> sp.Expr:
        places = range(int(count)) if count >= 0 else range(int(count), 0)
        terms = [f.xreplace({k: low + i}) for i in places]
        total = sp.Add(*terms) if kind is sp.Sum else sp.Mul(*terms)
        return total if count >= 0 else -total if kind is sp.Sum else 1 / total

    def _sum(self, f: sp.Expr, k: sp.Basic, low: sp.Expr, high: sp.Expr) -> sp.Expr:
        total = sp.S.Zero
        for term in sp.Add.make_args(sp.expand(f)):
            outside, inside = term.as_independent(k, as_Add=False)
            base, p = inside.as_base_exp()
            if inside == 1:
                part: sp.Expr = high - low + 1
            elif base == k and p.is_Integer and p > 0:
                part = (sp.bernoulli(p + 1, high + 1) - sp.bernoulli(p + 1, low)) / (p + 1)
            else:
                inside = _turned(inside, k, low, high)
                part = _binomial(inside, k, low, high) or self._from(sp.Sum, inside, k, low, high)
            total += self.of(outside) * part
        return total

    def _product(self, f: sp.Expr, k: sp.Basic, low: sp.Expr, high: sp.Expr) -> sp.Expr:
        total, together = sp.S.One, sp.S.One
        for factor in sp.Mul.make_args(sp.factor_terms(f)):
            if not factor.has(k):
                total *= self.of(factor) ** (high - low + 1)
            elif isinstance(factor, sp.exp):
                total *= sp.exp(self._sum(factor.args[0], k, low, high))
            elif not self.apart:
                together *= factor
            elif isinstance(factor, sp.Pow) and factor.exp.is_Integer:
                total *= self._product(factor.base, k, low, high) ** factor.exp
            else:
                total *= self._from(sp.Product, factor, k, low, high)
        return total if together == 1 else total * self._from(sp.Product, together, k, low, high)

    def _from(self, kind: type, f: sp.Expr, k: sp.Basic, low: sp.Expr, high: sp.Expr) -> sp.Expr:
        """The first sum met of these terms whose ends differ from these by numbers, and the terms between."""
        if self.parted and kind is sp.Sum:
            return self._up_to(f, k, high) - self._up_to(f, k, low - 1)
        (above, last), (below, first) = (_parted(end) for end in (high, low))
        index = _index(f)
        key = kind(f.xreplace({k: index}), (index, first, last))
        result, (lowest, highest) = self._letter(key), self.met.setdefault(key, (below, above))
        steps = [(last + i, 1) for i in range(highest + 1, above + 1)]
        steps += [(last + i, -1) for i in range(above + 1, highest + 1)]
        steps += [(first + i, -1) for i in range(lowest, below)] + [
            (first + i, 1) for i in range(below, lowest)
        ]
        if len(steps) > WRITTEN_OUT:
            raise Undecided
        for at, sign in steps:
            term = self.of(f.xreplace({k: sp.expand(at)}))
            result = result + sign * term if kind is sp.Sum else result * term**sign
        return result

    def _up_to(self, f: sp.Expr, k: sp.Basic, end: sp.Expr) -> sp.Expr:
        """The terms from 1 up to an end, those beyond an end without a number one by one."""
        more, last = (int(end), sp.S.Zero) if end.is_Integer else _parted(end)
        if abs(more) > WRITTEN_OUT:
            raise Undecided
        index = _index(f)
        start = sp.S.Zero if last == 0 else self._letter(sp.Sum(f.xreplace({k: index}), (index, 1, last)))
        steps = [(i, 1) for i in range(1, more + 1)] + [(i, -1) for i in range(more + 1, 1)]
        return start + sp.Add(*(sign * self.of(f.xreplace({k: sp.expand(last + i)})) for i, sign in steps))

    # induction

    def lengths(self, e: sp.Expr) -> Iterator[sp.Basic]:
        """The whole letters at the ends of sums."""
        ends = {
            x
            for node in e.atoms(*_SUMS)
            for limit in node.limits
            for end in limit[1:]
            for x in end.free_symbols
        }
        for n in sorted(ends & set(self.sets), key=str):
            if n.is_integer and not any(isinstance(x, sp.Indexed) for x in ends):
                yield n

    def by_induction(self, gap: sp.Expr, n: sp.Basic) -> bool:
        """Whether gap(n₀) = 0, and gap(n + 1) = 0 follows from gap(n) = 0 for all n ≥ n₀."""
        span = hull(self.sets[n])
        if span is None or not span.inf.is_Integer:
            return False
        if not self.vanishes(self.of(gap.xreplace({n: span.inf}))):
            return False
        m = sp.Dummy("m", integer=True, nonnegative=True)
        self.sets[m] = sp.S.Naturals0
        here, after = (self._values(self.of(gap.xreplace({n: span.inf + m + i}))) for i in (0, 1))
        if not all(_defined(e, m) for e in (here, after)):
            return False
        if vanishes(after - here, self.sets):
            return True
        for s in sorted(set(self.letters.values()) & here.free_symbols, key=str):
            slope = sp.diff(here, s)
            if slope.has(s) or not nonzero(slope):
                continue
            if vanishes(after.xreplace({s: -here.xreplace({s: sp.S.Zero}) / slope}), self.sets):
                return True
        return False


_INDICES = [sp.Dummy("k", integer=True) for _ in range(6)]
"""The letters of sums that are left, by how deep they stand."""


def _index(e: sp.Basic) -> sp.Dummy:
    """That of a sum over e."""
    depth = _depth(e)
    if depth >= len(_INDICES):
        raise Undecided
    return _INDICES[depth]


def _depth(e: sp.Basic) -> int:
    return max((len(node.limits) + _depth(node.function) for node in e.atoms(*_SUMS)), default=0)


def _turned(f: sp.Expr, k: sp.Basic, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """The terms in the other order, where that leaves fewer letters in them: w[n − k] as w[k]."""
    new = sp.expand(f.xreplace({k: low + high - k}))
    new = new.replace(
        lambda x: isinstance(x, sp.Indexed | AppliedUndef), lambda x: x.func(*map(sp.expand, x.args))
    )
    return new if len(new.free_symbols) < len(f.free_symbols) and not new.is_Add else f


def _parted(end: sp.Expr) -> tuple[int, sp.Expr]:
    """The number in n + 3, and n; of a number itself 0."""
    number, rest = sp.expand(end).as_coeff_Add()
    return (int(number), rest) if rest != 0 and number.is_Integer else (0, end)


def _defined(e: sp.Basic, n: sp.Basic) -> bool:
    """Whether what depends on n has a value for every n, where all else has one."""
    if not e.has(n) or e == n:
        return True
    if e.has(sp.nan, sp.zoo, sp.oo, sp.I) or not all(_defined(x, n) for x in e.args):
        return False
    if isinstance(e, sp.Add | sp.Mul):
        return True
    if isinstance(e, sp.factorial):
        return bool(e.args[0].is_nonnegative)
    if isinstance(e, sp.binomial):
        return bool(e.args[1].is_nonnegative and (e.args[0] - e.args[1]).is_nonnegative)
    if isinstance(e, sp.Pow):
        if e.exp.is_integer and e.exp.is_nonnegative:
            return True
        return nonzero(e.base) if e.exp.is_integer else positive(e.base)
    return smooth(e)


def _binomial(f: sp.Expr, k: sp.Basic, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """Σ kᵖ qᵏ C(n, k) for k from 0 to n: Σ S(p, m) n(n − 1)…(n − m + 1) qᵐ (1 + q)^(n − m) over m ≤ p, with
    Stirling numbers of the second kind."""
    if low != 0 or not high.is_nonnegative:
        return None
    outside, q, p, seen = sp.S.One, sp.S.One, 0, 0
    for part in sp.Mul.make_args(f):
        base, exponent = part.as_base_exp()
        if part == sp.binomial(high, k):
            seen += 1
        elif base == k and exponent.is_Integer and exponent > 0:
            p += int(exponent)
        elif not base.has(k) and exponent.is_polynomial(k) and sp.degree(exponent, k) == 1:
            a, b = sp.Poly(exponent, k).all_coeffs()
            if not (positive(base) or (a.is_Integer and a > 0 and b == 0)):
                return None
            q, outside = q * base**a, outside * base**b
        else:
            return None
    if seen != 1 or (p and not nonzero(1 + q)):
        return None
    total = sp.S.Zero
    for m in range(p + 1):
        falling = sp.Mul(*(high - i for i in range(m)))
        total += stirling(p, m) * falling * q**m * (1 + q) ** high / (1 + q) ** m
    return outside * total
