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

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.clipping import HOW, clip_stack, stack_norm
from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, whole

Floats = NDArray[np.float64]
TEST_IMAGES = 397
SPLIT_SEED = 10
DECAYS = ("none", "l2", "l1", "decoupled")


@dataclass(frozen=True, eq=False)
class DeepTraining:
    """R rates on axis 0, S seeds on axis 1, epochs 0 … T on axis 2;
    ``clip``, ``decay``, … as they were asked for.

    loss: data cross-entropy of the training images, NaN once a network has diverged; accuracy: fraction of
    the test images classified rightly, 0 for a network that has diverged; weight_norm: ‖(W^1, …, W^L)‖;
    gradient_norm: the norm of the data gradient of a minibatch in all weights and biases, before clipping,
    mean over the epoch (NaN for epoch 0).
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
    accuracy: Floats
    weight_norm: Floats
    gradient_norm: Floats
    first: Floats

    def best(self) -> tuple[float, float, float]:
        """The rate with the highest mean accuracy at the end, that mean,
        and its standard error over the seeds."""
        final = self.accuracy[..., -1]
        k = int(final.mean(axis=1).argmax())
        return self.rates[k], float(final[k].mean()), float(final[k].std(ddof=1) / np.sqrt(final.shape[1]))

    def diverged(self) -> Floats:
        """Of each rate, the share of the networks that diverged (R,)."""
        return np.asarray(np.isnan(self.loss[..., -1]).mean(axis=1))


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
    rates, seeds = tuple(positive("each of rates", r) for r in rates), different_seeds(seeds)
    minibatch = whole("minibatch", minibatch, 1)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(data.labels))
    test, train = order[:TEST_IMAGES], order[TEST_IMAGES:]
    if not rates or minibatch > len(train):
        raise ValueError(
            f"rates must not be empty and minibatch at most {len(train)}, not {rates} and {minibatch}"
        )
    X, Y = data.images[train], data.targets[train]
    sizes = (X.shape[1], *[width] * (depth - 1), CLASSES)
    weights, biases = draw(sizes, seeds, len(rates), gain)
    parameters = [*weights, *biases]
    pulled = [np.zeros_like(p) for p in parameters]
    eta = np.repeat(rates, len(seeds))[:, None, None]
    alive = np.ones(len(eta), dtype=bool)
    orders, steps = [np.random.default_rng([s, 1]) for s in seeds], len(X) // minibatch
    loss, accuracy, size, slope = (np.full((len(eta), epochs + 1), np.nan) for _ in range(4))
    first: Floats | None = None
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs + 1):
            loss[:, epoch], accuracy[:, epoch] = _evaluated(
                weights, biases, X, Y, data.images[test], data.labels[test]
            )
            size[:, epoch] = stack_norm(weights, diverging=True)
            loss[~alive, epoch], accuracy[~alive, epoch], size[~alive, epoch] = np.nan, 0.0, np.nan
            if epoch == epochs:
                break
            shuffled = np.stack([rng.permutation(len(X))[: steps * minibatch] for rng in orders])
            norms = []
            for taken in np.split(shuffled, steps, axis=1):
                batch = np.tile(taken, (len(rates), 1))
                down_w, down_b = gradients(weights, biases, X[batch], Y[batch])
                down = [*down_w, *down_b]
                if first is None:
                    first = np.stack([norm(d[: len(seeds)], axis=(1, 2)) for d in down_b], axis=1)
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
                        p *= 1.0 - eta * alpha
                    p -= eta * pulled[k]
                _bury(parameters, pulled, alive)
            slope[:, epoch + 1] = np.where(alive, np.mean(norms, axis=0), np.nan)
    assert first is not None
    shape = (len(rates), len(seeds), epochs + 1)
    return DeepTraining(
        clip, threshold, decay, alpha, momentum, gain, depth, width, epochs, rates, seeds, data.digest,
        loss.reshape(shape), accuracy.reshape(shape), size.reshape(shape), slope.reshape(shape), first,
    )  # fmt: skip


def draw(
    sizes: Sequence[int], seeds: Sequence[int], times: int, gain: float
) -> tuple[list[Floats], list[Floats]]:
    """W (N, n_in, n_out) and b (N, 1, n_out) of all seeds, ``times`` over, in the order of the rates."""
    times, gain = whole("times", times, 1), positive("gain", gain)
    rngs = [np.random.default_rng(s) for s in seeds]
    weights, biases = [], []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        drawn = np.stack([rng.standard_normal((n_in, n_out)) for rng in rngs])
        weights.append(np.tile(drawn * (gain * np.sqrt(2.0 / n_in)), (times, 1, 1)))
        biases.append(np.zeros((times * len(rngs), 1, n_out)))
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
    e = np.exp(xs[-1] - xs[-1].max(axis=-1, keepdims=True))
    delta = (e / e.sum(axis=-1, keepdims=True) - Y) / X.shape[1]
    down_w, down_b = [], []
    for l in range(len(weights) - 1, -1, -1):
        down_w.append(xs[l].swapaxes(1, 2) @ delta)
        down_b.append(delta.sum(axis=1, keepdims=True))
        if l:
            delta = (delta @ weights[l].swapaxes(1, 2)) * (xs[l] > 0.0)
    return down_w[::-1], down_b[::-1]


def _bury(parameters: list[Floats], pulled: list[Floats], alive: NDArray[np.bool_]) -> None:
    """A network with a parameter that is not finite, or above 10⁶, has diverged: set it to 0 and mark it."""
    fine = np.ones(len(alive), dtype=bool)
    for p in parameters:
        fine &= np.abs(p).max(axis=(1, 2)) < 1e6
    if not fine.all():
        alive &= fine
        for p in (*parameters, *pulled):
            p[~fine] = 0.0


def _evaluated(
    weights: list[Floats],
    biases: list[Floats],
    X: Floats,
    Y: Floats,
    X_test: Floats,
    labels: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """Mean cross-entropy of the training images and accuracy on the test images: (N,) each."""
    logits = _forward(weights, biases, X[None])[-1]
    logits = logits - logits.max(axis=-1, keepdims=True)
    loss = (np.log(np.exp(logits).sum(axis=-1)) - (logits * Y).sum(axis=-1)).mean(axis=-1)
    right = _forward(weights, biases, X_test[None])[-1].argmax(axis=-1) == labels
    return loss, np.asarray(right.mean(axis=-1))
