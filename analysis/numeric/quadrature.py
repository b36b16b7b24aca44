"""Numbers from SymPy expressions that contain integrals SymPy cannot carry out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.integrate import quad

from analysis.numeric.compiled import compiled

PROMISED = 1e-11
"""The relative error of an integral, and 1e-13 its absolute one: what is less exact is refused."""
_ABSOLUTE = 1e-13
_GROSS = 1e-6
"""How far a second rule, which knows no extrapolation, may be from the first."""


def integral(expr: sp.Integral) -> float:
    """A definite integral in one variable by adaptive quadrature, to 1e-11 of its size or 1e-13.

    It is taken piece by piece between the kinks and the poles of the integrand, and must converge absolutely:
    towards each end of a piece, |f| has to fall off from octave to octave, since rules that mirror each other
    at a pole make 0 of ∫ 1/z over (−1, 1). It is compared with a fixed rule too, since the extrapolation of
    the adaptive one makes −1 of ∫ z⁻² over (0, 1]. Where the integrand is ∞/∞ or ∞ · 0 in float64 it is
    evaluated by mpmath. Raises TypeError for what is no ``Integral``, ValueError where it has free symbols,
    more than one variable or limits that are not real, ArithmeticError where it diverges or the estimated
    error is larger than promised. A spike narrower than a thousandth of the range can be missed.
    """
    if not isinstance(expr, sp.Integral):
        raise TypeError(f"expr must be a SymPy Integral, not {type(expr).__name__}")
    if expr.free_symbols or len(expr.limits) != 1 or len(expr.limits[0]) != 3:
        raise ValueError(f"expr must be a definite integral in one variable without free symbols, not {expr}")
    if expr.function.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
        raise ArithmeticError(f"expr must have a finite integrand, not {expr.function}")
    variable, *ends = expr.limits[0]
    if not all(x.is_extended_real for x in ends):
        raise ValueError(f"expr must be an integral with real limits, not {expr}")
    low, high = map(float, ends)
    if low == high:
        return 0.0
    sign = 1.0 if low <= high else -1.0
    f = _evaluated(expr, variable)
    edges = _edges(expr.function, variable, min(low, high), max(low, high))
    if not all(_falls_off(f, *ends) for ends in pairwise(edges)):
        raise ArithmeticError(
            "expr must be an integral that converges absolutely; |f| does not fall off towards an end or a "
            f"pole of {expr}"
        )
    value, error, fixed, size = (sum(x) for x in zip(*map(_piece(f), pairwise(edges)), strict=True))
    error = max(error, 0.0 if abs(value - fixed) <= _GROSS * size + _ABSOLUTE else abs(value - fixed))
    if not (math.isfinite(value) and error <= max(PROMISED * abs(value), _ABSOLUTE)):
        raise ArithmeticError(
            f"expr must be an integral that converges and that quadrature can do to {PROMISED:g} of its size;"
            f" {expr} comes to {sign * value:.6g} with an error of {error:.2g}"
        )
    return float(sign * value)


def _evaluated(expr: sp.Integral, variable: sp.Symbol) -> Callable[[Any], Any]:
    """The integrand as a function of floats, by mpmath where float64 gives NaN;
    raises ArithmeticError where it is complex."""
    rough = compiled(expr.function, variable)
    exact = sp.lambdify(variable, expr.function, "mpmath")

    def careful(x: float) -> float:
        try:
            value = exact(mpmath.mpf(x))
        except (ArithmeticError, ValueError):  # a pole
            return math.inf
        if not isinstance(value, (int, mpmath.mpf)):
            raise ArithmeticError(f"expr must have a real integrand, not {value} as {expr} at {x:g}")
        return float(value)

    def f(x: Any) -> Any:
        y = np.array(rough(x))
        lost = np.isnan(y)
        if lost.any():
            y[lost] = [careful(float(at)) for at in np.asarray(x)[lost]]
        return y[()]

    return f


def _falls_off(f: Callable[[Any], Any], low: float, high: float) -> bool:
    """Whether the integral of |f| over the octaves towards each end becomes small."""
    if math.isinf(low) and math.isinf(high):
        return _falls_off(f, low, 0.0) and _falls_off(f, 0.0, high)
    half = 1.0 if math.isinf(low) or math.isinf(high) else (high - low) / 2
    for end, inwards in ((low, 1.0), (high, -1.0)):
        if math.isinf(end):
            at, steps = (high if end < 0.0 else low), -inwards * 2.0 ** np.arange(0.0, 61.0)
        else:  # no nearer than floats can tell from the end, or from a pole that is known to a rounding only
            least = max(half * 2.0**-60, abs(end) * 2.0**-42)
            count = max(int(math.log2(half / least)), 1)
            at, steps = end, inwards * half * 2.0 ** -np.arange(0.0, count + 1.0)
        parts = _octaves(f, at + steps)
        if not np.isfinite(parts).all():
            return False
        last, before = float(parts[-4:].sum()), float(parts[-8:-4].sum())
        if last > 0.9 * before and last > 0.0:
            return False
    return True


def _octaves(f: Callable[[Any], Any], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """∫|f| from one edge to the next, each in 16 parts."""
    t, w = np.polynomial.legendre.leggauss(10)
    width = np.diff(edges)[:, None, None] / 32.0
    middle = edges[:-1, None, None] + width * (2.0 * np.arange(16.0)[:, None] + 1.0)
    x = middle + width * t
    with np.errstate(all="ignore"):
        return np.asarray((np.abs(f(x)) * np.abs(width) * w).sum(axis=(1, 2)))


def _piece(f: Callable[[Any], Any]) -> Callable[[tuple[float, float]], tuple[float, float, float, float]]:
    """The integral of f from one edge to the next and its estimated error;
    that by a fixed rule, and of |f| by the latter."""

    def over(ends: tuple[float, float]) -> tuple[float, float, float, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what quad warns of stands in its estimate, which is judged
            value, error = quad(f, *ends, epsabs=_ABSOLUTE / 10, epsrel=PROMISED / 10, limit=400)
        x, p = _graded(*ends)
        y = f(x)
        return float(value), float(error), float(p @ y), float(p @ np.abs(y))

    return over


def _graded(low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of a Gauss rule on panels that double in width from each finite end on,
    each octave in 16 parts."""
    if math.isinf(low) or math.isinf(high):
        start = 0.0 if math.isinf(low) and math.isinf(high) else low if math.isinf(high) else high
        right = start + _OCTAVES if math.isinf(high) else np.empty(0)
        left = start - _OCTAVES[::-1] if math.isinf(low) else np.empty(0)
        edges = np.concatenate([left, [start], right])
    else:
        half = (high - low) / 2 * _OCTAVES[_OCTAVES <= 1.0]
        edges = np.concatenate([[low], low + half, high - half[::-1], [high]])
    edges = np.unique(edges)
    t, w = np.polynomial.legendre.leggauss(10)
    width = np.diff(edges)[:, None] / 2
    x, p = (edges[:-1, None] + width * (1.0 + t)).ravel(), (width * w).ravel()
    inside = (x > low) & (x < high)
    return x[inside], p[inside]


