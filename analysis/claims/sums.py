"""Infinite sums by two methods that must agree: extrapolation of the partial sums, and, whichever applies, a
geometric tail, an alternating tail, or the Euler–Maclaurin formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath as mp
from flint import arb, fmpq

from analysis.claims.calculus import both_rules, exact, from_mp, to_mp
from analysis.claims.world import Undefined, precision

Term = Callable[[fmpq], arb]
FIRST, GEOMETRIC, LAST = 300, 0.95, 150
"""Terms that are added one by one; the ratio of late ones below which the tail is called geometric; and the
logarithm of the last term that is looked at, over that of the first terms' end."""


def infinite_sum(term: Term, low: int) -> arb:
    """Σ term(k) from k = low; raises Undefined where the methods do not settle or contradict each other."""
    with precision(1200), mp.workdps(30):  # with fewer bits the extrapolation is wrong and does not say so
        known: dict[int, mp.mpf] = {}

        def at(k: object) -> mp.mpf:
            i = int(k)  # type: ignore[call-overload]
            if i not in known:
                known[i] = to_mp(term(fmpq(i)))
            return known[i]

        total, rest = (mp.nsum(at, [start, mp.inf]) for start in (low, low + 3))
        first = at(low) + at(low + 1) + at(low + 2)
        if not abs(total - first - rest) <= 1e-12 * (1 + abs(total)):  # no sum at all, extrapolated
            raise Undefined("the extrapolated sums differ")
        return both_rules(from_mp(total, 1e-12), _by_its_tail(term, low, [at(low + k) for k in range(FIRST)]))


def _by_its_tail(term: Term, low: int, terms: Sequence[mp.mpf]) -> arb:
    """The first terms, and what the late ones say of the rest."""
    partial, late = mp.fsum(terms), terms[-50:]
    if all(x == 0 for x in late):
        return from_mp(partial, 1e-15)
    ratios = [abs(q / p) if p else mp.inf for p, q in zip(late, late[1:], strict=False)]
    if max(ratios) < GEOMETRIC:
        return from_mp(partial, 1e-15) + arb(
            0, float(abs(late[-1]) * max(ratios) / (1 - max(ratios))) + 1e-30
        )
    if all(p * q < 0 and abs(q) <= abs(p) for p, q in zip(late, late[1:], strict=False)):
        return from_mp(partial - late[-1] / 2, 1e-15) + arb(0, float(abs(late[-1])))
    return _euler_maclaurin(term, low, partial - terms[-1])


def _euler_maclaurin(term: Term, low: int, before: mp.mpf) -> arb:
    """Σ up to N − 1, then ∫ from N, half of the term at N and a twelfth of its slope; N − low is 299."""
    start = mp.mpf(low + FIRST - 1)

    def f(x: mp.mpf) -> mp.mpf:
        return to_mp(term(exact(x)))

    def g(u: mp.mpf) -> mp.mpf:
        return f(start * mp.exp(u)) * start * mp.exp(u)

    try:
        tail, error = mp.quad(g, [0, 4, 16, 64, LAST], error=True)
        beyond = abs(g(mp.mpf(LAST))) * LAST
        slope = (f(start + mp.mpf("0.01")) - f(start - mp.mpf("0.01"))) / mp.mpf("0.02")
    except (ArithmeticError, TypeError, ValueError) as why:
        raise Undefined("the terms are known at whole numbers only") from why
    found = before + tail + f(start) / 2 - slope / 12
    if not mp.isfinite(found) or max(error, beyond) > 1e-6 * (1 + abs(tail)):
        raise Undefined("the rest of the terms has no integral")
    return from_mp(found, 1e-10) + arb(0, 10 * float(error + beyond) + float(abs(slope)) * 1e-4)
