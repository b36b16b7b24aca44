"""The deciders decide: true statements are proved,
false ones refuted with a point at which they really fail."""

from __future__ import annotations

import re

import pytest
import sympy as sp

from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.claims.proof import (
    by_deciding,
    by_structure,
    by_value,
    counterexample,
    rational_points,
    specialise,
)
from analysis.claims.relations import eq, le
from analysis.symbolic.catalogue import ACTIVATIONS, SIGMOID, SOFTPLUS, TANH
from analysis.symbolic.notation import a_, b_, cost, sigma, w_, z

s = SIGMOID.formula
QUARTER = sp.Rational(1, 4)


@pytest.mark.parametrize(
    "statement",
    [
        eq(sp.Derivative(s, z), s * (1 - s)),
        eq(s + s.subs(z, -z), 1),
        eq(sp.tanh(z), 2 * s.subs(z, 2 * z) - 1),
        le(SIGMOID.derivative, QUARTER),
        le(sp.Abs(TANH.formula), 1),
        le(sp.Abs(z**0 * s), 1),
        eq(SOFTPLUS.formula, SOFTPLUS.value),
        sp.Lt(s, 1, evaluate=False),
    ],
    ids=str,
)
def test_true_statements_are_proved(statement: sp.Basic) -> None:
    assert isinstance(by_deciding()(statement), Proved)


@pytest.mark.parametrize(
    "statement",
    [
        eq(sp.Derivative(s, z), s * (1 + s)),
        eq(sp.tanh(z), 2 * s.subs(z, z) - 1),
        le(SIGMOID.derivative, sp.Rational(249999, 10**6)),
        le(sp.Abs(TANH.formula), sp.Rational(999, 1000)),
        sp.Lt(SIGMOID.derivative, QUARTER, evaluate=False),
        sp.Lt(sp.S.One + 0 * z, 1, evaluate=False),
        eq(SOFTPLUS.formula, SOFTPLUS.value + sp.exp(-z)),
    ],
    ids=str,
)
def test_false_statements_are_refuted_at_a_real_point(statement: sp.Basic) -> None:
    outcome = by_deciding()(statement)
    assert isinstance(outcome, Refuted), outcome
    found = re.search(r"z = (-?\d+(?:/\d+)?)", outcome.witness)
    assert found, outcome.witness
    point = sp.Rational(found.group(1))
    left, right = (sp.N(side.doit().subs(z, point), 60) for side in statement.args)
    assert left != right if isinstance(statement, sp.Eq) else not bool(statement.func(left, right))


def test_what_cannot_be_decided_is_unknown() -> None:
    assert isinstance(by_deciding()(le(sp.sin(z), 2)), Unknown)
    assert isinstance(by_deciding()(le(sp.sin(z), sp.Rational(1, 10))), Refuted)


def test_both_branches_of_a_piecewise_are_decided() -> None:
    hidden = sp.Piecewise((0, sp.Abs(z) < 1), (1, True))  # exceeds 1/2 for |z| ≥ 1 only
    assert not isinstance(by_deciding()(le(hidden, sp.S.Half)), Proved)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_a_flipped_sign_of_the_slope_is_noticed(activation: object) -> None:
    from analysis.chapters.activations.claims.catalogue import slope_claim

    c = slope_claim(activation)  # type: ignore[arg-type]
    assert isinstance(c.settle(eq(c.statement.lhs, -c.statement.rhs)), Refuted)


def test_structure_needs_the_same_tree() -> None:
    chain = cost(sigma(w_(1) * a_(0) + b_(1)))
    right = chain.diff(b_(1))
    assert isinstance(by_structure()(eq(sp.Derivative(chain, b_(1)), right)), Proved)
    assert isinstance(by_structure()(eq(sp.Derivative(chain, b_(1)), -right)), Refuted)
    same_value = eq((z + 1) ** 2, z**2 + 2 * z + 1)
    assert isinstance(by_structure()(same_value), Unknown)


def test_closed_values() -> None:
    assert isinstance(by_value()(eq(sp.Integral(z, (z, 0, 1)), sp.S.Half)), Proved)
    refused = by_value()(eq(sp.Integral(z, (z, 0, 1)), sp.Rational(51, 100)))
    assert isinstance(refused, Refuted) and "at " not in refused.witness


def test_counterexample_prints_digits_that_differ() -> None:
    found = counterexample(eq(sp.S.One, 1 + sp.Rational(1, 10**9)), [{}])
    assert found and "1.000000001" in found.witness


def test_points_are_never_zero_and_special_functions_get_numbers() -> None:
    points = list(rational_points([w_(1), a_(0)]))
    assert all(value != 0 for point in points for value in point.values()) and len(points) == 12
    assert specialise(sigma(sp.S.Zero)) == sp.S.Half
