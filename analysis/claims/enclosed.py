"""Integrals and derivatives with a bound that is certain: polynomials exactly, other formulas by FLINT's
integration with error bounds (Johansson 2018) or SymPy's differentiation; and the points at which a formula
may have a narrow peak.

None is returned where there is no such bound; the number is then known by quadrature or differences only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial, reduce
from typing import Any

import sympy as sp
from flint import acb, arb, fmpq

from analysis.claims.world import Called, Given, Meaningless, Number, World, ball, precision
from analysis.symbolic.display import plus, times
from analysis.symbolic.normal import erfcx, ndtr

Value = Callable[[Any, World], Any]
"""``meaning.value``, handed in by whoever asks."""
BITS, EVALUATIONS, FINE = 120, 20_000, 1e-9
"""Working precision of an integration, its evaluations at most, and the relative radius that is wanted."""


def polynomial_integral(e: sp.Integral) -> sp.Expr | None:
    """The integral of a polynomial in its variables between finite ends, carried out; None for any other."""
    names = [limit[0] for limit in e.limits]
    ends = [end for limit in e.limits for end in limit[1:]]
    if any(len(limit) != 3 for limit in e.limits) or any(end.has(sp.oo, sp.zoo, sp.nan) for end in ends):
        return None
    if not e.function.is_polynomial(*names) or not all(end.is_polynomial(*names) for end in ends):
        return None
    try:
        found = e.doit()
    except (ArithmeticError, NotImplementedError, TypeError, ValueError):
        return None
    return None if found.has(sp.Integral) else found


def plain(e: sp.Basic, world: World) -> sp.Basic:
    """``e`` with the formulas of the world's functions put in, and its kept sums and products as SymPy's."""
    for key, found in world.letters.items():
        found = found.value if isinstance(found, Called) else found
        if isinstance(key, type) and isinstance(found, sp.Lambda):
            e = e.replace(key, partial(_called, found))
    return e.replace(times, sp.Mul).replace(plus, sp.Add) if e.has(times, plus) else e


@lru_cache(maxsize=4096)
def _called(f: sp.Lambda, *arguments: sp.Expr) -> sp.Expr:
    """f of these, worked out once: of nested pieces SymPy asks each time which of them go together."""
    return f(*arguments)


def integral_enclosed(
    f: sp.Expr, x: sp.Symbol, low: Any, high: Any, world: World, value: Value
) -> arb | None:
    """∫ f dx between finite ends, of a formula that is piecewise analytic, to nine digits; else None."""
    if isinstance(low, float) or isinstance(high, float):
        return None
    formula = plain(f, world)
    with precision(BITS):
        try:
            integrand = _complex(formula, x, world, value)
            found = acb.integral(
                lambda t, analytic: integrand(t, bool(analytic)),
                acb(ball(low)),
                acb(ball(high)),
                rel_tol=arb(2) ** -50,
                abs_tol=arb(2) ** -160,
                eval_limit=EVALUATIONS,
            )
        except (TypeError, AttributeError, ArithmeticError, ValueError):  # Meaningless among them
            return None
        total = found.real
        if not found.is_finite() or bool(total.rad() > FINE * abs(total).upper()) and total.rad() > 1e-30:
            return None
    return total


_ANALYTIC = {
    sp.exp: "exp",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.erf: "erf",
    sp.erfc: "erfc",
}
Complex = Callable[[acb, bool], acb]


def _complex(e: sp.Basic, x: sp.Symbol, world: World, value: Value) -> Complex:
    """``e`` as a function of a complex x; it is no number where ``analytic`` is asked for and it is not.
    Raises TypeError for a function that is not known."""
    if e == x:
        return lambda t, analytic: t
    if not e.has(x):
        constant = acb(ball(value(e, world)))
        return lambda t, analytic: constant
    if isinstance(e, sp.Piecewise):
        return _pieces(e, x, world, value)
    if e.is_Pow and e.exp.is_Integer:
        base, n = _complex(e.base, x, world, value), int(e.exp)
        return lambda t, analytic: base(t, analytic) ** n
    parts = [_complex(y, x, world, value) for y in e.args]
    first = parts[0]
    if e.func in _ANALYTIC:
        name = _ANALYTIC[e.func]
        return lambda t, analytic: getattr(first(t, analytic), name)()
    if e.is_Add:
        return lambda t, analytic: reduce(lambda p, q: p + q, (f(t, analytic) for f in parts))
    if e.is_Mul:
        return lambda t, analytic: reduce(lambda p, q: p * q, (f(t, analytic) for f in parts))
    if e.is_Pow:
        return lambda t, analytic: first(t, analytic).pow(parts[1](t, analytic), analytic=analytic)
    if isinstance(e, sp.log):
        return lambda t, analytic: first(t, analytic).log(analytic=analytic)
    if isinstance(e, sp.Abs):
        return lambda t, analytic: first(t, analytic).real_abs(analytic=analytic)
    if isinstance(e, sp.sign):
        return lambda t, analytic: first(t, analytic).real_sgn(analytic=analytic)
    if isinstance(e, sp.Max | sp.Min):
        largest = isinstance(e, sp.Max)

        def extreme(p: acb, q: acb, analytic: bool) -> acb:
            return p.real_max(q, analytic=analytic) if largest else p.real_min(q, analytic=analytic)

        return lambda t, analytic: reduce(
            lambda p, q: extreme(p, q, analytic), (f(t, analytic) for f in parts)
        )
    if isinstance(e, ndtr):
        return lambda t, analytic: (-first(t, analytic) / acb(2).sqrt()).erfc() / 2
    if isinstance(e, erfcx):
        return lambda t, analytic: (first(t, analytic) ** 2).exp() * first(t, analytic).erfc()
    raise TypeError(f"no complex arithmetic for {e.func.__name__}")


def _pieces(e: sp.Piecewise, x: sp.Symbol, world: World, value: Value) -> Complex:
    """A function that is given piece by piece between numbers: on a box across an end of a piece it is the
    hull of the pieces, and not analytic."""
    pieces = [(_complex(branch, x, world, value), _within(c, x, world, value)) for branch, c in e.args]

    def at(t: acb, analytic: bool) -> acb:
        found: list[acb] = []
        for branch, holds in pieces:
            told = holds(t.real)
            if told is False:
                continue
            found.append(branch(t, analytic))
            if told is True:
                break
        else:
            return acb("nan")
        if len(found) > 1 and analytic:
            return acb("nan")
        return reduce(lambda p, q: p.union(q), found)

    return at


def _within(c: sp.Basic, x: sp.Symbol, world: World, value: Value) -> Callable[[arb], bool | None]:
    """Whether a condition x < number, or several joined, holds on all of a box, nowhere (False), or neither
    (None). Raises TypeError for another condition."""
    if c in (sp.true, sp.false):
        return lambda t: bool(c)
    if isinstance(c, sp.And | sp.Or):
        parts = [_within(part, x, world, value) for part in c.args]
        first, last = (False, True) if isinstance(c, sp.And) else (True, False)

        def joined(t: arb) -> bool | None:
            found = [part(t) for part in parts]
            return first if first in found else None if None in found else last

        return joined
    if not isinstance(c, sp.Lt | sp.Le | sp.Gt | sp.Ge) or x not in c.args:
        raise TypeError(f"{c} is not analytic")
    other = c.rhs if c.lhs == x else c.lhs
    if other.has(x):
        raise TypeError(f"{c} is not analytic")
    end = ball(value(other, world))
    below = bool(isinstance(c, sp.Lt | sp.Le) == (c.lhs == x))

    def side(t: arb) -> bool | None:
        if bool(t < end):
            return below
        return not below if bool(t > end) else None

    return side


def derivative_enclosed(e: sp.Expr, letters: Sequence[sp.Basic], world: World, value: Value) -> Number | None:
    """The derivative by SymPy's rules, evaluated; None where a letter in it is defined by others or
    measured, or where no formula comes of it."""
    if any(
        isinstance(found := world.letters.get(y), sp.Basic | Given) or callable(found) for y in e.free_symbols
    ):
        return None
    try:
        formula = _differentiated(plain(e, world), tuple(letters))
        if formula.has(sp.Derivative, sp.Subs, sp.DiracDelta, sp.Integral, sp.Sum, sp.Limit, sp.Product):
            return None
        return ball(value(formula, world))
    except (Meaningless, ArithmeticError, AttributeError, NotImplementedError, TypeError, ValueError):
        return None


@lru_cache(maxsize=256)
def _differentiated(e: sp.Expr, letters: tuple[sp.Basic, ...]) -> sp.Expr:
    return e.diff(*letters)


def splits(f: sp.Expr, world: World, value: Value, most: int = 24) -> list[fmpq]:
    """Points at which an integral is split for a second rule: the numbers that stand in its integrand, their
    negatives, inverses and roots, and one that divides nothing evenly."""
    found: dict[fmpq, None] = {fmpq(31_415_927, 73_856_093): None}
    for c in _numbers(f, world, value):
        size = abs(float(c.mid()))
        if not 1e-12 < size < 1e12:
            continue
        for y in (size, -size, 1 / size, math.sqrt(size), -math.sqrt(size)):
            top, bottom = y.as_integer_ratio()
            found.setdefault(fmpq(top, bottom))
        if len(found) >= most:
            break
    return list(found)[:most]


def _numbers(f: sp.Expr, world: World, value: Value) -> Iterable[arb]:
    """The closed parts of a formula and its letters' values."""
    waiting: list[sp.Basic] = [f]
    while waiting:
        e = waiting.pop(0)
        if isinstance(e, sp.Expr) and e not in (sp.S.One, sp.S.NegativeOne, sp.S.Zero):
            try:
                yield ball(value(e, world))
                continue
            except (ArithmeticError, LookupError, NotImplementedError, TypeError, ValueError):
                pass
        waiting += e.args
