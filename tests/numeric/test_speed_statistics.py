"""Small numbers whose answers are known, and the definition of each interval."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.chapters.learning_speeds.learning_speeds import LearningSpeeds, learning_speeds
from analysis.chapters.learning_speeds.speed_bands import LEVELS, SpeedBands, speed_bands
from analysis.numeric.data import load
from analysis.numeric.speed_statistics import clopper_pearson, monotone, monotone_fraction, ratio, recovered


def test_monotone_means_every_layer() -> None:
    speeds = [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [2.0, 1.0, 3.0], [1.0, 1.0, 2.0]]
    assert monotone(speeds).tolist() == [True, False, False, False]
    assert monotone_fraction(speeds)[:2] == (1, 4) and monotone_fraction(speeds).fraction == 0.25
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


def test_recovered_compares_the_end_with_the_lowest() -> None:
    assert recovered([[1.0, 1.0, 1.0]], [[1.0, 2.0, 1.9]]).tolist() == [[False, True, False]]
    assert recovered([[1.0]], [[1.2]], factor=1.1).tolist() == [[True]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: monotone([1.0]), "at least two hidden layers"),
        (lambda: ratio([1.0, np.nan]), "speeds must be finite"),
        (lambda: monotone_fraction(np.empty((0, 2))), "speeds must be finite and not empty"),
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
