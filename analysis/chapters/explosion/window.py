"""Where a factor |w σ′(wa + b)| is 1 or more:
which weights allow it, for which activations a, and how wide that window is."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import sigma_prime, w, z

_size = sp.Abs(w)
_W = sp.Symbol("W", positive=True)
_x = sp.Symbol("x", positive=True)

edge = sp.log(_size * (1 + sp.sqrt(1 - 4 / _size)) / 2 - 1)
"""The weighted input at which |w| σ′(z) = 1, for |w| ≥ 4."""
width = 2 / _size * edge
"""The length of the set of activations with |w σ′(wa + b)| ≥ 1 (Nielsen 2015, ch. 5, a problem)."""
width_from_edge = 2 * z * sigma_prime(z)
"""The same length in terms of its edge z ≥ 0, where |w| = 1/σ′(z)."""


def edges() -> tuple[sp.Expr, sp.Expr]:
    """The two solutions x = e^z of W σ′(z) = 1, the smaller first; real and positive for W ≥ 4."""
    small, large = sp.solve(sp.Eq(_W * SIGMOID.derivative.subs(z, sp.log(_x)), 1), _x)
    return small, large


def condition() -> sp.Expr:
    """The polynomial in x = e^z that is ≤ 0 exactly where W σ′(z) ≥ 1."""
    top, bottom = sp.fraction(sp.together(1 - _W * SIGMOID.derivative.subs(z, sp.log(_x))))
    positive = sp.Poly(bottom, _x)
    if not all(c > 0 for c in positive.coeffs()):
        raise ArithmeticError(f"the denominator {bottom} is not positive for every x > 0")
    return sp.expand(top)
