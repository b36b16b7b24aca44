"""No fault in a figure leaves its summary as it was: the right picture is drawn, then one with the fault."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.pictures.style import book_style
from analysis.pictures.summary import POINTS, summary

X = np.arange(1, 41)
Fault = Callable[[Axes], object]


def drawn() -> tuple[Figure, Axes]:
    """Everything that the figures of the book are made of."""
    figure = Figure()
    axes = figure.subplots()
    axes.plot(X, np.sqrt(X), "--", color="C0", label="theory")
    axes.errorbar([1, 2, 3], [1, 2, 3], yerr=[0.1, 0.2, 0.3], fmt="o", color="C1", label="runs")
    axes.fill_between(X, X - 1, X + 1, color="C2", alpha=0.3)
    axes.bar([1, 2], [3, 4], width=0.5, color="C3")
    axes.scatter([1, 2], [2, 1], c=["C4", "C5"], s=9)
    axes.pcolormesh([0, 1, 2], [0, 1, 3], [[1, 2], [3, 4]], cmap="cividis", vmin=0, vmax=5)
    axes.axhline(1, color="0.5", lw=0.8)
    axes.text(3, 4, "here", color="C0")
    axes.annotate("there", xy=(1, 2), xytext=(5, 6))
    axes.set(xlabel="layer", ylabel="size", title="A title", xlim=(0, 50), ylim=(0.1, 60), yscale="log")
    axes.set_xticks([10, 20], ["ten", "twenty"])
    axes.legend(title="kinds")
    return figure, axes


def lines(axes: Axes) -> list[object]:
    return axes.get_lines()


FAULTS: dict[str, Fault] = {
    "labels exchanged": lambda ax: ax.set(xlabel="size", ylabel="layer"),
    "a title": lambda ax: ax.set_title("Another"),
    "a scale": lambda ax: ax.set_yscale("linear"),
    "a limit": lambda ax: ax.set_xlim(0, 49),
    "a limit turned round": lambda ax: ax.invert_xaxis(),
    "tick labels": lambda ax: ax.set_xticks([10, 20], ["twenty", "ten"]),
    "ticks": lambda ax: ax.set_xticks([10, 21], ["ten", "twenty"]),
    "layers counted from 0": lambda ax: lines(ax)[0].set_xdata(X - 1),
    "a root dropped": lambda ax: lines(ax)[0].set_ydata(X),
    "natural for decimal logarithms": lambda ax: lines(ax)[0].set_ydata(np.sqrt(X) * np.log(10)),
    "a digit of one point in forty": lambda ax: lines(ax)[0].set_ydata(np.where(X == 23, 4.9, np.sqrt(X))),
    "the order of the data": lambda ax: lines(ax)[0].set_ydata(np.sqrt(X)[::-1]),
    "a colour": lambda ax: lines(ax)[0].set_color("C1"),
    "a dash": lambda ax: lines(ax)[0].set_linestyle(":"),
    "dashes of one's own": lambda ax: lines(ax)[0].set_linestyle((0, (1, 4))),
    "a width": lambda ax: lines(ax)[0].set_linewidth(3),
    "a marker": lambda ax: lines(ax)[1].set_marker("s"),
    "the face of markers": lambda ax: lines(ax)[1].set_markerfacecolor("none"),
    "the edge of markers": lambda ax: lines(ax)[1].set_markeredgecolor("C2"),
    "a line hidden": lambda ax: lines(ax)[0].set_visible(False),
    "a line more": lambda ax: ax.plot([1, 2], [1, 2]),
    "the height of a line across": lambda ax: lines(ax)[-1].set_ydata([2, 2]),
    "four errors for one": lambda ax: ax.collections[0].set_segments([[(1, 0.6), (1, 1.4)]] * 3),
    "the width of a band": lambda ax: ax.fill_between(X, X - 4, X + 4, color="C2", alpha=0.3),
    "a band seen through": lambda ax: ax.collections[1].set_alpha(0.4),
    "the colour of a bar": lambda ax: ax.patches[0].set_facecolor("C0"),
    "the height of a bar": lambda ax: ax.patches[1].set_height(4.01),
    "where a bar stands": lambda ax: ax.patches[0].set_x(0.5),
    "dots": lambda ax: ax.collections[2].set_offsets([[1, 2], [2, 2]]),
    "colours of dots": lambda ax: ax.collections[2].set_facecolor(["C5", "C4"]),
    "the size of dots": lambda ax: ax.collections[2].set_sizes([10]),
    "values of a mesh": lambda ax: ax.collections[3].set_array(np.array([[1, 2], [4, 3]])),
    "the range of a mesh": lambda ax: ax.collections[3].set_clim(0, 6),
    "the colours of a mesh": lambda ax: ax.collections[3].set_cmap("viridis"),
    "the grid of a mesh": lambda ax: ax.pcolormesh([0, 1, 2], [0, 2, 3], [[1, 2], [3, 4]], vmin=0, vmax=5),
    "words": lambda ax: ax.texts[0].set_text("hear"),
    "where words stand": lambda ax: ax.texts[0].set_position((3, 5)),
    "what an arrow shows": lambda ax: setattr(ax.texts[1], "xy", (1, 3)),
    "names in the legend": lambda ax: ax.legend(["runs", "theory"], title="kinds"),
    "the legend's title": lambda ax: ax.get_legend().set_title("sorts"),
    "axes more": lambda ax: ax.figure.add_axes((0.1, 0.1, 0.2, 0.2)),
    "a title of the whole": lambda ax: ax.figure.suptitle("all"),
    "a size": lambda ax: ax.figure.set_size_inches(6, 4),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_seen(name: str) -> None:
    figure, axes = drawn()
    right = summary(figure)
    FAULTS[name](axes)
    assert summary(figure) != right


def test_the_same_picture_has_the_same_summary_and_stays_as_it_is() -> None:
    (figure, _), (again, _) = drawn(), drawn()
    assert summary(figure) == summary(figure) == summary(again)
    figure.canvas.draw()
    assert summary(figure) == summary(again)


def test_a_difference_beyond_the_digits_told_is_none() -> None:
    """So that another processor's last digits do not count."""
    (figure, _), (again, axes) = drawn(), drawn()
    lines(axes)[0].set_ydata(np.sqrt(X) * (1 + 1e-9))
    assert summary(figure) == summary(again)


def test_long_data_are_told_by_some_points_and_their_mean() -> None:
    figure = Figure()
    figure.subplots().plot(np.arange(1000.0))
    (line,) = (x for x in summary(figure).splitlines() if "line" in x and "points" in x)
    shown, mean = line.split("y ")[1].split(" (mean ")
    assert [float(x) for x in shown.split(", ")][::8] == [0, 999] and len(shown.split(", ")) == POINTS
    assert mean == "499.5)"


def test_numbers_that_are_missing_or_masked_are_told() -> None:
    figure = Figure()
    figure.subplots().plot(np.ma.masked_greater([1.0, 2.0, np.inf], 1.5))
    assert "y 1, nan, nan" in summary(figure)


def test_a_figure_in_a_notebook_comes_with_its_summary() -> None:
    from IPython.core.formatters import PlainTextFormatter

    with plt.style.context("default"):
        book_style()
        figure, _ = drawn()
        assert PlainTextFormatter()(figure) == summary(figure)
