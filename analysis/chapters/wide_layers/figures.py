"""Pictures of chapter 5:
spectra of deep products, exponents and widths, differences against back-propagation."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from analysis.chapters.wide_layers.random_layers import ByWidth, DeepSpectrum, Differences
from analysis.numeric.lyapunov import Exponents

GREY = "0.45"
Floats = NDArray[np.float64]


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def singular_values(found: DeepSpectrum, ax: Axes | None = None) -> Axes:
    """log₁₀ of the singular values in order:
    kept layer by layer (dots), and from the multiplied-out product (grey crosses)."""
    ax = _axes(ax)
    order = np.arange(1, len(found.kept) + 1)
    seen = np.isfinite(found.direct)
    ax.plot(order[seen], found.direct[seen], "x-", color=GREY, lw=1.0)
    ax.plot(order, found.kept, "o-", color="C0")
    ax.annotate(
        "multiplied out",
        (order[seen][-1], found.direct[seen][-1]),
        (-4, 8),
        textcoords="offset points",
        color=GREY,
        ha="right",
    )
    ax.annotate(
        "kept", (order[-1], found.kept[-1]), (-12, 12), textcoords="offset points", color="C0", ha="right"
    )
    ax.set(xlabel="index of the singular value", ylabel=r"$\log_{10} s_i$")
    return ax


def exponents_against_theory(found: Exponents, expected: Floats, ax: Axes | None = None) -> Axes:
    """λ_i against i: the closed form (open circles)
    and the simulation (dots with bars of four standard errors)."""
    ax = _axes(ax)
    order = np.arange(1, len(expected) + 1)
    ax.plot(order, expected, "o", mfc="none", mec="C1", ms=10)
    ax.errorbar(order, found.values, 4 * found.standard_errors, fmt=".", color="C0", capsize=3)
    ax.axhline(0.0, color=GREY, lw=0.9)
    ax.annotate("closed form", (order[-2], expected[-2]), (14, 4), textcoords="offset points", color="C1")
    ax.annotate(
        "simulated",
        (order[-2], found.values[-2]),
        (-14, -4),
        textcoords="offset points",
        color="C0",
        ha="right",
    )
    ax.set(xlabel="index i", ylabel=r"$\lambda_i$ per layer")
    return ax


def by_width(runs: Iterable[tuple[str, ByWidth]], curve: Floats, ax: Axes | None = None) -> Axes:
    """λ_1 against the width, with bars of four standard errors; dashed:
    ``curve``, one value for each width of the first run."""
    ax = _axes(ax)
    rows = list(runs)
    ax.plot(rows[0][1].widths, curve, color="C1", ls="--")
    ax.annotate(
        "every slope 1/4",
        (rows[0][1].widths[-1], curve[-1]),
        (8, 0),
        textcoords="offset points",
        color="C1",
        va="center",
    )
    for k, (name, run) in enumerate(rows):
        colour = ("C0", "C2", "C3")[k % 3]
        ax.errorbar(
            run.widths,
            run.top,
            4 * run.standard_errors,
            fmt=("o-", "s-", "^-")[k % 3],
            color=colour,
            capsize=2,
        )
        ax.annotate(
            name, (run.widths[-1], run.top[-1]), (8, -5), textcoords="offset points", color=colour, va="top"
        )
    ax.set_xlim(rows[0][1].widths[0] * 0.8, rows[0][1].widths[-1] * 8)
    ax.axhline(0.0, color=GREY, lw=0.9)
    ax.set_xscale("log", base=2)
    ax.set(xlabel="width n", ylabel=r"largest exponent $\lambda_1$")
    return ax


def decay(found: Differences, ax: Axes | None = None) -> Axes:
    """log₁₀ of |∂C/∂b| of the first layer against the depth, three ways;
    a float64 difference of 0 is left out."""
    ax = _axes(ax)
    depths = np.array(found.depths)
    ax.plot(depths, np.log10(found.exact), "o", mfc="none", mec="C1", ms=9)
    ax.plot(depths, np.log10(found.backward), color="C0")
    seen = found.float64 > 0.0
    ax.plot(depths[seen], np.log10(found.float64[seen]), "x", color=GREY)
    ax.annotate(
        "back-propagation",
        (depths[-2], np.log10(found.backward[-2])),
        (10, 8),
        textcoords="offset points",
        color="C0",
    )
    ax.annotate(
        "differences, 80 digits",
        (depths[0], np.log10(found.exact[0])),
        (14, 0),
        textcoords="offset points",
        color="C1",
    )
    ax.annotate(
        "differences in float64",
        (depths[seen][-1], np.log10(found.float64[seen][-1])),
        (8, 6),
        textcoords="offset points",
        color=GREY,
    )
    ax.set(xlabel="depth L", ylabel=r"$\log_{10}\,|\partial C/\partial b^1_1|$")
    return ax
