r"""How fast does the gradient of a deep batch-normalised network grow at initialisation?
An exact rate for every batch size.

Layers x^{l+1} = W σ(BN(x^l)) with W ~ N(0, 1/n) and width n → ∞, after Yang, Pennington, Rao, Sohl-Dickstein
& Schoenholz (2019). The rate is that of the *squared* norm: R = E‖∂C/∂x^l‖² / E‖∂C/∂x^{l+1}‖².
With G = I − 11ᵀ/m:

All examples of a batch are taken to fare alike (the symmetric fixed point; for ReLU
with β < 0 it is not stable).

1. At the fixed point the batch x of one neuron is normal with covariance λ G + (…) 11ᵀ.
   So x̂ is uniform on the sphere of
   radius √m in the m − 1 directions of G, independent of v,
   and m v/λ has the χ² law with m − 1 degrees of freedom:
   E[1/v] = m/((m − 3) λ), finite from batch size 4 on.
2. λ is the eigenvalue on G of E[σ(x̂) σ(x̂)ᵀ]: the second moment less the product moment of two examples.
3. The gradient's covariance is a multiple of G, since BN's Jacobian takes out 1.
   One layer back it is multiplied by
   E[1/v] · E tr(D G D P)/(m − 1), with D = diag σ′(x̂) and P = G − x̂ x̂ᵀ/m.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from analysis.symbolic.normal import density
from analysis.symbolic.normalisation import m
from analysis.symbolic.notation import z

rho = -1 / (m - 1)
"""The correlation of two entries of x̂, because they add up to 0."""


def active_together(cosine: sp.Expr) -> sp.Expr:
    """Pr[u > 0 and v > 0] of standard normal u and v with that correlation (Sheppard 1899)."""
    return sp.Rational(1, 4) + sp.asin(cosine) / (2 * sp.pi)


def mean_product(cosine: sp.Expr) -> sp.Expr:
    """E[ReLU(u) ReLU(v)] of them (Cho & Saul 2009, the arc-cosine kernel of degree 1)."""
    return (sp.sqrt(1 - cosine**2) + cosine * (sp.pi - sp.acos(cosine))) / (2 * sp.pi)


both_active, both_relu = active_together(rho), mean_product(rho)
"""Of x̂_1 and x̂_2, entries of a vector of fixed length:
as of normal numbers, since ReLU(c x) = c ReLU(x) and E[x²] is the same."""


def projected_trace(active: sp.Expr, pairs: sp.Expr, squares: sp.Expr, products: sp.Expr) -> sp.Expr:
    """E tr(D G D P) for slopes 0 and 1, from E of d·1, (d·1)², d·x̂² and (d·x̂)²,
    d being the diagonal of D."""
    return active - active / m - squares / m - (active - pairs / m - products / m) / m


def rate(second_moment: sp.Expr, product_moment: sp.Expr, trace: sp.Expr) -> sp.Expr:
    """R = m tr/((m − 3)(m − 1) λ) with λ the second moment less the product moment of two examples."""
    return m * trace / ((m - 3) * (m - 1) * (second_moment - product_moment))


linear_rate: sp.Expr = sp.factor(rate(sp.S.One, rho, projected_trace(m, m**2, m, sp.S.Zero)))
"""R of a network without activation."""
relu_trace: sp.Expr = projected_trace(
    m / 2, m / 2 + m * (m - 1) * both_active, m / 2, m / 2 + m * (m - 1) * both_relu
)
relu_variance: sp.Expr = sp.Rational(1, 2) - both_relu
relu_rate: sp.Expr = rate(sp.Rational(1, 2), both_relu, relu_trace)
"""R of a ReLU network."""
angle: sp.Expr = sp.acos(rho)
"""The angle of two examples in batch normalisation: its cosine is ρ = −1/(m − 1)."""

block = sp.Symbol("l", integer=True, nonnegative=True)
residual_variance: sp.Expr = 1 + 2 * relu_variance * block
"""λ of x^l in x^{l+1} = x^l + W ReLU(BN(x^l)), Var W = 2/n, from independent normal inputs:
every block adds 2 λ."""
residual_growth: sp.Expr = 1 + 2 * m * relu_trace / ((m - 3) * (m - 1) * residual_variance)
"""The factor by which block l multiplies the squared gradient norm;
it falls like 1 + c/l, so the product is a power of L."""


@cache
def mean_under_normal(expr: sp.Expr) -> sp.Expr:
    """E[f(Z)] for Z ~ N(0, 1), by SymPy; each half line by itself, so that ReLU's branches are plain.

    A polynomial needs no integration: E[Zⁿ] is (n − 1)!! for even n, else 0.
    """
    if expr.is_polynomial(z):
        terms = sp.Poly(expr, z).terms()
        return sp.Add(*(c * sp.factorial2(n - 1) for (n,), c in terms if n % 2 == 0))
    t = sp.Symbol("t", positive=True)
    halves = (sp.piecewise_fold(expr.subs(z, s * t)).doit() for s in (1, -1))
    return sp.Add(*(sp.integrate(half * density(t), (t, 0, sp.oo)) for half in halves))
