r"""A cliff: one neuron, fed back to itself T times,
and the cost of its last state (after Pascanu, Mikolov and Bengio 2013, figure 6).

    x_0 = 1/2,  x_t = w σ(x_{t−1}) + b,  C(w, b) = (σ(x_T) − 7/10)²,  T = 50

The same w and b act at every step, so a small change of them is multiplied by w σ′(x_t) fifty times over.
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import a, b, h, sigma, sigma_prime, w, z

STEPS = 50
START = sp.Rational(1, 2)
TARGET = sp.Rational(7, 10)
by_w, by_b = sp.symbols("x_w x_b", real=True)
"""∂x/∂w and ∂x/∂b of the state before the step."""

_general = w * sigma(h) + b
BY_W: sp.Expr = _general.diff(w) + _general.diff(h) * by_w
"""∂x_t/∂w in h = x_{t−1}: the weight acts here, and in all steps before."""
BY_B: sp.Expr = _general.diff(b) + _general.diff(h) * by_b
"""∂x_t/∂b."""


def concrete(expr: sp.Expr) -> sp.Expr:
    """σ and σ′ as the sigmoid's, in the forms that do not overflow."""
    for shape, formula in ((sigma, SIGMOID.value), (sigma_prime, SIGMOID.slope)):
        expr = expr.replace(shape, sp.Lambda(z, formula))
    return expr


_cost = (a - TARGET) ** 2
STATE: sp.Expr = concrete(_general)
"""x_t from x_{t−1} = h."""
STATE_BY_W: sp.Expr = concrete(BY_W)
STATE_BY_B: sp.Expr = concrete(BY_B)
LAST: sp.Expr = concrete(_cost.subs(a, sigma(h)))
"""C in h = x_T."""
LAST_SLOPE: sp.Expr = concrete(_cost.subs(a, sigma(h)).diff(h))
"""∂C/∂x_T."""
