"""The pictures of chapter 6 show what they are given."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.activations import activation_table as atlas
from analysis.chapters.activations import dead_units, figures, saturated_neuron, selu_moments
from analysis.symbolic.catalogue import ACTIVATIONS, GELU, SELU


@pytest.fixture(autouse=True)
def close():
    yield


def test_a_plate_for_every_activation() -> None:
    figure = figures.atlas_plates(atlas.atlas())
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert [t.split("  (")[0] for t in titles] == list(ACTIVATIONS)


def test_every_plate_is_named_once_and_the_lowest_of_each_column_has_numbers() -> None:
    figure = figures.atlas_plates(atlas.atlas())
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 3 and not any(ax.texts for ax in figure.axes)
    shown = [ax for ax in figure.axes if ax.axison]
    for column in range(4):
        *_, lowest = shown[column::4]
        assert lowest.xaxis.get_tick_params()["labelbottom"]


@pytest.mark.parametrize("activation", [x for x in ACTIVATIONS.values() if x.kinks], ids=lambda x: x.name)
def test_no_line_joins_the_sides_of_a_kink(activation) -> None:
    for points in (802, 401, 7):
        x = np.linspace(-4, 4, points)
        slope = figures.broken_slope(activation, x)
        for kink in map(float, activation.kinks):
            beside = slope[[np.flatnonzero(x < kink)[-1], np.flatnonzero(x >= kink)[0]]]
            assert np.isnan(beside).all(), kink
        assert np.isnan(slope).sum() <= 2 * len(activation.kinks)


def test_slopes_break_at_a_kink() -> None:
    ax = figures.slopes_side_by_side([SELU, GELU])
    selu_line, gelu_line = (line for line in ax.lines if len(line.get_xdata()) > 100)
    assert np.isnan(selu_line.get_ydata()).sum() == 2 and not np.isnan(gelu_line.get_ydata()).any()
    assert np.nanmax(gelu_line.get_ydata()) == pytest.approx(float(GELU.slope_bound), abs=1e-4)


def test_curves_are_the_data() -> None:
    run = saturated_neuron.learn("cross-entropy", 5.0, steps=20)
    np.testing.assert_array_equal(figures.stuck_neuron([run]).lines[0].get_ydata(), run.outputs)
    norms = dead_units.norms(1.0, 5, 4, 30, np.random.default_rng(0))
    middle = figures.signal_by_depth([norms]).lines[0].get_ydata()
    np.testing.assert_allclose(middle, np.median(norms.logs, axis=0) / np.log(10))
    after = np.array([[0.2, 0.4], [0.4, 0.4], [0.3, 0.7]])
    killed = dead_units.Killed("relu", np.array([0.1, 1.0]), np.array([0.1, 0.1, 0.4]), after)
    ax = figures.killed([killed])
    (bars,) = ax.containers
    np.testing.assert_allclose(bars[0].get_ydata(), after.mean(axis=0))
    ends = np.array([segment[:, 1] for segment in bars[2][0].get_segments()])
    np.testing.assert_allclose(np.diff(ends)[:, 0], 4 * after.std(axis=0, ddof=1) / np.sqrt(3))
    assert any(line.get_ydata()[0] == pytest.approx(0.2) and line.get_linestyle() == ":" for line in ax.lines)
    path = selu_moments.path(0.0, 2.0, 3)
    np.testing.assert_array_equal(figures.attraction([path]).lines[0].get_xdata(), [p[0] for p in path])
