r"""Gradient clipping: a gradient g that is longer than a threshold c is cut before the step is taken.

    by value:        each entry g_j becomes max(−c, min(c, g_j))
    by norm:         g becomes g · min(1, c/r), r = ‖g‖ (Pascanu, Mikolov and Bengio 2013, algorithm 1)
    by global norm:  the same with r the norm of the gradients of all layers together

Clipping acts on the gradient once back-propagation is done:
it transforms no layer, and no factor w σ′(z) changes.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

c = sp.Symbol("c", positive=True)
"""The threshold."""
r, q = sp.symbols("r q", positive=True)
"""The norms of two gradients, or of two parts of one."""
x = sp.Symbol("x", real=True)
"""The cosine of the angle between two gradients."""
g, g_j, g_k = sp.symbols("g g_j g_k", real=True)
eps = sp.Symbol("varepsilon", positive=True)
"""What PyTorch adds to the norm: 10⁻⁶."""

BY_VALUE: sp.Expr = sp.Max(-c, sp.Min(c, g))
"""One entry, clipped by value."""
SHARE: sp.Expr = sp.Min(1, c / r)
"""What clipping by norm multiplies every entry by."""
ALL: sp.Expr = sp.sqrt(r**2 + q**2)
"""The norm of two layers together."""


class by_norm(sp.Function):  # type: ignore[misc]
    """An entry, or the norm of a part, of a gradient whose norm is the second argument:
    y · min(1, c/total)."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return rf"{y}\min\left(1, \frac{{c}}{{{total}}}\right)"

    def _sympystr(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return f"{y}*Min(1, c/{total})"


class softened(by_norm):
    """The same with ε added to the norm, as PyTorch does: y · min(1, c/(total + ε))."""

    def _latex(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return rf"{y}\min\left(1, \frac{{c}}{{{total} + \varepsilon}}\right)"

    def _sympystr(self, printer: Any) -> str:
        y, total = (printer._print(a) for a in self.args)
        return f"{y}*Min(1, c/({total} + varepsilon))"


class by_value(sp.Function):  # type: ignore[misc]
    """An entry, clipped by value."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        cut = rf"\max\left(-c, \min\left(c, {printer._print(self.args[0])}\right)\right)"
        return cut if exp is None else f"{cut}^{{{exp}}}"


def squared_distance(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    """‖u − v‖² of two vectors with these norms and the cosine x between them."""
    return one**2 + other**2 - 2 * one * other * x


eta = sp.Symbol("eta", positive=True)
"""The learning rate."""
mu = sp.Symbol("mu", nonnegative=True)
"""The momentum, below 1."""
k = sp.Symbol("k", positive=True)
"""What every gradient is multiplied by."""


class adam(sp.Function):  # type: ignore[misc]
    """The length of Adam's step in one entry:
    η m̂/(√v̂ + ε), from gradients that are all multiplied by the first argument.

    m̂ and v̂ are the means of g and g² that Kingma and Ba (2015, algorithm 1) keep,
    corrected for their start at 0.
    """

    nargs = 2

    def _latex(self, printer: Any) -> str:
        factor, small = (printer._print(a) for a in self.args)
        return (
            rf"\operatorname{{Adam}}_{{\varepsilon={small}}}\left({factor}\,g_1, {factor}\,g_2, \dots\right)"
        )

    def _sympystr(self, printer: Any) -> str:
        factor, small = (printer._print(a) for a in self.args)
        return f"Adam[epsilon = {small}]({factor}*g_1, {factor}*g_2, ...)"
