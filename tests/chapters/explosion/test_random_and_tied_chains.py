"""λ against the weight scale: quadrature, simulation and the bound."""

from __future__ import annotations

import dataclasses
import math

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.chapters.explosion import balance_curve, off_centre
from analysis.chapters.explosion.claims import random_and_tied_chains as b_claims
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Checked, Refuted
from analysis.numeric.compiled import compiled
from analysis.numeric.log_product import exponent
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import w, z


def test_curves() -> None:
    curves = balance_curve.balance([0.5, 3.0, 7.549458, 12.0])
    assert np.all(curves.independent < curves.bound) and np.all(curves.bound < -0.716)
    assert curves.tied_at_centre[2] == pytest.approx(0.0, abs=1e-6)
    assert curves.independent[1] == pytest.approx(exponent(SIGMOID, 3.0, 0.0, nodes=64).lam, abs=1e-6)
    assert np.all(curves.independent <= curves.tied_at_centre)


def test_the_bound_that_is_drawn_is_that_of_the_claim() -> None:
    """Its top, near s = 2.5, is the right side of the claim."""
    claim = CLAIMS["random-chain-always-vanishes"]
    near = balance_curve.balance([2.4, math.sqrt(2 * math.pi), 2.6]).bound
    assert near[1] == pytest.approx(float(claim.statement.rhs), abs=1e-12) and near[1] == near.max()
    assert round(near[1], 3) == -0.716


def test_beside_the_centre_no_scale_explodes() -> None:
    off = off_centre.off_centre([4.0, 9.0, 20.0], np.random.default_rng(0), chains=200, layers=400)
    assert np.all(off.lam + 5 * off.standard_error < 0)
    centre = balance_curve.balance([4.0, 9.0, 20.0]).tied_at_centre
    assert (
        abs(off.lam[0] - centre[0]) < 5 * off.standard_error[0]
    )  # λ < 0 at the centre: every input ends there
    assert np.all(off.lam[1:] < centre[1:] - 0.5)  # λ > 0 there: none does


def test_lambda_beside_the_centre() -> None:
    """Expected: layers 1,001 to 2,000 of 30,000 chains and more,
    in a loop written with tanh (errors below 0.0006).

    With σ(z) − ½, which cancels to 0, the same seeds gave −0.028, −0.132 and −0.500.
    """
    off = off_centre.off_centre([7.549, 8.0, 9.0], np.random.default_rng(3))
    assert np.all(off.standard_error < 0.002) and off.layers == 1000
    np.testing.assert_array_less(np.abs(off.lam - [-0.0421, -0.1577, -0.5027]), 4 * off.standard_error + 6e-4)


def test_beyond_the_balancing_scale_no_depth_explodes() -> None:
    """20,000 layers more: with σ(z) − ½ every chain was at the centre by then, and λ came out as +0.058."""
    off = off_centre.off_centre([8.0], np.random.default_rng(1), chains=100, layers=20_000)
    assert abs(off.lam[0] + 0.1577) < 4 * off.standard_error[0] < 0.02


def test_at_the_balancing_scale_lambda_falls_like_one_over_the_root_of_the_depth() -> None:
    rng = np.random.default_rng(2)
    few, many = (off_centre.off_centre([7.549], rng, chains=2000, layers=n) for n in (250, 4000))
    ratio = many.lam[0] / few.lam[0]
    error = abs(ratio) * np.hypot(*(x.standard_error[0] / x.lam[0] for x in (few, many)))
    assert abs(ratio - 0.25) < 4 * error < 0.1


def test_a_chain_that_float64_cannot_follow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rough = dataclasses.replace(off_centre.CENTRED, safe_formula=SIGMOID.value - sp.S.Half)
    monkeypatch.setattr(off_centre, "CENTRED", rough)
    with pytest.raises(ArithmeticError, match="of 100 chains with s = 8 are at a = 1/2"):
        off_centre.off_centre([8.0], np.random.default_rng(1), chains=100, layers=2000)
    assert off_centre.off_centre([2.0], np.random.default_rng(1), chains=100, layers=1000).lam[0] < -1.2


def test_the_centred_sigmoid_keeps_its_digits() -> None:
    found = compiled(off_centre.CENTRED.value, z)(np.array([1e-300, 1e-30, 1e-9, 0.3, 40.0]))
    with mpmath.workdps(340):
        exact = [
            1 / (1 + mpmath.exp(-mpmath.mpf(x))) - mpmath.mpf("0.5") for x in (1e-300, 1e-30, 1e-9, 0.3, 40.0)
        ]
        assert found == pytest.approx([float(x) for x in exact], rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("mean", "std", "bias", "expected"),
    [
        (4.0, 0.05, -2.0, -0.01037),
        (0.0, 7.97, -2.11, -1.2187),
        (0.0, 6.0, -1.5, -1.2071),
        (0.0, 3.1889, 0.0, -1.4474),
    ],
)
def test_means_other_than_zero(mean: float, std: float, bias: float, expected: float) -> None:
    """Expected: loops written out in NumPy over 10⁶ layers and more.
    e^−1.2187 = 0.296 is more than 0.2352, the best without biases."""
    found = b_claims.simulated_exponent(np.random.default_rng(4), std, mean, bias)
    assert abs(found.value - expected) < 4 * found.standard_error < 0.02


def test_centred_sigmoid_is_the_tied_chain() -> None:
    rng = np.random.default_rng(2)
    weights, a, shifted = rng.normal(size=30) * 5, 0.9, 0.4
    for weight in weights:
        a = 1 / (1 + np.exp(-(weight * a - weight / 2)))
        shifted = compiled(off_centre.CENTRED.value, z)(weight * shifted)
        assert shifted == pytest.approx(a - 0.5, abs=1e-12)


def test_prediction_refuses_other_frozen_activations() -> None:
    (claim,) = b_claims.CLAIMS
    assert isinstance(claim.settle(), Checked)
    for share in (0.25, 0.75, 1):
        assert isinstance(claim.settle(b_claims._lam_is(share * w)), Refuted)


def test_bad_scale() -> None:
    with pytest.raises(ValueError, match="weight_std"):
        balance_curve.balance([-1.0])


@pytest.mark.parametrize("means", [(float("nan"), 0.0), (0.0, float("inf"))])
def test_bad_means(means: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="_mean must be a finite number"):
        b_claims.simulated_exponent(np.random.default_rng(0), 1.0, *means)
