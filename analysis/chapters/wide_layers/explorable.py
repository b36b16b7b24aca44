"""Explorable: how the singular values of a random network's Jacobian spread with depth (chapter 5)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.chapters.wide_layers.gaussian_exponents import gaussian_exponent
from analysis.explorables.explorable import (
    Again,
    Choice,
    Explorable,
    Slider,
    Stops,
    Values,
    constants,
    figure,
    joined,
    script,
)
from analysis.explorables.formulas import activations
from analysis.explorables.random_chain import FIRST_INPUT
from analysis.explorables.sampler import Stream
from analysis.numeric.compiled import compiled
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import IDENTITY, SIGMOID, TANH, activation
from analysis.symbolic.notation import z

WIDTHS = (1, 2, 4, 8, 16)
OFFERED: tuple[Activation, ...] = (IDENTITY, SIGMOID, TANH)
Floats = NDArray[np.float64]


def _closed(width: int) -> list[float]:
    """λ_1 … λ_n of Gaussian matrices with entries N(0, 1), to twelve digits."""
    return [float(gaussian_exponent(width, i, 1).evalf(12)) for i in range(1, width + 1)]


def log_diagonals(seed: int, width: int, depth: int, scale: float, name: str) -> Floats:
    """Σ log|R_ii| after each layer (depth, n), for the network that the page draws:
    w_jk ~ N(0, s²), b = 0."""
    value, slope = (compiled(x, z) for x in (activation(name).value, activation(name).slope))
    stream = Stream(seed, width)
    a, q, total = np.full(width, FIRST_INPUT), np.eye(width), np.zeros(width)
    rows = []
    for _ in range(depth):
        count = width * width
        drawn = [float(x[0]) for _ in range((count + 1) // 2) for x in stream.normal_pair()]
        w = scale * np.array(drawn[:count]).reshape(width, width)
        at = w @ a
        a = value(at)
        q, r = np.linalg.qr(slope(at)[:, None] * w @ q)
        with np.errstate(divide="ignore"):
            total = total + np.log(np.abs(np.diag(r)))
        rows.append(total)
    return np.array(rows)


@cache
def spectrum() -> Explorable:
    """Choose width, depth and weight scale; watch the n lines of growth fan out."""
    code = joined(
        activations(OFFERED),
        constants(closed={str(n): _closed(n) for n in WIDTHS}, firstInput=FIRST_INPUT),
        script("sampler.js"),
        beside=__file__,
    )
    return Explorable(
        name="spectrum",
        title="The spectrum of a deep product, layer by layer",
        parameters=(
            Stops("width", "width n", WIDTHS, 8),
            Slider("depth", "depth L", 2, 100, 1, 40),
            Slider("scale", "weight scale s", 0.1, 10.0, 0.01, 0.371535, log=True),
            Choice("activation", "activation", {x.name: x.name for x in OFFERED}, "identity"),
            Again("seed", "Draw another network"),
        ),
        code=code,
        still=_still,
        alt="Eight lines that start at 0 and fan out with the layer: the topmost nearly level, the lowest "
        "falling steeply.",
    )


def _still(values: Values) -> Figure:
    width = int(values["width"])
    logs = log_diagonals(values["seed"], width, values["depth"], values["scale"], values["activation"])
    logs = np.vstack([np.zeros(width), logs]) / np.log(10.0)
    drawn = figure()
    ax = drawn.subplots()
    ax.plot(np.arange(len(logs)), logs[:, 1:], color="C0", lw=1.2)
    ax.plot(np.arange(len(logs)), logs[:, 0], color="C1", lw=2.4)
    ax.axhline(0.0, color="0.3", lw=0.9)
    ax.set(
        xlabel="layer",
        ylabel=r"$\log_{10}$ of the product of $|R_{ii}|$",
        title=f"{values['activation']}, width {width}, weight scale {values['scale']:g}",
    )
    return drawn
