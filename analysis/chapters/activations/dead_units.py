"""ReLU units that are off:
the share of the signal that is lost, networks born dead, and units killed by one step
(rows B19, B21 and B22 of ``verdicts/table.py``)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.compiled import compiled
from analysis.numeric.data import digits
from analysis.numeric.network import Gradients, Network, forward, gradients
from analysis.numeric.sample_moments import Moments, moments
from analysis.numeric.training_arguments import different_seeds, positive, positive_rates, whole
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Norms:
    """log(‖aˡ‖²/‖a⁰‖²) of random ReLU networks: ``logs`` (networks, L);
    weights N(0, σ_w²/width), no biases."""

    sigma_w: float
    width: int
    logs: Floats


def norms(sigma_w: float, width: int, depth: int, networks: int, rng: np.random.Generator) -> Norms:
    """Push one random input of norm 1 through ``networks`` ReLU networks;
    raises ValueError for counts below 1.

    Only the norm matters: given ‖a‖, each z_i is N(0, σ_w²‖a‖²/width),
    independent of the others (zero biases).
    """
    sigma_w = positive("sigma_w", sigma_w)
    width, depth, networks = (
        whole(name, x, 1) for name, x in (("width", width), ("depth", depth), ("networks", networks))
    )
    draws = np.maximum(rng.standard_normal((networks, depth, width)), 0.0) ** 2
    with np.errstate(divide="ignore"):
        steps = np.log(sigma_w**2 / width * draws.sum(axis=2))
    return Norms(sigma_w, width, np.cumsum(steps, axis=1))


@dataclass(frozen=True, eq=False)
class Killed:
    """Share of hidden units that are off for every image, in S networks:
    at birth (S,), and after one step at each rate (S, R)."""

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
    """The share of the first hidden layer's units whose slope is at most ``below`` in
    size at every row of X (m, n₀)."""
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
    """[64, hidden, 10] on the bundled digits, weights N(0, 2/n_in), biases 0, cross-entropy;
    one full-batch step per rate.

    A unit is off where its slope is at most ``below`` in size at every image. One network a seed. Raises
    ValueError on a number out of range.
    """
    rates = positive_rates(rates)
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
