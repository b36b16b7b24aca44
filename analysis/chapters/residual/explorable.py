"""Explorable: one random chain with and without shortcuts, 1 to 200 layers deep (chapter 12)."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp
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
from analysis.explorables.javascript import arrow
from analysis.explorables.random_chain import DEEPEST, FIRST_INPUT, network
from analysis.numeric.residual import chain_gains
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.catalogue import FIRST, activation
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b, h, sigma, sigma_prime, w
from analysis.symbolic.residual import residual as residual_layer
from analysis.symbolic.residual import s

_of = residual_layer(plain(), s)
_value, _slope = sp.symbols("value slope", real=True)
BLOCK_OUTPUT: sp.Expr = _of.output.xreplace({sigma(w * h + b): _value})
"""h + s F(h) with the value of the branch put in."""
BLOCK_FACTOR: sp.Expr = _of.factor.xreplace({sigma_prime(w * h + b): _slope})
"""1 + s w σ′ with the slope put in."""


@cache
def residual() -> Explorable:
    """Drag depth, weight scale and branch scale; log₁₀|∂a_l/∂a_0| layer by layer, plain against residual."""
    code = joined(
        activations(FIRST),
        one_layer(),
        one_step_back(),
        f"const blockOutput = {arrow(BLOCK_OUTPUT, h, _value, s)};",
        f"const blockFactor = {arrow(BLOCK_FACTOR, w, _slope, s)};",
        constants(firstInput=FIRST_INPUT, deepest=DEEPEST),
        script("sampler.js"),
        beside=__file__,
    )
    return Explorable(
        name="residual",
        title="One chain, with and without shortcuts",
        parameters=(
            Slider("depth", "depth L", 1, DEEPEST, 1, 100),
            Slider("weight", "weight scale", 0.1, 10.0, 0.05, 1.0),
            Slider("scale", "branch scale s", 0.01, 2.0, 0.01, 1.0, log=True),
            Choice("activation", "activation", {x.name: x.name for x in FIRST}, "tanh"),
            Again("seed", "Draw another network"),
        ),
        code=code,
        still=_still,
        alt=(
            "The logarithm of the derivative of layer l in the input, for one random chain: the plain curve "
            "falls by "
            "dozens of powers of ten, the residual one stays near 0."
        ),
    )


def computed(values: Values) -> tuple[SignedLog, SignedLog]:
    """∂a_l/∂a_0 of the plain and of the residual chain with these values, by the library."""
    weights, biases = network(values["seed"], values["depth"], values["weight"], 1.0)
    of, a0 = activation(values["activation"]), np.asarray(FIRST_INPUT)
    return chain_gains(of, a0, weights, biases), chain_gains(of, a0, weights, biases, values["scale"])


def _still(values: Values) -> Figure:
    drawn = figure()
    ax = drawn.subplots()
    layers = np.arange(values["depth"] + 1)
    names = (("plain", "C0", "-"), ("residual", "C1", "--"))
    for (name, colour, dashes), gains in zip(names, computed(values), strict=True):
        tens = np.r_[0.0, np.asarray(gains.logabs) / np.log(10.0)]
        ax.plot(layers, np.where(np.isfinite(tens), tens, np.nan), color=colour, ls=dashes, label=name)
    ax.axhline(0.0, color="0.4", lw=0.8)
    ax.legend(loc="lower left")
    ax.set(
        xlabel="layer $l$",
        ylabel="$\\log_{10}\\,|\\partial a_l/\\partial a_0|$",
        title=f"{values['activation']}, weight scale {values['weight']:g}, branch scale {values['scale']:g}",
    )
    return drawn
