"""Explorable: the factor |w σ′(wa + b)| of one layer,
and the window of activations where it is 1 or more (chapter 3)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from analysis.chapters.explosion.window import edge, width
from analysis.explorables.explorable import Choice, Explorable, Slider, Values, constants, figure, joined
from analysis.explorables.formulas import WEIGHTED_INPUT, activations, one_layer, one_step_back
from analysis.explorables.javascript import arrow
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import FIRST, activation
from analysis.symbolic.notation import b, h, w, z

NAMES = {x.name: x.name for x in FIRST}


def outputs(name: str) -> tuple[float, float]:
    """The values an activation can take, cut to [−1, 1]: what the layer behind may be fed."""
    low, high = (float(compiled(activation(name).value, z)(x)) for x in (-1e4, 1e4))
    return max(low, -1.0), min(high, 1.0)


@cache
def factor() -> Explorable:
    """Drag w and b; read off where the factor reaches 1, and how wide that window is."""
    code = joined(
        activations(FIRST),
        one_layer(),
        one_step_back(),
        f"const windowEdge = {arrow(edge, w)};",
        f"const windowWidth = {arrow(width, w)};",
        constants(outputs={name: outputs(name) for name in NAMES}),
        beside=__file__,
    )
    return Explorable(
        name="factor",
        title="One factor of the backward product",
        parameters=(
            Slider("w", "weight w", -100.0, 100.0, 0.1, 6.9),
            Slider("b", "bias b", -100.0, 100.0, 0.05, -3.45),
            Choice("activation", "activation", NAMES, "sigmoid"),
        ),
        code=code,
        still=_still,
        alt=(
            "The factor |w σ′(wa + b)| against the activation a: a bump that rises above the line at 1 in a "
            "shaded "
            "window, and a dashed line at the largest factor of a weight of size 1."
        ),
    )


def _still(values: Values) -> Figure:
    of = activation(values["activation"])
    low, high = outputs(of.name)
    a = np.linspace(low - 0.5, high + 0.5, 801)
    weighted = compiled(WEIGHTED_INPUT, w, h, b)(values["w"], a, values["b"])
    size = abs(values["w"]) * np.abs(compiled(of.slope, z)(weighted))
    drawn = figure()
    ax = drawn.subplots()
    ax.plot(a, size)
    ax.fill_between(a, 0.0, 1.12 * max(1.1, size.max()), where=size >= 1.0, alpha=0.15)
    ax.axhline(1.0, color="C1", lw=1.2)
    ax.axhline(float(of.slope_bound), color="C2", ls="--", lw=1.2)
    ax.annotate(
        f"largest at |w| = 1: {float(of.slope_bound):g}", (a[-1], float(of.slope_bound)), (0, 4),
        textcoords="offset points", ha="right", color="C2",
    )  # fmt: skip
    ax.set(
        xlabel="activation $a$ of the layer before",
        ylabel="$|w\\,\\sigma'(wa + b)|$",
        title=f"{of.name}, w = {values['w']:g}, b = {values['b']:g}",
        ylim=(0.0, 1.12 * max(1.1, size.max())),
        xlim=(a[0], a[-1]),
    )
    return drawn
