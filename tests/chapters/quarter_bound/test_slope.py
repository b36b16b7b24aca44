"""The proofs of chapter 2 refuse what is false, and what another activation or weight would need."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from analysis.chapters.quarter_bound.claims.slope import CLAIMS
from analysis.chapters.quarter_bound.slope import QUARTER
from analysis.claims.domain import only
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import sigma_prime, w, z

BY_LABEL = {claim.label: claim for claim in CLAIMS}


def below(limit: sp.Expr, right: sp.Expr = QUARTER) -> sp.Basic:
    premise = sp.Lt(sp.Abs(w), limit, evaluate=False)
    return sp.Implies(premise, sp.Lt(sp.Abs(w) * sigma_prime(z), right, evaluate=False), evaluate=False)


@pytest.mark.parametrize("right", [QUARTER, sp.Rational(26, 100)])
def test_a_bound_that_is_not_below_the_supremum_is_proved(right: sp.Expr) -> None:
    claim = BY_LABEL["sigmoid-quarter-by-calculus"]
    assert isinstance(claim.settle(sp.Le(SIGMOID.derivative, right, evaluate=False)), Proved)


@pytest.mark.parametrize(
    "false", [sp.Le(SIGMOID.derivative, sp.Rational(6, 25)), sp.Le(SIGMOID.formula, sp.S.Half)]
)
def test_a_bound_below_the_supremum_is_refuted(false: sp.Basic) -> None:
    assert isinstance(BY_LABEL["sigmoid-quarter-by-calculus"].settle(false), Refuted)


@pytest.mark.parametrize(("limit", "right"), [(sp.S.One, QUARTER), (sp.S(2), sp.S.Half)])
def test_a_small_weight_makes_a_small_factor(limit: sp.Expr, right: sp.Expr) -> None:
    assert isinstance(BY_LABEL["small-weight-small-factor"].settle(below(limit, right)), Proved)


@pytest.mark.parametrize("excess", [sp.Rational(1, 10**k) for k in (1, 6, 12)])
def test_any_excess_of_the_weight_is_refused(excess: sp.Expr) -> None:
    assert isinstance(BY_LABEL["small-weight-small-factor"].settle(below(1 + excess)), Refuted)


def test_another_activation_is_not_proved() -> None:
    claim = BY_LABEL["small-weight-small-factor"]
    assert claim.domain is not None
    other = replace(claim.domain, means=only("tanh"))
    assert isinstance(replace(claim, domain=other).settle(), Refuted | Unknown)
