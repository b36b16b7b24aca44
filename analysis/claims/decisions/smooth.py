"""Where formulas are smooth: no denominator is 0, what stands under a logarithm or a root is positive."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

Spans = Mapping[sp.Basic, tuple[sp.Expr, sp.Expr]]
"""The two ends, in either order, between which a letter lies; they are not among its values."""
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
    """Whether e has all derivatives for all values of its letters (those of ``at`` at that point only);
    False where that is not told."""
    at = at or {}
    if e.is_Symbol or e.is_Rational or e.is_NumberSymbol:
        return True
    if not e.args or not all(smooth(x, spans, at) for x in e.args):
        return False
    there = [x.xreplace(dict(at)) for x in e.args]
    if isinstance(e, _EVERYWHERE):
        return True
    if isinstance(e, sp.Pow):
        if e.exp.is_Integer:
            return bool(e.exp >= 0) or nonzero(there[0], spans)
        if e.exp.is_integer and not e.exp.free_symbols & set(at):
            return bool(e.exp.is_nonnegative) or nonzero(there[0], spans)
        return positive(there[0], spans)
    if isinstance(e, _WHERE_POSITIVE):
        return positive(there[0], spans)
    if isinstance(e, sp.polygamma):
        return bool(e.args[0].is_Integer) and positive(there[1], spans)
    if isinstance(e, sp.asin | sp.acos | sp.atanh):
        return positive(1 - there[0] ** 2, spans)
    if isinstance(e, sp.Abs | sp.sign):
        return nonzero(there[0], spans)
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
