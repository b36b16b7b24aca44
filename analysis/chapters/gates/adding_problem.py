"""Which cell learns to add two numbers that lie far apart in a sequence,
and which reads a digit pixel by pixel?

The adding problem (Hochreiter and Schmidhuber 1997, experiment 4, in the form that became usual later): T
steps, two inputs each, a number uniform on (0, 1) and a mark. One number of the first half is marked and one
of the second; after the last step the network names their sum.
Who always answers 1 has a mean squared error of 1/6.

The digits: one pixel of 64 a step, row by row; after the last step a softmax names the digit.

All cells train alike: Adam (Kingma and Ba 2015, algorithm 1, which is PyTorch's), gradients clipped to a
global norm of 1, several learning rates. A seed gives every cell and every rate the same sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import trange

from analysis.numeric.arguments import generator
from analysis.numeric.clipping import stack_norm
from analysis.numeric.data import Dataset
from analysis.numeric.recurrent import Weights, backward, forward, uniform_weights
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive_rates, whole

Floats = NDArray[np.float64]
TEST_SEQUENCES = VALIDATION_SEQUENCES = 500
TEST_IMAGES, VALIDATION_IMAGES = 397, 200
SPLIT_SEED = 13
CLIP = 1.0
EPSILON = 1e-8


class Variant(NamedTuple):
    """The cell, what its recurrent weights start as, the forget gate's first bias, and how many times as
    many units it has.

    ``kind`` and ``start`` are those of ``numeric.recurrent``: "rnn" is the plain cell with tanh,
    "rnn-relu" that with ReLU. A forget bias of None is b_f = log U(1, T − 1) together with b_i = −b_f for
    the input gate (Tallec and Ollivier 2018); otherwise b_i = 0.
    """

    kind: str
    start: str = "uniform"
    forget_bias: float | None = 0.0
    wider: int = 1


VARIANTS = {
    "rnn": Variant("rnn"),
    "rnn-wide": Variant("rnn", wider=2),
    "rnn-identity": Variant("rnn", "identity"),
    "rnn-orthogonal": Variant("rnn", "orthogonal"),
    "relu": Variant("rnn-relu"),
    "relu-orthogonal": Variant("rnn-relu", "orthogonal"),
    "relu-identity": Variant("rnn-relu", "identity"),
    "gru": Variant("gru"),
    "lstm-0": Variant("lstm", forget_bias=0.0),
    "lstm-1": Variant("lstm", forget_bias=1.0),
    "lstm-long": Variant("lstm", forget_bias=None),
}
"""``relu-identity`` is the ungated cell of Le, Jaitly and Hinton (2015)."""


@dataclass(frozen=True, eq=False)
class SequenceTraining:
    """R rates on axis 0, S seeds on axis 1, checkpoints on axis 2, the first before training.

    score: mean squared error on the test sequences ("adding"), or the fraction of the test images named
    rightly ("digits"); NaN
    once a network has diverged. validation: the same at the end, on sequences that are neither trained on
    nor tested (R, S).
    speeds: ‖∂C/∂h_t‖, root mean square over sequences, for t = 1 … T before training and at the end, of the
    networks at each rate
    (R, S, 2, T).
    """

    task: str
    variant: str
    length: int
    units: int
    minibatch: int
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    updates: tuple[int, ...]
    digest: str
    score: Floats
    validation: Floats
    speeds: Floats

    def place(self) -> int:
        """The place of the rate whose mean validation score is best; a rate at which some network diverged
        is not."""
        mean = self.validation.mean(axis=1)
        return int(np.nanargmin(mean) if self.task == "adding" else np.nanargmax(mean))

    def best(self) -> tuple[float, float, float]:
        """The rate chosen on the validation sequences, the mean test score at the end there, and its
        standard error over the seeds."""
        final = self.score[self.place(), :, -1]
        return self.rates[self.place()], float(final.mean()), float(final.std(ddof=1) / np.sqrt(len(final)))

    def at_best(self) -> Floats:
        """The test scores of all seeds and checkpoints at the rate that ``best`` chooses (S, checkpoints)."""
        return np.asarray(self.score[self.place()])

    def solved(self, below: float = 0.01) -> int:
        """How many seeds end with a mean squared error under ``below`` at the rate that ``best`` chooses."""
        return int((self.at_best()[:, -1] < below).sum())

    def working_rates(self, seeds: int, below: float = 0.01) -> int:
        """At how many of the rates at least so many seeds end with a mean squared error under ``below``."""
        return int(((self.score[..., -1] < below).sum(axis=1) >= whole("seeds", seeds, 1)).sum())


def sequences(length: int, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """(T, count, 2) numbers and marks, and the sums (count, 1).
    Raises ValueError for fewer than two steps or no sequence."""
    length, count, rng = whole("length", length, 2), whole("count", count, 1), generator("rng", rng)
    xs, half, each = np.zeros((length, count, 2)), length // 2, np.arange(count)
    xs[..., 0] = rng.random((length, count))
    places = rng.integers(0, half, count), rng.integers(half, length, count)
    for at in places:
        xs[at, each, 1] = 1.0
    first, second = (xs[at, each, 0] for at in places)
    return xs, (first + second)[:, None]


class _Task(NamedTuple):
    """Draws a minibatch for a generator; the test and the validation sequences; the error of outputs, (N, B,
    k); how they are scored."""

    draw: Callable[[np.random.Generator], tuple[Floats, Floats]]
    test: tuple[Floats, Floats]
    validation: tuple[Floats, Floats]
    errors: Callable[[Floats, Floats], Floats]
    score: Callable[[Floats, Floats], Floats]


def _adding(length: int, minibatch: int) -> _Task:
    return _Task(
        lambda rng: sequences(length, minibatch, rng),
        sequences(length, TEST_SEQUENCES, np.random.default_rng([SPLIT_SEED, length])),
        sequences(length, VALIDATION_SEQUENCES, np.random.default_rng([SPLIT_SEED, length, 1])),
        lambda y, target: 2.0 * (y - target) / minibatch,
        lambda y, target: ((y - target) ** 2).mean(axis=(1, 2)),
    )


def _digits(data: Dataset, minibatch: int) -> _Task:
    order = np.random.default_rng(SPLIT_SEED).permutation(len(data.labels))
    test, validation, train = np.split(order, [TEST_IMAGES, TEST_IMAGES + VALIDATION_IMAGES])
    if not 1 <= minibatch <= len(train):
        raise ValueError(f"minibatch must be from 1 to {len(train)}, not {minibatch}")

    def pixels(of: NDArray[np.int64]) -> tuple[Floats, Floats]:
        return data.images[of].T[:, :, None], data.targets[of]

    def errors(y: Floats, target: Floats) -> Floats:
        e = np.exp(y - y.max(axis=-1, keepdims=True))
        return np.asarray((e / e.sum(axis=-1, keepdims=True) - target) / minibatch)

    return _Task(
        lambda rng: pixels(rng.choice(train, minibatch, replace=False)),
        pixels(test),
        pixels(validation),
        errors,
        lambda y, target: (y.argmax(axis=-1) == target.argmax(axis=-1)).mean(axis=-1),
    )


@one_thread()
def sequence_training(
    variant: str,
    *,
    length: int = 0,
    data: Dataset | None = None,
    rates: Sequence[float],
    seeds: Iterable[int],
    updates: int,
    checkpoints: int = 20,
    units: int = 24,
    minibatch: int = 32,
) -> SequenceTraining:
    """Train one network for each rate and seed, all at once:
    on the adding problem of this length, or on the images of ``data``.

    Raises ValueError on unknown names or numbers out of range.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}")
    units, minibatch = whole("units", units, 1) * VARIANTS[variant].wider, whole("minibatch", minibatch, 1)
    updates, checkpoints = whole("updates", updates, 0), whole("checkpoints", checkpoints, 1)
    rates, seeds = positive_rates(rates), different_seeds(seeds)
    task = _adding(length, minibatch) if data is None else _digits(data, minibatch)
    T = len(task.test[0])
    p = _drawn(VARIANTS[variant], T, task, units, seeds, len(rates))
    step = _Adam(p, np.repeat(rates, len(seeds)))
    rngs = [np.random.default_rng([s, 1]) for s in seeds]
    kept = tuple(sorted({round(updates * k / checkpoints) for k in range(checkpoints + 1)}))
    score, speeds = np.empty((len(step.eta), len(kept))), np.empty((len(step.eta), 2, T))
    kind = VARIANTS[variant].kind
    with np.errstate(over="ignore", invalid="ignore"):
        for update in trange(updates + 1, desc=variant, leave=False, disable=None):
            if update in kept:
                score[:, kept.index(update)] = _scored(kind, p, task, task.test)
            drawn = [task.draw(rng) for rng in rngs]
            xs, target = (np.stack([d[k] for d in drawn], axis=axis) for k, axis in ((0, 1), (1, 0)))
            xs = np.tile(xs, (1, len(rates), 1, 1))
            down, dh = _gradients(kind, p, task, xs, np.tile(target, (len(rates), 1, 1)))
            if update in (0, updates):
                lengths = np.sqrt((dh[1:] ** 2).sum(axis=-1).mean(axis=-1)).T * minibatch
                speeds[:, 0 if update == 0 else 1] = lengths
                if updates == 0:
                    speeds[:, 1] = lengths
            if update < updates:
                step(p, down)
        validation = _scored(kind, p, task, task.validation)
    return SequenceTraining(
        "adding" if data is None else "digits",
        variant,
        T,
        units,
        minibatch,
        rates,
        seeds,
        kept,
        "" if data is None else data.digest,
        score.reshape(len(rates), len(seeds), -1),
        validation.reshape(len(rates), -1),
        speeds.reshape(len(rates), len(seeds), 2, T),
    )


