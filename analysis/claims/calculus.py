"""Derivatives, integrals and limits of functions given by their values, each with a bound."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from analysis.claims.world import Number, Undefined, ball, precision

Floats = NDArray[np.float64]


def derivative(f: Callable[[Number], Number], x: Number) -> Number:
    """f′(x) as a symmetric difference quotient, with the change from twice the step as its bound; raises
    Undefined at a kink, and where the quotient grows with every finer step.

    The finest step that rounding allows is asked first, for a coarse one does not see a steep slope. Where f
    loses its digits, as log(1 − σ(z)) does far out, it is worked out again with more of them.
    """
    found: list[_Quotient] = []
    lost: Undefined | None = None
    for bits, steps in ((420, (110, 24)), (1680, (400, 110)), (6720, (1600, 400))):
        try:
            with precision(bits):  # room for differences of nearly equal numbers
                middle = ball(f(x))
        except Undefined as why:  # log(1 − σ(z)) where the digits are too few to tell σ(z) from 1
            lost = why
            continue
        try:
            for step in steps:
                quotient = _quotient(f, x, middle, bits, step)
                if quotient is not None and quotient.enough:
                    return quotient.value
                found += [quotient] if quotient is not None else []
        except _Kink as why:  # or a bend that is too sharp for this step
            lost, found = why, []
    if lost and not found:
        raise lost
    if not found:
        raise Undefined(f"no derivative at {ball(x)}")
    resolved = sorted((q for q in found if q.resolved), key=lambda q: q.step)
    if len(resolved) > 1 and bool(abs(resolved[-1].value.mid()) > 2 * abs(resolved[0].value.mid()) + 1):
        raise Undefined(f"the derivative at {ball(x)} does not settle")
    return min((q.value for q in found), key=lambda b: b.rad())


ENOUGH = 1e-9
"""A derivative that is known to this part of its size is not worked out with more digits."""


class _Kink(Undefined):
    """The slopes from the left and from the right differ at this step."""


class _Quotient(NamedTuple):
    """(f(x + h) − f(x − h))/2h at h = 2^−step, its bound, and whether rounding leaves six digits of it."""

    value: arb
    step: int
    resolved: bool

    @property
    def enough(self) -> bool:
        return bool(self.value.rad() <= ENOUGH * abs(self.value).upper())


def _quotient(
    f: Callable[[Number], Number], x: Number, middle: arb, bits: int, step: int
) -> _Quotient | None:
    with precision(bits):
        h = fmpq(1, 2**step)
        try:
            sides = [(ball(f(x + s)), ball(f(x - s))) for s in (h, 2 * h)]
        except Undefined:
            return None
        near, far = ((up - down) / (2 * s) for (up, down), s in zip(sides, (h, 2 * h), strict=True))
        up, down = sides[0]
        jump = abs((up - middle) / h - (middle - down) / h)
        scale = 1 + abs(near)
        if bool(jump > scale / 2 ** (step // 4)):
            raise _Kink("a kink: the derivative from the left is not that from the right")
        if not (near.is_finite() and far.is_finite()):
            return None
        resolved = bool(near.rad() <= abs(near).upper() / 10**6)
        return _Quotient(near + 2 * (near - far) * arb(0, 1) + near * arb(0, 1e-60), step, resolved)


def to_mp(x: Any) -> mp.mpf:
    """The middle of a number as an mpf at mpmath's working precision."""
    y = ball(x).mid()
    mantissa, exponent = y.man_exp()
    return mp.ldexp(mp.mpf(int(mantissa)), int(exponent))


def from_mp(x: Any, relative: float = 0.0) -> arb:
    """An mpf as a ball, with a radius relative to it."""
    if not mp.isfinite(x):
        raise Undefined("not finite")
    return arb(mp.nstr(x, 40)) + arb(0, float(abs(x)) * relative)


UNSETTLED = 0.05
"""mpmath's estimate of an error is at most 1, and 1 where there is no integral: ∫ dy/y from 0 is 51, it
says."""


