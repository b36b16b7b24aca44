"""Pictures of chapter 4:
bars on neurons, speeds over the epochs, where Nielsen's numbers lie, who moved and who did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.chapters.learning_speeds.gradient_bars import GradientBars
from analysis.chapters.learning_speeds.near_optimum import NearOptimum
from analysis.chapters.learning_speeds.speed_bands import SpeedBands

GREY = "0.45"


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def bars(result: GradientBars, ax: Axes | None = None, neurons: int = 6, seed: int = 0) -> Axes:
    """A column of neurons for each hidden layer, each with a bar as long as |∂C/∂b|, all to one scale."""
    ax = _axes(ax)
    sizes = np.abs(result.first(neurons, seed))
    scale = 0.7 / sizes.max()
    for l, column in enumerate(sizes):
        rows = -np.arange(len(column), dtype=float)
        ax.scatter(np.full(len(column), float(l)), rows, s=160, facecolor="white", edgecolor="0.3", zorder=3)
        ax.barh(rows, column * scale, left=l + 0.08, height=0.45, color=f"C{l}")
        ax.text(l, 0.75, f"hidden layer {l + 1}", ha="center")
        ax.text(l, -neurons + 0.2, rf"mean {column.mean():.2g}", ha="left", color=f"C{l}", fontsize=9)
    ax.set(xlim=(-0.4, len(sizes)), ylim=(-neurons, 1.2))
    ax.axis("off")
    return ax


def curves(result: SpeedBands, ax: Axes | None = None, stated: Sequence[float] = ()) -> Axes:
    """Median speed of every hidden layer over the epochs with the 5–95 % band of the seeds;
    ``stated`` speeds at epoch 0."""
    ax = _axes(ax)
    epochs = np.arange(result.speeds.shape[1])
    for l in range(result.speeds.shape[2]):
        ax.fill_between(
            epochs, result.speeds[0, :, l], result.speeds[-1, :, l], color=f"C{l}", alpha=0.2, lw=0
        )
        ax.plot(epochs, result.median("speeds")[:, l], color=f"C{l}", ls=("-", "--", "-.", ":")[l % 4])
        ax.text(
            epochs[-1] * 1.01, result.median("speeds")[-1, l], f"layer {l + 1}", color=f"C{l}", va="center"
        )
    if stated:
        ax.plot(np.zeros(len(stated)), stated, "k_", ms=14, mew=1.8, clip_on=False)
        ax.annotate(
            "Nielsen's one run",
            (0, stated[-1]),
            (epochs[-1] * 0.06, stated[-1] * 1.1),
            color="0.2",
            fontsize=9,
        )
    ax.set(
        yscale="log",
        xlabel="epoch",
        ylabel=r"speed $\|\partial C/\partial b^l\|$",
        xlim=(0, epochs[-1] * 1.13),
    )
    return ax


def initial(samples: Mapping[str, NDArray[Any]], stated: Sequence[float], ax: Axes | None = None) -> Axes:
    """Initial speeds (S, H) of several recipes, layer by layer, as points with their median;
    stated numbers as black bars."""
    ax = _axes(ax)
    shift = np.linspace(-0.18, 0.18, len(samples))
    for k, (name, speeds) in enumerate(samples.items()):
        for l, column in enumerate(speeds.T):
            jitter = 0.07 * np.sin(np.arange(len(column)) * 2.399)  # spread evenly, the same every time
            ax.plot(l + 1 + shift[k] + jitter, column, ".", ms=3, color=f"C{k}", alpha=0.5)
            ax.plot([l + 1 + shift[k]], [np.median(column)], "D", color=f"C{k}", mec="white", ms=6)
        ax.text(len(speeds.T) + 0.35, np.median(speeds[:, -1]), name, color=f"C{k}", va="center")
    for l, value in enumerate(stated):
        ax.plot([l + 0.68, l + 1.32], [value, value], color="k", lw=1.6)
    ax.text(1.36, stated[0], "Nielsen's numbers", fontsize=9, va="center")
    layers = len(stated)
    ax.set(
        yscale="log",
        xlabel="hidden layer",
        ylabel=r"initial speed $\|\partial C/\partial b^l\|$",
        xlim=(0.5, layers + 1.1),
    )
    ax.set_xticks(range(1, layers + 1))
    return ax


def ratio(result: SpeedBands, stated: Mapping[int, float], ax: Axes | None = None) -> Axes:
    """Speed of the last hidden layer over the first's:
    median, 5–95 % band, a few networks, and the stated points."""
    ax = _axes(ax)
    epochs = np.arange(result.ratio.shape[1])
    ax.fill_between(epochs, result.ratio[0], result.ratio[-1], color="C0", alpha=0.2, lw=0)
    for one in result.shown:
        ax.plot(epochs, one[:, -1] / one[:, 0], color="0.7", lw=0.7)
    ax.plot(epochs, result.median("ratio"), color="C0")
    ax.plot(list(stated), list(stated.values()), "o", color="C1")
    ax.text(epochs[-1], result.median("ratio")[-1] * 1.12, "median", color="C0", ha="right")
    last = list(stated)[-3]
    ax.text(last, stated[last] * 0.72, "Nielsen's run", color="C1", ha="center")
    ax.set(yscale="log", xlabel="epoch", ylabel="speed of layer 4 : layer 1", xlim=(0, epochs[-1]))
    return ax


def moved(results: Mapping[int, SpeedBands], ax: Axes | None = None) -> Axes:
    """How far each layer went in training, decay taken out, for several depths:
    medians with the 5–95 % range."""
    ax = _axes(ax)
    for k, (hidden, result) in enumerate(results.items()):
        low, middle, high = np.quantile(result.final_learned, (0.05, 0.5, 0.95), axis=0)
        at = np.arange(1, hidden + 2) + 0.08 * (k - 1)
        ax.errorbar(
            at, middle, yerr=(middle - low, high - middle), fmt="o-", color=f"C{k}", lw=1.2, capsize=2
        )
        ax.text(at[-1] + 0.12, middle[-1], f"{hidden} hidden", color=f"C{k}", va="center")
    ax.set(
        yscale="log", xlabel="layer (the last is the output)", ylabel=r"$\|w^l_t - k^t w^l_0\| / \|w^l_0\|$"
    )
    ax.set_xticks(range(1, max(results) + 2))
    ax.set_xlim(0.7, max(results) + 1.8)
    return ax


def beyond(result: NearOptimum, ax: Axes | None = None) -> Axes:
    """The cost from the plateau on, with rescaled steps of all layers and with the first layer held fixed."""
    ax = _axes(ax)
    steps = np.arange(result.all_layers_cost.shape[1])
    for k, (name, cost) in enumerate(
        (("all layers move", result.all_layers_cost), ("first layer fixed", result.first_fixed_cost))
    ):
        for one in cost:
            ax.plot(steps, one, color=f"C{k}", lw=0.6, alpha=0.4)
        ax.plot(steps, np.median(cost, axis=0), color=f"C{k}", ls=("-", "--")[k])
        ax.text(steps[-1] * 1.01, float(np.median(cost[:, -1])), name, color=f"C{k}", va="center")
    ax.axhline(result.blind_cost, color=GREY, ls=":", lw=1.2)
    ax.text(
        steps[-1] * 1.28,
        result.blind_cost * 1.01,
        "best cost of a network that ignores its input",
        color=GREY,
        ha="right",
        va="bottom",
        fontsize=9,
    )
    ax.set(
        xlabel="rescaled step after 500 epochs",
        ylabel="cost",
        xlim=(0, steps[-1] * 1.28),
        ylim=(0, result.blind_cost * 1.15),
    )
    return ax


def curve_grid(results: Mapping[str, Mapping[int, SpeedBands]], figure: Figure | None = None) -> Figure:
    """One row for each recipe, one column for each number of hidden layers:
    median speeds with their 5–95 % bands."""
    rows, columns = len(results), len(next(iter(results.values())))
    figure = plt.figure(figsize=(6.8, 2.3 * rows)) if figure is None else figure
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for (recipe, by_depth), row in zip(results.items(), axes, strict=True):
        for (hidden, result), ax in zip(by_depth.items(), row, strict=True):
            curves(result, ax)
            ax.set(xlabel="epoch" if ax in axes[-1] else "", xlim=(0, result.speeds.shape[1] * 1.05))
            for label, text in enumerate(ax.texts):
                text.set_text(str(label + 1))
            ax.set_ylabel(f"{recipe}\nspeed" if ax is row[0] else "")
            ax.set_title(f"{hidden} hidden layers" if ax in axes[0] else "")
    return figure
