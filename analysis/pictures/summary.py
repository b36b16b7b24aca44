"""What a figure shows, in words and numbers: labels, scales, limits, ticks and texts of its axes, and every
line, band, bar, dot and mesh by colour, dash, name and data.

A notebook stores it beside the picture and compares it whenever it is run again, as no program compares
pictures. Numbers have four digits; of long data some points are told, and the mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import collections, colors, image, lines, patches, text
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.spines import Spine
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

Data = npt.NDArray[np.float64]
POINTS = 9
"""Of data that are longer, so many are told, evenly spread, the ends among them; then the mean."""
DIGITS = 4
_STYLES = {"-": "solid", "--": "dashed", "-.": "dash-dot", ":": "dotted"}


def summary(figure: Figure) -> str:
    """One line a thing that is drawn, the axes one after another; drawing it does not change it.

    >>> figure = Figure()
    >>> axes = figure.subplots()
    >>> _ = axes.plot([1, 2], [3, 4], label="both", color="red")
    >>> print(summary(figure))  # doctest: +ELLIPSIS
    figure 6.4 × 4.8 in
    axes 1: x linear 0.95 to 2.05; y linear 2.95 to 4.05
      line "both" #ff0000, solid 1.5: 2 points, x 1, 2; y 3, 4
    """
    width, height = figure.get_size_inches()
    told = [f"figure {_number(width)} × {_number(height)} in"]
    told += [f"  title {_quoted(x)}" for x in (figure.get_suptitle(),) if x]
    told += [f"  {x}" for legend in figure.legends for x in _legend(legend)]
    told += [f"  text {_text(x)}" for x in figure.texts if x.get_text() not in ("", figure.get_suptitle())]
    for number, axes in enumerate(figure.axes, 1):
        told += _axes(number, axes)
    return "\n".join(told)


def _axes(number: int, axes: Axes) -> Iterator[str]:
    if not axes.get_visible():
        return
    kind = "" if axes.name == "rectilinear" else f" {axes.name}"
    shown = (_axis("x", axes.xaxis), _axis("y", axes.yaxis)) if axes.axison else ("no axes",)
    yield f"axes {number}{kind}: {'; '.join(shown)}"
    for where in ("left", "center", "right"):
        if title := axes.get_title(loc=where):
            yield f"  title {_quoted(title)}"
    for artist in axes.get_children():
        if artist.get_visible() and artist is not axes.patch:
            yield from (f"  {x}" for x in _artist(artist))
    yield from (f"  text {_text(x)}" for x in axes.texts if x.get_visible() and x.get_text())


def _axis(name: str, axis: Axis) -> str:
    low, high = axis.get_view_interval()
    label = f" {_quoted(axis.get_label_text())}" if axis.get_label_text() else ""
    told = f"{name}{label} {axis.get_scale()} {_number(low)} to {_number(high)}"
    if not axis.get_tick_params().get(f"label{'bottom' if name == 'x' else 'left'}", True):
        return f"{told}, no labels"
    if isinstance(axis.get_major_locator(), FixedLocator):
        told += f", ticks {_numbers(axis.get_majorticklocs())}"
    if isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter):
        labels = axis.get_major_formatter().format_ticks(list(axis.get_majorticklocs()))
        told += f" called {', '.join(map(_quoted, labels))}"
    return told


def _artist(artist: Artist) -> Iterator[str]:
    """What is told of one thing that is drawn; nothing of the frame and its texts."""
    if isinstance(artist, lines.Line2D):
        yield f"line{_name(artist)} {_stroke(artist)}: {_points(artist.get_xydata())}"
    elif isinstance(artist, collections.Collection):
        yield from _collection(artist)
    elif isinstance(artist, patches.FancyArrowPatch):
        yield f"arrow {_colour(artist.get_edgecolor())}"
    elif isinstance(artist, patches.Patch) and not isinstance(artist, Spine):
        yield f"{_shape(artist)}{_name(artist)} {_fill(artist)}: {_points(_outline(artist))}"
    elif isinstance(artist, image.AxesImage):
        extent = _numbers(artist.get_extent())
        yield f"image {artist.get_cmap().name}{_limits(artist)} over {extent}: {_mesh(artist.get_array())}"
    elif isinstance(artist, Legend):
        yield from _legend(artist)


def _collection(drawn: collections.Collection) -> Iterator[str]:
    name = _name(drawn)
    if isinstance(drawn, collections.QuadMesh):
        corners = np.asarray(drawn.get_coordinates())
        grid = f"x {_numbers(corners[0, :, 0])}; y {_numbers(corners[:, 0, 1])}"
        yield f"mesh{name} {drawn.get_cmap().name}{_limits(drawn)}: {grid}; {_mesh(drawn.get_array())}"
    elif isinstance(drawn, collections.LineCollection):
        ends = np.array([[*path[0], *path[-1]] for path in drawn.get_segments() if len(path)])
        columns = (
            "; ".join(
                f"{axis} {_numbers(column)}"
                for axis, column in zip(("x", "y", "to x", "to y"), ends.T, strict=True)
            )
            if len(ends)
            else "none"
        )
        yield f"strokes{name} {_colours(drawn.get_colors())}: {len(ends)}, {columns}"
    elif isinstance(drawn, collections.PathCollection):
        values = drawn.get_array()
        shades = f"by {_numbers(values)}" if values is not None else _colours(_faces(drawn))
        yield f"dots{name} {shades} size {_numbers(drawn.get_sizes())}: {_points(drawn.get_offsets())}"
    else:
        faces, paths = _faces(drawn), drawn.get_paths()
        for k, path in enumerate(paths):
            found = faces[k : k + 1] if len(faces) == len(paths) else faces
            yield f"band{name} {_colours(found)}: {_points(path.vertices)}"


def _faces(drawn: collections.Collection) -> Any:
    """The colours that fill it, or those of its edges."""
    return faces if len(faces := np.atleast_2d(drawn.get_facecolor())) else drawn.get_edgecolor()


def _legend(legend: Legend) -> Iterator[str]:
    title = legend.get_title().get_text()
    entries = ", ".join(_quoted(x.get_text()) for x in legend.get_texts())
    yield f"legend{f' {_quoted(title)}' if title else ''}: {entries}"


def _text(shown: text.Text) -> str:
    x, y = shown.get_position()
    at = getattr(shown, "xy", None)
    to = f" for {_numbers(at)}" if at is not None else ""
    return f"{_quoted(shown.get_text())} {_colour(shown.get_color())} at {_number(x)}, {_number(y)}{to}"


def _shape(patch: patches.Patch) -> str:
    return "bar" if isinstance(patch, patches.Rectangle) else type(patch).__name__.lower()


def _outline(patch: patches.Patch) -> Data:
    if isinstance(patch, patches.Rectangle):
        (x, y), width, height = patch.get_xy(), patch.get_width(), patch.get_height()
        return np.array([[x, y], [x + width, y + height]])
    return np.asarray(patch.get_path().vertices)


def _stroke(line: lines.Line2D) -> str:
    width = _number(line.get_linewidth())
    style = _STYLES.get(str(line.get_linestyle()), "")
    _, dashes = getattr(line, "_unscaled_dash_pattern", (0, None))
    style += f" {_numbers(dashes)}" if style and dashes else ""
    marker = line.get_marker()
    dots = f" markers {marker}{_inked(line)}" if marker not in ("None", "", " ", None) else ""
    return (
        f"{_colour(line.get_color(), line.get_alpha())}, {f'{style} {width}' if style else 'no line'}{dots}"
    )


def _inked(line: lines.Line2D) -> str:
    """The colours of its markers, face and edge, where they are not the line's."""
    found = [
        "hollow" if str(x) == "none" else _colour(x, line.get_alpha())
        for x in (line.get_markerfacecolor(), line.get_markeredgecolor())
    ]
    return f" {' '.join(found)}" if set(found) != {_colour(line.get_color(), line.get_alpha())} else ""


