"""Nielsen's first picture of the effect (2015, chapter 5): a bar on each neuron, as long as its gradient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.data import Dataset
from analysis.numeric.initialise import initialiser as named_initialiser
from analysis.numeric.network import gradients
from analysis.numeric.training_arguments import different_seeds, sizes_for


@dataclass(frozen=True, eq=False)
class GradientBars:
    """gradient: ∂C/∂b at the start, averaged over all images,
    of every neuron of every hidden layer (S, H, n)."""

    data: str
    images: int
    sizes: tuple[int, ...]
    initialiser: str
    seeds: tuple[int, ...]
    gradient: NDArray[np.float64]

    def first(self, neurons: int = 6, seed: int = 0) -> NDArray[np.float64]:
        """The bars of the figure:
        the first ``neurons`` of each hidden layer for one of ``seeds`` (H, neurons)."""
        if seed not in self.seeds:
            raise ValueError(f"seed must be one of {self.seeds}, not {seed}")
        return self.gradient[self.seeds.index(seed), :, :neurons]


def gradient_bars(
    data: Dataset, sizes: Sequence[int], *, seeds: Iterable[int], initialiser: str = "nielsen"
) -> GradientBars:
    """∂C/∂bˡ of untrained networks on the cross-entropy;
    Nielsen's figure shows six neurons of (784, 30, 30, 10).

    Raises ValueError on bad parameters, or where the hidden layers differ in width.
    """
    sizes = sizes_for(data, sizes)
    seeds = different_seeds(seeds)
    if len(set(sizes[1:-1])) > 1:
        raise ValueError(f"sizes must have hidden layers of one width, not {sizes}")
    draw = named_initialiser(initialiser)
    networks = (draw(sizes, np.random.default_rng(s)) for s in seeds)
    bars = np.stack([np.stack(gradients(n, data.images, data.targets).biases[:-1]) for n in networks])
    return GradientBars(data.name, len(data.labels), sizes, initialiser, seeds, bars)
