"""Numbers from SymPy expressions that contain integrals SymPy cannot carry out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

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

    It is taken piece by piece between the kinks of the integrand, and compared with a fixed rule, since the extrapolation of the adaptive one
    makes −1 of ∫ z⁻² over (0, 1]. Raises ValueError where the integral has free symbols or more than one variable, ArithmeticError where it
    diverges or the estimated error is larger than promised. A spike narrower than a thousandth of the range can be missed.
    """
    if expr.free_symbols or len(expr.limits) != 1 or len(expr.limits[0]) != 3:
        raise ValueError(f"expr must be a definite integral in one variable without free symbols, not {expr}")
    variable, low, high = expr.limits[0]
    sign = 1.0 if float(low) <= float(high) else -1.0
    f = compiled(expr.function, variable)
    edges = _edges(expr.function, variable, min(float(low), float(high)), max(float(low), float(high)))
    value, error, fixed, size = (sum(x) for x in zip(*map(_piece(f), pairwise(edges)), strict=True))
    error = max(error, 0.0 if abs(value - fixed) <= _GROSS * size + _ABSOLUTE else abs(value - fixed))
    if not (math.isfinite(value) and error <= max(PROMISED * abs(value), _ABSOLUTE)):
        raise ArithmeticError(
            f"expr must be an integral that converges and that quadrature can do to {PROMISED:g} of its size;"
            f" {expr} comes to {sign * value:.6g} with an error of {error:.2g}"
        )
    return float(sign * value)


def _piece(f: Callable[[Any], Any]) -> Callable[[tuple[float, float]], tuple[float, float, float, float]]:
    """The integral of f from one edge to the next and its estimated error; that by a fixed rule, and of |f| by the latter."""

    def over(ends: tuple[float, float]) -> tuple[float, float, float, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what quad warns of stands in its estimate, which is judged
            value, error = quad(f, *ends, epsabs=_ABSOLUTE / 10, epsrel=PROMISED / 10, limit=400)
        x, p = _graded(*ends)
        y = f(x)
        return float(value), float(error), float(p @ y), float(p @ np.abs(y))

    return over


def _graded(low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of a Gauss rule on panels that double in width from each finite end on, each octave in 16 parts."""
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
    """The limits and, between them, the real zeros of what stands in an Abs, a sign or a condition of f, if polynomial."""
    inner = [x.args[0] for x in f.atoms(sp.Abs, sp.sign)]
    inner += [x.args[0] - x.args[1] for x in f.atoms(sp.Max, sp.Min) if len(x.args) == 2]
    inner += [
        r.lhs - r.rhs
        for p in f.atoms(sp.Piecewise)
        for _, c in p.args
        for r in c.atoms(sp.core.relational.Relational)
    ]
    found = set()
    for expr in inner:
        if expr.is_polynomial(variable) and expr.has(variable):
            found |= {float(x) for x in sp.Poly(expr, variable).real_roots()}
    return [low, *sorted(x for x in found if low < x < high), high]


def number(expr: sp.Expr) -> float:
    """The value of a closed expression, each integral in it by quadrature; raises as ``integral`` does."""
    return float(
        expr.doit(integrals=False)
        .xreplace({i: sp.Float(repr(integral(i))) for i in expr.atoms(sp.Integral)})
        .evalf(17)
    )
