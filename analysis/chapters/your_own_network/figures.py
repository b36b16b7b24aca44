"""Pictures of chapter 14: three ways to a gradient of 0, thirty layers, and which of the planted faults are
found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from analysis.chapters.your_own_network.confusion import Confusion
from analysis.chapters.your_own_network.thirty_layers import OPTIMISERS, VARIANTS, ThirtyLayers
from analysis.chapters.your_own_network.three_cases import Case

GREY = "0.45"


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def three_cases(cases: Sequence[Case], floor: float = -14.0, ax: Axes | None = None) -> Axes:
    """The logarithm of the gradient's norm by layer: from the loss (full), over the largest of the networks
    at the output; from a random direction at the output (dashed), over its own there. What is 0, or below
    e^floor, stands on the floor as a cross."""
    ax = _axes(ax)
    start = max(float(c.of_loss[-1]) for c in cases)
    for k, case in enumerate(cases):
        layer = np.arange(1, len(case.of_loss) + 1)
        for logs, style, name in (
            (case.of_loss - start, "-", case.name),
            (case.of_probe - case.of_probe[-1], "--", "_nolegend_"),
        ):
            gone = ~(logs > floor)
            ax.plot(layer, np.where(gone, np.nan, logs), style, color=f"C{k}", label=name)
            if gone.any():
                ax.plot(layer[gone], np.full(int(gone.sum()), floor), "x", color=f"C{k}", ms=5)
    ax.legend(loc="lower right")
    ax.set(
        xlabel="layer $l$",
        ylabel="log of the gradient's norm",
        ylim=(floor - 1.0, 3.0),
        xticks=np.arange(1, len(cases[0].of_loss) + 1, 2),
        yticks=np.arange(floor, 3.0, 2.0),
    )
    return ax


def thirty_layers(runs: Mapping[tuple[str, str], ThirtyLayers], ax: Axes | None = None) -> Axes:
    """Test accuracy at the chosen rate with two standard errors, a row for each variant, a mark for each
    optimiser."""
    ax = _axes(ax)
    names = list(VARIANTS)
    for k, optimiser in enumerate(OPTIMISERS):
        found = [runs[name, optimiser].best() for name in names]
        y = np.arange(len(names)) + 0.16 * (2 * k - 1)
        ax.errorbar(
            [b.accuracy for b in found],
            y,
            xerr=[2 * b.error for b in found],
            fmt="os"[k],
            color=f"C{k}",
            ms=5,
            label={"descent": "plain descent", "adam": "Adam"}[optimiser],
        )
    ax.axvline(0.1, color=GREY, ls=":", lw=1.0)
    ax.set(xlim=(0.0, 1.0), xlabel="test accuracy (dotted: chance)", yticks=range(len(names)))
    ax.set_yticklabels([VARIANTS[name].words.replace("`", "") for name in names])
    ax.invert_yaxis()
    ax.legend(loc="lower center")
    return ax


def confusion(judged: Confusion, ax: Axes | None = None) -> Axes:
    """The share of networks with a planted fault (rows; the last row: with none) of which the diagnosis said
    so (columns), in per cent."""
    planted = [*dict.fromkeys(row.fault for row in judged.faulty), ""]
    counts = [judged.said(fault) for fault in planted]
    found = list(dict.fromkeys(code for row in counts for code in row))
    shares = np.array([[row.get(code, 0) / sum(row.values()) for code in found] for row in counts])
    ax = _axes(ax)
    ax.figure.set_size_inches(6.4, 6.4)  # type: ignore[union-attr]  # a line for each fault
    ax.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if share > 0:
            color = "w" if share > 0.5 else "k"
            ax.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=color)
    ax.set_xticks(range(len(found)), found, rotation=60, ha="right")
    ax.set_yticks(range(len(planted)), [fault or "none" for fault in planted])
    ax.set(xlabel="said", ylabel="planted")
    ax.grid(False)
    return ax
