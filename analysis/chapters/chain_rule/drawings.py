"""The chain of one-neuron layers drawn:
its symbols, where the factors of the gradient arise, two ways to read them.

Every label is the LaTeX of a symbol or expression of the library. Colours: blue for what is followed from a
bias to the cost, vermilion for what comes back from it, grey for what plays no part.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import sympy as sp
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from analysis.symbolic.chain import change_, factors, in_order, nested
from analysis.symbolic.display import partial
from analysis.symbolic.notation import a_, b_, cost, w_, z_

FORWARD, BACKWARD, GREY, DARK = "#0072B2", "#D55E00", "0.62", "0.2"
_STEP, _RADIUS, _BOX = 2.0, 0.52, 0.36


def _math(expr: sp.Basic) -> str:
    """LaTeX between dollars, as a displayed formula;
    Matplotlib draws growing brackets too small, so they are plain."""
    latex = str(sp.latex(expr)).replace(r"\left", "").replace(r"\right", "").replace(r"\frac", r"\dfrac")
    return f"${latex}$"


def _canvas(ax: Axes | None, width: float, height: float) -> Axes:
    """An empty axes without frame, one unit of x as long as one of y."""
    if ax is None:
        ax = plt.figure(figsize=(width, height)).subplots()
    ax.set_axis_off()
    ax.set_aspect("equal")
    return ax


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    style = {
        "arrowstyle": "-|>",
        "color": color,
        "linewidth": 1.3,
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 11,
    }
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _text(ax: Axes, x: float, y: float, label: str, color: str = DARK, size: float = 11) -> None:
    ax.text(x, y, label, ha="center", va="center", color=color, fontsize=size)


def network(depth: int = 4, layer: int | None = None, ax: Axes | None = None) -> Axes:
    """The chain a₀ → a₁ → … → a_L → C, each neuron split into weighted input z_j and activation a_j.

    With ``layer`` given, the way from that layer's bias to the cost is blue and the rest grey. Returns the
    axes. Raises ValueError for a depth below 1 or a layer outside 1 … depth.
    """
    factors(depth, 1 if layer is None else layer)  # refuses what does not exist

    def ink(on: bool) -> str:
        return DARK if layer is None else FORWARD if on else GREY

    ax = _canvas(ax, 6.8, 1.75)
    start = layer or 1
    _box(ax, 0, _math(a_(0)), ink(False))
    for j in range(1, depth + 1):
        x = _STEP * j
        left = x - _STEP + (_RADIUS if j > 1 else _BOX)
        _arrow(ax, (left, 0), (x - _RADIUS, 0), ink(j > start))
        _text(ax, (left + x - _RADIUS) / 2 - 0.05, 0.27, _math(w_(j)), ink(j > start))
        ax.add_patch(Circle((x, 0), _RADIUS, facecolor="white", edgecolor=ink(j >= start), linewidth=1.3))
        ax.plot([x, x], [-_RADIUS, _RADIUS], color=ink(j >= start), linewidth=0.7)
        _text(ax, x - 0.25, 0, _math(z_(j)), ink(j >= start), 10)
        _text(ax, x + 0.26, 0, _math(a_(j)), ink(j >= start), 10)
        _arrow(ax, (x - 0.2, -1.02), (x - 0.2, -0.49), ink(j == start))
        _text(ax, x - 0.2, -1.22, _math(b_(j)), ink(j == start))
    end = _STEP * (depth + 1)
    _arrow(ax, (end - _STEP + _RADIUS, 0), (end - _BOX, 0), ink(True))
    _box(ax, end, f"${cost.tex}$", ink(True))
    ax.set_xlim(-0.5, end + 0.5)
    ax.set_ylim(-1.45, 0.75)
    return ax


def _box(ax: Axes, x: float, label: str, color: str) -> None:
    outline = FancyBboxPatch((x - 0.24, -0.24), 0.48, 0.48, boxstyle="round,pad=0.12", facecolor="white")
    outline.set(edgecolor=color, linewidth=1.3)
    ax.add_patch(outline)
    _text(ax, x, 0, label, color)


def factors_in_place(depth: int = 4, layer: int = 1, ax: Axes | None = None) -> Axes:
    """Each factor of ∂C/∂b_l under the place where it arises: weights under wires, slopes under neurons.

    The row below the network is the product ``in_order(depth, layer)`` itself. Returns the axes.
    Raises as ``network``.
    """
    product, row = in_order(depth, layer).args, -2.2
    ax = network(depth, layer, _canvas(ax, 6.8, 2.35))
    for (x, y), factor in zip(_places(depth, layer), product, strict=True):
        ax.plot([x, x], [y, row + 0.55], color=FORWARD, linewidth=0.8, linestyle=":")
        _text(ax, x, row, _math(factor), FORWARD, 10)
    _text(ax, _STEP * layer - 1.25, row, f"{_math(partial(a_(depth), b_(layer)))}  $=$", size=10)
    ax.set_ylim(row - 0.65, 0.75)
    return ax


def _places(depth: int, layer: int) -> list[tuple[float, float]]:
    """Just below where the factors arise, from the layer's own slope to the cost."""
    places = [(_STEP * layer + 0.26, -0.6)]
    for j in range(layer + 1, depth + 1):
        places += [(_STEP * j - 1.0, -0.16), (_STEP * j + 0.26, -0.6)]
    return [*places, (_STEP * (depth + 1), -0.45)]


def readings(depth: int = 4, ax: Axes | None = None) -> Axes:
    """The same factors read forward, from Δb₁ to ΔC, and backward, from ∂C/∂a_L to every ∂C/∂b_l.
    Returns the axes."""
    own, *through, end = factors(depth)
    ax = _canvas(ax, 6.8, 3.0)
    changes = [change_("b_1"), *(change_(f"a_{j}") for j in range(1, depth + 1)), change_("C")]
    backs = [
        partial(nested(depth), b_(1)),
        *(partial(nested(depth, start=j), a_(j)) for j in range(1, depth + 1)),
    ]
    up, mid, down, floor = 1.55, 0.45, -0.75, -2.45
    for i, factor in enumerate((own, *through, end)):
        x = _STEP * i
        _arrow(ax, (x + 0.42, up), (x + _STEP - 0.42, up), FORWARD)
        _text(ax, x + _STEP / 2, mid, _math(factor), size=10)
    for i, change in enumerate(changes):
        _text(ax, _STEP * i, up, _math(change), FORWARD, 11)
    for i, back in enumerate(backs):
        x = _STEP * i
        _text(ax, x, down, _math(back), BACKWARD, 10)
        _arrow(ax, (x + _STEP - 0.42, down), (x + 0.42, down), BACKWARD)
        if i > 1:
            _arrow(ax, (x, down - 0.55), (x, floor + 0.55), BACKWARD)
            _text(ax, x + 0.52, (down + floor) / 2, _math(factors(depth, i)[0]), size=9)
            _text(ax, x, floor, _math(partial(nested(depth), b_(i))), BACKWARD, 10)
    _text(ax, _STEP * (depth + 1), down, "$1$", BACKWARD, 11)
    _note(ax, up + 0.75, "forward: what one bias does to everything", FORWARD)
    _note(ax, floor - 0.1, "backward: what every\nbias does to the cost", BACKWARD)
    ax.set_xlim(-0.75, _STEP * (depth + 1) + 0.6)
    ax.set_ylim(floor - 0.65, up + 1.0)
    return ax


def _note(ax: Axes, y: float, text: str, color: str) -> None:
    ax.text(-0.6, y, text, color=color, fontsize=9, ha="left", va="center")
