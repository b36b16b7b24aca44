"""The cells of chapter 13: every claim and sibling, and the closed forms against direct evaluation."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from analysis.chapters.gates import cell_at_rest as gated_rest
from analysis.chapters.gates.claims import cell_at_rest as gated_rest_claims
from analysis.chapters.gates.claims import formulas as gated_claims
from analysis.symbolic import gates as gated
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import h, sigma, w
from analysis.symbolic.residual import residual

CLAIMS = (*gated_claims.CLAIMS, *gated_rest_claims.CLAIMS)


def test_a_gated_layer_that_forgets_nothing_is_a_residual_block() -> None:
    s = sp.Symbol("s", positive=True)
    assert gated.gated(plain(), 1, s).output == residual(plain(), s).output
    with pytest.raises(TypeError, match="layer must be a Layer"):
        gated.gated(sigma(w * h))


@pytest.mark.parametrize("bias", [-3, 0, 1, 5])
def test_the_half_life_halves(bias: int) -> None:
    life = float(gated.half_life(sp.Integer(bias)))
    assert (1 / (1 + math.exp(-bias))) ** life == pytest.approx(0.5, rel=1e-12)
    assert float(gated.bias_for(sp.Float(life, 30))) == pytest.approx(bias, abs=1e-10)


def test_a_large_bias_does_not_overflow() -> None:
    assert float(gated.half_life(sp.Integer(60)).evalf(20)) == pytest.approx(
        math.exp(60) * math.log(2), rel=1e-9
    )


def test_a_missing_path_is_refused() -> None:
    """Each term of the step matters: without any one of them the claim's check refutes it."""
    claim = next(c for c in CLAIMS if c.label == "lstm-memory-step")
    forget, rest = claim.statement.rhs.args
    paths, o, slope = rest.args
    for missing in range(3):
        left = gated_claims.plus(*(p for k, p in enumerate(paths.args) if k != missing))
        wrong = sp.Eq(
            claim.statement.lhs, gated_claims.plus(forget, gated_claims.times(left, o, slope)), evaluate=False
        )
        assert claim.settle(wrong).status == "refuted"


def test_the_squared_gain_of_no_random_part_is_a_power() -> None:
    f, v = gated_rest.kept, gated_rest.v
    assert gated_rest.squared_gain(3).doit().subs(v, 0) == f**6
    assert sp.expand(gated_rest.squared_gain(2).doit()) == f**4 + 4 * f**2 * v + v**2
