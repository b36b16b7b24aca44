"""Chapter 7's predictions hold with false ones refuted, their theory is read off the statement, and the
limits of small signals are read whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import mpmath
import pytest
import sympy as sp

from analysis.chapters.initialisation.claims import variance, variance_layers
from analysis.claims.claim import Claim
from analysis.claims.compare import same
from analysis.claims.domain import Entries, exact
from analysis.claims.lines import Proof
from analysis.claims.meaning import value
from analysis.claims.outcome import Checked, Proved, Refuted, Unknown
from analysis.claims.theorems import APART, INDEX
from analysis.claims.world import World, ball
from analysis.numeric.mean_field import profile
from analysis.symbolic.display import expectation
from analysis.symbolic.variance import _a, _delta, depth, n, q, s, sigma_w, spread_is, v, v_b

CLAIMS = {claim.label: claim for module in (variance, variance_layers) for claim in module.CLAIMS}
SMALL = [claim for label, claim in CLAIMS.items() if label.startswith("tanh-small-signals")]


def test_the_recursions_are_those_of_the_profile() -> None:
    """What the statements' right sides are worth, integral by integral, against the mean-field code's own."""
    expected = profile("tanh", variance_layers.SCALE, variance_layers.BIAS, variance_layers.LAYERS)
    forward, backward = (CLAIMS[f"variance-recursion-{way}"] for way in ("forward", "backward"))
    for claim, number in ((forward, expected.forward[-1]), (backward, expected.backward[0])):
        found = value(claim.statement.rhs, claim.domain.world({}))
        assert float(found) == pytest.approx(float(number), rel=1e-9)


@pytest.mark.parametrize(("layers", "fourth"), [(1, 9), (2, 54)])
def test_the_spread_of_one_neuron_by_its_fourth_moments(layers: int, fourth: int) -> None:
    """z¹ = w x has E z⁴/(E z²)² = 3·3; ReLU doubles that ratio, and the next weight has 3 again."""
    formula = CLAIMS["relu-spread-by-depth-over-width"].statement.rhs
    assert formula.subs({n: 1, depth: layers}) == sp.Integer(fourth - 1)


@pytest.mark.parametrize("wrong", [8, 9, "9.6", "10.7", 11, 12, "4.7226"])
def test_the_critical_scale_of_the_sigmoid_is_resolved(wrong: object) -> None:
    claim = CLAIMS["sigmoid-critical-scale"]
    assert isinstance(claim.settle(), Checked)
    assert isinstance(claim.settle(sp.Eq(sigma_w, sp.Float(wrong), evaluate=False)), Refuted)


def test_tanh_at_one_loses_a_power_of_the_depth_and_no_more() -> None:
    """L E[δ²] tends to 0.7066:
    doubling the depth halves the mean square, where an exponential would square it."""
    few, many = (profile("tanh", 1.0, 0.0, depth).backward[0] for depth in (500, 1000))
    assert few / many == pytest.approx(2.0, rel=5e-3) and 1000 * many == pytest.approx(0.708, abs=1e-3)
    assert 1 / profile("tanh", 1.0, 0.0, 20).backward[0] == pytest.approx(26.4, abs=0.05)


@pytest.mark.parametrize("claim", SMALL, ids=lambda c: c.label)
def test_the_limits_by_numbers(claim: Claim) -> None:
    """At q = 10⁻³ and 10⁻⁴ with mpmath; the distance from −2 falls in proportion to q."""
    inner = claim.statement.lhs.args[0]
    (x, low, high) = inner.limits[0]
    off = []
    for exponent in (3, 4):
        f = sp.lambdify(x, inner.function.subs(q, sp.Rational(1, 10**exponent)), "mpmath")
        with mpmath.workdps(40):
            off.append(float(mpmath.quad(f, [-12, -6, -3, 0, 3, 6, 12])) + 2.0)
    assert abs(off[0]) < 0.02 and off[0] / off[1] == pytest.approx(10.0, rel=0.05)


@pytest.mark.parametrize("claim", SMALL, ids=lambda c: c.label)
def test_the_limits_are_read_whole(claim: Claim) -> None:
    left, right = claim.statement.args
    inner, x = left.args[0], left.args[0].variables[0]
    half = sp.Limit(sp.Integral(inner.function, (x, 0, sp.oo)), q, 0)
    elsewhere = sp.Limit(inner, q, 1)
    for other in (
        sp.Eq(left, right - sp.Rational(1, 10**9), evaluate=False),
        sp.Eq(half, right, evaluate=False),
        sp.Eq(elsewhere, right, evaluate=False),
        sp.Lt(left, right, evaluate=False),
        sp.Ne(left, right, evaluate=False),
    ):
        assert not isinstance(claim.settle(other), Proved)
    assert isinstance(claim.settle(), Proved)


@pytest.mark.parametrize("label", CLAIMS)
def test_a_claim_is_of_its_grade(label: str) -> None:
    assert (
        CLAIMS[label].grade == ("argued" if label == "relu-spread-exact" else "proved")
        or not CLAIMS[label].check
    )


@pytest.mark.parametrize("label", ["variance-forward", "variance-backward"])
def test_the_means_that_make_the_law_are_those_of_the_drawn_weights(label: str) -> None:
    """Put in by definition in a proof; here against the mean over every combination of uneven weights."""
    over = CLAIMS[label].domain
    assert over is not None
    free = {key: Entries(lambda at: exact(3 * at[0] - 7)) for key, _ in over.ranges if key in (_a, _delta)}
    numbers = {n: 3, v: 2, v_b: 5, variance._skew: "2", variance._skew_b: "1/2"}
    free |= {key: exact(numbers[key]) for key, _ in over.ranges if key in numbers}
    laws = [key for key in over.means if isinstance(key, expectation)]
    assert len(laws) == (4 if label.endswith("forward") else 2)
    program = {expectation: over.means[expectation]}
    for e in laws:
        for j, apart in ((1, 1), (1, 2), (2, 1)):
            at = {INDEX: j, APART: apart}
            in_numbers = e.xreplace({x: y for x, y in at.items() if x in e.free_symbols})
            told = value(over.means[e], World({**free, **{x: exact(y) for x, y in at.items()}}))
            drawn = value(in_numbers, World({**free, **program}))
            assert ball(told - drawn).contains(0) and float(ball(drawn).rad()) < 1e-12


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("variance-forward", lambda e: e.xreplace({v_b: 2 * v_b})),
        ("variance-backward", lambda e: sp.Eq(e.lhs, v**2 * e.rhs / v + v, evaluate=False)),
        ("xavier-variance", lambda e: sp.Eq(e.lhs, 2 * e.rhs, evaluate=False)),
        ("leaky-relu-second-moment", lambda e: sp.Eq(e.lhs, e.rhs + s, evaluate=False)),
        ("he-variance", lambda e: e.xreplace({s: 2 * s})),
        ("relu-spread-exact", lambda e: spread_is(sp.Integer(4))),
        ("tanh-small-signals-forward", lambda e: sp.Eq(e.lhs, -1, evaluate=False)),
        ("tanh-small-signals-backward", lambda e: e.replace(sp.tanh, lambda x: sp.tanh(2 * x))),
        ("same-weights-two-widths", lambda e: e.xreplace({sp.Integer(1000): sp.Integer(999)})),
    ],
)
def test_a_proof_of_another_statement_fails(label: str, other: Callable[[sp.Basic], sp.Basic]) -> None:
    claim = CLAIMS[label]
    assert isinstance(claim.check, Proof) and claim.domain is not None
    *lines, last = claim.check.lines
    statement = other(claim.statement)
    assert not same(statement, claim.statement)
    found = Proof((*lines, replace(last, statement=statement))).outcome(statement, claim.domain)
    assert isinstance(found, Unknown)


def test_a_law_of_another_variance_gives_another_recursion() -> None:
    """The domain's law of the weights altered, the lines as they stand."""
    claim = CLAIMS["variance-backward"]
    assert isinstance(claim.check, Proof) and claim.domain is not None
    means = {k: 2 * x if isinstance(x, sp.Expr) else x for k, x in claim.domain.means.items()}
    altered = replace(claim.domain, means=means)
    assert isinstance(claim.check.outcome(claim.statement, altered), Unknown)


def test_small_signals_rest_on_tanh() -> None:
    """With another function at the start no later line follows."""
    claim = CLAIMS["tanh-small-signals-forward"]
    assert isinstance(claim.check, Proof) and claim.domain is not None
    for f in (sp.sinh, sp.sin, sp.atan):
        lines = tuple(replace(x, statement=x.statement.replace(sp.tanh, f)) for x in claim.check.lines[:3])
        rest = claim.check.lines[3:]
        assert isinstance(Proof((*lines, *rest)).outcome(claim.statement, claim.domain), Unknown)
