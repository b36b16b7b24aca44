"""A standard error is the spread of the estimate over repetitions with other seeds:
without √n, or from dependent units, it is not."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.explosion import off_centre
from analysis.chapters.explosion.claims import random_and_tied_chains
from analysis.chapters.quarter_bound.claims import gaussian_factor as gaussian_factor_claims
from analysis.chapters.quarter_bound.claims import log_product as log_product_claims
from analysis.chapters.wide_layers import random_layers
from analysis.claims.claim import Estimate
from analysis.claims.meaning import value
from analysis.claims.world import World
from analysis.symbolic.display import probability

REPEATS = 120


def tied(seed: int) -> Estimate:
    """λ of chains with tied biases beside the balancing scale, where they wander far and slowly."""
    found = off_centre.off_centre([8.0], np.random.default_rng(seed), chains=60, layers=100)
    return Estimate(float(found.lam[0]), float(found.standard_error[0]))


def untied(seed: int) -> Estimate:
    """λ of chains without biases."""
    return random_and_tied_chains.simulated_exponent(
        np.random.default_rng(seed), 3.0, chains=60, layers=20, burn_in=5
    )


def below_quarter(seed: int) -> Estimate:
    """The share of factors below ¼, uncached."""
    return gaussian_factor_claims.simulate_below_quarter.__wrapped__(0.5, 2000, seed)


def wide(seed: int) -> Estimate:
    """λ₁ of sigmoid networks of width 4."""
    rng = np.random.default_rng(seed)
    run = random_layers.exponent_by_width(
        "sigmoid", [4], lambda n: 0.5, rng, 1.0, depth=10, burn_in=3, replicates=24
    )
    return Estimate(float(run.top[0]), float(run.standard_errors[0]))


def exponent(seed: int) -> Estimate:
    """λ of the log-product, from fresh chains."""
    fresh = log_product_claims.drawn.__wrapped__(400, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_product_claims, "drawn", lambda: fresh)
        return log_product_claims._simulated_exponent(World({}))


def measured(which: str) -> Callable[[int], Estimate]:
    """The left side of a claim on the log-product, from fresh chains."""
    claim = next(x for x in log_product_claims.CLAIMS if x.label == which)
    assert claim.domain is not None
    (quantity,) = claim.statement.lhs.atoms(probability) or claim.statement.lhs.atoms(sp.Function("Var"))

    def drawn(seed: int) -> Estimate:
        name = "drawn" if isinstance(quantity, probability) else "terms"
        fresh = getattr(log_product_claims, name).__wrapped__(400, seed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(log_product_claims, name, lambda: fresh)
            world = claim.domain.world({})  # type: ignore[union-attr]
            value(quantity, world)
        (found,) = (x for x in world.used.values() if isinstance(x, Estimate) and x.standard_error)
        return found

    return drawn


@pytest.mark.parametrize(
    "estimate",
    [
        tied,
        untied,
        below_quarter,
        wide,
        exponent,
        measured("log-product-variance"),
        measured("log-product-is-nearly-normal"),
    ],
    ids=["tied", "untied", "below quarter", "wide", "exponent", "variance", "share"],
)
def test_the_standard_error_is_the_spread_over_seeds(estimate: Callable[[int], Estimate]) -> None:
    found = [estimate(seed) for seed in range(REPEATS)]
    spread = np.std([x.value for x in found], ddof=1)
    stated = math.sqrt(np.mean([x.standard_error**2 for x in found]))
    assert abs(math.log(spread / stated)) < 4 / math.sqrt(2 * REPEATS)
