"""Whether an expression is continuous, and has derivatives of every order, where its letters range."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

_SMOOTH = (
    *(sp.Add, sp.Mul),
    *(sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.sech),
    *(sp.erf, sp.erfc, sp.atan, sp.asinh),
)


def smooth(e: sp.Basic, decided: Callable[[sp.Basic], str | None]) -> bool:
    """True for sums, products and powers of functions that are smooth everywhere, where every denominator,
    radicand and argument of a logarithm was decided not to be 0, or to be positive, and of artanh to lie
    between −1 and 1; False: not told."""
    if e.is_Symbol or (e.is_number and e.is_finite):
        return True
    if isinstance(e, _SMOOTH):
        return all(smooth(x, decided) for x in e.args)
    if isinstance(e, sp.log):
        return smooth(e.args[0], decided) and decided(sp.Gt(e.args[0], 0, evaluate=False)) is not None
    if isinstance(e, sp.atanh):
        inside = sp.Lt(e.args[0] ** 2, 1, evaluate=False)
        return smooth(e.args[0], decided) and decided(inside) is not None
    if isinstance(e, sp.Pow):
        base, exponent = e.args
        if not (smooth(base, decided) and smooth(exponent, decided)):
            return False
        if exponent.is_Integer:
            return bool(exponent >= 0) or decided(sp.Ne(base, 0, evaluate=False)) is not None
        return decided(sp.Gt(base, 0, evaluate=False)) is not None
    return False
