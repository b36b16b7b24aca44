"""Explorable: weight scale and width, the spread layer by layer, forward and backward (chapter 7)."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

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
from analysis.explorables.javascript import arrow
from analysis.explorables.sampler import Stream
from analysis.numeric.compiled import compiled
from analysis.numeric.mean_field import profile
from analysis.symbolic.catalogue import IDENTITY, RELU, SIGMOID, TANH, activation
from analysis.symbolic.notation import z
from analysis.symbolic.variance import CHI, NEXT_Q, m, sigma_b, sigma_w

Floats = NDArray[np.float64]
OFFERED = (TANH, RELU, SIGMOID, IDENTITY)
WIDTHS = (1.0, 4.0, 16.0, 64.0)
DEPTH = 20
NODES, REACH = 640, 8.0


class Sampled(NamedTuple):
    """Mean squares of z and of δ (in units of the last layer's) in each layer of one network (L,)."""

    forward: Floats
    backward: Floats


@cache
def initialisation() -> Explorable:
    """Choose activation, σ_w and width; compare one network with the recursions of infinite width."""
    code = joined(
        activations(OFFERED),
        f"const nextQ = {arrow(NEXT_Q.subs(sigma_b, 0), m, sigma_w)};",
        f"const chi = {arrow(CHI, m, sigma_w)};",
        constants(depth=DEPTH, nodes=NODES, reach=REACH),
        script("sampler.js"),
        beside=__file__,
    )
    return Explorable(
        name="initialisation",
        title="The size of signals and gradients, layer by layer",
        parameters=(
            Slider("scale", "weight scale σ_w", 0.1, 10.0, 0.01, 1.0, log=True),
            Stops("width", "width n", WIDTHS, 64.0),
            Choice("activation", "activation", {x.name: x.name for x in OFFERED}, "tanh"),
            Again("seed", "Draw another network"),
        ),
        code=code,
        still=_still,
        alt=(
            "Twenty layers on a logarithmic axis: the mean square of the weighted inputs falls slowly from "
            "left to right, that of the errors falls slowly from right to left; the dots of one network "
            "follow the lines of the theory, off by up to a factor of five."
        ),
    )


def sampled(seed: int, width: int, scale: float, name: str) -> Sampled:
    """The network that the page draws: weights σ_w/√n times normal numbers, one stream for each neuron."""
    law = activation(name)
    value, slope = compiled(law.value, z), compiled(law.slope, z)
    rows = Stream(seed, np.arange(DEPTH * width))
    pairs = [rows.normal_pair() for _ in range((width + 1) // 2)]
    numbers = np.stack([x for pair in pairs for x in pair], axis=-1)[:, :width]
    weights = numbers.reshape(DEPTH, width, width) * (scale / math.sqrt(width))
    a, delta = Stream(seed, DEPTH * width + np.arange(width)).normal_pair()
    forward, slopes = np.empty(DEPTH), []
    for l in range(DEPTH):
        at = weights[l] @ a
        a = value(at)
        slopes.append(slope(at))
        forward[l] = np.mean(at * at)
    backward, start = np.ones(DEPTH), np.mean(delta * delta)
    for l in range(DEPTH - 1, 0, -1):
        delta = (delta @ weights[l]) * slopes[l - 1]
        backward[l - 1] = np.mean(delta * delta) / start
    return Sampled(forward, backward)


def _still(values: Values) -> Figure:
    expected = profile(values["activation"], values["scale"], 0.0, DEPTH)
    found = sampled(values["seed"], int(values["width"]), values["scale"], values["activation"])
    layer = np.arange(1, DEPTH + 1)
    drawn = figure()
    ax = drawn.subplots()
    for k, (theory, dots, name) in enumerate(
        (
            (expected.forward, found.forward, "forward: mean of $z^2$"),
            (expected.backward, found.backward, "backward: mean of $\\delta^2$"),
        )
    ):
        ax.semilogy(layer, theory, color=f"C{k}", label=name)
        ax.semilogy(layer, dots, "os"[k], color=f"C{k}", ms=3.5)
    ax.legend(loc="best")
    ax.set(
        xlabel="layer $l$",
        xticks=range(5, DEPTH + 1, 5),
        title=f"{values['activation']}, $\\sigma_w$ = {values['scale']:g}, width {values['width']:g} "
        "(lines: infinite width)",
    )
    return drawn
