"""What theory says of each site, from the weights and signals that were measured there.

On the way back one site multiplies the norm of the gradient by

    weighted sum        σ_w = √(fan_in E w²), less what padding takes   (chapter 7)
    activation          √E σ′(z)², z normal with the measured mean and variance
    normalisation       γ/√(v + ε), with the directions that it takes out (chapter 11)
    sum x + F(x)        √(1 + c²), c the factor of the branch      (chapter 12)

and on the way forward the root mean square by the corresponding factor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp
from sympy import Expr

from analysis.diagnosis.measured import NORMS, SUM, WEIGHTED, Measured
from analysis.diagnosis.numbers import finite_mean
from analysis.diagnosis.path import branch, is_sum
from analysis.numeric.compiled import compiled
from analysis.numeric.mean_field import critical, gain
from analysis.numeric.moments import normal_mean, singular_points
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.normalisation import m as m_symbol
from analysis.symbolic.normalisation_rates import relu_rate
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]


class Predicted(NamedTuple):
    """The log of the factor on the gradient's norm, and of that on the root mean square, at each site
    (site,); NaN where there is no theory."""

    backward: Floats
    forward: Floats


def predicted(measured: Measured) -> Predicted:
    """Both factors of every site, from the means over seeds and batches of what was measured."""
    count = len(measured.sites)
    back, ahead = np.full(count, np.nan), np.full(count, np.nan)
    for k in range(count):
        back[k], ahead[k] = _of_site(measured, k, back)
    return Predicted(back, ahead)


def _of_site(measured: Measured, k: int, back: Floats) -> tuple[float, float]:
    site = measured.sites[k]
    before = site.parents[0] if site.parents else None
    size = finite_mean(measured.forward[..., k])
    if site.kind == "input" or before is None:
        return 0.0, math.nan
    came = finite_mean(measured.forward[..., before])
    if site.kind in WEIGHTED:
        w, b = _mean_log(measured.sigma_w[..., k]), finite_mean(measured.sigma_b[..., k] ** 2)
        kept = finite_mean(measured.factor[..., k])  # of a convolution with padding
        w += kept if math.isfinite(kept) else 0.0
        return w, 0.5 * _log_of_sum(2 * w, _log(b) - 2 * came)
    if site.kind in ACTIVATIONS:
        mean = finite_mean(measured.mean[..., before])
        variance = math.exp(2 * came) - mean**2
        if not (math.isfinite(variance) and variance > 1e-12 * mean**2 and variance > 0):
            return math.nan, math.nan
        second, slope = moments(site.kind, _rounded(mean), _rounded(math.sqrt(variance)))
        return 0.5 * _log(slope), 0.5 * _log(second) - came
    if site.kind == "batch norm" and (rate := _batch_norm_rate(measured, k)) is not None:
        return rate - back[before], size - came
    if site.kind in NORMS or site.kind in ("scale", "dropout", "pool"):
        return finite_mean(measured.factor[..., k]), math.nan if site.kind == "pool" else size - came
    if site.kind == SUM and is_sum(measured.sites, k):
        return _of_sum(measured, k, back)
    return math.nan, math.nan


def _batch_norm_rate(measured: Measured, k: int) -> float | None:
    """½ log R of a weighted sum, its batch normalisation and an activation together, less the activation's
    own part; None where chapter 11 has no R for them (convolutions, learned γ, other surroundings)."""
    sites, before = measured.sites, measured.sites[k].parents[0]
    after = next((s.kind for s in sites if k in s.parents), "")
    plain = sites[before].kind == "linear" and measured.batch_size >= 4
    if not plain or after not in ACTIVATIONS:
        return None
    slope = moments(after, 0.0, 1.0)[1]
    return 0.5 * (math.log(rate(after, measured.batch_size)) - _log(slope))


@lru_cache(maxsize=256)
def rate(name: str, batch: int) -> float:
    """R, the growth of the squared gradient norm of one layer with batch normalisation before the activation:
    exact for ReLU, for others that of large batches (chapter 11). Of layers that are wide beside the batch:
    with 256 examples and 128 neurons 6 % less of its logarithm was measured."""
    if name == "relu":
        return float(relu_rate.subs(m_symbol, batch).evalf())
    second, slope = moments(name, 0.0, 1.0)
    of = ACTIVATIONS[name]
    mean = normal_mean(compiled(of.value, z), 0.0, 1.0, singular_points(of))
    return slope / (second - mean**2)


def _of_sum(measured: Measured, k: int, back: Floats) -> tuple[float, float]:
    """√(1 + c²) with c the product of the branch's factors; the squares of the two operands add up."""
    both = branch(measured.sites, k)
    paths = [float(sum(back[list(sites)])) if sites else 0.0 for sites in both.paths]
    squares = [2 * finite_mean(measured.forward[..., p]) for p in measured.sites[k].parents[:2]]
    came = finite_mean(measured.forward[..., both.source])
    back_factor, square = _log_of_sum(2 * paths[0], 2 * paths[1]), _log_of_sum(squares[0], squares[1])
    return 0.5 * back_factor, 0.5 * square - came


