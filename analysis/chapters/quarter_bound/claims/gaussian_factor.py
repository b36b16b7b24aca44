"""One factor w σ′(wa + b) of the sigmoid chain with normal weights:
how often is it below 1/4, and how often is the ratio below 1/16?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import sympy as sp

from analysis.chapters.quarter_bound.gaussian_factor import (
    _CHUNK,
    RATIO,
    Q,
    Share,
    _edge,
    _slope,
    _x,
    below_quarter,
    ratio_below_sixteenth,
)
from analysis.chapters.quarter_bound.slope import QUARTER
from analysis.claims.claim import Claim
from analysis.claims.domain import at_least, domain, only
from analysis.claims.laws import DRAWS, normal, probability_over
from analysis.claims.lines import Line, proof
from analysis.claims.relations import eq
from analysis.claims.rules import Rewritten, cited
from analysis.claims.world import Estimate, Given
from analysis.numeric.arguments import real_array, whole
from analysis.numeric.quadrature import number
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import probability, times
from analysis.symbolic.notation import a_, b, b_, sigma, sigma_prime, w, w_, z, z_


def _at_edge(edge: sp.Expr) -> sp.Eq:
    return sp.Eq(times(_x, SIGMOID.derivative.subs(z, edge)), QUARTER, evaluate=False)


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


def shares(activations: Sequence[float], samples: int = 200_000) -> tuple[Share, ...]:
    """``Share`` at each incoming activation a in [0, 1];
    raises ValueError outside, and for fewer than two samples."""
    samples = whole("samples", samples, 2)
    activations = real_array("activations", activations, ("n",)).tolist()
    for at in activations:
        if not 0.0 <= at <= 1.0:
            raise ValueError(f"activations must lie in [0, 1], where the sigmoid's values lie, not {at!r}")
    exact = (
        number(below_quarter(sp.Rational(str(round(at, 12)))).doit(integrals=False)) for at in activations
    )
    return tuple(
        Share(at, e, *simulate_below_quarter(at, samples)[:2])
        for at, e in zip(activations, exact, strict=True)
    )


_bound_event = probability(sp.Lt(sp.Abs(times(w_(2), w_(3))) / 16, sp.Rational(1, 16), evaluate=False))
_bessel = sp.Integral(sp.besselk(0, _x) * 2 / sp.pi, (_x, 0, 1))
_ratio_event = probability(sp.Lt(sp.Abs(RATIO), sp.Rational(1, 16), evaluate=False))
_drawn = {x: normal() for x in (w, b, *(letter(j) for j in (1, 2, 3) for letter in (w_, b_)))}
_normal = {probability: probability_over(_drawn), **only("sigmoid")}
_chain = {a_(0): sp.S.Half} | {
    key: found for j in (1, 2) for key, found in ((z_(j), w_(j) * a_(j - 1) + b_(j)), (a_(j), sigma(z_(j))))
}


@cache
def _ratio_quadrature() -> Estimate:
    """Q, off by no more than twice what 40 nodes change."""
    fine, coarse = ratio_below_sixteenth(), ratio_below_sixteenth(nodes=80)
    return Estimate(fine, bound=2 * abs(fine - coarse))


def _probability_claim(name: str, at: sp.Expr) -> Claim:
    event = probability(sp.Lt(sp.Abs(times(w, sigma_prime(w * at + b))), QUARTER, evaluate=False))
    return Claim(
        label=f"factor-below-quarter-{name}",
        sentence=f"With normal weight and bias and incoming activation {at}, the factor is below 1/4 "
        f"often, not always.",
        statement=sp.Eq(event, below_quarter(at), evaluate=False),
        check=None,
        scope=f"w, b ~ N(0, 1), a = {at}, sigmoid; quadrature against {DRAWS:,} draws",
        false_sibling=sp.Eq(event, sp.erf(1 / sp.sqrt(2)), evaluate=False),
        domain=domain(means=_normal),
    )


_root = sp.sqrt(_x)
_by_threshold = proof(
    Line(eq(sp.acosh(_root), sp.log(_root + sp.sqrt(_x - 1))), cited("inverse hyperbolic cosine", (), _root)),
    Line(_at_edge(_edge), Rewritten((1,))),
)

CLAIMS = (
    Claim(
        label="quarter-threshold",
        sentence="For a weight of size x > 1 the factor is exactly 1/4 where z = 2 arcosh √x.",
        statement=_at_edge(_edge),
        check=_by_threshold,
        scope="sigmoid; below the threshold in |z| the factor exceeds 1/4",
        false_sibling=_at_edge(_edge / 2),
        domain=domain((_x, at_least(1, strictly=True))),
    ),
    _probability_claim("silent-input", sp.S.Zero),
    _probability_claim("full-input", sp.S.One),
    Claim(
        label="ratio-bound-law",
        sentence=f"The bound |w₂w₃|/16 on the ratio of learning speeds is below 1/16 with probability "
        f"{number(_bessel):.4f}.",
        statement=sp.Eq(_bound_event, _bessel, evaluate=False),
        check=None,
        scope="w₂, w₃ ~ N(0, 1) independent; the product of two normal numbers has density K₀(|x|)/π, K₀ a "
        f"modified Bessel function; {DRAWS:,} draws",
        false_sibling=sp.Eq(_bound_event, sp.erf(1 / sp.sqrt(2)) ** 2, evaluate=False),
        domain=domain(means=_normal),
    ),
    Claim(
        label="ratio-below-sixteenth",
        sentence=f"The first layer learns more than 16 times slower than the third with probability "
        f"{_ratio_quadrature().value:.4f}, not always.",
        statement=sp.Eq(_ratio_event, Q, evaluate=False),
        check=None,
        scope="sigmoid, all weights and biases ~ N(0, 1), input a_0 = 1/2; Q = "
        f"{_ratio_quadrature().value:.4f}: the same probability by quadrature over z_1, w_2 and b_2, "
        f"with w_3 integrated in closed form; {DRAWS:,} draws",
        false_sibling=sp.Eq(_ratio_event, _bessel, evaluate=False),
        domain=domain(means={**_normal, **_chain, Q: Given(lambda world: _ratio_quadrature())}),
    ),
)
