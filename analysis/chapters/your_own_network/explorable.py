"""Explorable: how large signal and gradient are in each layer, and which number format still holds them
(chapter 14)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from analysis.chapters.your_own_network.floors import FAR, FORMATS, Sizes, lost_at, sizes
from analysis.explorables.explorable import (
    Choice,
    Explorable,
    Slider,
    Values,
    constants,
    figure,
    joined,
)
from analysis.explorables.formulas import activations
from analysis.explorables.javascript import arrow
from analysis.symbolic.catalogue import GELU, RELU, SIGMOID, TANH
from analysis.symbolic.variance import CHI, NEXT_Q, m, sigma_b, sigma_w

OFFERED = (RELU, GELU, TANH, SIGMOID)
NODES, REACH = 640, 8.0
LOW, HIGH = -50.0, 42.0
"""What lies beyond these powers of ten is not drawn."""


def _ends() -> dict[str, float]:
    """The lines: log10 of each format's smallest and largest number, one line where two fall together."""
    found: dict[tuple[str, float], tuple[str, float]] = {}
    for name, of in FORMATS.items():
        for word, end in (("smallest", of.smallest), ("largest", of.largest)):
            text, at = found.get((word, round(end, 1)), (word, end))
            found[word, round(end, 1)] = (f"{text}{',' if text != word else ''} {name}", at)
    return dict(found.values())


ENDS = _ends()


@cache
def your_own_network() -> Explorable:
    """Choose σ_w, activation, depth and the size of the loss's gradient; the formats' ends are lines."""
    code = joined(
        activations(OFFERED),
        f"const nextQ = {arrow(NEXT_Q.subs(sigma_b, 0), m, sigma_w)};",
        f"const chi = {arrow(CHI, m, sigma_w)};",
        constants(
            nodes=NODES,
            reach=REACH,
            far=FAR,
            least=LOW,
            most=HIGH,
            floors={name: of.smallest for name, of in FORMATS.items()},
            ceilings={name: of.largest for name, of in FORMATS.items()},
            ends=ENDS,
        ),
        beside=__file__,
    )
    return Explorable(
        name="your-own-network",
        title="Which layers still get a gradient",
        parameters=(
            Slider("scale", "weight scale σ_w", 0.1, 10.0, 0.01, 0.57544, log=True),
            Slider("depth", "layers L", 2.0, 200.0, 1.0, 40.0),
            Slider("output", "gradient at the output", 1e-8, 1e5, 0.1, 1e-3, log=True),
            Choice("activation", "activation", {x.name: x.name for x in OFFERED}, "relu"),
        ),
        code=code,
        still=_still,
        alt=(
            "Forty layers on a logarithmic axis: the signal falls from left to right, the gradient from "
            "right to left, both on straight lines; some ten layers below the output the gradient is "
            "smaller than the smallest number of float16."
        ),
    )


def computed(values: Values) -> Sizes:
    """What the page draws."""
    return sizes(values["activation"], values["scale"], int(values["depth"]), values["output"])


def _still(values: Values) -> Figure:
    found = computed(values)
    layer = np.arange(1, int(values["depth"]) + 1)
    drawn = figure()
    ax = drawn.subplots()
    ax.plot(layer, found.forward, color="C0", label="signal, forward")
    ax.plot(layer, found.backward, color="C1", label="gradient, backward")
    low = max(LOW, float(min(-9.0, np.floor(min(found.forward.min(), found.backward.min())))))
    high = float(max(6.0, found.forward.max(), found.backward.max()))
    for text, end in ENDS.items():
        if low < end < high:
            ax.axhline(end, color="0.45", ls=":", lw=1.0)
            ax.annotate(text, (layer[0], end), (0, 3), textcoords="offset points")
    lost = lost_at(found, "float16")
    ax.legend(loc="best")
    ax.set(
        xlabel="layer $l$",
        ylabel="$\\log_{10}$ of the root mean square",
        title=f"{values['activation']}, $\\sigma_w$ = {values['scale']:.3g}: layers 1 to {lost} "
        f"get nothing in "
        "float16"
        if lost
        else f"{values['activation']}, $\\sigma_w$ = {values['scale']:.3g}",
    )
    return drawn
