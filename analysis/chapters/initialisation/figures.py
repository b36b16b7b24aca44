"""Pictures of chapter 7: variances layer by layer, the phase picture, width, shares."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from analysis.chapters.initialisation.phase_picture import LARGE, SMALL, PhasePicture
from analysis.chapters.initialisation.shares_of_networks import Share
from analysis.chapters.initialisation.variance_layers import VarianceLayers

GREY = "0.45"
_MARKS = ("o", "s", "^", "D")


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def layers_against_theory(
    runs: Sequence[VarianceLayers], which: str, labels: Sequence[str], ax: Axes | None = None
) -> Axes:
    """Mean squares by layer:
    simulated means with two standard errors, and the theory as a line, for each run."""
    ax = _axes(ax)
    for k, (run, label) in enumerate(zip(runs, labels, strict=True)):
        layer = np.arange(1, run.depth + 1) + 0.06 * (k - (len(runs) - 1) / 2)
        found, expected = run.moments(which), getattr(run.theory, which)
        ax.plot(layer, expected, color=f"C{k}", lw=1.2)
        ax.errorbar(
            layer, found.mean, 2 * found.standard_error, fmt=_MARKS[k % 4], color=f"C{k}", ms=3.5, lw=1.0
        )
        end = -1 if which == "forward" else 0
        ax.annotate(
            label,
            (float(layer[end]), float(expected[end])),
            xytext=(8 if which == "forward" else -8, 0),
            textcoords="offset points",
            color=f"C{k}",
            ha="left" if which == "forward" else "right",
            va="center",
            annotation_clip=False,
        )
    name = (
        r"$\mathbb{E}[(z^l)^2]$"
        if which == "forward"
        else r"$\mathbb{E}[(\delta^l)^2]\,/\,\mathbb{E}[(\delta^L)^2]$"
    )
    ax.set(xlabel=r"layer $l$", ylabel=name, yscale="log")
    depth = max(run.depth for run in runs)
    ax.set(xlim=(0.5, depth * 1.2) if which == "forward" else (1 - depth * 0.22, depth + 0.5))
    ax.set_xticks([l for l in range(1, depth + 1) if depth <= 12 or l % 5 == 0])
    return ax


def phase(picture: PhasePicture, border: float | None = None, ax: Axes | None = None) -> Axes:
    """log₁₀(‖δ¹‖/‖δᴸ‖) in the plane of scale and depth; black lines: 1/1000 and 1000; dashed: where χ = 1."""
    ax = _axes(ax)
    shown = np.clip(picture.log10, -12.0, 12.0)
    mesh = ax.pcolormesh(
        picture.scales,
        picture.rows,
        shown,
        cmap="PuOr",
        norm=TwoSlopeNorm(0.0, -12.0, 12.0),
        shading="nearest",
        rasterized=True,
    )
    lines = ax.contour(
        picture.scales,
        picture.rows,
        shown,
        levels=[np.log10(SMALL), np.log10(LARGE)],
        colors="k",
        linewidths=1.2,
        linestyles="solid",
    )
    lines.set_clip_on(True)
    if border is not None:
        ax.axvline(border, color="k", ls="--", lw=1.0)
        ax.annotate(
            r"$\chi=1$", (border, max(picture.rows)), (3, -12), textcoords="offset points", fontsize=9
        )
    ax.text(0.03, 0.9, "vanishes", transform=ax.transAxes, color="w", weight="bold")
    ax.text(0.97, 0.9, "explodes", transform=ax.transAxes, color="w", weight="bold", ha="right")
    ax.figure.colorbar(mesh, ax=ax, label=r"$\log_{10}\,\|\delta^1\|/\|\delta^L\|$")
    ax.set(xscale="log", xlabel=r"weight scale $\sigma_w$", ylabel=r"depth $L$")
    ax.grid(False)
    return ax


def scale_at_widths(picture: PhasePicture, ax: Axes | None = None, floor: float = -20.0) -> Axes:
    """log₁₀(‖δ¹‖/‖δᴸ‖) against σ_w, a curve for each width:
    it rises with the scale, then units saturate and it falls."""
    ax = _axes(ax)
    for k, (width, row) in enumerate(zip(picture.rows, picture.log10, strict=True)):
        ax.plot(picture.scales, np.maximum(row, 2 * floor), _MARKS[k % 4] + "-", color=f"C{k}", ms=3)
        height = 0.25 * floor * (len(picture.rows) - k) / len(picture.rows) * 3
        last = int(np.flatnonzero(row > height)[-1])
        ax.annotate(
            f"width {width}",
            (float(picture.scales[last]), height),
            (14, 0) if k else (-2, 0),  # the first curve lies close to the next one: its name stands inside
            textcoords="offset points",
            color=f"C{k}",
            ha="left" if k else "right",
            va="center",
        )
    ax.axhline(0.0, color=GREY, lw=0.9)
    ax.set(xscale="log", xlabel=r"weight scale $\sigma_w$", ylabel=r"$\log_{10}\,\|\delta^1\|/\|\delta^L\|$")
    ax.set(ylim=(floor, float(np.max(picture.log10)) + 4.0))
    return ax


def shares(found: Sequence[Share], ax: Axes | None = None) -> Axes:
    """A bar for each prior: vanished left, exploded right, the rest between, in per cent."""
    ax = _axes(ax)
    for k, s in enumerate(found):
        y = len(found) - 1 - k
        low, high = 100 * s.share("vanished"), 100 * s.share("exploded")
        ax.barh(y, low, color="C0", height=0.45)
        ax.barh(y, 100 - low - high, left=low, color="0.85", height=0.45)
        ax.barh(y, high, left=100 - high, color="C1", height=0.45)
        ax.text(0, y + 0.28, s.title.replace("σ_w", r"$\sigma_w$"), va="bottom", fontsize=8.5)
        for share, x, align in ((low, 1.0, "left"), (high, 99.0, "right")):
            if share >= 4:
                ax.text(x, y, f"{share:.0f} %", color="w", ha=align, va="center", fontsize=9)
    ax.text(0, -0.55, "vanished", color="C0", va="top")
    ax.text(50, -0.55, "neither", color=GREY, va="top", ha="center")
    ax.text(100, -0.55, "exploded", color="C1", va="top", ha="right")
    ax.set(xlim=(0, 100), ylim=(-0.85, len(found) - 0.2), xlabel="share of networks (%)")
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(False)
    return ax
