"""Explorable: the learning speed of every layer of a random chain, 1 to 200 layers deep (chapter 1)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from analysis.explorables.explorable import (
    Again,
    Choice,
    Explorable,
    Slider,
    Values,
    constants,
    figure,
    joined,
    script,
)
from analysis.explorables.formulas import activations, one_layer, one_step_back
from analysis.explorables.random_chain import DEEPEST, FIRST_INPUT, network
from analysis.numeric.chain import ChainGradient, gradient
from analysis.symbolic.catalogue import FIRST, activation


@cache
def gradient_chain() -> Explorable:
    """Drag depth and scales, choose an activation, draw another network; log₁₀|∂C/∂b_l| as bars."""
    code = joined(
        activations(FIRST),
        one_layer(),
        one_step_back(),
        constants(firstInput=FIRST_INPUT, deepest=DEEPEST),
        script("sampler.js"),
        script("chain.js"),
        beside=__file__,
    )
    return Explorable(
        name="gradient-chain",
        title="How fast each layer of a chain learns",
        parameters=(
            Slider("depth", "depth L", 1, DEEPEST, 1, 30),
            Slider("weight", "weight scale s", 0.1, 10.0, 0.05, 1.0),
            Slider("bias", "bias scale t", 0.0, 5.0, 0.05, 1.0),
            Choice("activation", "activation", {x.name: x.name for x in FIRST}, "sigmoid"),
            Again("seed", "Draw another network"),
        ),
        code=code,
        still=_still,
        alt=(
            "Bars over the layers of a random chain, their height the logarithm of the learning speed: they "
            "grow from "
            "the first layer to the last by many powers of ten."
        ),
    )


def computed(values: Values) -> ChainGradient:
    """The gradient of the chain with these values, by the library."""
    w, b = network(values["seed"], values["depth"], values["weight"], values["bias"])
    return gradient(activation(values["activation"]), FIRST_INPUT, w, b)


def _still(values: Values) -> Figure:
    found = computed(values).b
    height = found.logabs / np.log(10.0)
    layers = np.arange(1, values["depth"] + 1)
    shown = np.isfinite(height)
    floor = min(0.0, *height[shown]) - 0.5 if shown.any() else -1.0
    drawn = figure()
    ax = drawn.subplots()
    for sign, face, name in ((1.0, "C0", "positive"), (-1.0, "C5", "negative")):
        of = shown & (found.sign == sign)
        ax.bar(layers[of], height[of] - floor, 0.84, bottom=floor, color=face, label=name)
    ax.axhline(0.0, color="0.4", lw=1)
    ax.legend(loc="upper left")
    ax.set(
        xlabel="layer $l$, from the input to the output",
        ylabel="$\\log_{10}\\,|\\partial C/\\partial b_l|$",
        title=f"{values['activation']}, weight scale {values['weight']:g}, bias scale {values['bias']:g}",
        ylim=(floor, None),
    )
    return drawn
