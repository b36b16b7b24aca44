"""Does batch normalisation keep the gradient's size through depth? Deep wide networks at initialisation.

Layers x^{l+1} = W σ(N(x^l)), l = 0 … L − 1, with N batch normalisation, layer normalisation or nothing;
"residual" is x^{l+1} = x^l + W σ(BN(x^l)). Weights are N(0, 2/n), the input is N(0, 1) in every entry, and so
is the gradient that enters at the top, through one more normalisation where there is one.
Kept is log ‖∂C/∂x^l‖² of every layer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.numeric import moments, normalisation, norms, unseen_weights
from analysis.numeric.arguments import number
from analysis.numeric.compiled import compiled
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.catalogue import activation as named_activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
KINDS = ("plain", "batch", "layer", "residual")


@dataclass(frozen=True, eq=False)
class DepthSweep:
    """log ‖∂C/∂x^l‖², the mean cosine between two examples' σ(N(x^l)), and the largest ‖σ(N(x^l))‖² of an
    example over the mean of all, for l = 0 … L − 1: (nets, L) each.
    """

    kind: str
    activation: str
    batch: int
    width: int
    depth: int
    gain: float
    shift: float
    seed: int
    logs: Floats
    cosines: Floats
    largest: Floats

    def rates(self, boundary: int = 8) -> Floats:
        """Growth of log ‖∂C/∂x‖² per layer towards the input in each network (nets,);
        ``boundary`` layers off both ends."""
        if not 0 <= boundary < (self.depth - 1) / 2:
            raise ValueError(f"boundary must leave two layers or more of {self.depth}, not {boundary}")
        first, last = boundary, self.depth - 1 - boundary
        return np.asarray((self.logs[:, first] - self.logs[:, last]) / (last - first))

    def rate(self, boundary: int = 8) -> tuple[float, float]:
        """The mean of ``rates`` and its standard error."""
        rates = self.rates(boundary)
        return float(rates.mean()), float(rates.std(ddof=1) / math.sqrt(len(rates)))


@one_thread()
def depth_sweep(
    kind: str = "batch",
    *,
    activation: str = "relu",
    batch: int = 32,
    width: int = 512,
    depth: int = 40,
    nets: int = 4,
    gain: float = 1.0,
    shift: float = 0.0,
    seed: int = 0,
    whole_weights: bool = True,
) -> DepthSweep:
    """Draw ``nets`` networks from ``np.random.default_rng(seed)`` and follow a
    random gradient back through them.

    Without ``whole_weights`` only what meets the batch is drawn of a matrix: the same law, and faster where
    the batch is much smaller than the width.
    Raises ValueError on an unknown kind or activation, or a number out of range.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    of = named_activation(activation, "activation")
    batch, width = whole("batch", batch, 2), whole("width", width, 2)
    depth, nets = whole("depth", depth, 2), whole("nets", nets, 2)
    gain, shift = positive("gain", gain), number("shift", shift)
    rng = np.random.default_rng(seed)
    value, slope = compiled(of.value, z), compiled(of.slope, z)
    norm = {"plain": None, "layer": "layer"}.get(kind, "batch")
    logs, cosines, largest = (np.empty((nets, depth)) for _ in range(3))
    for net in range(nets):
        x = rng.standard_normal((batch, width))
        layers = []
        for l in range(depth):
            made = normalisation.forward(x, gain, shift, kind=norm) if norm else None
            y = x if made is None else made.y
            a = np.asarray(value(y))
            cosines[net, l], squares = _mean_cosine(a), (a * a).sum(axis=1)
            largest[net, l] = squares.max() / squares.mean()
            through, back_through = _weights(a, rng, whole_weights)
            layers.append((made, y, back_through))
            x = through + (x if kind == "residual" else 0.0)
        delta = rng.standard_normal((batch, width))
        if norm:
            delta = normalisation.gradients(delta, normalisation.forward(x, kind=norm), kind=norm).x
        for l in range(depth - 1, -1, -1):
            made, y, back_through = layers[l]
            back = back_through(delta) * slope(y)
            if made is not None and norm is not None:
                back = normalisation.gradients(back, made, gain, kind=norm).x
            delta = back + (delta if kind == "residual" else 0.0)
            logs[net, l] = 2.0 * math.log(norms.norm(delta))
    return DepthSweep(kind, activation, batch, width, depth, gain, shift, seed, logs, cosines, largest)


