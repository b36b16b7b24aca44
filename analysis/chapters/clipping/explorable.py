"""Explorable: gradient descent at the cliff, clipped by value, by norm or not at all (chapter 10)."""

from __future__ import annotations

import pathlib
from functools import cache

import numpy as np
from matplotlib.figure import Figure

from analysis.chapters.clipping import cliff_formulas, figures
from analysis.chapters.clipping.cliff import Path, descend, surface
from analysis.explorables.explorable import Choice, Explorable, Slider, Values, constants, figure, script
from analysis.explorables.javascript import arrow
from analysis.symbolic.clipping import BY_VALUE, SHARE, c, g, r
from analysis.symbolic.notation import b, h, w

LEFT, RIGHT, BOTTOM, TOP = 3.5, 6.0, -3.0, -1.5
HOW = {"none": "no clipping", "norm": "by norm", "value": "by value"}


@cache
def cliff() -> Explorable:
    """Drag the threshold, the rate and the start;
    the path of gradient descent over the cost of a neuron fed back to itself."""
    code = "\n".join(
        (
            f"const state = {arrow(cliff_formulas.STATE, h, w, b)};",
            f"const stateByW = {arrow(cliff_formulas.STATE_BY_W, h, w, b, cliff_formulas.by_w)};",
            f"const stateByB = {arrow(cliff_formulas.STATE_BY_B, h, w, b, cliff_formulas.by_b)};",
            f"const last = {arrow(cliff_formulas.LAST, h)};",
            f"const lastSlope = {arrow(cliff_formulas.LAST_SLOPE, h)};",
            f"const byValue = {arrow(BY_VALUE, g, c)};",
            f"const share = {arrow(SHARE, r, c)};",
            constants(
                start0=float(cliff_formulas.START), steps=cliff_formulas.STEPS,
                left=LEFT, right=RIGHT, bottom=BOTTOM, top1=TOP,
            ),
            script(pathlib.Path(__file__).with_suffix(".js")),
        )
    )  # fmt: skip
    return Explorable(
        name="cliff",
        title="Gradient descent at a cliff",
        parameters=(
            Choice("how", "clipping", HOW, "norm"),
            Slider("threshold", "threshold c", 0.01, 10.0, 0.05, 0.5, log=True),
            Slider("rate", "learning rate η", 0.001, 1.0, 0.05, 0.1, log=True),
            Slider("w", "start, weight w", LEFT, RIGHT, 0.05, 5.0),
            Slider("b", "start, bias b", BOTTOM, TOP, 0.05, -2.2),
            Slider("steps", "steps", 1, 200, 1, 60),
        ),
        code=code,
        still=_still,
        alt=(
            "The cost of a neuron fed back to itself over its weight and bias: two plateaus and a cliff "
            "between them. A path "
            "of gradient descent runs from its start to the edge of the cliff and stays there."
        ),
    )


def computed(values: Values) -> Path:
    """The descent with these values, by the library."""
    return descend(
        (values["w"], values["b"]),
        rate=values["rate"],
        steps=values["steps"],
        how=values["how"],
        threshold=values["threshold"],
    )


def _still(values: Values) -> Figure:
    drawn = figure()
    weights, biases = np.linspace(LEFT, RIGHT, 120), np.linspace(BOTTOM, TOP, 120)
    cost, *_ = surface(weights[:, None], biases[None])
    figures.cliff(weights, biases, cost, {HOW[values["how"]]: computed(values)}, drawn.subplots())
    return drawn
