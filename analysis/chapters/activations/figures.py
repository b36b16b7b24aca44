"""Pictures of chapter 6:
the atlas, the stuck neuron, the lost signal, the units killed, the slopes above one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from analysis.chapters.activations.activation_table import Entry
from analysis.chapters.activations.dead_units import Killed, Norms
from analysis.chapters.activations.saturated_neuron import Learning
from analysis.numeric.compiled import compiled
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z

GREY = "0.45"
STYLES = ("-", "--", "-.", ":")


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def atlas_plates(entries: Sequence[Entry], reach: float = 4.0, columns: int = 4) -> Figure:
    """One small plate for each activation:
    the value (full) and the slope (dashed), with the bound of the slope."""
    rows = -(-len(entries) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(9.0, 2.3 * rows),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    x = np.linspace(-reach, reach, 802)  # an even number: no point on the kink
    for ax, e in zip(axes.ravel(), entries, strict=False):
        ax.axhline(0.0, color="0.8", lw=0.8)
        ax.axhline(e.largest_slope, color=GREY, lw=0.8, ls=":")
        ax.plot(x, compiled(e.activation.value, z)(x), color="C0")
        ax.plot(x, broken_slope(e.activation, x), color="C1", ls="--")
        ax.set_title(f"{e.activation.name}  ($\\leq$ {e.largest_slope:.4g})", fontsize=10)
        ax.set(ylim=(-1.9, 2.4), xlim=(-reach, reach))
    for ax in axes.ravel()[len(entries) :]:
        ax.axis("off")
    for column in axes.T[: len(entries)]:  # the lowest plate that is filled shows the numbers
        column[(len(entries) - 1 - list(axes[0]).index(column[0])) // columns].tick_params(labelbottom=True)
    lines = [Line2D([], [], color=c, ls=s) for c, s in (("C0", "-"), ("C1", "--"), (GREY, ":"))]
    names = ["value", "slope (dashed)", "largest slope (dotted)"]
    figure.legend(lines, names, loc="outside upper center", ncols=3, frameon=False)
    figure.supxlabel("weighted input $z$", fontsize=10)
    return figure


def broken_slope(activation: Activation, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The slope at increasing points x, (n,), NaN at those beside a kink, so that no line joins its two
    sides."""
    slope = np.array(compiled(activation.slope, z)(x) * np.ones_like(x))
    for kink in activation.kinks:
        right = int(np.searchsorted(x, float(kink)))
        slope[max(right - 1, 0) : right + 1] = np.nan
    return slope


def stuck_neuron(runs: Iterable[Learning], ax: Axes | None = None) -> Axes:
    """The output of a wrongly saturated neuron against the steps of gradient descent, one curve a cost."""
    ax = _axes(ax)
    for k, run in enumerate(runs):
        ax.plot(run.outputs, color=f"C{k}", ls=STYLES[k % 4])
        at = int(np.argmin(np.abs(run.outputs - 0.5)))
        late = at > 100
        ax.annotate(
            run.cost,
            (at, 0.5),
            (-8 if late else 8, 6),
            textcoords="offset points",
            ha="right" if late else "left",
            color=f"C{k}",
        )
    ax.set(
        xlabel="steps of gradient descent", ylabel="output $a$ (target 0)", ylim=(0.0, 1.03), xscale="symlog"
    )
    ax.set_xlim(0, None)
    return ax


def signal_by_depth(found: Iterable[Norms], ax: Axes | None = None) -> Axes:
    """The squared norm of the signal against depth:
    median and the middle 90 % of the networks, one band a weight scale."""
    ax = _axes(ax)
    for k, run in enumerate(found):
        depth = np.arange(1, run.logs.shape[1] + 1)
        low, middle, high = np.quantile(run.logs / np.log(10.0), (0.05, 0.5, 0.95), axis=0)
        ax.fill_between(depth, low, high, color=f"C{k}", alpha=0.2, lw=0)
        ax.plot(depth, middle, color=f"C{k}", ls=STYLES[k % 4])
        at = len(depth) * 3 // 5
        ax.annotate(
            rf"$\sigma_w = {run.sigma_w:.4g}$",
            (depth[at], low[at]),
            (0, -6),
            textcoords="offset points",
            ha="right",
            va="top",
            color=f"C{k}",
        )
    ax.set(xlabel="layer $l$", ylabel=r"$\log_{10}\,\|a^l\|^2/\|a^0\|^2$")
    return ax


def killed(found: Iterable[Killed], ax: Axes | None = None) -> Axes:
    """The share of units that are off for every image after one step, against the rate η; dotted, at birth.

    Means over the networks with two standard errors on either side.
    """
    ax = _axes(ax)
    for k, run in enumerate(found):
        mean = run.stepped.mean
        ax.errorbar(
            run.rates,
            mean,
            2.0 * run.stepped.standard_error,
            marker="o",
            capsize=3,
            color=f"C{k}",
            ls=STYLES[k % 4],
        )
        ax.annotate(
            run.activation,
            (run.rates[-1], mean[-1]),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=f"C{k}",
            annotation_clip=False,
        )
        ax.axhline(float(run.born.mean), color=f"C{k}", lw=0.8, ls=":")
    ax.set(
        xscale="log",
        xlabel="learning rate $\\eta$ of the one step",
        ylabel="share of dead units",
        ylim=(-0.03, 0.8),
    )
    return ax


def slopes_side_by_side(
    activations: Iterable[Activation], ax: Axes | None = None, reach: float = 4.0
) -> Axes:
    """Slopes over z, each named at its largest value on the right half of the picture, and the line at 1."""
    ax = _axes(ax)
    x = np.linspace(-reach, reach, 802)
    ax.axhline(1.0, color=GREY, lw=0.8)
    for k, a in enumerate(activations):
        ax.plot(
            x,
            broken_slope(a, x),
            color=f"C{k}",
            ls=STYLES[k % 4],
            label=f"{a.name}: sup {float(a.slope_bound):.4f}",
        )
    ax.legend(frameon=False, loc="upper left")
    ax.set(xlabel="weighted input $z$", ylabel="slope $\\sigma'(z)$", xlim=(-reach, reach))
    return ax


def attraction(paths: Iterable[Sequence[tuple[float, float]]], ax: Axes | None = None) -> Axes:
    """Paths of (mean, variance) from layer to layer; all of them end at the fixed point (0, 1)."""
    ax = _axes(ax)
    for k, path in enumerate(paths):
        mean, variance = np.array(path).T
        ax.plot(mean, variance, marker="o", ms=3, color=f"C{k % 6}", ls=STYLES[k % 4])
        ax.plot(mean[0], variance[0], "s", color=f"C{k % 6}")
    ax.plot(0.0, 1.0, "*", ms=15, color="k")
    ax.set(xlabel="mean", ylabel="variance")
    return ax
