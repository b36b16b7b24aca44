"""Pictures of chapter 10: the cliff, and training with clipping and with decay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import NDArray

from analysis.chapters.clipping.cliff import Path
from analysis.chapters.clipping.clipped_training import DeepTraining

Floats = NDArray[np.float64]
_STYLES = ("-", "--", "-.", ":")
_MARKS = ("o", "s", "^", "D", "v")


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def profile(biases: Floats, cost: Floats, slope: Floats, ax: Axes | None = None) -> Axes:
    """C (full line) and log₁₀|∂C/∂b| (dashed) against b."""
    ax = _axes(ax)
    ax.plot(biases, cost, color="C0")
    ax.set(xlabel="bias $b$", ylabel="cost $C$ (full line)")
    other = ax.twinx()
    other.plot(biases, np.log10(np.maximum(np.abs(slope), 1e-12)), color="C1", ls="--")
    other.set_ylabel(r"$\log_{10}\,|\partial C/\partial b|$ (dashed)")
    return ax


def cliff(
    weights: Floats, biases: Floats, cost: Floats, paths: Mapping[str, Path], ax: Axes | None = None
) -> Axes:
    """The cost over (w, b) in grey, cost (len(weights), len(biases)), and descents;
    what leaves the picture is cut off."""
    ax = _axes(ax)
    shades = ax.contourf(weights, biases, cost.T, levels=16, cmap="Greys", alpha=0.6)
    ax.figure.colorbar(shades, ax=ax, label="cost $C$")
    for k, (name, path) in enumerate(paths.items()):
        ax.plot(
            path.points[:, 0], path.points[:, 1], color=f"C{k}", ls=_STYLES[k % 4],
            marker=_MARKS[k % 5], ms=3, lw=1, label=name,
        )  # fmt: skip
    start = next(iter(paths.values())).points[0]
    ax.plot(*start, "k*", ms=11)
    ax.annotate("start", start, (6, 6), textcoords="offset points")
    ax.legend(loc="lower left", frameon=True, facecolor="white", framealpha=0.9)
    ax.grid(False)
    ax.set(
        xlabel="weight $w$", ylabel="bias $b$", xlim=(weights[0], weights[-1]), ylim=(biases[0], biases[-1])
    )
    return ax


def accuracies(runs: Mapping[str, DeepTraining], ax: Axes | None = None) -> Axes:
    """Test accuracy at the end against the learning rate:
    a marker for each seed, a line through the means."""
    ax = _axes(ax)
    for k, (name, run) in enumerate(runs.items()):
        final = 100 * run.accuracy[..., -1]
        ax.plot(run.rates, final, _MARKS[k % 5], color=f"C{k}", ms=3.5, alpha=0.5, mfc="none")
        ax.plot(
            run.rates, final.mean(axis=1), color=f"C{k}", ls=_STYLES[k % 4], marker=_MARKS[k % 5], label=name
        )
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="test accuracy (%)", ylim=(-3, 103))
    ax.legend(loc="upper left")
    return ax


def norms(runs: Mapping[str, DeepTraining], axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Weight norm (left) and norm of the data gradient (right) against the epoch: means over the seeds."""
    left, right = plt.subplots(1, 2, figsize=(8.4, 3.5), layout="constrained")[1] if axes is None else axes
    for k, (name, run) in enumerate(runs.items()):
        epochs = np.arange(run.epochs + 1)
        style: dict[str, Any] = {"color": f"C{k}", "ls": _STYLES[k % 4], "label": name}
        left.plot(epochs, run.weight_norm.mean(axis=(0, 1)), **style)
        right.plot(epochs[1:], run.gradient_norm.mean(axis=(0, 1))[1:], **style)
    left.set(xlabel="epoch", ylabel="norm of all weights", ylim=(0, None))
    right.set(xlabel="epoch", ylabel="norm of the data gradient", yscale="log")
    right.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    right.yaxis.set_major_formatter("{x:g}")
    right.yaxis.set_minor_formatter("")
    for ax in (left, right):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.legend(loc="lower left")
    return left
