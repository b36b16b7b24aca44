"""One factor w σ′(wa + b) of the sigmoid chain with normal weights:
how often is it below 1/4, and how often is the ratio below 1/16?"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import plus, times
from analysis.symbolic.normal import density
from analysis.symbolic.notation import sigma_prime, w_, z, z_

_x = sp.Symbol("x", positive=True)
_slope = compiled(SIGMOID.slope, z)
_CHUNK = 1_000_000


class BoundCheck(NamedTuple):
    """What a sample of factors with |w| < limit showed."""

    samples: int
    largest: float
    above: int
    """How many |w| σ′(z) exceeded ¼ by more than the rounding of one operation."""


def sample_bound(samples: int, rng: np.random.Generator, limit: float = 1.0) -> BoundCheck:
    """Draw w uniform on (−limit, limit) and z ~ N(0, 1), and look for |w| σ′(z) above ¼.
    Raises ValueError for no samples."""
    if samples < 1:
        raise ValueError(f"samples must be 1 or more, not {samples!r}")
    largest, above, allowed = 0.0, 0, np.nextafter(0.25, 1.0)
    for start in range(0, samples, _CHUNK):
        n = min(_CHUNK, samples - start)
        factor = np.abs(rng.uniform(-limit, limit, n)) * _slope(rng.standard_normal(n))
        largest = max(largest, float(factor.max()))
        above += int(np.count_nonzero(factor > allowed))
    return BoundCheck(samples, largest, above)


# |w| σ′(z) < ¼ with |w| = x > 1 means |z| > 2 arcosh √x, because σ′(z) = 1/(4 cosh²(z/2)).
_edge = 2 * sp.acosh(sp.sqrt(_x))


def below_quarter(at: sp.Expr) -> sp.Expr:
    """Pr[|w σ′(w·at + b)| < 1/4] for w, b ~ N(0, 1):
    erf(1/√2) for |w| < 1, plus an integral over |w| = x > 1."""
    tail = sum(sp.erfc((_edge + sign * at * _x) / sp.sqrt(2)) / 2 for sign in (1, -1))
    return plus(sp.erf(1 / sp.sqrt(2)), sp.Integral(2 * density(_x) * tail, (_x, 1, sp.oo)))


class Share(NamedTuple):
    """Pr[|w σ′(w·at + b)| < ¼] at one incoming activation:
    by quadrature, and simulated with its standard error."""

    at: float
    exact: float
    simulated: float
    standard_error: float


# The ratio ∂C/∂b₁ : ∂C/∂b₃ = σ′(z₁) w₂ σ′(z₂) w₃, and its bound |w₂ w₃|/16.
RATIO = times(sigma_prime(z_(1)), w_(2), sigma_prime(z_(2)), w_(3))


class Ratios(NamedTuple):
    """Draws of the ratio ∂C/∂b₁ : ∂C/∂b₃ and of its bound |w₂ w₃|/16; each of shape (samples,)."""

    ratio: NDArray[np.float64]
    bound: NDArray[np.float64]


@cache
def sample_ratios(samples: int = 2_000_000, seed: int = 3, a_0: float = 0.5) -> Ratios:
    """Draw all weights and biases from N(0, 1), with input a_0."""
    rng = np.random.default_rng(seed)
    w1, b1, w2, b2, w3 = (rng.standard_normal(samples) for _ in range(5))
    z1 = w1 * a_0 + b1
    z2 = w2 * compiled(SIGMOID.value, z)(z1) + b2
    return Ratios(_slope(z1) * w2 * _slope(z2) * w3, np.abs(w2 * w3) / 16.0)


def ratio_below_sixteenth(a_0: float = 0.5, nodes: int = 120) -> float:
    """Pr[|σ′(z₁) w₂ σ′(z₂) w₃| < 1/16] by quadrature over z₁, w₂, b₂; w₃ is integrated in closed form."""
    x = np.linspace(-8.0, 8.0, nodes)
    p = np.exp(-x * x / 2.0)
    p /= p.sum()
    z1 = np.sqrt(1.0 + a_0 * a_0) * x[:, None, None]
    w2 = x[None, :, None]
    z2 = w2 * compiled(SIGMOID.value, z)(z1) + x[None, None, :]
    limit = 1.0 / (16.0 * _slope(z1) * np.maximum(np.abs(w2), 1e-300) * _slope(z2))
    return float(np.einsum("ijk,i,j,k->", compiled(sp.erf(_x / sp.sqrt(2)), _x)(limit), p, p, p))


Q = sp.Symbol("Q", positive=True)
