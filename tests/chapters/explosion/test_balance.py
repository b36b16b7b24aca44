"""Balance: means of logarithms against quadrature, and the bound against chains it speaks of."""

from __future__ import annotations

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.chapters.explosion import balance as m
from analysis.chapters.explosion.claims import balance as m_claims
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.numeric.log_product import exponent
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import expectation

MEAN, BALANCED = m_claims.CLAIMS[:2]


@pytest.mark.parametrize("std", [0.3, 1.0, 7.0])
def test_mean_log_weight_against_quadrature(std: float) -> None:
    value = 2 * mpmath.quad(lambda x: mpmath.log(std * x) * mpmath.npdf(x), [0, 0.01, 1, 4, 12])
    assert float(m.mean_log_weight().subs(m.s, std)) == pytest.approx(float(value), abs=1e-12)


def test_balance_point() -> None:
    (root,) = sp.solve(m.mean_log_weight() - sp.log(4), m.s)
    mean_log = 2 * mpmath.quad(
        lambda x: mpmath.log(float(root) * x / 4) * mpmath.npdf(x), [0, 0.01, 1, 4, 12]
    )
    assert float(root) == pytest.approx(7.549, abs=5e-4) and float(mean_log) == pytest.approx(0, abs=1e-12)
    for wrong in (sp.Rational(7549, 1000), 4 * sp.exp(sp.EulerGamma / 2)):
        assert isinstance(BALANCED.settle(m_claims._balanced_at(wrong)), Refuted)


@pytest.mark.parametrize("bias_std", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("std", [0.5, 2.0, 3.0, 6.0])
def test_bound_holds_for_chains(std: float, bias_std: float) -> None:
    lam = exponent(SIGMOID, std, bias_std, nodes=24).lam
    assert lam < float(m.gain_bound().subs(m.s, std)) <= float(m_claims.CLAIMS[2].statement.rhs)


@pytest.mark.parametrize(
    ("c", "outcome"),
    [
        (sp.S.Zero, Proved),
        (sp.Rational(-716, 1000), Proved),
        (sp.Rational(-717, 1000), Unknown),
        (sp.Rational(-19, 10), Refuted),
    ],
)
def test_bound_proves_refutes_and_knows_its_limits(c: sp.Expr, outcome: type) -> None:
    assert isinstance(m_claims.by_symmetry_and_convexity(m_claims._never_above(c)), outcome)


def test_lower_bound_that_refutes_is_one() -> None:
    """λ ≥ E log|w| − log 4 − s²/8, used against the near miss."""
    for std in (1.0, 2.0, 3.0):
        lower = float(m.mean_log_weight().subs(m.s, std)) - math.log(4) - std**2 / 8
        assert exponent(SIGMOID, std, 0.0, nodes=24).lam > lower


def test_mean_logarithm_refuses() -> None:
    assert isinstance(MEAN.settle(m_claims._mean_is(sp.log(m.s))), Refuted)
    assert isinstance(MEAN.settle(m_claims._mean_is(sp.log(m.s) - sp.Rational(6352, 10000))), Refuted)


def test_another_law_of_the_weights_is_not_proved() -> None:
    """Without a formula for the mean, its number is evaluated, and nothing is proved."""
    for claim in (MEAN, BALANCED):
        assert claim.domain is not None
        means = {**claim.domain.means, expectation: m_claims.mean_of_log}
        found = replace(claim, domain=replace(claim.domain, means=means)).settle()
        assert isinstance(found, Unknown)


@pytest.mark.parametrize("exponent_", [-1, -2, sp.Rational(-149, 100), 0])
def test_power_refuses(exponent_: sp.Expr) -> None:
    assert isinstance(m_claims.by_stolz(m_claims._power(sp.sympify(exponent_))), Refuted)


@pytest.mark.parametrize("start", [0.1, 1.0, 5.0])
def test_weight_four_decays_as_claimed(start: float) -> None:
    z, log, logs = start, 0.0, {}
    for j in range(1, 40_001):
        log += math.log(4) - abs(z) - 2 * math.log1p(math.exp(-abs(z)))
        z = 4 / (1 + math.exp(-z)) - 2
        logs[j] = log
    slope = (logs[40_000] - logs[10_000]) / np.log(4)
    assert slope == pytest.approx(-1.5, abs=0.05)


def test_what_rests_on_a_lemma_falls_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = m_claims.CLAIMS[2]
    with monkeypatch.context() as bent:
        bent.setattr(m_claims, "by_deciding", lambda *_: lambda statement: Unknown("not decided"))
        assert isinstance(claim.settle(), Unknown)
    monkeypatch.setattr(m_claims, "gain_bound", lambda: m.s**2 - m.s)
    assert isinstance(claim.settle(), Unknown)
