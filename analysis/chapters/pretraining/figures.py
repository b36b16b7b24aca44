"""Pictures of chapter 9:
features, the bias of contrastive divergence, learning curves, and what reaches the first layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from analysis.chapters.pretraining.contrastive_divergence import Ascent, Bias
from analysis.chapters.pretraining.stack import STARTS, Finetuning

GREY = "0.45"
_LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))
NAMES = {
    "pretrained": "pretrained",
    "shuffled": "pretrained, shuffled",
    "rbm start": "N(0, 0.01²)",
    "xavier": "Xavier",
    "gaussian": "N(0, 1)",
}


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def _style(start: str) -> dict[str, Any]:
    c = STARTS.index(start)
    return {"color": f"C{c}", "ls": _LINES[c]}


def curves(
    runs: Sequence[Finetuning],
    epoch: int,
    cost: float = 0.0,
    until: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Test accuracy against the epoch, at the rate that is best after ``epoch``:
    mean of the seeds, and their range as a band.

    ``cost`` moves the curves of machines to the right by the epochs that their pretraining is worth.
    """
    ax = _axes(ax)
    for run in runs:
        of = run.accuracy[run.best(epoch)]
        moved = cost if run.start in ("pretrained", "shuffled") else 0.0
        at = moved + run.every * np.arange(of.shape[1])
        ax.plot(at, of.mean(axis=0), label=NAMES[run.start], **_style(run.start))
        ax.fill_between(
            at, of.min(axis=0), of.max(axis=0), color=f"C{STARTS.index(run.start)}", alpha=0.12, lw=0
        )
    ax.set(xlabel="epochs of work" if cost else "epoch of fine-tuning", ylabel="test accuracy", ylim=(0, 1))
    ax.set_xlim(0, runs[0].epochs if until is None else until)
    ax.legend(fontsize=8.5, loc="lower right")
    return ax


def speeds(runs: Sequence[Finetuning], ax: Axes | None = None) -> Axes:
    """‖∂C/∂W^l‖ of each layer before fine-tuning: mean of the seeds, a thin line for each seed."""
    ax = _axes(ax)
    for run in runs:
        of = run.start_speeds[0]
        layer = np.arange(1, of.shape[1] + 1)
        for one in of:
            ax.plot(layer, one, color=f"C{STARTS.index(run.start)}", lw=0.5, alpha=0.4)
        ax.plot(
            layer, np.exp(np.log(of).mean(axis=0)), marker="o", label=NAMES[run.start], **_style(run.start)
        )
    ax.set(yscale="log", xlabel="layer $l$", ylabel=r"$\|\partial C/\partial W^l\|$ before fine-tuning")
    ax.set_xticks(layer)
    ax.legend(fontsize=8.5, loc="lower right")
    return ax


def bias(found: Bias, ax: Axes | None = None) -> Axes:
    """Relative bias of the expected CD-k update against k, a line for each scale of the weights."""
    ax = _axes(ax)
    for c, (scale, row) in enumerate(zip(found.scales, found.relative, strict=True)):
        ax.plot(found.ks, row, marker="o^sD"[c % 4], color=f"C{c}", label=f"parameters N(0, {scale:g}²)")
    ax.set(xlabel="$k$, Gibbs steps", ylabel="bias over the size of the gradient", yscale="log")
    ax.set_xticks(found.ks)
    ax.legend(fontsize=8.5)
    return ax


def ascent(found: Ascent, highest: float, ax: Axes | None = None) -> Axes:
    """Mean log-likelihood against the step, by the exact gradient and by CD-1;
    ``highest`` is what no machine exceeds."""
    ax = _axes(ax)
    ax.axhline(highest, color=GREY, lw=0.9, ls=":")
    for c, (name, curve) in enumerate((("exact gradient", found.exact), ("expected CD-1", found.cd))):
        ax.plot(curve, color=f"C{c}", ls=_LINES[c], label=name)
    ax.set(xlabel="step", ylabel=r"mean $\log p(v)$ of the images")
    ax.legend(loc="lower right")
    return ax


def features(weights: ArrayLike, side: int = 8, figure: Figure | None = None) -> Figure:
    """The weights into each hidden unit as a small image, blue below zero and red above: (side², n)."""
    columns = np.asarray(weights).T
    figure = plt.figure(figsize=(6.4, 2.1)) if figure is None else figure
    reach = float(np.abs(columns).max())
    axes = figure.subplots(-(-len(columns) // 10), min(10, len(columns)), squeeze=False).ravel()
    for ax in axes:
        ax.axis("off")
    for ax, one in zip(axes, columns, strict=False):
        ax.imshow(one.reshape(side, side), cmap="RdBu_r", vmin=-reach, vmax=reach)
    return figure
