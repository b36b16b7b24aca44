"""The widest window against mpmath."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from analysis.chapters.explosion import widest_window as v
from analysis.chapters.explosion.claims import widest_window as v_claims
from analysis.chapters.explosion.window import width
from analysis.claims.outcome import Proved, Refuted, Unknown


def test_enclosures_hold_mpmath() -> None:
    def wide(x: mpmath.mpf) -> mpmath.mpf:
        return 2 / x * mpmath.log(x * (1 + mpmath.sqrt(1 - 4 / x)) / 2 - 1)

    with mpmath.workdps(40):
        at = mpmath.findroot(lambda x: mpmath.diff(wide, x), 7)
        best = v.widest_window()
        assert abs(float(best.weight.mid()) - float(at)) < 1e-12
        assert abs(float(best.width.mid()) - float(wide(at))) < 1e-12
        assert float(best.width.rad()) < 1e-15
    assert float(best.low) == pytest.approx(1.5434046384, abs=1e-9)


def test_few_bits_give_a_wide_bracket() -> None:
    best = v.widest_window(bits=4)
    assert best.high - best.low == sp.Rational(1, 16)
    assert best.width.contains(v.widest_window().width.mid())


@pytest.mark.parametrize(("c", "outcome"), [("0.5", Proved), ("0.4477432", Refuted), ("0.1", Refuted)])
def test_bounds(c: str, outcome: type) -> None:
    claim = v_claims.CLAIMS[0]
    assert isinstance(claim.settle(sp.Le(width, sp.Float(c), evaluate=False)), outcome)


@pytest.mark.parametrize(
    ("low", "high", "outcome"), [("6.8", "6.9", Proved), ("6.8", "6.85", Refuted), ("6.9", "7.0", Refuted)]
)
def test_brackets(low: str, high: str, outcome: type) -> None:
    assert isinstance(v_claims.by_enclosing_the_maximiser(v_claims._between(low, high)), outcome)


def test_undecided_bounds_stay_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    vague = v.widest_window(bits=3)
    monkeypatch.setattr(v_claims, "widest_window", lambda: vague)
    assert isinstance(v_claims.by_enclosing_the_maximiser(v_claims._between("6.89415", "6.89416")), Unknown)
