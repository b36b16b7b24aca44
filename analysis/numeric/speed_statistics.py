"""Questions put to learning speeds:
arrays whose last axis runs over the hidden layers, the first layer first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainccinv, betaincinv

from analysis.numeric.arguments import number, real_array
from analysis.numeric.training_arguments import whole

Floats = NDArray[np.float64]

NIELSEN_SPEEDS: dict[int, tuple[float, ...]] = {
    2: (0.07, 0.31),
    3: (0.012, 0.060, 0.283),
    4: (0.003, 0.017, 0.070, 0.285),
}
"""The speeds Nielsen (2015, chapter 5) states for one untrained network each of 2, 3 and 4 hidden layers."""

NIELSEN_DECIMALS = {2: 2, 3: 3, 4: 3}
"""To how many decimals he states them."""

NIELSEN_RATIO: dict[int, float] = {
    0: 95.8,
    10: 137.5,
    50: 50.6,
    100: 52.4,
    200: 63.4,
    300: 76.8,
    400: 93.1,
    499: 112.6,
}
"""Fourth hidden layer's speed over the first's after so many epochs in Nielsen's
one run with four hidden layers.

From ``fig/norms_during_training_4_layers.json`` of the code that accompanies his book.
"""


class Proportion(NamedTuple):
    """successes of trials, with the ends of a confidence interval for the probability."""

    successes: int
    trials: int
    low: float
    high: float

    @property
    def fraction(self) -> float:
        """successes / trials."""
        return self.successes / self.trials


def monotone(speeds: ArrayLike) -> NDArray[np.bool_]:
    """True where the speed grows from every hidden layer to the next: (…, H) → (…)."""
    return np.asarray((np.diff(_speeds(speeds), axis=-1) > 0.0).all(axis=-1))


def ratio(speeds: ArrayLike) -> Floats:
    """The speed of the last hidden layer over that of the first: (…, H) → (…)."""
    array = _speeds(speeds)
    return np.asarray(array[..., -1] / array[..., 0])


def clopper_pearson(successes: int, trials: int, level: float = 0.95) -> Proportion:
    """A confidence interval for a probability that covers it at least with
    ``level`` (Clopper & Pearson 1934).

    Its ends are the probabilities under which so many successes, or so few, would come with probability (1 −
    level)/2.
    """
    trials = whole("trials", trials, 1)
    successes = whole("successes", successes, 0)
    if successes > trials:
        raise ValueError(f"successes must be at most trials, {trials}, not {successes}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, not {level!r}")
    tail, failures = (1.0 - level) / 2.0, trials - successes
    low = float(betaincinv(successes, failures + 1, tail)) if successes else 0.0
    high = float(betainccinv(successes + 1, failures, tail)) if failures else 1.0
    return Proportion(successes, trials, low, high)


def monotone_fraction(speeds: ArrayLike, level: float = 0.95) -> Proportion:
    """How many of the networks (S, H) learn faster in every layer than in the one before it."""
    grows = monotone(speeds)
    return clopper_pearson(int(grows.sum()), grows.size, level)


def recovered(lowest: ArrayLike, final: ArrayLike, factor: float = 2.0) -> NDArray[np.bool_]:
    """True where the speed of a layer ends at least ``factor`` times above its lowest:
    both (S, H) → (S, H)."""
    factor = number("factor", factor, above=1.0)
    low, end = _finite("lowest", lowest), _finite("final", final)
    if low.shape != end.shape or (end < low).any():
        raise ValueError("final must have the shape of lowest and never lie below it")
    return np.asarray(end >= factor * low)


def _speeds(speeds: ArrayLike) -> Floats:
    array = _finite("speeds", speeds)
    if array.ndim < 1 or array.shape[-1] < 2:
        raise ValueError(
            f"speeds must have at least two hidden layers on the last axis, not shape {array.shape}"
        )
    return array


def _finite(name: str, x: ArrayLike) -> Floats:
    array = real_array(name, x)
    if array.size == 0:
        raise ValueError(f"{name} must be finite and not empty")
    return array
