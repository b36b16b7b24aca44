"""ReLU units that are off: the share of the signal that is lost, networks born dead, and units killed by one step (B19, B21, B22)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.experiments.checks import different_seeds, positive, whole
from analysis.numeric.compiled import compiled
from analysis.numeric.data import digits
from analysis.numeric.network import Gradients, Network, forward, gradients
from analysis.numeric.streaming import Moments, moments
from analysis.symbolic.catalogue import activation
from analysis.symbolic.claim import Estimate, Prediction
from analysis.symbolic.display import probability
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Norms:
    """log(‖aˡ‖²/‖a⁰‖²) of random ReLU networks: ``logs`` (networks, L); weights N(0, gain²/width), no biases."""

    gain: float
    width: int
    logs: Floats

    @property
    def mean_square_factor(self) -> Floats:
        """Mean of ‖aˡ‖²/‖a⁰‖² over the networks, for l = 1 … L."""
        return np.asarray(np.exp(self.logs).mean(axis=0))


def norms(gain: float, width: int, depth: int, networks: int, rng: np.random.Generator) -> Norms:
    """Push one random input of norm 1 through ``networks`` ReLU networks; raises ValueError for counts below 1.

    Only the norm matters: given ‖a‖, each z_i is N(0, gain²‖a‖²/width), independent of the others (zero biases).
    """
    gain = positive("gain", gain)
    width, depth, networks = (
        whole(name, x, 1) for name, x in (("width", width), ("depth", depth), ("networks", networks))
    )
    draws = np.maximum(rng.standard_normal((networks, depth, width)), 0.0) ** 2
    with np.errstate(divide="ignore"):
        steps = np.log(gain**2 / width * draws.sum(axis=2))
    return Norms(gain, width, np.cumsum(steps, axis=1))


@dataclass(frozen=True, eq=False)
class Killed:
    """Share of hidden units that are off for every image, in S networks: at birth (S,), and after one step at each rate (S, R)."""

    activation: str
    rates: Floats
    before: Floats
    after: Floats

    @property
    def born(self) -> Moments:
        """Mean and standard error over the networks, at birth."""
        return moments(self.before)

    @property
    def stepped(self) -> Moments:
        """Mean and standard error over the networks, after a step at each rate (R,)."""
        return moments(self.after)


def share_off(network: Network, X: Floats, below: float = 0.0) -> float:
    """The share of the first hidden layer's units whose slope is at most ``below`` in size at every row of X (m, n₀)."""
    slope = compiled(activation(network.activation).slope, z)(forward(network, X).z[0])
    return float((np.abs(slope) <= below).all(axis=0).mean())


def killed_by_a_step(
    name: str,
    rates: Sequence[float],
    *,
    hidden: int = 200,
    images: int = 500,
    below: float = 0.0,
    seeds: Iterable[int] = range(10),
) -> Killed:
    """[64, hidden, 10] on the bundled digits, weights N(0, 2/n_in), biases 0, cross-entropy; one full-batch step per rate.

    A unit is off where its slope is at most ``below`` in size at every image. One network a seed. Raises ValueError on a
    number out of range.
    """
    rates = tuple(positive("each of rates", eta) for eta in rates)
    hidden, images = whole("hidden", hidden, 1), whole("images", images, 1)
    found = [
        _one_step(name, rates, hidden, images, positive("below", below, zero=True), s)
        for s in different_seeds(seeds)
    ]
    before, after = (np.array(column) for column in zip(*found, strict=True))
    return Killed(name, np.array(rates), before, after)


def moved(network: Network, g: Gradients, eta: float) -> Network:
    """The network after one step of gradient descent, w − η ∂C/∂w and b − η ∂C/∂b."""
    weights = tuple(w - eta * d for w, d in zip(network.weights, g.weights, strict=True))
    biases = tuple(b - eta * d for b, d in zip(network.biases, g.biases, strict=True))
    return replace(network, weights=weights, biases=biases)


def _one_step(
    name: str, rates: Sequence[float], hidden: int, images: int, below: float, seed: int
) -> tuple[float, list[float]]:
    rng = np.random.default_rng(seed)
    data = digits()
    X, Y = data.images[:images], np.eye(10)[data.labels[:images]]
    sizes = (X.shape[1], hidden, 10)
    weights = tuple(
        rng.standard_normal((n, m)) * math.sqrt(2.0 / m) for m, n in zip(sizes, sizes[1:], strict=False)
    )
    network = Network(sizes, weights, (np.zeros(hidden), np.zeros(10)), name)
    g = gradients(network, X, Y)
    after = [share_off(moved(network, g, eta), X, below) for eta in rates]
    return share_off(network, X, below), after


# A network born dead: some layer is off as a whole, and the output no longer depends on the input


@cache
def born_dead(width: int = 4, depth: int = 20, networks: int = 20_000, seed: int = 3) -> Estimate:
    """Share of random ReLU networks with a hidden layer in which every unit is off for one given input (zero biases)."""
    rng = np.random.default_rng(seed)
    a = np.ones((networks, width))
    for _ in range(depth):
        w = rng.standard_normal((networks, width, width))
        a = np.maximum(np.einsum("kij,kj->ki", w, a), 0.0)
        size = a.max(axis=1, keepdims=True)
        a = np.where(size > 0.0, a / np.where(size > 0.0, size, 1.0), 0.0)  # the scale is of no interest
    share = float((a == 0.0).all(axis=1).mean())
    return Estimate(share, math.sqrt(share * (1.0 - share) / networks))


_n, _L = sp.Symbol("n", positive=True, integer=True), sp.Symbol("L", positive=True, integer=True)
_dead = sp.Eq(sp.Symbol("a_L"), 0, evaluate=False)


def _born_dead_is(off: sp.Expr) -> sp.Eq:
    return sp.Eq(probability(_dead), 1 - (1 - off) ** _L, evaluate=False)


CLAIMS = (
    Prediction(
        label="relu-network-born-dead",
        sentence="A narrow, deep ReLU network is often dead at birth: some layer is off as a whole.",
        statement=_born_dead_is(2 ** (-_n)),
        theory=lambda statement: float(statement.rhs.subs({_n: 4, _L: 20})),
        simulate=born_dead,
        scope="one input, symmetric weights, zero biases; n = 4 units in each of L = 20 layers, 20,000 networks",
        false_sibling=_born_dead_is(1 / (2 * _n)),
    ),
)
