"""λ against the weight scale: quadrature, simulation and the proved bound."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.experiments import balance as b
from analysis.experiments.log_product import exponent
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.claim import Checked, Refuted
from analysis.symbolic.notation import w


def test_curves() -> None:
    curves = b.balance([0.5, 3.0, 7.549458, 12.0])
    assert np.all(curves.independent < curves.bound) and np.all(curves.bound < -0.716)
    assert curves.tied_at_centre[2] == pytest.approx(0.0, abs=1e-6)
    assert curves.independent[1] == pytest.approx(exponent(SIGMOID, 3.0, 0.0, nodes=64).lam, abs=1e-6)
    assert np.all(curves.independent <= curves.tied_at_centre)


def test_largest_independent_is_a_maximum() -> None:
    at, top = b.largest_independent()
    assert at == pytest.approx(3.18894, abs=1e-4) and top == pytest.approx(-1.447437, abs=1e-6)
    assert all(exponent(SIGMOID, at + d, 0.0).lam < top for d in (-0.1, 0.1))


def test_beside_the_centre_no_scale_explodes() -> None:
    off = b.off_centre([4.0, 9.0, 20.0], np.random.default_rng(0), chains=200, layers=400)
    assert np.all(off.lam + 5 * off.standard_error < 0)
    centre = b.balance([4.0, 9.0, 20.0]).tied_at_centre
    assert (
        abs(off.lam[0] - centre[0]) < 5 * off.standard_error[0]
    )  # λ < 0 at the centre: every input ends there
    assert np.all(off.lam[1:] < centre[1:] - 0.5)  # λ > 0 there: none does


def test_centred_sigmoid_is_the_tied_chain() -> None:
    from analysis.numeric.compiled import compiled
    from analysis.symbolic.notation import z

    rng = np.random.default_rng(2)
    weights, a, shifted = rng.normal(size=30) * 5, 0.9, 0.4
    for weight in weights:
        a = 1 / (1 + np.exp(-(weight * a - weight / 2)))
        shifted = compiled(b.CENTRED.value, z)(weight * shifted)
        assert shifted == pytest.approx(a - 0.5, abs=1e-12)


def test_prediction_refuses_other_frozen_activations() -> None:
    (claim,) = b.CLAIMS
    assert isinstance(claim.settle(), Checked)
    for share in (0.25, 0.75, 1):
        assert isinstance(claim.settle(b._lam_is(share * w)), Refuted)


def test_bad_scale() -> None:
    with pytest.raises(ValueError, match="weight_std"):
        b.balance([-1.0])
