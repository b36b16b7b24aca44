"""Signed logarithms: the algebra of real numbers, and sums that do not drift."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from analysis.numeric import signed_log
from analysis.numeric.signed_log import SignedLog

REALS = st.one_of(
    st.just(0.0), st.floats(1e-300, 1e300), st.floats(-1e300, -1e-300), st.integers(-5, 5).map(float)
)


def exact_log(x: Fraction) -> mpmath.mpf:
    with mpmath.workdps(50):
        return mpmath.log(mpmath.mpf(abs(x.numerator)) / x.denominator)


def assert_is(found: SignedLog, true: Fraction, size: float) -> None:
    """The sign exactly; the logarithm to a few rounding errors of ``size``,
    the sum of the logarithms that went in."""
    assert found.sign == (true > 0) - (true < 0), f"sign {found.sign} of {float(true)}"
    if true == 0:
        assert found.logabs == -math.inf
    else:
        error = abs(float(exact_log(true) - found.logabs))
        assert error <= 4 * 2.0**-52 * (size + 1e-300), f"log {found.logabs} instead of {exact_log(true)}"


def size(*xs: float) -> float:
    return sum(abs(math.log(abs(x))) for x in xs if x)


@given(x=REALS)
def test_there_and_back(x):
    found = signed_log.of(x)
    assert_is(found, Fraction(x), size(x))
    back = signed_log.to_float(found)
    assert back == pytest.approx(x, rel=2.0**-50 * (1 + size(x)), abs=0.0) and math.copysign(
        1, back
    ) == math.copysign(1, x)


@given(x=REALS, y=REALS)
def test_products(x, y):
    p, q = signed_log.of(x), signed_log.of(y)
    assert_is(signed_log.multiply(p, q), Fraction(x) * Fraction(y), size(x, y))
    assert signed_log.multiply(p, signed_log.of(0.0)) == signed_log.of(0.0)


def test_beyond_float64():
    big, small = SignedLog(-1.0, 2e5), SignedLog(-1.0, -2e5)
    assert signed_log.to_float(big) == -math.inf
    assert signed_log.to_float(small) == 0.0 and math.copysign(1, signed_log.to_float(small)) == -1.0
    assert signed_log.to_float(SignedLog(1.0, -744.0)) == 1e-323  # gradual underflow
    assert signed_log.to_float(signed_log.multiply(big, small)) == 1.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_bad_logarithms_are_refused_everywhere(bad):
    x, one = SignedLog(np.array([1.0]), np.array([bad])), signed_log.of([1.0])
    with pytest.raises(ValueError, match="logabs must be below"):
        signed_log.from_parts(*x)
    with pytest.raises(ValueError, match="x must have a logarithm below"):
        signed_log.multiply(x, one)
    with pytest.raises(ValueError, match="y must have a logarithm below"):
        signed_log.multiply(one, x)
    for g in (signed_log.to_float, signed_log.prefix_products, signed_log.suffix_products):
        with pytest.raises(ValueError, match="x must have a logarithm below"):
            g(x)


@pytest.mark.parametrize("bad", [0.5, 2.0, math.nan, -3.0])
def test_bad_signs_are_refused(bad):
    with pytest.raises(ValueError, match="sign must be"):
        signed_log.from_parts(bad, 0.0)


def test_from_parts_makes_every_zero_the_same():
    found = signed_log.from_parts([0.0, 1.0, -1.0], [3.0, -math.inf, 2.0])
    np.testing.assert_array_equal(found, [[0.0, 0.0, -1.0], [-math.inf, -math.inf, 2.0]])


@given(x=arrays(np.float64, array_shapes(min_dims=1, max_dims=3, max_side=5), elements=REALS), data=st.data())
def test_products_along_any_axis(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    p = signed_log.of(x)
    prefix, suffix = (f(p, axis) for f in (signed_log.prefix_products, signed_log.suffix_products))
    rows, *parts = (np.moveaxis(y, axis, -1) for y in (x, *prefix, *suffix))
    for i in np.ndindex(rows.shape[:-1]):
        numbers = rows[i].tolist()
        for j in range(len(numbers)):
            first, last = numbers[: j + 1], numbers[j:]
            before, after = (SignedLog(*(part[i][j] for part in pair)) for pair in (parts[:2], parts[2:]))
            assert_is(before, math.prod(map(Fraction, first)), size(*first))
            assert_is(after, math.prod(map(Fraction, last)), size(*last))


def test_products_run_along_the_last_axis_unless_told_otherwise():
    x = signed_log.of(np.arange(1.0, 25.0).reshape(2, 3, 4))
    for f in (signed_log.prefix_products, signed_log.suffix_products):
        np.testing.assert_array_equal(f(x), f(x, axis=2))


def prefix_sums(terms):
    """x₁, x₁+x₂, …: the logarithms of products of positive numbers."""
    return signed_log.prefix_products(SignedLog(np.ones(len(terms)), np.asarray(terms))).logabs


def test_a_million_terms_sum_to_one_rounding():
    """A constant term is the worst case for ``cumsum``: every addition rounds the same way for long."""
    n = 10**6
    terms = np.full(n, 0.1)
    found = prefix_sums(terms)
    true = [float(Fraction(0.1) * k) for k in range(1, n + 1, 997)]
    np.testing.assert_allclose(found[::997], true, rtol=2.0**-53 * 2, atol=0.0)
    plain = abs(np.cumsum(terms)[-1] - float(Fraction(0.1) * n)) / (0.1 * n)
    assert plain > 1e-12  # what the compensation is for: the accuracy asked of a chain is 1e-12


def test_a_million_random_terms_that_cancel():
    terms = np.random.default_rng(7).normal(size=10**6)
    found = prefix_sums(terms)
    for k in (1, 1000, 12345, 10**6):
        assert abs(found[k - 1] - math.fsum(terms[:k])) <= 2.0**-53 * abs(found[k - 1]) + 1e-24 * k


def test_a_sum_that_leaves_float64_is_told() -> None:
    for x in ([1.7e308, 1.7e308], [-1.7e308, -1.7e308, 1.7e308]):
        with pytest.raises(OverflowError, match="a sum leaves float64"):
            prefix_sums(x)


VAST = signed_log.SignedLog(np.array([1.0, -1.0]), np.array([1.7e308, -1.7e308]))


def test_a_logarithm_that_leaves_float64_is_told():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(OverflowError, match="leaves float64"):
            signed_log.multiply(VAST, VAST)


def test_a_zero_takes_any_logarithm_with_it():
    assert signed_log.multiply(signed_log.of(np.zeros(2)), VAST).logabs.tolist() == [-np.inf, -np.inf]


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"x and y must fit each other, not \(2,\) and \(3,\)"):
        signed_log.multiply(signed_log.of(np.ones(2)), signed_log.of(np.ones(3)))
    assert signed_log.multiply(signed_log.of(np.ones((2, 1))), signed_log.of(np.ones(3)))[0].shape == (2, 3)
