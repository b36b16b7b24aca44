"""SymPy expressions on balls of python-flint: every result contains the true value, whatever the rounding.

A ball is a midpoint and a radius; ``arb`` rounds the radius up. Functions that are monotone are evaluated at
the two ends, so that a wide ball costs no more overestimation than the
expression's own repeated variables do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFunction

from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE, Root
from analysis.symbolic.normal import erfcx, ndtr
from analysis.symbolic.notation import z

Ball = Any
BallFunction = Callable[..., Ball]
_INCREASING = {
    sp.exp: "exp",
    sp.log: "log",
    sp.tanh: "tanh",
    sp.sinh: "sinh",
    sp.erf: "erf",
    expm1: "expm1",
    log1p: "log1p",
}
_CONSTANTS = {sp.pi: arb.pi, sp.E: arb.const_e, sp.oo: arb.pos_inf, -sp.oo: arb.neg_inf}
_CLOSED = {x: x.closed for x in (SELU_ALPHA, SELU_SCALE)}


def rational(x: sp.Rational) -> Ball:
    """The smallest ball around a rational number."""
    return arb(fmpq(int(x.p), int(x.q)))


def interval(lo: sp.Rational, hi: sp.Rational) -> Ball:
    """A ball that contains [lo, hi]; its ends may lie a little outside."""
    return rational(lo).union(rational(hi))


@cache
def ball_function(expr: sp.Expr, *symbols: sp.Symbol) -> BallFunction:
    """``expr`` as a function of balls, at the working precision of the call;
    raises TypeError for an unknown function."""
    if expr in symbols:
        position = symbols.index(expr)
        return lambda *x: x[position]
    if expr in _CONSTANTS:
        constant = _CONSTANTS[expr]
        return lambda *x: constant()
    if expr.is_Rational:
        return lambda *x: rational(expr)
    if expr in _CLOSED:
        return ball_function(_CLOSED[expr])
    if isinstance(expr, Root):
        return lambda *x: _root(expr)
    if isinstance(expr, sp.Piecewise):
        return _piecewise(expr, symbols)
    parts = [ball_function(a, *symbols) for a in expr.args]
    if expr.is_Pow:
        return _power(parts[0], expr.base, expr.exp, parts[1])
    combine = {sp.Add: arb.__add__, sp.Mul: arb.__mul__, sp.Min: arb.min, sp.Max: arb.max}.get(expr.func)
    if combine is not None:
        return lambda *x: reduce(combine, (p(*x) for p in parts))
    if expr.func in _INCREASING:
        name = _INCREASING[expr.func]
        return lambda *x: _monotone(lambda y: getattr(y, name)(), parts[0](*x))
    if isinstance(expr, sp.Abs):
        return lambda *x: _size(parts[0](*x))
    if isinstance(expr, sp.sign):
        return lambda *x: parts[0](*x).sgn()
    if isinstance(expr, sp.erfc | ndtr | erfcx):
        tail = {sp.erfc: arb.erfc, ndtr: _ndtr, erfcx: _erfcx}[expr.func]
        return lambda *x: _monotone(tail, parts[0](*x))
    if isinstance(expr, sp.cosh):
        return lambda *x: _monotone(arb.cosh, _size(parts[0](*x)))
    raise TypeError(f"no ball arithmetic for {expr.func.__name__} in {expr}")


def _monotone(f: Callable[[Ball], Ball], x: Ball) -> Ball:
    return f(x) if x.is_exact() else f(x.lower()).union(f(x.upper()))


def _ndtr(x: Ball) -> Ball:
    """Φ(x) = erfc(−x/√2)/2, increasing."""
    return (-x / arb(2).sqrt()).erfc() / 2


def _erfcx(x: Ball) -> Ball:
    """e^{x²} erfc(x), decreasing."""
    return (x * x).exp() * x.erfc()


def _root(x: Root) -> Ball:
    """Two rational numbers near the root at which its equation has opposite signs, and all between them."""
    f, bits = ball_function(x.formula, z), ctx.prec + 10
    near = sp.floor(x.evalf(int(bits / 3.3) + 5) * 2**bits)
    with ctx.workprec(2 * bits):
        low, high = (rational(sp.Rational(near + k, 2**bits)) for k in (-1, 2))
        if not (f(low) * f(high) < 0 and rational(x.low) <= low and high <= rational(x.high)):
            return arb.nan()
    return low.union(high)


def _size(x: Ball) -> Ball:
    """|x|; where the ball holds zero, from 0 to the larger end."""
    if not x.contains(0):
        return abs(x)
    return arb(0).union(x.abs_upper())


def _power(part: BallFunction, base: sp.Expr, exponent: sp.Expr, power: BallFunction) -> BallFunction:
    if exponent.is_Integer:
        n = int(exponent)

        def raised(*x: Ball) -> Ball:
            b = part(*x)
            whole = _monotone(lambda y: y ** abs(n), _size(b) if n % 2 == 0 else b)
            return whole if n > 0 else 1 / whole

        return raised
    if exponent.is_Rational:
        return lambda *x: _monotone(lambda y: y ** fmpq(int(exponent.p), int(exponent.q)), part(*x))
    return lambda *x: (part(*x).log() * power(*x)).exp()


def _piecewise(expr: sp.Piecewise, symbols: tuple[sp.Symbol, ...]) -> BallFunction:
    branches = [(ball_function(e, *symbols), _condition(c, symbols)) for e, c in expr.args]

    def chosen(*x: Ball) -> Ball:
        values = []
        for value, condition in branches:
            holds = condition(*x)
            if holds is not False:
                values.append(value(*x))
            if holds is True:
                break
        else:
            values.append(arb.nan())  # some of the ball may lie in no branch
        return reduce(lambda p, q: p.union(q), values)

    return chosen


def _condition(condition: Boolean, symbols: tuple[sp.Symbol, ...]) -> Callable[..., bool | None]:
    """True or False where the ball decides the condition, None where it does not."""
    if condition in (sp.true, sp.false):
        return lambda *x: bool(condition)
    if isinstance(condition, Relational):
        left, right = (ball_function(side, *symbols) for side in condition.args)
        test, opposite = _TESTS[condition.func]

        def compared(*x: Ball) -> bool | None:
            p, q = left(*x), right(*x)
            return True if test(p, q) else False if opposite(p, q) else None

        return compared
    if isinstance(condition, sp.And | sp.Or) and isinstance(condition, BooleanFunction):
        parts = [_condition(c, symbols) for c in condition.args]
        absorbing = isinstance(condition, sp.Or)

        def joined(*x: Ball) -> bool | None:
            found = [p(*x) for p in parts]
            return absorbing if absorbing in found else None if None in found else not absorbing

        return joined
    raise TypeError(f"no ball arithmetic for the condition {condition}")


_TESTS: dict[type[Relational], tuple[Callable[[Ball, Ball], bool], Callable[[Ball, Ball], bool]]] = {
    sp.Lt: (lambda p, q: bool(p < q), lambda p, q: bool(p >= q)),
    sp.Le: (lambda p, q: bool(p <= q), lambda p, q: bool(p > q)),
    sp.Gt: (lambda p, q: bool(p > q), lambda p, q: bool(p <= q)),
    sp.Ge: (lambda p, q: bool(p >= q), lambda p, q: bool(p < q)),
}
