"""Pictures of chapter 11:
the gradient through deep normalised networks, its growth, and training with and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from analysis.chapters.normalisation.depth import DepthSweep, GrowthByBatch
from analysis.chapters.normalisation.training import BatchNormTraining

GREY = "0.45"
_LINES = ("-", "--", "-.", ":")
NAMES = {
    "plain": "no normalisation",
    "none": "no normalisation",
    "batch": "batch normalisation",
    "layer": "layer normalisation",
    "residual": "batch norm., residual",
}


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def gradient_by_layer(sweeps: Sequence[DepthSweep], ax: Axes | None = None) -> Axes:
    """log₁₀ ‖∂C/∂x^l‖ over that of the last layer, against the layer:
    a line for each network, kinds by colour."""
    ax = _axes(ax)
    for c, sweep in enumerate(sweeps):
        layer = np.arange(sweep.depth)
        curves = (sweep.logs - sweep.logs[:, -1:]) / (2.0 * np.log(10.0))
        for one in curves:
            ax.plot(layer, one, color=f"C{c}", lw=0.6, alpha=0.5)
        ax.plot(layer, curves.mean(axis=0), color=f"C{c}", ls=_LINES[c % 4])
    ends = sorted(
        (float((s.logs[:, 0] - s.logs[:, -1]).mean()) / (2 * np.log(10.0)), c) for c, s in enumerate(sweeps)
    )
    low, gap = -np.inf, 0.055 * (ends[-1][0] - ends[0][0])
    for y, c in ends:
        low = max(y, low + gap)
        ax.text(-0.6, low, NAMES[sweeps[c].kind], color=f"C{c}", ha="right", va="center", fontsize=9)
    last = sweeps[0].depth - 1
    ax.set(
        xlabel=r"layer $l$",
        ylabel=r"$\log_{10}\ \|\partial C/\partial x^l\|$ over the last",
        xlim=(-0.33 * last, last),
    )
    ax.set_xticks(range(0, last + 1, 10))
    return ax


def growth(
    measured: Sequence[GrowthByBatch],
    theory: Mapping[str, tuple[ArrayLike, ArrayLike]],
    limit: float,
    ax: Axes | None = None,
) -> Axes:
    """Growth of the squared norm per layer against the batch size:
    theory as curves (m, R) by activation, networks as points."""
    ax = _axes(ax)
    ax.axhline(limit, color=GREY, lw=0.9, ls=":")
    ax.text(6.0, limit - 0.012, r"ReLU, large batches: $\pi/(\pi-1)$", color=GREY, va="top", fontsize=9)
    for c, found in enumerate(measured):
        batch, rate = (np.asarray(t) for t in theory[found.activation])
        ax.plot(batch, rate, color=f"C{c}", ls=_LINES[c])
        values = np.exp(found.rates)
        ax.errorbar(found.batches, values, yerr=2 * values * found.errors, fmt="o", color=f"C{c}", capsize=2)
        k = 2
        name = {"relu": "ReLU", "identity": "no activation"}.get(found.activation, found.activation)
        ax.annotate(name, (found.batches[k], values[k]), (10, 8), textcoords="offset points", color=f"C{c}")
    ax.set(
        xscale="log", xlabel="batch size $m$", ylabel=r"growth $R$ of $\|\partial C/\partial x\|^2$ per layer"
    )
    sizes = measured[0].batches
    ax.set_xticks(sizes, [str(b) for b in sizes])
    ax.minorticks_off()
    return ax


def accuracy_by_rate(
    groups: Mapping[str, Sequence[BatchNormTraining]], figure: Figure | None = None
) -> Figure:
    """Test accuracy at the end against the learning rate, a panel for each group:
    mean of the seeds, bars from worst to best."""
    figure = plt.figure(figsize=(6.8, 3.0)) if figure is None else figure
    axes = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    order = ("none", "batch", "layer", "residual")
    for ax, (title, runs) in zip(axes, groups.items(), strict=True):
        for run in runs:
            c = order.index(run.normaliser)
            final = run.accuracy[..., -1]
            mean = final.mean(axis=1)
            reach = np.stack([mean - final.min(axis=1), final.max(axis=1) - mean])
            at = np.array(run.rates) * 1.05 ** (c - 1.5)
            ax.errorbar(
                at,
                mean,
                yerr=reach,
                fmt="os^D"[c],
                ls=_LINES[c],
                color=f"C{c}",
                lw=1.3,
                capsize=2,
                label=NAMES[run.normaliser],
            )
        ax.set(xscale="log", xlabel=r"learning rate $\eta$", title=title, ylim=(0, 1.02))
    axes[0].set_ylabel("test accuracy")
    by_name = {t: h for ax in axes for h, t in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(
        by_name.values(), by_name.keys(), loc="outside lower center", ncols=len(by_name), fontsize=8.5
    )
    return figure


def speeds_over_time(run: BatchNormTraining, rate: float, ax: Axes | None = None) -> Axes:
    """‖∂C/∂W^l‖ by layer before training, after one step and at the end, at one learning rate:
    mean and seeds."""
    ax = _axes(ax)
    r = run.rates.index(rate)
    layer = np.arange(run.depth + 1)
    for c, (name, speeds) in enumerate(
        (
            ("before training", run.start_speeds),
            ("after one step", run.first_speeds),
            ("at the end", run.end_speeds),
        )
    ):
        for one in speeds[r]:
            ax.plot(layer, one, color=f"C{c}", lw=0.5, alpha=0.5)
        middle = np.exp(np.log(speeds[r]).mean(axis=0))
        ax.plot(layer, middle, color=f"C{c}", ls=_LINES[c])
        beside = layer[len(layer) // 3]
        ax.text(beside, middle[beside] * (2.0, 0.4, 2.6)[c], name, color=f"C{c}", fontsize=9)
    ax.set(yscale="log", xlabel="layer $l$", ylabel=r"$\|\partial C/\partial W^l\|$", xlim=(0, run.depth))
    return ax