def _weights(
    a: Floats, rng: np.random.Generator, whole_weights: bool
) -> tuple[Floats, Callable[[Floats], Floats]]:
    """The batch a (m, n) times weights N(0, 2/n), and what takes errors (m, n) back through the same."""
    width, spread = a.shape[1], math.sqrt(2.0 / a.shape[1])
    if whole_weights:
        w = rng.standard_normal((width, width)) * spread
        return a @ w, lambda delta: delta @ w.T
    through, seen = unseen_weights.forward(a[None], width, spread, rng)
    return through[0], lambda delta: unseen_weights.backward(delta[None], seen, rng)[0]


def _mean_cosine(a: Floats) -> float:
    """The mean cosine between two different rows."""
    unit = a / np.maximum(norms.norm(a, axis=1)[:, None], np.finfo(float).tiny)
    total = unit.sum(axis=0)
    m = len(a)
    return float((total @ total - m) / (m * (m - 1)))


@dataclass(frozen=True, eq=False)
class GrowthByBatch:
    """Measured growth of log ‖∂C/∂x‖² per layer for several batch sizes:
    rates and their standard errors, (batches,)."""

    kind: str
    activation: str
    batches: tuple[int, ...]
    widths: tuple[int, ...]
    nets: tuple[int, ...]
    depth: int
    seed: int
    rates: Floats
    errors: Floats


def growth_by_batch(
    batches: Sequence[int],
    *,
    activation: str = "relu",
    kind: str = "batch",
    times: int = 32,
    nets: int = 8,
    depth: int = 40,
    seed: int = 0,
) -> GrowthByBatch:
    """``depth_sweep`` for each batch size, at a width of ``times`` the batch but 512 to 2048."""
    widths = tuple(min(2048, max(512, times * b)) for b in batches)
    counts = tuple(max(nets, nets * 1024 // width) for width in widths)
    found = [
        depth_sweep(kind, activation=activation, batch=b, width=n, depth=depth, nets=c, seed=seed).rate()
        for b, n, c in zip(batches, widths, counts, strict=True)
    ]
    rates, errors = np.array(found).T
    return GrowthByBatch(
        kind, activation, tuple(batches), widths, counts, depth, seed, rates.copy(), errors.copy()
    )


def large_batch_growth(activation: str, gain: float = 1.0, shift: float = 0.0) -> float:
    """lim R for large batches: γ² E[σ′(γZ + β)²]/Var σ(γZ + β) with Z ~ N(0, 1).

    By ``moments.normal_mean``, to about 1e-10. Raises ValueError on an unknown activation, a gain that is not
    above 0, and a gain and a shift that leave of σ a spread below 1e-5 of its size, which rounding hides.
    """
    of, gain, shift = (
        named_activation(activation, "activation"),
        positive("gain", gain),
        number("shift", shift),
    )
    try:
        found = moments.moments(of, gain, shift)
        value = compiled(of.value, z)
        variance = moments.normal_mean(
            lambda x: (value(x) - found.mean) ** 2, shift, gain, moments.singular_points(of)
        )
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"gain and shift must be such that quadrature can do the means: {error}") from None
    if not variance > 1e-10 * found.second:
        raise ValueError(
            f"gain and shift must leave σ a spread of more than 1e-5 of its size, not {gain:g} and "
            f"{shift:g}: rounding hides it"
        )
    return gain * (gain * found.slope_second / variance)
