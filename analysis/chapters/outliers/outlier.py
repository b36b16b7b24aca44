"""What does one outlier in a batch do to the loss, to the gradient at the output, and to that of every layer?

One image of a batch of digits is multiplied by t; everything else stays. The same networks, one for each
seed, see the batch at every t, under each of the three losses of ``analysis.chapters.outliers.losses``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import real_array
from analysis.numeric.data import load
from analysis.numeric.initialise import nielsen
from analysis.numeric.network import Network, gradients
from analysis.numeric.norms import norm, rms, varies
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import different_seeds, positive, whole

Floats = NDArray[np.float64]

LOSSES = {
    "cross-entropy, sigmoid": ("cross-entropy", "sigmoid"),
    "squared error, sigmoid": ("squared error", "sigmoid"),
    "squared error, linear": ("squared error", "identity"),
}
"""{loss: (kind, activation of the output)}, in the order of ``analysis.chapters.outliers.losses.LOSSES``."""
TREATMENTS = ("raw", "own statistics", "clean statistics")


@dataclass(frozen=True, eq=False)
class Outlier:
    """S seeds, T factors t, L layers. All numbers are pure; norms are Frobenius'.

    cost: the loss averaged over the batch (S, T); output: the largest |δᴸ_j| of the outlier (S, T); layers:
    ‖∂C/∂wˡ‖ of the batch (S, T, L); share:
    ‖∂C_x/∂w¹‖ of the outlier alone over the sum of that norm over all images (S, T).
    """

    loss: str
    activation: str
    treatment: str
    sizes: tuple[int, ...]
    images: int
    factors: tuple[float, ...]
    seeds: tuple[int, ...]
    cost: Floats
    output: Floats
    layers: Floats
    share: Floats


@one_thread()
def outlier(
    factors: Iterable[float],
    *,
    loss: str = "cross-entropy, sigmoid",
    activation: str = "relu",
    treatment: str = "raw",
    hidden: Sequence[int] = (30, 30),
    images: int = 50,
    seeds: Iterable[int] = range(20),
) -> Outlier:
    """The first of ``images`` digits multiplied by each factor t > 0; weights N(0, 1/n_in), biases N(0, 1).

    ``treatment``: "raw"; "own statistics", each pixel standardised by the mean and standard deviation of this
    very batch; "clean statistics", by those of the batch before the outlier was made. Raises ValueError on an
    unknown name or a number out of range.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {'; '.join(LOSSES)}, not {loss!r}")
    if treatment not in TREATMENTS:
        raise ValueError(f"treatment must be one of {', '.join(TREATMENTS)}, not {treatment!r}")
    kind = LOSSES[loss][0]
    sizes_of_t = tuple(positive("each of factors", f) for f in factors)
    data = load("digits", count=whole("images", images, 2))
    sizes = (data.images.shape[1], *hidden, data.targets.shape[1])
    seeds = different_seeds(seeds)
    networks = [_network(sizes, activation, loss, s) for s in seeds]
    shape = (len(seeds), len(sizes_of_t))
    cost, largest, share = np.empty(shape), np.empty(shape), np.empty(shape)
    layers = np.empty((*shape, len(sizes) - 1))
    for k, factor in enumerate(sizes_of_t):
        X = _batch(data.images, factor, treatment)
        for s, network in enumerate(networks):
            g = gradients(network, X, data.targets, kind)
            cost[s, k] = g.cost
            largest[s, k] = np.abs(g.deltas[-1][0]).max()
            layers[s, k] = [norm(w) for w in g.weights]
            alone = norm(g.deltas[0], axis=1) * norm(X, axis=1)  # ‖δ xᵀ‖ = ‖δ‖ ‖x‖
            share[s, k] = alone[0] / alone.sum() if alone.sum() > 0.0 else 0.0
    return Outlier(
        loss, activation, treatment, sizes, images, sizes_of_t, seeds, cost, largest, layers, share
    )


def standardise(X: Floats, of: Floats) -> Floats:
    """(X − mean)/(standard deviation), column by column, with the statistics of ``of`` (m, n); a constant
    column is only shifted. Raises ValueError where the columns differ in number.
    """
    X, of = real_array("X", X, ("m", "n")), real_array("of", of, ("m", "n"))
    if X.shape[1] != of.shape[1]:
        raise ValueError(f"X and of must have as many columns, not shapes {X.shape} and {of.shape}")
    mean = of.mean(axis=0)
    spread = np.where(varies(of, 0)[0], rms(of - mean, axis=0), 1.0)
    return np.asarray((X - mean) / spread)


def _network(sizes: tuple[int, ...], activation: str, loss: str, seed: int) -> Network:
    return replace(nielsen(sizes, np.random.default_rng(seed), activation=activation), output=LOSSES[loss][1])


def _batch(images: Floats, factor: float, treatment: str) -> Floats:
    """The images, the first of them multiplied by the factor, treated."""
    X = images.copy()
    X[0] *= factor
    return X if treatment == "raw" else standardise(X, of=X if treatment == "own statistics" else images)


def growth(result: Outlier) -> Floats:
    """d log‖∂C/∂w¹‖/d log t between the two largest factors, for each seed (S,):
    the power of t with which it grows."""
    logs = np.log(result.layers[:, -2:, 0])
    return np.asarray(np.diff(logs, axis=1)[:, 0] / np.diff(np.log(result.factors[-2:])))
