"""Does a shortcut help a deep network of digits to learn? The same weights with and without it,
over many learning rates.

x^0 = X W_in; block l makes x ← k x + s (ReLU(x) W + b); the last x meets W_out and a softmax with its
cross-entropy. k is 0 for a plain network and 1 for a residual one; s is 1, or 1/√L. Stochastic gradient
descent on minibatches, no momentum, no decay, no normalisation.

W ~ N(0, v/n) with v = 2 (He et al. 2015) or 1, the first and the last matrix N(0, 1/n_in), b = 0. A seed
gives every variant the same draws and the same minibatches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import trange

from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, whole

Floats = NDArray[np.float64]
TEST_IMAGES = 397
SPLIT_SEED = 12


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
    "residual": Variant(1.0, False, 2.0),
    "residual-scaled": Variant(1.0, True, 2.0),
    "residual-scaled-small": Variant(1.0, True, 1.0),
}


@dataclass(frozen=True, eq=False)
class ResidualTraining:
    """R rates on axis 0, S seeds on axis 1, epochs 0 … T on axis 2.

    loss: cross-entropy of the training images, NaN once a network has diverged; accuracy: the fraction of the
    test images classified rightly, 0 for a network that has diverged. start_speeds: ‖∂C/∂W^l‖ of the L
    matrices of the blocks on the first minibatch, before training (S, L).
    """

    variant: str
    depth: int
    width: int
    epochs: int
    minibatch: int
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    digest: str
    loss: Floats
    accuracy: Floats
    start_speeds: Floats

    def best(self) -> tuple[float, float, float]:
        """The rate with the highest mean accuracy at the end, that mean,
        and its standard error over the seeds."""
        final = self.accuracy[..., -1]
        r = int(final.mean(axis=1).argmax())
        return self.rates[r], float(final[r].mean()), float(final[r].std(ddof=1) / np.sqrt(final.shape[1]))

    def final(self) -> Floats:
        """Test accuracy of each seed at the end, at the best rate (S,)."""
        return self.accuracy[self.rates.index(self.best()[0]), :, -1]

    def diverged(self) -> Floats:
        """Of each rate, the share of the networks that diverged (R,)."""
        return np.asarray(np.isnan(self.loss[..., -1]).mean(axis=1))


class _Parameters(NamedTuple):
    """W_in, W_out (N, ·, ·), and of the L blocks W (N, n, n) and b (N, 1, n); N networks at once."""

    first: Floats
    last: Floats
    weights: list[Floats]
    biases: list[Floats]

    def all(self) -> list[Floats]:
        return [self.first, self.last, *self.weights, *self.biases]


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
    minibatch: int = 64,
) -> ResidualTraining:
    """Train one network for each rate and seed, all at once.
    Raises ValueError on unknown names or numbers out of range."""
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}")
    of, depth = VARIANTS[variant], whole("depth", depth, 1)
    width, epochs, minibatch = (
        whole("width", width, 2),
        whole("epochs", epochs, 0),
        whole("minibatch", minibatch, 1),
    )
    rates, seeds = tuple(positive("each of rates", r) for r in rates), different_seeds(seeds)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(data.labels))
    test, train = order[:TEST_IMAGES], order[TEST_IMAGES:]
    if not rates or not 1 <= minibatch <= len(train):
        raise ValueError(
            f"rates must not be empty and minibatch at most {len(train)}, not {rates} and {minibatch}"
        )
    X, Y = data.images[train], data.targets[train]
    p = _drawn(of, depth, width, X.shape[1], seeds, len(rates))
    eta = np.repeat(rates, len(seeds))[:, None, None]
    k, scale = of.shortcut, of.scale(depth)
    alive = np.ones(len(eta), dtype=bool)
    orders = [np.random.default_rng([s, 1]) for s in seeds]
    steps = len(X) // minibatch
    loss, accuracy = (np.empty((len(eta), epochs + 1)) for _ in range(2))
    start: Floats | None = None
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in trange(epochs + 1, desc=variant, leave=False, disable=None):
            loss[:, epoch], accuracy[:, epoch] = _evaluated(
                p, k, scale, X, Y, data.images[test], data.labels[test]
            )
            loss[~alive, epoch], accuracy[~alive, epoch] = np.nan, 0.0
            if epoch == epochs:
                break
            shuffled = np.stack([rng.permutation(len(X))[: steps * minibatch] for rng in orders])
            for taken in np.split(shuffled, steps, axis=1):
                batch = np.tile(taken, (len(rates), 1))
                down = _gradients(p, k, scale, X[batch], Y[batch])
                if start is None:
                    norms = [norm(d[: len(seeds)], axis=(1, 2)) for d in down.weights]
                    start = np.stack(norms, axis=1)
                for x, by in zip(p.all(), down.all(), strict=True):
                    x -= eta * by
                _bury(p, alive)
    shape = (len(rates), len(seeds), epochs + 1)
    if start is None:
        start = np.zeros((len(seeds), depth))
    return ResidualTraining(
        variant, depth, width, epochs, minibatch, rates, seeds, data.digest,
        loss.reshape(shape), accuracy.reshape(shape), start,
    )  # fmt: skip


def _drawn(of: Variant, depth: int, n: int, pixels: int, seeds: Sequence[int], times: int) -> _Parameters:
    """The networks of all seeds, ``times`` over, in the order of the rates."""
    rngs = [np.random.default_rng(s) for s in seeds]

    def normal(*shape: int) -> Floats:
        return np.tile(np.stack([rng.standard_normal(shape) for rng in rngs]), (times, 1, 1))

    first, last = normal(pixels, n) / np.sqrt(pixels), normal(n, CLASSES) / np.sqrt(n)
    weights = [normal(n, n) * np.sqrt(of.variance / n) for _ in range(depth)]
    return _Parameters(first, last, weights, [np.zeros((times * len(rngs), 1, n)) for _ in range(depth)])


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
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    delta = (e / e.sum(axis=-1, keepdims=True) - Y) / X.shape[1]
    last = xs[-1].swapaxes(1, 2) @ delta
    delta = delta @ p.last.swapaxes(1, 2)
    weights, biases = [], []
    for x, W in zip(reversed(xs[:-1]), reversed(p.weights), strict=True):
        weights.append(scale * (np.maximum(x, 0.0).swapaxes(1, 2) @ delta))
        biases.append(scale * delta.sum(axis=1, keepdims=True))
        delta = k * delta + scale * ((delta @ W.swapaxes(1, 2)) * (x > 0.0))
    return _Parameters(X.swapaxes(1, 2) @ delta, last, weights[::-1], biases[::-1])


def _bury(p: _Parameters, alive: NDArray[np.bool_]) -> None:
    """A network with a parameter that is not finite, or above 10⁶, has diverged: set it to 0 and mark it."""
    fine = np.ones(len(alive), dtype=bool)
    for x in p.all():
        fine &= np.abs(x).max(axis=(1, 2)) < 1e6
    if not fine.all():
        alive &= fine
        for x in p.all():
            x[~fine] = 0.0


def _evaluated(
    p: _Parameters, k: float, scale: float, X: Floats, Y: Floats, X_test: Floats, labels: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Mean cross-entropy of the training images and accuracy on the test images: (N,) each."""
    logits = _forward(p, k, scale, X[None])[-1] @ p.last
    logits = logits - logits.max(axis=-1, keepdims=True)
    loss = (np.log(np.exp(logits).sum(axis=-1)) - (logits * Y).sum(axis=-1)).mean(axis=-1)
    outputs = _forward(p, k, scale, X_test[None])[-1] @ p.last
    return loss, np.asarray((outputs.argmax(axis=-1) == labels).mean(axis=-1))
