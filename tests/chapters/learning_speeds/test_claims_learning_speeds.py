"""The recorded claims are read off the record: other numbers, or another statement, come out otherwise."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.learning_speeds.claims import records as claims
from analysis.claims.outcome import Checked, Refuted, Reproduced
from analysis.numeric.speed_statistics import NIELSEN_SPEEDS

BY_LABEL = {c.label: c for c in claims.CLAIMS}


@pytest.mark.parametrize("label", [label for label, c in BY_LABEL.items() if c.kind == "claim"])
def test_turning_a_relation_round_refutes_it(label: str) -> None:
    statement = BY_LABEL[label].statement
    turned = {sp.Lt: sp.Ge, sp.Gt: sp.Le, sp.Eq: sp.Lt}
    flipped = turned[type(statement)](*statement.args, evaluate=False)
    assert isinstance(claims.by_record(statement), Checked)
    if not isinstance(statement, sp.Eq) or float(statement.rhs) == 1.0 or flipped.rhs == 0:
        assert isinstance(claims.by_record(flipped), Refuted)


@pytest.mark.parametrize("hidden", [2, 3, 4])
def test_a_speed_ten_times_off_is_noticed(hidden: int) -> None:
    reproduction = BY_LABEL[f"nielsen-speeds-{hidden}-hidden"]
    assert isinstance(reproduction.settle(), Reproduced)
    for layer in range(hidden):
        numbers = [10 * v if l == layer else v for l, v in enumerate(NIELSEN_SPEEDS[hidden])]
        assert isinstance(reproduction.settle(sp.Tuple(*numbers)), Refuted)


def test_standard_normal_ranges_would_not_contain_his_numbers() -> None:
    for hidden, stated in NIELSEN_SPEEDS.items():
        slowest = claims.initial("gaussian", hidden).min(axis=0)
        assert np.all(np.array(stated) < slowest)


def test_every_symbol_of_a_statement_is_measured() -> None:
    for claim in claims.CLAIMS:
        if claim.kind == "claim":
            assert claim.statement.free_symbols | claim.false_sibling.free_symbols <= set(claims.MEASURED)
