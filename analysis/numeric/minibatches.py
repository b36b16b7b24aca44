"""Networks of digits trained on shuffled minibatches: the split of the images, the loop, and the rate that
is chosen.

Each training of chapters 9 to 12 goes through ``learn``. The rate, and the scale of the weights where
several are tried, is chosen
on *validation* images; what is reported is the accuracy on *test* images, which choose nothing. A seed gives
every variant the
same minibatches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.numeric.data import Dataset

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
TEST_IMAGES, VALIDATION_IMAGES = 397, 300
SPLIT_SEED = 11
LARGEST = 1e6
"""A network with a larger parameter has diverged."""


class Split(NamedTuple):
    """images (m, n) and targets (m, 10) to train on; images and labels to choose a rate with, and to test
    with."""

    images: Floats
    targets: Floats
    validation: Floats
    validation_labels: Integers
    test: Floats
    test_labels: Integers


def split(data: Dataset) -> Split:
    """397 test images, 300 for validation, and all others to train on, the same for every network.

    Raises ValueError where nothing would be left to train on.
    """
    held = TEST_IMAGES + VALIDATION_IMAGES
    if len(data.labels) <= held:
        raise ValueError(f"data must have more than {held} images, not {len(data.labels)}")
    order = np.random.default_rng(SPLIT_SEED).permutation(len(data.labels))
    test, validation, train = order[:TEST_IMAGES], order[TEST_IMAGES:held], order[held:]
    return Split(
        data.images[train], data.targets[train],
        data.images[validation], data.labels[validation],
        data.images[test], data.labels[test],
    )  # fmt: skip


class Networks(Protocol):
    """S networks of one shape, trained at once."""

    @property
    def parameters(self) -> list[Floats]:
        """All that is trained, each (S, …); ``learn`` changes these arrays in place."""

    def gradients(self, X: Floats, Y: Floats) -> list[Floats]:
        """∂C/∂p of each of the parameters, C the mean cross-entropy of images X (S, m, n) with targets Y (S,
        m, 10)."""

    def outputs(self, X: Floats, *others: Floats) -> list[Floats]:
        """What the softmax is given, (S, m, 10), for X (1, m, n) and for each of the others; statistics are
        those of X."""


class Learned(NamedTuple):
    """S networks on axis 0; the epochs 0, every, 2 every … T on axis 1.

    loss: cross-entropy of the training images, NaN once a network has diverged; validation, accuracy: the
    fraction of the
    validation and of the test images classified rightly, 0 once it has.
    """

    loss: Floats
    validation: Floats
    accuracy: Floats


LOST = (np.nan, 0.0, 0.0)
"""What is kept, of these three, of a network that has diverged."""
Move = Callable[[list[Floats], list[Floats], float], None]


def descend(parameters: list[Floats], down: list[Floats], rate: float) -> None:
    """p ← p − η ∂C/∂p."""
    for p, d in zip(parameters, down, strict=True):
        p -= rate * d


def learn(
    networks: Networks,
    parts: Split,
    *,
    rate: float,
    seeds: Sequence[int],
    epochs: int,
    minibatch: int,
    every: int = 1,
    move: Move = descend,
    watch: Callable[[int, NDArray[np.bool_]], None] | None = None,
) -> Learned:
    """Train S networks with one rate; ``move`` makes a step of the gradients, by default plain descent.

    ``watch`` is called with the number of steps made so far and which networks are alive: before the first
    step and after each.
    Where all networks have diverged the rest is left out. Raises ValueError where the minibatch is larger
    than the training set or ``every`` does not divide the epochs.
    """
    X, Y = parts.images, parts.targets
    if not 1 <= minibatch <= len(X):
        raise ValueError(f"minibatch must be at most {len(X)}, not {minibatch}")
    if every < 1 or epochs % every:
        raise ValueError(f"epochs must be a multiple of every = {every}, not {epochs}")
    alive = np.ones(len(seeds), dtype=bool)
    draws = shuffles(seeds, len(X), minibatch)
    kept = Learned(*(np.full((len(seeds), epochs // every + 1), lost) for lost in LOST))
    step = 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if watch is not None:
            watch(step, alive)
        for epoch in range(epochs + 1):
            if epoch % every == 0:
                for x, value, lost in zip(kept, evaluated(networks, parts), LOST, strict=True):
                    x[:, epoch // every] = np.where(alive, value, lost)
            if epoch == epochs:
                break
            for taken in next(draws):
                move(networks.parameters, networks.gradients(X[taken], Y[taken]), rate)
                bury(networks.parameters, alive)
                step += 1
                if watch is not None:
                    watch(step, alive)
                if not alive.any():
                    return kept
    return kept


def shuffles(seeds: Sequence[int], count: int, minibatch: int) -> Iterator[list[Integers]]:
    """Epoch after epoch, its minibatches: of ``count`` images the places of those taken, (S, minibatch)
    each; a rest is left out."""
    orders = [np.random.default_rng([s, 1]) for s in seeds]
    steps = count // minibatch
    while True:
        shuffled = np.stack([rng.permutation(count)[: steps * minibatch] for rng in orders])
        yield np.split(shuffled, steps, axis=1)


def bury(parameters: Sequence[Floats], alive: NDArray[np.bool_]) -> None:
    """A network with a parameter that is not finite, or above 10⁶, has diverged: set it to 0 and mark it."""
    fine = np.ones(len(alive), dtype=bool)
    for p in parameters:
        fine &= np.abs(p).max(axis=tuple(range(1, p.ndim))) < LARGEST
    if not fine.all():
        alive &= fine
        for p in parameters:
            p[~fine] = 0.0


def softmax_error(logits: Floats, Y: Floats) -> Floats:
    """softmax(logits) − Y, the gradient of the cross-entropy of each image in its logits: shape of both."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True) - Y)


