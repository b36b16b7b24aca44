"""What the rates of deep normalised networks mean, against simulation and closed forms;
false variants of each claim are refuted."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.normalisation.claims import depth, rates
from analysis.chapters.normalisation.claims.meaning_rates import (
    BATCH_VARIANCE,
    BLOCKS,
    NORMAL,
    R,
    Z,
    growth,
    mean_inverse,
    pair,
    relu_rate_of,
    v,
    variance,
)
from analysis.chapters.normalisation.depth import large_batch_growth
from analysis.claims.domain import only
from analysis.claims.laws import Law, expectation_over, mean_over
from analysis.claims.lines import Proof
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.relations import eq
from analysis.claims.world import Undefined, World
from analysis.symbolic.angles import kappa_0, kappa_1, theta
from analysis.symbolic.display import expectation
from analysis.symbolic.normalisation import m
from analysis.symbolic.normalisation_rates import block, residual_growth
from analysis.symbolic.notation import sigma, sigma_prime

CLAIMS = {claim.label: claim for claim in (*rates.CLAIMS, *depth.CLAIMS)}


@pytest.mark.parametrize("size", [4, 5, 8, 17])
def test_the_variance_of_a_batch_has_the_chi_square_law(size: int) -> None:
    """Its mean (m − 1)/m and mean square (m² − 1)/m², and that of 1/v, which two quadratures find alike."""
    world = World({m: fmpq(size), expectation: expectation_over({v: BATCH_VARIANCE})})
    for e, wanted in (
        (v, (size - 1) / size),
        (v**2, (size**2 - 1) / size**2),
        (1 / v, float(mean_inverse(size))),
    ):
        assert float(value(expectation(e), world)) == pytest.approx(wanted, rel=1e-12)


def test_one_over_the_variance_of_drawn_batches() -> None:
    """From batches of 6 on its variance is finite, and a simulation can be compared."""
    drawn = 1 / np.random.default_rng(7).standard_normal((200_000, 8)).var(axis=1)
    error = drawn.std() / math.sqrt(len(drawn))
    assert abs(drawn.mean() - float(mean_inverse(8))) < 4 * error and error < 0.005


def test_another_law_of_the_variance_has_another_mean_inverse() -> None:
    """m v with m degrees of freedom, as around the true mean, in place of m − 1."""
    claim = CLAIMS["batch-norm-inverse-variance"]
    assert claim.domain is not None and isinstance(claim.check, Proof)
    half = m / 2
    law = Law(
        density=m**half * v ** (half - 1) * sp.exp(-m * v / 2) / (2**half * sp.gamma(half)), x=v, low=0.0
    )
    other = replace(claim.domain, means={expectation: mean_over(v, law)})
    assert isinstance(claim.check.outcome(claim.statement, other), Unknown)


@pytest.mark.parametrize("size", [4, 8, 30])
def test_two_normal_numbers_by_their_angle(size: int) -> None:
    """Sheppard 1899 and Cho & Saul 2009, which the statements use,
    against the quadrature that judges them."""
    active, product = pair(size)
    at = {theta: math.acos(-1 / (size - 1))}
    assert float(active) == pytest.approx(float(kappa_0.subs(at)) / 2, rel=1e-12)
    assert float(product) == pytest.approx(float(kappa_1.subs(at)) / 2, rel=1e-12)


@pytest.mark.parametrize("size", [6, 12])
def test_the_rate_of_a_layer_of_drawn_batches(size: int) -> None:
    """D G D P multiplied out for batches drawn on the sphere, E[1/v] apart,
    whose variance is too large to draw."""
    x = np.random.default_rng(size).standard_normal((60_000, size))
    x -= x.mean(axis=1, keepdims=True)
    hat = x / np.sqrt((x**2).mean(axis=1, keepdims=True))
    out, active = np.maximum(hat, 0.0), (hat > 0.0).astype(float)
    G = np.eye(size) - 1 / size
    P = G - hat[:, :, None] * hat[:, None, :] / size
    traces = np.einsum("ni,ij,nj,nji->n", active, G, active, P)
    covariance = (out.T @ out) / len(out)
    shared = (covariance.sum() - np.trace(covariance)) / (size * (size - 1))
    spread = np.trace(covariance) / size - shared
    found = size / (size - 3) * traces.mean() / ((size - 1) * spread)
    assert float(relu_rate_of(size)) == pytest.approx(found, rel=0.01)


def test_below_batches_of_four_there_is_no_rate() -> None:
    with pytest.raises(Undefined, match="infinite"):
        relu_rate_of(3)


@pytest.mark.parametrize("number", [0, 1, 7, 100])
def test_a_block_in_very_large_batches(number: int) -> None:
    formula = float(residual_growth.subs({m: 10**9, block: number}))
    assert float(value(growth(number), World(dict(BLOCKS)))) == pytest.approx(formula, rel=1e-8)


def test_the_rate_of_large_batches_is_the_librarys() -> None:
    for name in ("tanh", "relu", "gelu"):
        world = World({**NORMAL, **only(name)})
        found = value(expectation(sigma_prime(Z) ** 2) / variance(sigma(Z)), world)
        assert float(found) == pytest.approx(large_batch_growth(name), rel=1e-9)
    claim = CLAIMS["batch-norm-shifted-relu-is-not-alike"]
    found = value(depth._formula, claim.domain.world({}))
    assert float(found) == pytest.approx(large_batch_growth("relu", 1.0, -1.0), rel=1e-9)


_limit = CLAIMS["batch-norm-relu-large-batch"].statement.lhs
_power = CLAIMS["batch-norm-residual-power"].statement.lhs
_slopes = expectation(sigma_prime(Z) ** 2)
_share = (m - 2 + kappa_0 + kappa_1) / (m * (1 - kappa_1))
FALSE = {
    "batch-norm-inverse-variance": [
        eq(expectation(1 / v), m / (m - 2)),
        eq(expectation(1 / v), m**2 / (m - 2) ** 2),
        eq(expectation(1 / v), m / (m - 3) * (1 + (m - 4) * (m - 5) * (m - 6) / 10**6)),
        eq(expectation(v), m / (m - 3)),
        sp.Gt(expectation(1 / v), m / (m - 3), evaluate=False),
        eq(expectation(1 / sp.sqrt(v)), sp.sqrt(m / (m - 3))),
    ],
    "batch-norm-relu-rate": [
        eq(R(m), m / (m - 3) * (m - 1 + kappa_1) / (m * (1 - kappa_1))),
        eq(R(m), m / (m - 3) * (m - 2 + kappa_0 + kappa_1) / (m * (1 - kappa_0))),
        eq(R(m), m / (m - 2) * _share),
        eq(R(m), sp.pi / (sp.pi - 1)),
        eq(R(m), sp.Rational(10001, 10000) * m / (m - 3) * _share),
        sp.Lt(R(m), m / (m - 3) * _share, evaluate=False),
    ],
    "batch-norm-relu-large-batch": [
        eq(_limit, sp.Rational(1467, 1000)),
        eq(_limit, sp.pi / (sp.pi - 2)),
        eq(_limit, sp.Integer(1)),
        sp.Gt(_limit, sp.Rational(3, 2), evaluate=False),
    ],
    "batch-norm-always-explodes": [
        sp.Ge(_slopes, sp.Rational(1001, 1000) * variance(sigma(Z)), evaluate=False),
        sp.Ge(expectation(sigma_prime(Z)) ** 2, variance(sigma(Z)), evaluate=False),
        sp.Ge(_slopes, expectation(sigma(Z) ** 2), evaluate=False),
        sp.Le(_slopes, variance(sigma(Z)), evaluate=False),
        eq(_slopes, variance(sigma(Z))),
    ],
    "batch-norm-residual-power": [
        eq(_power, sp.Rational(1467, 1000)),
        eq(_power, sp.pi / (sp.pi - 2)),
        sp.Lt(_power, sp.Rational(7, 5), evaluate=False),
    ],
    "batch-norm-relu-rate-8": [
        eq(depth.measured, R(7)),
        eq(depth.measured, R(10)),
        eq(depth.measured, R(16)),
        sp.Lt(depth.measured, rates.LARGE, evaluate=False),
    ],
    "batch-norm-linear-rate-8": [
        eq(depth.measured, m / (m - 1)),
        eq(depth.measured, m / (m - 3)),
        sp.Le(depth.measured, 1, evaluate=False),
    ],
    "batch-norm-shifted-relu-is-not-alike": [
        sp.Gt(depth._unshifted, depth._shifted, evaluate=False),
        sp.Gt(depth._shifted, 25, evaluate=False),
        sp.Ge(depth._growth_of_shifted, depth._formula, evaluate=False),
        sp.Lt(depth._growth_of_shifted, rates.LARGE, evaluate=False),
    ],
}


def test_every_rate_has_false_variants() -> None:
    assert set(FALSE) >= {claim.label for claim in rates.CLAIMS}


@pytest.mark.drawn(12)
@pytest.mark.parametrize("label", FALSE)
def test_a_false_variant_is_refuted(label: str) -> None:
    for variant in FALSE[label]:
        assert isinstance(CLAIMS[label].settle(variant), Refuted), variant
