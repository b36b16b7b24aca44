"""The window |w σ′(wa + b)| ≥ 1, against root finding that shares no formula with it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from analysis.chapters.explosion import window as v
from analysis.chapters.explosion.claims import window as v_claims
from analysis.claims.claim import Claim
from analysis.claims.domain import only
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.notation import w, z

NEEDS, EDGE, WIDTH, FROM_EDGE, _, AT_100 = v_claims.CLAIMS


def factor(weight: float, bias: float, a: float) -> float:
    u = weight * a + bias
    return abs(weight) * math.exp(-abs(u)) / (1 + math.exp(-abs(u))) ** 2


@given(st.floats(4.01, 400), st.floats(-300, 300), st.booleans())
def test_width_is_the_distance_of_the_two_crossings(size: float, bias: float, negative: bool) -> None:
    weight = -size if negative else size
    middle = -bias / weight
    ends = [
        brentq(lambda a: factor(weight, bias, a) - 1, middle, middle + side, xtol=1e-14) for side in (-2, 2)
    ]
    assert float(v.width.subs(w, sp.Float(weight))) == pytest.approx(ends[1] - ends[0], abs=1e-9)


@pytest.mark.parametrize(("least", "outcome"), [(3, Proved), (4, Proved), (5, Refuted)])
def test_the_least_weight(least: int, outcome: type) -> None:
    assert isinstance(NEEDS.settle(v_claims._needs(least)), outcome)


@pytest.mark.parametrize("excess", [sp.Rational(1, 10**k) for k in (3, 6)])
def test_the_least_weight_is_sharp(excess: sp.Expr) -> None:
    assert isinstance(NEEDS.settle(v_claims._needs(4 + excess)), Refuted)


@pytest.mark.parametrize(
    "wrong", [v.edge + sp.Rational(1, 10**6), v.edge * sp.Rational(999, 1000), 2 * v.edge]
)
def test_a_wrong_edge_or_width_is_refused(wrong: sp.Expr) -> None:
    assert isinstance(EDGE.settle(v_claims._edge_is(wrong)), Refuted)
    assert isinstance(WIDTH.settle(v_claims._width_is(2 / sp.Abs(w) * wrong)), Refuted)


def test_an_edge_right_at_the_points_tried_is_not_proved() -> None:
    size = sp.Abs(w)
    tricky = v.edge + (size - 4) * (size - 5) * (size - 7) * (size - 100)
    assert isinstance(EDGE.settle(v_claims._edge_is(tricky)), Refuted | Unknown)


def test_width_from_edge_refuses() -> None:
    left = v.width.subs(sp.Abs(w), 1 / v_claims.sigma_prime(z))
    wrong = sp.Eq(left, v.width_from_edge * (1 + z / 10**6), evaluate=False)
    assert isinstance(FROM_EDGE.settle(wrong), Refuted)
    assert isinstance(FROM_EDGE.settle(sp.Eq(z, v.width_from_edge, evaluate=False)), Refuted)


def test_the_width_at_100() -> None:
    assert isinstance(AT_100.settle(), Proved)
    for wrong in (sp.Rational(917, 10000), sp.log(49 + 20 * sp.sqrt(6)) / 51):
        assert isinstance(AT_100.settle(v_claims._width_is(wrong, sp.Integer(100))), Refuted)


def test_length_shows_the_set() -> None:
    shown = sp.latex(v_claims.CLAIMS[2].statement.lhs)
    assert shown.startswith(r"\operatorname{length}\left\{a :") and r"\geq 1" in shown


@pytest.mark.parametrize("claim", [NEEDS, EDGE, WIDTH, FROM_EDGE], ids=lambda x: x.label)
def test_lines_of_another_activation_prove_nothing(claim: Claim) -> None:
    assert claim.domain is not None
    other = replace(claim.domain, means={**claim.domain.means, **only("tanh")})
    assert isinstance(replace(claim, domain=other).settle(), Refuted | Unknown)
