"""Small numbers whose answers are known, and the definition of each interval."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.chapters.learning_speeds.learning_speeds import LearningSpeeds, learning_speeds
from analysis.chapters.learning_speeds.speed_bands import LEVELS, SpeedBands, speed_bands
from analysis.numeric.data import load
from analysis.numeric.speed_statistics import (
    NIELSEN_DECIMALS,
    NIELSEN_ENDS,
    NIELSEN_RATIO,
    NIELSEN_RECORDED,
    NIELSEN_SPEEDS,
    clopper_pearson,
    joint_p_value,
    monotone,
    ratio,
    recovered,
    resolved,
)


def test_monotone_means_every_layer() -> None:
    speeds = [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [2.0, 1.0, 3.0], [1.0, 1.0, 2.0]]
    assert monotone(speeds).tolist() == [True, False, False, False]
    assert monotone(np.array(speeds).reshape(2, 2, 3)).shape == (2, 2)


def test_the_ratio_is_last_to_first() -> None:
    assert ratio([[2.0, 9.0, 6.0], [4.0, 0.0, 1.0]]).tolist() == [3.0, 0.25]


def at_most(k: int, n: int, p: float) -> float:
    """P(at most k successes in n)."""
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_clopper_pearson_by_its_definition(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    found = clopper_pearson(k, n, level)
    tail = (1 - level) / 2
    assert found.low <= found.fraction <= found.high
    if k:
        assert 1 - at_most(k - 1, n, found.low) == pytest.approx(tail, rel=1e-6)
    else:
        assert found.low == 0.0
    if k < n:
        assert at_most(k, n, found.high) == pytest.approx(tail, rel=1e-6)
    else:
        assert found.high == 1.0


def test_all_of_two_hundred() -> None:
    assert clopper_pearson(200, 200).low == pytest.approx(0.025 ** (1 / 200), rel=1e-12)


def test_his_recorded_speeds_round_to_the_printed_ones() -> None:
    for hidden, stated in NIELSEN_SPEEDS.items():
        assert tuple(round(x, NIELSEN_DECIMALS[hidden]) for x in NIELSEN_RECORDED[hidden]) == stated
    assert NIELSEN_ENDS[0] == (NIELSEN_RECORDED[4][0], NIELSEN_RECORDED[4][3])
    assert round(NIELSEN_RATIO[50], 1) == 50.6 and round(NIELSEN_RATIO[499], 1) == 112.6


def test_the_joint_p_value_in_one_layer_is_a_rank() -> None:
    """In one dimension the distance is that from the mean, of logarithms."""
    sample = np.exp([[-2.0], [-1.0], [0.0], [1.0], [2.0], [0.1], [-0.1], [0.2], [-0.2]])
    assert joint_p_value([np.exp(1.5)], sample) == Fraction(3, 10)  # 1.5 itself, −2 and 2
    assert joint_p_value([np.exp(50.0)], sample) == Fraction(1, 10)


def test_the_joint_p_value_sees_an_order_that_single_layers_do_not() -> None:
    """Two layers that move together: a pair inside both ranges, against the trend, lies far out."""
    x = np.random.default_rng(1).standard_normal(199)
    y = np.random.default_rng(2).standard_normal(199)
    sample = np.exp(np.stack([x, x + 0.1 * y], axis=1))
    assert joint_p_value(np.exp([1.0, 1.0]), sample) > Fraction(1, 5)
    assert joint_p_value(np.exp([1.0, -1.0]), sample) == Fraction(1, 200)


def test_the_joint_p_value_is_as_rare_as_it_says() -> None:
    """Skewed, dependent speeds: of 2,000 networks drawn like the others about one in twenty has p ≤ 1/20."""
    rng = np.random.default_rng(5)
    steps = rng.standard_exponential((2000, 60, 3))
    speeds = np.exp(np.cumsum(steps, axis=2))
    low = np.mean([joint_p_value(s[0], s[1:]) <= Fraction(1, 20) for s in speeds])
    assert abs(low - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 2000)


def test_the_resolution_is_where_the_p_value_turns() -> None:
    sample = np.exp(np.random.default_rng(3).standard_normal((200, 2)) * [0.3, 0.2])
    for layer, (low, high) in enumerate(resolved([1.0, 1.0], sample)):
        for end, back in ((low, 1.01), (high, 1 / 1.01)):
            speeds = np.ones(2)
            speeds[layer] = end
            assert joint_p_value(speeds, sample) < Fraction(1, 20)
            speeds[layer] = end * back
            assert joint_p_value(speeds, sample) >= Fraction(1, 20)
        assert np.log(low) == pytest.approx(-2.448 * (0.3, 0.2)[layer], rel=0.15)  # χ²₂


def test_recovered_compares_the_end_with_the_lowest() -> None:
    assert recovered([[1.0, 1.0, 1.0]], [[1.0, 2.0, 1.9]]).tolist() == [[False, True, False]]
    assert recovered([[1.0]], [[1.2]], factor=1.1).tolist() == [[True]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: monotone([1.0]), "at least two hidden layers"),
        (lambda: ratio([1.0, np.nan]), "speeds must be finite"),
        (lambda: monotone(np.empty((0, 2))), "speeds must be finite and not empty"),
        (lambda: joint_p_value([1.0, 0.0], np.ones((9, 2))), "speeds must be positive"),
        (lambda: joint_p_value([1.0], np.ones((9, 2))), "sample must have shape"),
        (lambda: joint_p_value([1.0, 1.0], np.ones((2, 2))), "more networks than layers"),
        (lambda: clopper_pearson(3, 2), "successes must be at most trials, 2, not 3"),
        (lambda: clopper_pearson(0, 0), "trials must be an integer of at least 1"),
        (lambda: clopper_pearson(-1, 2), "successes must be an integer of at least 0"),
        (lambda: clopper_pearson(1, 2, 1.0), "level must lie between 0 and 1"),
        (lambda: recovered([1.0], [1.0], 1.0), "factor must be a finite number > 1"),
        (lambda: recovered([1.0], [0.9]), "never lie below"),
        (lambda: recovered([1.0], [1.0, 2.0]), "shape of lowest"),
    ],
)
def test_what_has_no_answer_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.fixture(scope="module")
def run() -> LearningSpeeds:
    return learning_speeds(load("digits", count=40), (64, 5, 5, 10), seeds=range(9), epochs=6)


def test_bands_are_quantiles_of_the_seeds(run: LearningSpeeds) -> None:
    bands = speed_bands(run, shown=2)
    assert bands.parameters == run.parameters and bands.levels == LEVELS
    for name in ("speeds", "output_speed", "weight_speeds", "displacement", "learned", "cost", "accuracy"):
        whole, band = np.sort(getattr(run, name), axis=0), getattr(bands, name)
        assert band.dtype == np.float32 and band.shape == (5, *whole.shape[1:])
        # of nine seeds the 25, 50 and 75 % quantiles are the third, fifth and seventh
        rounded = 1e-7 if name in ("cost", "accuracy") else 2.5e-4
        np.testing.assert_allclose(band[1:4], whole[[2, 4, 6]], rtol=rounded)
        np.testing.assert_array_equal(bands.median(name), band[2])
    np.testing.assert_allclose(
        bands.median("ratio"), np.median(run.speeds[..., 1] / run.speeds[..., 0], axis=0), rtol=2.5e-4
    )
    np.testing.assert_allclose(
        bands.monotone, (run.speeds[..., 1] > run.speeds[..., 0]).mean(axis=0), rtol=1e-6
    )
    np.testing.assert_array_equal(bands.shown, run.speeds[:2].astype(np.float32))
    np.testing.assert_array_equal(bands.final, run.speeds[:, 6].astype(np.float32))
    for seed in range(9):
        for layer in range(2):
            at = bands.lowest_epoch[seed, layer]
            assert run.speeds[seed, at, layer] == min(run.speeds[seed, :, layer])
            assert bands.lowest[seed, layer] == np.float32(run.speeds[seed, at, layer])
    np.testing.assert_array_equal(bands.final_displacement, run.displacement[:, 6].astype(np.float32))
    np.testing.assert_array_equal(bands.final_learned, run.learned[:, 6].astype(np.float32))
    np.testing.assert_array_equal(bands.final_cost, run.cost[:, 6].astype(np.float32))
    np.testing.assert_array_equal(bands.final_accuracy, run.accuracy[:, 6].astype(np.float32))
    assert isinstance(bands, SpeedBands)
