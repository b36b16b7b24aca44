"""An exploding chain: large weights, biases solved so that every weighted input is 0,
and the exact product."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from analysis.symbolic.catalogue import SIGMOID, as_sigmoid
from analysis.symbolic.chain import factors, gradient, substitute_back
from analysis.symbolic.notation import a_, b_, w_, z, z_

WEIGHTS = (100, 100, 100, 100)
"""Three hidden layers and the output, as Nielsen (2015, ch. 5) sets them."""

shift = sp.Symbol(r"\Delta", real=True)
"""Δ, the change of the input a_0."""


def centring_biases(weights: Sequence[sp.Expr | int]) -> tuple[sp.Expr, ...]:
    """The biases b_1 … b_L that make every weighted input 0 in a sigmoid chain with these weights.

    Solved layer by layer: z_j = w_j a_{j−1} + b_j is affine in b_j, and once z_j = 0 the next layer sees a_j
    = σ(0). Raises ValueError where there are no weights.
    """
    if len(weights) == 0:
        raise ValueError("weights must hold one weight for each layer, at least one")
    solved: list[sp.Expr] = []
    below: sp.Expr = a_(0)
    for j, weight in enumerate(weights, start=1):
        (root,) = sp.solve(sp.sympify(weight) * below + b_(j), b_(j))
        solved.append(root)
        below = SIGMOID.formula.subs(z, 0)
    return tuple(solved)


def setting(weights: Sequence[sp.Expr | int] = WEIGHTS) -> dict[sp.Symbol, sp.Expr]:
    """The values of w_1 … w_L, and of b_1 … b_L such that every weighted input is 0."""
    given = {w_(j): sp.sympify(weight) for j, weight in enumerate(weights, start=1)}
    return given | {b_(j): bias for j, bias in enumerate(centring_biases(weights), start=1)}


def centred_gradient(weights: Sequence[sp.Expr | int] = WEIGHTS) -> sp.Expr:
    """∂C/∂b_1 with every z_j = 0: an exact number times ∂C/∂a_L;
    raises ValueError where there are no weights."""
    given = setting(weights) | {z_(j): sp.S.Zero for j in range(1, len(weights) + 1)}
    return as_sigmoid(gradient(len(weights)).xreplace(given))


def shifted_product(weights: Sequence[sp.Expr | int] = WEIGHTS) -> sp.Expr:
    """∂a_L/∂b_1 of the same chain when its input is a_0 + Δ, an expression in ``shift`` alone:
    a_0 drops out."""
    depth = len(weights)
    product = substitute_back(sp.Mul(*factors(depth)[:-1]), depth)
    return as_sigmoid(product.xreplace({a_(0): a_(0) + shift}).xreplace(setting(weights)))
