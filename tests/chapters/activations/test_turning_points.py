"""The constants of the catalogue and the largest slopes at turning points."""

from __future__ import annotations

import pickle

import pytest
import sympy as sp

from analysis.chapters.activations import selu
from analysis.claims.decisions.exponential import decide
from analysis.symbolic.catalogue import ACTIVATIONS, GELU, SILU, SILU_TURN
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE, Root
from analysis.symbolic.normal import erfcx, ndtr
from analysis.symbolic.notation import z


def test_the_constants_are_those_published() -> None:
    """Klambauer et al. (2017), equation 14: λ₀₁ ≈ 1.0507, α₀₁ ≈ 1.6733; PyTorch writes more digits."""
    assert abs(SELU_SCALE.evalf(40) - sp.Float("1.0507009873554804934193349852946", 40)) < 1e-31
    assert abs(SELU_ALPHA.evalf(40) - sp.Float("1.6732632423543772848170429916717", 40)) < 1e-31
    assert all(pickle.loads(pickle.dumps(c)) == c for c in (SELU_SCALE, SELU_ALPHA, SILU_TURN))
    x = SILU_TURN.evalf(60)
    assert abs(x * sp.tanh(x) - 1) < 1e-58
    assert SILU_TURN * 2 - SILU_TURN == SILU_TURN and SILU_TURN.is_positive
    assert sp.latex(SILU_TURN**2) == "x_1^{2}" and str(SILU_TURN) == "x₁"


@pytest.mark.parametrize(
    ("formula", "low", "high", "words"),
    [
        (z**2 - 2, 0, 2, "0 < low < high"),
        (z**2 - 2, 2, 1, "0 < low < high"),
        (z**2 - 2, 2, 3, "opposite signs at 2 and 3"),
        (sp.log(z - 2), 1, 4, "opposite signs"),
    ],
)
def test_a_root_needs_a_change_of_sign(formula: sp.Expr, low: int, high: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Root("r", "r", formula, low, high)


def test_the_root_of_an_equation_must_be_the_only_one() -> None:
    """x³ − 6x² + 11x − 6 has the roots 1, 2 and 3."""
    cubic = (z - 1) * (z - 2) * (z - 3)
    one, three = Root("r", "r", cubic, "3/2", "5/2"), Root("r", "r", cubic, "1/2", 4)
    assert decide(sp.Gt(one, 0, evaluate=False), {}) and decide(sp.Gt(three, 0, evaluate=False), {}) is None
    assert decide(sp.Lt(one, z, evaluate=False), {z: sp.Interval(3, 4)})
    assert decide(sp.Lt(three, z, evaluate=False), {z: sp.Interval(5, 6)}) is None


def test_selu_solves_for_its_own_constants() -> None:
    scale, alpha = selu.constants()
    assert abs(scale.evalf(40) - SELU_SCALE.evalf(40)) < 1e-38
    assert abs(alpha.evalf(40) - SELU_ALPHA.evalf(40)) < 1e-38
    with pytest.raises(ValueError, match="power must be 1 or 2"):
        selu.moment(3)


@pytest.mark.parametrize(("x", "value"), [(GELU, 1.1289041451851547), (SILU, 1.0998393201288670)])
def test_the_largest_slope(x, value: float) -> None:
    assert float(x.slope_bound) == pytest.approx(value, rel=1e-15)
    assert float(x.derivative.subs(z, x.turn)) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_the_bound_is_the_largest_slope_and_no_smaller_one_holds(x) -> None:
    def most(bound: sp.Expr) -> str | None:
        return decide(sp.Le(sp.Abs(x.slope), bound, evaluate=False), {z: sp.S.Reals})

    assert most(x.slope_bound) and not most(x.slope_bound - sp.Rational(1, 10**12))


def test_the_tails_differentiate_and_evaluate() -> None:
    for f in (ndtr(z), erfcx(z)):
        point = sp.Rational(-7, 5)
        step = sp.Rational(1, 10**12)
        rise = (f.subs(z, point + step).evalf(40) - f.subs(z, point - step).evalf(40)) / (2 * step)
        assert abs(rise - f.diff(z).subs(z, point).evalf(40)) < 1e-20
    assert abs(ndtr(-sp.Integer(30)).evalf(20) / sp.Float("4.9067139271481870595e-198", 20) - 1) < 1e-18
    assert ndtr(0) == sp.S.Half and ndtr(sp.oo) == 1 and erfcx(0) == 1
    assert sp.latex(GELU.formula) == r"z \Phi\left(z\right)"
