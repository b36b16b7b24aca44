"""Pictures of chapter 2: the slope and its maximum, a factor below one quarter, the log-product."""

from __future__ import annotations

import math
from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from analysis.chapters.quarter_bound.gaussian_factor import Ratios, Share
from analysis.numeric.compiled import compiled
from analysis.numeric.log_product import Exponent, LogProducts
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z
from analysis.symbolic.printing import tex

GREY = "0.45"


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def slopes(activations: Iterable[Activation], ax: Axes | None = None, reach: float = 6.0) -> Axes:
    """The slopes of some activations over z, each labelled at its peak with its bound;
    the first one is the protagonist."""
    ax = _axes(ax)
    x = np.linspace(-reach, reach, 601)
    for k, activation in enumerate(activations):
        y = compiled(activation.slope, z)(x)
        bound = float(activation.slope_bound)
        ax.plot(x, y, color=f"C{k}", ls=("-", "--", ":")[k % 3], label=activation.name)
        ax.plot([0.0], [compiled(activation.slope, z)(0.0)], "o", color=f"C{k}")
        ax.annotate(
            rf"{activation.name}: $\max\,\sigma' = {tex(activation.slope_bound)}$",
            (0.0, bound),
            xytext=(reach * 0.3, max(bound * 0.97, 0.3)),
            color=f"C{k}",
            va="center",
        )
    ax.set(xlabel=r"weighted input $z$", ylabel=r"slope $\sigma'(z)$", xlim=(-reach, reach), ylim=(0.0, None))
    return ax


def value_and_slope(activation: Activation, ax: Axes | None = None, reach: float = 6.0) -> Axes:
    """An activation and its derivative on one pair of axes, with the formulas that drew them."""
    ax = _axes(ax)
    x = np.linspace(-reach, reach, 601)
    for k, (expr, name, place) in enumerate(
        ((activation.formula, r"\sigma(z)", (1.3, 0.62)), (activation.derivative, r"\sigma'(z)", (1.9, 0.32)))
    ):
        ax.plot(x, compiled(expr, z)(x), color=f"C{k}", ls=("-", "--")[k])
        ax.text(*place, rf"${name} = {tex(expr)}$", color=f"C{k}", fontsize=13)
    bound = float(activation.slope_bound)
    ax.axhline(bound, color=GREY, lw=0.8, ls=":")
    ax.text(-reach * 0.97, bound + 0.02, f"{activation.slope_bound}", color=GREY)
    ax.set(xlabel=r"weighted input $z$", xlim=(-reach, reach), ylim=(0.0, 1.03))
    return ax


def share_below(shares: Iterable[Share], ax: Axes | None = None) -> Axes:
    """Pr[|w σ′(wa + b)| < 1/4] against the incoming activation a:
    quadrature as a line, simulation as points."""
    ax = _axes(ax)
    rows = list(shares)
    at = [s.at for s in rows]
    ax.plot(at, [s.exact for s in rows], color="C0")
    ax.errorbar(
        at, [s.simulated for s in rows], yerr=[4 * s.standard_error for s in rows], fmt="o", color="C1"
    )
    ax.axhline(1.0, color=GREY, ls="--", lw=1.0)
    ax.text(0.02, 0.985, "what the popular account says", color=GREY, va="top")
    ax.text(at[-3], rows[-3].exact - 0.03, "quadrature", color="C0")
    ax.text(at[1], rows[1].simulated + 0.03, "simulation, ±4 standard errors", color="C1")
    ax.set(
        xlabel=r"incoming activation $a$", ylabel=r"$\Pr\,[\,|w\,\sigma'(wa+b)| < 1/4\,]$", ylim=(0.65, 1.02)
    )
    return ax


def log_paths(drawn: LogProducts, theory: Exponent, ax: Axes | None = None, paths: int = 40) -> Axes:
    """log₁₀ of the product by depth: some chains, the line λL and the band λL ± 2ς√L."""
    ax = _axes(ax)
    scale = 1.0 / math.log(10.0)
    for row in drawn.logs[:paths]:
        ax.plot(drawn.depths, row * scale, color="0.75", lw=0.7)
    depth = np.linspace(0.0, float(drawn.depths[-1]), 200)
    spread = 2.0 * np.sqrt(theory.variance * depth)
    ax.plot(depth, theory.lam * depth * scale, color="C0")
    ax.fill_between(
        depth,
        (theory.lam * depth - spread) * scale,
        (theory.lam * depth + spread) * scale,
        color="C0",
        alpha=0.2,
        lw=0,
    )
    end = float(drawn.depths[-1])
    ax.text(
        end * 0.62, theory.lam * end * 0.52 * scale, r"$e^{\lambda L \pm 2\varsigma\sqrt{L}}$", color="C0"
    )
    quarter = -math.log(4.0) * scale
    ax.plot(depth, quarter * depth, color="C1", ls="--", lw=1.2)
    ax.text(end * 0.7, quarter * end * 0.58, r"$(1/4)^L$", color="C1")
    ax.set(xlabel=r"layers $L$", ylabel=r"$\log_{10}\,\prod |w_j\,\sigma'(z_j)|$", xlim=(0, end))
    return ax


def ratios(drawn: Ratios, ax: Axes | None = None) -> Axes:
    """How |∂C/∂b₁ : ∂C/∂b₃| is distributed, on a logarithmic axis, with 1/16 and 1 marked."""
    ax = _axes(ax)
    size = np.log10(np.abs(drawn.ratio))
    ax.hist(size, bins=np.linspace(-6, 1, 141).tolist(), density=True, color="C5", alpha=0.7)
    for value, text in ((1.0 / 16.0, "1/16"), (1.0, "1")):
        ax.axvline(math.log10(value), color="C1", ls="--", lw=1.2)
        ax.text(math.log10(value) + 0.06, 0.62, text, color="C1")
    share = float(np.mean(np.abs(drawn.ratio) < 1.0 / 16.0))
    ax.text(-5.8, 0.35, f"{100 * share:.1f} % of the draws\nlie left of 1/16", color="0.3")
    ax.set(
        xlabel=r"$\log_{10}|\sigma'(z_1)\,w_2\,\sigma'(z_2)\,w_3|$",
        ylabel="density",
        xlim=(-6, 1),
        ylim=(0, 0.7),
    )
    return ax
