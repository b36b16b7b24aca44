"""The slope of the sigmoid, its maximum ¼ by algebra and by calculus, and what follows for one factor w σ′(z)."""

from __future__ import annotations

import sympy as sp

QUARTER = sp.Rational(1, 4)


def gaussian_density(x: sp.Symbol) -> sp.Expr:
    """Density of N(0, 1) at x."""
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
