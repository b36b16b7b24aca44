"""Jacobians against back-propagation and differences, spectra against mpmath and determinants,
exponents against theory."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.special import digamma

from analysis.numeric import jacobian
from analysis.numeric.lyapunov import exponents, gaussian_matrices, network_matrices
from analysis.numeric.network import Network, forward

SIZES = (3, 5, 2, 4)


def network() -> Network:
    rng = np.random.default_rng(2)
    pairs = list(zip(SIZES[:-1], SIZES[1:], strict=True))
    return Network(
        SIZES,
        tuple(rng.standard_normal((m, n)) for n, m in pairs),
        tuple(rng.standard_normal(m) for _, m in pairs),
        "tanh",
        "sigmoid",
    )


X = np.array([0.3, -0.7, 1.1])


def test_jacobian_is_the_derivative() -> None:
    net, h = network(), 1e-6
    columns = [
        (forward(net, (X + h * e)[None]).a[-1][0] - forward(net, (X - h * e)[None]).a[-1][0]) / (2 * h)
        for e in np.eye(3)
    ]
    J = jacobian.jacobian(net, X)
    np.testing.assert_allclose(J, np.array(columns).T, atol=1e-9)
    u, v = np.arange(4.0) - 1.5, np.arange(3.0) + 1
    np.testing.assert_allclose(jacobian.jvp(net, X, v), J @ v, rtol=1e-12)
    np.testing.assert_allclose(jacobian.vjp(net, X, u), J.T @ u, rtol=1e-12)


@pytest.mark.parametrize("width", [3, 8])
def test_small_singular_values_against_mpmath(width: int) -> None:
    matrices = np.random.default_rng(width).standard_normal((64, width, width))
    with mpmath.workdps(300):
        product = mpmath.eye(width)
        for m in matrices:
            product = mpmath.matrix(m.tolist()) * product
        exact = np.sort([float(mpmath.log(s)) for s in mpmath.svd_r(product, compute_uv=False)])[::-1]
    found = jacobian.spectrum(list(matrices))
    np.testing.assert_allclose(found.log_values, exact, atol=2e-12)
    assert np.abs(jacobian.direct_log_values(list(matrices)) - exact).max() > 1.0


@pytest.mark.parametrize("width", [16, 64])
def test_log_determinant(width: int) -> None:
    matrices = list(np.random.default_rng(1).standard_normal((64, width, width)))
    dets = sum(np.linalg.slogdet(m)[1] for m in matrices)
    assert jacobian.spectrum(matrices).log_volume == pytest.approx(dets, abs=1e-9)


def test_rectangular_and_singular_products() -> None:
    rng = np.random.default_rng(3)
    matrices = [rng.standard_normal((5, 3)), rng.standard_normal((2, 5)), rng.standard_normal((4, 2))]
    exact = np.linalg.svd(matrices[2] @ matrices[1] @ matrices[0], compute_uv=False)
    found = jacobian.spectrum(matrices).log_values
    assert len(found) == 3 and found[2] == -np.inf
    np.testing.assert_allclose(found[:2], np.log(exact[:2]), atol=1e-12)
    dead = jacobian.spectrum([np.diag([1.0, 0.0, 2.0])]).log_values
    np.testing.assert_allclose(dead, [np.log(2), 0.0, -np.inf])


@pytest.mark.parametrize(
    ("matrices", "message"),
    [
        ([], "at least one"),
        ([np.ones(3)], r"matrices\[0\] must have two"),
        ([np.full((2, 2), np.nan)], "finite"),
        ([np.eye(2), np.eye(3)], r"matrices\[1\] must have 2 columns"),
        ([np.diag([1.0, 1e-150])] * 3, "280 powers"),
    ],
)
def test_bad_matrices(matrices: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        jacobian.spectrum(matrices)


def test_bad_vectors() -> None:
    with pytest.raises(ValueError, match="x must have shape"):
        jacobian.jacobian(network(), np.ones(2))
    with pytest.raises(ValueError, match="v must have shape"):
        jacobian.jvp(network(), X, np.ones(4))


@pytest.mark.parametrize("width", [1, 2, 5])
def test_gaussian_exponents(width: int) -> None:
    found = exponents(gaussian_matrices(width, 0.7, 60, 300, np.random.default_rng(9)))
    theory = np.log(0.7) + (np.log(2) + digamma((width - np.arange(width)) / 2)) / 2
    assert np.all(np.abs(found.values - theory) < 4.5 * found.standard_errors)
    assert found.rates.shape == (300, width) and found.depth == 60


def test_an_identity_network_is_a_gaussian_product() -> None:
    found = exponents(network_matrices("identity", 3, 0.5, 0.0, 60, 200, np.random.default_rng(4)))
    theory = np.log(0.5) + (np.log(2) + digamma((3 - np.arange(3)) / 2)) / 2
    assert np.all(np.abs(found.values - theory) < 4.5 * found.standard_errors)


@pytest.mark.parametrize("largest", [1, 3])
def test_the_largest_exponents_do_not_need_the_others(largest: int) -> None:
    matrices = list(gaussian_matrices(5, 0.4, 60, 4, np.random.default_rng(8)))
    every, some = exponents(matrices, 10), exponents(matrices, 10, largest)
    assert some.values.shape == (largest,)
    assert np.allclose(some.rates, every.rates[:, :largest], rtol=1e-12, atol=1e-13)
    for bad in (0, True, 1.0):
        with pytest.raises(ValueError, match="largest"):
            exponents(matrices, 10, bad)  # type: ignore[arg-type]


def test_bad_arguments_of_exponents() -> None:
    rng = np.random.default_rng(0)
    for bad in ({"burn_in": 5}, {"burn_in": -1}, {"burn_in": True}):
        with pytest.raises(ValueError, match="burn_in"):
            exponents(gaussian_matrices(2, 1.0, 5, 3, rng), **bad)
    for arguments in ((0, 1.0, 5, 3), (2, 0.0, 5, 3), (2, 1.0, 0, 3), (2, 1.0, 5, 1)):
        with pytest.raises(ValueError):
            exponents(gaussian_matrices(*arguments, rng))
    with pytest.raises(ValueError, match="finite"):
        exponents([np.full((2, 2, 2), np.nan)])


APART = [(1e300, 1e-10), (1e200, 1e-200), (1.0, 1e-320), (1e308, 1e-308)]


@pytest.mark.parametrize("pair", APART, ids=str)
def test_singular_values_too_far_apart_are_refused_not_said_to_be_zero(pair: tuple[float, float]) -> None:
    for matrices in ([np.diag(pair)], [np.eye(2), np.diag(pair)], [np.diag(pair[::-1])]):
        with pytest.raises(ValueError, match="within 280 powers of ten"):
            jacobian.spectrum(matrices)
    with pytest.raises(ValueError, match="within 280 powers of ten"):
        jacobian.spectrum([np.diag([1.0, 1e-200])] * 2, every=2)


def test_singular_values_280_powers_apart_are_had() -> None:
    found = jacobian.spectrum([np.diag([1e135, 1e-135]), np.diag([2.0, 0.5])]).log_values
    np.testing.assert_allclose(found, np.log([2e135, 5e-136]), rtol=1e-14)
    np.testing.assert_allclose(
        jacobian.spectrum([np.diag([1e200, 0.0, 1e-70])]).log_values, [np.log(1e200), np.log(1e-70), -np.inf]
    )


@pytest.mark.parametrize("pair", [(1e200, 1e-200), (1e300, 1e-300), (1.0, 1e-320), (1e-300, 1e-310)], ids=str)
def test_exponents_of_any_two_sizes(pair: tuple[float, float]) -> None:
    stack = np.stack([np.diag(pair), np.diag(pair)])
    np.testing.assert_allclose(exponents([stack] * 3).values, np.log(pair), rtol=1e-13)
    other = np.stack([np.diag(pair), np.eye(2)])
    np.testing.assert_allclose(exponents([other] * 3).rates, [np.log(pair), [0.0, 0.0]], rtol=1e-13)


def test_an_exponent_that_underflow_hides_is_refused() -> None:
    with pytest.raises(ValueError, match=r"matrices\[0\] must have entries within 600 powers"):
        exponents([np.stack([np.diag([1e308, 5e-324])] * 2)])
    assert exponents([np.stack([np.diag([1e308, 0.0])] * 2)]).values[1] == -np.inf


@pytest.mark.parametrize("name", ["silu", "relu", "tanh", "gelu"])
def test_a_random_network_that_leaves_float64_is_told(name: str) -> None:
    with pytest.raises(OverflowError, match="z leaves float64 in layer"):
        list(
            network_matrices(
                name, 2, 1e200 if name in ("silu", "gelu") else 1.7e308, 1e308, 3, 2, np.random.default_rng(0)
            )
        )
    with pytest.raises(OverflowError, match="std must leave the entries"):
        list(gaussian_matrices(4, 1.7e308, 3, 2, np.random.default_rng(0)))
