"""Both directions of a random network against a complex-step Jacobian, exact scaling, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.chapters.initialisation.variance_layers import VarianceLayers, variance_layers
from analysis.numeric.mean_field import Profile

WIDTH, DEPTH, SCALE, BIAS, SEED = 4, 5, 1.3, 0.4, 8


def one_network(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mean squares of z, and of δ by δˡ = (∂zᴸ/∂zˡ)ᵀ δᴸ with the Jacobian from complex steps."""
    x = rng.standard_normal(WIDTH)
    ws, bs = [], []
    for _ in range(DEPTH):
        ws.append(rng.standard_normal((WIDTH, WIDTH)) * SCALE / np.sqrt(WIDTH))
        bs.append(BIAS * rng.standard_normal(WIDTH))
    last = rng.standard_normal(WIDTH)
    zs = [ws[0] @ x + bs[0]]
    for w, b in zip(ws[1:], bs[1:], strict=True):
        zs.append(w @ np.tanh(zs[-1]) + b)
    squares = []
    for start, z in enumerate(zs):
        shifted = z[:, None] + 1e-30j * np.eye(WIDTH)
        for w, b in zip(ws[start + 1 :], bs[start + 1 :], strict=True):
            shifted = w @ np.tanh(shifted) + b[:, None]
        delta = (shifted.imag / 1e-30).T @ last
        squares.append(np.mean(delta**2) / np.mean(last**2))
    return np.array([np.mean(z**2) for z in zs]), np.array(squares)


def test_both_directions_agree_with_a_jacobian() -> None:
    found = variance_layers("tanh", WIDTH, DEPTH, SCALE, BIAS, replicates=3, seed=SEED)
    rng = np.random.default_rng(SEED)
    for r in range(3):
        forward, backward = one_network(rng)
        np.testing.assert_allclose(found.forward[r], forward, rtol=1e-12)
        np.testing.assert_allclose(found.backward[r], backward, rtol=1e-10)


def test_twice_the_scale_is_four_times_the_square_in_every_relu_layer() -> None:
    once, twice = (variance_layers("relu", 6, 4, s, replicates=5, seed=3) for s in (0.8, 1.6))
    np.testing.assert_allclose(twice.forward, once.forward * 4.0 ** np.arange(1, 5), rtol=1e-12)
    np.testing.assert_allclose(twice.backward, once.backward * 4.0 ** np.arange(3, -1, -1), rtol=1e-12)
    np.testing.assert_allclose(twice.theory.forward, 1.6**2 * 1.28 ** np.arange(4), rtol=1e-12)


def test_moments_have_two_directions() -> None:
    rows = np.array([[1.0, 4.0, 2.0], [1.0, 6.0, 2.0]])  # the second column has mean 5 and standard error 1
    run = VarianceLayers("tanh", 1, 3, 1.0, 0.0, 0, rows, 2 * rows, Profile(rows[0], rows[1]))
    np.testing.assert_allclose(run.moments("forward").mean, [1.0, 5.0, 2.0])
    np.testing.assert_allclose(run.moments("backward").standard_error, [0.0, 2.0, 0.0])
    with pytest.raises(ValueError, match="which must be forward or backward"):
        run.moments("sideways")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "width"),
        ({"depth": 0}, "depth"),
        ({"sigma_w": 0.0}, "sigma_w"),
        ({"sigma_b": -1.0}, "sigma_b"),
        ({"replicates": 1}, "replicates"),
        ({"activation": "tahn"}, "tahn"),
    ],
)
def test_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        usual: dict[str, Any] = {"activation": "tanh", "width": 2, "depth": 2, "sigma_w": 1.0}
        variance_layers(**(usual | arguments))