def _drawn(of: Variant, T: int, task: _Task, n: int, seeds: Sequence[int], times: int) -> list[Floats]:
    """W, U, b, V, a of all seeds, ``times`` over in the order of the rates; outputs are h_T V + a."""
    rngs = [np.random.default_rng(s) for s in seeds]
    if of.forget_bias is None:
        forget = np.stack([np.log(rng.uniform(1.0, max(T - 1.0, 1.0 + 1e-9), (1, n))) for rng in rngs])
    else:
        forget = np.full((len(rngs), 1, n), of.forget_bias)
    W, U, b = uniform_weights(of.kind, task.test[0].shape[-1], n, rngs, forget, of.start)
    if of.forget_bias is None:
        b[..., :n] = -b[..., n : 2 * n]
    k = task.test[1].shape[-1]
    V = np.stack([rng.uniform(-1.0, 1.0, (n, k)) / np.sqrt(n) for rng in rngs])
    return [np.tile(x, (times, 1, 1)) for x in (W, U, b, V, np.zeros((len(rngs), 1, k)))]


def _gradients(
    kind: str, p: list[Floats], task: _Task, xs: Floats, target: Floats
) -> tuple[list[Floats], Floats]:
    """The gradients in W, U, b, V, a, and ∂C/∂h_t."""
    weights, V, a = Weights(*p[:3]), p[3], p[4]
    trace = forward(kind, weights, xs, diverging=True)
    delta = task.errors(trace.h[-1] @ V + a, target)
    found = backward(weights, trace, delta @ V.swapaxes(1, 2), diverging=True)
    readout = [trace.h[-1].swapaxes(1, 2) @ delta, delta.sum(axis=1, keepdims=True)]
    return [*found.weights, *readout], found.h


