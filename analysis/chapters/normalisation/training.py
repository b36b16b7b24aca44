"""Does batch normalisation help a network of digits to learn? The same networks with and without it,
over many rates.

x^0 = X W_in; layer l makes y = σ(γ N(x) + β) and x ← y W, and the last W leads to ten outputs with a softmax
and its cross-entropy. N is nothing ("none", γ stays 1), "batch" or "layer" normalisation with ε = 10⁻⁵;
"residual" is batch normalisation with x ← x + y W.
Plain stochastic gradient descent on minibatches, no momentum and no decay.

Weights are drawn from N(0, s²/n_in), times √2 for ReLU; γ = 1 and β = 0. A seed gives every variant the same
weights and the same minibatches. For the evaluation, mean and variance are those of the whole training set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.numeric import normalisation
from analysis.numeric.compiled import compiled
from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, whole
from analysis.symbolic.catalogue import activation as named_activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
NORMALISERS = ("none", "batch", "layer", "residual")
EPS = 1e-5
TEST_IMAGES = 397
SPLIT_SEED = 11


@dataclass(frozen=True, eq=False)
class BatchNormTraining:
    """R rates on axis 0, S seeds on axis 1; epochs 0 … T on axis 2 where there is one.

    loss: cross-entropy of the training images, NaN once a network has diverged; accuracy: the fraction of the
    test images classified rightly (R, S, T+1). start_speeds, first_speeds, end_speeds: ‖∂C/∂W^l‖ of the D+1
    matrices before training, after the first step, and at the end, on the first minibatch (R, S, D+1).
    growth: ‖W^l_T‖/‖W^l_0‖ (R, S, D+1).
    """

    activation: str
    normaliser: str
    depth: int
    scale: float
    width: int
    epochs: int
    minibatch: int
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    digest: str
    loss: Floats
    accuracy: Floats
    start_speeds: Floats
    first_speeds: Floats
    end_speeds: Floats
    growth: Floats

    def best(self) -> tuple[float, float, float]:
        """The rate with the highest mean accuracy at the end, that mean,
        and its standard error over the seeds."""
        final = self.accuracy[..., -1]
        r = int(final.mean(axis=1).argmax())
        return self.rates[r], float(final[r].mean()), float(final[r].std(ddof=1) / np.sqrt(final.shape[1]))

    def working_rates(self, least: float = 0.9) -> int:
        """How many of the rates bring every seed to that accuracy."""
        return int((self.accuracy[..., -1].min(axis=1) >= least).sum())


class Parameters(NamedTuple):
    """W^l (S, n_in, n_out), D + 1 of them; γ^l and β^l (S, 1, n), D of each."""

    weights: list[Floats]
    gains: list[Floats]
    shifts: list[Floats]


class _Network(NamedTuple):
    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    normaliser: str

    @property
    def kind(self) -> str:
        return "batch" if self.normaliser == "residual" else self.normaliser


def split(data: Dataset) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Training images and targets, test images and labels: the same 397 test images for every network."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(data.labels))
    test, train = order[:TEST_IMAGES], order[TEST_IMAGES:]
    return data.images[train], data.targets[train], data.images[test], data.labels[test]


@one_thread()
def batch_norm_training(
    data: Dataset,
    *,
    activation: str,
    normaliser: str,
    depth: int,
    rates: Sequence[float],
    seeds: Iterable[int],
    scale: float = 1.0,
    width: int = 50,
    epochs: int = 15,
    minibatch: int = 64,
) -> BatchNormTraining:
    """Train one network for each rate and seed; all seeds of a rate at once.

    Raises ValueError on unknown names or numbers out of range.
    """
    if normaliser not in NORMALISERS:
        raise ValueError(f"normaliser must be one of {', '.join(NORMALISERS)}, not {normaliser!r}")
    of = named_activation(activation, "activation")
    network = _Network(compiled(of.value, z), compiled(of.slope, z), normaliser)
    depth, width, epochs = whole("depth", depth, 1), whole("width", width, 2), whole("epochs", epochs, 0)
    minibatch, seeds = whole("minibatch", minibatch, 2), different_seeds(seeds)
    rates = tuple(positive("each of rates", r) for r in rates)
    gain = positive("scale", scale) * (np.sqrt(2.0) if activation == "relu" else 1.0)
    parts = split(data)
    if minibatch > len(parts[0]):
        raise ValueError(f"minibatch must be at most {len(parts[0])}, not {minibatch}")
    runs = [
        _descend(
            network,
            _drawn(seeds, parts[0].shape[1], width, depth, gain),
            parts,
            seeds,
            rate,
            epochs,
            minibatch,
        )
        for rate in tqdm(rates, desc="rates", leave=False, disable=None)
    ]
    stacked = (np.stack(x) for x in zip(*runs, strict=True))
    return BatchNormTraining(
        activation,
        normaliser,
        depth,
        float(scale),
        width,
        epochs,
        minibatch,
        rates,
        seeds,
        data.digest,
        *stacked,
    )


def starting_slopes(
    data: Dataset, *, activation: str, depth: int, seeds: Iterable[int], scale: float = 1.0, width: int = 50
) -> Floats:
    """σ′(z) of each hidden layer before training, without normalisation:
    mean over seeds, training images and neurons (depth,).

    Raises ValueError on unknown names or numbers out of range.
    """
    of = named_activation(activation)
    depth, width, seeds = whole("depth", depth, 1), whole("width", width, 2), different_seeds(seeds)
    gain = positive("scale", scale) * (np.sqrt(2.0) if activation == "relu" else 1.0)
    X, *_ = split(data)
    network = _Network(compiled(of.value, z), compiled(of.slope, z), "none")
    _, layers = _forward(network, _drawn(seeds, X.shape[1], width, depth, gain), X[None])
    return np.array([float(np.mean(network.slope(inside))) for inside, _, _ in layers])


def _drawn(seeds: Sequence[int], pixels: int, width: int, depth: int, gain: float) -> Parameters:
    sizes = [pixels, *(width,) * depth, CLASSES]
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    each = [
        [rng.standard_normal(p) * gain / np.sqrt(p[0]) for p in pairs]
        for rng in map(np.random.default_rng, seeds)
    ]
    weights = [np.stack(w) for w in zip(*each, strict=True)]
    flat = (len(seeds), 1, width)
    return Parameters(weights, [np.ones(flat) for _ in range(depth)], [np.zeros(flat) for _ in range(depth)])


def _descend(
    network: _Network,
    p: Parameters,
    parts: tuple[Floats, Floats, Floats, NDArray[np.int64]],
    seeds: Sequence[int],
    rate: float,
    epochs: int,
    minibatch: int,
) -> tuple[Floats, ...]:
    X, Y, X_test, labels = parts
    stack, steps = len(seeds), len(X) // minibatch
    orders = [np.random.default_rng([s, 1]) for s in seeds]
    first = np.stack([np.random.default_rng([s, 1]).permutation(len(X))[:minibatch] for s in seeds])
    start = [norm(w, axis=(1, 2)) for w in p.weights]
    alive = np.ones(stack, dtype=bool)
    loss, accuracy = np.full((stack, epochs + 1), np.nan), np.zeros((stack, epochs + 1))

    def speeds() -> Floats:
        of_w = _gradients(network, p, X[first], Y[first]).weights
        return np.stack([norm(d, axis=(1, 2)) for d in of_w], axis=1)

    before, after_one = speeds(), np.zeros(())
    for epoch in range(epochs + 1):
        loss[:, epoch], accuracy[:, epoch] = _evaluate(network, p, X, Y, X_test, labels)
        loss[~alive, epoch] = np.nan
        if epoch == epochs:
            break
        batches = np.stack(
            [rng.permutation(len(X))[: steps * minibatch].reshape(steps, minibatch) for rng in orders]
        )
        for step in range(steps):
            taken = batches[:, step]
            step_of = _gradients(network, p, X[taken], Y[taken])
            for of, by in zip(
                (*p.weights, *p.gains, *p.shifts),
                (*step_of.weights, *step_of.gains, *step_of.shifts),
                strict=True,
            ):
                of -= rate * by
            _bury(p, alive)
            if epoch == step == 0:
                after_one = speeds()
    growth = [norm(w, axis=(1, 2)) / s for w, s in zip(p.weights, start, strict=True)]
    return loss, accuracy, before, after_one if epochs else before, speeds(), np.stack(growth, axis=1)


def _bury(p: Parameters, alive: NDArray[np.bool_]) -> None:
    """A network whose parameters are no longer finite, or above 10⁶, has diverged:
    set it to 0 and mark it."""
    for s in np.flatnonzero(alive):
        of = [x[s] for x in (*p.weights, *p.gains, *p.shifts)]
        if not all(np.abs(x).max() < 1e6 for x in of):
            alive[s] = False
            for x in of:
                x[...] = 0.0


def _forward(
    network: _Network, p: Parameters, X: Floats, statistics: list[normalisation.Normalised] | None = None
) -> tuple[Floats, list[tuple[Floats, Floats, normalisation.Normalised | None]]]:
    """The outputs before the softmax, and of each layer its pre-activation, activation and normalisation.

    With ``statistics`` the means and variances of batch normalisation are those.
    """
    h = X @ p.weights[0]
    layers = []
    for l, (gain, shift) in enumerate(zip(p.gains, p.shifts, strict=True)):
        made = None
        if network.kind == "none":
            inside = h + shift
        elif statistics is not None and network.kind == "batch":
            seen = statistics[l]
            inside = gain * (h - seen.mean) / np.sqrt(seen.variance + EPS) + shift
        else:
            made = normalisation.forward(h, gain, shift, EPS, network.kind)
            inside = made.y
        y = np.asarray(network.value(inside))
        layers.append((inside, y, made))
        last = l == len(p.gains) - 1
        h = y @ p.weights[l + 1] + (h if network.normaliser == "residual" and not last else 0.0)
    return h, layers


def _gradients(network: _Network, p: Parameters, X: Floats, Y: Floats) -> Parameters:
    """∂C/∂W, ∂C/∂γ, ∂C/∂β for minibatches X (S, m, n₀) with targets Y (S, m, 10),
    C their mean cross-entropy."""
    logits, layers = _forward(network, p, X)
    delta = (_softmax(logits) - Y) / X.shape[1]
    weights, gains, shifts = [], [], []
    for l in range(len(layers) - 1, -1, -1):
        inside, y, made = layers[l]
        weights.append(y.swapaxes(1, 2) @ delta)
        of_inside = (delta @ p.weights[l + 1].swapaxes(1, 2)) * network.slope(inside)
        around = delta if network.normaliser == "residual" and l < len(layers) - 1 else 0.0
        if made is None:
            gains.append(np.zeros_like(p.gains[l]))
            shifts.append(of_inside.sum(axis=1, keepdims=True))
            delta = of_inside + around
        else:
            back = normalisation.gradients(of_inside, made, p.gains[l], EPS, network.kind)
            gains.append(back.gain[:, None])
            shifts.append(back.shift[:, None])
            delta = back.x + around
    weights.append(X.swapaxes(1, 2) @ delta)
    return Parameters(weights[::-1], gains[::-1], shifts[::-1])


def _evaluate(
    network: _Network, p: Parameters, X: Floats, Y: Floats, X_test: Floats, labels: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Mean cross-entropy of the training images and accuracy on the test images: (S,) each."""
    logits, layers = _forward(network, p, X[None])
    logits = logits - logits.max(axis=-1, keepdims=True)
    loss = (np.log(np.exp(logits).sum(axis=-1)) - (logits * Y).sum(axis=-1)).mean(axis=-1)
    seen = [made for _, _, made in layers if made is not None] or None
    outputs, _ = _forward(network, p, X_test[None], seen)
    return loss, np.asarray((outputs.argmax(axis=-1) == labels).mean(axis=-1))


def _softmax(logits: Floats) -> Floats:
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))
