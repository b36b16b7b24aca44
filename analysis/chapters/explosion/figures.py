"""Pictures of chapter 3: the explosion and its narrowness, the balance, the identity neuron."""

from __future__ import annotations

import math
from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from analysis.chapters.explosion.balance_curve import Balance
from analysis.chapters.explosion.digits_lost import DigitsLost
from analysis.chapters.explosion.fragile_explosion import Fragility, Outputs
from analysis.chapters.explosion.identity_neuron import as_stated, mended, w1, w2, x
from analysis.chapters.explosion.off_centre import OffCentre
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import as_sigmoid
from analysis.symbolic.notation import b

GREY = "0.45"
_DASHES = ("-", "--", "-.", ":")


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def fragile(runs: Iterable[Fragility], ax: Axes | None = None) -> Axes:
    """log₁₀ of the product against |Δ| on a logarithmic axis, a curve for each depth, with its crossing of 1;
    grey: float64."""
    ax = _axes(ax)
    rows = list(runs)
    for k, run in enumerate(rows):
        ax.plot(run.shifts, run.log10_float, color="0.6", lw=1.0)
        ax.plot(run.shifts, run.log10_exact, color=f"C{k}", ls=_DASHES[k % 4])
        ax.plot([run.crossing], [0.0], "o", color=f"C{k}", zorder=3)
        ax.text(
            run.shifts[0] * 1.6, run.log10_exact[0] + 0.6, f"depth {run.depth}", color=f"C{k}", va="bottom"
        )
    ax.axhline(0.0, color=GREY, lw=0.9)
    ax.text(1.5e-15, 0.3, "above: explodes", color=GREY, va="bottom", fontsize=9)
    ax.text(1.5e-15, -0.5, "below: vanishes", color=GREY, va="top", fontsize=9)
    ax.axvline(rows[0].spacing, color=GREY, lw=0.9, ls=":")
    ax.text(
        rows[0].spacing * 0.7,
        -13.2,
        f"next float64\nafter {rows[0].a0:g}",
        color=GREY,
        ha="right",
        va="bottom",
    )
    ax.set(
        xscale="log",
        xlabel=r"shift of the input, $|\Delta|$",
        ylabel=r"$\log_{10}\,\partial a_L/\partial b_1$",
    )
    ax.set(xlim=(rows[0].shifts[0], rows[0].shifts[-1]), ylim=(-14, 18.5))
    return ax


def digits_by_layer(lost: DigitsLost, ax: Axes | None = None) -> Axes:
    """Correct digits of a_j in float64, what its error bound vouches for,
    and what a neighbouring input shares."""
    ax = _axes(ax)
    layer = np.arange(1, len(lost.kept) + 1)
    ax.plot(layer, lost.kept, "o-", color="C0")
    ax.plot(layer, lost.guaranteed, "s--", color="C1", ms=3.5)
    ax.plot(layer, lost.moved, "^:", color="C2", ms=4)
    for values, share, place, colour, text in (
        (lost.kept, 0.2, (0.3, 0.86), "C0", "correct in float64"),
        (lost.guaranteed, 0.35, (0.02, 0.24), "C1", "guaranteed by the\nerror bound"),
        (lost.moved, 0.55, (0.6, 0.44), "C2", "shared with the chain\nfrom the next float64 input"),
    ):
        k = int(share * (len(layer) - 1))
        line = {"arrowstyle": "-", "color": colour, "lw": 0.6}
        at = (float(layer[k]), float(values[k]))
        ax.annotate(text, at, xytext=place, textcoords="axes fraction", color=colour, arrowprops=line)
    rate = math.log10(abs(lost.weight) / 4.0)
    ax.text(
        0.99, 0.97, f"{rate:.3f} digits a layer", color=GREY, ha="right", va="top", transform=ax.transAxes
    )
    ax.set(
        xlabel=r"layer $j$", ylabel=r"decimal digits of $a_j$", xlim=(0.5, layer[-1] + 0.5), ylim=(-0.4, 17)
    )
    return ax


