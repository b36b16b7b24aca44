"""Random networks of one to four neurons a layer, as what the matrices of a statement mean.

Derivatives are differences of forward passes in exact or ball arithmetic: no chain rule, no transposed
matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import sympy as sp
from flint import arb, fmpq

from analysis.chapters.wide_layers.matrix_products import (
    error,
    jacobian,
    nabla,
    ordered,
    slopes,
    weights,
    weights_T,
)
from analysis.claims.domain import Range
from analysis.claims.matrices import MATRICES, Matrix, column, diagonal, matrix, ordered_product, transposed
from analysis.claims.meaning import Meaning, whole
from analysis.claims.world import Called, Number, Undefined, World, precision

NETWORK = "network"
"""The key of the drawn network in a world."""

Column = list[Number]
Map = Callable[[Number], Number]

ACTIVATIONS: dict[str, Map] = {
    "the sigmoid": lambda x: 1 / (1 + (-arb(x)).exp()),
    "tanh": lambda x: arb(x).tanh(),
    "x + sin 2x": lambda x: arb(x) + (2 * arb(x)).sin(),
}
_STEP = fmpq(1, 2**90)
_BITS = 320


@dataclass(frozen=True, eq=False)
class SmallNetwork:
    """n_0 … n_L neurons, weights[l − 1] with n_l rows, biases, an input, an activation, and the cost Σ c_k
    sin(a_k) + Σ d_k a_k a_{k+1}."""

    widths: tuple[int, ...]
    weights: tuple[Matrix, ...]
    biases: tuple[Column, ...]
    start: Column
    activation: Map
    cost_terms: tuple[Column, Column]

    @property
    def depth(self) -> int:
        return len(self.widths) - 1

    def z(self, layer: int, a: Sequence[Number]) -> Column:
        """zˡ from aˡ⁻¹."""
        rows = zip(self.weights[layer - 1], self.biases[layer - 1], strict=True)
        return [sum((w * x for w, x in zip(row, a, strict=True)), b) for row, b in rows]

    def onward(self, layer: int, z: Sequence[Number]) -> Column:
        """aᴸ from zˡ."""
        a = [self.activation(x) for x in z]
        for k in range(layer + 1, self.depth + 1):
            a = [self.activation(x) for x in self.z(k, a)]
        return a

    def z_of(self, layer: int, start: Sequence[Number]) -> Column:
        """zˡ from the input."""
        z = self.z(1, start)
        for k in range(2, layer + 1):
            z = self.z(k, [self.activation(x) for x in z])
        return z

    def cost(self, a: Sequence[Number]) -> Number:
        c, d = self.cost_terms
        total = sum((p * arb(x).sin() for p, x in zip(c, a, strict=True)), arb(0))
        return sum((p * x * y for p, x, y in zip(d, a, a[1:], strict=False)), total)


def differences(f: Callable[[Column], Column], x: Sequence[Number]) -> Matrix:
    """∂f_j/∂x_k, a row for each output: central differences, with twice the change from a doubled step as
    their bound."""
    columns = []
    with precision(_BITS):
        for k in range(len(x)):
            near, far = (
                [(p - q) / (2 * h) for p, q in zip(f(_moved(x, k, h)), f(_moved(x, k, -h)), strict=True)]
                for h in (_STEP, 2 * _STEP)
            )
            columns.append(
                [p + arb(0, 2 * float(abs(arb(p - q)).upper())) for p, q in zip(near, far, strict=True)]
            )
    return transposed(matrix(columns))


def _moved(x: Sequence[Number], k: int, by: Number) -> Column:
    return [y + by if i == k else y for i, y in enumerate(x)]


def drawn(random: Random, widths: Sequence[int]) -> Called:
    """A network of these widths with every weight, bias and input a random fraction of three digits."""

    def some(count: int, size: int = 150) -> Column:
        return [fmpq(random.randint(-size, size) or 1, 101) for _ in range(count)]

    name = random.choice(tuple(ACTIVATIONS))
    net = SmallNetwork(
        tuple(widths),
        tuple(matrix(some(n) for _ in range(m)) for n, m in zip(widths, widths[1:], strict=False)),
        tuple(some(m) for m in widths[1:]),
        some(widths[0]),
        ACTIVATIONS[name],
        (some(widths[-1]), some(widths[-1])),
    )
    return Called(net, f"{name} for σ and widths {', '.join(map(str, widths))}")


def small_networks(depth: sp.Symbol) -> Range:
    """Networks of so many layers, of equal or of unequal widths."""

    def draw(random: Random, world: World) -> Called:
        count = int(world.letters[depth].p) + 1
        equal = random.random() < 0.5
        first = random.randint(1, 4)
        return drawn(random, [first if equal else random.randint(1, 4) for _ in range(count)])

    return Range("", draw)


def _network(world: World) -> SmallNetwork:
    found = world.letters[NETWORK]
    net: SmallNetwork = found.value if isinstance(found, Called) else found
    return net


def _precisely(meaning: Meaning) -> Meaning:
    """The meaning, worked out with enough digits that a difference of nearly equal numbers keeps most of
    them."""

    def precise(e: Any, world: World) -> Any:
        with precision(_BITS):
            return meaning(e, world)

    return precise


def _layer(e: sp.Basic, world: World, first: int = 1) -> tuple[SmallNetwork, int]:
    net, i = _network(world), whole(e.args[0], world)
    if not first <= i <= net.depth:
        raise Undefined(f"there is no layer {i}")
    return net, i


@_precisely
def _slopes(e: sp.Basic, world: World) -> Matrix:
    net, i = _layer(e, world)
    z = net.z_of(i, net.start)
    return diagonal([differences(lambda x: [net.activation(x[0])], [x])[0][0] for x in z])


def _weights(e: sp.Basic, world: World) -> Matrix:
    net, i = _layer(e, world)
    return net.weights[i - 1]


@_precisely
def _error(e: sp.Basic, world: World) -> Matrix:
    """δˡ: the cost after a small change of each z_kˡ."""
    net, i = _layer(e, world)
    (row,) = differences(lambda z: [net.cost(net.onward(i, z))], net.z_of(i, net.start))
    return column(row)


@_precisely
def _nabla(e: sp.Basic, world: World) -> Matrix:
    """∇C: the cost after a small change of each output of the last layer."""
    net, i = _layer(e, world)
    if i != net.depth:
        raise Undefined("the cost is one of the last layer's outputs")
    outputs = net.onward(i, net.z_of(i, net.start))
    (row,) = differences(lambda a: [net.cost(a)], outputs)
    return column(row)


@_precisely
def _jacobian(e: sp.Basic, world: World) -> Matrix:
    """Jˡ: the outputs of layer l after a small change of each input; J⁰ = 1."""
    net, i = _layer(e, world, first=0)
    if i == 0:
        return differences(lambda x: x, net.start)
    return differences(lambda x: [net.activation(y) for y in net.z_of(i, x)], net.start)


LETTERS: dict[Any, Any] = {
    **MATRICES,
    ordered: ordered_product,
    slopes: _slopes,
    weights: _weights,
    weights_T: lambda e, world: transposed(_weights(e, world)),
    error: _error,
    nabla: _nabla,
    jacobian: _jacobian,
}
"""What the letters of ``matrix_products`` mean in a small network."""

__all__ = ["LETTERS", "NETWORK", "SmallNetwork", "differences", "drawn", "small_networks"]
