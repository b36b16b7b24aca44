"""One sigmoid neuron that starts badly wrong, trained with the squared error and with the cross-entropy
(row B1 of ``verdicts/table.py``)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.activations.output_error import CROSS_ENTROPY, SQUARED_ERROR, y
from analysis.numeric.arguments import number, one_of, whole
from analysis.numeric.compiled import compiled_scalar
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
COSTS = {"squared error": SQUARED_ERROR, "cross-entropy": CROSS_ENTROPY}


@dataclass(frozen=True, eq=False)
class Learning:
    """Outputs a = σ(z), (steps + 1,), of gradient descent on z itself:
    target 0, rate η, one training example."""

    cost: str
    start: float
    eta: float
    outputs: Floats


def learn(cost: str, start: float, eta: float = 0.5, steps: int = 1000) -> Learning:
    """z ← z − η ∂C/∂z from z = start with target 0;
    raises ValueError for an unknown cost, a start that is not finite, steps < 1."""
    one_of("cost", cost, COSTS)
    start, eta, steps = number("start", start), number("eta", eta), whole("steps", steps)
    delta = compiled_scalar(COSTS[cost].subs(y, 0).diff(z).simplify(), z)
    value = compiled_scalar(SIGMOID.value, z)
    at, outputs = float(start), [value(float(start))]
    for _ in range(steps):
        at -= eta * delta(at)
        outputs.append(value(at))
    return Learning(cost, float(start), float(eta), np.array(outputs))