def steps(drawn: Outputs, ax: Axes | None = None) -> Axes:
    """The output of the chain over its input:
    every layer more makes the step steeper and leaves its height below 1."""
    ax = _axes(ax)
    low, high = float(drawn.inputs[0]), float(drawn.inputs[-1])
    last = len(drawn.weights) - 1
    for k, (weights, row) in enumerate(zip(drawn.weights, drawn.values, strict=True)):
        ax.plot(drawn.inputs, row, color=f"C{k}", ls=_DASHES[k % 4])
        height = 0.16 + 0.26 * k / max(last, 1)
        at = float(np.interp(height, row, drawn.inputs))
        name = f"{len(weights)} layer" + ("s" if len(weights) > 1 else "")
        place = (low + (high - low) * 0.68, height)
        lines = {"arrowstyle": "-", "color": f"C{k}", "lw": 0.6}
        ax.annotate(name, (at, height), xytext=place, color=f"C{k}", arrowprops=lines, va="center")
    ax.set(xlabel=r"input $a_0$", ylabel=r"output $a_L$", xlim=(low, high), ylim=(-0.02, 1.02))
    return ax


def balance_curves(curves: Balance, off: OffCentre, ax: Axes | None = None) -> Axes:
    """λ against the scale of the weights:
    without biases, and with tied biases at the centre and beside it (4 standard errors)."""
    ax = _axes(ax)
    ax.axhline(0.0, color=GREY, lw=0.9)
    ax.plot(curves.stds, curves.tied_at_centre, color="C1", ls="--")
    ax.plot(curves.stds, curves.independent, color="C0")
    ax.plot(curves.stds, curves.bound, color="C0", ls=":", lw=1.2)
    ax.errorbar(off.stds, off.lam, yerr=4 * off.standard_error, fmt="o", color="C2", ms=4.5)
    ax.text(0.95, 0.08, "balance", color=GREY, va="bottom")
    ax.text(9.5, 0.85, "tied, exactly at the centre", color="C1", ha="right")
    ax.text(1.05, -2.55, "mean 0, zero bias", color="C0")
    ax.text(1.05, -0.52, "bound of the blue curve", color="C0", fontsize=8.5, va="center")
    ax.text(10.4, -0.12, "tied, beside\nthe centre", color="C2", va="top", fontsize=9)
    ax.set(
        xscale="log", xlabel=r"standard deviation $s$ of the weights", ylabel=r"$\lambda$, log-gain per layer"
    )
    ax.set(
        xlim=(float(curves.stds[0]), float(curves.stds[-1])),
        ylim=(-3.4, 1.3),
        xticks=[1, 2, 3, 5, 7.55, 10, 16],
    )
    ax.set_xticklabels(["1", "2", "3", "5", "7.55", "10", "16"])
    ax.minorticks_off()
    return ax


def identity_neurons(best_weight: float, small: float = 1.0, ax: Axes | None = None) -> Axes:
    """x, the best neuron of the stated form, the nearly best one with a small w₁,
    and the mended one with the same w₁."""
    ax = _axes(ax)
    at = np.linspace(0.0, 1.0, 201)
    stated = compiled(as_sigmoid(as_stated), x, w1, w2, b)
    floor = 1.0 / (1.0 + math.exp(small))
    far = -20.0
    curves = (
        (
            stated(at, best_weight, 1.0, -best_weight / 2.0),
            rf"as stated, best: $w_1={best_weight:.3g}$",
            (0.52, 0.93),
        ),
        (
            stated(at, small, floor * math.exp(-far), far),
            rf"as stated, $w_1={small:g}$: best possible",
            (0.02, 0.44),
        ),
        (compiled(as_sigmoid(mended), x, w1)(at, small), rf"mended, $w_1={small:g}$", (0.52, 0.4)),
    )
    ax.plot(at, at, color="0.75", lw=4.0)
    ax.text(0.145, 0.06, r"$x$", color=GREY)
    for k, (y, text, place) in enumerate(curves):
        ax.plot(at, y, color=f"C{k}", ls=_DASHES[k])
        ax.text(*place, text, color=f"C{k}", ha="right" if k == 0 else "left", va="center")
    ax.set(xlabel=r"input $x$", ylabel="output", xlim=(0, 1), ylim=(0, 1.02))
    return ax
