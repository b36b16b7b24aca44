"""Arrays of other libraries:
a strict implementation of the array API standard, and PyTorch where it is installed."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from analysis.numeric import arrays, many_chains, network
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import ACTIVATIONS, SIGMOID, activation
from analysis.symbolic.normal import ndtr
from analysis.symbolic.notation import w, z

SIZES = (7, 5, 4, 3)


@pytest.fixture(params=["array_api_strict", "torch"])
def xp(request: pytest.FixtureRequest) -> Any:
    return pytest.importorskip(request.param)


def test_strict_is_there() -> None:
    importlib.import_module("array_api_strict")


def lacks(xp: Any, name: str) -> bool:
    return activation(name).value.has(ndtr) and not hasattr(xp, "special")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_formulas(xp: Any, name: str) -> None:
    x = np.linspace(-30.0, 30.0, 121).reshape(11, 11)
    for expr in (activation(name).value, activation(name).slope, activation(name).log_slope):
        if lacks(xp, name):
            with pytest.raises(TypeError, match="has no (ndtr|erfcx)"):
                compiled(expr, z)(xp.asarray(x))
            continue
        found = compiled(expr, z)(xp.asarray(x))
        assert type(found) is type(xp.asarray(x)) and found.dtype == xp.float64
        np.testing.assert_allclose(np.asarray(found), compiled(expr, z)(x), rtol=1e-12, atol=1e-300)
        low = compiled(expr, z)(xp.asarray(x, dtype=xp.float32))
        assert low.dtype == xp.float32
        assert np.isnan(np.asarray(compiled(expr, z)(xp.asarray([np.nan, 1.0])))[0])


def test_numbers_beside_arrays_and_shapes(xp: Any) -> None:
    found = compiled(w * z, w, z)(2.0, xp.asarray([[1.0], [3.0]]))
    assert found.shape == (2, 1) and found[1, 0] == 6.0
    constant = compiled(activation("identity").slope, z)(xp.asarray([1.0, 2.0]))
    assert constant.shape == (2,) and bool(xp.all(constant == 1.0))


def test_what_does_not_fit_is_refused(xp: Any) -> None:
    with pytest.raises(TypeError, match="one library, not of NumPy and of"):
        compiled(w * z, w, z)(np.ones(2), xp.asarray([1.0, 2.0]))
    with pytest.raises(TypeError, match="floating-point"):
        compiled(activation("tanh").value, z)(xp.asarray([1, 2]))
    with pytest.raises(TypeError, match="w must hold real numbers"):
        arrays.real("w", xp.asarray([1j]))
    with pytest.raises(TypeError, match="out is for NumPy arrays"):
        many_chains.gradients(SIGMOID, 0.5, xp.ones((2, 2)), xp.ones((2, 2)), out=np.ones((2, 2)))
    bad = xp.asarray([[1.0, np.nan]])
    with pytest.raises(ValueError, match="w must be finite"):
        many_chains.gradients(SIGMOID, 0.5, bad, xp.asarray([[1.0, 1.0]]))


@pytest.mark.drawn(8)
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(7, 6), (2, 6, 3)], ids=str)
def test_chains(xp: Any, name: str, shape: tuple[int, ...]) -> None:
    if lacks(xp, name):
        pytest.skip("no Φ in this library")
    rng = np.random.default_rng(0)
    sigma, weights, biases = activation(name), rng.uniform(-2, 2, shape), 10 * rng.standard_normal(shape)
    a0 = rng.random(shape[:1] + shape[2:])
    theirs = [xp.asarray(x) for x in (a0, weights, biases)]
    found = many_chains.gradients(sigma, *theirs, 0.5)
    assert type(found) is type(theirs[0])
    np.testing.assert_allclose(
        np.asarray(found), many_chains.gradients(sigma, a0, weights, biases, 0.5), rtol=1e-11, atol=1e-300
    )
    logs, ours = (
        many_chains.log_gradients(sigma, *theirs),
        many_chains.log_gradients(sigma, a0, weights, biases),
    )
    np.testing.assert_array_equal(np.asarray(logs.sign), ours.sign)
    np.testing.assert_allclose(np.asarray(logs.logabs), ours.logabs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize(
    ("kind", "output"),
    [("cross-entropy", "sigmoid"), ("squared error", "tanh"), ("softmax cross-entropy", "identity")],
)
def test_networks(xp: Any, name: str, kind: str, output: str) -> None:
    if lacks(xp, name):
        pytest.skip("no Φ in this library")
    rng = np.random.default_rng(1)
    ws = tuple(rng.standard_normal((m, n)) for n, m in zip(SIZES, SIZES[1:], strict=False))
    bs = tuple(rng.standard_normal(m) for m in SIZES[1:])
    X, Y = rng.standard_normal((6, SIZES[0])), rng.dirichlet(np.ones(3), 6)
    ours = network.gradients(network.Network(SIZES, ws, bs, name, output), X, Y, kind)
    there = network.Network(SIZES, tuple(map(xp.asarray, ws)), tuple(map(xp.asarray, bs)), name, output)
    theirs = network.gradients(there, xp.asarray(X), xp.asarray(Y), kind)
    for a, b in zip(
        ours.weights + ours.biases + ours.deltas, theirs.weights + theirs.biases + theirs.deltas, strict=True
    ):
        assert type(b) is type(there.weights[0])
        np.testing.assert_allclose(np.asarray(b), a, rtol=1e-12, atol=1e-14)
    assert theirs.cost == pytest.approx(ours.cost, rel=1e-13)
    with pytest.raises(TypeError, match="one library"):
        network.forward(there, X)
