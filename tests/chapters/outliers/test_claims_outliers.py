"""False statements about losses and outliers are refuted; what the letters mean agrees with a second way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.outliers.claims import losses, outlier
from analysis.chapters.outliers.claims.outlier import NORM, power
from analysis.chapters.outliers.losses import LOSSES, M, m, small_network, standardised, t, v, w1, y
from analysis.chapters.outliers.outlier import outlier as run
from analysis.chapters.outliers.outlier import standardise
from analysis.claims.claim import Claim
from analysis.claims.domain import exact
from analysis.claims.lines import Proof
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.relations import eq
from analysis.claims.runs import share
from analysis.symbolic.catalogue import RELU, SIGMOID
from analysis.symbolic.display import times
from analysis.symbolic.notation import a, z

CLAIMS: dict[str, Claim] = {claim.label: claim for module in (losses, outlier) for claim in module.CLAIMS}
_s = SIGMOID.formula
CROSS, SQUARED, LINEAR = (LOSSES[name] for name in LOSSES)


def slope(loss: sp.Expr) -> sp.Derivative:
    return sp.Derivative(loss, z)


def far(loss: sp.Expr, end: sp.Expr = -sp.oo) -> sp.Limit:
    return sp.Limit(slope(loss), z, end)


def grows(loss: str, hidden: sp.Expr, exponent: int, target: int = 0) -> sp.Limit:
    return sp.Limit(sp.Derivative(small_network(loss, hidden, target), w1) / t**exponent, t, sp.oo)


def at_most(size: sp.Expr, bound: object) -> sp.Basic:
    return sp.Le(sp.Abs(size), bound, evaluate=False)


def within(center: object, distance: object, at: sp.Expr = outlier.t) -> sp.Eq:
    return eq(share(sp.Le(sp.Abs(power(NORM, at) - center), distance, evaluate=False)), 1)


FALSE: dict[str, tuple[sp.Basic, ...]] = {
    "cross-entropy-logit-gradient": (
        eq(slope(CROSS), y - _s),
        eq(slope(CROSS), _s - y + sp.Rational(1, 10**9)),
        eq(slope(CROSS), (_s - y) * (1 + y * (1 - y) / 1000)),
        eq(slope(CROSS), times(_s - y, _s, 1 - _s)),
        eq(slope(-CROSS), _s - y),
        sp.Ne(slope(CROSS), _s - y, evaluate=False),
        sp.Ge(slope(CROSS), 0, evaluate=False),
        eq(sp.Derivative(CROSS, y), _s - y),
    ),
    "cross-entropy-gradient-below-one": (
        sp.Lt(sp.Abs(_s - y), sp.Rational(999999, 10**6), evaluate=False),
        sp.Lt(sp.Abs(_s - y), 1 - sp.Rational(1, 10**100), evaluate=False),
        sp.Lt(sp.Abs(_s - 2 * y), 1, evaluate=False),
        sp.Lt(sp.Abs(_s + y), 1, evaluate=False),
        sp.Ge(sp.Abs(_s - y), sp.Rational(1, 10**6), evaluate=False),
        sp.Lt(_s - y, 0, evaluate=False),
        sp.Ge(sp.Abs(_s - y), 1, evaluate=False),
    ),
    "squared-error-logit-gradient": (
        eq(slope(SQUARED), _s - y),
        eq(slope(SQUARED), times(_s - y, _s)),
        eq(slope(SQUARED), 2 * (_s - y) * _s * (1 - _s)),
        eq(slope(SQUARED), times(_s - y, _s, 1 + _s)),
        sp.Lt(slope(SQUARED), times(_s - y, _s, 1 - _s), evaluate=False),
    ),
    "squared-error-gradient-bound": (
        at_most((a - y) * a * (1 - a), sp.Rational(1, 8)),
        at_most((a - y) * a * (1 - a), sp.Rational(147, 1000)),
        sp.Lt(sp.Abs((a - y) * a * (1 - a)), sp.Rational(4, 27), evaluate=False),
        at_most((a - y) * a, sp.Rational(4, 27)),
        at_most((a - 2 * y) * a * (1 - a), sp.Rational(4, 27)),
        sp.Le((y - a) * a * (1 - a), sp.Rational(1, 7), evaluate=False),
        sp.Ge((a - y) * a * (1 - a), 0, evaluate=False),
    ),
    "linear-output-gradient-unbounded": (
        eq(sp.Subs(slope(SQUARED), z, y + M), M),
        eq(sp.Subs(slope(LINEAR), z, y - M), M),
        eq(sp.Subs(slope(LINEAR), z, M), M),
        eq(sp.Subs(slope(2 * LINEAR), z, y + M), M),
        sp.Le(sp.Subs(slope(LINEAR), z, y + M), 100, evaluate=False),
        sp.Ne(sp.Subs(slope(LINEAR), z, y + M), M, evaluate=False),
    ),
    "squared-error-saturates": (
        eq(far(SQUARED.subs(y, 1)), -1),
        eq(far(SQUARED.subs(y, 1)), sp.Rational(1, 10**9)),
        eq(sp.Limit(sp.exp(-z) * slope(SQUARED.subs(y, 1)), z, -sp.oo), -sp.Rational(999, 1000)),
        eq(sp.Limit(sp.exp(-z) * slope(SQUARED.subs(y, 1)), z, -sp.oo), 0),
        eq(sp.Limit(sp.exp(-z / 2) * slope(SQUARED.subs(y, 1)), z, -sp.oo), -1),
        eq(far(CROSS.subs(y, 1)), 0),
        sp.Ne(sp.Limit(sp.exp(-z) * slope(SQUARED.subs(y, 1)), z, -sp.oo), -1, evaluate=False),
        sp.Lt(far(SQUARED.subs(y, 1)), -sp.Rational(1, 10), evaluate=False),
    ),
    "cross-entropy-does-not-saturate": (
        eq(far(CROSS.subs(y, 1)), 0),
        eq(far(CROSS.subs(y, 1)), 1),
        eq(far(CROSS.subs(y, 1), sp.oo), -1),
        eq(far(CROSS.subs(y, 0)), -1),
        eq(far(SQUARED.subs(y, 1)), -1),
        sp.Gt(far(CROSS.subs(y, 1)), -sp.Rational(999, 1000), evaluate=False),
    ),
    "outlier-relu-cross-entropy": (
        eq(grows("cross-entropy, sigmoid", RELU.formula, 1), 0),
        eq(grows("cross-entropy, sigmoid", RELU.formula, 1), v * w1),
        eq(grows("cross-entropy, sigmoid", RELU.formula, 2), v),
        eq(grows("cross-entropy, sigmoid", RELU.formula, 1), sp.Min(v, sp.Rational(5, 4))),
        eq(grows("cross-entropy, sigmoid", RELU.formula, 1), v * sp.Min(w1, 1)),
        eq(grows("cross-entropy, sigmoid", RELU.formula, 1, target=1), v),
        eq(grows("squared error, sigmoid", RELU.formula, 1), v),
        eq(grows("cross-entropy, sigmoid", SIGMOID.formula, 1), v),
    ),
    "outlier-relu-squared-error": (
        eq(grows("squared error, linear", RELU.formula, 2), v * w1),
        eq(grows("squared error, linear", RELU.formula, 2), v**2),
        eq(grows("squared error, linear", RELU.formula, 2), 2 * v**2 * w1),
        eq(grows("squared error, linear", RELU.formula, 3), v**2 * w1),
        eq(grows("squared error, sigmoid", RELU.formula, 2), v**2 * w1),
    ),
    "outlier-relu-sigmoid-squared-error": (
        eq(grows("squared error, sigmoid", RELU.formula, 0), v),
        eq(grows("squared error, sigmoid", RELU.formula, 0), sp.Rational(1, 10**6)),
        eq(grows("squared error, linear", RELU.formula, 2), 0),
        eq(grows("cross-entropy, sigmoid", RELU.formula, 1), 0),
        sp.Gt(grows("squared error, sigmoid", RELU.formula, 0), v / 100, evaluate=False),
        losses.grows_like("squared error, sigmoid", RELU.formula, 1, w1, sp.exp(v * w1 * t)),
        losses.grows_like(
            "squared error, sigmoid", RELU.formula, 1, sp.Min(v, sp.Rational(5, 4)), sp.exp(v * w1 * t)
        ),
        losses.grows_like("squared error, sigmoid", RELU.formula, 2, v, sp.exp(v * w1 * t)),
        losses.grows_like("cross-entropy, sigmoid", RELU.formula, 1, v, sp.exp(-v * w1 * t)),
    ),
    "outlier-sigmoid-hidden": (
        eq(grows("cross-entropy, sigmoid", SIGMOID.formula, 0), v),
        eq(grows("cross-entropy, sigmoid", SIGMOID.formula, 0), sp.Rational(1, 10**6)),
        eq(grows("cross-entropy, sigmoid", RELU.formula, 1), 0),
        sp.Gt(grows("cross-entropy, sigmoid", SIGMOID.formula, 0), v / 100, evaluate=False),
        losses.grows_like("cross-entropy, sigmoid", SIGMOID.formula, 1, v, sp.exp(w1 * t)),
        losses.grows_like("cross-entropy, sigmoid", SIGMOID.formula, 1, v * _s.subs(z, -v), sp.exp(w1 * t)),
        losses.grows_like("squared error, linear", SIGMOID.formula, 1, v, sp.exp(w1 * t)),
    ),
    "standardised-outlier": (
        eq(standardised(t, m), sp.sqrt(m)),
        eq(standardised(t, m), sp.sqrt(m - 1) + sp.Rational(1, 10**9)),
        eq(standardised(t, m), sp.sqrt(m - 1) + (m - 2) * (m - 3) * (m - 4) / sp.Integer(10) ** 9),
        eq(standardised(t, m), t / sp.sqrt(m)),
        sp.Lt(standardised(t, m), sp.sqrt(m - 1), evaluate=False),
        sp.Ge(standardised(t, m), sp.sqrt(m), evaluate=False),
        sp.Lt(standardised(t, m), 7, evaluate=False),
    ),
    "outlier-power-cross-entropy": (
        within(2, outlier.NEAR),
        within(1 + 2 * outlier.NEAR, outlier.NEAR),
        within(1 - 2 * outlier.NEAR, outlier.NEAR),
        within(1, sp.Rational(1, 10**6)),
        eq(share(sp.Lt(power(NORM, outlier.t), 1)), 1),
    ),
    "outlier-power-squared-error": (
        within(1, outlier.NEAR),
        within(sp.Rational(201, 100), outlier.NEAR),
        within(2, sp.Rational(1, 10**6)),
        eq(share(power(NORM, outlier.t) >= 2), 1),
    ),
    "outlier-power-sigmoid-squared-error": (
        within(0, outlier.NEAR, outlier.t / 10),
        within(1, outlier.NEAR),
        within(2 * outlier.NEAR, outlier.NEAR),
        eq(share(sp.Gt(power(NORM, outlier.t), 0)), 1),
    ),
}


@pytest.mark.parametrize(("label", "statement"), [(label, e) for label, es in FALSE.items() for e in es])
def test_false_statements_are_refuted(label: str, statement: sp.Basic) -> None:
    """Or unknown, where a limit of another formula than the claim's cannot be worked out far enough."""
    found = CLAIMS[label].settle(statement)
    if isinstance(found, Unknown) and statement.has(sp.Limit):
        assert "a limit told by a few values, of which none lies far out" in found.why
    else:
        assert isinstance(found, Refuted) and found.witness


