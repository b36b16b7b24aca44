"""A clipping threshold from the norms of the first hundred steps, tried on ten ReLU layers of digits whose
weights are drawn half as large again as He's."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.your_own_network.thirty_layers import Variant, drawn
from analysis.numeric.arguments import real_array
from analysis.numeric.clipping import clip_stack, stack_norm
from analysis.numeric.data import Dataset
from analysis.numeric.minibatches import learn, split
from analysis.numeric.threads import one_thread

Floats = NDArray[np.float64]
LARGE = Variant("ReLU, 1.5 times He's scale", "relu", 1.5 * math.sqrt(2.0))
DEPTH, WIDTH, STEPS = 10, 64, 100


class Trained(NamedTuple):
    """norms: of the gradient before each step, clipped or not (steps,). accuracy: on the test images at the
    end, 0 for a network that diverged."""

    norms: Floats
    accuracy: float


@one_thread()
def trained(
    data: Dataset, *, rate: float, clip: float = math.inf, epochs: int = 10, seed: int = 0, steps: int = 0
) -> Trained:
    """Train one network, its gradient clipped to the global norm ``clip``; ``steps`` of the norms are kept,
    0 for all."""
    norms: list[float] = []

    def move(parameters: list[Floats], down: list[Floats], rate: float) -> None:
        norms.append(float(stack_norm(down, diverging=True)[0]))
        if math.isfinite(clip):
            down = clip_stack(down, "norm", clip, diverging=True)
        for p, d in zip(parameters, down, strict=True):
            p -= rate * d

    parts = split(data)
    found = learn(
        drawn(LARGE, DEPTH, WIDTH, parts.images.shape[1], (seed,)),
        parts,
        rate=rate,
        seeds=(seed,),
        epochs=epochs,
        minibatch=64,
        every=epochs,
        move=move,
    )
    return Trained(np.array(norms[: steps or None]), float(found.accuracy[0, -1]))


def threshold(norms: Floats, times: float = 2.0) -> float:
    """``times`` the median of the norms; raises ValueError where one is NaN or infinite.

    Pascanu, Mikolov and Bengio (2013, section 3.2) take from half to ten times the *mean*; one step that
    explodes moves a mean, and not a median.
    """
    return times * float(np.median(real_array("norms", norms, ("steps",))))
