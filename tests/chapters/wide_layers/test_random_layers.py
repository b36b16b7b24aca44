"""Predictions of chapter 5 hold with their siblings refuted; differences agree with back-propagation."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.wide_layers import random_layers as experiment
from analysis.chapters.wide_layers.claims.random_layers import WIDTH, right
from analysis.chapters.wide_layers.gaussian_exponents import gaussian_exponent
from analysis.numeric.jacobian import layer_matrices


@pytest.mark.parametrize("index", [1, 4, 8])
def test_the_statement_is_the_library_s_formula(index: int) -> None:
    library = float(gaussian_exponent(sp.Integer(WIDTH), sp.Integer(index), 1 / sp.sqrt(WIDTH)))
    assert float(right(index).rhs.doit()) == pytest.approx(library, abs=1e-14)
    assert experiment.closed_form(8, 8**-0.5)[index - 1] == pytest.approx(library, abs=1e-14)


def test_differences_decay_as_back_propagation() -> None:
    found = experiment.differences((1, 10, 30), 2, np.random.default_rng(7))
    np.testing.assert_allclose(found.exact, found.backward, rtol=1e-10)
    assert found.float64[-1] == 0.0 < found.backward[-1] < 1e-20
    assert found.float64[0] == pytest.approx(found.backward[0], rel=1e-6)


def test_a_deep_spectrum_keeps_the_determinant() -> None:
    net = experiment.random_network(6, 64, 0.5, np.random.default_rng(1))
    found = experiment.deep_spectrum(net, np.ones(6))
    dets = sum(float(np.linalg.slogdet(matrix)[1]) for matrix in layer_matrices(net, np.ones(6)))
    assert found.kept.sum() * np.log(10) == pytest.approx(dets, abs=1e-9) and found.depth == 64


def test_bad_arguments() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="widths"):
        experiment.exponent_by_width("sigmoid", (0,), lambda n: 1.0, rng)
    with pytest.raises(ValueError, match="weight_std"):
        experiment.exponent_by_width("sigmoid", (2,), lambda n: 0.0, rng)
    with pytest.raises(ValueError, match="depths"):
        experiment.differences((0,), 2, rng)
