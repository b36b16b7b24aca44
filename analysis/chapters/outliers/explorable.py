"""Explorable: one outlier in a batch of eight, under three losses,
on the smallest network with a first layer (chapter 8)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.chapters.outliers.losses import STABLE, y
from analysis.explorables.explorable import Choice, Explorable, Slider, Values, constants, figure, joined
from analysis.explorables.formulas import activations
from analysis.explorables.javascript import arrow
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import RELU, SIGMOID, TANH, activation
from analysis.symbolic.notation import z

OTHERS = (-1.0, -0.7, -0.4, -0.1, 0.3, 0.6, 0.9)
"""The inputs of the other seven; their targets are 1 where the input is positive."""
INTO, OUT = 1.0, 2.0
"""The weights w₁ and v of z = v σ(w₁ x)."""
REACH = (0.1, 1000.0)
SHORT = {"cross-entropy, sigmoid": "ce", "squared error, sigmoid": "se", "squared error, linear": "linear"}


@cache
def outlier() -> Explorable:
    """Drag the outlier; read loss, ∂C/∂z and ∂C/∂w₁ under each loss."""
    formulas = ",\n".join(
        f"{SHORT[name]}: {{name: '{name}', loss: {arrow(loss, z, y)}, slope: {arrow(slope, z, y)}}}"
        for name, (loss, slope) in STABLE.items()
    )
    code = joined(
        activations([RELU, SIGMOID, TANH]),
        f"const losses = {{\n{formulas}\n}};",
        constants(others=OTHERS, into=INTO, out=OUT, reach=REACH),
        beside=__file__,
    )
    return Explorable(
        name="outlier",
        title="One outlier in a batch of eight",
        parameters=(
            Slider("t", "input t of the outlier", *REACH, 0.01, 30.0, log=True),
            Choice(
                "target", "its target", {"0": "0: the network is wrong", "1": "1: the network is right"}, "0"
            ),
            Choice("activation", "first layer", {x: x for x in ("relu", "sigmoid", "tanh")}, "relu"),
        ),
        code=code,
        still=_still,
        alt=(
            "The first layer's gradient against the input of the outlier, both logarithmic, for three "
            "losses: the squared error with a linear output rises twice as steeply as the cross-entropy; the "
            "squared error with a "
            "sigmoid output dips where the outlier cancels the others, then stays level."
        ),
    )


def measured(values: Values, name: str, t: float | None = None) -> tuple[float, float, float]:
    """Under the loss of that name: C of the batch, |∂C_x/∂z| of the outlier, |∂C/∂w₁| of the batch."""
    law = activation(values["activation"])
    x = np.array([*OTHERS, values["t"] if t is None else t])
    target = np.array([*(float(u > 0) for u in OTHERS), float(values["target"])])
    value, slope = (compiled(e, z)(INTO * x) for e in (law.value, law.slope))
    logit: NDArray[np.float64] = OUT * value
    loss, gradient = (compiled(e, z, y)(logit, target) for e in STABLE[name])
    first = gradient * OUT * slope * x
    return float(loss.mean()), float(abs(gradient[-1])), float(abs(first.mean()))


def _still(values: Values) -> Figure:
    drawn = figure()
    ax = drawn.subplots()
    ts = np.geomspace(*REACH, 200)
    for k, name in enumerate(STABLE):
        ax.loglog(ts, [measured(values, name, t)[2] for t in ts], ls=("-", "--", "-.")[k], label=name)
        ax.plot([values["t"]], [measured(values, name)[2]], "o", color=f"C{k}", ms=7)
    ax.legend(loc="upper left")
    ax.set(
        xlabel="input $t$ of the outlier",
        ylabel="$|\\partial C/\\partial w_1|$ of the batch",
        title=f"first layer: {values['activation']}, target of the outlier: {values['target']}",
        ylim=(1e-3, 1e7),
    )
    return drawn
