"""Does clipping lead off a plateau where every gradient has vanished? Chapter 4's network of digits, four
hidden layers.

Plain full-batch descent (η = 0.1, λ = 5, 500 epochs) leaves it where the outputs only say how often each
digit occurs. From there on ``steps`` full-batch steps without decay: plain, with momentum, or of Adam;
the gradient clipped by value, by its global norm, each layer by its own norm, or not at all. With a
threshold c far below the entries of the gradient clipping by value cuts nearly every entry to ±c, and
clipping by layer gives all layers gradients of the same length.

The network is trained on chapter 4's images, the first 1,000 digits. Of the other 797 the first 400
choose rate and threshold, and the last 397 test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import one_of
from analysis.numeric.clipping import HOW, clip_stack
from analysis.numeric.data import Dataset
from analysis.numeric.descent import descend
from analysis.numeric.initialise import initialiser
from analysis.numeric.minibatches import Best, best, bury, over_rates
from analysis.numeric.network import Network
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, positive_rates, sizes_for, whole

Floats = NDArray[np.float64]
OPTIMISERS = ("plain", "momentum", "adam")
CLIPPED = (*HOW, "layer")
IMAGES, VALIDATION_IMAGES = 1000, 400
MOMENTUM = 0.9
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's, as Kingma & Ba (2015) and PyTorch have them: ε is added after the bias correction."""


@dataclass(frozen=True, eq=False)
class ClippedPlateau:
    """R rates on axis 0, S seeds on axis 1; on axis 2 the plateau and the end.

    loss: cost of the training images, NaN for a network that diverged; training, validation, accuracy:
    the fraction of the training, validation and test images classified rightly, 0 for one that diverged
    (R, S, 2). ratio: ‖∂C/∂b‖ of the fourth hidden layer over that of the first, on the plateau, before
    clipping and after it (S, 2).
    """

    optimiser: str
    clip: str
    threshold: float
    sizes: tuple[int, ...]
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    epochs: int
    steps: int
    digest: str
    loss: Floats
    training: Floats
    validation: Floats
    accuracy: Floats
    ratio: Floats

    def best(self) -> Best:
        """The rate chosen on the validation images, the mean test accuracy there, and its standard error
        over the seeds."""
        return best(self)


def plateau(
    data: Dataset, sizes: Sequence[int], seeds: Iterable[int], epochs: int = 500
) -> tuple[Network, ...]:
    """One network a seed after so many epochs of plain descent on the first 1,000 images. Raises ValueError
    on numbers out of range."""
    shown = data.first(IMAGES)
    draw, sizes = initialiser("nielsen"), sizes_for(data, sizes)
    starts = [draw(sizes, np.random.default_rng(seed)) for seed in different_seeds(seeds)]
    _, ends = descend(
        starts, shown.images, shown.targets, epochs=whole("epochs", epochs, 0), eta=0.1, decay=5.0
    )
    return ends


