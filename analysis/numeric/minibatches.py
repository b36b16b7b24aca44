"""Networks of digits trained on shuffled minibatches: the split of the images, the loop, and the rate that
is chosen.

Each training of chapters 9 to 12 goes through ``learn``. The rate, and the scale of the weights where
several are tried, is chosen on *validation* images; what is reported is the accuracy on *test* images,
which choose nothing. A seed gives every variant the same minibatches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.numeric.arguments import function, instance, positive, real_array, several, whole
from analysis.numeric.data import Dataset
from analysis.numeric.training_arguments import different_seeds, positive_rates

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

    Raises TypeError where data is no ``Dataset``, ValueError where nothing would be left to train on.
    """
    instance("data", data, Dataset)
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


@runtime_checkable
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
    fraction of the validation and of the test images classified rightly, 0 once it has.
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
    Where all networks have diverged the rest is left out. Raises TypeError where networks, parts, ``move`` or
    ``watch`` are nothing of the kind; ValueError where the rate is not positive, a seed comes twice, the
    networks are not as many as the seeds, the minibatch is larger than the training set or ``every`` does not
    divide the epochs.
    """
    instance("networks", networks, Networks)
    instance("parts", parts, Split)
    X, Y = parts.images, parts.targets
    rate, epochs, every = positive("rate", rate), whole("epochs", epochs, 0), whole("every", every)
    if epochs % every:
        raise ValueError(f"epochs must be a multiple of every = {every}, not {epochs}")
    function("move", move)
    if watch is not None:
        function("watch", watch)
    draws = shuffles(seeds, len(X), minibatch)
    sizes = {len(p) for p in networks.parameters}
    if sizes != {len(seeds)}:
        raise ValueError(f"networks must be as many as the seeds, {len(seeds)}, not {sorted(sizes)}")
    alive = np.ones(len(seeds), dtype=bool)
    kept = Learned(*(np.full((len(seeds), epochs // every + 1), lost) for lost in LOST))
    step = 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if watch is not None:
            watch(step, alive)
        for epoch in range(epochs + 1):
            if epoch % every == 0:
                for x, value, lost in zip(kept, _evaluated(networks, parts), LOST, strict=True):
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
    each; a rest is left out.

    Raises ValueError unless seeds are one or more different integers and 1 ≤ minibatch ≤ count.
    """
    orders = [np.random.default_rng([s, 1]) for s in different_seeds(seeds)]
    count = whole("count", count)
    minibatch = whole("minibatch", minibatch, 1, count)
    steps = count // minibatch

    def epoch() -> list[Integers]:
        shuffled = np.stack([rng.permutation(count)[: steps * minibatch] for rng in orders])
        return np.split(shuffled, steps, axis=1)

    return iter(epoch, None)


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


def _evaluated(networks: Networks, parts: Split) -> Learned:
    """Loss, validation accuracy and test accuracy of each network now: (S,) each."""
    logits, *others = networks.outputs(parts.images[None], parts.validation[None], parts.test[None])
    right = [
        (of.argmax(axis=-1) == labels).mean(axis=-1)
        for of, labels in zip(others, (parts.validation_labels, parts.test_labels), strict=True)
    ]
    return Learned(cross_entropy(logits, parts.targets), *right)


def over_rates(one: Callable[[float], Sequence[Floats]], rates: Sequence[float]) -> list[Floats]:
    """What ``one`` gives for each rate, each array stacked along a new axis 0, the rates.

    Raises TypeError where ``one`` is no function, ValueError unless rates are one or more positive numbers.
    """
    function("one", one)
    checked = positive_rates(rates)
    runs = [one(rate) for rate in tqdm(checked, desc="rates", leave=False, disable=None)]
    return [np.stack(x) for x in zip(*runs, strict=True)]


@runtime_checkable
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
    on the axis of epochs.

    Raises what ``chosen`` does.
    """
    final = at_best(run, at)
    return Best(
        run.rates[chosen(run, at)], float(final.mean()), float(final.std(ddof=1) / np.sqrt(len(final)))
    )


def chosen(run: Tuned, at: int = -1) -> int:
    """The place of the rate with the highest mean validation accuracy; of several the first.

    Raises TypeError where run is no such training, ValueError where its accuracies are not fractions (R, S,
    T+1) or ``at`` lies outside the axis of epochs.
    """
    instance("run", run, Tuned)
    shape = (len(run.rates), "S", "T")
    validation = real_array("validation of run", run.validation, shape, low=0.0, high=1.0)
    real_array("accuracy of run", run.accuracy, validation.shape, low=0.0, high=1.0)
    epochs = validation.shape[2]
    at = whole("at", at, -epochs, epochs - 1)
    return int(validation[:, :, at].mean(axis=1).argmax())


def at_best(run: Tuned, at: int = -1) -> Floats:
    """Test accuracy of each seed at the chosen rate (S,); raises what ``chosen`` does."""
    place = chosen(run, at)
    return run.accuracy[place, :, at]


Run = TypeVar("Run", bound=Tuned)


def best_run(runs: Sequence[Run], at: int = -1) -> Run:
    """Of several trainings, scales of the weights say, the one with the highest mean validation accuracy at
    its chosen rate.

    Raises TypeError where runs are no list, ValueError where it is empty, and what ``chosen`` does of each.
    """
    several("runs", runs, of="trainings")
    if not runs:
        raise ValueError("runs must be one or more trainings, not none")
    return max(runs, key=lambda run: float(run.validation[chosen(run, at), :, at].mean()))
