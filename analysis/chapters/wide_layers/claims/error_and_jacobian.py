"""What is claimed of layers of any width: the error of a layer and the Jacobian as products of matrices."""

from __future__ import annotations

from typing import Any

import sympy as sp

from analysis.chapters.wide_layers.claims.meaning_small_networks import LETTERS, NETWORK, small_networks
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
from analysis.claims.domain import ACTIVATION, Range, activations, domain, exact, integers, reals
from analysis.claims.lines import Line, Proof, proof
from analysis.claims.rules import Said
from analysis.symbolic.display import times
from analysis.symbolic.notation import sigma, sigma_prime


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


_z, _w, _rest = sp.symbols("z w r", real=True)
_one: tuple[tuple[Any, Range], ...] = (
    (ACTIVATION, activations()),
    *((x, reals(largest=20)) for x in (_z, _w, _rest)),
)


def _passed_back(statement: sp.Eq) -> Proof:
    """The last layer, one layer more, and so on down to layer l."""
    return proof(
        Line(
            sp.Eq(error(L), times(slopes(L), nabla(L)), evaluate=False),
            Said("Each output depends on its own weighted input alone"),
        ),
        Line(
            sp.Eq(sp.Derivative(_rest + _w * sigma(_z), _z), sigma_prime(_z) * _w, evaluate=False), over=_one
        ),
        Line(
            sp.Eq(error(l), times(slopes(l), weights_T(l + 1), error(l + 1)), evaluate=False),
            Said(
                "Of each weighted input of layer l + 1 this is the derivative in one of layer l, an entry of "
                "Σ′(zˡ)(wˡ⁺¹)ᵀ; the chain rule adds up over layer l + 1",
                (2,),
            ),
        ),
        Line(statement, Said("By induction from l = L, where the product is empty, down", (1, 3))),
    )


def _handed_on(statement: sp.Eq) -> Proof:
    """One layer by the chain rule."""
    inside = _rest + _w * _z
    slope = sp.Derivative(sigma(inside), _z)
    return proof(
        Line(sp.Eq(slope, sigma_prime(inside) * _w, evaluate=False), over=_one),
        Line(
            statement,
            Said(
                "Of each activation of layer l this is the derivative in one of layer l − 1, an entry of "
                "Σ′(zˡ)wˡ; the chain rule multiplies it by the Jacobian of the layers before",
                (1,),
            ),
        ),
    )


_ERRORS = errors_of(slopes(j), weights_T(j + 1))
_JACOBIAN = jacobian_of(slopes(l), weights(l))
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
        statement=_ERRORS,
        check=_passed_back(_ERRORS),
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
        statement=_JACOBIAN,
        check=_handed_on(_JACOBIAN),
        scope=(
            "every width, starting from J⁰ = 1, every differentiable σ; multiplied out for random "
            "networks of one to four neurons a layer"
        ),
        false_sibling=jacobian_of(weights(l), slopes(l)),
        domain=_networks,
    ),
)
