"""The constants and the closed suprema of GELU and SiLU."""

from __future__ import annotations

import pickle

import pytest
import sympy as sp

from analysis.chapters.activations import selu
from analysis.chapters.activations.claims.proof_turning_points import by_turning_points
from analysis.chapters.activations.turning_points import largest_slope
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.catalogue import GELU, SELU, SILU
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE, SILU_TURN
from analysis.symbolic.normal import erfcx, ndtr
from analysis.symbolic.notation import z


def test_the_constants_are_those_published() -> None:
    """Klambauer et al. (2017), equation 14: λ₀₁ ≈ 1.0507, α₀₁ ≈ 1.6733; PyTorch writes more digits."""
    assert abs(SELU_SCALE.evalf(40) - sp.Float("1.0507009873554804934193349852946", 40)) < 1e-31
    assert abs(SELU_ALPHA.evalf(40) - sp.Float("1.6732632423543772848170429916717", 40)) < 1e-31
    assert all(pickle.loads(pickle.dumps(c)) == c for c in (SELU_SCALE, SELU_ALPHA, SILU_TURN))
    x = SILU_TURN.evalf(60)
    assert abs(x * sp.tanh(x) - 1) < 1e-58
    assert SILU_TURN.unfold(sp.exp(-2 * SILU_TURN)).evalf() == pytest.approx(float(sp.exp(-2 * x)), rel=1e-14)


def test_selu_solves_for_its_own_constants() -> None:
    scale, alpha = selu.constants()
    assert abs(scale.evalf(40) - SELU_SCALE.evalf(40)) < 1e-38
    assert abs(alpha.evalf(40) - SELU_ALPHA.evalf(40)) < 1e-38
    with pytest.raises(ValueError, match="power must be 1 or 2"):
        selu.moment(3)


@pytest.mark.parametrize(("x", "value"), [(GELU, 1.1289041451851547), (SILU, 1.0998393201288670)])
def test_the_largest_slope(x, value: float) -> None:
    assert float(largest_slope(x)) == pytest.approx(value, rel=1e-15)
    claim = sp.Le(sp.Abs(x.derivative), x.slope_bound, evaluate=False)
    check = by_turning_points(x)
    assert isinstance(check(claim), Proved)
    lower = sp.Le(sp.Abs(x.derivative), x.slope_bound - sp.Rational(1, 10**6), evaluate=False)
    assert isinstance(check(lower), Refuted)
    assert isinstance(check(sp.Le(sp.Abs(SELU.slope), 2, evaluate=False)), Unknown)


def test_the_tails_differentiate_and_evaluate() -> None:
    for f in (ndtr(z), erfcx(z)):
        point = sp.Rational(-7, 5)
        step = sp.Rational(1, 10**12)
        rise = (f.subs(z, point + step).evalf(40) - f.subs(z, point - step).evalf(40)) / (2 * step)
        assert abs(rise - f.diff(z).subs(z, point).evalf(40)) < 1e-20
    assert abs(ndtr(-sp.Integer(30)).evalf(20) / sp.Float("4.9067139271481870595e-198", 20) - 1) < 1e-18
    assert ndtr(0) == sp.S.Half and ndtr(sp.oo) == 1 and erfcx(0) == 1
    assert sp.latex(GELU.formula) == r"z \Phi\left(z\right)"
