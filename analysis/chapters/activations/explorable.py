"""Explorable: any two activations side by side,
and what becomes of a normal weighted input that you drag (chapter 6)."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from analysis.chapters.activations.figures import broken_slope
from analysis.explorables.explorable import Choice, Explorable, Slider, Values, constants, figure, joined
from analysis.explorables.formulas import activations as formulas_of
from analysis.numeric.compiled import compiled
from analysis.numeric.moments import REACH, SATURATED
from analysis.symbolic.catalogue import ACTIVATIONS, activation
from analysis.symbolic.notation import z

NAMES = {name: name for name in ACTIVATIONS}
SPAN = 4.0
"""The pictures show −4 ≤ z ≤ 4."""


@cache
def activations() -> Explorable:
    """Drag the mean and the spread of z; read off what each activation makes of it."""
    code = joined(
        formulas_of(ACTIVATIONS.values()),
        constants(
            span=SPAN,
            reach=REACH,
            saturated=SATURATED,
            kinks={name: [float(k) for k in x.kinks] for name, x in ACTIVATIONS.items()},
        ),
        beside=__file__,
    )
    return Explorable(
        name="activations",
        title="Two activations and one weighted input",
        parameters=(
            Choice("left", "first", NAMES, "relu"),
            Choice("right", "second", NAMES, "selu"),
            Slider("mean", "mean μ of z", -3.0, 3.0, 0.1, 0.0),
            Slider("std", "standard deviation s of z", 0.1, 4.0, 0.1, 1.0),
        ),
        code=code,
        still=_still,
        alt=(
            "Two plates, ReLU and SELU: the value as a full line, the slope as a dashed line, and the bell "
            "of the weighted input below. The slope of ReLU jumps from 0 to 1 at zero, that of SELU from "
            "1.758 to 1.051."
        ),
    )


def _still(values: Values) -> Figure:
    drawn = figure()
    plates = drawn.subplots(1, 2, sharey=True)
    x = np.linspace(-SPAN, SPAN, 402)  # no point at 0, where a slope may jump
    bell = np.exp(-(((x - values["mean"]) / values["std"]) ** 2) / 2)
    for ax, name in zip(plates, (values["left"], values["right"]), strict=True):
        of = activation(name)
        ax.fill_between(x, -2.0, -2.0 + 1.2 * bell, alpha=0.2)
        ax.plot(x, compiled(of.value, z)(x))
        ax.plot(x, broken_slope(of, x), color="C1", ls="--")
        ax.set(title=name, xlabel="weighted input $z$", ylim=(-2.0, 4.4), xlim=(-SPAN, SPAN))
    return drawn
