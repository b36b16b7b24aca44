"""Layer-wise pretraining on the digits:
a stack of restricted Boltzmann machines, unrolled into a network and fine-tuned.

The network is [64, 30, 30, 30, 30, 10] with sigmoid hidden layers and a softmax. Five ways to begin:

- "pretrained": each hidden layer takes weights and hidden biases of scikit-learn's
  BernoulliRBM (persistent contrastive
  divergence, Tieleman 2008), trained without labels on what the layer below makes of the
  images (Hinton & Salakhutdinov 2006);
- "shuffled": the same numbers, the entries of each matrix and each bias vector permuted:
  the size without the structure;
- "rbm start": N(0, 0.01²), what the machines themselves begin with;
- "xavier" and "gaussian": N(0, 2/(n_in + n_out)) and N(0, 1), without any pretraining.

A sixth, "gaussian 0.7", is N(0, 0.7²): another scale for the random weights, tried with few labels only.

The biases that are not pretrained are 0, and the output layer is Xavier's throughout, the same for each seed.
Then plain stochastic gradient descent on minibatches, the same for all.
A seed gives each variant the same minibatches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analysis.chapters.normalisation.training import split
from analysis.numeric.arguments import one_of
from analysis.numeric.data import Dataset
from analysis.numeric.norms import norm, rms
from analysis.numeric.optional import of_book
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, whole

Floats = NDArray[np.float64]
STARTS = ("pretrained", "shuffled", "rbm start", "xavier", "gaussian")
RESCALED = "gaussian 0.7"
HIDDEN = (30, 30, 30, 30)
RBM_EPOCHS, RBM_RATE, RBM_BATCH = 30, 0.05, 10
RBM_START = 0.01
PASSES_PER_EPOCH = 5 / 3
"""An RBM epoch takes five products with W for each batch, one of back-propagation three."""
PRETRAINING_COST = RBM_EPOCHS * PASSES_PER_EPOCH
"""Fine-tuning epochs that cost as much as the pretraining:
each layer has its own RBM, so the layers add up to the network."""


@dataclass(frozen=True, eq=False)
class Finetuning:
    """R rates on axis 0, S seeds on axis 1; on axis 2, where there is one, the epochs 0, every, 2 every … T.

    loss: cross-entropy of the labelled training images; accuracy: of 397 test images (R, S, T/every + 1).
    start_speeds, end_speeds: ‖∂C/∂W^l‖ over the labelled images (R, S, L). deltas: the root mean square of
    δ^l, before training (S, L). spread: the standard deviation of each layer's activations over the images,
    averaged over its neurons, before training (S, L−1).
    sizes: the root mean square of the entries of W^l before training (S, L).
    """

    start: str
    labelled: int
    epochs: int
    every: int
    minibatch: int
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    digest: str
    loss: Floats
    accuracy: Floats
    start_speeds: Floats
    end_speeds: Floats
    deltas: Floats
    spread: Floats
    sizes: Floats

    def at(self, epoch: int) -> int:
        """Where the numbers after that epoch stand; raises ValueError where they were not taken."""
        if not 0 <= epoch <= self.epochs or epoch % self.every:
            raise ValueError(f"epoch must be 0, {self.every}, … {self.epochs}, not {epoch!r}")
        return epoch // self.every

    def best(self, epoch: int) -> int:
        """The place of the rate with the highest mean accuracy after that epoch."""
        return int(self.accuracy[:, :, self.at(epoch)].mean(axis=1).argmax())

    def after(self, epoch: int) -> Floats:
        """Test accuracy of each seed after that epoch, at the rate that is best there."""
        return self.accuracy[self.best(epoch), :, self.at(epoch)]

    def loss_after(self, epoch: int) -> Floats:
        """Training loss of each seed after that epoch, at the rate with the best accuracy there."""
        return self.loss[self.best(epoch), :, self.at(epoch)]

    def epochs_to(self, level: float) -> Floats:
        """The first epoch at which each seed reaches a level (S,), else inf;
        at the rate where the mean of them is least."""
        there = self.accuracy >= level
        first = np.where(there.any(axis=2), self.every * there.argmax(axis=2).astype(float), np.inf)
        return np.asarray(first[int(first.mean(axis=1).argmin())])


def pretrained_stack(
    images: Floats, seed: int, epochs: int = RBM_EPOCHS, hidden: Sequence[int] = HIDDEN
) -> list[tuple[Floats, Floats]]:
    """(W (n_in, n_out), c (n_out,)) of each hidden layer, machine upon machine; no label is looked at."""
    BernoulliRBM = of_book("sklearn.neural_network").BernoulliRBM
    layers, below = [], images
    for l, n in enumerate(hidden):
        machine = BernoulliRBM(
            n_components=n,
            learning_rate=RBM_RATE,
            batch_size=RBM_BATCH,
            n_iter=whole("epochs", epochs, 1),
            random_state=np.random.RandomState(1000 * seed + l),
        ).fit(below)
        layers.append((machine.components_.T.copy(), machine.intercept_hidden_.copy()))
        below = expit(below @ layers[-1][0] + layers[-1][1])
    return layers


@one_thread()
def finetuning(
    data: Dataset,
    *,
    start: str,
    rates: Sequence[float],
    seeds: Iterable[int],
    labelled: int = 1400,
    epochs: int = 100,
    every: int = 1,
    minibatch: int = 10,
    rbm_epochs: int = RBM_EPOCHS,
) -> Finetuning:
    """Fine-tune one network for each rate and seed;
    the machines see all 1,400 training images, the labels of ``labelled`` count.

    Raises ValueError on unknown names or numbers out of range.
    """
    one_of("start", start, (*STARTS, RESCALED))
    seeds, epochs = different_seeds(seeds), whole("epochs", epochs, 0)
    every = whole("every", every, 1)
    if epochs % every:
        raise ValueError(f"epochs must be a multiple of every = {every}, not {epochs}")
    minibatch, labelled = whole("minibatch", minibatch, 1), whole("labelled", labelled, 1)
    rates = tuple(positive("each of rates", r) for r in rates)
    X, Y, X_test, labels = split(data)
    if not minibatch <= labelled <= len(X):
        raise ValueError(f"labelled must be from {minibatch} to {len(X)}, not {labelled}")
    weights, biases = begin(X, start, seeds, rbm_epochs)
    X, Y = X[:labelled], Y[:labelled]
    parts = (X, Y, X_test, labels)
    runs = [_descend(weights, biases, parts, seeds, r, epochs, every, minibatch) for r in rates]
    loss, accuracy, first, last = (np.stack(x) for x in zip(*runs, strict=True))
    _, _, deltas = gradients(weights, biases, X[None], Y[None])
    spread = [a.std(axis=1).mean(axis=1) for a in _forward(weights, biases, X[None])[1:-1]]
    return Finetuning(
        start, labelled, epochs, every, minibatch, rates, seeds, data.digest, loss, accuracy, first, last,
        np.stack([rms(d, axis=(1, 2)) for d in deltas], axis=1),
        np.stack(spread, axis=1),
        np.stack([rms(w, axis=(1, 2)) for w in weights], axis=1),
    )  # fmt: skip


def begin(
    images: Floats, start: str, seeds: Sequence[int], rbm_epochs: int = RBM_EPOCHS
) -> tuple[list[Floats], list[Floats]]:
    """W^l (S, n_in, n_out) and b^l (S, 1, n_out) of every seed before fine-tuning;
    raises ValueError for an unknown start."""
    one_of("start", start, (*STARTS, RESCALED))
    each = []
    sizes = (images.shape[1], *HIDDEN)
    for seed in seeds:
        rng = np.random.default_rng([seed, 9])
        top = rng.standard_normal((sizes[-1], 10)) * np.sqrt(2.0 / (sizes[-1] + 10))
        if start in ("pretrained", "shuffled"):
            layers = pretrained_stack(images, seed, rbm_epochs)
        else:
            layers = [
                (rng.standard_normal((p, n)) * _deviation(start, p, n), np.zeros(n))
                for p, n in pairwise(sizes)
            ]
        if start == "shuffled":
            layers = [(rng.permutation(w.ravel()).reshape(w.shape), rng.permutation(c)) for w, c in layers]
        each.append([*layers, (top, np.zeros(10))])
    stacked = [tuple(np.stack(x) for x in zip(*layer, strict=True)) for layer in zip(*each, strict=True)]
    return [w for w, _ in stacked], [c[:, None] for _, c in stacked]


def _deviation(start: str, n_in: int, n_out: int) -> float:
    xavier = float(np.sqrt(2.0 / (n_in + n_out)))
    return {"rbm start": RBM_START, "gaussian": 1.0, RESCALED: 0.7, "xavier": xavier}[start]


def _descend(
    weights: list[Floats],
    biases: list[Floats],
    parts: tuple[Floats, Floats, Floats, NDArray[np.int64]],
    seeds: Sequence[int],
    rate: float,
    epochs: int,
    every: int,
    minibatch: int,
) -> tuple[Floats, Floats, Floats, Floats]:
    X, Y, X_test, labels = parts
    W, B = [w.copy() for w in weights], [b.copy() for b in biases]
    orders = [np.random.default_rng([s, 1]) for s in seeds]
    steps = len(X) // minibatch
    loss, accuracy = (np.zeros((len(W[0]), epochs // every + 1)) for _ in range(2))
    first = speeds(W, B, X, Y)
    for epoch in range(epochs + 1):
        if epoch % every == 0:
            at = epoch // every
            loss[:, at] = _loss(_forward(W, B, X[None])[-1], Y)
            accuracy[:, at] = (_forward(W, B, X_test[None])[-1].argmax(axis=-1) == labels).mean(axis=-1)
        if epoch == epochs:
            break
        taken = np.stack([rng.permutation(len(X))[: steps * minibatch] for rng in orders])
        for step in np.split(taken, steps, axis=1):
            of_w, of_b, _ = gradients(W, B, X[step], Y[step])
            for x, d in zip((*W, *B), (*of_w, *of_b), strict=True):
                x -= rate * d
    return loss, accuracy, first, speeds(W, B, X, Y)


def _forward(W: list[Floats], B: list[Floats], X: Floats) -> list[Floats]:
    """a^0 … a^{L−1}, and the outputs before the softmax, of images (1 or S, m, n₀)."""
    a = [X]
    for w, b in zip(W[:-1], B[:-1], strict=True):
        a.append(expit(a[-1] @ w + b))
    return [*a, a[-1] @ W[-1] + B[-1]]


def gradients(
    W: list[Floats], B: list[Floats], X: Floats, Y: Floats
) -> tuple[list[Floats], list[Floats], list[Floats]]:
    """∂C/∂W^l, ∂C/∂b^l and δ^l of each image, C the mean cross-entropy of images X (S, m, n₀)
    with targets Y (S, m, 10)."""
    *a, logits = _forward(W, B, X)
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    delta = e / e.sum(axis=-1, keepdims=True) - Y
    of_w, of_b, deltas = [], [], []
    for l in range(len(W) - 1, -1, -1):
        m = delta.shape[1]
        of_w.append(a[l].swapaxes(1, 2) @ delta / m)
        of_b.append(delta.mean(axis=1, keepdims=True))
        deltas.append(delta)
        if l:
            delta = (delta @ W[l].swapaxes(1, 2)) * a[l] * (1.0 - a[l])
    return of_w[::-1], of_b[::-1], deltas[::-1]


def speeds(W: list[Floats], B: list[Floats], X: Floats, Y: Floats) -> Floats:
    """‖∂C/∂W^l‖ over all images: (S, L)."""
    of_w, _, _ = gradients(W, B, X[None], Y[None])
    return np.stack([norm(d, axis=(1, 2)) for d in of_w], axis=1)


def _loss(logits: Floats, Y: Floats) -> Floats:
    return np.asarray((np.logaddexp.reduce(logits, axis=-1) - (logits * Y).sum(axis=-1)).mean(axis=-1))
