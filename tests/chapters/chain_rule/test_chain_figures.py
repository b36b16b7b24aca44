"""The drawings of chapter 1 carry the library's own symbols, in their places,
with nothing on top of anything."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
import sympy as sp
from matplotlib.axes import Axes
from matplotlib.text import Text

from analysis.chapters.chain_rule import drawings, figures
from analysis.chapters.chain_rule.chain_speeds import Speeds
from analysis.symbolic.chain import in_order
from analysis.symbolic.notation import a_, b_, w_, z_

CHAINS = [Speeds("falls", np.linspace(-9.0, -1.0, 9), -1.0), Speeds("stays", np.zeros(9), -0.001)]
DRAWINGS: dict[str, Callable[[], Axes]] = {
    "network": drawings.network,
    "network of depth 1": lambda: drawings.network(1),
    "network of depth 5, from layer 2": lambda: drawings.network(5, 2),
    "factors": drawings.factors_in_place,
    "factors of layer 3 of 5": lambda: drawings.factors_in_place(5, 3),
    "factors of the last layer": lambda: drawings.factors_in_place(3, 3),
    "readings": drawings.readings,
    "readings of depth 2": lambda: drawings.readings(2),
    "sizes": lambda: figures.sizes([1, 2, 4, 8, 16, 32], [3, 6, 12, 24, 48, 96], [3, 10, 50, 148, 488, 1800]),
    "speeds": lambda: figures.learning_speeds(CHAINS),
}


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with plt.style.context("analysis.book"):
        yield


def labels(ax: Axes) -> list[Text]:
    return [text for text in ax.texts if text.get_text()]


def written(ax: Axes) -> list[str]:
    return [text.get_text().strip("$") for text in labels(ax)]


def tex(expr: sp.Basic) -> str:
    return str(sp.latex(expr)).replace(r"\left", "").replace(r"\right", "").replace(r"\frac", r"\dfrac")


def overlaps(texts: list[Text]) -> list[tuple[str, str]]:
    """The pairs of labels whose boxes on the page meet."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    return [(p, q) for (p, x), (q, y) in itertools.combinations(boxes, 2) if x.overlaps(y)]


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=list(DRAWINGS))
def test_labels_stand_apart_and_inside(draw: Callable[[], Axes]) -> None:
    ax = draw()
    ax.figure.draw_without_rendering()
    texts = labels(ax)
    assert len(texts) >= 2 and overlaps(texts) == []
    page = ax.figure.bbox
    for text in texts:
        box = text.get_window_extent()
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, (
            text.get_text()
        )


def test_overlapping_labels_would_be_seen() -> None:
    ax = drawings.network()
    ax.text(labels(ax)[0].get_position()[0], 0.1, "on top")
    ax.figure.draw_without_rendering()
    assert overlaps(labels(ax))


@pytest.mark.parametrize("depth", [1, 2, 4, 5])
def test_network_names_every_symbol_once(depth: int) -> None:
    expected = [a_(0), *(letter(j) for j in range(1, depth + 1) for letter in (w_, b_, z_, a_))]
    assert sorted(written(drawings.network(depth))) == sorted([*map(tex, expected), "C"])


def place(ax: Axes, label: str) -> tuple[float, float]:
    (text,) = (t for t in labels(ax) if t.get_text().strip("$") == label)
    return text.get_position()


@pytest.mark.parametrize(("depth", "layer"), [(4, 1), (5, 3), (3, 3)])
def test_factors_stand_below_where_they_arise(depth: int, layer: int) -> None:
    ax = drawings.factors_in_place(depth, layer)
    rows = sorted({round(t.get_position()[1], 2) for t in labels(ax)})
    bottom = sorted(
        (t for t in labels(ax) if round(t.get_position()[1], 2) == rows[0]), key=lambda t: t.get_position()
    )
    product = [t.get_text().strip("$") for t in bottom]
    assert product[1:] == [tex(f) for f in in_order(depth, layer).args]
    assert product[0].startswith(rf"\dfrac{{\partial C}}{{\partial b_{{{layer}}}}}")
    for text in bottom[1:-1]:
        x = text.get_position()[0]
        label = text.get_text().strip("$")
        above = (
            label
            if label.startswith("w")
            else label.removeprefix(r"\sigma'(").removesuffix(")").replace("z", "a")
        )
        found = [t for t in labels(ax) if t.get_text().strip("$") == above and t is not text]
        assert len(found) == 1 and abs(found[0].get_position()[0] - x) < 0.2, label


def test_only_the_way_from_the_bias_is_blue() -> None:
    ax = drawings.network(4, 2)
    colour = {t.get_text().strip("$"): t.get_color() for t in labels(ax)}
    blue = {name for name, c in colour.items() if c == drawings.FORWARD}
    assert blue == {"b_{2}", "z_{2}", "a_{2}", "w_{3}", "z_{3}", "a_{3}", "w_{4}", "z_{4}", "a_{4}", "C"}
    assert {c for name, c in colour.items() if name not in blue} == {drawings.GREY}


def test_readings_name_every_gradient_once() -> None:
    names = written(drawings.readings(4))
    for j in range(1, 5):
        assert names.count(rf"\dfrac{{\partial C}}{{\partial b_{{{j}}}}}") == 1
    assert [n for n in names if n.startswith(r"\Delta")] == [
        r"\Delta b_{1}", r"\Delta a_{1}", r"\Delta a_{2}", r"\Delta a_{3}", r"\Delta a_{4}", r"\Delta C",
    ]  # fmt: skip


@pytest.mark.parametrize("draw", [drawings.network, drawings.factors_in_place])
def test_what_is_not_there_is_refused(draw: Callable[[int, int], Axes]) -> None:
    with pytest.raises(ValueError, match="layer must be"):
        draw(4, 5)
    with pytest.raises(ValueError, match="depth must be"):
        draw(0, 1)


def test_drawn_on_given_axes() -> None:
    figure, axes = plt.subplots(5)
    calls = [drawings.network, drawings.factors_in_place, drawings.readings]
    for ax, draw in zip(axes, calls, strict=False):
        assert draw(ax=ax) is ax
    assert figures.sizes([1, 2], [3, 6], [3, 10], ax=axes[3]) is axes[3]
    assert figures.learning_speeds(CHAINS, ax=axes[4]) is axes[4]


def test_speeds_show_the_numbers_given() -> None:
    ax = figures.learning_speeds(CHAINS)
    x, y = ax.lines[0].get_data()
    assert np.array_equal(x, np.arange(9))
    assert np.allclose(y, np.arange(0.0, -9.0, -1.0) / np.log(10.0))
    assert written(ax) == ["falls\n$\\lambda_L = -1.00", "stays\n$\\lambda_L = +0.00"]