def _log_of_sum(a: float, b: float) -> float:
    """log(eᵃ + eᵇ)."""
    if math.isnan(a) or math.isnan(b):
        return math.nan
    return float(np.logaddexp(a, b))


@lru_cache(maxsize=4096)
def moments(name: str, mean: float, deviation: float) -> tuple[float, float]:
    """E σ(z)² and E σ′(z)² for z ~ N(mean, deviation²) and an activation of the catalogue."""
    of = ACTIVATIONS[name]
    at = singular_points(of)

    def square(formula: Expr) -> float:
        f = compiled(formula, z)
        return normal_mean(lambda x: np.asarray(f(x)) ** 2, mean, deviation, at)

    return square(of.value), square(of.slope)


def balanced(name: str) -> float:
    """The σ_w at which an activation hands signals on: its critical one where that keeps every mean square or
    draws them in, else the one that keeps a mean square of 1 (chapter 7).

    >>> round(balanced("relu"), 4), round(balanced("tanh"), 4)
    (1.4142, 1.0)
    """
    found = critical(name)
    return found.sigma_w if found.kind in ("every", "attracts") and found.q <= 1 else gain(name)


def kept_by_padding(size: Sequence[int], kernel: Sequence[int], padding: Any, stride: Any) -> float:
    """The log of the factor that zeros around the input leave of a signal's norm at one convolution, in the
    long run: ½ log of the largest eigenvalue of the matrix whose entry (i, j) is 1/k where place j lies under
    a kernel of k places at i. 0 without padding or with a stride, where few such layers follow one another.

    >>> round(kept_by_padding((8, 8), (3, 3), 1, 1), 3)
    -0.041
    """
    strides = [stride] if isinstance(stride, int) else list(stride)
    if padding in (0, "valid") or not any([padding] if isinstance(padding, int | str) else padding):
        return 0.0
    if any(s != 1 for s in strides):
        return 0.0
    return sum(_kept_along(n, k) for n, k in zip(size, kernel, strict=True))


@lru_cache(maxsize=256)
def _kept_along(size: int, kernel: int) -> float:
    if kernel == 1:
        return 0.0
    if size > 512:  # then (π k/2 n)²/6 of it is lost: below 1e-5
        return 0.0
    places = np.arange(size)
    on = np.abs(places[:, None] - places[None, :]) <= kernel // 2
    return 0.5 * math.log(float(np.linalg.eigvalsh(on / kernel)[-1]))


@lru_cache(maxsize=256)
def memory_slope(forget: float, scale: float, steps: int) -> float:
    """The log-gain for each step back of an LSTM at rest, by least squares over the steps: a step is f I + M
    with entries of M of variance v/n, and E‖(f I + M)^k‖²/n is Σ_j C(k, j)² f^{2(k−j)} v^j (chapter 13).

    ``forget``: log f. ``scale``: σ_w of the recurrent weights; v = (σ_w/4)². NaN where either is.
    """
    if not (math.isfinite(forget) and math.isfinite(scale)):
        return math.nan
    k, v = np.arange(steps), max(scale, 1e-150) ** 2 / 16
    gains = []
    for n in k:
        j = np.arange(n + 1)
        choose = gammaln(n + 1) - gammaln(j + 1) - gammaln(n - j + 1)
        gains.append(0.5 * float(logsumexp(2 * choose + 2 * (n - j) * forget + j * math.log(v))))
    return float(np.polyfit(k, gains, 1)[0])


def _rounded(x: float) -> float:
    """To three digits, which is more than samples have, so that equal layers share their moments."""
    return float(f"{x:.3g}")


def _mean_log(x: Floats) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return finite_mean(np.log(x))


def _log(x: float) -> float:
    return math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan)
