"""What the learning-speed explorable replays: two recorded runs of 500 epochs, small enough for a page.

``python -m analysis record learning_speeds --only replay`` makes them anew, and so does this module when it
is run, which the stored files name.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from analysis.chapters.learning_speeds.learning_speeds import learning_speeds
from analysis.numeric.data import load
from analysis.numeric.initialise import initialiser as named_initialiser
from analysis.numeric.network import Network, gradients
from analysis.sweep.storage import load_result, save_result

Floats = NDArray[np.float64]

FOLDER = Path(__file__).parent / "recorded"
INITIALISERS = ("nielsen", "gaussian")
IMAGES, SIZES, SEED, EPOCHS = 1000, (64, 30, 30, 30, 30, 10), 0, 500
ETA, DECAY = 0.1, 5.0
NEURONS = 6
"""As many as Nielsen (2015, ch. 5) draws of each hidden layer."""
_STEPS, _FLOOR = 1000, 8
"""A number g is kept as the nearest of 1,000 steps in a decade of |g|, from 10⁻⁸ on."""


@dataclass(frozen=True, eq=False)
class Replay:
    """One network of H hidden layers at epochs 0 … T.

    bars: ∂C/∂b of the first neurons of each hidden layer (T+1, H, 6); speeds: ‖∂C/∂bˡ‖ (T+1, H); cost (T+1,);
    right: how many of the ``images`` are classified rightly (T+1,).
    """

    initialiser: str
    seed: int
    images: int
    bars: Floats
    speeds: Floats
    cost: Floats
    right: NDArray[np.int64]


def run(initialiser: str, epochs: int = EPOCHS, seed: int = SEED) -> Replay:
    """Full-batch gradient descent on the digits (cross-entropy, η = 0.1, λ = 5), as in chapter 4.

    Speeds, cost and accuracy come from ``learning_speeds``;
    the bars from back-propagation on the same network, epoch by epoch.
    """
    data = load("digits", count=IMAGES)
    curves = learning_speeds(
        data, SIZES, seeds=[seed], initialiser=initialiser, epochs=epochs, eta=ETA, decay=DECAY
    )
    network, bars = named_initialiser(initialiser)(SIZES, np.random.default_rng(seed)), []
    keep = 1.0 - ETA * DECAY / len(data.labels)
    for _ in range(epochs + 1):
        found = gradients(network, data.images, data.targets)
        bars.append(np.stack([x[:NEURONS] for x in found.biases[:-1]]))
        weights = tuple(keep * w - ETA * g for w, g in zip(network.weights, found.weights, strict=True))
        biases = tuple(b - ETA * g for b, g in zip(network.biases, found.biases, strict=True))
        network = Network(SIZES, weights, biases)
    right = np.rint(curves.accuracy[0] * len(data.labels)).astype(np.int64)
    return Replay(
        initialiser, seed, len(data.labels), np.stack(bars), curves.speeds[0], curves.cost[0], right
    )


def recorded(initialiser: str, folder: Path = FOLDER) -> Replay:
    """The recorded run with these weights; raises ValueError for an unknown name."""
    if initialiser not in INITIALISERS:
        raise ValueError(f"initialiser must be one of {', '.join(INITIALISERS)}, not {initialiser!r}")
    return load_result(Replay, folder / f"replay-{initialiser}")


def packed(x: ArrayLike) -> str:
    """Numbers as text for the page: signed steps of log₁₀|g| in 16 bits, little-endian, base64;
    error ≤ 0.12 %.

    What is smaller than 10⁻⁸ becomes 0. Raises ValueError for NaN, infinity, or |g| above 10²⁰.
    """
    g = np.asarray(x, dtype=np.float64)
    if not np.all(np.abs(g) <= 1e20):
        raise ValueError("x must be finite, at most 1e20 in size")
    with np.errstate(divide="ignore"):
        level = np.maximum(np.rint(_STEPS * (np.log10(np.abs(g)) + _FLOOR)), 0.0)
    return base64.b64encode((np.sign(g) * level).astype("<i2").tobytes()).decode("ascii")


def unpack(level: sp.Expr) -> sp.Expr:
    """The size that a number of steps stands for: 10^(level/1000 − 8)."""
    return sp.Integer(10) ** (level / _STEPS - _FLOOR)


def record(into: Path, command: str) -> None:
    """Record both runs in the folder ``into``, with the command that did so."""
    for name in INITIALISERS:
        save_result(into / f"replay-{name}", run(name), command)


if __name__ == "__main__":
    record(FOLDER, "python -m analysis.chapters.learning_speeds.replay")
