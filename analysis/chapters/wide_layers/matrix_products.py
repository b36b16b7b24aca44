"""Layers of any width: products of matrices that do not commute.

Layer l has weights wˡ (n_l × n_{l−1}), weighted inputs zˡ = wˡ aˡ⁻¹ + bˡ and activations aˡ = σ(zˡ). A
statement is written in the letters below and keeps their order.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

L, l = sp.symbols("L l", integer=True, positive=True)
j = sp.Symbol("j", integer=True, positive=True)


class _Letter(sp.Function):  # type: ignore[misc]
    """A matrix or column of one layer, its index the argument."""

    nargs = 1
    is_commutative = False
    tex = plain = ""

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return self.tex.replace("@", printer._print(self.args[0]))

    def _sympystr(self, printer: Any) -> str:
        index = printer._print(self.args[0])
        return self.plain.replace("@", f"({index})" if self.args[0].is_Add else index)


class slopes(_Letter):
    """Σ′(zˡ), diagonal with the entries σ′(z_kˡ)."""

    tex, plain = r"\Sigma'(z^{@})", "Sigma'(z^@)"


class weights(_Letter):
    """wˡ, whose entry in row j and column k leads from neuron k of layer l − 1 to neuron j of layer l."""

    tex, plain = r"w^{@}", "w^@"


class weights_T(_Letter):
    """(wˡ)ᵀ, the transpose."""

    tex, plain = r"(w^{@})^{\top}", "(w^@)^T"


class error(_Letter):
    """δˡ = ∂C/∂zˡ, a column."""

    tex, plain = r"\delta^{@}", "delta^@"


class nabla(_Letter):
    """∇C, the column of the derivatives ∂C/∂a_kᴸ; its index is that of the last layer."""

    tex, plain = r"\nabla_{a^{@}}C", "nabla_a^@ C"


class jacobian(_Letter):
    """Jˡ = ∂aˡ/∂a⁰, the Jacobian of the first l layers."""

    tex, plain = r"J^{@}", "J^@"


class ordered(sp.Product):  # type: ignore[misc]
    """∏ of matrices, the factor with the lowest index on the left."""

    is_commutative = False

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        index, low, high = (printer._print(x) for x in self.limits[0])
        return rf"\left(\prod_{{{index}={low}}}^{{{high}}} {printer._print(self.function)}\right)"
