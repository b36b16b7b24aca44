"""Diagnosis of a chain of functions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.diagnosis import diagnose

RNG = np.random.default_rng(1)
X = RNG.standard_normal((12, 6))


def test_differences_give_the_gradient() -> None:
    """Of two layers, tanh and a square, against the gradient by hand."""
    W, V = RNG.standard_normal((6, 5)), RNG.standard_normal((5, 3))

    def first(x: np.ndarray) -> np.ndarray:
        return np.tanh(x @ W)

    def second(x: np.ndarray) -> np.ndarray:
        return (x @ V) ** 2

    by_hand = [
        (first, lambda x, g: (g * (1 - np.tanh(x @ W) ** 2)) @ W.T),
        (second, lambda x, g: (g * 2 * (x @ V)) @ V.T),
    ]
    for batch in (X[:4],):  # four examples, so that all are differenced
        a = diagnose.chain([first, second], batch, probes=2).measured
        b = diagnose.chain(by_hand, batch, probes=2).measured
        assert np.allclose(a.backward, b.backward, atol=1e-8)
        assert not np.allclose(a.backward[..., 0], a.backward[..., 2], atol=0.1)


def test_depth_does_not_end_the_gradient() -> None:
    """A factor ½ a thousand times is 2^−1000, squared below float64."""
    found = diagnose.chain([(lambda x: x / 2, lambda x, g: g / 2)] * 1200, X)
    assert found.segment is not None
    assert found.segment.slope == pytest.approx(-math.log(2), rel=1e-9)
    assert found.measured.backward[0, 0, 0, 0] == pytest.approx(
        found.measured.backward[0, 0, 0, -1] - 1200 * math.log(2), rel=1e-9
    )
    assert found.findings[0].code in ("weights too small", "below the floor")


@pytest.mark.parametrize(
    ("functions", "x", "error", "words"),
    [
        ([], X, ValueError, "functions must not be empty"),
        ([3], X, TypeError, r"functions\[0\] must be a function"),
        ([np.tanh], X[0], ValueError, r"x must be a batch with one example a row"),
        ([np.tanh], X * np.nan, ValueError, "x must be finite"),
        ([lambda x: x - x.mean(axis=0)], X, ValueError, r"functions\[0\] gives an example another result"),
        ([lambda x: x.sum()], X, ValueError, r"functions\[0\] must map a batch of 12 rows"),
        ([lambda x: x > 0], X, ValueError, r"functions\[0\] must give real numbers"),
        ([np.tanh], np.zeros((2, 3000)), ValueError, r"functions\[0\] has 3000 inputs"),
        (np.tanh, X, TypeError, "functions must be a list"),
    ],
)
def test_bad_input_is_told(functions: object, x: np.ndarray, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        diagnose.chain(functions, x)


def test_jax_is_differentiated() -> None:
    jax = pytest.importorskip("jax")
    W = RNG.standard_normal((6, 6))
    x = jax.numpy.asarray(X)
    a = diagnose.chain([lambda x: jax.numpy.tanh(x @ W)] * 3, x).measured
    b = diagnose.chain(
        [(lambda x: np.tanh(x @ W), lambda x, g: (g * (1 - np.tanh(x @ W) ** 2)) @ W.T)] * 3, X
    ).measured
    assert np.allclose(a.backward, b.backward, atol=1e-4)
