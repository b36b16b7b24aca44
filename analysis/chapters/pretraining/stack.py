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

"gaussian 0.5", "gaussian 0.7" and "gaussian 1.4" are N(0, s²) with another s: other scales for the random
weights, tried with few labels only. The machines see the training images alone, never those for validation
or the test.

The biases that are not pretrained are 0, and the output layer is Xavier's throughout, the same for each seed.
Then plain stochastic gradient descent on minibatches, the same for all.
A seed gives each variant the same minibatches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analysis.numeric.arguments import one_of
from analysis.numeric.data import Dataset
from analysis.numeric.minibatches import (
    at_best,
    chosen,
    learn,
    over_rates,
    softmax_error,
    split,
)
from analysis.numeric.norms import norm, rms
from analysis.numeric.optional import of_book
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive_rates, whole

Floats = NDArray[np.float64]
STARTS = ("pretrained", "shuffled", "rbm start", "xavier", "gaussian")
SCALES = {
    "gaussian 0.5": 0.5,
    "gaussian 0.7": 0.7,
    "gaussian": 1.0,
    "gaussian 1.4": 1.4,
}
"""The starts with weights N(0, s²), and their s."""
KNOWN = tuple(dict.fromkeys((*STARTS, *SCALES)))
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

    loss (of the labelled training images), validation, accuracy: as in
    ``analysis.numeric.minibatches.Learned``. start_speeds, end_speeds:
    ‖∂C/∂W^l‖ over the labelled images (R, S, L). deltas: the root mean square of δ^l, before training (S,
    L). spread: the
    standard deviation of each layer's activations over the images, averaged over its neurons, before
    training (S, L−1).
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
    validation: Floats
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
        """The place of the rate chosen on the validation images after that epoch."""
        return chosen(self, self.at(epoch))

    def after(self, epoch: int) -> Floats:
        """Test accuracy of each seed after that epoch, at the rate that is chosen there."""
        return at_best(self, self.at(epoch))

    def loss_after(self, epoch: int) -> Floats:
        """Training loss of each seed after that epoch, at the rate that is chosen there."""
        return self.loss[self.best(epoch), :, self.at(epoch)]

    def epochs_to(self, level: float) -> Floats:
        """The first epoch at which each seed reaches a level of test accuracy (S,), else inf.

        At the rate where the mean of the first epochs at which the validation accuracy is there is least.
        """
        seen, found = (self._first(x >= level) for x in (self.validation, self.accuracy))
        return np.asarray(found[int(seen.mean(axis=1).argmin())])

    def _first(self, there: NDArray[np.bool_]) -> Floats:
        return np.where(there.any(axis=2), self.every * there.argmax(axis=2).astype(float), np.inf)


class Stack(NamedTuple):
    """W^l (S, n_in, n_out) and b^l (S, 1, n_out) of S networks."""

    weights: list[Floats]
    biases: list[Floats]

    @property
    def parameters(self) -> list[Floats]:
        return [*self.weights, *self.biases]

    def gradients(self, X: Floats, Y: Floats) -> list[Floats]:
        of_w, of_b, _ = gradients(self.weights, self.biases, X, Y)
        return [*of_w, *of_b]

    def outputs(self, X: Floats, *others: Floats) -> list[Floats]:
        return [_forward(self.weights, self.biases, x)[-1] for x in (X, *others)]


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
    labelled: int = 1100,
    epochs: int = 100,
    every: int = 1,
    minibatch: int = 10,
    rbm_epochs: int = RBM_EPOCHS,
) -> Finetuning:
    """Fine-tune one network for each rate and seed; the machines see all 1,100 training images, the labels
    of ``labelled`` count.

    Raises ValueError on unknown names or numbers out of range.
    """
    one_of("start", start, KNOWN)
    seeds, epochs = different_seeds(seeds), whole("epochs", epochs, 0)
    every = whole("every", every, 1)
    if epochs % every:
        raise ValueError(f"epochs must be a multiple of every = {every}, not {epochs}")
    minibatch, labelled = whole("minibatch", minibatch, 1), whole("labelled", labelled, 1)
    rates = positive_rates(rates)
    parts = split(data)
    if not minibatch <= labelled <= len(parts.images):
        raise ValueError(f"labelled must be from {minibatch} to {len(parts.images)}, not {labelled}")
    weights, biases = begin(parts.images, start, seeds, rbm_epochs)
    X, Y = parts.images[:labelled], parts.targets[:labelled]
    parts = parts._replace(images=X, targets=Y)

    def one(rate: float) -> tuple[Floats, ...]:
        stack = Stack([w.copy() for w in weights], [b.copy() for b in biases])
        learned = learn(stack, parts, rate=rate, seeds=seeds, epochs=epochs, minibatch=minibatch, every=every)
        return *learned, speeds(weights, biases, X, Y), speeds(*stack, X, Y)

    loss, validation, accuracy, first, last = over_rates(one, rates)
    _, _, deltas = gradients(weights, biases, X[None], Y[None])
    spread = [a.std(axis=1).mean(axis=1) for a in _forward(weights, biases, X[None])[1:-1]]
    return Finetuning(
        start, labelled, epochs, every, minibatch, rates, seeds, data.digest,
        loss, validation, accuracy, first, last,
        np.stack([rms(d, axis=(1, 2)) for d in deltas], axis=1),
        np.stack(spread, axis=1),
        np.stack([rms(w, axis=(1, 2)) for w in weights], axis=1),
    )  # fmt: skip


def begin(
    images: Floats, start: str, seeds: Sequence[int], rbm_epochs: int = RBM_EPOCHS
) -> tuple[list[Floats], list[Floats]]:
    """W^l (S, n_in, n_out) and b^l (S, 1, n_out) of every seed before fine-tuning; raises ValueError for an
    unknown start."""
    one_of("start", start, KNOWN)
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
    return {"rbm start": RBM_START, "xavier": xavier, **SCALES}[start]


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
    delta = softmax_error(logits, Y)
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
