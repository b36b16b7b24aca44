"""One factor w σ′(wa + b) of the sigmoid chain with normal weights: how often is it below 1/4, and how often is the ratio below 1/16?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.numeric.arguments import real_array, whole
from analysis.numeric.compiled import compiled
from analysis.numeric.quadrature import number
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.claim import Claim, Estimate, Outcome, Prediction, Proved, Step, Unknown
from analysis.symbolic.display import plus, probability, times
from analysis.symbolic.notation import b, sigma_prime, w, w_, z, z_
from analysis.symbolic.proof import counterexample
from analysis.symbolic.quarter_bound import QUARTER, gaussian_density

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
    """Draw w uniform on (−limit, limit) and z ~ N(0, 1), and look for |w| σ′(z) above ¼. Raises ValueError for no samples."""
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


def by_threshold(statement: sp.Basic) -> Outcome:
    """x σ′(z) = ¼ at z = edge(x): put the edge in and simplify; a wrong edge gives another value at x = 2."""
    left, right = statement.args
    value = sp.simplify(left.rewrite(sp.log).doit())
    if sp.simplify(value - right) == 0:
        return Proved("algebra", (Step("the factor at the edge", value),))
    found = counterexample(statement, [{_x: sp.S(2)}])
    return found or Unknown("not simplified to the right side, and equal to it at x = 2")


def _at_edge(edge: sp.Expr) -> sp.Eq:
    return sp.Eq(times(_x, SIGMOID.derivative.subs(z, edge)), QUARTER, evaluate=False)


def below_quarter(at: sp.Expr) -> sp.Expr:
    """Pr[|w σ′(w·at + b)| < 1/4] for w, b ~ N(0, 1): erf(1/√2) for |w| < 1, plus an integral over |w| = x > 1."""
    tail = sum(sp.erfc((_edge + sign * at * _x) / sp.sqrt(2)) / 2 for sign in (1, -1))
    return plus(sp.erf(1 / sp.sqrt(2)), sp.Integral(2 * gaussian_density(_x) * tail, (_x, 1, sp.oo)))


@cache
def simulate_below_quarter(at: float, samples: int = 4_000_000, seed: int = 2) -> Estimate:
    """The share of draws w, b ~ N(0, 1) with |w σ′(w·at + b)| < ¼."""
    rng, hits = np.random.default_rng(seed), 0
    for start in range(0, samples, _CHUNK):
        n = min(_CHUNK, samples - start)
        weight = rng.standard_normal(n)
        hits += int(np.count_nonzero(np.abs(weight) * _slope(weight * at + rng.standard_normal(n)) < 0.25))
    share = hits / samples
    return Estimate(share, float(np.sqrt(share * (1.0 - share) / samples)))


class Share(NamedTuple):
    """Pr[|w σ′(w·at + b)| < ¼] at one incoming activation: by quadrature, and simulated with its standard error."""

    at: float
    exact: float
    simulated: float
    standard_error: float


def shares(activations: Sequence[float], samples: int = 200_000) -> tuple[Share, ...]:
    """``Share`` at each incoming activation a in [0, 1]; raises ValueError outside, and for fewer than two samples."""
    samples = whole("samples", samples, 2)
    activations = real_array("activations", activations, ("n",)).tolist()
    for at in activations:
        if not 0.0 <= at <= 1.0:
            raise ValueError(f"activations must lie in [0, 1], where the sigmoid's values lie, not {at!r}")
    exact = (
        number(below_quarter(sp.Rational(str(round(at, 12)))).doit(integrals=False)) for at in activations
    )
    return tuple(
        Share(at, e, *simulate_below_quarter(at, samples)) for at, e in zip(activations, exact, strict=True)
    )


def _probability_claim(name: str, at: sp.Expr) -> Prediction:
    event = probability(sp.Lt(sp.Abs(times(w, sigma_prime(w * at + b))), QUARTER, evaluate=False))
    return Prediction(
        label=f"factor-below-quarter-{name}",
        sentence=f"With normal weight and bias and incoming activation {at}, the factor is below 1/4 often, not always.",
        statement=sp.Eq(event, below_quarter(at), evaluate=False),
        theory=lambda statement: number(statement.rhs.doit(integrals=False)),
        simulate=lambda: simulate_below_quarter(float(at)),
        scope=f"w, b ~ N(0, 1), a = {at}, sigmoid; quadrature against 4 million draws",
        false_sibling=sp.Eq(event, sp.erf(1 / sp.sqrt(2)), evaluate=False),
    )


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


def _share(hits: NDArray[np.bool_]) -> Estimate:
    share = float(hits.mean())
    return Estimate(share, float(np.sqrt(share * (1.0 - share) / hits.size)))


_bound_event = probability(sp.Lt(sp.Abs(times(w_(2), w_(3))) / 16, sp.Rational(1, 16), evaluate=False))
_bessel = sp.Integral(sp.besselk(0, _x) * 2 / sp.pi, (_x, 0, 1))
_ratio_event = probability(sp.Lt(sp.Abs(RATIO), sp.Rational(1, 16), evaluate=False))


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


def _ratio_theory(statement: sp.Basic) -> float:
    """The right side, with the symbol Q standing for the quadrature above."""
    return float(statement.rhs.subs(Q, ratio_below_sixteenth()))


Q = sp.Symbol("Q", positive=True)

CLAIMS = (
    Claim(
        label="quarter-threshold",
        sentence="For a weight of size x > 1 the factor is exactly 1/4 where z = 2 arcosh √x.",
        statement=_at_edge(_edge),
        check=by_threshold,
        scope="all x > 1, sigmoid; below the threshold in |z| the factor exceeds 1/4",
        false_sibling=_at_edge(_edge / 2),
    ),
    _probability_claim("silent-input", sp.S.Zero),
    _probability_claim("full-input", sp.S.One),
    Prediction(
        label="ratio-bound-law",
        sentence="The bound |w₂w₃|/16 on the ratio of learning speeds is below 1/16 with probability 0.7910.",
        statement=sp.Eq(_bound_event, _bessel, evaluate=False),
        theory=lambda statement: number(statement.rhs),
        simulate=lambda: _share(sample_ratios().bound < 1.0 / 16.0),
        scope="w₂, w₃ ~ N(0, 1) independent; the product of two normal numbers has density K₀(|x|)/π",
        false_sibling=sp.Eq(_bound_event, sp.erf(1 / sp.sqrt(2)) ** 2, evaluate=False),
    ),
    Prediction(
        label="ratio-below-sixteenth",
        sentence="The first layer learns more than 16 times slower than the third with probability 0.9026, not always.",
        statement=sp.Eq(_ratio_event, Q, evaluate=False),
        theory=_ratio_theory,
        simulate=lambda: _share(np.abs(sample_ratios().ratio) < 1.0 / 16.0),
        scope="all weights and biases ~ N(0, 1), input a_0 = 1/2; Q is a three-dimensional quadrature",
        false_sibling=sp.Eq(_ratio_event, sp.Float("0.791"), evaluate=False),
    ),
)
