"""The identity neuron: its least error and the mended one, against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.explosion import identity_neuron as n
from analysis.chapters.explosion.claims import identity_neuron as n_claims
from analysis.claims.lines import Proof
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import as_sigmoid
from analysis.symbolic.display import largest
from analysis.symbolic.notation import b

BY_LABEL = {claim.label: claim for claim in n_claims.CLAIMS}
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
    fails, order = BY_LABEL["identity-neuron-fails-as-stated"], BY_LABEL["mended-identity-order"]
    half, no_order = sp.Rational(49, 100), n_claims._limit(n.mended_error / n.w1**3, sp.S.Zero)
    assert isinstance(fails.settle(n_claims._limit(n.least_error(n.w1), half)), Refuted)
    assert isinstance(order.settle(n_claims._limit(n.mended_error / n.w1**2, sp.Rational(1, 97))), Refuted)
    assert isinstance(order.settle(no_order), Refuted | Unknown)  # it is infinite


def test_mended_error_refuses() -> None:
    claim = BY_LABEL["mended-identity-error"]
    left = largest(sp.Abs(n.mended - n.x))
    for wrong in (n.w1**2 / 96, n.mended_error + sp.Rational(1, 10**6)):
        assert isinstance(claim.settle(sp.Eq(left, wrong, evaluate=False)), Refuted)
    other = largest(sp.Abs(n.mended + sp.Rational(1, 100) - n.x))
    assert isinstance(claim.settle(sp.Eq(other, n.mended_error, evaluate=False)), Refuted)


@pytest.mark.parametrize(
    ("c", "outcome"), [(90, Proved), (96, Proved), (sp.Rational(961, 10), Refuted), (200, Refuted)]
)
def test_bound(c: sp.Expr, outcome: type) -> None:
    claim = BY_LABEL["mended-identity-bound"]
    assert isinstance(claim.settle(sp.Le(n.mended_error, n.w1**2 / c, evaluate=False)), outcome)


@pytest.mark.parametrize("label", ["mended-identity-error", "mended-identity-bound"])
def test_lines_of_another_error_prove_nothing(label: str) -> None:
    """The lines of an outer weight of 8/w₁, which no line about 4/w₁ supports."""
    claim = BY_LABEL[label]
    wrong = claim.statement.xreplace({n.mended: 2 * n.mended, n.mended_error: 2 * n.mended_error})
    assert isinstance(claim.check, Proof) and wrong != claim.statement
    lines = replace(
        claim.check, lines=(*claim.check.lines[:-1], replace(claim.check.lines[-1], statement=wrong))
    )
    assert isinstance(replace(claim, statement=wrong, check=lines).settle(), Refuted | Unknown)


def test_what_rests_on_a_lemma_falls_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(n_claims, "by_deciding", lambda *_: lambda statement: Unknown("not decided"))
    assert isinstance(n_claims.CLAIMS[0].settle(), Unknown)


def test_largest_is_shown_as_a_maximum() -> None:
    assert sp.latex(largest(n.x)) == r"\max_{0 \leq x \leq 1} x"
