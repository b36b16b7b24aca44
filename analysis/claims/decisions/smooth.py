"""Where formulas are smooth: no denominator is 0, what stands under a logarithm or a root is positive."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

Spans = Mapping[sp.Basic, tuple[sp.Expr, sp.Expr]]
"""The two ends, in either order, between which a letter lies; they are not among its values."""
Asked = Callable[[sp.Basic], bool]
_EVERYWHERE = (
    sp.Add,
    sp.Mul,
    sp.exp,
    sp.sin,
    sp.cos,
    sp.sinh,
    sp.cosh,
    sp.tanh,
    sp.atan,
    sp.asinh,
    sp.erf,
    sp.erfc,
    sp.sech,
)
_WHERE_POSITIVE = (sp.log, sp.gamma, sp.loggamma)


def smooth(e: sp.Expr, spans: Spans | None = None, at: Mapping[sp.Basic, sp.Expr] | None = None) -> bool:
    """Whether e has all derivatives for all values of its letters (those of ``at`` at that point only), which
    know what their sets warrant; False where that is not told."""
    there = dict(at or {})
    return smooth_where(
        e,
        lambda x: positive(x.xreplace(there), spans),
        lambda x: nonzero(x.xreplace(there), spans),
        lambda k: bool(k.is_integer and not k.free_symbols & set(there)),
    )


def smooth_where(e: sp.Basic, positive: Asked, nonzero: Asked, whole: Asked) -> bool:
    """Whether e has all derivatives where what stands under its logarithms and roots is positive, and no
    denominator 0; ``whole`` says which exponents are whole numbers."""
    if e.is_Symbol or (e.is_number and e.is_real):
        return True
    if not e.args or not all(smooth_where(x, positive, nonzero, whole) for x in e.args):
        return False
    if isinstance(e, _EVERYWHERE):
        return True
    if isinstance(e, sp.Pow):
        if whole(e.exp):
            return bool(e.exp.is_nonnegative) or nonzero(e.base)
        return positive(e.base)
    if isinstance(e, _WHERE_POSITIVE):
        return positive(e.args[0])
    if isinstance(e, sp.polygamma):
        return bool(e.args[0].is_Integer) and positive(e.args[1])
    if isinstance(e, sp.asin | sp.acos | sp.atanh):
        return positive(1 - e.args[0] ** 2)
    if isinstance(e, sp.Abs | sp.sign):
        return nonzero(e.args[0])
    return False


def nonzero(e: sp.Expr, spans: Spans | None = None) -> bool:
    """Whether e is known to be nowhere 0."""
    if e.is_zero or e.has(sp.nan, sp.zoo, sp.oo):
        return False
    return bool(e.is_extended_nonzero and e.is_finite) or positive(e, spans) or positive(-e, spans)


def positive(e: sp.Expr, spans: Spans | None = None) -> bool:
    """Whether e > 0 is known for all values of its letters."""
    if e.has(sp.nan, sp.zoo, sp.oo):
        return False
    if e.is_positive:
        return True
    if e.is_nonpositive or e.is_number:
        return False
    top, bottom = sp.fraction(sp.together(_shifted(e, spans or {})))
    product = _expanded(top * bottom)
    if product.is_positive:
        return True
    letters = product.free_symbols
    if len(letters) == 1 and product.is_polynomial(*letters):
        return _polynomial(product, *letters)
    return bool(sp.factor(product).is_positive) if product.is_polynomial(*letters) else False


def _expanded(e: sp.Expr) -> sp.Expr:
    return sp.expand(e) if sp.count_ops(e) < 400 else e


def _shifted(e: sp.Expr, spans: Spans) -> sp.Expr:
    """Every letter between two ends written with one that is positive."""
    for x, (low, high) in spans.items():
        if not e.has(x):
            continue
        t = sp.Dummy("t", positive=True)
        if low == -sp.oo:
            low, high = high, low
        if low in (sp.oo, -sp.oo):
            continue
        new = low + t if high == sp.oo else low - t if high == -sp.oo else (low + high * t) / (1 + t)
        e = e.xreplace({x: new})
    return e


def _polynomial(p: sp.Expr, x: sp.Basic) -> bool:
    """A polynomial in one letter that knows at most its sign, by its real roots."""
    poly = sp.Poly(p, x)
    if not all(c.is_Rational for c in poly.all_coeffs()):
        return False
    if x.is_positive:
        return not any(r > 0 for r in poly.real_roots()) and bool(poly.eval(1) > 0)
    if x.is_negative:
        return not any(r < 0 for r in poly.real_roots()) and bool(poly.eval(-1) > 0)
    return poly.count_roots() == 0 and bool(poly.eval(0) > 0)
