"""The budget of explosion, against chains evaluated in high precision."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from analysis.chapters.explosion.budget import upper_limit
from analysis.chapters.explosion.claims import budget as g_claims
from analysis.chapters.explosion.claims.meaning_gains import highest_late_rate
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.notation import w

layers = st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=1, max_size=4)


def output(chain: list[tuple[float, float]], a: mpmath.mpf) -> mpmath.mpf:
    for weight, bias in chain:
        a = 1 / (1 + mpmath.exp(-(weight * a + bias)))
    return a


@given(layers)
def test_gain_keeps_its_sign_and_spends_less_than_one(chain: list[tuple[float, float]]) -> None:
    with mpmath.workdps(60):
        grid = [mpmath.mpf(k) / 64 for k in range(65)]
        values = [output(chain, a) for a in grid]
        changes = [q - p for p, q in zip(values, values[1:], strict=False)]
        assert all(c >= 0 for c in changes) or all(c <= 0 for c in changes)
        assert sum(abs(c) for c in changes) < 1


@pytest.mark.parametrize("c", [1, sp.Rational(3, 2), 100])
def test_larger_budgets_are_proved(c: sp.Expr) -> None:
    assert isinstance(g_claims.by_total_variation(g_claims._budget_is(sp.sympify(c))), Proved)
    assert isinstance(g_claims.by_markov(g_claims._rare(sp.sympify(c))), Proved)
    assert isinstance(g_claims.by_borel_cantelli(g_claims._rate_is_at_most(sp.sympify(c))), Proved)


@pytest.mark.parametrize("c", [sp.Rational(9999, 10000), sp.S.Half])
def test_smaller_budgets_are_refuted(c: sp.Expr) -> None:
    assert isinstance(g_claims.by_total_variation(g_claims._budget_is(c)), Refuted)


def test_what_one_layer_does_not_show_stays_unknown() -> None:
    assert isinstance(g_claims.by_total_variation(g_claims._budget_is(1 - sp.Rational(1, 10**30))), Unknown)
    assert isinstance(g_claims.by_markov(g_claims._rare(sp.Rational(1, 2))), Unknown)
    assert isinstance(g_claims.by_borel_cantelli(g_claims._rate_is_at_most(sp.Rational(-1, 10**6))), Unknown)


def test_share_of_large_gains_in_one_layer() -> None:
    """The length used as a counter-example, measured on a fine grid."""
    size, level, n = 69.0, 10.0, 200_000
    e = np.exp(-np.abs(size * ((np.arange(n) + 0.5) / n - 0.5)))
    inside = int((size * e / (1 + e) ** 2 >= level).sum())
    formula = g_claims.width.subs(sp.Abs(w), sp.Abs(w) / g_claims._K) / g_claims._K
    assert inside / n == pytest.approx(float(formula.subs({w: 69, g_claims._K: 10})), abs=2e-5)


def test_upper_limit_is_shown_as_one() -> None:
    assert r"\limsup_{L \to \infty}" in sp.latex(g_claims.CLAIMS[2].statement)


def test_what_rests_on_a_lemma_falls_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(g_claims, "by_deciding", lambda *_: lambda statement: Unknown("not decided"))
    assert isinstance(g_claims.total_gain(), Unknown)
    for claim in g_claims.CLAIMS:
        assert isinstance(claim.settle(), Unknown)


def test_the_counterexample_of_weight_four_rests_on_a_lemma(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = g_claims.total_gain()
    monkeypatch.setattr(g_claims, "total_gain", lambda: steps)
    monkeypatch.setattr(g_claims, "by_deciding", lambda *_: lambda statement: Unknown("not decided"))
    assert isinstance(g_claims.by_borel_cantelli(g_claims._rate_is_at_most(sp.Rational(-1, 10))), Unknown)


@pytest.mark.parametrize(("swing", "highest"), [(1, 1), (-1, 1), (3, 3), (0, 0)])
def test_an_upper_limit_is_the_highest_of_what_is_met_again_and_again(swing: int, highest: int) -> None:
    """Beside the rate of one layer repeated, log w σ′ at its fixed point, ±1 by turns: the lower limit would
    let a gain explode at every other depth."""
    domain = g_claims.CLAIMS[2].domain
    chain = g_claims.one_chain((6.0,), (-5.0,))
    rate = sp.log(g_claims.gain) / g_claims._L
    turns = upper_limit(rate + swing * (-1) ** g_claims._L, g_claims._L)
    (key, _), *_ = domain.ranges
    found = highest_late_rate(turns, domain.world({key: chain}))
    at = mpmath.findroot(lambda a: a - output([(6.0, -5.0)], a), 0.01)
    assert int(found.p) / int(found.q) == pytest.approx(
        float(mpmath.log(6 * at * (1 - at))) + highest, abs=0.01
    )
