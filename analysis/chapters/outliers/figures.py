"""Pictures of chapter 8: the slopes of three losses, and what one outlier does to loss and gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.chapters.outliers.losses import LOSSES, SQUARED_BOUND, logit_gradient, y
from analysis.chapters.outliers.outlier import Outlier
from analysis.numeric.compiled import compiled
from analysis.symbolic.notation import z

GREY = "0.45"
_DASHES = ("-", "--", "-.", ":")


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def logit_gradients(ax: Axes | None = None) -> Axes:
    """|∂C/∂z| against z for the target y = 1, a curve for each loss; dotted: the bounds 1 and 4/27."""
    ax = _axes(ax)
    at = np.linspace(-10.0, 6.0, 801)
    names = {"cross-entropy, sigmoid": (-9.7, 0.86), "squared error, sigmoid": (-6.2, 0.2)}
    for k, name in enumerate(LOSSES):
        size = np.abs(compiled(logit_gradient(name).subs(y, 1), z)(at))
        ax.plot(at, size, color=f"C{k}", ls=_DASHES[k])
        place = names.get(name, (2.55, 1.22))
        ax.text(*place, name, color=f"C{k}", ha="left")
    for bound, text in ((1.0, "1"), (float(SQUARED_BOUND), "4/27")):
        ax.axhline(bound, color=GREY, lw=0.9, ls=":")
        ax.text(5.9, bound + 0.02, text, color=GREY, ha="right", fontsize=9)
    ax.text(-9.9, 1.36, "← sure and wrong", color=GREY, fontsize=9)
    ax.text(5.9, 1.36, "sure and right →", color=GREY, fontsize=9, ha="right")
    ax.set(xlabel="weighted input $z$ of the output, target $y=1$", ylabel=r"$|\partial C/\partial z|$")
    ax.set(xlim=(-10, 6), ylim=(0, 1.45))
    return ax


def _bands(
    ax: Axes,
    factors: tuple[float, ...],
    rows: Mapping[str, NDArray[np.float64]],
    ylim: tuple[float, float] | None = None,
    apart: float = 0.09,
) -> None:
    """The median over the seeds (S, T) of each row, the middle half shaded, the name at the right end.

    Names keep ``apart`` of the axis from one another where the curves end together.
    """
    ends = []
    for k, (name, values) in enumerate(rows.items()):
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
        ax.plot(factors, middle, color=f"C{k}", ls=_DASHES[k % 4])
        ax.fill_between(factors, low, high, color=f"C{k}", alpha=0.2, lw=0)
        ends.append((float(np.log10(middle[-1])), k, name))
    ax.set(xscale="log", yscale="log", xlim=(factors[0], factors[-1]))
    if ylim is not None:
        ax.set_ylim(*ylim)
    bottom, top = np.log10(ax.get_ylim())
    gap, last = apart * (top - bottom), -np.inf
    for height, k, name in sorted(ends):
        last = max(height, last + gap)
        ax.text(factors[-1] * 1.1, 10.0**last, name, color=f"C{k}", va="center", clip_on=False)


def first_layer(results: Mapping[str, Outlier], ax: Axes | None = None) -> Axes:
    """‖∂C/∂w¹‖ against the factor t on logarithmic axes, a curve for each result under its name."""
    ax = _axes(ax)
    factors = next(iter(results.values())).factors
    _bands(ax, factors, {name: r.layers[..., 0] for name, r in results.items()})
    ax.set(xlabel="factor $t$ of the one outlier", ylabel=r"$\Vert\partial C/\partial w^1\Vert$")
    return ax


def costs(results: Mapping[str, Outlier], ax: Axes | None = None) -> Axes:
    """The loss of the whole batch against t, a curve for each result."""
    ax = _axes(ax)
    factors = next(iter(results.values())).factors
    _bands(ax, factors, {name: r.cost for name, r in results.items()})
    ax.set(xlabel="factor $t$ of the one outlier", ylabel="loss of the batch")
    return ax


def every_layer(results: Sequence[Outlier]) -> Figure:
    """``each_layer`` of every result, two in a row, on common axes."""
    rows = -(-len(results) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(8.6, 2.7 * rows), squeeze=False, layout="constrained")
    middle = np.concatenate([np.median(r.layers, axis=0).ravel() for r in results])
    for result, ax in zip(results, axes.flat, strict=False):
        each_layer(result, ax, ylim=(middle.min() / 3.0, middle.max() * 3.0))
    for ax in axes.flat[len(results) :]:
        ax.axis("off")
    return figure


def each_layer(result: Outlier, ax: Axes | None = None, ylim: tuple[float, float] | None = None) -> Axes:
    """‖∂C/∂wˡ‖ of every layer against t, for one activation and loss."""
    ax = _axes(ax)
    count = result.layers.shape[-1]
    rows = {f"layer {l + 1}": result.layers[..., l] for l in range(count)}
    _bands(ax, result.factors, rows, ylim, apart=0.11)
    ax.set(
        xlabel="factor $t$ of the one outlier",
        ylabel=r"$\Vert\partial C/\partial w^l\Vert$",
        title=f"{result.activation}; {result.loss}",
    )
    return ax
