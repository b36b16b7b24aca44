"""The phase picture where its answer is known: without an activation a layer multiplies a length by σ_w."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from analysis.chapters.initialisation.phase_picture import phase_picture, scale_by_width
from analysis.sweep.sweep import sweep


def test_without_an_activation_the_length_is_a_power_of_the_scale() -> None:
    found = phase_picture("identity", depths=(2, 9), low=0.25, high=4.0, count=3, width=80, replicates=5)
    assert found.row_name == "depth" and found.rows == (2, 9) and found.fixed == 80
    np.testing.assert_allclose(found.scales, [0.25, 1.0, 4.0])
    expected = np.outer([1, 8], np.log10(found.scales))
    np.testing.assert_allclose(found.log10, expected, atol=0.35)


def test_it_is_the_middle_replicate() -> None:
    found = phase_picture("tanh", depths=(6,), low=1.0, high=2.0, count=2, width=3, replicates=3, seed=4)
    grid: dict[str, Any] = {"depth": (6,), "scale": [1.0, 2.0], "width": 3, "activation": "tanh"}
    each = sweep("gradient-size", grid, replicates=3, seed=4).measure("log_ratio")
    middle = [np.sort(row)[1] for row in np.reshape(each, (2, 3))]
    np.testing.assert_allclose(found.log10, [np.array(middle) / np.log(10)], rtol=1e-13)


def test_a_dead_network_counts_as_minus_infinity_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = phase_picture("relu", depths=(30,), low=1.0, high=2.0, count=2, width=1, replicates=4)
    assert np.all(np.isneginf(found.log10))


def test_wide_networks_explode_where_narrow_ones_saturate() -> None:
    found = scale_by_width(widths=(1, 40), low=0.1, high=1000.0, count=5, depth=12, replicates=5)
    assert found.row_name == "width" and found.fixed == 12
    narrow, wide = found.log10
    assert wide[2] > 1.0 > -3.0 > narrow[2]  # at σ_w = 10
    assert max(narrow[0], wide[0], narrow[-1], wide[-1]) < -8.0


def test_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        scale_by_width(widths=(0,), count=2, replicates=1)
