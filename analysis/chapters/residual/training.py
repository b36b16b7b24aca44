"""Does a shortcut help a deep network of digits to learn? The same weights with and without it,
over many learning rates.

x^0 = X W_in; block l makes x ← k x + s (ReLU(x) W + b); the last x meets W_out and a softmax with its
cross-entropy. k is 0 for a plain network and 1 for a residual one; s is 1, or 1/√L. Stochastic gradient
descent on minibatches, no momentum, no decay, no normalisation.

W ~ N(0, v/n) with v = 2 (He et al. 2015), 1 or 4, the first and the last matrix N(0, 1/n_in), b = 0. A
seed gives every variant the same draws and the same minibatches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.minibatches import (
    Best,
    at_best,
    best,
    learn,
    over_rates,
    shuffles,
    softmax_error,
    split,
)
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive_rates, whole

Floats = NDArray[np.float64]


class Variant(NamedTuple):
    """k, whether s is 1/√L (else 1), and n times the variance of the weights in the blocks."""

    shortcut: float
    scaled: bool
    variance: float

    def scale(self, depth: int) -> float:
        """s, the scale of every branch."""
        return depth**-0.5 if self.scaled else 1.0


VARIANTS = {
    "plain": Variant(0.0, False, 2.0),
    "plain-small": Variant(0.0, False, 1.0),
    "plain-large": Variant(0.0, False, 4.0),
    "residual": Variant(1.0, False, 2.0),
    "residual-scaled": Variant(1.0, True, 2.0),
    "residual-scaled-small": Variant(1.0, True, 1.0),
    "residual-scaled-large": Variant(1.0, True, 4.0),
}


@dataclass(frozen=True, eq=False)
class ResidualTraining:
    """R rates on axis 0, S seeds on axis 1; the epochs 0, every, 2 every … T on axis 2.

    loss, validation, accuracy: as in ``analysis.numeric.minibatches.Learned``. start_speeds: ‖∂C/∂W^l‖ of
    the L matrices of the blocks on the first minibatch, before training (S, L).
    """

    variant: str
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
    start_speeds: Floats

    def best(self) -> Best:
        """The rate chosen on the validation images, the mean test accuracy there, and its standard error
        over the seeds."""
        return best(self)

    def final(self) -> Floats:
        """Test accuracy of each seed at the end, at that rate (S,)."""
        return at_best(self)

    def diverged(self) -> Floats:
        """Of each rate, the share of the networks that diverged (R,)."""
        return np.asarray(np.isnan(self.loss[..., -1]).mean(axis=1))


class _Parameters(NamedTuple):
    """W_in, W_out (S, ·, ·), and of the L blocks W (S, n, n) and b (S, 1, n)."""

    first: Floats
    last: Floats
    weights: list[Floats]
    biases: list[Floats]

    def all(self) -> list[Floats]:
        return [self.first, self.last, *self.weights, *self.biases]


class Stack(NamedTuple):
    """S networks with their parameters."""

    p: _Parameters
    shortcut: float
    scale: float

    @property
    def parameters(self) -> list[Floats]:
        return self.p.all()

    def gradients(self, X: Floats, Y: Floats) -> list[Floats]:
        return _gradients(self.p, self.shortcut, self.scale, X, Y).all()

    def outputs(self, X: Floats, *others: Floats) -> list[Floats]:
        return [_forward(self.p, self.shortcut, self.scale, x)[-1] @ self.p.last for x in (X, *others)]


@one_thread()
def residual_training(
    data: Dataset,
    variant: str,
    *,
    depth: int,
    rates: Sequence[float],
    seeds: Iterable[int],
    width: int = 40,
    epochs: int = 15,
    every: int = 1,
    minibatch: int = 64,
) -> ResidualTraining:
    """Train one network for each rate and seed, all at once.
    Raises ValueError on unknown names or numbers out of range."""
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}")
    of, depth = VARIANTS[variant], whole("depth", depth, 1)
    width, epochs, every = whole("width", width, 2), whole("epochs", epochs, 0), whole("every", every, 1)
    minibatch = whole("minibatch", minibatch, 1)
    rates, seeds = positive_rates(rates), different_seeds(seeds)
    parts = split(data)
    X, Y = parts.images, parts.targets
    if not 1 <= minibatch <= len(X):
        raise ValueError(f"minibatch must be at most {len(X)}, not {minibatch}")

    def begin() -> Stack:
        return Stack(_drawn(of, depth, width, X.shape[1], seeds), of.shortcut, of.scale(depth))

    def one(rate: float) -> tuple[Floats, ...]:
        return learn(begin(), parts, rate=rate, seeds=seeds, epochs=epochs, minibatch=minibatch, every=every)

    first = next(shuffles(seeds, len(X), minibatch))[0]
    loss, validation, accuracy = over_rates(one, rates)
    start = _gradients(*begin(), X[first], Y[first]).weights
    return ResidualTraining(
        variant, depth, width, epochs, every, minibatch, rates, seeds, data.digest,
        loss, validation, accuracy, np.stack([norm(d, axis=(1, 2)) for d in start], axis=1),
    )  # fmt: skip


def _drawn(of: Variant, depth: int, n: int, pixels: int, seeds: Sequence[int]) -> _Parameters:
    """The networks of all seeds."""
    rngs = [np.random.default_rng(s) for s in seeds]

    def normal(*shape: int) -> Floats:
        return np.stack([rng.standard_normal(shape) for rng in rngs])

    first, last = normal(pixels, n) / np.sqrt(pixels), normal(n, CLASSES) / np.sqrt(n)
    weights = [normal(n, n) * np.sqrt(of.variance / n) for _ in range(depth)]
    return _Parameters(first, last, weights, [np.zeros((len(rngs), 1, n)) for _ in range(depth)])


def _forward(p: _Parameters, k: float, scale: float, X: Floats) -> list[Floats]:
    """x^0 … x^L."""
    xs = [X @ p.first]
    for W, b in zip(p.weights, p.biases, strict=True):
        xs.append(k * xs[-1] + scale * (np.maximum(xs[-1], 0.0) @ W + b))
    return xs


def _gradients(p: _Parameters, k: float, scale: float, X: Floats, Y: Floats) -> _Parameters:
    """∂C/∂W and ∂C/∂b of every matrix for minibatches X (N, m, pixels), C their mean cross-entropy."""
    xs = _forward(p, k, scale, X)
    logits = xs[-1] @ p.last
    delta = softmax_error(logits, Y) / X.shape[1]
    last = xs[-1].swapaxes(1, 2) @ delta
    delta = delta @ p.last.swapaxes(1, 2)
    weights, biases = [], []
    for x, W in zip(reversed(xs[:-1]), reversed(p.weights), strict=True):
        weights.append(scale * (np.maximum(x, 0.0).swapaxes(1, 2) @ delta))
        biases.append(scale * delta.sum(axis=1, keepdims=True))
        delta = k * delta + scale * ((delta @ W.swapaxes(1, 2)) * (x > 0.0))
    return _Parameters(X.swapaxes(1, 2) @ delta, last, weights[::-1], biases[::-1])