_OCTAVES = 2.0 ** np.arange(-60.0, 60.0 + 1 / 16, 1 / 16)


def _edges(f: sp.Expr, variable: sp.Symbol, low: float, high: float) -> list[float]:
    """The limits and, between them, where what stands in an Abs, a sign,
    a condition or a denominator of f changes sign."""
    inner = [x.args[0] for x in f.atoms(sp.Abs, sp.sign, sp.log)]
    inner += [a - b for x in f.atoms(sp.Max, sp.Min) for a, b in combinations(x.args, 2)]
    inner += [
        r.lhs - r.rhs
        for p in f.atoms(sp.Piecewise)
        for _, c in p.args
        for r in c.atoms(sp.core.relational.Relational)
    ]
    inner += [x.base for x in f.atoms(sp.Pow) if not x.exp.is_nonnegative]
    inner += [sp.cos(x.args[0]) for x in f.atoms(sp.tan, sp.sec)]
    inner += [sp.sin(x.args[0]) for x in f.atoms(sp.cot, sp.csc)]
    inner += [sp.sinh(x.args[0]) for x in f.atoms(sp.coth, sp.csch)]
    found = {x for expr in inner if expr.has(variable) for x in _zeros(expr, variable, low, high)}
    return [low, *sorted(x for x in found if low < x < high), high]


def _zeros(expr: sp.Expr, variable: sp.Symbol, low: float, high: float) -> set[float]:
    """The real zeros of a polynomial;
    of others the places where they change sign between the nodes of the fixed rule."""
    if expr.is_polynomial(variable):
        try:
            return {float(x) for x in sp.Poly(expr, variable).real_roots()}
        except NotImplementedError:  # coefficients such as π
            pass
    sign = compiled(sp.sign(expr), variable)
    x, _ = _graded(low, high)
    signs = sign(x)
    at_node = {float(v) for v in x[signs == 0.0]} | ({0.0} if float(sign(0.0)) == 0.0 else set())
    turns = np.flatnonzero(signs[1:] * signs[:-1] < 0.0)
    return at_node | {_turn(sign, float(x[k]), float(x[k + 1])) for k in turns[:_MOST_ZEROS]}


def _turn(sign: Callable[[Any], Any], low: float, high: float) -> float:
    """Where the sign changes, by halving."""
    before = float(sign(low))
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if float(sign(middle)) == before else (low, middle)
    return high


_MOST_ZEROS = 200
"""A function with more is one that oscillates, and is refused by what is estimated."""


def number(expr: sp.Expr) -> float:
    """The value of a closed expression, each integral in it by quadrature;
    raises as ``integral`` does, ValueError unless it is real.

    ArithmeticError where it is not finite.
    """
    if not isinstance(expr, sp.Expr):
        raise TypeError(f"expr must be a SymPy expression, not {type(expr).__name__}")
    if expr.free_symbols:
        raise ValueError(f"expr must have no free symbols, not {expr}")
    inner = expr.doit(integrals=False)
    value = inner.xreplace({i: sp.Float(repr(integral(i))) for i in inner.atoms(sp.Integral)}).evalf(17)
    if value.has(sp.oo, -sp.oo, sp.zoo, sp.nan):
        raise ArithmeticError(f"expr must be finite, not {value}")
    if not value.is_real:
        raise ValueError(f"expr must be real, not {value}")
    if abs(value) > np.finfo(float).max:
        raise OverflowError(f"expr must be within float64, not {value}")
    return float(value)
