"""What is claimed of layers of any width: the error of a layer and the Jacobian as products of matrices."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.wide_layers.claims.meaning_small_networks import LETTERS, NETWORK, small_networks
from analysis.chapters.wide_layers.claims.proof_matrix_products import by_induction_back, by_recursion_on
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
from analysis.claims.domain import Range, domain, exact, integers
from analysis.symbolic.display import times


def errors_of(*gained: sp.Expr) -> sp.Eq:
    """δˡ = (∏ over j = l … L−1 of the given matrices) Σ′(zᴸ) ∇C."""
    product = ordered(times(*gained), (j, l, L - 1))
    return sp.Eq(error(l), times(product, slopes(L), nabla(L)), evaluate=False)


def jacobian_of(*gained: sp.Expr) -> sp.Eq:
    """Jˡ = (the given matrices) Jˡ⁻¹."""
    return sp.Eq(jacobian(l), times(*gained, jacobian(l - 1)), evaluate=False)


def _layers_of(depth: sp.Symbol) -> Range:
    """l = 1 … L."""
    return Range(
        f"= 1, …, {depth}",
        lambda random, world: exact(random.randint(1, int(world.letters[depth].p))),
        tuple(exact(k) for k in (1, 2, 3, 4)),
        lambda x, world: bool(1 <= x <= world.letters[depth]),
    )


_networks = domain(
    (L, integers(1, 4, words="= 1, 2, …")),
    (l, _layers_of(L)),
    (NETWORK, small_networks(L)),
    means=LETTERS,
)

CLAIMS = (
    Claim(
        label="wide-layer-errors",
        sentence="The error of a layer is a product with one diagonal of slopes and one transposed weight "
        "matrix for each layer passed.",
        statement=errors_of(slopes(j), weights_T(j + 1)),
        check=by_induction_back,
        scope=(
            "every width, by induction, every differentiable σ and C; multiplied out for random "
            "networks of one to four neurons a layer"
        ),
        false_sibling=errors_of(slopes(j), weights(j + 1)),
        domain=_networks,
    ),
    Claim(
        label="wide-layer-jacobian",
        sentence="The Jacobian of one layer more gains the weight matrix and the slopes on its left.",
        statement=jacobian_of(slopes(l), weights(l)),
        check=by_recursion_on,
        scope=(
            "every width, starting from J⁰ = 1, every differentiable σ; multiplied out for random "
            "networks of one to four neurons a layer"
        ),
        false_sibling=jacobian_of(weights(l), slopes(l)),
        domain=_networks,
    ),
)
