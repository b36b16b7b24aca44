"""The linear programme for the best identity neuron, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.explosion import identity_neuron_errors as n


@pytest.mark.parametrize("weight", [0.05, 0.7, 1.25])
def test_small_weights_reach_the_floor(weight: float) -> None:
    assert n.least_error(weight) == pytest.approx(1 / (1 + np.exp(weight)), abs=2e-6)


def test_no_weight_undercuts_the_floor_and_one_is_best() -> None:
    weights = np.array([0.5, 2.0, 5.64764, 9.0])
    best = np.array([n.least_error(x, points=101) for x in weights])
    assert np.all(best >= 1 / (1 + np.exp(weights)) - 2e-6)
    assert best[2] == min(best) and best[2] == pytest.approx(0.05605, abs=2e-5)


def test_finer_grids_find_more_error() -> None:
    coarse, fine = (n.least_error(5.64764, points) for points in (9, 201))
    assert coarse < fine


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_bad_weight(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        n.least_error(weight)