def cross_entropy(logits: Floats, Y: Floats) -> Floats:
    """The mean over the images of −∑ Y log softmax(logits): (…, m, 10) → (…)."""
    return np.asarray((np.logaddexp.reduce(logits, axis=-1) - (logits * Y).sum(axis=-1)).mean(axis=-1))


def evaluated(networks: Networks, parts: Split) -> Learned:
    """Loss, validation accuracy and test accuracy of each network now: (S,) each."""
    logits, *others = networks.outputs(parts.images[None], parts.validation[None], parts.test[None])
    right = [
        (of.argmax(axis=-1) == labels).mean(axis=-1)
        for of, labels in zip(others, (parts.validation_labels, parts.test_labels), strict=True)
    ]
    return Learned(cross_entropy(logits, parts.targets), *right)


def over_rates(one: Callable[[float], Sequence[Floats]], rates: Sequence[float]) -> list[Floats]:
    """What ``one`` gives for each rate, each array stacked along a new axis 0, the rates."""
    runs = [one(rate) for rate in tqdm(rates, desc="rates", leave=False, disable=None)]
    return [np.stack(x) for x in zip(*runs, strict=True)]


class Tuned(Protocol):
    """A recorded training: R rates, S seeds; validation and accuracy (R, S, T+1)."""

    @property
    def rates(self) -> tuple[float, ...]: ...
    @property
    def validation(self) -> Floats: ...
    @property
    def accuracy(self) -> Floats: ...


class Best(NamedTuple):
    """The chosen rate, the mean test accuracy there, and its standard error over the seeds."""

    rate: float
    accuracy: float
    error: float


def best(run: Tuned, at: int = -1) -> Best:
    """The rate with the highest mean *validation* accuracy, and the *test* accuracy there; ``at`` is a place
    on the axis of epochs."""
    final = at_best(run, at)
    return Best(
        run.rates[chosen(run, at)], float(final.mean()), float(final.std(ddof=1) / np.sqrt(len(final)))
    )


def chosen(run: Tuned, at: int = -1) -> int:
    """The place of the rate with the highest mean validation accuracy; of several the first."""
    return int(run.validation[:, :, at].mean(axis=1).argmax())


def at_best(run: Tuned, at: int = -1) -> Floats:
    """Test accuracy of each seed at the chosen rate (S,)."""
    return run.accuracy[chosen(run, at), :, at]


Run = TypeVar("Run", bound=Tuned)


def best_run(runs: Sequence[Run], at: int = -1) -> Run:
    """Of several trainings, scales of the weights say, the one with the highest mean validation accuracy at
    its chosen rate."""
    return max(runs, key=lambda run: float(run.validation[chosen(run, at), :, at].mean()))
