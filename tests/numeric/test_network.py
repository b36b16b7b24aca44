"""Back-propagation against three oracles that share no code with it, and what a network refuses."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.numeric.initialise import gaussian, nielsen
from analysis.numeric.network import COSTS, Network, cost, forward, gradients, softmax
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z

TOLERANCE = 1e-10

# Written again for the oracles, so that a slip in the catalogue's safe forms shows as well.
BY_HAND: dict[str, Callable[[Any, Any], Any]] = {
    "sigmoid": lambda xp, x: 1 / (1 + xp.exp(-x)),
    "tanh": lambda xp, x: xp.tanh(x),
    "identity": lambda xp, x: x,
    "softplus": lambda xp, x: xp.log(1 + xp.exp(x)),
    "relu": lambda xp, x: x * (xp.real(x) > 0),
}


def by_hand(xp: Any, names: tuple[str, str], kind: str, weights: Any, biases: Any, X: Any, Y: Any) -> Any:
    """The cost, written from its definition for any array module, image by image as columns."""
    a = X.T
    for l, (w, b) in enumerate(zip(weights, biases, strict=True)):
        s = xp.dot(w, a) + b.reshape(-1, 1)
        a = BY_HAND[names[l == len(weights) - 1]](xp, s)
    y = Y.T
    if kind == "squared error":
        per_image = 0.5 * (a - y) ** 2
    elif kind == "softmax cross-entropy":
        per_image = -y * (s - xp.log(xp.sum(xp.exp(s), axis=0)))
    else:  # −log a and −log(1 − a); written with a itself the oracle would lose digits where 1 − a is tiny
        per_image = y * xp.log1p(xp.exp(-s)) + (1 - y) * xp.log1p(xp.exp(s))
    return xp.sum(per_image) / X.shape[0]


@st.composite
def problems(draw: st.DrawFn, names: list[str], widest: int = 6) -> tuple[Network, Any, Any, str]:
    """A small network, images, targets and a cost."""
    sizes = tuple(draw(st.lists(st.integers(1, widest), min_size=2, max_size=5)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    initialise = draw(st.sampled_from([nielsen, gaussian]))
    kind = draw(st.sampled_from(COSTS))
    outputs = {"cross-entropy": ["sigmoid"], "softmax cross-entropy": ["identity"]}.get(kind, names)
    network = initialise(
        sizes, rng, activation=draw(st.sampled_from(names)), output=draw(st.sampled_from(outputs))
    )
    m = draw(st.integers(1, 4))
    X, Y = rng.normal(size=(m, sizes[0])), rng.random((m, sizes[-1]))
    if draw(st.booleans()):
        Y = np.round(Y)
    if kind == "softmax cross-entropy":
        Y = rng.dirichlet(np.ones(sizes[-1]), size=m)
    return network, X, Y, kind


def assert_close(ours: Any, oracle: Any, tolerance: float = TOLERANCE) -> None:
    """Fails with both numbers where they differ by more than the tolerance,
    relative to the larger of 1 and theirs."""
    for name in ("weights", "biases"):
        for l, (x, y) in enumerate(zip(getattr(ours, name), oracle[name], strict=True), start=1):
            y = np.asarray(y, dtype=float)
            assert x.shape == y.shape
            worst = np.abs(x - y) / np.maximum(1.0, np.abs(y))
            at = np.unravel_index(worst.argmax(), worst.shape)
            assert worst[at] <= tolerance, f"{name} of layer {l} at {at}: ours {x[at]!r}, oracle {y[at]!r}"


@given(problems(list(BY_HAND)))
def test_gradients_agree_with_automatic_differentiation(problem: tuple[Network, Any, Any, str]) -> None:
    network, X, Y, kind = problem

    def of(weights: Any, biases: Any) -> Any:
        return by_hand(anp, (network.activation, network.output), kind, weights, biases, X, Y)

    weights, biases = list(network.weights), list(network.biases)
    oracle = {
        "weights": autograd.grad(of, 0)(weights, biases),
        "biases": autograd.grad(of, 1)(weights, biases),
    }
    assert_close(gradients(network, X, Y, kind), oracle)
    assert cost(network, X, Y, kind) == pytest.approx(of(weights, biases), rel=1e-12)
    assert gradients(network, X, Y, kind).cost == cost(network, X, Y, kind)


@settings(max_examples=25)
@given(problems(list(BY_HAND), widest=4))
def test_gradients_agree_with_complex_steps(problem: tuple[Network, Any, Any, str]) -> None:
    network, X, Y, kind = problem
    step = 1e-30
    oracle: dict[str, list[Any]] = {"weights": [], "biases": []}
    for name, found in oracle.items():
        for l in range(network.depth):
            parts = {k: [np.array(x, dtype=complex) for x in getattr(network, k)] for k in oracle}
            target = parts[name][l]
            slopes = np.empty(target.shape)
            for at in np.ndindex(target.shape):
                target[at] += 1j * step
                names = (network.activation, network.output)
                moved = by_hand(np, names, kind, parts["weights"], parts["biases"], X, Y)
                slopes[at] = moved.imag / step
                target[at] = target[at].real
            found.append(slopes)
    assert_close(gradients(network, X, Y, kind), oracle)


@pytest.mark.parametrize("kind", ["cross-entropy", "squared error"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_agree_with_differences_at_fifty_digits(name: str, kind: str) -> None:
    """Central differences of a scalar loop in mpmath, on the catalogue's own formula:
    every activation that it lists."""
    rng = np.random.default_rng(7)
    output = "sigmoid" if kind == "cross-entropy" else name
    network = gaussian((2, 3, 2, 2), rng, activation=name, output=output)
    X, Y = rng.normal(size=(2, 2)), np.array([[1.0, 0.0], [0.25, 1.0]])
    sigma = sp.lambdify(z, ACTIVATIONS[name].formula, "mpmath")

    def value(weights: Any, biases: Any) -> Any:
        total = mpmath.mpf(0)
        for x, y in zip(X, Y, strict=True):
            a = [mpmath.mpf(float(v)) for v in x]
            for l in range(3):
                s = [
                    sum((weights[l][j][i] * a[i] for i in range(len(a))), biases[l][j])
                    for j in range(len(biases[l]))
                ]
                a = [1 / (1 + mpmath.exp(-v)) if l == 2 and output == "sigmoid" else sigma(v) for v in s]
            for out, t in zip(a, (mpmath.mpf(float(v)) for v in y), strict=True):
                if kind == "squared error":
                    total += (out - t) ** 2 / 2
                else:
                    total -= t * mpmath.log(out) + (1 - t) * mpmath.log(1 - out)
        return total / len(X)

    with mpmath.workdps(50):
        h = mpmath.mpf(10) ** -20
        w = [[[mpmath.mpf(float(v)) for v in row] for row in x] for x in network.weights]
        b = [[mpmath.mpf(float(v)) for v in x] for x in network.biases]

        def slope(row: list[Any], i: int) -> float:
            kept = row[i]
            row[i] = kept + h
            up = value(w, b)
            row[i] = kept - h
            down = value(w, b)
            row[i] = kept
            return float((up - down) / (2 * h))

        oracle = {
            "weights": [np.array([[slope(row, i) for i in range(len(row))] for row in x]) for x in w],
            "biases": [np.array([slope(x, i) for i in range(len(x))]) for x in b],
        }
    assert_close(gradients(network, X, Y, kind), oracle, 1e-13)


def test_deltas_are_the_gradients_of_single_images() -> None:
    rng = np.random.default_rng(3)
    network = gaussian((4, 5, 3, 2), rng, activation="tanh")
    X, Y = rng.normal(size=(6, 4)), rng.random((6, 2))
    deltas = gradients(network, X, Y).deltas
    for i in range(6):
        alone = gradients(network, X[i : i + 1], Y[i : i + 1])
        for of_batch, of_one in zip(deltas, alone.biases, strict=True):
            np.testing.assert_allclose(of_batch[i], of_one, rtol=1e-13)


def test_forward_by_hand() -> None:
    network = Network((1, 1, 1), ([[2.0]], [[-3.0]]), ([0.5], [1.0]), "identity")  # type: ignore[arg-type]
    zs, activations = forward(network, [[1.0], [2.0]])
    np.testing.assert_array_equal(zs[0].ravel(), [2.5, 4.5])
    np.testing.assert_array_equal(zs[1].ravel(), [-6.5, -12.5])
    np.testing.assert_array_equal(activations[0].ravel(), [1.0, 2.0])
    np.testing.assert_allclose(activations[2].ravel(), 1 / (1 + np.exp([6.5, 12.5])), rtol=1e-15)


@pytest.mark.parametrize("logit", [0.0, 1e-30, -3.0, 40.0, -40.0, 700.0, -700.0, 1e4, -1e4])
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_cross_entropy_and_its_slope_at_saturated_outputs(logit: float, target: float) -> None:
    network = Network((1, 1), ([[logit]],), ([0.0],))  # type: ignore[arg-type]
    with mpmath.workdps(9000 if abs(logit) > 1000 else 700):
        a = 1 / (1 + mpmath.exp(-mpmath.mpf(logit)))
        value = -target * mpmath.log(a) - (1 - target) * mpmath.log(1 - a)
        slope = float(a - target)
        expected = float(value)
    assert cost(network, [[1.0]], [[target]]) == pytest.approx(expected, rel=1e-14, abs=1e-320)
    assert gradients(network, [[1.0]], [[target]]).biases[0][0] == pytest.approx(slope, rel=1e-14, abs=1e-320)


def test_softmax_cross_entropy_at_saturated_outputs() -> None:
    """Logits 2,000 apart: no overflow, and the cost is the gap itself where the wrong one is larger."""
    network = Network((1, 2), ([[1000.0], [-1000.0]],), ([0.0, 0.0],), output="identity")  # type: ignore[arg-type]
    assert cost(network, [[1.0]], [[0.0, 1.0]], "softmax cross-entropy") == 2000.0
    assert cost(network, [[1.0]], [[1.0, 0.0]], "softmax cross-entropy") == 0.0
    wrong = gradients(network, [[1.0]], [[0.0, 1.0]], "softmax cross-entropy")
    np.testing.assert_array_equal(wrong.biases[0], [1.0, -1.0])
    np.testing.assert_array_equal(softmax(np.array([[1000.0, -1000.0]])), [[1.0, 0.0]])


def test_a_linear_output_reports_its_weighted_input() -> None:
    network = Network((1, 1), ([[2.0]],), ([0.5],), output="identity")  # type: ignore[arg-type]
    assert cost(network, [[3.0]], [[1.0]], "squared error") == 0.5 * 5.5**2
    assert gradients(network, [[3.0]], [[1.0]], "squared error").weights[0][0, 0] == 5.5 * 3.0


@pytest.mark.parametrize(
    ("output", "kind", "Y", "message"),
    [
        ("identity", "cross-entropy", [[1.0, 0.0]], "needs output 'sigmoid', not 'identity'"),
        ("sigmoid", "softmax cross-entropy", [[1.0, 0.0]], "needs output 'identity', not 'sigmoid'"),
        ("identity", "softmax cross-entropy", [[1.0, 1.0]], "sum to 1"),
        ("identity", "softmax cross-entropy", [[2.0, -1.0]], r"lie in \[0, 1\] for the softmax"),
    ],
)
def test_a_cost_refuses_an_output_or_target_it_does_not_take(
    output: str, kind: str, Y: Any, message: str
) -> None:
    network = Network((1, 2), ([[1.0], [2.0]],), ([0.0, 0.0],), output=output)  # type: ignore[arg-type]
    for function in (cost, gradients):
        with pytest.raises(ValueError, match=message):
            function(network, [[1.0]], Y, kind)


def test_a_network_keeps_copies_that_cannot_be_written() -> None:
    w = np.ones((1, 2))
    network = Network((2, 1), (w,), (np.zeros(1),))
    w[0, 0] = np.nan
    assert network.weights[0][0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0][0, 0] = 2.0


GOOD = ((2, 1), ([[1.0, 2.0]],), ([0.0],), "sigmoid", "sigmoid")


@pytest.mark.parametrize(
    ("index", "bad", "error", "message"),
    [
        (0, (2,), ValueError, "sizes must be two or more"),
        (0, (2, 0), ValueError, "sizes must be two or more"),
        (0, (2.0, 1), ValueError, "sizes must be two or more"),
        (0, (True, 1), ValueError, "sizes must be two or more"),
        (0, 5, ValueError, "sizes must be two or more"),
        (0, (2, 1, 1), ValueError, "need 2 weights and 2 biases"),
        (0, (3, 1), ValueError, r"weights\[0\] must have shape \(1, 3\)"),
        (1, ([[1.0, float("nan")]],), ValueError, r"weights\[0\] must be finite"),
        (1, ([[1.0, 2j]],), TypeError, r"weights\[0\] must hold real numbers"),
        (2, ([float("inf")],), ValueError, r"biases\[0\] must be finite"),
        (2, ([0.0, 1.0],), ValueError, r"biases\[0\] must have shape \(1,\)"),
        (3, "sigmoidal", ValueError, "activation must be one of sigmoid"),
        (4, "softmax", ValueError, "output must be one of sigmoid"),
    ],
)
def test_a_network_refuses(index: int, bad: Any, error: type[Exception], message: str) -> None:
    parts: list[Any] = list(GOOD)
    Network(*parts)
    parts[index] = bad
    with pytest.raises(error, match=message):
        Network(*parts)


@pytest.mark.parametrize(
    ("X", "Y", "kind", "error", "message"),
    [
        ([[1.0, float("nan")]], [[1.0]], "cross-entropy", ValueError, "X must be finite"),
        ([1.0, 2.0], [[1.0]], "cross-entropy", ValueError, r"X must have shape \(m, 2\)"),
        ([[1.0, 2.0, 3.0]], [[1.0]], "cross-entropy", ValueError, r"X must have shape \(m, 2\)"),
        (np.empty((0, 2)), [[1.0]], "cross-entropy", ValueError, "m ≥ 1"),
        ([["a", "b"]], [[1.0]], "cross-entropy", TypeError, "X must hold real numbers"),
        ([[1.0, 2.0]], [[float("nan")]], "squared error", ValueError, "Y must be finite"),
        ([[1.0, 2.0]], [[1.0], [0.0]], "squared error", ValueError, "one row an image, 1, not 2"),
        ([[1.0, 2.0]], [[1.5]], "cross-entropy", ValueError, r"Y must lie in \[0, 1\]"),
        ([[1.0, 2.0]], [[-0.1]], "cross-entropy", ValueError, r"Y must lie in \[0, 1\]"),
        ([[1.0, 2.0]], [[1.0]], "hinge", ValueError, "kind must be one of cross-entropy, squared error"),
    ],
)
def test_cost_and_gradients_refuse(X: Any, Y: Any, kind: str, error: type[Exception], message: str) -> None:
    network = Network(*GOOD)  # type: ignore[arg-type]
    for function in (cost, gradients):
        with pytest.raises(error, match=message):
            function(network, X, Y, kind)


def test_squared_error_takes_any_target() -> None:
    network = Network(*GOOD)  # type: ignore[arg-type]
    assert cost(network, [[0.0, 0.0]], [[2.5]], "squared error") == 2.0


def linear(n: int, output: str = "identity") -> Network:
    return Network((n, n), (np.eye(n),), (np.zeros(n),), output=output)


def test_a_mean_of_costs_that_float64_can_hold_is_had() -> None:
    """Four costs of 1e308; one of 2e308 beside three of 0;
    and logits so far apart that a difference of two exceeds 1.8e308."""
    far = math.sqrt(2.0) * 1e154
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        four = cost(linear(1), np.full((4, 1), far), np.zeros((4, 1)), "squared error")
        assert four == pytest.approx(1e308, rel=1e-14)
        one = np.array([[2e154], [0.0], [0.0], [0.0]])
        assert cost(linear(1), one, 0 * one, "squared error") == pytest.approx(5e307, rel=1e-14)
        x = np.full((4, 2), 1e308) * [[1.0, -1.0]]
        entropy = cost(linear(2, "sigmoid"), x / 2, np.tile([0.0, 1.0], (4, 1)))
        assert entropy == pytest.approx(1e308, rel=1e-14)
        x[2:] = 0.0
        y = np.tile([0.0, 1.0], (4, 1))
        assert cost(linear(2), x, y, "softmax cross-entropy") == pytest.approx(1e308, rel=1e-14)
        np.testing.assert_array_equal(softmax(np.array([1e308, -1e308])), [1.0, 0.0])


@pytest.mark.parametrize("kind", ["squared error", "softmax cross-entropy", "cross-entropy"])
def test_a_cost_beyond_float64_is_told_as_its_gradient_is(kind: str) -> None:
    of = linear(2, "sigmoid" if kind == "cross-entropy" else "identity")
    x, y = np.array([[1.7e308, -1.7e308]]), np.array([[0.0, 1.0]])
    for call in (cost, gradients):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(OverflowError, match="leaves the range of float64"):
                call(of, x, y, kind)
