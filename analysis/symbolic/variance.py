"""How the spread of weighted inputs and of errors passes through a wide layer, and the weights that keep it.

z_i = Σ_j w_ij a_j + b_i sums n products. The weights are independent of each other and of what they multiply,
with mean 0 and variance v; the bias has mean 0 and variance v_b. Taking the mean over the weights alone
leaves a polynomial in the a_j, so nothing is assumed about how the a_j hang together. Backwards the same sum
runs over the neurons of the next layer, with their errors δ_i in place of the a_j;
there the independence is an assumption, since δ depends on the weights as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z

n = sp.Symbol("n", integer=True, positive=True)
n_in, n_out = sp.symbols("n_in n_out", positive=True)
v, v_b, q = sp.symbols("v v_b q", positive=True)
"""v = Var w, v_b = Var b, q = E[z²]."""
sigma_w, sigma_b = sp.symbols("sigma_w sigma_b", nonnegative=True)
"""The scales of weights and biases that do not depend on the width: Var w = σ_w²/n, Var b = σ_b²."""
m = sp.Symbol("m", nonnegative=True)
"""E[a²] on the way forward, E[σ′(z)²] on the way back."""
s = sp.Symbol("s", real=True)
"""The slope of a leaky ReLU on the negative side."""
_w, _a, _delta = sp.IndexedBase("w"), sp.IndexedBase("a"), sp.IndexedBase("delta")


def mean_over(expr: sp.Expr, moments: Mapping[sp.Symbol, Sequence[sp.Expr]]) -> sp.Expr:
    """The mean of a polynomial over independent symbols, each with its moments (E x, E x², …);
    others stay as they are.

    Raises ValueError where a power has no moment.
    """
    symbols = list(moments)
    total = sp.S.Zero
    for powers, coefficient in sp.Poly(sp.expand(expr), *symbols).terms():
        term = coefficient
        for x, k in zip(symbols, powers, strict=True):
            if k > len(moments[x]):
                raise ValueError(f"moments must hold E {x}^{k}")
            term *= moments[x][k - 1] if k else 1
        total += term
    return sp.expand(total)


def half_lines(left: sp.Expr, right: sp.Expr, power: int = 2) -> sp.Expr:
    """E[f(z)^power] for z ~ N(0, q) and f = ``left`` below 0, ``right`` above:
    two integrals that SymPy carries out."""
    x = sp.Symbol("x", real=True)
    below, above = (f.subs(z, sp.sqrt(q) * x) ** power * density(x) for f in (left, right))
    return sp.integrate(below, (x, -sp.oo, 0)) + sp.integrate(above, (x, 0, sp.oo))


LEAKY_MOMENT = sp.simplify(half_lines(s * z, z) / q)
"""E[f(z)²]/q of a leaky ReLU with slope s below 0, for z ~ N(0, q)."""
RELU_SPREAD = half_lines(0 * z, z, 4) / half_lines(0 * z, z) ** 2 - 1
"""Var f(z)²/(E f(z)²)² of ReLU, which is n times the relative variance of a layer's mean square."""
SPREAD = sp.Function("Var")(q / expectation(q))
"""The relative variance, from network to network, of the mean square of the last layer's weighted inputs."""
depth = sp.Symbol("L", integer=True, positive=True)
NEXT_Q = (n * v * m + v_b).subs({v: sigma_w**2 / n, v_b: sigma_b**2})
"""E[z²] of the next layer: n terms Var w E[a²], and the bias."""
CHI = NEXT_Q.subs(sigma_b, 0)
"""χ, by which E[δ²] is multiplied from one layer to the one before it."""
FORWARD, BACKWARD = n_in * v, n_out * v
"""By what a linear layer multiplies the mean square of its inputs, and of the errors that come back."""
XAVIER = sp.solve(sp.Eq((FORWARD + BACKWARD) / 2, 1), v)[0]
"""The variance for which the two factors are 1 on average."""
HE = sp.solve(sp.Eq(n * v * LEAKY_MOMENT, 1), v)[0]
"""The variance that keeps the mean square through n inputs and a leaky ReLU."""
GAIN = sp.simplify(sp.sqrt(1 / LEAKY_MOMENT))
"""The factor on weights of variance 1/n that keeps the mean square: √(2/(1 + s²))."""


def spread_is(each: sp.Expr) -> sp.Eq:
    """The relative variance of q with He's weights is (1 + 2/n)²(1 + each/n)^(L − 1) − 1."""
    return sp.Eq(SPREAD, (1 + 2 / n) ** 2 * (1 + each / n) ** (depth - 1) - 1, evaluate=False)


def small_q(of: sp.Expr) -> sp.Limit:
    """The limit of E[of(√q x)]/q for q → 0, x ~ N(0, 1)."""
    x = sp.Symbol("x", real=True)
    return sp.Limit(sp.Integral(of.subs(z, sp.sqrt(q) * x) / q * density(x), (x, -sp.oo, sp.oo)), q, 0)
