"""Does a small gradient mean that a layer has little left to learn? (Nielsen 2015,
chapter 5, asks and says no.)

The experiment takes a network to where plain gradient descent leaves it, with small gradients everywhere, and
goes on from there along the same gradients with rescaled steps: in every step each layer moves by a given
fraction of its own length (as in LARS: You, Gitman & Ginsburg 2017), a fraction that falls linearly to zero.
Were the network near a minimum there would be nothing to gain. The same with the first layer held fixed shows
how much of the gain is left without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from analysis.numeric.data import Dataset
from analysis.numeric.descent import descend
from analysis.numeric.initialise import initialiser as named_initialiser
from analysis.numeric.network import Network, cost, forward, gradients
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, sizes_for, whole

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NearOptimum:
    """S seeds, H hidden layers, K rescaled steps.

    blind_cost: the least cost of any network that ignores its input. Before training and where plain gradient
    descent ended: speeds ‖∂C/∂bˡ‖, output layer last (S, H+1), cost and accuracy (S,). From that end on: the
    cost before each rescaled step and after the last (S, K+1) float32, and the accuracy at the end (S,), with
    all layers moving and with the first held fixed.
    """

    data: str
    images: int
    sizes: tuple[int, ...]
    initialiser: str
    seeds: tuple[int, ...]
    epochs: int
    steps: int
    step: float
    blind_cost: float
    start_speeds: Floats
    start_cost: Floats
    start_accuracy: Floats
    end_speeds: Floats
    end_cost: Floats
    end_accuracy: Floats
    all_layers_cost: NDArray[np.float32]
    all_layers_accuracy: Floats
    first_fixed_cost: NDArray[np.float32]
    first_fixed_accuracy: Floats


def blind_cost(data: Dataset) -> float:
    """min over constant outputs a of the cross-entropy: Σ_j H(p_j), with p_j the share of class j and H the
    binary entropy.
    """
    p = data.targets.mean(axis=0)
    return float((entr(p) + entr(1.0 - p)).sum())


def near_optimum(
    data: Dataset,
    sizes: Sequence[int],
    *,
    seeds: Iterable[int],
    initialiser: str = "nielsen",
    epochs: int = 500,
    eta: float = 0.1,
    decay: float = 5.0,
    steps: int = 300,
    step: float = 0.05,
) -> NearOptimum:
    """Plain gradient descent for ``epochs``, then ``steps`` rescaled steps,
    the first of relative length ``step``.

    η = ``eta`` and λ = ``decay`` are those of the plain descent. Raises ValueError on parameters out of
    range.
    """
    sizes, seeds = sizes_for(data, sizes), different_seeds(seeds)
    epochs, steps = whole("epochs", epochs, 0), whole("steps", steps, 1)
    eta, decay, step = positive("eta", eta), positive("decay", decay, zero=True), positive("step", step)
    draw = named_initialiser(initialiser)
    columns: dict[str, list[object]] = {}
    for seed in seeds:
        start = draw(sizes, np.random.default_rng(seed))
        _, (end,) = descend([start], data.images, data.targets, epochs=epochs, eta=eta, decay=decay)
        found = {f"start_{k}": x for k, x in _state(start, data).items()}
        found |= {f"end_{k}": x for k, x in _state(end, data).items()}
        for name, fixed in (("all_layers", 0), ("first_fixed", 1)):
            costs, reached = rescaled_descent(end, data, steps=steps, step=step, fixed=fixed)
            found |= {f"{name}_cost": costs.astype(np.float32), f"{name}_accuracy": accuracy(reached, data)}
        for key, x in found.items():
            columns.setdefault(key, []).append(x)
    return NearOptimum(
        data=data.name,
        images=len(data.labels),
        sizes=sizes,
        initialiser=initialiser,
        seeds=seeds,
        epochs=epochs,
        steps=steps,
        step=step,
        blind_cost=blind_cost(data),
        **{key: np.array(x) for key, x in columns.items()},
    )


@one_thread()
def rescaled_descent(
    network: Network, data: Dataset, *, steps: int, step: float, fixed: int = 0, stop: int | None = None
) -> tuple[Floats, Network]:
    """The cost before each step and after the last (steps + 1,), and the network reached.

    In step t = 0, 1, … every layer but the first ``fixed`` moves against its gradient g = (∂C/∂w, ∂C/∂b) by
    step · (1 − t/steps) · ‖(w, b)‖, whatever the length of g; a layer whose gradient is exactly 0 stays. With
    ``stop`` only that many of the steps are taken.
    """
    costs = []
    for t in range(steps if stop is None else min(stop, steps)):
        g = gradients(network, data.images, data.targets)
        costs.append(g.cost)
        weights, biases = list(network.weights), list(network.biases)
        for l in range(fixed, network.depth):
            size, pull = _length(weights[l], biases[l]), _length(g.weights[l], g.biases[l])
            rate = step * (1.0 - t / steps) * size / pull if pull > 0.0 else 0.0
            weights[l] = weights[l] - rate * g.weights[l]
            biases[l] = biases[l] - rate * g.biases[l]
        network = Network(network.sizes, tuple(weights), tuple(biases), network.activation)
    costs.append(cost(network, data.images, data.targets))
    return np.array(costs), network


def accuracy(network: Network, data: Dataset) -> float:
    """The fraction of images whose largest output is the right one."""
    return float((forward(network, data.images).a[-1].argmax(axis=1) == data.labels).mean())


def _state(network: Network, data: Dataset) -> dict[str, object]:
    g = gradients(network, data.images, data.targets)
    speeds = [float(norm(b)) for b in g.biases]
    return {"speeds": speeds, "cost": g.cost, "accuracy": accuracy(network, data)}


def _length(w: Floats, b: Floats) -> float:
    return float(np.hypot(norm(w), norm(b)))
