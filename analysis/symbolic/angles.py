r"""How alike are the gradients at two inputs? The angle between two signals,
and what it does to their gradients.

Blocks x ← k x + s W ReLU(x) with independent weights, Var w = 2/n, in the limit of a wide network. What
counts is a, the share of the branch in the mean square: a = s²/(1 + s²) with an identity shortcut, a = 1 for
a plain network. If θ is the angle between the signals x(1) and x(2) of two inputs,
one block makes of it (Cho & Saul 2009)

    cos θ′ = (1 − a) cos θ + a κ₁(θ),      and the correlation of their gradients is
    multiplied by  1 − a + a κ₀(θ),

with κ₁ twice the mean of ReLU(u) ReLU(v) and κ₀ twice the chance that both are active, for standard normal u
and v whose correlation is cos θ. In polar coordinates u = r cos φ and v = r cos(φ − θ).
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.residual import s

theta = sp.Symbol("theta", positive=True)
"""The angle between two signals, 0 < θ < π."""
a = sp.Symbol("a", positive=True)
"""The share of the branch in the mean square of a block, 0 < a ≤ 1."""
l = sp.Symbol("l", positive=True)

r, phi = sp.Symbol("r", positive=True), sp.Symbol("phi", real=True)
"""Polar coordinates: u = r cos φ, v = r cos(φ − θ)."""


def both_positive(integrand: sp.Expr) -> sp.Expr:
    """2 E[f; u > 0, v > 0] for f in r and φ, as an integral in polar coordinates that is not carried out."""
    weight = integrand * r * sp.exp(-(r**2) / 2) / sp.pi
    return sp.Integral(weight, (phi, theta - sp.pi / 2, sp.pi / 2), (r, 0, sp.oo))


both_active: sp.Expr = both_positive(sp.S.One)
"""Twice the chance that both are positive; a claim says that it is κ₀."""
both_linear: sp.Expr = both_positive(r**2 * sp.cos(phi) * sp.cos(phi - theta))
"""Twice the mean of ReLU(u) ReLU(v); a claim says that it is κ₁."""
SHARE: sp.Expr = s**2 / (1 + s**2)
"""a with an identity shortcut and branches that keep the mean square."""
kappa_0: sp.Expr = 1 - theta / sp.pi
kappa_1: sp.Expr = (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)) / sp.pi
next_cosine: sp.Expr = (1 - a) * sp.cos(theta) + a * kappa_1
"""cos θ after one block."""
kept: sp.Expr = 1 - a + a * kappa_0
"""By what one block multiplies the correlation of the gradients."""
next_angle: sp.Expr = 2 * sp.asin(sp.sqrt((1 - next_cosine) / 2))
"""θ after one block; 2 asin √((1 − c)/2) is acos c without its cancellation near c = 1."""
