"""Signed logarithms: the algebra of real numbers, and sums that do not drift."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from analysis.numeric import signed_log
from analysis.numeric.signed_log import SignedLog

REALS = st.one_of(
    st.just(0.0), st.floats(1e-300, 1e300), st.floats(-1e300, -1e-300), st.integers(-5, 5).map(float)
)
HUGE = st.tuples(st.sampled_from([-1.0, 1.0]), st.floats(-1e6, 1e6))


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
def test_products_and_quotients(x, y):
    p, q = signed_log.of(x), signed_log.of(y)
    assert_is(signed_log.multiply(p, q), Fraction(x) * Fraction(y), size(x, y))
    if y:
        assert_is(signed_log.divide(p, q), Fraction(x) / Fraction(y), size(x, y))
    else:
        with pytest.raises(ZeroDivisionError, match="y must not be zero"):
            signed_log.divide(p, q)


@given(x=REALS, n=st.integers(-7, 7))
def test_powers(x, n):
    if n < 0 and x == 0.0:
        with pytest.raises(ZeroDivisionError, match="x must not be zero"):
            signed_log.power(signed_log.of(x), n)
    else:
        assert_is(signed_log.power(signed_log.of(x), n), Fraction(x) ** n, abs(n) * size(x))


@pytest.mark.parametrize("n", [0.5, True, "2"])
def test_a_power_must_be_an_integer(n):
    with pytest.raises(TypeError, match="n must be an integer"):
        signed_log.power(signed_log.of(2.0), n)


@given(x=HUGE, y=HUGE)
def test_sums(x, y):
    p, q = SignedLog(*map(np.float64, x)), SignedLog(*map(np.float64, y))
    found = signed_log.add(p, q)
    with mpmath.workdps(400 + int(min(0.9 * abs(x[1] - y[1]), 2000))):
        true = x[0] * mpmath.exp(x[1]) + y[0] * mpmath.exp(y[1])
        if true == 0:
            assert found == (0.0, -math.inf)
            return
        top = max(mpmath.exp(x[1]), mpmath.exp(y[1]))
        error = abs(mpmath.log(abs(true)) - found.logabs)
        allowed = 4 * 2.0**-52 * (max(abs(x[1]), abs(y[1])) + 1) * top / abs(true)
        assert found.sign == mpmath.sign(true) and error <= allowed, (
            found,
            mpmath.nstr(mpmath.log(abs(true)), 20),
        )


@given(x=st.floats(-1e6, 1e6), shift=st.floats(1e-12, 40))
def test_differences_of_near_equals_keep_the_accuracy_they_can_have(x, shift):
    y = x + shift
    gap = y - x  # exactly what add sees: Sterbenz or not, the test uses the rounded numbers
    assume(gap > 0 and Fraction(y) - Fraction(x) == Fraction(gap))
    found = signed_log.add(SignedLog(1.0, y), SignedLog(-1.0, x))
    with mpmath.workdps(80):
        true = mpmath.mpf(y) + mpmath.log(-mpmath.expm1(mpmath.mpf(x) - mpmath.mpf(y)))
    assert abs(float(true - found.logabs)) <= 4 * 2.0**-52 * (abs(y) + 40)


@given(x=REALS, y=REALS)
def test_zero_is_neutral_and_order_is_kept(x, y):
    p, q, zero = signed_log.of(x), signed_log.of(y), signed_log.of(0.0)
    assert signed_log.add(p, zero) == p == signed_log.add(zero, p)
    assert signed_log.multiply(p, zero) == zero
    same = p == q
    assert signed_log.compare(p, q) == (0 if same else (x > y) - (x < y))
    assert signed_log.compare(q, p) == -signed_log.compare(p, q)


def test_beyond_float64():
    big, small = SignedLog(-1.0, 2e5), SignedLog(-1.0, -2e5)
    assert signed_log.to_float(big) == -math.inf
    assert signed_log.to_float(small) == 0.0 and math.copysign(1, signed_log.to_float(small)) == -1.0
    assert signed_log.to_float(SignedLog(1.0, -744.0)) == 1e-323  # gradual underflow
    assert signed_log.to_float(signed_log.multiply(big, small)) == 1.0
    assert signed_log.compare(big, small) == -1 and signed_log.add(big, small) == big


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, [1.0, math.nan]])
def test_what_is_not_finite_is_refused(bad):
    with pytest.raises(ValueError, match="x must be finite"):
        signed_log.of(bad)


@pytest.mark.parametrize("bad", [1j, "1", None, [Fraction(1, 2)]])
def test_what_is_not_real_is_refused(bad):
    with pytest.raises(TypeError, match="x must hold real numbers"):
        signed_log.of(bad)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_bad_logarithms_are_refused_everywhere(bad):
    x, one = SignedLog(np.array([1.0]), np.array([bad])), signed_log.of([1.0])
    with pytest.raises(ValueError, match="logabs must be below"):
        signed_log.from_parts(*x)
    for f in (signed_log.multiply, signed_log.divide, signed_log.add, signed_log.compare):
        with pytest.raises(ValueError, match="x must have a logarithm below"):
            f(x, one)
        with pytest.raises(ValueError, match="y must have a logarithm below"):
            f(one, x)
    for g in (
        signed_log.to_float,
        signed_log.prefix_products,
        signed_log.suffix_products,
        signed_log.product,
    ):
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
    prefix, suffix, whole = (
        f(p, axis) for f in (signed_log.prefix_products, signed_log.suffix_products, signed_log.product)
    )
    rows, *parts = (np.moveaxis(y, axis, -1) for y in (x, *prefix, *suffix))
    for i in np.ndindex(rows.shape[:-1]):
        numbers = rows[i].tolist()
        for j in range(len(numbers)):
            first, last = numbers[: j + 1], numbers[j:]
            before, after = (SignedLog(*(part[i][j] for part in pair)) for pair in (parts[:2], parts[2:]))
            assert_is(before, math.prod(map(Fraction, first)), size(*first))
            assert_is(after, math.prod(map(Fraction, last)), size(*last))
    for part, total in zip(prefix, whole, strict=True):
        np.testing.assert_array_equal(total, np.take(part, -1, axis))


def test_products_run_along_the_last_axis_unless_told_otherwise():
    x = signed_log.of(np.arange(1.0, 25.0).reshape(2, 3, 4))
    for f in (signed_log.prefix_products, signed_log.suffix_products, signed_log.product):
        np.testing.assert_array_equal(f(x), f(x, axis=2))
    np.testing.assert_array_equal(signed_log.prefix_sums(x.logabs), signed_log.prefix_sums(x.logabs, axis=2))


def test_an_empty_product_is_one():
    found = signed_log.product(signed_log.of(np.ones((2, 0, 3))), axis=1)
    np.testing.assert_array_equal(found, [np.ones((2, 3)), np.zeros((2, 3))])


def test_a_million_terms_sum_to_one_rounding():
    """A constant term is the worst case for ``cumsum``: every addition rounds the same way for long."""
    n = 10**6
    terms = np.full(n, 0.1)
    found = signed_log.prefix_sums(terms)
    true = [float(Fraction(0.1) * k) for k in range(1, n + 1, 997)]
    np.testing.assert_allclose(found[::997], true, rtol=2.0**-53 * 2, atol=0.0)
    plain = abs(np.cumsum(terms)[-1] - float(Fraction(0.1) * n)) / (0.1 * n)
    assert plain > 1e-12  # what the compensation is for: the accuracy asked of a chain is 1e-12


def test_a_million_random_terms_that_cancel():
    terms = np.random.default_rng(7).normal(size=10**6)
    found = signed_log.prefix_sums(terms)
    for k in (1, 1000, 12345, 10**6):
        assert abs(found[k - 1] - math.fsum(terms[:k])) <= 2.0**-53 * abs(found[k - 1]) + 1e-24 * k


def test_a_sum_that_leaves_float64_is_told() -> None:
    for x in ([1.7e308, 1.7e308], [-1.7e308, -1.7e308, 1.7e308]):
        with pytest.raises(OverflowError, match="a sum leaves float64"):
            signed_log.prefix_sums(x)


VAST = signed_log.SignedLog(np.array([1.0, -1.0]), np.array([1.7e308, -1.7e308]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: signed_log.multiply(VAST, VAST),
        lambda: signed_log.divide(VAST, signed_log.SignedLog(VAST.sign, -VAST.logabs)),
        lambda: signed_log.power(VAST, 2),
        lambda: signed_log.power(VAST, -3),
        lambda: signed_log.power(VAST, 10**400),
        lambda: signed_log.power(signed_log.of(2.0), -(10**400)),
        lambda: signed_log.product(signed_log.SignedLog(np.ones(2), np.full(2, 1.7e308))),
    ],
    ids=range(7),
)
def test_a_logarithm_that_leaves_float64_is_told(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(OverflowError, match="leaves float64"):
            call()


def test_zeros_and_ones_to_any_power():
    zero, ones = signed_log.of(np.zeros(2)), signed_log.of(np.array([1.0, -1.0]))
    assert signed_log.power(zero, 10**400).logabs.tolist() == [-np.inf, -np.inf]
    assert signed_log.power(ones, 10**400).logabs.tolist() == [0.0, 0.0]
    assert signed_log.power(ones, 10**400 + 1).sign.tolist() == [1.0, -1.0]
    assert signed_log.multiply(zero, VAST).logabs.tolist() == [-np.inf, -np.inf]
    assert signed_log.divide(zero, VAST).sign.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("call", [signed_log.add, signed_log.multiply, signed_log.divide, signed_log.compare])
def test_shapes_that_do_not_fit_are_named(call):
    with pytest.raises(ValueError, match=r"x and y must fit each other, not \(2,\) and \(3,\)"):
        call(signed_log.of(np.ones(2)), signed_log.of(np.ones(3)))
    assert call(signed_log.of(np.ones((2, 1))), signed_log.of(np.ones(3)))[0].shape in ((2, 3), (3,))
