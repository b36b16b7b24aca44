"""Inequalities between measured numbers, with margins worked out by hand."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from analysis.experiments import adding_problem_claims, residual_training_claims
from analysis.experiments.independent_margins import Measured, by_measuring, geometric, margin
from analysis.symbolic.claim import Checked, Refuted, Unknown

x, y = sp.symbols("x y", real=True)


def test_margins_by_hand() -> None:
    three, four = Measured(5.0, 3.0), Measured(20.0, 4.0)  # √(3² + 4²) = 5
    assert margin(sp.Gt(y, x, evaluate=False), {x: three, y: four}) == pytest.approx(3.0)
    assert margin(sp.Lt(y, x, evaluate=False), {x: three, y: four}) == pytest.approx(-3.0)
    assert margin(sp.Lt(x, 8, evaluate=False), {x: three}) == pytest.approx(1.0)
    assert margin(sp.Gt(y, 2 * x, evaluate=False), {x: three, y: four}) == pytest.approx(10 / math.sqrt(52))
    assert margin(sp.Gt(x, 2, evaluate=False), {x: Measured(3.0, 0.0)}) == math.inf


def test_geometric_means_are_compared_by_their_logarithms() -> None:
    found = geometric([1.0, 100.0, 10.0, 10.0])
    assert found.value == pytest.approx(10.0) and found.in_logs
    assert found.standard_error == pytest.approx(math.log(10.0) * math.sqrt(2 / 3) / 2)
    assert margin(sp.Gt(x, 1, evaluate=False), {x: found}) == pytest.approx(2 / math.sqrt(2 / 3))
    assert margin(sp.Gt(1000 * y, x, evaluate=False), {x: found, y: Measured(1.0, 0.0)}) == pytest.approx(
        4 / math.sqrt(2 / 3)
    )


def test_two_standard_errors_are_too_few() -> None:
    check = by_measuring({x: Measured(0.5, 0.01), y: Measured(0.4, 0.0)}.__getitem__, "numbers")
    assert isinstance(check(sp.Gt(x, sp.Rational(46, 100), evaluate=False)), Checked)
    assert isinstance(check(sp.Gt(x, sp.Rational(48, 100), evaluate=False)), Unknown)
    assert isinstance(check(sp.Gt(x, sp.Rational(51, 100), evaluate=False)), Unknown)
    assert isinstance(check(sp.Gt(x, sp.Rational(54, 100), evaluate=False)), Refuted)
    both = sp.And(sp.Gt(x, sp.Rational(4, 10)), sp.Lt(x, sp.Rational(49, 100)), evaluate=False)
    assert isinstance(check(both), Unknown)
    assert isinstance(check(sp.Eq(y, sp.Float(0.4), evaluate=False)), Checked)
    assert isinstance(check(sp.Eq(y, 1, evaluate=False)), Refuted)


@pytest.mark.parametrize(
    ("label", "statement"),
    [
        ("residual-hardly-helps-shallow", "A_{plain, 4} > 94/100"),  # holds by 1.9 only
        ("plain-gradient-is-not-small", "G_{plain, 48} > G_{residual\\_scaled, 48}"),  # by 0.1
        ("lstm-reads-digits-by-pixel", "A_{lstm\\_1} > 9/10"),  # by 0.9
    ],
)
def test_what_the_records_do_not_resolve_is_not_claimed(label: str, statement: str) -> None:
    claims = {c.label: c for c in (*residual_training_claims.CLAIMS, *adding_problem_claims.CLAIMS)}
    left, right = (
        sp.Symbol(side, real=True) if side[0] in "AG" else sp.Rational(side)
        for side in statement.split(" > ")
    )
    assert isinstance(claims[label].settle(sp.Gt(left, right, evaluate=False)), Unknown)
