"""The pictures of chapter 7 draw what they are given, into the axes they are given."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from analysis.chapters.initialisation import figures
from analysis.chapters.initialisation.phase_picture import PhasePicture
from analysis.chapters.initialisation.shares_of_networks import Share
from analysis.chapters.initialisation.variance_layers import VarianceLayers
from analysis.numeric.mean_field import Profile


def drawn(ax: Axes) -> list[list[float]]:
    return [np.asarray(line.get_ydata(), dtype=float).tolist() for line in ax.lines]


def words(ax: Axes) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def run(width: int = 7) -> VarianceLayers:
    rows = np.array([[1.0, 2.0, 8.0], [3.0, 6.0, 16.0]])  # means 2, 4, 12; standard errors 1, 2, 4
    theory = Profile(np.array([2.0, 5.0, 10.0]), np.array([9.0, 3.0, 1.0]))
    return VarianceLayers("tanh", width, 3, 1.0, 0.0, 0, rows, rows[:, ::-1], theory)


def bars(ax: Axes) -> list[tuple[float, float]]:
    """Ends of the error bars."""
    segments = [s for c in ax.collections for s in c.get_segments()]  # type: ignore[attr-defined]
    return [(float(s[0][1]), float(s[1][1])) for s in segments]


def test_layers_show_theory_means_and_two_standard_errors(ax: Axes) -> None:
    assert figures.layers_against_theory([run()], "forward", ["here"], ax) is ax
    assert [2.0, 5.0, 10.0] in drawn(ax) and [2.0, 4.0, 12.0] in drawn(ax)
    assert bars(ax)[1:] == [(0.0, 8.0), (4.0, 20.0)]
    assert words(ax) == "here" and ax.get_yscale() == "log"


def test_layers_backward_are_labelled_at_the_first(ax: Axes) -> None:
    figures.layers_against_theory([run()], "backward", ["here"], ax)
    assert [9.0, 3.0, 1.0] in drawn(ax) and [12.0, 4.0, 2.0] in drawn(ax)
    assert float(ax.texts[0].xy[1]) == 9.0  # type: ignore[attr-defined]


def picture(row_name: str, rows: tuple[int, ...], log10: np.ndarray) -> PhasePicture:
    return PhasePicture(row_name, rows, np.array([0.1, 1.0, 10.0]), "tanh", 5, log10, 3, 0)


def test_phase_colours_its_values_and_clips_what_is_exactly_zero(ax: Axes) -> None:
    log10 = np.array([[-np.inf, 0.0, 5.0], [-20.0, -1.0, 30.0]])
    figures.phase(picture("depth", (2, 9), log10), border=1.5, ax=ax)
    colours = np.array(ax.collections[0].get_array(), dtype=np.float64).ravel().tolist()
    assert colours == [-12.0, 0.0, 5.0, -12.0, -1.0, 12.0]
    assert list(np.asarray(ax.lines[0].get_xdata(), dtype=float)) == [1.5, 1.5]
    assert "vanishes" in words(ax) and "explodes" in words(ax) and ax.get_xscale() == "log"
    levels = [getattr(c, "levels", None) for c in ax.collections]
    assert any(x is not None and list(x) == [-3.0, 3.0] for x in levels)


def test_scale_at_widths_names_every_curve(ax: Axes) -> None:
    log10 = np.array([[-4.0, -3.0, -30.0], [-4.0, 6.0, -np.inf]])
    figures.scale_at_widths(picture("width", (1, 64), log10), ax)
    assert drawn(ax)[0] == [-4.0, -3.0, -30.0] and drawn(ax)[1][:2] == [-4.0, 6.0]
    assert np.isfinite(drawn(ax)[1]).all() and "width 1" in words(ax) and "width 64" in words(ax)
    assert ax.get_ylim() == (-20.0, 10.0)


def test_shares_fill_a_hundred_per_cent(ax: Axes) -> None:
    figures.shares([Share("first", "said", 50, 25, 10, 0), Share("second", "so", 50, 1, 0, 0)], ax)
    widths = [p.get_width() for p in ax.patches]  # type: ignore[attr-defined]
    assert widths == [50.0, 30.0, 20.0, 2.0, 98.0, 0.0]
    assert [p.get_x() for p in ax.patches][:3] == [0.0, 50.0, 80.0]  # type: ignore[attr-defined]
    assert "first: said" in words(ax) and "50 %" in words(ax) and "20 %" in words(ax)
    assert " 2 %" not in words(ax)


def test_without_axes_a_figure_is_made() -> None:
    assert isinstance(figures.layers_against_theory([run()], "forward", ["here"]), Axes)
