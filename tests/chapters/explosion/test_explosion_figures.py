"""The pictures of chapter 3 draw what they are given, into the axes they are given."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from analysis.chapters.explosion import figures
from analysis.chapters.explosion.balance_curve import Balance
from analysis.chapters.explosion.digits_lost import DigitsLost
from analysis.chapters.explosion.fragile_explosion import Fragility, Outputs
from analysis.chapters.explosion.off_centre import OffCentre


def ys(ax: Axes, line: int) -> np.ndarray:
    return np.asarray(ax.lines[line].get_ydata(), dtype=float)


def words(ax: Axes) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def test_fragile_draws_exact_float_and_crossing(ax: Axes) -> None:
    shifts = np.array([1e-9, 1e-5, 1e-1])
    run = Fragility((100,) * 4, 0.3, shifts, np.array([3.0, -1.0, -9.0]), np.array([3.0, -1.5, -9.0]), 6e-6)
    assert figures.fragile([run], ax) is ax
    assert list(ys(ax, 0)) == [3.0, -1.5, -9.0] and list(ys(ax, 1)) == [3.0, -1.0, -9.0]
    assert list(np.asarray(ax.lines[2].get_xdata(), dtype=float)) == [6e-6]
    assert ax.get_xscale() == "log" and "depth 4" in words(ax) and "after 0.3" in words(ax)


def test_steps_label_the_depths(ax: Axes) -> None:
    x = np.linspace(0, 1, 11)
    figures.steps(Outputs(x, ((20,), (20, 20)), np.array([x, x**2])), ax)
    assert "1 layer" in words(ax) and "2 layers" in words(ax) and len(ax.lines) == 2
    assert list(ys(ax, 1)) == list(x**2)


def test_balance_draws_its_rows(ax: Axes) -> None:
    s = np.array([1.0, 4.0, 16.0])
    curves = Balance(
        s, np.array([-2.0, -1.5, -4.7]), np.array([-1.0, -0.9, -4.0]), np.array([-2.0, -0.6, 0.75])
    )
    figures.balance_curves(curves, OffCentre(s, -s, s / 100, 1000), ax)
    drawn = [list(np.asarray(line.get_ydata(), dtype=float)) for line in ax.lines]
    for row in (curves.independent, curves.bound, curves.tied_at_centre, -s):
        assert list(row) in drawn
    assert "mean 0, zero bias" in words(ax) and "tied" in words(ax)
    ends = [segment[:, 1] for segment in ax.containers[0][2][0].get_segments()]
    np.testing.assert_allclose(ends, -s[:, None] + s[:, None] / 100 * [-4.0, 4.0])


def test_digits(ax: Axes) -> None:
    falling = 17.0 - np.arange(16.0)
    lost = DigitsLost(100.0, 0.3, np.zeros(16), falling, falling - 1, falling - 2, 1.0, 2.0, 3.0)
    figures.digits_by_layer(lost, ax)
    assert [list(ys(ax, k)) for k in range(3)] == [list(falling - k) for k in range(3)]
    assert "1.398 digits a layer" in words(ax)


def test_short_chains_have_a_digits_picture(ax: Axes) -> None:
    three = np.array([15.0, 13.0, 12.0])
    figures.digits_by_layer(DigitsLost(8.0, 0.3, np.zeros(3), three, three, three, 1.0, 2.0, 3.0), ax)
    assert "0.301 digits a layer" in words(ax)


def test_identity_neurons(ax: Axes) -> None:
    figures.identity_neurons(5.65, 1.0, ax)
    x = ys(ax, 0)
    best, flat, mended = (ys(ax, k) for k in (1, 2, 3))
    floor = 1 / (1 + np.e)
    assert np.max(np.abs(best - x)) == pytest.approx(0.056, abs=1e-3)
    assert flat[0] == pytest.approx(floor, abs=1e-6) and flat[-1] == pytest.approx(1 - floor, abs=1e-6)
    assert np.max(np.abs(mended - x)) < 1 / 96


def test_without_axes_a_figure_is_made() -> None:
    assert isinstance(figures.identity_neurons(5.65), Axes)
