"""Derivatives where a function has lost its digits, and limits told by values that are known."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import arb, fmpq

from analysis.claims.calculus import derivative, limit
from analysis.claims.domain import domain, integers, reals
from analysis.claims.evaluate import evaluate
from analysis.claims.world import Undefined, precision


@pytest.mark.parametrize("at", [40, 300, 2000])
def test_the_slope_of_a_logarithm_far_out(at: int) -> None:
    """d/dz log(1 − σ(z)) = −σ(z); 1 − σ(z) has its first digit at e⁻ᶻ."""
    found = derivative(lambda x: (1 - 1 / (1 + (-arb(x)).exp())).log(), fmpq(at))
    assert abs(float(found) + 1) < 1e-9 and float(found.rad()) < 1e-9


@pytest.mark.parametrize("at", [40, 700, 2000])
def test_a_slope_that_vanishes_is_known_to_its_own_size(at: int) -> None:
    """tanh′(z) = 4 e⁻²ᶻ (1 + e⁻²ᶻ)⁻², far below the smallest float at z = 700."""
    found = derivative(lambda x: arb(x).tanh(), fmpq(at))
    with precision(300):
        small = (-2 * arb(at)).exp()
        ratio = found / (4 * small / (1 + small) ** 2)
    assert ratio.contains(1) and abs(float(ratio) - 1) < 1e-9 and float(ratio.rad()) < 1e-8


def test_a_slope_that_is_zero_is_zero() -> None:
    for f in (lambda x: arb(3), lambda x: fmpq(3), lambda x: arb(x).cos()):
        found = derivative(f, fmpq(0))
        assert found.contains(0) and float(found.rad()) < 1e-60


def test_a_kink_has_no_derivative() -> None:
    with pytest.raises(Undefined, match="a kink"):
        derivative(lambda x: abs(x), fmpq(0))
    with pytest.raises(Undefined, match="no derivative"):
        derivative(lambda x: arb(x).log() if x > 0 else arb("nan"), fmpq(-1))


def test_a_value_that_is_not_known_tells_no_limit() -> None:
    steps = [fmpq(2**k) for k in range(3, 15)]

    def noisy(x: fmpq) -> arb:
        return 1 + 1 / arb(x) + (arb(0, 10) if x > 1000 else arb(0))

    found = limit(noisy, steps)
    assert found.contains(1) and float(found.rad()) < 1e-3
    for unknown in (arb(0, 10), arb("nan"), arb(1, 1e300) * arb(1, 1e300), arb(0, 1) * arb(10) ** 5000):
        with pytest.raises(Undefined, match="too few"):
            limit(lambda x, unknown=unknown: unknown, steps)  # type: ignore[misc]


def test_whole_numbers_are_evaluated_once() -> None:
    n = sp.Symbol("n", integer=True)
    assert evaluate(sp.Ge(n**2, 0, evaluate=False), domain((n, integers(1, 9)))).points == 9


def test_what_is_not_finite_is_no_counter_example_and_holds_nowhere() -> None:
    x = sp.Symbol("x", real=True)
    statement = sp.Eq(sp.Integral(sp.exp(x), (x, 0, sp.oo)), 1, evaluate=False)
    assert evaluate(statement, domain()).holds is not True
    z = sp.Symbol("z", real=True)
    assert evaluate(sp.Le(sp.exp(sp.exp(sp.exp(z))), 0, evaluate=False), domain((z, reals()))).holds is False
