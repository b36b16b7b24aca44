"""How float64 loses the balanced exploding chain."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from analysis.chapters.explosion.digits_lost import Floats, digits_lost

PER_LAYER = math.log10(25)  # the factor 100 · ¼, in digits


def first_without(digits: Floats) -> int | None:
    """The first layer, counted from 1, with less than one correct digit; None if there is none."""
    below = np.flatnonzero(digits < 1.0)
    return int(below[0]) + 1 if len(below) else None


def test_every_layer_costs_the_digits_of_its_factor():
    run = digits_lost(0.3, depth=16)
    for digits in (run.kept, run.guaranteed, run.moved):
        np.testing.assert_allclose(np.diff(digits[1:9]), -PER_LAYER, atol=0.02)
    assert first_without(run.kept) == 12
    assert first_without(run.guaranteed) == 11
    assert first_without(run.moved) == 11


def test_float64_explodes_where_the_truth_has_vanished():
    run = digits_lost(0.3, depth=16)
    assert run.log10_float == pytest.approx(15 * PER_LAYER - math.log10(4), rel=1e-14)
    assert run.log10_exact < -60
    assert abs(run.log10_float - run.log10_exact) <= run.log10_bound
    assert abs(run.z_exact[-1]) == pytest.approx(50)


@pytest.mark.parametrize("a0", [0.1, 0.3, 0.7, 0.9, 1e-3])
@pytest.mark.parametrize("weight", [2.0, 4.0, 10.0, 100.0])
def test_the_bound_never_promises_a_digit_that_is_wrong(a0, weight):
    run = digits_lost(a0, weight, depth=30)
    assert (run.guaranteed <= run.kept).all()
    assert abs(run.log10_float - run.log10_exact) <= run.log10_bound


def test_below_the_threshold_nothing_is_lost():
    """|w| σ′ ≤ 1 for |w| ≤ 4: errors do not grow."""
    run = digits_lost(0.3, weight=4.0, depth=60)
    assert run.guaranteed.min() > 13 and first_without(run.kept) is None
    assert abs(run.log10_float - run.log10_exact) < 1e-13


def test_luck_is_not_accuracy():
    """At a₀ = ½ no operation rounds, so float64 is right to the end;
    the bound cannot know, and one unit of a₀ is fatal."""
    run = digits_lost(0.5, depth=16)
    assert (run.kept == 17).all() and (run.z_exact == 0).all()
    assert first_without(run.guaranteed) == 11 and first_without(run.moved) == 11


def test_the_exact_chain_is_the_one_float64_was_given():
    run = digits_lost(0.3, depth=3)
    with mpmath.workdps(50):
        z = mpmath.mpf(100.0) * mpmath.mpf(0.3) - 30
        for found in run.z_exact:
            assert found == pytest.approx(float(z), rel=1e-12, abs=0.0)
            z = 100 / (1 + mpmath.exp(-z)) - 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 0}, "depth must be 1 or more"),
        ({"a0": math.nan}, "a0 must be finite"),
        ({"weight": math.inf}, "w must be finite"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        digits_lost(**arguments)


def test_a_depth_of_one():
    run = digits_lost(0.3, depth=1)
    assert run.kept.shape == (1,) and run.log10_float == pytest.approx(math.log10(0.25))
