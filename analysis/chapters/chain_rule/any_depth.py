"""Statements about a chain of any depth L and any layer l, and how they are proved.

The letters carry an index that may be a symbol: ``W[j]`` is w_j. A statement equates ``partial(A[L], X)``,
which stands for ∂C/∂X at depth L, with an expression in them. ``at`` writes it out for a given depth and
layer, where SymPy's own derivative of the nested network is the judge of a false one.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from analysis.symbolic.chain import of_cost
from analysis.symbolic.display import partial
from analysis.symbolic.notation import a_, b_, cost, w_, z_

L, l = sp.symbols("L l", integer=True, positive=True)
j, k = sp.symbols("j k", integer=True, positive=True)
A, B, W, Z = (sp.IndexedBase(name, real=True) for name in "abwz")
_LETTER = {A: a_, B: b_, W: w_, Z: z_}


class prod(sp.Product):  # type: ignore[misc]
    """∏ over layers in brackets, so that what stands after it is not read as a part of it."""

    def _latex(self, printer: Any) -> str:
        index, low, high = (printer._print(x) for x in self.limits[0])
        return rf"\left(\prod_{{{index}={low}}}^{{{high}}} {printer._print(self.function)}\right)"


def at(expr: sp.Basic, depth: int, layer: int) -> sp.Basic:
    """The expression at L = depth and l = layer, in plain letters; an empty product is 1."""
    expr = expr.xreplace({L: sp.Integer(depth), l: sp.Integer(layer)})
    expr = expr.replace(lambda e: isinstance(e, sp.Product), lambda e: _written_out(e, length(e)))
    letters = {x: _LETTER[x.base](x.indices[0]) for x in expr.atoms(sp.Indexed)}
    expr = expr.xreplace(letters)
    output = a_(depth)
    return expr.replace(partial, lambda _, x: cost(output).diff(output) if x == output else of_cost(depth, x))


def length(product: sp.Product) -> sp.Expr:
    _, low, high = product.limits[0]
    return sp.expand(high - low + 1)


def _written_out(product: sp.Product, length: sp.Expr) -> sp.Expr:
    if not length.is_Integer:
        raise ValueError(f"a product over layers must have whole-number limits, not {product.limits[0]}")
    index, low, _ = product.limits[0]
    return sp.Mul(*(product.function.subs(index, low + i) for i in range(max(0, int(length)))))