def integral(
    f: Callable[[Number], Number], low: Any, high: Any, digits: int = 18, marks: Sequence[fmpq] = ()
) -> arb:
    """∫ f from low to high (±inf allowed), with ten times the change between the last two refinements as its
    bound; raises Undefined where the refinements do not settle. ``marks`` are points at which it is split."""
    if _reversed(low, high):
        return -integral(f, high, low, digits, marks)
    with precision(130), mp.workdps(digits + 6):
        ends = [x if isinstance(x, float) else to_mp(x) for x in (low, high)]
        inner = [mp.mpf(0)] if ends[0] < 0 < ends[1] else []
        if ends[0] == -math.inf or ends[1] == math.inf:
            inner = [*inner, *(mp.mpf(k) for k in (-8, -3, -1, 1, 3, 8) if ends[0] < k < ends[1])]
        inner = sorted({*inner, *(c for c in map(to_mp, marks) if ends[0] < c < ends[1])})
        places = [ends[0], *inner, ends[1]]
        if places[0] == places[-1]:
            return arb(0)

        closest = {end: (mp.inf, mp.mpf(0)) for end in (ends[0], ends[1]) if mp.isfinite(end)}

        def g(t: Any) -> Any:
            y = to_mp(f(exact(t)))
            for end, (distance, _) in closest.items():
                if abs(t - end) < distance:
                    closest[end] = (abs(t - end), abs(y))
            return y

        total, error = mp.quad(g, places, error=True, maxdegree=7)
        if error > UNSETTLED:
            raise Undefined("the integral does not settle")
        beyond = sum(float(distance * y) for distance, y in closest.values())  # of the last nodes to the ends
        bound = 10 * float(error) + 4 * beyond + 10.0**-digits * (1 + abs(float(total)))
        return from_mp(total) + arb(0, bound)


def _reversed(low: Any, high: Any) -> bool:
    """Whether the lower end lies above the upper one."""
    if isinstance(low, float) or isinstance(high, float):
        return bool(low == math.inf or high == -math.inf)
    return bool(ball(low) > ball(high))


def both_rules(one: arb, other: arb) -> arb:
    """What two rules found, as one ball around the first; raises Undefined where they contradict each
    other."""
    if not one.overlaps(other):
        raise Undefined("two rules do not give the same number")
    hull = one.union(other)
    return arb(one.mid(), max(abs(hull.upper() - one.mid()), abs(hull.lower() - one.mid())).upper())


def fast_integral(f: Callable[[Floats], Floats], low: float, high: float, marks: Sequence[float] = ()) -> arb:
    """∫ f for a vectorised f, by double-exponential quadrature in floats, split at 0 and at ``marks``; its
    bound: ten times the change from half the nodes, and rounding. Raises Undefined where f is not finite or
    the change is no small part of ∫ |f|.
    """
    if low > high:
        return -fast_integral(f, high, low, marks)
    total, size, change = 0.0, 0.0, 0.0
    places = [low, *sorted({x for x in (0.0, *marks) if low < x < high}), high]
    for a, b in itertools.pairwise(places):
        x, weight = _nodes(a, b)
        with np.errstate(all="ignore"):
            y = np.asarray(f(x), dtype=float) * weight
        y = _mended(np.where(weight > 0.0, y, 0.0), weight > 0.0)
        total += float(y.sum())
        size += float(np.abs(y).sum())
        change += abs(float(y.sum() - 2.0 * y[::2].sum()))
    if change > 1e-7 * size:
        raise Undefined("the integral does not settle")
    return arb(total) + arb(0, 10.0 * change + 1e-13 * size)


def _mended(y: Floats, there: NDArray[np.bool_]) -> Floats:
    """0 for ∞·0 far out, where what is beside it has died away; raises Undefined for any other number that
    is not finite, and where of all nodes that are ``there`` none has another value than 0."""
    known = np.isfinite(y)
    if known.all():
        return y
    beside = known & (np.roll(~known, 1) | np.roll(~known, -1))
    largest = np.abs(y[known & there]).max(initial=0.0)
    if largest == 0.0 or np.abs(y[beside]).max(initial=0.0) > 1e-25 * largest:
        raise Undefined("the integrand is not finite")
    return np.where(known, y, 0.0)


