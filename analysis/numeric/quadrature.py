"""Numbers from SymPy expressions that contain integrals SymPy cannot carry out."""

from __future__ import annotations

import sympy as sp
from scipy.integrate import quad

from analysis.numeric.compiled import compiled


def integral(expr: sp.Integral) -> float:
    """A definite integral in one variable by adaptive quadrature, relative accuracy 1e-11.

    Raises ValueError where the integral has free symbols or more than one variable.
    """
    if expr.free_symbols or len(expr.limits) != 1:
        raise ValueError(f"expr must be a definite integral in one variable without free symbols, not {expr}")
    variable, low, high = expr.limits[0]
    value, _ = quad(
        compiled(expr.function, variable), float(low), float(high), epsabs=1e-13, epsrel=1e-11, limit=400
    )
    return float(value)


def number(expr: sp.Expr) -> float:
    """The value of a closed expression, each integral in it by quadrature."""
    return float(
        expr.doit(integrals=False)
        .xreplace({i: sp.Float(repr(integral(i))) for i in expr.atoms(sp.Integral)})
        .evalf(17)
    )