def _scored(kind: str, p: list[Floats], task: _Task, on: tuple[Floats, Floats]) -> Floats:
    """The score of each network on these sequences, NaN where it has diverged (N,)."""
    xs, target = on
    found = []
    for one in zip(*p, strict=True):
        W, U, b, V, a = (x[None] for x in one)
        y = forward(kind, Weights(W, U, b), xs[:, None], diverging=True).h[-1] @ V + a
        found.append(float(task.score(y, target[None])[0]) if np.isfinite(y).all() else np.nan)
    return np.array(found)


class _Adam:
    """Adam with β = (0.9, 0.999), after clipping each network's gradient to the global norm ``CLIP``.

    ε is added after the bias correction, m̂/(√v̂ + ε): algorithm 1 of Kingma and Ba (2015), and PyTorch.
    The formula at the end of their section 2, and Keras, add it before: in step t that acts like an ε
    that is larger by 1/√(1 − 0.999^t), 32 times at first.
    """

    def __init__(self, p: list[Floats], eta: Floats) -> None:
        self.eta, self.count = eta, 0
        self.first, self.second = ([np.zeros_like(x) for x in p] for _ in range(2))

    def __call__(self, p: list[Floats], down: list[Floats]) -> None:
        self.count += 1
        total = stack_norm(down, diverging=True)
        share = np.minimum(1.0, CLIP / np.maximum(total, 1e-300))[:, None, None]
        root = np.sqrt(1.0 - 0.999**self.count)
        size = self.eta[:, None, None] * root / (1.0 - 0.9**self.count)
        for x, d, m, v in zip(p, down, self.first, self.second, strict=True):
            d = share * d
            m += 0.1 * (d - m)
            v += 0.001 * (d**2 - v)
            x -= size * m / (np.sqrt(v) + root * EPSILON)
