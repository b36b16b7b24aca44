"""How large can the gradient at the output get? The losses of one output, their slopes, and their bounds.

One output has the weighted input z (the logit), the activation a and the target y, with 0 ≤ y ≤ 1.
Three losses:

    cross-entropy      −y log a − (1 − y) log(1 − a)     a = σ(z), the sigmoid
    squared error      ½ (a − y)²                        a = σ(z)
    squared error      ½ (z − y)²                        a = z, a linear output

The first layer is followed on the smallest network that has one: x ↦ v σ(w x), an input x = t that grows.
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

y = sp.Symbol("y", real=True)
t, v, w1, M = sp.symbols("t v w_1 M", positive=True)
m = sp.Symbol("m", integer=True, positive=True)

_s = SIGMOID.formula
cross_entropy = -y * sp.log(_s) - (1 - y) * sp.log(1 - _s)
squared_sigmoid = (_s - y) ** 2 / 2
squared_linear = (z - y) ** 2 / 2
LOSSES = {
    "cross-entropy, sigmoid": cross_entropy,
    "squared error, sigmoid": squared_sigmoid,
    "squared error, linear": squared_linear,
}
"""The loss of one output as an expression in z and y."""

STABLE = {
    "cross-entropy, sigmoid": (sp.Max(z, 0) - y * z + sp.log(1 + sp.exp(-sp.Abs(z))), SIGMOID.value - y),
    "squared error, sigmoid": ((SIGMOID.value - y) ** 2 / 2, (SIGMOID.value - y) * SIGMOID.slope),
    "squared error, linear": (squared_linear, z - y),
}
"""The same losses, and their slopes in z, in forms that do not overflow."""

SQUARED_BOUND = sp.Rational(4, 27)
"""max of a²(1 − a) over 0 ≤ a ≤ 1, at a = 2/3: derived and proved below."""


def logit_gradient(loss: str) -> sp.Expr:
    """∂C/∂z of the loss of that name, in z and y; raises KeyError for an unknown one."""
    return sp.simplify(LOSSES[loss].diff(z))


def small_network(loss: str, hidden: sp.Expr, target: int) -> sp.Expr:
    """C(w₁) for the input t and the output weight v:
    the loss at z = v σ(w₁ t), hidden activation ``hidden`` in z."""
    return LOSSES[loss].subs({y: target}).subs(z, v * hidden.subs(z, w1 * t))


class standardised(sp.Function):  # type: ignore[misc]
    """The value of the first entry less the mean, over the standard deviation (with m in its denominator)."""

    def _latex(self, printer: object) -> str:
        return r"\frac{x_1-\bar x}{s}\Big|_{x=(t,0,\dots,0)}"