@one_thread()
def clipped_plateau(
    data: Dataset,
    ends: Sequence[Network],
    *,
    rates: Sequence[float],
    seeds: Iterable[int],
    optimiser: str = "plain",
    clip: str = "none",
    threshold: float = 1e-6,
    epochs: int = 500,
    steps: int = 600,
) -> ClippedPlateau:
    """From the plateau of ``plateau(data, sizes, seeds, epochs)`` on, with each of the rates. Raises
    ValueError on unknown names or numbers out of range.
    """
    one_of("optimiser", optimiser, OPTIMISERS)
    one_of("clip", clip, CLIPPED)
    seeds, rates = different_seeds(seeds), positive_rates(rates)
    steps, threshold = whole("steps", steps, 1), positive("threshold", threshold)
    if len(seeds) != len(ends):
        raise ValueError(f"ends must be one network a seed, {len(seeds)}, not {len(ends)}")
    start = [np.stack(x) for x in zip(*((*n.weights, *n.biases) for n in ends), strict=True)]
    shown = data.first(IMAGES)
    X, Y, depth = shown.images, shown.targets, len(start) // 2
    held = (IMAGES, IMAGES + VALIDATION_IMAGES, len(data.labels))
    looked_at = [slice(0, IMAGES), *(slice(a, b) for a, b in zip(held, held[1:], strict=False))]

    def state(parameters: list[Floats], alive: NDArray[np.bool_]) -> list[Floats]:
        """Loss, training, validation and test accuracy of each network (4, S)."""
        z = _forward(parameters, data.images)[-1]
        right = z.argmax(axis=-1) == data.labels
        cost = (np.logaddexp(0.0, z[:, :IMAGES]) - z[:, :IMAGES] * Y).sum(axis=-1).mean(axis=-1)
        shares = [right[:, part].mean(axis=-1) for part in looked_at]
        return [np.where(alive, cost, np.nan), *(np.where(alive, share, 0.0) for share in shares)]

    def one(rate: float) -> list[Floats]:
        p, alive = [x.copy() for x in start], np.ones(len(seeds), dtype=bool)
        before, m, v = state(p, alive), [0.0 * x for x in p], [0.0 * x for x in p]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for t in range(1, steps + 1):
                for k, d in enumerate(clipped(gradients(p, X, Y), clip, threshold)):
                    if optimiser == "adam":
                        m[k] = BETA_1 * m[k] + (1.0 - BETA_1) * d
                        v[k] = BETA_2 * v[k] + (1.0 - BETA_2) * d**2
                        p[k] -= (
                            rate * (m[k] / (1.0 - BETA_1**t)) / (np.sqrt(v[k] / (1.0 - BETA_2**t)) + EPSILON)
                        )
                    else:
                        m[k] = (MOMENTUM * m[k] if optimiser == "momentum" else 0.0) + d
                        p[k] -= rate * m[k]
                bury(p, alive)
        return [np.stack(x, axis=-1) for x in zip(before, state(p, alive), strict=True)]

    found = gradients(start, X, Y)
    ratio = [_ratio(g, depth) for g in (found, clipped(found, clip, threshold))]
    loss, training, validation, accuracy = over_rates(one, rates)
    return ClippedPlateau(
        optimiser, clip, threshold, ends[0].sizes, rates, seeds, epochs, steps, data.digest,
        loss, training, validation, accuracy, np.stack(ratio, axis=-1),
    )  # fmt: skip


def clipped(down: list[Floats], how: str, threshold: float) -> list[Floats]:
    """The gradients (S, …) of all weights and then all biases, clipped; "layer" cuts each layer's weights
    and biases together."""
    if how != "layer":
        return clip_stack(down, how, threshold, diverging=True)
    depth = len(down) // 2
    pairs = [clip_stack([down[l], down[depth + l]], "norm", threshold, diverging=True) for l in range(depth)]
    return [w for w, _ in pairs] + [b for _, b in pairs]


def gradients(parameters: list[Floats], X: Floats, Y: Floats) -> list[Floats]:
    """∂C/∂w^l (S, n_out, n_in) of all layers and then ∂C/∂b^l (S, n_out), C the mean over images X (m, n₀)
    of chapter 4's cost."""
    depth = len(parameters) // 2
    *a, z = _forward(parameters, X)
    delta = (_sigmoid(z) - Y) / len(X)
    of_w, of_b = [], []
    for l in range(depth - 1, -1, -1):
        of_w.append(delta.swapaxes(1, 2) @ a[l])
        of_b.append(delta.sum(axis=1))
        if l:
            delta = (delta @ parameters[l]) * (a[l] * (1.0 - a[l]))
    return [*of_w[::-1], *of_b[::-1]]


def _forward(parameters: list[Floats], X: Floats) -> list[Floats]:
    """a^0 … a^{L−1} and z^L: (S, m, n) each, a^0 the images (m, n₀)."""
    depth = len(parameters) // 2
    a = [X]
    for l, (w, b) in enumerate(zip(parameters[:depth], parameters[depth:], strict=True)):
        z = a[-1] @ w.swapaxes(1, 2) + b[:, None]
        a.append(z if l == depth - 1 else _sigmoid(z))
    return a


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def _ratio(gradient: Sequence[Floats], depth: int) -> Floats:
    """The speed ‖∂C/∂b‖ of the last hidden layer over that of the first: (S,)."""
    return np.asarray(norm(gradient[2 * depth - 2], axis=1) / norm(gradient[depth], axis=1))
