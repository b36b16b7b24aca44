"""The machine's formulas against brute force, and checks that can fail."""

from __future__ import annotations

import itertools
import math

import pytest
import sympy as sp

from analysis.chapters.pretraining.claims import formulas as pretraining_claims
from analysis.chapters.pretraining.formulas import (
    PARAMETERS,
    STATES,
    W,
    b,
    c,
    energy,
    free_energy,
    partition,
    probability_of,
)
from analysis.claims.decisions.identities import vanishes
from analysis.claims.outcome import Proved, Refuted

CLAIMS = {claim.label: claim for claim in pretraining_claims.CLAIMS}
AT = dict(zip(PARAMETERS, map(sp.Float, (0.3, -1.2, 0.7, 2.0, -0.4, 0.9, 0.1, -0.8)), strict=True))


def test_the_formulas_are_those_of_the_sums() -> None:
    w = [[float(AT[x]) for x in row] for row in W]
    bs, cs = ([float(AT[x]) for x in xs] for xs in (b, c))
    total = 0.0
    for v in itertools.product((0, 1), repeat=2):
        here = 0.0
        for h in itertools.product((0, 1), repeat=2):
            e = -sum(bs[i] * v[i] + cs[i] * h[i] for i in (0, 1))
            e -= sum(v[i] * w[i][j] * h[j] for i in (0, 1) for j in (0, 1))
            state = tuple(map(sp.Integer, h))
            assert math.isclose(
                float(energy(tuple(map(sp.Integer, v)), state).xreplace(AT)), e, abs_tol=1e-12
            )
            here += math.exp(-e)
        assert math.isclose(math.exp(-float(free_energy(v).xreplace(AT))), here)
        total += here
    assert math.isclose(float(partition().xreplace(AT)), total)


def test_probabilities_add_up_to_one() -> None:
    sets = dict.fromkeys(PARAMETERS, sp.S.Reals)
    assert vanishes(sp.Add(*map(probability_of, STATES)) - 1, sets)
    assert not vanishes(sp.Add(*map(probability_of, STATES[:3])) - 1, sets)


@pytest.mark.parametrize(
    "label", ["rbm-likelihood-gradient-weight", "rbm-free-energy-gradient", "rbm-hidden-unit-is-a-sigmoid"]
)
def test_a_constant_too_many_is_refuted(label: str) -> None:
    claim = CLAIMS[label]
    left, right = claim.statement.args
    assert isinstance(claim.settle(), Proved)
    assert isinstance(claim.settle(sp.Eq(left, right + sp.Rational(1, 100), evaluate=False)), Refuted)
