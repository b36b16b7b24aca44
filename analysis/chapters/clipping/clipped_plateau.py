"""Does clipping by value lead off a plateau where every gradient has vanished? Chapter 4's network of digits,
four hidden layers.

Plain full-batch descent (η = 0.1, λ = 5, 500 epochs) leaves it where the outputs only say how often each
digit occurs. From there on ``steps`` steps of plain descent without decay, the gradient clipped by value, by
its global norm, or not at all. With a threshold c far below the entries of the gradient nearly every entry is
cut to ±c: the layers then move at the same speed, ηc an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.learning_speeds.near_optimum import accuracy
from analysis.numeric.clipping import HOW, clip_stack
from analysis.numeric.data import Dataset
from analysis.numeric.descent import descend
from analysis.numeric.initialise import initialiser
from analysis.numeric.network import Network, cost, gradients
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, sizes_for, whole

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClippedPlateau:
    """V variants, each a way to clip and a rate, on axis 0; S seeds on axis 1.

    plateau_cost, plateau_accuracy: on the plateau (S,); cost, accuracy: after the steps, on the training
    images (V, S), NaN and 0 for a network that diverged. ratio: ‖∂C/∂b‖ of the fourth hidden layer over that
    of the first, on the plateau, before clipping and after it (V, S).
    """

    sizes: tuple[int, ...]
    how: tuple[str, ...]
    rates: tuple[float, ...]
    threshold: float
    seeds: tuple[int, ...]
    epochs: int
    steps: int
    digest: str
    plateau_cost: Floats
    plateau_accuracy: Floats
    plateau_ratio: Floats
    cost: Floats
    accuracy: Floats
    ratio: Floats

    def best(self, how: str) -> int:
        """The place of the variant of that kind with the highest mean accuracy.
        Raises ValueError for a kind that was not tried."""
        if how not in self.how:
            raise ValueError(f"how must be one of {', '.join(dict.fromkeys(self.how))}, not {how!r}")
        return max((v for v, h in enumerate(self.how) if h == how), key=lambda v: self.accuracy[v].mean())


@one_thread()
def clipped_plateau(
    data: Dataset,
    sizes: Sequence[int],
    variants: Sequence[tuple[str, float]],
    *,
    seeds: Iterable[int],
    threshold: float = 1e-6,
    epochs: int = 500,
    steps: int = 600,
) -> ClippedPlateau:
    """To the plateau, and from there on with each of the (how, rate).
    Raises ValueError on unknown names or numbers out of range."""
    sizes, seeds = sizes_for(data, sizes), different_seeds(seeds)
    epochs, steps, threshold = (
        whole("epochs", epochs, 0),
        whole("steps", steps, 1),
        positive("threshold", threshold),
    )
    for how, rate in variants:
        if how not in HOW:
            raise ValueError(f"each how must be one of {', '.join(HOW)}, not {how!r}")
        positive("each rate", rate)
    draw = initialiser("nielsen")
    starts = [draw(sizes, np.random.default_rng(seed)) for seed in seeds]
    _, ends = descend(starts, data.images, data.targets, epochs=epochs, eta=0.1, decay=5.0)
    found = [[_onwards(end, data, how, rate, threshold, steps) for end in ends] for how, rate in variants]
    costs, right, ratios = np.moveaxis(np.array(found), 2, 0)
    return ClippedPlateau(
        sizes, tuple(how for how, _ in variants), tuple(float(rate) for _, rate in variants), threshold,
        seeds, epochs, steps,
        data.digest, np.array([cost(n, data.images, data.targets) for n in ends]), np.array([accuracy(n,
            data) for n in ends]),
        np.array([_ratio(_gradient(n, data), n.depth) for n in ends]), costs, right, ratios,
    )  # fmt: skip


def _gradient(network: Network, data: Dataset) -> list[Floats]:
    found = gradients(network, data.images, data.targets)
    return [*found.weights, *found.biases]


def _ratio(gradient: Sequence[Floats], depth: int) -> float:
    """The speed ‖∂C/∂b‖ of the last hidden layer over that of the first."""
    return float(np.linalg.norm(gradient[2 * depth - 2]) / np.linalg.norm(gradient[depth]))


def _onwards(
    network: Network, data: Dataset, how: str, rate: float, threshold: float, steps: int
) -> tuple[float, float, float]:
    """Cost and accuracy after the steps, and the ratio of the speeds in the first of them."""
    depth, ratio = network.depth, np.nan
    for step in range(steps):
        cut = [x[0] for x in clip_stack([d[None] for d in _gradient(network, data)], how, threshold)]
        if step == 0:
            ratio = _ratio(cut, depth)
        moved = [p - rate * d for p, d in zip((*network.weights, *network.biases), cut, strict=True)]
        if not all(np.abs(p).max() < 1e6 for p in moved):
            return np.nan, 0.0, ratio
        network = Network(network.sizes, tuple(moved[:depth]), tuple(moved[depth:]), network.activation)
    return cost(network, data.images, data.targets), accuracy(network, data), ratio
