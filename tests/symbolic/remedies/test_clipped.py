"""Clipping and decay: every claim settles, and the check notices a planted error in a definition."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.claim import Refuted
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import h, w
from analysis.symbolic.remedies import cliff, clipped, decay

CLAIMS = {item.label: item for item in (*clipped.CLAIMS, *decay.CLAIMS)}


@pytest.mark.parametrize("k", [sp.Rational(9, 10), sp.Rational(11, 10)])
def test_a_wrong_factor_is_noticed(k: sp.Expr) -> None:
    bound = CLAIMS["clip-norm-bound"]
    assert isinstance(
        bound.settle(sp.Eq(k * bound.statement.lhs, bound.statement.rhs, evaluate=False)), Refuted
    )
    apart = CLAIMS["clip-norm-nonexpansive"]
    shrunk = sp.Le(apart.statement.lhs, sp.Rational(9, 10) * apart.statement.rhs, evaluate=False)
    assert isinstance(apart.settle(shrunk), Refuted)


def test_decay_composes_with_a_layer() -> None:
    layer = decay.decayed(plain(SIGMOID), 2)
    shrunk = (1 - decay.eta * decay.alpha) ** 2 * w
    assert sp.simplify(layer.factor - plain(SIGMOID).factor.subs(w, shrunk)) == 0
    with pytest.raises(TypeError, match="layer must be a Layer"):
        decay.decayed(SIGMOID)  # type: ignore[arg-type]


def test_the_step_of_the_cliff_is_its_derivative() -> None:
    """x_2 written out and differentiated, against two steps of the recursion, to 25 digits."""
    from analysis.symbolic.notation import b

    at = {w: sp.Rational(9, 2), b: sp.Rational(-23, 10)}
    first = cliff.STATE.subs(h, cliff.START)
    second = cliff.STATE.subs(h, first)
    for name, of, by in ((w, cliff.STATE_BY_W, cliff.by_w), (b, cliff.STATE_BY_B, cliff.by_b)):
        x_first = of.subs({h: cliff.START, by: 0})
        x_second = of.subs(by, x_first).subs(h, first)
        nudge = sp.Rational(1, 10**15)
        up, down = (second.subs(at | {name: at[name] + s * nudge}) for s in (1, -1))
        difference = ((up - down) / (2 * nudge)).evalf(60)
        assert abs(x_second.subs(at).evalf(40) - difference) < 1e-24
