"""How long cells remember:
predictions with their siblings, closed forms against brute force, bad arguments."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.chapters.gates import memory_horizon as experiment


def test_without_recurrent_weights_the_half_life_is_the_closed_form() -> None:
    for bias in (-1.0, 0.0, 1.0, 3.0):
        found = experiment.memory_curves("lstm", forget_bias=bias, scale=0.0, steps=30, nets=2, units=2)
        assert found.half_life()[0] == pytest.approx(float(experiment.predicted_half_life(bias)), rel=1e-12)


def test_the_gain_is_the_binomial_sum() -> None:
    f, v = 0.7, 0.05
    for k, found in enumerate(experiment.log_gain(f, v, 6)):
        direct = sum(math.comb(k, j) ** 2 * f ** (2 * (k - j)) * v**j for j in range(k + 1))
        assert found == pytest.approx(0.5 * math.log(direct), abs=1e-12)
    assert experiment.log_gain(0.7, 0.0, 5)[-1] == pytest.approx(5 * math.log(0.7))
    assert experiment.log_gain(0.0, 0.25, 5)[-1] == pytest.approx(5 * math.log(0.5))


def test_at_rest_against_powers_of_random_matrices() -> None:
    rng, n = np.random.default_rng(0), 200
    M = rng.uniform(-1, 1, (8, n, n)) / math.sqrt(n) / 4 + np.eye(n) / (1 + math.exp(-1))
    squares = [np.linalg.matrix_power(m, 8) for m in M]
    found = np.mean([(m**2).sum() / n for m in squares])
    assert 0.5 * math.log(found) == pytest.approx(
        experiment.gain_at_rest("lstm", 8, forget_bias=1.0)[-1], abs=0.01
    )


def test_a_large_bias_has_no_half_life_at_rest() -> None:
    assert experiment.half_life_at_rest("lstm", forget_bias=1.75) < 10.0
    assert math.isinf(experiment.half_life_at_rest("lstm", forget_bias=2.5))


def test_the_first_fall_below_a_level() -> None:
    assert experiment.first_below(np.array([0.0, -1.0, -5.0]), -0.5) == pytest.approx(0.5)
    assert experiment.first_below(np.array([0.0, 0.5, -1.5, 3.0]), -0.5) == pytest.approx(1.5)
    assert experiment.first_below(np.array([-1.0, 2.0]), -0.5) == 0.0
    assert math.isnan(experiment.first_below(np.array([0.0, 1.0]), -0.5))


def test_the_standard_errors_of_the_curves() -> None:
    """Half-lives 1, 2, 3, 4, 5 and rates −1, …, −1/5 times log 2: the mean, and s/√5 by hand."""
    k = np.arange(7)
    logs = np.array([-k * math.log(2) / life for life in (4, 1, 3, 5, 2)])
    curves = experiment.MemoryCurves("lstm", 0.0, 1.0, 4, False, logs)
    assert curves.half_life() == pytest.approx((3.0, 0.5**0.5))
    rates = [-math.log(2) / life for life in (1, 2, 3, 4, 5)]
    mean = sum(rates) / 5
    error = math.sqrt(sum((r - mean) ** 2 for r in rates) / 4 / 5)
    assert curves.rate() == pytest.approx((mean, error))


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="kind"):
        experiment.memory_curves("elman")
    with pytest.raises(ValueError, match="kind"):
        experiment.gain_at_rest("elman", 3)
    with pytest.raises(ValueError, match="forget_bias"):
        experiment.memory_curves("lstm", forget_bias=math.nan)
    with pytest.raises(ValueError, match="still above"):
        experiment.memory_curves("lstm", forget_bias=9.0, steps=5, nets=2).half_life()
