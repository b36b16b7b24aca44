"""Explorable: the exploding chain of weights 100,
and what is left of it when its input is off by Δ (chapter 3)."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from matplotlib.figure import Figure

from analysis.chapters.explosion.designed_chain import WEIGHTS, centring_biases
from analysis.chapters.explosion.fragile_explosion import fragility
from analysis.chapters.explosion.fragility import crossing
from analysis.explorables.explorable import Explorable, Slider, Values, constants, figure, joined, script
from analysis.explorables.formulas import activations, one_layer, one_step_back
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import a_

SHIFTS = (1e-9, 1e-2)
"""The smallest and the largest Δ."""


@cache
def explosion() -> Explorable:
    """Drag Δ, on a logarithmic scale, and see 25 · 25 · 25 collapse."""
    code = joined(
        activations([SIGMOID]),
        one_layer(),
        one_step_back(),
        constants(
            weights=[float(w) for w in WEIGHTS],
            biases=[float(x.subs(a_(0), 0)) for x in centring_biases(WEIGHTS)],
            shifts=SHIFTS,
            crossing=float(crossing()[0]),
        ),
        script("chain.js"),
        beside=__file__,
    )
    return Explorable(
        name="explosion",
        title="The exploding chain, its input off by Δ",
        parameters=(Slider("shift", "Δ, added to the input a₀", *SHIFTS, 0.01, 1e-9, log=True),),
        code=code,
        still=_still,
        alt=(
            "The product of the factors against the shift of the input, both logarithmic: flat at 3906 up to "
            "about "
            "one millionth, then falling through 1 near 6.2e-6 to below 1e-40."
        ),
    )


def _still(values: Values) -> Figure:
    low, high = (math.log10(x) for x in SHIFTS)
    found = fragility(10.0 ** np.linspace(low, high, 120))
    here = fragility([values["shift"]])
    drawn = figure()
    ax = drawn.subplots()
    ax.semilogx(found.shifts, found.log10_exact)
    ax.plot(here.shifts, here.log10_exact, "o", color="C0", ms=8)
    ax.axhline(0.0, color="C1", lw=1.2)
    ax.axvline(found.crossing, color="C1", lw=1.2, ls="--")
    ax.annotate(
        f"1 at $\\Delta$ = {found.crossing:.4g}", (found.crossing, -30.0), (-6, 0),
        textcoords="offset points", ha="right", color="C1",
    )  # fmt: skip
    ax.set(
        xlabel="$\\Delta$, by which the input is off",
        ylabel="$\\log_{10}\\,\\partial a_4/\\partial b_1$",
        title="weights 100, biases such that every z is 0 where $\\Delta$ = 0",
    )
    return drawn
