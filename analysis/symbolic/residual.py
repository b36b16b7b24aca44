r"""Residual connections: x_{l+1} = x_l + s F_l(x_l), after He, Zhang, Ren & Sun (2016).

The branch F_l is what a layer was before; the shortcut hands x_l on as it is; s is the scale of the branch, 1
unless said otherwise. With J_l = s ∂F_l/∂x_l the backward product becomes ∏ (I + J_l),
a sum over all 2^L ways through the network.

On average over independent branches with mean 0 the squares add up: q_{l+1} = (1 + s² c) q_l, where c is the
factor by which a branch multiplies the mean square q of what passes it.
It is a constant for homogeneous branches, such as W ReLU(x), and for these
only: W tanh(x) adds less than n Var w to the mean square, however large that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import sympy as sp

from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import given_activation
from analysis.symbolic.layer import Layer, plain
from analysis.symbolic.notation import b, h, sigma, sigma_prime, w, z

s = sp.Symbol("s", positive=True)
"""The scale of the branch."""
c = sp.Symbol("c", positive=True)
"""By what the branch, without its scale, multiplies the mean square;
a constant only where the branch is homogeneous."""
L = sp.Symbol("L", integer=True, positive=True)
"""The number of blocks."""
tau = sp.Symbol("tau", positive=True)
"""The standard deviation of s F′ in a chain."""


def residual(layer: Layer, scale: sp.Expr | int = 1) -> Layer:
    """h + scale · F(h) for the layer's map F; its factor is 1 + scale · F′(h).
    Raises TypeError for what is no layer.

    >>> from analysis.symbolic.catalogue import TANH
    >>> residual(plain(TANH)).factor
    w*(1 - tanh(b + h*w)**2) + 1
    """
    if not isinstance(layer, Layer):
        raise TypeError(f"layer must be a Layer such as plain(SIGMOID), not {type(layer).__name__}")
    return Layer(f"residual({layer.name})", h + sp.sympify(scale) * layer.output)


def chain_factor(activation: Activation, shortcut: bool = True) -> sp.Expr:
    """The factor of one block in w, z (``notation``) and s: 1 + s w σ′(z), or w σ′(z) without the shortcut.

    Derived from the layer; σ′ stands in its overflow-free form.
    """
    given_activation("activation", activation)
    of = residual(plain(), s) if shortcut else plain()
    return of.factor.xreplace({sigma_prime(w * h + b): activation.slope})


def chain_output(activation: Activation, shortcut: bool = True) -> sp.Expr:
    """What the block hands on, in h, w, b and s: h + s σ(wh + b), or σ(wh + b); σ in its safe form."""
    given_activation("activation", activation)
    of = residual(plain(), s) if shortcut else plain()
    return of.output.xreplace({sigma(w * h + b): activation.value.subs(z, w * h + b)})


def jacobians(depth: int) -> tuple[sp.Symbol, ...]:
    """J_1 … J_depth, symbols that do not commute."""
    return tuple(sp.symbols(f"J_1:{depth + 1}", commutative=False))


def paths(depth: int) -> Iterator[tuple[int, ...]]:
    """The branches that a path takes, from the output to the input, for all 2^depth paths."""
    for length in range(depth + 1):
        for taken in combinations(range(1, depth + 1), length):
            yield taken[::-1]


def product(depth: int, shortcut: sp.Expr | int = 1) -> sp.Expr:
    """(k + J_L) … (k + J_2)(k + J_1), not multiplied out: the derivative of x_L in x_0 with a shortcut k."""
    return sp.Mul(*(shortcut + J for J in reversed(jacobians(depth))))


def sum_over_paths(depth: int, shortcut: sp.Expr | int = 1) -> sp.Expr:
    """Σ k^(L − |S|) ∏_{l ∈ S} J_l over all sets S of branches, each product from the output to the input."""
    J = jacobians(depth)
    return sp.Add(*(shortcut ** (depth - len(S)) * sp.Mul(*(J[l - 1] for l in S)) for S in paths(depth)))


def mean_log(mu: sp.Expr) -> sp.Expr:
    """E log|μ + g| for g ~ N(0, 1): −(γ + log 2)/2 + (μ²/2) ₂F₂(1, 1; 3/2, 2; −μ²/2)."""
    return -(sp.EulerGamma + sp.log(2)) / 2 + mu**2 / 2 * sp.hyper(
        (1, 1), (sp.Rational(3, 2), 2), -(mu**2) / 2
    )


def growth(blocks: sp.Expr = L, scale: sp.Expr = s, gain: sp.Expr = c) -> sp.Expr:
    """(1 + s² c)^L: the mean square after L blocks with homogeneous branches, per mean square before them."""
    return (1 + scale**2 * gain) ** blocks
