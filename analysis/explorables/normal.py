"""Φ and erfcx in JavaScript, whose Math has neither: a midpoint rule whose error is below 1e-15.

erfcx(x) = (2hx/π) Σ_n e^{−((n+½)h)²}/(((n+½)h)² + x²), plus 2e^{x²}/(1 + e^{2πx/h}) while x < π/h: the
midpoint rule for an integral over the real line, and the residue of the pole that it passes (Chiarella and
Reichel 1968). With h = ½ thirteen terms are enough for every x ≥ 0.
"""

from __future__ import annotations

import sympy as sp

from analysis.explorables.javascript import arrow

_x, _k = sp.Symbol("x", real=True), sp.Symbol("k", real=True)
_h = sp.Rational(1, 2)
TERMS = 13


def midpoint_erfcx() -> sp.Expr:
    """erfcx(x) for x ≥ 0, in the symbol x."""
    nodes = [(n + sp.Rational(1, 2)) * _h for n in range(TERMS)]
    total = sp.Add(*(sp.exp(-(y**2)) / (y**2 + _x**2) for y in nodes))
    residue = 2 * sp.exp(_x**2) / (1 + sp.exp(2 * sp.pi * _x / _h))
    return 2 * _h * _x / sp.pi * total + sp.Piecewise((residue, _x < sp.pi / _h), (0, True))


def normal_functions() -> str:
    """``erfcx(x)`` for x ≥ 0 and ``ndtr(x)`` = Φ(x);
    the bell e^{−x²/2} is split at k, so that k² is exact."""
    bell = [sp.exp(-(_k**2) / 2), sp.exp((_k - _x) * (_k + _x) / 2)]
    return (
        f"const erfcx = {arrow(midpoint_erfcx(), _x)};\n"
        f"const bells = [{arrow(bell[0], _k)}, {arrow(bell[1], _x, _k)}];\n"
        "const ndtr = (x) => {\n"
        "  const t = Math.min(Math.abs(x), 60), k = Math.round(16 * t) / 16;\n"
        "  const tail = 0.5 * bells[0](k) * bells[1](t, k) * erfcx(t * Math.SQRT1_2);\n"
        "  return x < 0 ? tail : 1 - tail;\n};"
    )
