"""Weights below 1: the bound at width 1, the growth at width 300, and a chain by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.initialisation.two_widths import bounded_weights


def test_a_chain_by_hand() -> None:
    found = bounded_weights("sigmoid", 1, depth=4, replicates=2, seed=9)
    rng = np.random.default_rng(9)
    for r in range(2):
        a, product = rng.standard_normal(), 1.0
        for l in range(4):
            w = rng.uniform(-1.0, 1.0)
            product *= w if l else 1.0
            a = 1 / (1 + np.exp(-w * a))
            product *= a * (1 - a) if l < 3 else 1.0
        rng.standard_normal()  # the error put in
        assert found.log10_length[r] == pytest.approx(np.log10(abs(product)), rel=1e-12)


def test_at_width_one_every_chain_shrinks_by_a_quarter_a_layer() -> None:
    found = bounded_weights("sigmoid", 1, depth=6, replicates=50)
    assert np.all(found.log10_length < -5 * np.log10(4)) and found.squares.shape == (50, 6)
    assert np.all(found.squares[:, -1] == 1.0)


def test_without_an_activation_a_layer_multiplies_by_a_third_of_the_width() -> None:
    found = bounded_weights("identity", 300, depth=3, replicates=4)
    np.testing.assert_allclose(found.squares, [[100.0**2, 100.0, 1.0]] * 4, rtol=0.4)


def test_the_same_law_explodes_when_wide() -> None:
    assert np.all(bounded_weights("tanh", 300, depth=5, replicates=3).log10_length > 0.5)
    assert np.all(bounded_weights("tanh", 1, depth=5, replicates=30).log10_length < 0.0)


def test_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        bounded_weights("tanh", 0)
    with pytest.raises(ValueError, match="depth"):
        bounded_weights("tanh", 2, depth=1)
