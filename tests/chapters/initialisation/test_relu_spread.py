"""The exact moments against brute force, the bar against repeated simulation,
and what the claim tells apart."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.initialisation.relu_spread import relative_moments, relu_mean_squares, spread_error
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Argued, Checked, Refuted
from analysis.symbolic.variance import SPREAD, depth, n, spread_is


def test_the_bar_of_2500_networks_of_width_50_and_6_layers() -> None:
    assert spread_error(50, 6, 2500) == pytest.approx(0.06214, abs=5e-6)
    assert float(relative_moments(50, 6)[2] - 1) == pytest.approx(1.04**2 * 1.1**5 - 1, rel=1e-14)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_moments_of_a_mean_by_multiplying_out(width: int) -> None:
    """E of a product over every way to choose k of the n numbers, with repetition."""
    law = {0: 1, 1: 1, 2: 6, 3: 60, 4: 840}
    square = {0: 1, 1: 1, 2: 3, 3: 15, 4: 105}
    for k in range(5):
        means = []
        for moments in (square, law):
            total = Fraction(0)
            for chosen in itertools.product(range(width), repeat=k):
                total += Fraction(math.prod(moments[chosen.count(i)] for i in range(width)), width**k)
            means.append(total)
        assert relative_moments(width, 3)[k] == means[0] ** 2 * means[1] ** 2


def test_the_bar_covers_as_a_standard_error_should() -> None:
    """400 repetitions: 68 % of the estimates lie within one bar of the exact spread,
    give or take four standard errors of that share."""
    repeated, networks = 400, 500
    x = relu_mean_squares(20, 2, networks=repeated * networks, seed=5).reshape(repeated, networks)
    estimates = ((x - 1.0) ** 2).mean(axis=1)
    off = (estimates - float(relative_moments(20, 2)[2] - 1)) / spread_error(20, 2, networks)
    assert abs((np.abs(off) < 1.0).mean() - 0.683) < 4 * math.sqrt(0.683 * 0.317 / repeated)
    assert off.std() == pytest.approx(1.0, abs=0.2) and abs(off.mean()) < 4 / math.sqrt(repeated)


@pytest.mark.parametrize("wrong", [4, 6, sp.Rational(9, 2), 2])
def test_the_exact_claim_refuses_other_factors(wrong: sp.Expr) -> None:
    claim = CLAIMS["relu-spread-exact"]
    assert isinstance(claim.settle(spread_is(sp.Integer(5))), Argued)
    assert isinstance(claim.settle(spread_is(sp.sympify(wrong))), Refuted)


@pytest.mark.parametrize(
    "right",
    [
        (1 + 2 / n) ** 2 * (1 + 5 / n) ** depth - 1,
        (1 + 2 / n) * (1 + 5 / n) ** (depth - 1) - 1,
        (1 + 3 / n) ** 2 * (1 + 5 / n) ** (depth - 1) - 1,
        (1 + 2 / n) ** 2 * (1 + 5 / n) ** (depth - 1),
        (1 + 2 / n) ** 2 * (1 + 5 * (depth - 1) / n) - 1,
    ],
    ids=str,
)
def test_the_exact_claim_reads_every_part_of_the_right_side(right: sp.Expr) -> None:
    assert isinstance(CLAIMS["relu-spread-exact"].settle(sp.Eq(SPREAD, right, evaluate=False)), Refuted)


@pytest.mark.parametrize("wrong", [4, 6])
def test_the_simulation_tells_four_and_six_from_five(wrong: int) -> None:
    prediction = CLAIMS["relu-spread-by-depth-over-width"]
    assert isinstance(prediction.settle(), Checked)
    assert isinstance(prediction.settle(spread_is(sp.Integer(wrong))), Refuted)


def test_bars_from_the_sample_are_too_short_where_depth_over_width_is_large() -> None:
    """Chapter 7: width 20, depth 20, 400 networks;
    two sample bars hold the true mean in about 83 of 100 repetitions."""
    x = relu_mean_squares(20, 20, networks=400 * 60, seed=7)
    chosen = x[np.random.default_rng(0).integers(0, len(x), (2000, 400))]
    bars = chosen.std(axis=1, ddof=1) / 20.0
    share = (np.abs(chosen.mean(axis=1) - x.mean()) < 2.0 * bars).mean()
    assert 0.77 < share < 0.89
    exact = math.sqrt(float(relative_moments(20, 20)[2] - 1)) / 20.0
    assert 2 * exact == pytest.approx(0.910, abs=1e-3) and np.median(bars) < 0.8 * exact
