"""The pictures of chapter 4 draw what they are given, into the axes they are given."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from analysis.chapters.learning_speeds import figures
from analysis.chapters.learning_speeds.gradient_bars import gradient_bars
from analysis.chapters.learning_speeds.learning_speeds import learning_speeds
from analysis.chapters.learning_speeds.near_optimum import near_optimum
from analysis.chapters.learning_speeds.speed_bands import SpeedBands, speed_bands
from analysis.numeric.data import load

DIGITS = load("digits", count=60)


@pytest.fixture(scope="module")
def bands() -> SpeedBands:
    return speed_bands(learning_speeds(DIGITS, (64, 5, 5, 10), seeds=range(4), epochs=6), shown=2)


def test_bars_are_as_long_as_the_gradients(ax: Axes) -> None:
    result = gradient_bars(DIGITS, (64, 6, 6, 10), seeds=[0])
    assert figures.bars(result, ax, neurons=3) is ax
    lengths = np.array([p.get_width() for p in ax.patches])  # type: ignore[attr-defined]
    sizes = np.abs(result.first(3)).ravel()
    np.testing.assert_allclose(lengths / lengths.max(), sizes / sizes.max())


def test_curves_show_the_median_and_the_stated_numbers(ax: Axes, bands: SpeedBands) -> None:
    figures.curves(bands, ax, stated=(0.07, 0.31))
    np.testing.assert_allclose(np.asarray(ax.lines[0].get_ydata(), dtype=float), bands.median("speeds")[:, 0])
    np.testing.assert_allclose(np.asarray(ax.lines[2].get_ydata(), dtype=float), (0.07, 0.31))
    assert ax.get_yscale() == "log" and len(ax.collections) == 2


def test_initial_speeds_and_stated_bars(ax: Axes) -> None:
    samples = {"one": np.full((5, 2), 0.1), "two": np.full((5, 2), 0.2)}
    figures.initial(samples, (0.05, 0.3), ax)
    heights = [np.asarray(line.get_ydata(), dtype=float) for line in ax.lines]
    assert any(np.all(h == 0.3) for h in heights) and sum(len(h) == 5 for h in heights) == 4


def test_ratio_shows_the_networks_and_the_points(ax: Axes, bands: SpeedBands) -> None:
    figures.ratio(bands, {0: 5.0, 2: 4.0, 5: 3.0}, ax)
    grey = [line for line in ax.lines if line.get_color() == "0.7"]
    np.testing.assert_allclose(
        np.asarray(grey[0].get_ydata(), dtype=float), bands.shown[0, :, -1] / bands.shown[0, :, 0]
    )
    assert list(np.asarray(ax.lines[-1].get_ydata(), dtype=float)) == [5.0, 4.0, 3.0]


def test_moved_and_beyond(ax: Axes, bands: SpeedBands) -> None:
    figures.moved({2: bands}, ax)
    np.testing.assert_allclose(
        np.asarray(ax.lines[0].get_ydata(), dtype=float), np.median(bands.final_learned, axis=0)
    )
    run = near_optimum(DIGITS, (64, 4, 10), seeds=[0, 1], epochs=3, steps=4)
    figures.beyond(run, ax)
    medians = [np.asarray(line.get_ydata(), dtype=float) for line in ax.lines if len(line.get_xdata()) == 5]  # type: ignore[arg-type]
    assert any(np.allclose(m, np.median(run.all_layers_cost, axis=0)) for m in medians)


def test_grid_has_a_row_for_each_recipe_and_a_column_for_each_depth(bands: SpeedBands) -> None:
    figure = figures.curve_grid({"a": {2: bands, 3: bands}, "b": {2: bands, 3: bands}})
    assert len(figure.axes) == 4 and figure.axes[0].get_ylabel() == "a\nspeed"
    assert figure.axes[1].get_title() == "3 hidden layers" and figure.axes[3].get_title() == ""
    np.testing.assert_allclose(
        np.asarray(figure.axes[3].lines[0].get_ydata(), dtype=float), bands.median("speeds")[:, 0]
    )
