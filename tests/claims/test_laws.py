"""E[…], Pr[…] and Var(…) by enumeration, by quadrature and by simulation, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq

from analysis.claims.laws import (
    Law,
    expectation_over,
    mean,
    normal,
    probability_over,
    two_point,
    uniform,
    variance_over,
)
from analysis.claims.meaning import truth, value
from analysis.claims.world import Meaningless, World, ball
from analysis.symbolic.display import expectation, probability

x, y, v, g = sp.symbols("x y v g", real=True)
Var = sp.Function("Var")


def test_two_points_have_the_mean_and_variance_asked_for_and_a_skew() -> None:
    law = two_point(0, v, g)
    world = World({v: fmpq(9, 4), g: fmpq(3), expectation: expectation_over({x: law})})
    assert value(expectation(x), world) == 0 and value(expectation(x**2), world) == fmpq(9, 4)
    third = ball(value(expectation(x**3), world))
    assert float(third) == pytest.approx(1.5**3 * (3 - 1 / 3))


def test_several_letters_are_independent() -> None:
    world = World({expectation: expectation_over({x: two_point(0, 1, 2), y: two_point(1, 4, 1)})})
    assert value(expectation(x * y), world) == 0 and value(expectation((x + y) ** 2), world) == 1 + 4 + 1


@pytest.mark.parametrize(("power", "moment"), [(1, 0), (2, 3), (4, 27), (3, 0)])
def test_moments_of_a_normal_law_by_quadrature(power: int, moment: int) -> None:
    found = ball(mean(x**power, {x: normal(3)}, World({})))
    assert abs(float(found) - moment) < 1e-12 and float(found.rad()) < 1e-10


def test_a_variance_that_is_a_letter() -> None:
    found = ball(mean(x**2, {x: normal(v)}, World({v: fmpq(7, 2)})))
    assert float(found) == pytest.approx(3.5, rel=1e-12)


def test_uniform_numbers() -> None:
    world = World({expectation: expectation_over({x: uniform(0, 2)}), Var: variance_over({x: uniform(0, 2)})})
    assert float(ball(value(expectation(x), world))) == pytest.approx(1.0)
    assert float(ball(value(Var(x), world))) == pytest.approx(1 / 3)


def test_what_can_only_be_drawn_is_simulated_with_its_standard_error() -> None:
    laws = {x: normal(), y: normal()}
    statement = sp.Eq(expectation(sp.Abs(x * y)), 2 / sp.pi, evaluate=False)
    world = World({expectation: expectation_over(laws, draws=100_000)})
    found = truth(statement, world)
    assert found.holds is True and 0.01 < found.resolution < 0.05
    off = sp.Eq(expectation(sp.Abs(x * y)), sp.Rational(21, 20) * 2 / sp.pi, evaluate=False)
    assert truth(off, World({expectation: expectation_over(laws, draws=100_000)})).holds is False


def test_chances() -> None:
    world = World({probability: probability_over({x: normal()}, draws=100_000)})
    event = probability(sp.Lt(sp.Abs(x), 1, evaluate=False))
    assert truth(sp.Eq(event, sp.erf(1 / sp.sqrt(2)), evaluate=False), world).holds is True
    assert truth(sp.Eq(event, sp.erf(1), evaluate=False), world).holds is False
    exact = World(
        {probability: probability_over({x: Law(atoms=((0, sp.Rational(1, 3)), (1, sp.Rational(2, 3))))})}
    )
    assert value(probability(sp.Lt(x, sp.S.Half, evaluate=False)), exact) == fmpq(1, 3)


def test_a_law_without_a_way_to_draw_is_refused() -> None:
    with pytest.raises(Meaningless, match="cannot be drawn from"):
        mean(x * y, {x: Law(density=sp.exp(-x)), y: normal()}, World({}))


def test_no_random_letter_is_the_expression_itself() -> None:
    assert mean(v + 1, {x: normal()}, World({v: fmpq(2)})) == 3
    assert isinstance(ball(mean(sp.exp(v), {x: normal()}, World({v: fmpq(2)}))), arb) and math.isfinite(2.0)


@pytest.mark.parametrize("variance", [1, 333, 10**4])
def test_an_activation_that_overflows_far_out_is_integrated_all_the_same(variance: int) -> None:
    slope = sp.exp(-x) / (1 + sp.exp(-x)) ** 2
    found = ball(mean(slope, {x: normal(variance)}, World({})))
    s = math.sqrt(variance)
    nodes = [k * 0.01 for k in range(-6000, 6001)]
    exact = (
        sum(math.exp(-abs(t)) / (1 + math.exp(-abs(t))) ** 2 * math.exp(-((t / s) ** 2) / 2) for t in nodes)
        * 0.01
        / (s * math.sqrt(2 * math.pi))
    )
    assert float(found) == pytest.approx(exact, rel=1e-9)


def test_the_variance_of_what_has_mean_zero() -> None:
    """E[X]² of a mean that quadrature knows as 0 ± 10⁻¹³ was no number."""
    world = World({Var: variance_over({x: normal()})})
    assert float(ball(value(Var(sp.tanh(x)), world))) == pytest.approx(0.394294, abs=1e-6)


@pytest.mark.parametrize(
    "law", [normal(3), normal(sp.Rational(1, 4)), uniform(-1, 5)], ids=["3", "1/4", "uniform"]
)
def test_what_is_drawn_has_the_mean_square_of_its_density(law: Law) -> None:
    """So that a simulated mean and an integral are of one law: 200,000 draws, five standard errors."""
    wanted = float(sp.integrate(law.x**2 * law.density, (law.x, law.low, law.high)))
    found = law.draw(np.random.default_rng(1), 200_000) ** 2
    assert abs(found.mean() - wanted) < 5 * found.std() / len(found) ** 0.5
