"""The monitor of a training loop, for the book's own networks: a layer's log-gain, and the largest step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.your_own_network.thirty_layers import VARIANTS, adam, drawn
from analysis.numeric.arguments import one_of, whole
from analysis.numeric.data import Dataset
from analysis.numeric.minibatches import learn, split
from analysis.numeric.norms import norm
from analysis.numeric.threads import one_thread

Floats = NDArray[np.float64]


class Reading(NamedTuple):
    """log_gain: of ‖∂C/∂b‖ for each layer towards the input. step: the largest ‖Δw‖/‖w‖ of a matrix."""

    log_gain: float
    step: float


class Monitor:
    """Call it after each step with the gradients of the biases, first layer first; the weights are read where
    they are."""

    def __init__(self, weights: Sequence[Floats]) -> None:
        self.weights = weights
        self.old = [w.copy() for w in weights]

    def __call__(self, of_biases: Sequence[Floats]) -> Reading:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = [float(np.log(norm(d))) for d in of_biases]
        steps = [float(norm(w - q) / norm(q)) for w, q in zip(self.weights, self.old, strict=True)]
        self.old = [w.copy() for w in self.weights]
        return Reading((logs[0] - logs[-1]) / (len(logs) - 1), max(steps))


@one_thread()
def watched(
    data: Dataset, variant: str, *, rate: float, epochs: int = 3, depth: int = 30, width: int = 64
) -> list[Reading]:
    """A reading after each step of Adam on one network of ``thirty_layers``."""
    one_of("variant", variant, VARIANTS)
    parts = split(data)
    stack = drawn(VARIANTS[variant], whole("depth", depth), width, parts.images.shape[1], (0,))
    monitor, step, readings = Monitor(stack.weights), adam(), list[Reading]()

    def move(parameters: list[Floats], down: list[Floats], rate: float) -> None:
        step(parameters, down, rate)
        readings.append(monitor(down[len(stack.weights) :]))

    learn(stack, parts, rate=rate, seeds=(0,), epochs=epochs, minibatch=64, every=epochs, move=move)
    return readings
