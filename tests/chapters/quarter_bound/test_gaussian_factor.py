"""Probabilities of the factor and the ratio, against computations that share no code with them."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.chapters.quarter_bound import gaussian_factor as g
from analysis.chapters.quarter_bound.claims import gaussian_factor as g_claims
from analysis.claims.outcome import Proved, Refuted
from analysis.numeric.quadrature import number


@pytest.mark.parametrize("at", [0.0, 0.25, 1.0])
def test_share_below_against_mpmath(at: float) -> None:
    def given(x: float) -> float:
        if x <= 1:
            return 1.0
        edge = 2 * mpmath.acosh(mpmath.sqrt(x))
        return mpmath.ncdf(x * at - edge) + mpmath.ncdf(-x * at - edge)

    exact = 2 * mpmath.quad(lambda x: mpmath.npdf(x) * given(x), [0, 1, 1.5, 3, 6, 12])
    ours = number(g.below_quarter(sp.Rational(str(at))).doit(integrals=False))
    assert ours == pytest.approx(float(exact), abs=1e-7)


def test_ratio_quadrature_converges() -> None:
    assert g.ratio_below_sixteenth(nodes=100) == pytest.approx(g.ratio_below_sixteenth(nodes=140), abs=2e-5)


def test_ratio_is_the_quotient_of_two_gradients_and_below_its_bound() -> None:
    drawn = g.sample_ratios(20_000, seed=9)
    assert np.all(np.abs(drawn.ratio) <= drawn.bound * (1 + 1e-12))


def test_sampling_the_bound_finds_what_is_there_to_find() -> None:
    rng = np.random.default_rng(1)
    assert g.sample_bound(200_000, rng).above == 0
    assert g.sample_bound(200_000, rng, limit=1.5).above > 0
    assert (
        g.sample_bound(200_000, rng, limit=1.000001).above == 0
    )  # the false bound slips through: sampling is no proof
    with pytest.raises(ValueError, match="samples"):
        g.sample_bound(0, rng)


def test_the_threshold_is_proved_and_others_are_refuted() -> None:
    threshold = g_claims.CLAIMS[0]
    assert isinstance(threshold.settle(), Proved)
    for wrong in (2 * g._edge, g._edge + (g._x - 2) * sp.Rational(1, 7)):
        assert isinstance(threshold.settle(g_claims._at_edge(wrong)), Refuted)


def test_shares_refuse_activations_out_of_range() -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        g_claims.shares([1.5])
    (row,) = g_claims.shares([0.5], samples=50_000)
    assert abs(row.exact - row.simulated) < 5 * row.standard_error and math.isfinite(row.exact)
