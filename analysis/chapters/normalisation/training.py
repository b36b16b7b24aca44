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

from analysis.numeric import normalisation
from analysis.numeric.compiled import compiled
from analysis.numeric.data import CLASSES, Dataset
from analysis.numeric.minibatches import Best, best, learn, over_rates, shuffles, softmax_error, split
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, positive_rates, whole
from analysis.symbolic.catalogue import activation as named_activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
NORMALISERS = ("none", "batch", "layer", "residual")
EPS = 1e-5


@dataclass(frozen=True, eq=False)
class BatchNormTraining:
    """R rates on axis 0, S seeds on axis 1; on axis 2, where there is one, the epochs 0, every, 2 every … T.

    loss, validation, accuracy (R, S, T/every + 1): as in ``analysis.numeric.minibatches.Learned``.
    start_speeds, first_speeds,
    end_speeds: ‖∂C/∂W^l‖ of the D+1 matrices before training, after the first step, and at the end, on the
    first minibatch
    (R, S, D+1). growth: ‖W^l_T‖/‖W^l_0‖ (R, S, D+1).
    """

    activation: str
    normaliser: str
    depth: int
    scale: float
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
    first_speeds: Floats
    end_speeds: Floats
    growth: Floats

    def best(self) -> Best:
        """The rate chosen on the validation images, the mean test accuracy there, and its standard error
        over the seeds."""
        return best(self)

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


class Stack(NamedTuple):
    """S networks with their parameters."""

    network: _Network
    p: Parameters

    @property
    def parameters(self) -> list[Floats]:
        return [*self.p.weights, *self.p.gains, *self.p.shifts]

    def gradients(self, X: Floats, Y: Floats) -> list[Floats]:
        of = _gradients(self.network, self.p, X, Y)
        return [*of.weights, *of.gains, *of.shifts]

    def outputs(self, X: Floats, *others: Floats) -> list[Floats]:
        logits, layers = _forward(self.network, self.p, X)
        seen = [made for _, _, made in layers if made is not None] or None
        return [logits, *(_forward(self.network, self.p, other, seen)[0] for other in others)]

    def speeds(self, X: Floats, Y: Floats) -> Floats:
        """‖∂C/∂W^l‖ of the D+1 matrices: (S, D+1)."""
        of = _gradients(self.network, self.p, X, Y).weights
        return np.stack([norm(d, axis=(1, 2)) for d in of], axis=1)


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
    every: int = 1,
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
    minibatch, every, seeds = (
        whole("minibatch", minibatch, 2),
        whole("every", every, 1),
        different_seeds(seeds),
    )
    rates = positive_rates(rates)
    gain = positive("scale", scale) * (np.sqrt(2.0) if activation == "relu" else 1.0)
    parts = split(data)
    X, Y = parts.images, parts.targets
    if minibatch > len(X):
        raise ValueError(f"minibatch must be at most {len(X)}, not {minibatch}")
    first = next(shuffles(seeds, len(X), minibatch))[0]

    def one(rate: float) -> tuple[Floats, ...]:
        stack = Stack(network, _drawn(seeds, X.shape[1], width, depth, gain))
        long = [norm(w, axis=(1, 2)) for w in stack.p.weights]
        speeds: list[Floats] = []

        def watch(step: int, _: NDArray[np.bool_]) -> None:
            if step < 2:
                speeds.append(stack.speeds(X[first], Y[first]))

        learned = learn(
            stack, parts, rate=rate, seeds=seeds, epochs=epochs, minibatch=minibatch, every=every, watch=watch
        )
        growth = [norm(w, axis=(1, 2)) / before for w, before in zip(stack.p.weights, long, strict=True)]
        return *learned, speeds[0], speeds[-1], stack.speeds(X[first], Y[first]), np.stack(growth, axis=1)

    loss, validation, accuracy, start, after_one, end, growth = over_rates(one, rates)
    return BatchNormTraining(
        activation,
        normaliser,
        depth,
        float(scale),
        width,
        epochs,
        every,
        minibatch,
        rates,
        seeds,
        data.digest,
        loss,
        validation,
        accuracy,
        start,
        after_one,
        end,
        growth,
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
    X = split(data).images
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
    delta = softmax_error(logits, Y) / X.shape[1]
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
