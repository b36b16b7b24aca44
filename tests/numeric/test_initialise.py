"""The initialisers draw from the law they name, and only from the generator they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from analysis.numeric.initialise import INITIALISERS, gaussian, initialiser, nielsen

SIZES = (400, 100, 25, 10)
WEIGHT_STD = {"nielsen": lambda n_in: n_in**-0.5, "gaussian": lambda n_in: 1.0}


@pytest.mark.parametrize("name", INITIALISERS)
def test_weights_and_biases_follow_the_named_law(name: str) -> None:
    network = initialiser(name)(SIZES, np.random.default_rng(1))
    for n_in, w in zip(SIZES, network.weights, strict=False):
        assert kstest(w.ravel() / WEIGHT_STD[name](n_in), "norm").pvalue > 1e-3
    assert kstest(np.concatenate(network.biases), "norm").pvalue > 1e-3


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
    assert nielsen((2, 1), np.random.default_rng(0), activation="tanh").activation == "tanh"
    with pytest.raises(ValueError, match="must be one of sigmoid"):
        gaussian((2, 1), np.random.default_rng(0), activation="step")


@pytest.mark.parametrize("bad", ["xavier-ish", None, ["nielsen"]])
def test_an_unknown_name_is_refused_with_the_known_ones(bad: Any) -> None:
    with pytest.raises(ValueError, match="initialiser must be one of nielsen, gaussian, not"):
        initialiser(bad)


def test_what_is_no_generator_or_no_size_is_refused() -> None:
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        nielsen((2, 1), 7)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sizes must be two or more"):
        nielsen((2, -1), np.random.default_rng(0))
