"""Explorable: 500 epochs of Nielsen's experiment on the digits, to scrub through or to play (chapter 4)."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp
from matplotlib.figure import Figure

from analysis.chapters.learning_speeds import replay
from analysis.explorables.explorable import Choice, Explorable, Slider, Values, constants, figure, joined
from analysis.explorables.javascript import arrow

WEIGHTS = {"nielsen": "N(0, 1/n)", "gaussian": "N(0, 1)"}

HUES = ("C1", "C2", "C0", "0.2")


@cache
def learning_speeds() -> Explorable:
    """Scrub or play the epochs: bars on the neurons, curves of the layers."""
    runs = {name: replay.recorded(name) for name in replay.INITIALISERS}
    tens = np.log10(np.concatenate([run.speeds.ravel() for run in runs.values()]))
    data = {
        name: {
            "bars": replay.packed(run.bars),
            "speeds": replay.packed(run.speeds),
            "cost": replay.packed(run.cost),
            "right": run.right.tolist(),
        }
        for name, run in runs.items()
    }
    level = sp.Symbol("level", real=True)
    code = joined(
        f"const unpack = {arrow(replay.unpack(level), level)};",
        constants(
            runs=data,
            epochs=replay.EPOCHS,
            images=replay.IMAGES,
            decades=[int(np.floor(tens.min())), int(np.ceil(tens.max()))],
        ),
        beside=__file__,
    )
    return Explorable(
        name="learning-speeds",
        title="Learning speeds on the digits, epoch by epoch",
        parameters=(
            Slider("epoch", "epoch", 0, replay.EPOCHS, 1, 0, play=12.0),
            Choice("weights", "initial weights", WEIGHTS, "nielsen"),
            Choice("bars", "bars", {"linear": "linear", "logarithmic": "logarithmic"}, "linear"),
        ),
        code=code,
        still=_still,
        alt=(
            "Left: bars on six neurons of each of four hidden layers, long in the fourth and hardly visible "
            "in the "
            "first. Right: the learning speeds of the four layers over 500 epochs on a logarithmic axis."
        ),
    )


def _still(values: Values) -> Figure:
    run, epoch = replay.recorded(values["weights"]), values["epoch"]
    drawn = figure()
    left, right = drawn.subplots(1, 2, width_ratios=(2, 3))
    layers = run.bars.shape[1]
    size = np.abs(run.bars[epoch])
    if values["bars"] == "linear":
        length = size / size.max()
    else:
        length = np.maximum(0.0, 1.0 + np.log10(np.maximum(size, 1e-300)) / 6.0)
    for l in range(layers):
        for sign, opacity in ((1.0, 1.0), (-1.0, 0.3)):
            of = np.sign(run.bars[epoch, l]) == sign
            left.barh(-np.flatnonzero(of), 0.85 * length[l, of], 0.6, left=l, color=HUES[l], alpha=opacity)
        right.semilogy(run.speeds[:, l], color=HUES[l], label=f"layer {l + 1}")
    left.set(
        title=f"$\\partial C/\\partial b$, epoch {epoch} (pale: negative)", yticks=[], xticks=range(layers)
    )
    left.set_xticklabels([f"layer {l + 1}" for l in range(layers)], ha="left")
    left.grid(False)
    right.axvline(epoch, color="0.5", lw=1)
    right.legend(loc="upper right", ncols=2)
    right.set(xlabel="epoch", title="$\\|\\partial C/\\partial b\\|$ of each layer")
    return drawn
