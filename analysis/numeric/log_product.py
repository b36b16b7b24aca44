"""How fast does the backward product shrink or grow? The exponent λ and the
central-limit variance of a random chain.

Layers a_j = σ(w_j a_{j−1} + b_j) with independent w_j ~ N(0, s²) and b_j ~ N(0, t²). Given a_{j−1}, the
weighted input is normal with standard deviation v = √(s² a² + t²), and v is all that the past tells about the
future. So the chain is a Markov chain on the bounded interval of v, and every mean below is a Chebyshev
interpolation in v and a trapezoid rule in the normal variable, both spectrally accurate.

    λ = E[log|w|] + E[log|σ′(z)|],   the second mean under the stationary law of v;
    S_L = Σ_j log|w_j σ′(z_j)|,      S_L/L → λ,   (S_L − Lλ)/√L → N(0, ς²),
    ς² = Var X + 2 Σ_k Cov(X_0, X_k) with X_j = log|w_j σ′(z_j)|, the sum from one Poisson equation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from analysis.numeric.arguments import generator, number, positive, whole
from analysis.numeric.compiled import compiled
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import given_activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
_MOST_BYTES = 2.0**31
"""The interpolation matrices of ``exponent`` may be as large."""
EULER_GAMMA = 0.57721566490153286060651209


def mean_log_normal(std: float) -> float:
    """E[log|w|] for w ~ N(0, std²): log std − (γ + log 2)/2."""
    return math.log(std) - (EULER_GAMMA + math.log(2.0)) / 2.0


@dataclass(frozen=True, eq=False)
class Exponent:
    """λ and what belongs to it; natural logarithms, per layer."""

    weight_std: float
    bias_std: float
    lam: float
    """Mean of log|w σ′(z)| under the stationary law."""
    variance: float
    """ς², the variance per layer in the central limit theorem."""
    independent_variance: float
    """Var X alone: what the variance would be if layers were independent."""
    autocovariances: Floats
    """Cov(X_0, X_k) for k = 1, 2, …; shape (lags,)."""


def _positive(name: str, value: float, zero_allowed: bool = False) -> float:
    return number(name, value, least=0.0) if zero_allowed else positive(name, value)


def _normal_rule(scale: float) -> tuple[Floats, Floats]:
    """Nodes and weights of the trapezoid rule for N(0, 1) on ±10,
    fine enough for functions of ``scale`` · x."""
    half = int(80 * max(1.0, scale))
    x = np.linspace(-10.0, 10.0, 2 * half)  # an even number: no node at x = 0, where log|x| is singular
    p = np.exp(-x * x / 2.0)
    return x, p / p.sum()


def _interpolate(nodes: Floats, bary: Floats, at: Floats) -> Floats:
    """Barycentric interpolation matrix of shape (*at.shape, nodes):
    values at the nodes → values at ``at``."""
    gap = at[..., None] - nodes
    hit = gap == 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = bary / gap
        matrix = raw / raw.sum(axis=-1, keepdims=True)
    exact: NDArray[np.bool_] = hit.any(axis=-1)
    matrix[exact] = hit[exact]
    return np.asarray(matrix)


def _chebyshev(low: float, high: float, count: int) -> tuple[Floats, Floats]:
    """Chebyshev points of the first kind on [low, high] and their barycentric weights."""
    angle = (2 * np.arange(count) + 1) * np.pi / (2 * count)
    nodes = (low + high) / 2.0 + (high - low) / 2.0 * np.cos(angle)
    return nodes, np.asarray((-1.0) ** np.arange(count) * np.sin(angle), dtype=np.float64)


def _mean_log_given(z_values: Floats, v: Floats, s: float, t: float) -> Floats:
    """E[log|w| | z, v] where w | z ~ N(s² a z/v², s² t²/v²) and v² = s² a² + t².

    log|N(m, τ²)| = log τ + ½ E[log χ′²(m²/τ²)], a Poisson mixture of digammas. Needs t > 0.
    """
    a = np.sqrt(np.maximum(v * v - t * t, 0.0)) / s
    tau = s * t / v
    mean = s * s * a * z_values / (v * v)
    return np.asarray(np.log(tau) + _mean_log_shifted(mean / tau))


def _mean_log_shifted(mu: Floats) -> Floats:
    """E[log|N(μ, 1)|]: the Poisson mixture for |μ| < 16,
    beyond it the moments of log|1 + N(0, 1)/μ| (error < 1e-11)."""
    rate = np.minimum(mu * mu, 256.0) / 2.0
    k = np.arange(320.0)
    log_poisson = k * np.log(np.maximum(rate, 1e-300))[..., None] - rate[..., None] - gammaln(k + 1.0)
    near = 0.5 * (math.log(2.0) + np.exp(log_poisson) @ digamma(0.5 + k))
    q = 1.0 / np.maximum(mu * mu, 256.0)
    far = -0.5 * np.log(q) - q * (1 / 2 + q * (3 / 4 + q * (15 / 6 + q * (105 / 8 + q * 945 / 10))))
    return np.asarray(np.where(mu * mu < 256.0, near, far))


def _log_size(x: Floats, p: Floats) -> Floats:
    """log|x| less its mean at the nodes;
    the two nodes beside the singularity take what makes the mean exact."""
    centred = np.log(np.abs(x)) - mean_log_normal(1.0)
    middle = slice(len(x) // 2 - 1, len(x) // 2 + 1)
    centred[middle] -= p @ centred / p[middle].sum()
    return np.asarray(centred)


def exponent(
    activation: Activation, weight_std: float = 1.0, bias_std: float = 1.0, nodes: int = 48
) -> Exponent:
    """λ, ς² and the autocovariances of a chain of ``activation``, by quadrature.

    ``nodes`` Chebyshev points in v; double them to see the error. The activation must be bounded (so that v
    is) with a slope that is nowhere zero. Raises ValueError for standard deviations that are not positive
    (``bias_std`` may be 0), or so large that the rule, whose points grow with them, does not fit in memory.
    """
    given_activation("activation", activation)
    s, t = _positive("weight_std", weight_std), _positive("bias_std", bias_std, zero_allowed=True)
    value, log_slope = compiled(activation.value, z), compiled(activation.log_slope, z)
    largest = float(np.max(np.abs(value(np.array([-1e4, 1e4])))))
    if not largest <= 1.0 or not np.all(np.isfinite(log_slope(np.array([-50.0, 0.0, 50.0])))):
        raise ValueError(
            f"activation must be bounded by 1 with a slope that is nowhere 0, which {activation.name} is not"
        )
    nodes, widest = whole("nodes", nodes, 2), math.hypot(s * largest, t)
    if 8.0 * 160.0 * max(1.0, widest) * nodes**2 > _MOST_BYTES:
        raise ValueError(
            f"weight_std and bias_std must be smaller, or nodes fewer: the rule for {widest:g} needs more "
            "than 2 GiB"
        )
    v, bary = _chebyshev(t, widest, nodes)
    x, p = _normal_rule(float(v.max()))
    grid = v[:, None] * x
    onward = np.hypot(s * value(grid), t)
    transfer = np.einsum("ixj,x->ij", _interpolate(v, bary, onward), p)
    slope_term = log_slope(grid)
    law = _stationary(transfer)
    slope_mean = slope_term @ p
    m = mean_log_normal(s)
    lam = m + float(law @ slope_mean)

    rest = slope_mean - law @ slope_mean
    weight_term = _mean_log_given(grid, v[:, None], s, t) if t else m + _log_size(x, p) * np.ones_like(grid)
    centred = weight_term - m + slope_term - law @ slope_mean

    def covariance(future: Floats) -> float:
        """Cov(X_0, h(v_1)) for h given at the nodes."""
        ahead = np.einsum("ixj,j->ix", _interpolate(v, bary, onward), future)
        return float(law @ ((centred * ahead) @ p))

    pair = float(law @ (((weight_term - m) * (slope_term - law @ slope_mean)) @ p))
    spread = float(law @ ((slope_term - law @ slope_mean) ** 2 @ p))
    one = math.pi**2 / 8.0 + spread + 2.0 * pair
    poisson = np.linalg.solve(np.eye(nodes) - transfer + np.outer(np.ones(nodes), law), rest)
    lags, future = [], rest
    for _ in range(8):
        lags.append(covariance(future))
        future = transfer @ future
    return Exponent(s, t, lam, one + 2.0 * covariance(poisson), one, np.array(lags))


def _stationary(transfer: Floats) -> Floats:
    """The left eigenvector for the eigenvalue 1, normalised to sum 1."""
    n = len(transfer)
    system = np.vstack([transfer.T - np.eye(n), np.ones(n)])
    return np.asarray(np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)[0])


@dataclass(frozen=True, eq=False)
class LogProducts:
    """Log-products of many random chains:
    ``logs[i, k]`` = Σ_{j ≤ depths[k]} log|w_j σ′(z_j)| after ``burn_in`` layers."""

    weight_std: float
    bias_std: float
    depths: NDArray[np.int64]
    logs: Floats
    last: Floats
    """The activation behind the last layer; shape (chains,)."""


def simulate(
    activation: Activation,
    rng: np.random.Generator,
    depths: Any = (1, 2, 5, 10, 20, 50, 100, 200),
    chains: int = 20_000,
    weight_std: float = 1.0,
    bias_std: float = 1.0,
    burn_in: int = 20,
    weight_mean: float = 0.0,
    bias_mean: float = 0.0,
) -> LogProducts:
    """Draw ``chains`` chains and add up log|w σ′(z)| layer by layer;
    ``burn_in`` layers come first and are not counted.

    w ~ N(weight_mean, weight_std²), b ~ N(bias_mean, bias_std²). Raises ValueError for depths that are not
    increasing whole numbers ≥ 1, fewer than 2 chains, or means that are not finite.
    """
    given_activation("activation", activation)
    s, t = _positive("weight_std", weight_std), _positive("bias_std", bias_std, zero_allowed=True)
    wanted = np.atleast_1d(np.asarray(depths))
    if wanted.dtype.kind not in "iu" or wanted.size == 0 or wanted[0] < 1 or np.any(np.diff(wanted) <= 0):
        raise ValueError(f"depths must be increasing whole numbers, 1 or more, not {depths!r}")
    rng, chains, burn_in = generator("rng", rng), whole("chains", chains, 2), whole("burn_in", burn_in, 0)
    weight_mean, bias_mean = number("weight_mean", weight_mean), number("bias_mean", bias_mean)
    value, log_slope = compiled(activation.value, z), compiled(activation.log_slope, z)
    a, total, kept = np.full(chains, 0.5), np.zeros(chains), []
    for j in range(1 - burn_in, int(wanted[-1]) + 1):
        w = weight_mean + s * rng.standard_normal(chains)
        at = w * a + (bias_mean + t * rng.standard_normal(chains))
        a = value(at)
        if j >= 1:
            total += np.log(np.abs(w)) + log_slope(at)
        if j in wanted:
            kept.append(total.copy())
    return LogProducts(s, t, wanted.astype(np.int64), np.stack(kept, axis=1), a)
