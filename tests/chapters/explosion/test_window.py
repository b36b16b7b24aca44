"""The window |w σ′(wa + b)| ≥ 1, against root finding that shares no formula with it."""

from __future__ import annotations

import math

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from analysis.chapters.explosion import window as v
from analysis.chapters.explosion.claims import window as v_claims
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.notation import w, z


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


@pytest.mark.parametrize("number", [4, sp.Rational(9, 2), 7, 100, 10**6])
def test_edges_solve_the_equation(number: sp.Expr) -> None:
    for root in v.edges():
        x = root.subs(v._W, number)
        assert sp.N(number * x / (1 + x) ** 2 - 1, 30) == pytest.approx(0, abs=1e-25)
    assert v.condition().subs({v._W: number, v._x: 1}) <= 0  # the centre of the window belongs to it


@pytest.mark.parametrize(("least", "outcome"), [(3, Proved), (4, Proved), (5, Refuted)])
def test_the_least_weight(least: int, outcome: type) -> None:
    assert isinstance(v_claims.by_largest_slope(v_claims._needs(least)), outcome)


@pytest.mark.parametrize("excess", [sp.Rational(1, 10**k) for k in (3, 9)])
def test_the_least_weight_is_sharp(excess: sp.Expr) -> None:
    assert isinstance(v_claims.by_largest_slope(v_claims._needs(4 + excess)), Refuted)


@pytest.mark.parametrize(
    "wrong", [v.edge + sp.Rational(1, 10**6), v.edge * sp.Rational(999, 1000), 2 * v.edge]
)
def test_a_wrong_edge_or_width_is_refused(wrong: sp.Expr) -> None:
    assert isinstance(v_claims.by_solving_for_the_edge(v_claims._edge_is(wrong)), Refuted)
    assert isinstance(v_claims.by_solving_for_the_width(v_claims._width_is(2 / sp.Abs(w) * wrong)), Refuted)


def test_an_edge_right_at_the_points_tried_is_not_proved() -> None:
    size = sp.Abs(w)
    tricky = v.edge + (size - 4) * (size - 5) * (size - 7) * (size - 100)
    assert isinstance(v_claims.by_solving_for_the_edge(v_claims._edge_is(tricky)), Unknown)


def test_width_from_edge_refuses() -> None:
    left = v.width.subs(sp.Abs(w), 1 / v_claims.sigma_prime(z))
    check = v_claims.of_sigmoid(v_claims.by_inserting_the_weight)
    assert isinstance(check(sp.Eq(left, v.width_from_edge * (1 + z / 10**6), evaluate=False)), Refuted)
    assert isinstance(check(sp.Eq(z, v.width_from_edge, evaluate=False)), Unknown)


def test_logarithms_of_surds() -> None:
    for weight, width in ((100, sp.log(49 + 20 * sp.sqrt(6)) / 50), (8, sp.log(3 + 2 * sp.sqrt(2)) / 4)):
        assert isinstance(
            v_claims.by_width_at_a_weight(v_claims._width_is(width, sp.Integer(weight))), Proved
        )
    for wrong in (sp.Rational(917, 10000), sp.log(49 + 20 * sp.sqrt(6)) / 51):
        assert isinstance(v_claims.by_width_at_a_weight(v_claims._width_is(wrong, sp.Integer(100))), Refuted)


def test_length_shows_the_set() -> None:
    shown = sp.latex(v_claims.CLAIMS[2].statement.lhs)
    assert shown.startswith(r"\operatorname{length}\left\{a :") and r"\geq 1" in shown


def undecided(*_: object, **__: object) -> object:
    return lambda statement: Unknown("not decided")


def test_what_rests_on_a_lemma_falls_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v_claims, "by_deciding", undecided)
    assert isinstance(v_claims.by_largest_slope(v_claims._needs(4)), Unknown)
    statement = next(c.statement for c in v_claims.CLAIMS if c.label == "window-width-from-edge")
    assert isinstance(v_claims.of_sigmoid(v_claims.by_inserting_the_weight)(statement), Unknown)


def test_another_equation_of_the_edge_is_not_taken_for_a_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v_claims, "condition", lambda: v._x**3 - v._W * v._x + 1)
    assert isinstance(v_claims.by_solving_for_the_edge(v_claims._edge_is(v.edge)), Unknown)
