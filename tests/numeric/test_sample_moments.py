"""Moments of samples against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.numeric.sample_moments import Moments, moments


def exact(x: list[float]) -> tuple[Fraction, Fraction]:
    """Mean and Σ(x − mean)² without rounding."""
    values = [Fraction(v) for v in x]
    mean = sum(values, Fraction()) / len(values)
    return mean, sum(((v - mean) ** 2 for v in values), Fraction())


def agrees(found: Moments, x: list[float]) -> None:
    """Within some roundings: of the mean against the largest |x|, of the squares against themselves and a
    rounding of each deviation."""
    mean, squares = exact(x)
    largest = max(abs(v) for v in x)
    eps = 4.0 * np.finfo(float).eps
    assert found.count == len(x)
    assert abs(float(Fraction(float(found.mean)) - mean)) <= eps * largest + 1e-300
    slack = eps * len(x) * (float(squares) + math.sqrt(float(squares) * len(x)) * eps * largest)
    slack += len(x) * (eps * largest) ** 2
    assert abs(float(Fraction(float(found.squares)) - squares)) <= slack + 1e-300


numbers = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda v: v == 0.0 or abs(v) > 1e-100)


@given(st.lists(numbers, min_size=1, max_size=40))
def test_one_batch(x: list[float]) -> None:
    agrees(moments(np.array(x)), x)


def test_a_large_mean_costs_no_digits() -> None:
    x = 1e9 + np.random.default_rng(0).standard_normal(10_000)
    found = moments(x)
    mean, squares = exact(x.tolist())
    assert float(found.mean) == pytest.approx(float(mean), rel=1e-15)
    assert float(found.squares) == pytest.approx(float(squares), rel=1e-10)
    naive = float((x * x).sum() - 10_000 * x.mean() ** 2)
    assert abs(naive / float(squares) - 1.0) > 1e-3  # what the formula in the docstring is there to avoid


def test_the_two_readings() -> None:
    found = moments(np.array([[1.0, 5.0], [3.0, 5.0], [8.0, 5.0]]))
    np.testing.assert_allclose(found.mean, [4.0, 5.0])
    np.testing.assert_allclose(found.variance, [13.0, 0.0])
    np.testing.assert_allclose(found.standard_error, [math.sqrt(13.0 / 3.0), 0.0])
    one = moments([2.0])
    none = moments(np.empty((0, 2)))
    assert none.count == 0 and none.mean.shape == (2,) and np.isnan(none.standard_error).all()
    assert float(one.mean) == 2.0 and math.isnan(one.variance) and math.isnan(one.standard_error)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_axes(axis: int) -> None:
    x = np.random.default_rng(1).random((3, 4, 5))
    found = moments(x, axis=axis)
    np.testing.assert_allclose(found.mean, x.mean(axis=axis), rtol=1e-14)
    np.testing.assert_allclose(found.variance, x.var(axis=axis, ddof=1), rtol=1e-13)


def test_refuses() -> None:
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="x must be finite"):
            moments([0.0, bad])
    with pytest.raises(ValueError, match="axis must be an integer from -1 to 0, not 1"):
        moments([1.0], axis=1)


@pytest.mark.parametrize("size", [1e200, 1.7e308, 1e-200, 5e-324])
def test_squares_that_leave_float64_are_told(size: float) -> None:
    """A standard deviation of 1e-200 must not come out as 0, nor one of 1e200 as inf."""
    for x in ([size, -size, 0.5 * size], [0.0, 0.0, size], [size, size, -size, -size]):
        with pytest.raises(OverflowError, match="the squares of x leave float64"):
            moments(x)
    assert moments([size, size]).variance == 0.0
