"""What is claimed of the chain's gradient:
at depth 4, at every depth and layer, and read in both directions."""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy as sp

from analysis.chapters.chain_rule.any_depth import A, B, L, W, Z, j, l, prod
from analysis.chapters.chain_rule.claims.proof_any_depth import by_induction, by_unspecified_rest
from analysis.claims.claim import Claim
from analysis.claims.domain import (
    ACTIVATION,
    COST,
    Domain,
    Range,
    activations,
    between,
    domain,
    integers,
    later,
    sequence,
    smooth,
)
from analysis.claims.lines import decided
from analysis.claims.meaning import value
from analysis.claims.world import Undefined, World
from analysis.symbolic.chain import definitions, in_order, nested, of_cost
from analysis.symbolic.display import partial, plus, times
from analysis.symbolic.notation import a_, b, b_, h, sigma, sigma_prime, w, w_, z_


def _any_layer(parameter: sp.Expr, *own: sp.Expr, first: sp.Expr = l + 1) -> sp.Eq:
    """∂C/∂X_l at depth L as the layer's own derivative times the factors of the
    layers from ``first`` to L."""
    chain = prod(times(W[j], sigma_prime(Z[j])), (j, first, L))
    return sp.Eq(partial(A[L], parameter), times(*own, chain, partial(A[L], A[L])), evaluate=False)


def _recursion(weight: sp.Expr) -> sp.Eq:
    return sp.Eq(
        partial(A[L], B[l]), times(sigma_prime(Z[l]), weight, partial(A[L], B[l + 1])), evaluate=False
    )


_TIED = {w_(i): w for i in (1, 2, 3)} | {b_(i): b for i in (1, 2, 3)}
_TIED_3 = nested(3).xreplace(_TIED)


def _tied(layers: tuple[int, ...]) -> sp.Eq:
    """∂C/∂w for one weight shared by three layers, as the sum of what the given layers contribute."""
    terms = (in_order(3, layer, w).xreplace(_TIED) for layer in layers)
    return sp.Eq(partial(_TIED_3, w), plus(*terms), evaluate=False)


_skip = h + sigma(w * h + b)
_depth_4 = sp.Eq(of_cost(4, b_(1)), in_order(4), evaluate=False)
_first_weight = sp.Eq(sp.Derivative(in_order(4), w_(1)), 0, evaluate=False)
_skip_factor = sp.Eq(sp.Derivative(_skip, h), plus(1, times(w, sigma_prime(w * h + b))), evaluate=False)


def _activation(j: int, world: World) -> Any:
    """a_j of the chain: σ(w_j a_{j−1} + b_j)."""
    return value(_layer(j)[0], world)


def _weighted_input(j: int, world: World) -> Any:
    return value(_layer(j)[1], world)


@cache
def _layer(j: int) -> tuple[sp.Expr, sp.Expr]:
    """σ(z_j) and what z_j is; made once, for they are evaluated some thousand times."""
    if j < 1:
        raise Undefined(f"there is no layer {j}")
    return sigma(Z[j]), W[j] * A[j - 1] + B[j]


_some = between(-2, 2, words="any real", over=sp.S.Reals)
_functions = (
    (ACTIVATION, activations(words="σ any activation")),
    (COST, smooth("C any differentiable cost")),
)


def _at_depth_4() -> Domain:
    letters = (a_(0), *(x(j) for j in range(1, 5) for x in (w_, b_)))
    return domain(*_functions, *((x, _some) for x in letters), means=definitions(4))


def _at_any_depth(apart: int) -> Domain:
    """Layers l and depths L, at least ``apart`` deeper; a_j and z_j worked out layer by layer."""
    return domain(
        *_functions,
        (A[sp.Integer(0)], Range(_some.words, _some.draw)),
        (W, sequence(_some, "any reals")),
        (B, sequence(_some, "any reals")),
        (l, integers(1, 6)),
        (L, later(l, apart, 9)),
        means={A: _activation, Z: _weighted_input},
    )


CLAIMS = (
    Claim(
        label="chain-gradient-depth-4",
        sentence="The gradient of the cost in the first bias is a product with one factor w σ′(z) for each "
        "later layer.",
        statement=_depth_4,
        check=decided(_depth_4),
        scope="depth 4",
        false_sibling=sp.Eq(of_cost(4, b_(1)), times(w_(1), *in_order(4).args), evaluate=False),
        domain=_at_depth_4(),
    ),
    Claim(
        label="chain-gradient-any-layer",
        sentence="The gradient in the bias of layer l has the factors of the later layers only.",
        statement=_any_layer(B[l], sigma_prime(Z[l])),
        check=by_induction,
        scope="by induction from L = l",
        false_sibling=_any_layer(B[l], sigma_prime(Z[l]), first=l),
        domain=_at_any_depth(0),
    ),
    Claim(
        label="weight-gradient-any-layer",
        sentence="The gradient in the weight of layer l is the one in its bias, times the activation that "
        "the weight multiplies.",
        statement=_any_layer(W[l], A[l - 1], sigma_prime(Z[l])),
        check=by_induction,
        scope="by induction from L = l",
        false_sibling=_any_layer(W[l], A[l], sigma_prime(Z[l])),
        domain=_at_any_depth(0),
    ),
    Claim(
        label="first-weight-is-no-factor",
        sentence="With the weighted inputs held fixed, the gradient in the first bias does not depend on "
        "the first weight.",
        statement=_first_weight,
        check=decided(_first_weight),
        scope="depth 4; w₁ acts only through z₁, which stays as it is if b₁ makes up for w₁",
        false_sibling=sp.Eq(sp.Derivative(in_order(4), w_(2)), 0, evaluate=False),
        domain=domain(
            *_functions,
            *((x(j), _some) for j in range(1, 5) for x in (w_, z_)),
            means={a_(j): sigma(z_(j)) for j in range(1, 5)},
        ),
    ),
    Claim(
        label="error-recursion",
        sentence="Read backward, the gradient of a layer is its own slope, times the next weight, times "
        "the next layer's gradient.",
        statement=_recursion(W[l + 1]),
        check=by_unspecified_rest,
        scope="∂C/∂b_l is the error δˡ = ∂C/∂z_l, since z_l = w_l a_{l−1} + b_l",
        false_sibling=_recursion(W[l]),
        domain=_at_any_depth(1),
    ),
    Claim(
        label="tied-weights-gradient",
        sentence="The gradient in a weight that three layers share is the sum of what it would be in each "
        "layer alone.",
        statement=_tied((1, 2, 3)),
        check=decided(_tied((1, 2, 3))),
        scope="depth 3 with w₁ = w₂ = w₃ = w and b₁ = b₂ = b₃ = b",
        false_sibling=_tied((1, 2)),
        domain=domain(
            *_functions,
            *((x, _some) for x in (a_(0), w, b)),
            means={x: formula.xreplace(_TIED) for x, formula in definitions(3).items()},
        ),
    ),
    Claim(
        label="skip-layer-factor",
        sentence="A layer that adds its input to its output multiplies the backward product by 1 + w σ′(z).",
        statement=_skip_factor,
        check=decided(_skip_factor),
        scope="",
        false_sibling=sp.Eq(sp.Derivative(_skip, h), times(w, sigma_prime(w * h + b)), evaluate=False),
        domain=domain(_functions[0], *((x, _some) for x in (h, w, b))),
    ),
)
