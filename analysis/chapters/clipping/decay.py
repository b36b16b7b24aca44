r"""Weight decay: a penalty on the weights, added to the cost, or taken off the weights directly.

    L2:         C + (α/2) Σ w²      adds α w to the gradient (with α‖W‖², as often written, 2αw)
    L1:         C + α Σ |w|         adds α sign(w)
    decoupled:  w ← (1 − ηα) w − η·step, the step made from C alone (Loshchilov and Hutter 2019)

What changes at initialisation is nothing; later the weights are smaller, and with them the factors w σ′(z).
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from analysis.symbolic.layer import Layer
from analysis.symbolic.notation import a_, b_, sigma, w, w_

alpha = sp.Symbol("alpha", positive=True)
"""The strength of the decay."""
eta = sp.Symbol("eta", positive=True)
"""The learning rate."""
mu = sp.Symbol("mu", positive=True)
"""The momentum."""
t = sp.Symbol("t", integer=True, nonnegative=True)
"""A number of steps."""
DEPTH = 3


def output() -> sp.Expr:
    """a_3 of a chain with σ a symbol, in w_j and b_j."""
    value: sp.Expr = a_(0)
    for j in range(1, DEPTH + 1):
        value = sigma(w_(j) * value + b_(j))
    return value


def decayed(layer: Layer, steps: sp.Expr | int = t) -> Layer:
    """The layer after that many steps of decay alone, w ← (1 − ηα) w;
    raises TypeError for what is no layer."""
    if not isinstance(layer, Layer):
        raise TypeError(f"layer must be a Layer such as plain(TANH), not {type(layer).__name__}")
    return Layer(f"decayed({layer.name})", layer.output.subs(w, (1 - eta * alpha) ** sp.sympify(steps) * w))


class penalised(sp.Function):  # type: ignore[misc]
    """∂(C + penalty)/∂y of the chain: ``penalised(y, penalty)``."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        y, penalty = (printer._print(a) for a in self.args)
        return rf"\frac{{\partial}}{{\partial {y}}}\left(C + {penalty}\right)"

    def _sympystr(self, printer: Any) -> str:
        y, penalty = (printer._print(a) for a in self.args)
        return f"d(C + {penalty})/d{y}"


WEIGHTS = tuple(w_(j) for j in range(1, DEPTH + 1))
L2: sp.Expr = alpha / 2 * sp.Add(*(v**2 for v in WEIGHTS))
L1: sp.Expr = alpha * sp.Add(*(sp.Abs(v) for v in WEIGHTS))
WITH_BIASES: sp.Expr = L2 + alpha / 2 * sp.Add(*(b_(j) ** 2 for j in range(1, DEPTH + 1)))


start, g_1, g_2 = sp.symbols("w g_1 g_2", real=True)
"""A weight before two steps, and the data gradients of the two."""


class after_two(sp.Function):  # type: ignore[misc]
    """w after two steps: ``after_two(momentum, 0 or 1)``, 1 for decoupled."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        kind = "decoupled" if self.args[1] == 1 else "L2"
        return rf"w^{{\mathrm{{{kind}}}}}_{{2}}\left(\mu={printer._print(self.args[0])}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"w_2[{'decoupled' if self.args[1] == 1 else 'L2'}, mu = {self.args[0]}]"
