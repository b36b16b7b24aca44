"""Plots of chapter 1: the size of the gradient's formula, and the learning speeds along a chain."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from analysis.chapters.chain_rule.chain_speeds import Speeds


def sizes(
    depths: ArrayLike, product: ArrayLike, nested_derivative: ArrayLike, ax: Axes | None = None
) -> Axes:
    """Operations in the product and in the derivative of the nested formula, against the depth.
    Returns the axes."""
    ax = plt.figure().subplots() if ax is None else ax
    x = np.asarray(depths)
    for y, label, line in (
        (np.asarray(product), "product of factors", "o-"),
        (np.asarray(nested_derivative), "derivative of the nested formula", "s--"),
    ):
        (drawn,) = ax.loglog(x, y, line)
        color = drawn.get_color()
        ax.annotate(
            label, (x[-1], y[-1]), (-10, 0), textcoords="offset points", ha="right", va="bottom", color=color
        )
    ax.set_xticks(x, [str(n) for n in x])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="depth $L$", ylabel="operations in the formula")
    return ax


def learning_speeds(chains: Sequence[Speeds], ax: Axes | None = None) -> Axes:
    """log₁₀ of |∂C/∂b_l| over the last layer's, going back from it; each chain labelled with its λ.
    Returns the axes."""
    ax = plt.figure().subplots() if ax is None else ax
    for chain, mark in zip(chains, itertools.cycle("os^Dv"), strict=False):
        back = np.arange(len(chain.logabs))
        y = (chain.logabs[::-1] - chain.logabs[-1]) / np.log(10.0)
        (line,) = ax.plot(back, y, mark + "-")
        ax.annotate(
            f"{chain.name}\n$\\lambda_L = {round(chain.log_gain, 2) + 0.0:+.2f}$",
            (back[-1], y[-1]),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=line.get_color(),
            annotation_clip=False,
        )
    ax.set(
        xlabel="layers back from the last one, $L - l$",
        ylabel="$\\log_{10}$ of the speed,\nrelative to the last layer",
    )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax
