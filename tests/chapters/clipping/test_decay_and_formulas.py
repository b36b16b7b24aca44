"""Decay, the step of the cliff, momentum and Adam beside their formulas; a planted error in a definition is
noticed."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.clipping import cliff_formulas, decay
from analysis.chapters.clipping.claims import decay as decay_claims
from analysis.chapters.clipping.claims import formulas as clipped_claims
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic import clipping as clipped
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import h, w

CLAIMS = {item.label: item for item in (*clipped_claims.CLAIMS, *decay_claims.CLAIMS)}


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
    first = cliff_formulas.STATE.subs(h, cliff_formulas.START)
    second = cliff_formulas.STATE.subs(h, first)
    for name, of, by in (
        (w, cliff_formulas.STATE_BY_W, cliff_formulas.by_w),
        (b, cliff_formulas.STATE_BY_B, cliff_formulas.by_b),
    ):
        x_first = of.subs({h: cliff_formulas.START, by: 0})
        x_second = of.subs(by, x_first).subs(h, first)
        nudge = sp.Rational(1, 10**15)
        up, down = (second.subs(at | {name: at[name] + s * nudge}) for s in (1, -1))
        difference = ((up - down) / (2 * nudge)).evalf(60)
        assert abs(x_second.subs(at).evalf(40) - difference) < 1e-24


def _steps_with_momentum(gradients: np.ndarray, rate: float, threshold: float, momentum: float) -> np.ndarray:
    """The lengths of the steps, by the algorithm:
    clip by norm, add to the running sum, multiply by the rate."""
    total, lengths = np.zeros(gradients.shape[1]), []
    for gradient in gradients:
        total = momentum * total + gradient * min(1.0, threshold / np.linalg.norm(gradient))
        lengths.append(rate * np.linalg.norm(total))
    return np.array(lengths)


@pytest.mark.parametrize(("momentum", "most"), [(0.0, 0.05), (0.5, 0.1), (0.9, 0.5), (0.99, 5.0)])
def test_momentum_lengthens_the_longest_step(momentum: float, most: float) -> None:
    """ηc/(1 − μ) for η = 0.1 and c = 0.5, typed;
    ten thousand steps the same way come within a millionth of it."""
    rng = np.random.default_rng(10)
    wandering = _steps_with_momentum(5 * rng.standard_normal((2000, 3)), 0.1, 0.5, momentum)
    assert wandering.max() <= most * (1 + 1e-12)  # rounding
    same_way = _steps_with_momentum(np.full((10_000, 3), 7.0), 0.1, 0.5, momentum)
    assert same_way.max() == pytest.approx(most, rel=1e-6)
    claim = CLAIMS["clip-momentum-step-bound"]
    bound = claim.statement.rhs.subs({clipped.eta: 0.1, clipped.c: 0.5, clipped.mu: momentum})
    assert float(bound) == pytest.approx(most)
    for k in (sp.Rational(1, 2), sp.Rational(99, 100)):
        lower = sp.Le(claim.statement.lhs, k * claim.statement.rhs, evaluate=False)
        assert not isinstance(claim.settle(lower), Proved)
    for relation in (sp.Ge, sp.Lt, sp.Gt):
        turned = relation(*claim.statement.args, evaluate=False)
        assert not isinstance(claim.settle(turned), Proved)


def _adam(gradients: np.ndarray, rate: float, small: float) -> np.ndarray:
    """Algorithm 1 of Kingma and Ba (2015) for one entry: where it ends."""
    mean = square = place = 0.0
    for t, gradient in enumerate(gradients, start=1):
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        place -= rate * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + small)
    return np.asarray(place)


def test_adam_sees_a_factor_only_where_it_changes() -> None:
    gradients = np.random.default_rng(3).standard_normal(40)
    plain = _adam(gradients, 0.1, 1e-8)
    assert _adam(0.01 * gradients, 0.1, 1e-10) == pytest.approx(plain, rel=1e-12)
    assert _adam(0.01 * gradients, 0.1, 0.0) == pytest.approx(_adam(gradients, 0.1, 0.0), rel=1e-12)
    assert abs(_adam(0.01 * gradients, 0.1, 1.0) - _adam(gradients, 0.1, 1.0)) > 1e-3
    changing = np.where(np.arange(40) < 20, 1.0, 0.01)
    assert abs(_adam(changing * gradients, 0.1, 0.0) - _adam(gradients, 0.1, 0.0)) > 1e-3
    claim = CLAIMS["clip-adam-common-factor"]
    assert isinstance(claim.settle(), Proved)
    other = sp.Eq(claim.statement.lhs, clipped.adam(sp.S.One, clipped.eps / clipped.k**2), evaluate=False)
    assert isinstance(claim.settle(other), Refuted | Unknown)
