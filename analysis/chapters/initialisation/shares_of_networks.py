"""How many random networks vanish and how many explode? It depends on where one looks:
the prior is part of the question.

A prior draws depth, width, activation and σ_w; then one network is drawn and ‖δ¹‖/‖δᴸ‖ measured. Below 1/1000
it has vanished, above 1000 it has exploded (the limits of ``phase_picture``), unless other limits are asked
for. Depth and limits decide as much as the rest:
a factor of 1.25 a layer stays below 1000 for 30 layers, and passes it at 32.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from analysis.chapters.initialisation.gradient_size import gradient_size
from analysis.chapters.initialisation.phase_picture import LARGE
from analysis.numeric.speed_statistics import clopper_pearson
from analysis.numeric.training_arguments import positive, whole

Prior = Callable[[np.random.Generator, int], dict[str, Any]]
"""(rng, depth) → the arguments of ``gradient_size``."""
DEPTHS = (5, 30)
"""The least and the largest depth, where none are given."""


@dataclass(frozen=True)
class Share:
    """Of ``count`` networks so many vanished and exploded;
    ``overflowed`` ones, whose numbers left float64, belong to neither.

    Vanished: ‖δ¹‖/‖δᴸ‖ below 1/``limit``, exploded: above ``limit``. ``depths``: the least and the largest.
    """

    prior: str
    says: str
    count: int
    vanished: int
    exploded: int
    overflowed: int
    depths: tuple[int, int] = DEPTHS
    limit: float = LARGE

    @property
    def title(self) -> str:
        """The prior in words; the depths where they are not the usual ones."""
        other = f"the same, depth {self.depths[0]} to {self.depths[1]}"
        return f"{self.prior}: {self.says if self.depths == DEPTHS else other}"

    def share(self, which: str) -> float:
        """The share that "vanished" or "exploded"."""
        if which not in ("vanished", "exploded"):
            raise ValueError(f"which must be vanished or exploded, not {which!r}")
        return float(getattr(self, which)) / self.count

    def interval(self, which: str) -> tuple[float, float]:
        """A 95 % interval for the share under the prior;
        it has a width even where none or all of the networks were found."""
        self.share(which)
        found = clopper_pearson(getattr(self, which), self.count)
        return found.low, found.high


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number whose logarithm is uniform."""
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))


def _chains(rng: np.random.Generator, depth: int) -> dict[str, Any]:
    return {"depth": depth, "width": 1, "scale": 1.0, "bias_scale": 1.0, "activation": "sigmoid"}


def _same_weights_wide(rng: np.random.Generator, depth: int) -> dict[str, Any]:
    width = int(_between(rng, 30, 100))
    return {
        "depth": depth,
        "width": width,
        "scale": math.sqrt(width),
        "bias_scale": 1.0,
        "activation": "tanh",
    }


def _any_scale(rng: np.random.Generator, depth: int) -> dict[str, Any]:
    law = str(rng.choice(["sigmoid", "tanh", "relu"]))
    width, scale = int(_between(rng, 10, 100)), _between(rng, 0.1, 10.0)
    return {"depth": depth, "width": width, "scale": scale, "activation": law}


def _careful(rng: np.random.Generator, depth: int) -> dict[str, Any]:
    law = str(rng.choice(["tanh", "relu"]))
    scale = {"tanh": 1.0, "relu": math.sqrt(2.0)}[law] * _between(rng, 0.8, 1.25)
    return {"depth": depth, "width": int(_between(rng, 30, 100)), "scale": scale, "activation": law}


PRIORS: dict[str, tuple[Prior, str]] = {
    "chains": (_chains, "sigmoid, width 1, w and b ~ N(0, 1)"),
    "wide, unscaled": (_same_weights_wide, "tanh, width 30 to 100, w and b ~ N(0, 1)"),
    "any scale": (_any_scale, "sigmoid, tanh or ReLU, width 10 to 100, σ_w from 0.1 to 10"),
    "near Xavier and He": (_careful, "tanh or ReLU, width 30 to 100, σ_w within a factor 1.25 of 1 or √2"),
}
"""Depth is uniform, on 5 … 30 if nothing else is said;
widths and scales are uniform on a logarithmic axis."""


@cache
def _log_ratios(prior: str, count: int, seed: int, depths: tuple[int, int]) -> tuple[float, ...]:
    """log(‖δ¹‖/‖δᴸ‖) of so many networks."""
    logs = []
    for child in np.random.SeedSequence(seed).spawn(count):
        rng = np.random.default_rng(child)
        depth = int(rng.integers(depths[0], depths[1] + 1))
        logs.append(gradient_size(rng, **PRIORS[prior][0](rng, depth))["log_ratio"])
    return tuple(logs)


def share(
    prior: str, *, count: int = 300, seed: int = 3, depths: tuple[int, int] = DEPTHS, limit: float = LARGE
) -> Share:
    """The share under the prior of that name;
    raises ValueError naming the known ones, on bad depths, and on a limit of 1 or less."""
    if prior not in PRIORS:
        raise ValueError(f"prior must be one of {', '.join(PRIORS)}, not {prior!r}")
    count, seed = whole("count", count, 1), whole("seed", seed, 0)
    low = whole("the first of depths", depths[0], 2)
    depths = (low, whole("the second of depths", depths[1], low))
    if positive("limit", limit) <= 1.0:
        raise ValueError(f"limit must be above 1, not {limit!r}")
    ratios = np.array(_log_ratios(prior, count, seed, depths))
    return Share(
        prior,
        PRIORS[prior][1],
        count,
        int(np.sum(ratios < -math.log(limit))),
        int(np.sum(ratios > math.log(limit))),
        int(np.sum(np.isnan(ratios))),
        depths,
        float(limit),
    )
