"""Norms against mpmath from 5e-324 to 1.8e308, and bit for bit as NumPy has them in between."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest

from analysis.chapters.outliers.outlier import standardise
from analysis.numeric.jacobian import direct_log_values, jacobian, jvp, spectrum, vjp
from analysis.numeric.lyapunov import exponents
from analysis.numeric.network import Network, forward, gradients
from analysis.numeric.norms import joint_norm, log_norm, norm, power_of_two, rms, tamed, varies
from analysis.numeric.residual import passes

SIZES = [5e-324, 1e-310, 3e-200, 1e-160, 1e-150, 1.0, 1e150, 1e160, 1e200, 1e308]


@pytest.fixture(autouse=True)
def no_warning() -> None:
    warnings.simplefilter("error")


def exact(x: np.ndarray, per: int = 1) -> mpmath.mpf:
    with mpmath.workdps(50):
        return mpmath.sqrt(mpmath.fsum(mpmath.mpf(float(v)) ** 2 for v in x.ravel()) / per)


@pytest.mark.parametrize("size", SIZES)
def test_norms_at_every_size(size: float) -> None:
    x = size * np.array([[1.0, -0.5, 0.25], [0.0, 0.75, 1.0]])
    # near the smallest float64 the result itself rounds to a multiple of it
    slack = {"rel": 4e-16, "abs": 5e-324}
    assert norm(x) == pytest.approx(float(exact(x)), **slack)
    assert rms(x) == pytest.approx(float(exact(x, 6)), **slack)
    assert log_norm(x, per=3) == pytest.approx(float(mpmath.log(exact(x, 3))), rel=4e-16, abs=4e-16)
    for k, row in enumerate(x):
        assert norm(x, axis=1)[k] == pytest.approx(float(exact(row)), **slack)
        assert log_norm(x, axis=1)[k] == pytest.approx(float(mpmath.log(exact(row))), rel=4e-16, abs=4e-16)
    assert norm(x[None], axis=(1, 2))[0] == norm(x, axis=(0, 1))


def test_rows_of_very_different_sizes() -> None:
    x = np.array([[3e-200, 4e-200], [3e200, 4e200], [0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(norm(x, axis=1), [5e-200, 5e200, 0.0, 5.0], rtol=1e-15)
    np.testing.assert_allclose(
        log_norm(x, axis=1), np.array([-200.0, 200.0, -np.inf, 0.0]) * np.log(10.0) + np.log(5.0), rtol=1e-15
    )
    scale, rest = joint_norm([x, 0.0 * x])
    np.testing.assert_allclose(scale * rest, [5e-200, 5e200, 0.0, 5.0], rtol=1e-15)


def test_the_usual_sizes_are_bit_for_bit_those_of_numpy() -> None:
    x = np.random.default_rng(0).standard_normal((7, 5, 3)) * 1e-40
    assert norm(x) == np.linalg.norm(x)
    np.testing.assert_array_equal(norm(x, axis=1), np.linalg.norm(x, axis=1))
    np.testing.assert_array_equal(norm(x, axis=(1, 2)), np.sqrt((x**2).sum(axis=(1, 2))))
    np.testing.assert_array_equal(rms(x, axis=(1, 2)), np.sqrt((x**2).mean(axis=(1, 2))))
    np.testing.assert_array_equal(
        norm(x * 2.0**-800, axis=1), np.linalg.norm(x, axis=1) * 2.0**-800
    )  # scaling rounds nothing


def test_what_is_not_finite_stays_so() -> None:
    assert norm([np.inf, 1.0]) == np.inf
    assert np.isnan(norm([np.nan, 1e200]))
    assert norm([0.0, 0.0]) == rms([0.0]) == 0.0
    assert power_of_two(np.array([5e-324])) == 5e-324
    assert power_of_two(np.array([1.5e308])) == 2.0**1023


def test_a_spread_of_rounding_is_none() -> None:
    x = np.array([[0.1, 1.0, 1e-300], [0.1, 1.0 + 2.0**-52, 2e-300]])
    assert varies(x, 0).tolist() == [[False, False, True]]
    np.testing.assert_allclose(standardise(x, x), [[0.0, 0.0, -1.0], [0.0, 2.0**-52, 1.0]], atol=2.0**-52)


def test_a_constant_column_is_only_shifted() -> None:
    of = np.full((3, 1), 0.1)  # its mean rounds to 0.10000000000000002, its standard deviation to 1.4e-17
    np.testing.assert_allclose(standardise(of + 1.0, of), 1.0, rtol=1e-15)


def test_matrices_of_any_size_have_their_singular_values() -> None:
    """diag(1e308, 1e-308) and its like: products of 1e±616 in logarithms."""
    for size in (1e308, 1e-308, 1.0):
        m = size * np.array([[1.0, 1.0], [1.0, 1.0]]) * [[1.0, 1.0], [1.0, -1.0]]
        wanted = 2.0 * (np.log(size) + 0.5 * np.log(2.0))
        for found in (spectrum([m, m]).log_values, direct_log_values([m, m])):
            np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)
        stack = np.stack([m, m])
        np.testing.assert_allclose(exponents([stack] * 3).values, wanted / 2, rtol=1e-13, atol=1e-13)
    x, log_size = tamed(np.array([[1e308, -1e300]]))
    assert np.abs(x).max() < 2.0
    assert log_size == pytest.approx(1023 * np.log(2.0), rel=1e-15)


def test_signals_of_any_size_pass_the_blocks() -> None:
    W = [np.eye(3)] * 2
    one = passes(np.ones((1, 3)), W, np.ones(3))
    for size in (1e200, 1e-200):
        found = passes(size * np.ones((1, 3)), W, size * np.ones(3))
        np.testing.assert_allclose(found.signal - one.signal, np.log(size), rtol=1e-14)
        np.testing.assert_allclose(found.gradient, one.gradient, atol=1e-15)


def deep(weight: float, layers: int) -> Network:
    one = (np.full((1, 1), weight),) * layers
    return Network((1,) * (layers + 1), one, (np.zeros(1),) * layers, "identity", "identity")


def test_an_overflow_in_a_network_is_told() -> None:
    with pytest.raises(OverflowError, match="z leaves the range of float64 in layer 2"):
        forward(deep(1e200, 3), [[1.0]])
    for call in (
        lambda: jacobian(deep(1e200, 3), [0.0]),
        lambda: jvp(deep(1e200, 3), [0.0], [1.0]),
        lambda: vjp(deep(1e200, 3), [0.0], [1.0]),
    ):
        with pytest.raises(OverflowError, match="leaves float64"):
            call()
    with pytest.raises(OverflowError, match="gradient leaves the range of float64"):
        gradients(deep(1e200, 3), [[0.0]], [[1e200]], "squared error")


@pytest.mark.parametrize(
    "bad", [[1.0, 1j], np.ma.masked_array([1.0, 2.0], [True, False]), ["1"], None], ids=str
)
def test_a_norm_is_of_real_numbers(bad: object) -> None:
    for f in (norm, rms, log_norm):
        with pytest.raises(TypeError, match="^x must"):
            f(bad)


def test_nothing_has_no_root_mean_square() -> None:
    with pytest.raises(ValueError, match="x must hold at least one number"):
        rms([])
    assert norm([]) == 0.0 and log_norm([]) == -np.inf