def _fill(patch: patches.Patch) -> str:
    return _colour(patch.get_facecolor()) if patch.get_fill() else f"frame {_colour(patch.get_edgecolor())}"


def _name(artist: Artist) -> str:
    label = str(artist.get_label())
    return "" if not label or label.startswith("_") else f" {_quoted(label)}"


def _limits(shown: Any) -> str:
    low, high = shown.get_clim()
    return f" {type(shown.norm).__name__} {_number(low)} to {_number(high)}"


def _colour(colour: Any, alpha: Any = None) -> str:
    """As #rrggbb, with two more digits where one sees through it."""
    found = colors.to_rgba(colour, alpha)
    return colors.to_hex(found, keep_alpha=found[3] < 1)


def _colours(found: Iterable[Any]) -> str:
    return " ".join(dict.fromkeys(map(_colour, found))) or "no colour"


def _quoted(words: str) -> str:
    return '"' + words.replace("\n", " / ") + '"'


def _points(data: Any) -> str:
    points: Data = np.ma.filled(np.ma.asarray(data, dtype=float), np.nan).reshape(-1, 2)
    return f"{len(points)} points, x {_numbers(points[:, 0])}; y {_numbers(points[:, 1])}"


def _mesh(values: Any) -> str:
    found: Data = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    return f"{' × '.join(map(str, found.shape))} values {_numbers(found.ravel())}"


def _numbers(values: Any) -> str:
    """All numbers, or of many some and their mean."""
    found: Data = np.asarray(values, dtype=float).ravel()
    if len(found) <= POINTS + 2:
        return ", ".join(map(_number, found))
    some = found[np.linspace(0, len(found) - 1, POINTS).round().astype(int)]
    finite = found[np.isfinite(found)]
    mean = f" (mean {_number(finite.mean())})" if len(finite) else ""
    return ", ".join(map(_number, some)) + mean


def _number(value: Any) -> str:
    x = float(value)
    return f"{0.0 if abs(x) < 1e-300 else x:.{DIGITS}g}"
