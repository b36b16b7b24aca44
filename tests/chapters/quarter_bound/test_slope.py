"""The proofs of chapter 2 refuse what is false by the route that proves what is true."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.chapters.quarter_bound.claims.slope import by_product_of_suprema, by_stationary_points
from analysis.chapters.quarter_bound.slope import QUARTER
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import sigma_prime, w, z


def below(limit: sp.Expr, right: sp.Expr = QUARTER) -> sp.Basic:
    premise = sp.Lt(sp.Abs(w), limit, evaluate=False)
    return sp.Implies(premise, sp.Lt(sp.Abs(w) * sigma_prime(z), right, evaluate=False), evaluate=False)


@pytest.mark.parametrize("right", [QUARTER, sp.Rational(26, 100)])
def test_stationary_points_prove(right: sp.Expr) -> None:
    assert isinstance(by_stationary_points(sp.Le(SIGMOID.derivative, right, evaluate=False)), Proved)


def test_stationary_points_refute_and_know_a_supremum_that_is_not_attained() -> None:
    assert isinstance(
        by_stationary_points(sp.Le(SIGMOID.derivative, sp.Rational(6, 25), evaluate=False)), Refuted
    )
    assert not isinstance(by_stationary_points(sp.Le(SIGMOID.formula, sp.S.Half, evaluate=False)), Proved)
    assert isinstance(by_stationary_points(sp.Le(sp.cos(z) + sp.exp(z), 1, evaluate=False)), Unknown)


@pytest.mark.parametrize(("limit", "right"), [(sp.S.One, QUARTER), (sp.S(2), sp.S.Half)])
def test_product_of_suprema_proves(limit: sp.Expr, right: sp.Expr) -> None:
    assert isinstance(by_product_of_suprema(below(limit, right)), Proved)


@pytest.mark.parametrize("excess", [sp.Rational(1, 10**k) for k in (1, 6, 12)])
def test_product_of_suprema_refuses_any_excess(excess: sp.Expr) -> None:
    assert isinstance(by_product_of_suprema(below(1 + excess)), Refuted)
