"""How many random networks vanish and how many explode? It depends on where one looks: the prior is part of the question.

A prior draws depth, width, activation and σ_w; then one network is drawn and ‖δ¹‖/‖δᴸ‖ measured. Below 1/1000 it has
vanished, above 1000 it has exploded (the limits of ``phase_picture``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from analysis.experiments.checks import whole
from analysis.experiments.gradient_size import gradient_size
from analysis.experiments.phase_picture import LARGE, SMALL
from analysis.experiments.speed_statistics import clopper_pearson

Prior = Callable[[np.random.Generator], dict[str, Any]]


@dataclass(frozen=True)
class Share:
    """Of ``count`` networks so many vanished and exploded; ``overflowed`` ones, whose numbers left float64, belong to neither."""

    prior: str
    says: str
    count: int
    vanished: int
    exploded: int
    overflowed: int

    def share(self, which: str) -> float:
        """The share that "vanished" or "exploded"."""
        if which not in ("vanished", "exploded"):
            raise ValueError(f"which must be vanished or exploded, not {which!r}")
        return float(getattr(self, which)) / self.count

    def interval(self, which: str) -> tuple[float, float]:
        """A 95 % interval for the share under the prior; it has a width even where none or all of the networks were found."""
        self.share(which)
        found = clopper_pearson(getattr(self, which), self.count)
        return found.low, found.high


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number whose logarithm is uniform."""
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))


def _chains(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "depth": int(rng.integers(5, 31)),
        "width": 1,
        "scale": 1.0,
        "bias_scale": 1.0,
        "activation": "sigmoid",
    }


def _same_weights_wide(rng: np.random.Generator) -> dict[str, Any]:
    width = int(_between(rng, 30, 100))
    deep = int(rng.integers(5, 31))
    return {"depth": deep, "width": width, "scale": math.sqrt(width), "bias_scale": 1.0, "activation": "tanh"}


def _any_scale(rng: np.random.Generator) -> dict[str, Any]:
    law = str(rng.choice(["sigmoid", "tanh", "relu"]))
    return {
        "depth": int(rng.integers(5, 31)),
        "width": int(_between(rng, 10, 100)),
        "scale": _between(rng, 0.1, 10.0),
        "activation": law,
    }


def _careful(rng: np.random.Generator) -> dict[str, Any]:
    law = str(rng.choice(["tanh", "relu"]))
    scale = {"tanh": 1.0, "relu": math.sqrt(2.0)}[law] * _between(rng, 0.8, 1.25)
    return {
        "depth": int(rng.integers(5, 31)),
        "width": int(_between(rng, 30, 100)),
        "scale": scale,
        "activation": law,
    }


PRIORS: dict[str, tuple[Prior, str]] = {
    "chains": (_chains, "sigmoid, width 1, w and b ~ N(0, 1)"),
    "wide, unscaled": (_same_weights_wide, "tanh, width 30 to 100, w and b ~ N(0, 1)"),
    "any scale": (_any_scale, "sigmoid, tanh or ReLU, width 10 to 100, σ_w from 0.1 to 10"),
    "near Xavier and He": (_careful, "tanh or ReLU, width 30 to 100, σ_w within a factor 1.25 of 1 or √2"),
}
"""Depth is uniform on 5 … 30 in each; widths and scales are uniform on a logarithmic axis."""


@cache
def share(prior: str, *, count: int = 300, seed: int = 3) -> Share:
    """The share under the prior of that name; raises ValueError naming the known ones."""
    if prior not in PRIORS:
        raise ValueError(f"prior must be one of {', '.join(PRIORS)}, not {prior!r}")
    draw, says = PRIORS[prior]
    count, seed = whole("count", count, 1), whole("seed", seed, 0)
    logs = []
    for child in np.random.SeedSequence(seed).spawn(count):
        rng = np.random.default_rng(child)
        logs.append(gradient_size(rng, **draw(rng))["log_ratio"])
    ratios = np.array(logs)
    return Share(
        prior,
        says,
        count,
        int(np.sum(ratios < math.log(SMALL))),
        int(np.sum(ratios > math.log(LARGE))),
        int(np.sum(np.isnan(ratios))),
    )
