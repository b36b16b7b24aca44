"""The linear programme for the best identity neuron, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.explosion import identity_neuron_errors as n


@pytest.mark.parametrize("weight", [0.05, 0.7, 1.25])
def test_small_weights_reach_the_floor(weight: float) -> None:
    assert n.least_error(weight) == pytest.approx(1 / (1 + np.exp(weight)), abs=2e-6)


def test_curves() -> None:
    curves = n.identity_errors([0.5, 2.0, 5.64764, 9.0], points=101)
    assert np.all(curves.best >= curves.floor - 2e-6)
    assert curves.best[2] == min(curves.best) and curves.best[2] == pytest.approx(0.05605, abs=2e-5)
    assert curves.mended[0] < 0.5**2 / 96 < curves.best[0]
    assert curves.mended[3] > curves.best[3]  # mended for small weights only


def test_finer_grids_find_more_error() -> None:
    coarse, fine = (n.least_error(5.64764, points) for points in (9, 201))
    assert coarse < fine


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_bad_weight(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        n.least_error(weight)
