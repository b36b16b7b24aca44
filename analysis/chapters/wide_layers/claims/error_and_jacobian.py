"""What is claimed of layers of any width: the error of a layer and the Jacobian as products of matrices."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.wide_layers.claims.matrix_products import by_induction_back, by_recursion_on
from analysis.chapters.wide_layers.matrix_products import (
    L,
    error,
    j,
    jacobian,
    l,
    nabla,
    ordered,
    slopes,
    weights,
    weights_T,
)
from analysis.claims.claim import Claim
from analysis.symbolic.display import times


def errors_of(*gained: sp.Expr) -> sp.Eq:
    """δˡ = (∏ over j = l … L−1 of the given matrices) Σ′(zᴸ) ∇C."""
    product = ordered(times(*gained), (j, l, L - 1))
    return sp.Eq(error(l), times(product, slopes(L), nabla(L)), evaluate=False)


def jacobian_of(*gained: sp.Expr) -> sp.Eq:
    """Jˡ = (the given matrices) Jˡ⁻¹."""
    return sp.Eq(jacobian(l), times(*gained, jacobian(l - 1)), evaluate=False)


CLAIMS = (
    Claim(
        label="wide-layer-errors",
        sentence="The error of a layer is a product with one diagonal of slopes and one transposed weight "
        "matrix for each layer passed.",
        statement=errors_of(slopes(j), weights_T(j + 1)),
        check=by_induction_back,
        scope="every width, depth and layer by induction, every differentiable σ and C; written out at "
        "widths up to 3 and depths up to 3",
        false_sibling=errors_of(slopes(j), weights(j + 1)),
    ),
    Claim(
        label="wide-layer-jacobian",
        sentence="The Jacobian of one layer more gains the weight matrix and the slopes on its left.",
        statement=jacobian_of(slopes(l), weights(l)),
        check=by_recursion_on,
        scope="every width and depth, starting from J⁰ = 1, every differentiable σ",
        false_sibling=jacobian_of(weights(l), slopes(l)),
    ),
)
