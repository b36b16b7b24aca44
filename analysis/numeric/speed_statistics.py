"""Questions put to learning speeds:
arrays whose last axis runs over the hidden layers, the first layer first."""

from __future__ import annotations

from fractions import Fraction
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

NIELSEN_RECORDED: dict[int, tuple[float, ...]] = {
    2: (0.06574134326503182, 0.3092184942703712),
    3: (0.011838212272121293, 0.05996519457449515, 0.28314239285488185),
    4: (0.0029752663545292526, 0.017076665445425132, 0.06953924167660484, 0.28513893545173896),
}
"""The same nine speeds with all their digits: the first row of
``fig/norms_during_training_{2,3,4}_layers.json``.

The files come with the code that accompanies his book (repository
mnielsen/neural-networks-and-deep-learning).
"""

NIELSEN_ENDS: dict[int, tuple[float, float]] = {
    0: (0.0029752663545292526, 0.28513893545173896),
    10: (0.0002659242891715965, 0.0365663235008727),
    50: (2.064675607318291e-05, 0.0010448834307676185),
    100: (1.8335386405193066e-05, 0.0009599658308127964),
    200: (1.4978788355934154e-05, 0.0009503306917823389),
    300: (1.2253276257763935e-05, 0.0009413161681179386),
    400: (1.0023851700830563e-05, 0.0009327757447698074),
    499: (8.21211652552637e-06, 0.0009247251418948941),
}
"""Speeds of the first and the fourth hidden layer after so many epochs, from
``fig/norms_during_training_4_layers.json``."""

NIELSEN_RATIO = {epoch: fourth / first for epoch, (first, fourth) in NIELSEN_ENDS.items()}
"""Fourth hidden layer's speed over the first's after so many epochs in Nielsen's one run with four hidden
layers."""


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


def joint_p_value(speeds: ArrayLike, sample: ArrayLike) -> Fraction:
    """How often a network of the sample (S, H), or the one with ``speeds`` (H,), lies as far out as the
    latter: k/(S + 1).

    Far is Mahalanobis' distance of the logarithms, with the mean and the covariance of all S + 1
    networks. Each of them is then treated alike, so a network drawn like the sample has a p-value of at
    most q with probability at most q, whatever the law of the speeds is (Vovk, Gammerman and Shafer
    2005). Raises ValueError on speeds that are not positive.
    """
    logs = _logs("sample", sample)
    one = _logs("speeds", speeds)
    if logs.ndim != 2 or one.shape != logs.shape[1:]:
        raise ValueError(f"sample must have shape (S, H) and speeds (H,), not {logs.shape} and {one.shape}")
    if len(logs) <= logs.shape[1]:
        raise ValueError(f"sample must hold more networks than layers, not {logs.shape}")
    together = np.vstack([one, logs])
    deviations = together - together.mean(axis=0)
    inverse = np.linalg.pinv(deviations.T @ deviations / len(together))
    distances = np.einsum("ij,jk,ik->i", deviations, inverse, deviations)
    return Fraction(int((distances >= distances[0]).sum()), len(together))


def resolved(
    speeds: ArrayLike, sample: ArrayLike, level: Fraction = Fraction(1, 20), step: float = 1.01
) -> tuple[tuple[float, float], ...]:
    """For each of the speeds (H,) the nearest numbers below and above it at which the joint p-value falls
    below ``level``.

    The others stay as they are; the numbers tried lie a factor ``step`` apart.
    """
    one = np.exp(_logs("speeds", speeds))
    step = number("step", step, above=1.0)

    def refused(layer: int, factor: float) -> float:
        tried = one.copy()
        while joint_p_value(tried, sample) >= level:
            tried[layer] *= factor
        return float(tried[layer])

    return tuple((refused(layer, 1.0 / step), refused(layer, step)) for layer in range(len(one)))


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


def _logs(name: str, x: ArrayLike) -> Floats:
    array = _finite(name, x)
    if (array <= 0.0).any():
        raise ValueError(f"{name} must be positive")
    return np.asarray(np.log(array))


def _finite(name: str, x: ArrayLike) -> Floats:
    array = real_array(name, x)
    if array.size == 0:
        raise ValueError(f"{name} must be finite and not empty")
    return array
