"""The identity neuron w₂ σ(w₁ x + b) ≈ x on [0, 1]: why a small w₁ makes it worse, and what mends it.

The logarithm of σ has a slope between 0 and 1, so f(x) = w₂ σ(w₁ x + b) satisfies f(1) < e^{w₁} f(0): with w₁
small, f is nearly constant. A constant added after it (the bias of the next neuron) removes the obstacle.
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.notation import b, sigma

x = sp.Symbol("x", real=True)
w1 = sp.Symbol("w_1", positive=True)
w2 = sp.Symbol("w_2", real=True)
_epsilon = sp.Symbol("varepsilon", positive=True)

least_error = sp.Function("E")
"""E(w₁): the infimum over w₂ and b of the largest |w₂ σ(w₁ x + b) − x| on [0, 1]."""

as_stated = w2 * sigma(w1 * x + b)
"""The neuron of Nielsen's problem (2015, ch. 5)."""
mended = 4 / w1 * sigma(w1 * (x - sp.S.Half)) + sp.S.Half - 2 / w1
"""The same with b = −w₁/2, w₂ = 4/w₁ and the constant ½ − w₂/2 added by the next neuron's bias."""
mended_error = sp.S.Half - 2 / w1 * sp.tanh(w1 / 4)
"""The largest error of the mended neuron on [0, 1]."""
SMALL = sp.Rational(5, 4)
"""Up to this w₁ the least error is known in closed form; what is needed is w₁ σ(w₁) < 1."""


def floor_of_error() -> sp.Expr:
    """The error ε at which f(0) = ε and f(1) = 1 − ε differ by the factor e^{w₁}, the most that σ allows."""
    (root,) = sp.solve(sp.Eq(1 - _epsilon, sp.exp(w1) * _epsilon), _epsilon)
    return root
