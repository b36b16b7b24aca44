"""Deep networks of digits whose gradients explode, trained with and without clipping;
and with and without weight decay.

x^0 = X; x^l = ReLU(x^{l−1} W^l + b^l); the last layer meets a softmax with its cross-entropy. W ~ N(0, gain²
· 2/n_in), b = 0: gain 1 is He's variance, a larger one multiplies the gradient by ``gain`` in every layer.
Stochastic gradient descent on minibatches; what is clipped is the gradient of the minibatch.
A seed gives every variant the same draws and minibatches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.clipping import HOW, clip_stack, stack_norm
from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.minibatches import Best, best, learn, over_rates, shuffles, softmax_error, split
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, positive_rates, whole

Floats = NDArray[np.float64]
DECAYS = ("none", "l2", "l1", "decoupled")


@dataclass(frozen=True, eq=False)
class DeepTraining:
    """R rates on axis 0, S seeds on axis 1, epochs 0 … T on axis 2;
    ``clip``, ``decay``, … as they were asked for.

    loss (of the data alone), validation, accuracy: as in ``analysis.numeric.minibatches.Learned``;
    weight_norm: ‖(W^1, …, W^L)‖; gradient_norm: the norm of the data
    gradient of a minibatch in all weights and biases, before clipping, mean over the epoch (NaN for epoch 0).
    first: ‖∂C/∂b^l‖ of all layers on the first minibatch (S, L), before clipping.
    """

    clip: str
    threshold: float
    decay: str
    alpha: float
    momentum: float
    gain: float
    depth: int
    width: int
    epochs: int
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    digest: str
    loss: Floats
    validation: Floats
    accuracy: Floats
    weight_norm: Floats
    gradient_norm: Floats
    first: Floats

    def best(self) -> Best:
        """The rate chosen on the validation images, the mean test accuracy there, and its standard error
        over the seeds."""
        return best(self)

    def diverged(self) -> Floats:
        """Of each rate, the share of the networks that diverged (R,)."""
        return np.asarray(np.isnan(self.loss[..., -1]).mean(axis=1))


class Stack(NamedTuple):
    """S networks with their parameters."""

    weights: list[Floats]
    biases: list[Floats]

    @property
    def parameters(self) -> list[Floats]:
        return [*self.weights, *self.biases]

    def gradients(self, X: Floats, Y: Floats) -> list[Floats]:
        down_w, down_b = gradients(self.weights, self.biases, X, Y)
        return [*down_w, *down_b]

    def outputs(self, X: Floats, *others: Floats) -> list[Floats]:
        return [_forward(self.weights, self.biases, x)[-1] for x in (X, *others)]


@one_thread()
def deep_training(
    data: Dataset,
    *,
    rates: Sequence[float],
    seeds: Iterable[int],
    clip: str = "none",
    threshold: float = 1.0,
    decay: str = "none",
    alpha: float = 0.0,
    momentum: float = 0.0,
    gain: float = 1.0,
    depth: int = 10,
    width: int = 40,
    epochs: int = 8,
    minibatch: int = 64,
) -> DeepTraining:
    """Train one network for each rate and seed, all at once.
    Raises ValueError on unknown names or numbers out of range."""
    if clip not in HOW or decay not in DECAYS:
        raise ValueError(
            f"clip must be one of {', '.join(HOW)} and decay of {', '.join(DECAYS)}, not {clip!r} and "
            f"{decay!r}"
        )
    threshold, gain = positive("threshold", threshold), positive("gain", gain)
    alpha, momentum = positive("alpha", alpha, zero=True), positive("momentum", momentum, zero=True)
    depth, width, epochs = whole("depth", depth, 2), whole("width", width, 2), whole("epochs", epochs, 1)
    rates, seeds = positive_rates(rates), different_seeds(seeds)
    minibatch = whole("minibatch", minibatch, 1)
    parts = split(data)
    X, Y = parts.images, parts.targets
    if minibatch > len(X):
        raise ValueError(f"minibatch must be at most {len(X)}, not {minibatch}")
    sizes = (X.shape[1], *[width] * (depth - 1), CLASSES)
    steps = len(X) // minibatch

    def one(rate: float) -> tuple[Floats, ...]:
        stack = Stack(*draw(sizes, seeds, gain))
        pulled = [np.zeros_like(p) for p in stack.parameters]
        size, slope = (np.full((len(seeds), epochs + 1), np.nan) for _ in range(2))
        norms: list[Floats] = []

        def move(parameters: list[Floats], down: list[Floats], rate: float) -> None:
            norms.append(stack_norm(down, diverging=True))
            down = clip_stack(down, clip, threshold, diverging=True)
            for k, (p, d) in enumerate(zip(parameters, down, strict=True)):
                of_weights = k < depth
                if of_weights and decay == "l2":
                    d = d + alpha * p
                elif of_weights and decay == "l1":
                    d = d + alpha * np.sign(p)
                pulled[k] = momentum * pulled[k] + d
                if of_weights and decay == "decoupled":
                    p *= 1.0 - rate * alpha
                p -= rate * pulled[k]

        def watch(step: int, alive: NDArray[np.bool_]) -> None:
            if step % steps == 0:
                size[:, step // steps] = np.where(alive, stack_norm(stack.weights, diverging=True), np.nan)
                if norms:
                    slope[:, step // steps] = np.where(alive, np.mean(norms, axis=0), np.nan)
                    norms.clear()

        learned = learn(
            stack, parts, rate=rate, seeds=seeds, epochs=epochs, minibatch=minibatch, move=move, watch=watch
        )
        return *learned, size, slope

    taken = next(shuffles(seeds, len(X), minibatch))[0]
    loss, validation, accuracy, size, slope = over_rates(one, rates)
    _, down_b = gradients(*draw(sizes, seeds, gain), X[taken], Y[taken])
    return DeepTraining(
        clip, threshold, decay, alpha, momentum, gain, depth, width, epochs, rates, seeds, data.digest,
        loss, validation, accuracy, size, slope, np.stack([norm(d, axis=(1, 2)) for d in down_b], axis=1),
    )  # fmt: skip


def draw(sizes: Sequence[int], seeds: Sequence[int], gain: float) -> tuple[list[Floats], list[Floats]]:
    """W (S, n_in, n_out) and b (S, 1, n_out) of all seeds."""
    gain = positive("gain", gain)
    rngs = [np.random.default_rng(s) for s in seeds]
    weights, biases = [], []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        drawn = np.stack([rng.standard_normal((n_in, n_out)) for rng in rngs])
        weights.append(drawn * (gain * np.sqrt(2.0 / n_in)))
        biases.append(np.zeros((len(rngs), 1, n_out)))
    return weights, biases


def _forward(weights: list[Floats], biases: list[Floats], X: Floats) -> list[Floats]:
    """x^0 … x^{L−1} and the logits."""
    xs = [X]
    for l, (W, b) in enumerate(zip(weights, biases, strict=True)):
        z = xs[-1] @ W + b
        xs.append(z if l == len(weights) - 1 else np.maximum(z, 0.0))
    return xs


def gradients(
    weights: list[Floats], biases: list[Floats], X: Floats, Y: Floats
) -> tuple[list[Floats], list[Floats]]:
    """∂C/∂W^l and ∂C/∂b^l for minibatches X (N, m, pixels) with targets Y, C their mean cross-entropy."""
    xs = _forward(weights, biases, X)
    delta = softmax_error(xs[-1], Y) / X.shape[1]
    down_w, down_b = [], []
    for l in range(len(weights) - 1, -1, -1):
        down_w.append(xs[l].swapaxes(1, 2) @ delta)
        down_b.append(delta.sum(axis=1, keepdims=True))
        if l:
            delta = (delta @ weights[l].swapaxes(1, 2)) * (xs[l] > 0.0)
    return down_w[::-1], down_b[::-1]