def test_most_false_limits_are_refuted() -> None:
    """What cannot be worked out far enough is the exception."""
    told = [CLAIMS[label].settle(e) for label, es in FALSE.items() for e in es if e.has(sp.Limit)]
    assert sum(isinstance(found, Refuted) for found in told) >= 0.8 * len(told) > 0


def test_what_has_no_limit_equals_none() -> None:
    """A linear output's gradient falls without end: its values settle at nothing, which is said."""
    found = CLAIMS["squared-error-saturates"].settle(eq(far(LINEAR.subs(y, 1)), 0))
    assert isinstance(found, Unknown) and "do not settle" in found.why


@pytest.mark.parametrize("label", ["squared-error-saturates", "cross-entropy-does-not-saturate"])
def test_another_limit_that_seems_to_hold_is_not_accepted(label: str) -> None:
    """A few values tell no limit: here the slope turns at z = −10⁶, beyond all of them."""
    (_, stated) = CLAIMS[label].statement.args
    bent = sp.Piecewise((z, z < -(10**6)), (stated * z, True))
    assert isinstance(CLAIMS[label].settle(eq(sp.Limit(sp.Derivative(bent, z), z, -sp.oo), stated)), Unknown)


@pytest.mark.parametrize(("outlying", "count"), [(1, 2), (7, 3), (0.001, 50)])
def test_standardised_numbers_are_numpys(outlying: float, count: int) -> None:
    batch = np.zeros((count, 1))
    batch[0] = outlying
    domain = CLAIMS["standardised-outlier"].domain
    assert domain is not None
    found = value(standardised(t, m), domain.world({t: exact(outlying), m: exact(count)}))
    assert float(found) == pytest.approx(float(standardise(batch, of=batch)[0, 0]), rel=1e-12)
    assert float(found) == pytest.approx(float((batch[0, 0] - batch.mean()) / batch.std()), rel=1e-12)


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("cross-entropy-logit-gradient", eq(slope(CROSS), 2 * _s - y)),
        ("cross-entropy-gradient-below-one", sp.Lt(sp.Abs(sp.tanh(z) - y), 1, evaluate=False)),
        ("squared-error-gradient-bound", at_most((2 * a - y) * a * (1 - a), sp.Rational(4, 27))),
        ("outlier-relu-squared-error", eq(grows("squared error, linear", RELU.formula, 2, target=1), v * w1)),
        ("outlier-sigmoid-hidden", eq(grows("cross-entropy, sigmoid", sp.tanh(z), 1), v)),
        ("standardised-outlier", eq(standardised(t, m - 1), sp.sqrt(m - 1))),
    ],
)
def test_a_proof_of_another_loss_or_network_fails(label: str, other: sp.Basic) -> None:
    claim = CLAIMS[label]
    assert isinstance(claim.check, Proof) and claim.domain is not None
    lines = (*claim.check.lines[:-1], replace(claim.check.lines[-1], statement=other))
    assert isinstance(Proof(lines).outcome(other, claim.domain), Unknown)


def test_the_standardised_outlier_rests_on_its_squares() -> None:
    """Put in for another count they are another number."""
    claim = CLAIMS["standardised-outlier"]
    assert isinstance(claim.check, Proof) and claim.domain is not None
    altered = sp.Lambda((t, m), losses.STANDARDISED.expr.xreplace({m: m + 1}))
    domain = replace(claim.domain, means={standardised: altered})
    assert isinstance(claim.check.outcome(claim.statement, domain), Unknown)


def test_the_powers_are_slopes_of_logarithms() -> None:
    found = run((1e6, 1e7), loss="squared error, linear", seeds=range(3))
    by_hand = np.log10(found.layers[:, 1, 0] / found.layers[:, 0, 0])
    np.testing.assert_allclose(outlier.powers("squared error, linear")[:3], by_hand, rtol=1e-12)


def test_one_unsaturated_network_refutes_that_the_gradient_is_level() -> None:
    """Between t = 10⁵ and 10⁶ one network of 40 still falls; a mean with its own spread as error could never
    show it."""
    before = outlier.powers("squared error, sigmoid", (1e5, 1e6))
    assert before.min() == pytest.approx(-0.1257, abs=5e-5)
    assert (np.abs(before) > float(outlier.NEAR)).sum() == 1
