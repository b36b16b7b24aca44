"""The pictures of chapter 2 draw what they are given, into the axes they are given."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from analysis.chapters.quarter_bound import figures
from analysis.chapters.quarter_bound.gaussian_factor import Ratios, Share
from analysis.numeric.log_product import Exponent, LogProducts
from analysis.symbolic.catalogue import SIGMOID, TANH

DRAWN = LogProducts(1.0, 1.0, np.array([1, 2, 3]), np.cumsum(-np.ones((5, 3)), axis=1), np.zeros(5))
THEORY = Exponent(1.0, 1.0, -1.0, 0.25, 0.25, np.zeros(2))


def test_value_and_slope_peak(ax: Axes) -> None:
    assert figures.value_and_slope(SIGMOID, ax) is ax
    value, slope = (np.asarray(line.get_ydata(), dtype=float) for line in ax.lines[:2])
    assert slope.max() == 0.25 and value[0] < 0.01 < 0.99 < value[-1]
    assert any("frac" in text.get_text() for text in ax.texts)


def test_slopes_of_two(ax: Axes) -> None:
    figures.slopes([SIGMOID, TANH], ax)
    tops = [np.asarray(line.get_ydata(), dtype=float).max() for line in ax.lines[::2]]
    assert tops == [0.25, 1.0]


def test_paths_and_their_band(ax: Axes) -> None:
    figures.log_paths(DRAWN, THEORY, ax, paths=4)
    grey = [line for line in ax.lines if line.get_color() == "0.75"]
    assert len(grey) == 4
    line = np.asarray(ax.lines[4].get_ydata(), dtype=float)
    assert line[-1] == pytest.approx(-3 / np.log(10))
    (band,) = ax.collections  # λL ± 2ς√L with λ = −1, ς = ½
    path = band.get_paths()[0].vertices
    at_3 = np.asarray(path)[np.asarray(path)[:, 0] == 3.0, 1]
    assert {round(float(y * np.log(10)), 9) for y in at_3} == {round(-3 + k * np.sqrt(3), 9) for k in (-1, 1)}


def test_shares_and_ratios(ax: Axes) -> None:
    figures.share_below([Share(a, 0.8 + a / 10, 0.8, 0.01) for a in (0.0, 0.25, 0.5, 0.75, 1.0)], ax)
    assert list(np.asarray(ax.lines[0].get_ydata(), dtype=float))[-1] == pytest.approx(0.9)
    ends = [segment[:, 1] for segment in ax.containers[0][2][0].get_segments()]
    np.testing.assert_allclose(ends, [[0.76, 0.84]] * 5)
    figures.ratios(Ratios(np.array([0.01, 0.02, 0.5, -0.03]), np.ones(4)), ax)
    assert any("75.0 %" in text.get_text() for text in ax.texts)


def test_without_axes_a_figure_is_made() -> None:
    assert isinstance(figures.value_and_slope(SIGMOID), Axes)
