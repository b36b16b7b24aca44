"""The predictions hold with their siblings refuted, and their theory is read off the statement."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.chapters.initialisation.claims import variance_layers as claims
from analysis.claims.meaning import value
from analysis.claims.outcome import Checked, Refuted
from analysis.numeric.mean_field import profile
from analysis.symbolic.variance import depth, n, sigma_w

BY_LABEL = {claim.label: claim for claim in claims.CLAIMS}


def test_the_recursions_are_those_of_the_profile() -> None:
    """What the statements' right sides are worth, integral by integral, against the mean-field code's own."""
    expected = profile("tanh", claims.SCALE, claims.BIAS, claims.LAYERS)
    forward, backward = (BY_LABEL[f"variance-recursion-{way}"] for way in ("forward", "backward"))
    for claim, number in ((forward, expected.forward[-1]), (backward, expected.backward[0])):
        found = value(claim.statement.rhs, claim.domain.world({}))
        assert float(found) == pytest.approx(float(number), rel=1e-9)


@pytest.mark.parametrize(("layers", "fourth"), [(1, 9), (2, 54)])
def test_the_spread_of_one_neuron_by_its_fourth_moments(layers: int, fourth: int) -> None:
    """z¹ = w x has E z⁴/(E z²)² = 3·3; ReLU doubles that ratio, and the next weight has 3 again."""
    formula = BY_LABEL["relu-spread-by-depth-over-width"].statement.rhs
    assert formula.subs({n: 1, depth: layers}) == sp.Integer(fourth - 1)


@pytest.mark.parametrize("wrong", [8, 9, "9.6", "10.7", 11, 12, "4.7226"])
def test_the_critical_scale_of_the_sigmoid_is_resolved(wrong: object) -> None:
    claim = BY_LABEL["sigmoid-critical-scale"]
    assert isinstance(claim.settle(), Checked)
    assert isinstance(claim.settle(sp.Eq(sigma_w, sp.Float(wrong), evaluate=False)), Refuted)


def test_tanh_at_one_loses_a_power_of_the_depth_and_no_more() -> None:
    """L E[δ²] tends to 0.7066:
    doubling the depth halves the mean square, where an exponential would square it."""
    few, many = (profile("tanh", 1.0, 0.0, depth).backward[0] for depth in (500, 1000))
    assert few / many == pytest.approx(2.0, rel=5e-3) and 1000 * many == pytest.approx(0.708, abs=1e-3)
    assert 1 / profile("tanh", 1.0, 0.0, 20).backward[0] == pytest.approx(26.4, abs=0.05)
