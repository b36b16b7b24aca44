"""The initialisers draw from the law they name, and only from the generator they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from analysis.numeric.initialise import INITIALISERS, gaussian, he, initialiser, lecun, nielsen, xavier

SIZES = (400, 100, 25, 10)
WEIGHT_STD = {
    "nielsen": lambda n_in, n: n_in**-0.5,
    "gaussian": lambda n_in, n: 1.0,
    "lecun": lambda n_in, n: n_in**-0.5,
    "xavier": lambda n_in, n: (2 / (n_in + n)) ** 0.5,
    "he": lambda n_in, n: (2 / n_in) ** 0.5,
}


@pytest.mark.parametrize("name", INITIALISERS)
def test_weights_and_biases_follow_the_named_law(name: str) -> None:
    network = initialiser(name)(SIZES, np.random.default_rng(1), zero_biases=False)
    for n_in, n, w in zip(SIZES, SIZES[1:], network.weights, strict=False):
        assert kstest(w.ravel() / WEIGHT_STD[name](n_in, n), "norm").pvalue > 1e-3
    assert kstest(np.concatenate(network.biases), "norm").pvalue > 1e-3


@pytest.mark.parametrize("draw", [lecun, xavier, he])
def test_the_uniform_law_has_the_same_variance(draw: Any) -> None:
    network = draw(SIZES, np.random.default_rng(4), uniform=True)
    name = draw.__name__
    for n_in, n, w in zip(SIZES, SIZES[1:], network.weights, strict=False):
        edge = np.sqrt(3.0) * WEIGHT_STD[name](n_in, n)
        assert kstest(w.ravel(), "uniform", args=(-edge, 2 * edge)).pvalue > 1e-3


@pytest.mark.parametrize("draw", [lecun, xavier, he])
def test_the_papers_start_with_zero_biases(draw: Any) -> None:
    assert all((b == 0.0).all() for b in draw((3, 4, 2), np.random.default_rng(0)).biases)


def test_he_allows_for_the_slope_of_a_leaky_relu() -> None:
    plain, leaky = (he((3, 4, 2), np.random.default_rng(0), slope=s) for s in (0.0, 0.5))
    assert np.array_equal(he((3, 4, 2), np.random.default_rng(0)).weights[0], plain.weights[0])
    np.testing.assert_allclose(leaky.weights[0] * np.sqrt(1.25), plain.weights[0], rtol=1e-15)
    with pytest.raises(ValueError, match="slope must be a finite number"):
        he((2, 1), np.random.default_rng(0), slope=float("nan"))


def test_both_draw_the_same_numbers_and_differ_by_the_square_root_of_the_inputs() -> None:
    small, large = (f(SIZES, np.random.default_rng(5)) for f in (nielsen, gaussian))
    for n_in, v, w, b, c in zip(
        SIZES, small.weights, large.weights, small.biases, large.biases, strict=False
    ):
        np.testing.assert_allclose(v * np.sqrt(n_in), w, rtol=1e-15)
        np.testing.assert_array_equal(b, c)


@pytest.mark.parametrize("name", INITIALISERS)
def test_the_generator_decides(name: str) -> None:
    draw = INITIALISERS[name]
    np.random.seed(0)  # noqa: NPY002  the global state must not matter
    first = draw((3, 2, 1), np.random.default_rng(9)).weights[0]
    np.random.seed(1)  # noqa: NPY002
    np.testing.assert_array_equal(first, draw((3, 2, 1), np.random.default_rng(9)).weights[0])
    rng = np.random.default_rng(9)
    draw((3, 2, 1), rng)
    assert not np.array_equal(first, draw((3, 2, 1), rng).weights[0])


@pytest.mark.parametrize("name", INITIALISERS)
def test_zero_biases_leave_the_weights_as_they_were(name: str) -> None:
    draw = INITIALISERS[name]
    plain, zeroed = (draw((3, 4, 2), np.random.default_rng(2), zero_biases=x) for x in (False, True))
    assert all((b == 0.0).all() for b in zeroed.biases)
    assert all((b != 0.0).all() for b in plain.biases)
    for v, w in zip(plain.weights, zeroed.weights, strict=True):
        np.testing.assert_array_equal(v, w)


def test_the_activation_is_passed_on() -> None:
    network = nielsen((2, 1), np.random.default_rng(0), activation="tanh", output="identity")
    assert (network.activation, network.output) == ("tanh", "identity")
    with pytest.raises(ValueError, match="must be one of sigmoid"):
        gaussian((2, 1), np.random.default_rng(0), activation="step")


@pytest.mark.parametrize("bad", ["xavier-ish", None, ["nielsen"]])
def test_an_unknown_name_is_refused_with_the_known_ones(bad: Any) -> None:
    with pytest.raises(
        ValueError, match="initialiser must be one of nielsen, gaussian, lecun, xavier, he, not"
    ):
        initialiser(bad)


def test_what_is_no_generator_or_no_size_is_refused() -> None:
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        nielsen((2, 1), 7)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sizes must be two or more"):
        nielsen((2, -1), np.random.default_rng(0))
