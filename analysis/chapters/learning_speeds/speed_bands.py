"""What many seeds of one learning-speed experiment have in common: quantiles for every epoch, small enough to
keep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.learning_speeds.learning_speeds import Floats, LearningSpeeds, Parameters
from analysis.numeric.speed_statistics import monotone, ratio

Small = NDArray[np.float32]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False)
class SpeedBands:
    """Quantiles over the seeds at ``levels`` (axis 0: 5, 25, 50, 75, 95 %) for epochs 0 … T (axis 1); H
    hidden layers.

    speeds (5, T+1, H), output_speed (5, T+1), weight_speeds, displacement and learned (5, T+1, H+1), cost and
    accuracy (5, T+1) are those of ``LearningSpeeds``; ratio is that of the last hidden layer's speed to the
    first's (5, T+1). All are float32, and all but cost and accuracy rounded to 12 significant bits (relative
    error ≤ 2⁻¹²). monotone: the fraction of seeds whose speeds grow from each hidden layer to the next
    (T+1,).

    For each seed: lowest: the lowest speed of each layer, lowest_epoch: when; final: the speed after T epochs
    (S, H); final_displacement, final_learned (S, H+1); final_cost, final_accuracy (S,). float32, not rounded.

    shown: the whole curves of the first few seeds, as they come (shown, T+1, H), float32, not rounded.
    """

    parameters: Parameters
    levels: tuple[float, ...]
    speeds: Small
    output_speed: Small
    weight_speeds: Small
    displacement: Small
    learned: Small
    cost: Small
    accuracy: Small
    ratio: Small
    monotone: Small
    lowest: Small
    lowest_epoch: NDArray[np.int64]
    final: Small
    final_displacement: Small
    final_learned: Small
    final_cost: Small
    final_accuracy: Small
    shown: Small

    def median(self, name: str) -> Small:
        """The middle row of ``speeds``, ``displacement``, ``ratio``, …: name is that of the field."""
        return np.asarray(getattr(self, name)[self.levels.index(0.5)])


def speed_bands(result: LearningSpeeds, shown: int = 5) -> SpeedBands:
    """The quantiles of ``result`` over its seeds, with the curves of its first ``shown`` seeds."""

    def quantiles(x: Floats) -> Small:
        return np.quantile(x, LEVELS, axis=0).astype(np.float32)

    def short(x: Floats) -> Small:
        return _rounded(quantiles(x))

    return SpeedBands(
        parameters=result.parameters,
        levels=LEVELS,
        speeds=short(result.speeds),
        output_speed=short(result.output_speed),
        weight_speeds=short(result.weight_speeds),
        displacement=short(result.displacement),
        learned=short(result.learned),
        cost=quantiles(result.cost),
        accuracy=quantiles(result.accuracy),
        ratio=short(ratio(result.speeds)),
        monotone=monotone(result.speeds).mean(axis=0).astype(np.float32),
        lowest=result.speeds.min(axis=1).astype(np.float32),
        lowest_epoch=result.speeds.argmin(axis=1).astype(np.int64),
        final=result.speeds[:, -1].astype(np.float32),
        final_displacement=result.displacement[:, -1].astype(np.float32),
        final_learned=result.learned[:, -1].astype(np.float32),
        final_cost=result.cost[:, -1].astype(np.float32),
        final_accuracy=result.accuracy[:, -1].astype(np.float32),
        shown=result.speeds[:shown].astype(np.float32),
    )


def _rounded(x: Small) -> Small:
    """The same to 12 significant bits:
    noise in the bits that no picture shows would double the size on disk."""
    fraction, exponent = np.frexp(x)
    return np.asarray(np.ldexp(np.rint(fraction * 4096.0), exponent - 12), dtype=np.float32)
