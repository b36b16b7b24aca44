"""The predictions hold with their siblings refuted, and their theory is read off the statement."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.experiments import variance_claims as claims
from analysis.numeric.mean_field import profile
from analysis.symbolic.variance import depth, n

BY_LABEL = {claim.label: claim for claim in claims.CLAIMS}


def test_the_recursions_are_those_of_the_profile() -> None:
    expected = profile("tanh", claims.SCALE, claims.BIAS, claims.LAYERS)
    forward, backward = (BY_LABEL[f"variance-recursion-{way}"] for way in ("forward", "backward"))
    assert forward.theory(forward.statement) == pytest.approx(float(expected.forward[-1]), rel=1e-12)
    assert backward.theory(backward.statement) == pytest.approx(float(expected.backward[0]), rel=1e-12)


@pytest.mark.parametrize(("layers", "fourth"), [(1, 9), (2, 54)])
def test_the_spread_of_one_neuron_by_its_fourth_moments(layers: int, fourth: int) -> None:
    """z¹ = w x has E z⁴/(E z²)² = 3·3; ReLU doubles that ratio, and the next weight has 3 again."""
    formula = BY_LABEL["relu-spread-by-depth-over-width"].statement.rhs
    assert formula.subs({n: 1, depth: layers}) == sp.Integer(fourth - 1)
