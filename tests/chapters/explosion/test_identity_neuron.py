"""The identity neuron: its least error and the mended one, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.explosion import identity_neuron as n
from analysis.chapters.explosion.claims import identity_neuron as n_claims
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import as_sigmoid
from analysis.symbolic.display import largest
from analysis.symbolic.notation import b

X = np.linspace(0, 1, 501)
RNG = np.random.default_rng(3)


@pytest.mark.parametrize("weight", [0.05, 0.5, 1.0, 1.25])
def test_floor_is_a_floor_and_is_approached(weight: float) -> None:
    neuron = compiled(as_sigmoid(n.as_stated), n.x, n.w1, n.w2, b)
    floor = 1 / (1 + np.exp(weight))
    assert float(n.floor_of_error().subs(n.w1, weight)) == pytest.approx(floor, abs=1e-14)
    for _ in range(300):
        bias, scale = RNG.uniform(-12, 6), RNG.uniform(-1, 3) * np.exp(RNG.uniform(0, 12))
        assert np.max(np.abs(neuron(X, weight, scale, bias) - X)) > floor
    near = np.max(np.abs(neuron(X, weight, floor * np.exp(14.0), -14.0) - X))
    assert floor < near < floor + 1e-5


@pytest.mark.parametrize("weight", [0.1, 1.0, 4.0, 12.0])
def test_mended_error(weight: float) -> None:
    y = compiled(as_sigmoid(n.mended), n.x, n.w1)(X, weight)
    assert np.max(np.abs(y - X)) == pytest.approx(float(n.mended_error.subs(n.w1, weight)), abs=1e-13)
    assert float(n.mended_error.subs(n.w1, weight)) <= weight**2 / 96


@pytest.mark.parametrize("wrong", [1 / (2 + n.w1), sp.S.Half - n.w1 / 4, sp.exp(-n.w1) / 2])
def test_wrong_floors_are_refused(wrong: sp.Expr) -> None:
    assert isinstance(n_claims.by_log_slope(sp.Eq(n.least_error(n.w1), wrong, evaluate=False)), Refuted)


def test_limits() -> None:
    assert isinstance(n_claims.by_limit(n_claims._limit(n.least_error(n.w1), sp.Rational(49, 100))), Refuted)
    assert isinstance(
        n_claims.by_limit(n_claims._limit(n.mended_error / n.w1**2, sp.Rational(1, 97))), Refuted
    )
    assert isinstance(
        n_claims.by_limit(n_claims._limit(n.mended_error / n.w1**3, sp.S.Zero)), Unknown
    )  # it is infinite


def test_mended_error_refuses() -> None:
    left = largest(sp.Abs(n.mended - n.x))
    for wrong in (n.w1**2 / 96, n.mended_error + sp.Rational(1, 10**9)):
        assert isinstance(n_claims.by_monotone_error(sp.Eq(left, wrong, evaluate=False)), Refuted)
    other = largest(sp.Abs(n.mended + sp.Rational(1, 100) - n.x))
    assert isinstance(n_claims.by_monotone_error(sp.Eq(other, n.mended_error, evaluate=False)), Unknown)


@pytest.mark.parametrize(
    ("c", "outcome"), [(90, Proved), (96, Proved), (sp.Rational(961, 10), Refuted), (200, Refuted)]
)
def test_bound(c: sp.Expr, outcome: type) -> None:
    assert isinstance(n_claims.by_cubic(sp.Le(n.mended_error, n.w1**2 / c, evaluate=False)), outcome)


def test_bound_of_another_shape() -> None:
    assert isinstance(n_claims.by_cubic(sp.Le(n.mended_error, n.w1 / 2, evaluate=False)), Unknown)


def test_what_rests_on_a_lemma_falls_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(n_claims, "by_deciding", lambda *_: lambda statement: Unknown("not decided"))
    assert isinstance(n_claims.CLAIMS[0].settle(), Unknown)


def test_largest_is_shown_as_a_maximum() -> None:
    assert sp.latex(largest(n.x)) == r"\max_{0 \leq x \leq 1} x"
