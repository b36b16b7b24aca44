"""Which initial weights and which activation let thirty layers of digits learn, with plain descent and with
Adam?

x^0 = X W^0 + b^0; layer l makes x ← k x + s (W^l σ(x) + b^l), with k = 0 and s = 1 for plain layers, k = 1
and s = 1/√L with shortcuts; the last x meets σ, W_out and a softmax with its cross-entropy. Weights are
N(0, σ_w²/n_in) and biases 0; the default of ``nn.Linear`` draws both from U(±1/√n_in). A seed gives every
variant the same minibatches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import one_of, whole
from analysis.numeric.compiled import compiled
from analysis.numeric.data import CLASSES, Dataset, digits
from analysis.numeric.mean_field import gain
from analysis.numeric.minibatches import (
    Best,
    Move,
    at_best,
    best,
    descend,
    learn,
    over_rates,
    softmax_error,
    split,
)
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive_rates
from analysis.sweep.storage import load_result
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]


class Variant(NamedTuple):
    """``words`` for a table; the activation; σ_w, None for the default of ``nn.Linear``; whether the layers
    have shortcuts."""

    words: str
    activation: str
    scale: float | None
    shortcuts: bool = False


VARIANTS = {
    "relu-default": Variant("ReLU, `nn.Linear`'s default", "relu", None),
    "relu-he": Variant("ReLU, He", "relu", math.sqrt(2.0)),
    "relu-double": Variant("ReLU, twice He's scale", "relu", 2.0 * math.sqrt(2.0)),
    "gelu-gain": Variant("GELU, keeps a mean square of 1", "gelu", gain("gelu")),
    "tanh-default": Variant("tanh, `nn.Linear`'s default", "tanh", None),
    "tanh-xavier": Variant("tanh, Xavier", "tanh", 1.0),
    "tanh-5-3": Variant("tanh, gain 5/3", "tanh", 5.0 / 3.0),
    "selu-lecun": Variant("SELU, LeCun", "selu", 1.0),
    "sigmoid-xavier": Variant("sigmoid, Xavier", "sigmoid", 1.0),
    "relu-shortcuts": Variant("ReLU, He, shortcuts", "relu", math.sqrt(2.0), True),
}
OPTIMISERS = ("descent", "adam")
BETAS, EPSILON = (0.9, 0.999), 1e-8


@dataclass(frozen=True, eq=False)
class ThirtyLayers:
    """R rates on axis 0, S seeds on axis 1; the epochs 0, every, 2 every … T on axis 2. loss, validation,
    accuracy: as in ``analysis.numeric.minibatches.Learned``."""

    variant: str
    optimiser: str
    depth: int
    width: int
    epochs: int
    every: int
    minibatch: int
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    digest: str
    loss: Floats
    validation: Floats
    accuracy: Floats

    def best(self) -> Best:
        """The rate chosen on the validation images, the mean test accuracy there, and its standard error."""
        return best(self)

    def final(self) -> Floats:
        """Test accuracy of each seed at the end, at that rate (S,)."""
        return at_best(self)

    def working(self, least: float = 0.9) -> Floats:
        """At how many of the rates each seed ends with a test accuracy of ``least`` or more (S,)."""
        return np.asarray((self.accuracy[..., -1] >= least).sum(axis=0), dtype=float)


class Stack(NamedTuple):
    """S networks: weights (S, n_in, n_out) and biases (S, 1, n_out) of L + 2 layers."""

    weights: list[Floats]
    biases: list[Floats]
    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    kept: float
    scale: float

    @property
    def parameters(self) -> list[Floats]:
        return [*self.weights, *self.biases]

    def gradients(self, X: Floats, Y: Floats) -> list[Floats]:
        xs, values = self._forward(X)
        delta = softmax_error(xs[-1], Y) / X.shape[1]
        of_w, of_b = [values[-1].swapaxes(1, 2) @ delta], [delta.sum(axis=1, keepdims=True)]
        delta = (delta @ self.weights[-1].swapaxes(1, 2)) * self.slope(xs[-2])
        for l in range(len(self.weights) - 2, 0, -1):
            of_w.append(self.scale * (values[l].swapaxes(1, 2) @ delta))
            of_b.append(self.scale * delta.sum(axis=1, keepdims=True))
            inner = (delta @ self.weights[l].swapaxes(1, 2)) * self.slope(xs[l - 1])
            delta = self.kept * delta + self.scale * inner
        of_w.append(X.swapaxes(1, 2) @ delta)
        of_b.append(delta.sum(axis=1, keepdims=True))
        return [*of_w[::-1], *of_b[::-1]]

    def outputs(self, X: Floats, *others: Floats) -> list[Floats]:
        return [self._forward(x)[0][-1] for x in (X, *others)]

    def _forward(self, X: Floats) -> tuple[list[Floats], list[Floats]]:
        """x^0 … x^L and the logits; what each weight matrix multiplies."""
        xs, values = [X @ self.weights[0] + self.biases[0]], [X]
        for W, b in zip(self.weights[1:], self.biases[1:], strict=True):
            values.append(self.value(xs[-1]))
            made = values[-1] @ W + b
            last = len(xs) == len(self.weights) - 1
            xs.append(made if last else self.kept * xs[-1] + self.scale * made)
        return xs, values


def drawn(variant: Variant, depth: int, width: int, pixels: int, seeds: Sequence[int]) -> Stack:
    """The networks of all seeds, ``depth`` layers between the first and the last matrix."""
    rngs = [np.random.default_rng([s, 14]) for s in seeds]
    sizes = [pixels, *(width,) * (depth + 1), CLASSES]
    weights, biases = [], []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        if variant.scale is None:
            edge = 1.0 / math.sqrt(n_in)
            weights.append(np.stack([rng.uniform(-edge, edge, (n_in, n_out)) for rng in rngs]))
            biases.append(np.stack([rng.uniform(-edge, edge, (1, n_out)) for rng in rngs]))
        else:
            scale = variant.scale / math.sqrt(n_in)
            weights.append(np.stack([scale * rng.standard_normal((n_in, n_out)) for rng in rngs]))
            biases.append(np.zeros((len(rngs), 1, n_out)))
    of = activation(variant.activation)
    value, slope = compiled(of.value, z), compiled(of.slope, z)
    kept, scale = (1.0, depth**-0.5) if variant.shortcuts else (0.0, 1.0)
    return Stack(weights, biases, value, slope, kept, scale)


def adam() -> Move:
    """A step of Adam (Kingma & Ba 2015, algorithm 1), with its own memory."""
    first: list[Floats] = []
    second: list[Floats] = []
    count = 0

    def move(parameters: list[Floats], down: list[Floats], rate: float) -> None:
        nonlocal count
        if not first:
            first.extend(np.zeros_like(p) for p in parameters)
            second.extend(np.zeros_like(p) for p in parameters)
        count += 1
        a, b = (1.0 - beta**count for beta in BETAS)
        for p, d, m, v in zip(parameters, down, first, second, strict=True):
            m += (1.0 - BETAS[0]) * (d - m)
            v += (1.0 - BETAS[1]) * (d * d - v)
            p -= rate * (m / a) / (np.sqrt(v / b) + EPSILON)

    return move


@one_thread()
def thirty_layers(
    data: Dataset,
    variant: str,
    *,
    optimiser: str = "descent",
    rates: Sequence[float],
    seeds: Iterable[int],
    depth: int = 30,
    width: int = 64,
    epochs: int = 10,
    every: int = 5,
    minibatch: int = 64,
) -> ThirtyLayers:
    """Train one network for each rate and seed, all seeds at once.
    Raises ValueError on unknown names or numbers out of range."""
    of = VARIANTS[one_of("variant", variant, VARIANTS)]
    one_of("optimiser", optimiser, OPTIMISERS)
    depth, width = whole("depth", depth, 1), whole("width", width, 2)
    rates, seeds = positive_rates(rates), different_seeds(seeds)
    parts = split(data)

    def one(rate: float) -> tuple[Floats, ...]:
        return learn(
            drawn(of, depth, width, parts.images.shape[1], seeds),
            parts,
            rate=rate,
            seeds=seeds,
            epochs=epochs,
            minibatch=minibatch,
            every=every,
            move=adam() if optimiser == "adam" else descend,
        )

    loss, validation, accuracy = over_rates(one, rates)
    return ThirtyLayers(
        variant, optimiser, depth, width, epochs, every, minibatch, rates, seeds, data.digest,
        loss, validation, accuracy,
    )  # fmt: skip


FOLDER = Path(__file__).parent / "recorded"
RATES = {"descent": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0), "adam": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)}
SEEDS = range(5)


def training(variant: str, optimiser: str, folder: Path = FOLDER) -> ThirtyLayers:
    """A recorded training: 10 epochs of digits, width 64, five seeds, six learning rates."""
    one_of("variant", variant, VARIANTS)
    one_of("optimiser", optimiser, OPTIMISERS)
    return load_result(ThirtyLayers, folder / f"thirty-{variant}-{optimiser}")


def runs() -> dict[str, Callable[[], ThirtyLayers]]:
    """File name → what makes the run."""
    return {
        f"thirty-{variant}-{optimiser}": partial(
            thirty_layers, digits(), variant, optimiser=optimiser, rates=RATES[optimiser], seeds=SEEDS
        )
        for variant in VARIANTS
        for optimiser in OPTIMISERS
    }