def _nodes(a: float, b: float) -> tuple[Floats, Floats]:
    """Nodes and weights of the double-exponential rule on (a, b), either end infinite or not."""
    step = 1.0 / 96.0
    t = step * np.arange(-432, 433)
    with np.errstate(all="ignore"):
        u, du = np.pi / 2 * np.sinh(t), np.pi / 2 * np.cosh(t)
        if math.isinf(a) and math.isinf(b):
            x, w = np.sinh(u), np.cosh(u) * du
        elif math.isinf(b):
            x, w = a + np.exp(u), np.exp(u) * du
        elif math.isinf(a):
            x, w = b - np.exp(u), np.exp(u) * du
        else:
            half = (b - a) / 2
            x, w = (
                np.where(u < 0, a + 2 * half / (1 + np.exp(-2 * u)), b - 2 * half / (1 + np.exp(2 * u))),
                half / np.cosh(u) ** 2 * du,
            )
    good = np.isfinite(x) & np.isfinite(w) & (np.abs(x) < 1e150) & (w < 1e150)
    inside = good & (x > a) & (x < b)
    return np.where(inside, x, 1.0 if not (a < 0.5 < b) else 0.5) if not inside.all() else x, np.where(
        inside, w * step, 0.0
    )


def exact(t: Any) -> fmpq:
    """An mpf as the rational that it is."""
    sign, mantissa, exponent, _ = mp.mpf(t)._mpf_
    n = -int(mantissa) if sign else int(mantissa)
    return fmpq(n * 2**exponent) if exponent >= 0 else fmpq(n, 2**-exponent)


def limit(f: Callable[[Number], Number], steps: Sequence[Number]) -> arb:
    """The limit of f along ``steps``, each half (or twice) the one before: the best of three extrapolations,
    with its change as a bound."""
    s = []
    for x in steps:
        try:
            found = ball(f(x))
        except Undefined:
            continue
        if found.is_finite() and bool(found.rad() <= (1 + abs(found).upper()) / 10**6):
            s.append(found)
    if len(s) < 6:
        raise Undefined("too few values to tell a limit")
    late, early = abs(s[-1] - s[-2]), abs(s[-3] - s[-4])
    if bool(late > 0.999 * early) and bool(late > 1e-30 * (1 + abs(s[-1]))):
        raise Undefined("the values do not settle")
    candidates = [s]
    for first in (1, 2):
        table, order = s, first
        while len(table) > 5:
            factor = arb(2) ** (arb(order) / first)
            table = [(factor * b - a) / (factor - 1) for a, b in zip(table, table[1:], strict=False)]
            candidates.append(table)
            order += 1
    candidates.append(_shanks(s))
    best = min(
        (c for c in candidates if len(c) > 2),
        key=lambda c: float((abs(c[-1] - c[-2]) + abs(c[-2] - c[-3])).upper()),
    )
    change = float((abs(best[-1] - best[-2]) + abs(best[-2] - best[-3])).upper())
    return best[-1].mid() + arb(0, 5 * change + float(best[-1].rad()) + 1e-40)


FAR = 1e-9
"""A value far out agrees with the limit within its bound and this part of its size."""


def settled_far_out(f: Callable[[Number], Number], found: arb, far: Sequence[Number]) -> bool:
    """Whether f is at the limit that was found at the last of the points ``far`` where it has a value that
    is known; raises Undefined where it is not, as log log t at 2⁶⁰ is not. False where none is known."""
    for x in reversed(far):
        try:
            value = ball(f(x))
        except (Undefined, OverflowError):
            continue
        if not value.is_finite() or bool(value.rad() > (1 + abs(value).upper()) / 10**6):
            continue
        if bool(abs(value - found.mid()).lower() > found.rad() + FAR * (1 + abs(found).upper())):
            raise Undefined("the values far out are not near the limit that the first ones tell")
        return True
    return False


def _shanks(s: list[arb]) -> list[arb]:
    found = []
    for a, b, c in zip(s, s[1:], s[2:], strict=False):
        below = c - 2 * b + a
        if below.contains(0):
            return s[-3:]
        found.append(c - (c - b) ** 2 / below)
    return found
