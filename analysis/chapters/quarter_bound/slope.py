"""¼, the largest slope of the sigmoid, and the density of the normal weights that chapter 2 draws."""

from __future__ import annotations

import sympy as sp

QUARTER = sp.Rational(1, 4)


def gaussian_density(x: sp.Symbol) -> sp.Expr:
    """Density of N(0, 1) at x."""
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
