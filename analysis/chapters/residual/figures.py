"""Pictures of chapter 12: plain and residual networks side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from analysis.chapters.residual.depth import ChainSweep, WideSweep
from analysis.chapters.residual.shattered_gradients import InputGradients
from analysis.chapters.residual.training import ResidualTraining

GREY = "0.45"
_DASHES = ("-", "--", "-.", ":")
_MARKS = ("o", "s", "^", "D")
_TEN = float(np.log(10.0))
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def _name_ends(ax: Axes, ends: Mapping[str, tuple[float, float]], left: bool = False) -> None:
    """Write each name beside the end of its curve, in the curve's colour,
    pushed apart where ends lie close together."""
    colours = {name: f"C{k}" for k, name in enumerate(ends)}
    point = ax.figure.dpi / 72.0
    height = {name: ax.transData.transform(at)[1] / point for name, at in ends.items()}
    last = -np.inf
    for name in sorted(ends, key=height.__getitem__):
        last = max(last + 12.0, height[name])
        ax.annotate(
            name, ends[name], (-7 if left else 7, last - height[name]), textcoords="offset points",
            color=colours[name], va="center", ha="right" if left else "left",
        )  # fmt: skip


def chains(sweeps: Mapping[str, ChainSweep], ax: Axes | None = None) -> Axes:
    """log₁₀|∂a_l/∂a_0| against l:
    the median of the chains and a band that holds 90 % of them, a colour for each name."""
    ax, ends = _axes(ax), {}
    for k, (name, sweep) in enumerate(sweeps.items()):
        l = np.arange(1, sweep.logs.shape[1] + 1)
        low, middle, high = np.quantile(sweep.logs / _TEN, [0.05, 0.5, 0.95], axis=0)
        ax.fill_between(l, low, high, color=f"C{k}", alpha=0.18, lw=0)
        ax.plot(l, middle, color=f"C{k}", ls=_DASHES[k % 4])
        ends[name] = (float(l[-1]), float(middle[-1]))
    ax.set(xlabel="layer $l$", ylabel=r"$\log_{10}\,|\partial a_l/\partial a_0|$", xlim=(1, l[-1] * 1.28))
    _name_ends(ax, ends)
    ax.set_xticks(np.linspace(0, l[-1], 6))
    return ax


def wide(sweeps: Mapping[str, WideSweep], ax: Axes | None = None) -> Axes:
    """log₁₀ of the root mean square of ∂C/∂x_l against l, a curve for each network."""
    ax, ends = _axes(ax), {}
    for k, (name, sweep) in enumerate(sweeps.items()):
        l = np.arange(sweep.depth + 1)
        ax.plot(l, sweep.gradient.T / _TEN, color=f"C{k}", lw=0.8, alpha=0.7)
        ends[name] = (0.0, float(sweep.gradient[:, 0].mean()) / _TEN)
    ax.axhline(0.0, color=GREY, lw=0.8)
    ax.set(xlabel="block $l$ (the output is on the right)", ylabel=r"$\log_{10}$ of the gradient at $x_l$")
    ax.set(xlim=(-0.36 * l[-1], l[-1]))
    _name_ends(ax, ends, left=True)
    ax.set_xticks(np.linspace(0, l[-1], 6))
    return ax


def growth(
    sweeps: Mapping[str, WideSweep], theory: Mapping[str, NDArray[np.float64]], ax: Axes | None = None
) -> Axes:
    """q_l/q_0 against l on a logarithmic axis:
    dots for the networks' mean, a line for the theory, a colour for each name."""
    ax, ends = _axes(ax), {}
    for k, (name, sweep) in enumerate(sweeps.items()):
        grown = np.exp(2.0 * (sweep.signal - sweep.signal[:, :1])).mean(axis=0)
        l = np.arange(sweep.depth + 1)
        ax.plot(l, theory[name], color=f"C{k}", ls=_DASHES[k % 4])
        ax.plot(l[::10], grown[::10], _MARKS[k % 4], color=f"C{k}")
        ends[name] = (float(l[-1]), float(theory[name][-1]))
    ax.set(xlabel="block $l$", ylabel="mean square $q_l/q_0$", yscale="log", xlim=(0, 1.42 * l[-1]))
    _name_ends(ax, ends)
    ax.set_xticks(np.linspace(0, l[-1], 6))
    return ax


def slopes(runs: Mapping[str, InputGradients], ax: Axes | None = None) -> Axes:
    """The slope of the output over the input, at length 1 and shifted apart, a row for each name."""
    ax = _axes(ax)
    lift = 7.0
    for k, (name, run) in enumerate(runs.items()):
        base = -lift * k
        ax.axhline(base, color="0.8", lw=0.7)
        ax.plot(run.inputs, base + np.clip(run.slopes, -3.2, 3.2), color=f"C{k}", lw=1.1)
        ax.text(run.inputs[0], base + 3.3, name, color=f"C{k}", va="bottom")
    ax.set(
        xlabel=r"input $\xi$", ylabel="slope of the output, rescaled", yticks=[], ylim=(-lift * k - 3.6, 5.0)
    )
    ax.grid(visible=False)
    return ax


def correlations(
    theory: Mapping[str, Curve],
    measured: Mapping[str, Sequence[tuple[int, float, float]]],
    ax: Axes | None = None,
) -> Axes:
    """Correlation of the gradients against depth, both logarithmic: a line for the theory; (depth, mean,
    error) as dots with bars of two standard errors.
    """
    ax, ends = _axes(ax), {}
    for k, (name, (depths, values)) in enumerate(theory.items()):
        ax.plot(depths, values, color=f"C{k}", ls=_DASHES[k % 4])
        rows = np.array(measured[name])
        ax.errorbar(
            rows[:, 0], rows[:, 1], 2.0 * rows[:, 2], fmt=_MARKS[k % 4], color=f"C{k}", capsize=2, lw=1
        )
        seen = np.flatnonzero(values > 1.3e-3)[-1]
        ends[name] = (float(depths[seen]), float(values[seen]))
    ax.set(xlabel="blocks $L$", ylabel="correlation of the gradients", xscale="log", yscale="log")
    ax.set(xlim=(depths[0] * 0.9, depths[-1] * 4.5), ylim=(1e-3, 1.6))
    _name_ends(ax, ends)
    return ax


def accuracies(runs: Mapping[str, ResidualTraining], ax: Axes | None = None) -> Axes:
    """Test accuracy at the end against the learning rate: a dot for each seed, a line through the means."""
    ax, ends = _axes(ax), {}
    for k, (name, run) in enumerate(runs.items()):
        final = run.accuracy[..., -1]
        shift = 1.0 + 0.05 * (k - 1.5)
        ax.plot(np.array(run.rates)[:, None] * shift, final, _MARKS[k % 4], color=f"C{k}", ms=3, alpha=0.5)
        means = final.mean(axis=1)
        ax.plot(np.array(run.rates) * shift, means, color=f"C{k}", ls=_DASHES[k % 4])
        ends[name] = (run.rates[-1] * shift, float(means[-1]))
    ax.set(
        xlabel=r"learning rate $\eta$",
        ylabel="test accuracy after 15 epochs",
        xscale="log",
        ylim=(-0.03, 1.03),
    )
    ax.set(xlim=(run.rates[0] * 0.8, run.rates[-1] * 9))
    ax.set_xticks(run.rates, [f"{r:g}" for r in run.rates])
    ax.minorticks_off()
    _name_ends(ax, ends)
    return ax
