"""A gradient of 0 in the first layers: vanished, dead, or at a minimum? Three networks of digits, and three
numbers that tell them apart.

Ten hidden layers of ReLUs. *Vanished*: the default weights of ``nn.Linear``. *Dead*: He's weights, and in
layer 5 biases so far below 0 that no unit answers any image. *At a minimum*: He's weights, trained until the
loss is next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.your_own_network.defaults import default_network
from analysis.numeric.compiled import compiled
from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.initialise import he
from analysis.numeric.network import Network, forward, gradients
from analysis.numeric.norms import log_norm
from analysis.numeric.threads import one_thread
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
HIDDEN, WIDTH, DEAD_LAYER = 10, 32, 5
FAR_BELOW, SPREAD = -100.0, 0.1
"""What the biases of the dead layer are lowered by, and the standard deviation of all others."""
STEPS, RATE = 1000, 0.03
LOSS = "softmax cross-entropy"


class Tests(NamedTuple):
    """The three numbers. output: root mean square of ∂C_x/∂(output) over images and outputs. off: the
    largest share, over the layers, of units that are off for every image. passes: the norm of the gradient at
    layer 1 over that at the output, from a random direction at the output."""

    output: float
    off: float
    passes: float


@dataclass(frozen=True, eq=False)
class Case:
    """The logarithm of the norm of the gradient at each layer's weighted inputs (L,): ``of_loss`` from the
    loss, ``of_probe`` from a random direction at the output, of norm 1; −∞ where it is 0."""

    name: str
    of_loss: Floats
    of_probe: Floats
    tests: Tests


def backward(network: Network, zs: Sequence[Floats], delta: Floats) -> list[Floats]:
    """δ of every layer, first to last, from that of the last: δˡ = (δˡ⁺¹ wˡ⁺¹) ⊙ σ′(zˡ)."""
    slope = compiled(activation(network.activation).slope, z)
    found = [delta]
    for w, at in zip(network.weights[:0:-1], zs[-2::-1], strict=True):
        found.append((found[-1] @ w) * slope(at))
    return found[::-1]


def measured(name: str, network: Network, data: Dataset, rng: np.random.Generator) -> Case:
    """Both gradients of a network on a batch, and the three numbers."""
    zs, activations = forward(network, data.images)
    deltas = gradients(network, data.images, data.targets, LOSS).deltas
    probe = rng.standard_normal(zs[-1].shape)
    back = backward(network, zs, probe / np.linalg.norm(probe))
    of_probe = np.array([float(log_norm(d)) for d in back])
    off = max(float((a <= 0.0).all(axis=0).mean()) for a in activations[1:-1])
    return Case(
        name,
        np.array([float(log_norm(d / len(data.images))) for d in deltas]),
        of_probe,
        Tests(float(np.sqrt(np.square(deltas[-1]).mean())), off, float(np.exp(of_probe[0]))),
    )


def trained(network: Network, data: Dataset, steps: int = STEPS, rate: float = RATE) -> Network:
    """Full-batch gradient descent on the cross-entropy."""
    for _ in range(steps):
        down = gradients(network, data.images, data.targets, LOSS)
        network = Network(
            network.sizes,
            tuple(w - rate * d for w, d in zip(network.weights, down.weights, strict=True)),
            tuple(b - rate * d for b, d in zip(network.biases, down.biases, strict=True)),
            network.activation,
            network.output,
        )
    return network


@one_thread()
def three_cases(data: Dataset, seed: int = 0) -> tuple[Case, Case, Case]:
    """The vanished, the dead and the trained network on the same images."""
    sizes = (data.images.shape[1], *(WIDTH,) * HIDDEN, CLASSES)
    drawn = he(sizes, np.random.default_rng(seed), output="identity", zero_biases=False)
    biases = [SPREAD * b for b in drawn.biases]
    good = Network(sizes, drawn.weights, tuple(biases), "relu", "identity")
    biases[DEAD_LAYER - 1] = biases[DEAD_LAYER - 1] + FAR_BELOW
    networks = {
        "vanished": default_network(sizes, np.random.default_rng(seed)),
        "dead": Network(sizes, good.weights, tuple(biases), "relu", "identity"),
        "at a minimum": trained(good, data),
    }
    rng = np.random.default_rng([seed, 14])
    vanished, dead, ended = (measured(name, of, data, rng) for name, of in networks.items())
    return vanished, dead, ended
