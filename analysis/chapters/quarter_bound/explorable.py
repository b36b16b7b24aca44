"""Explorable: thousands of random chains, drawn in the browser,
against the central limit theorem (chapter 2)."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp
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
from analysis.explorables.formulas import (
    WEIGHTED_INPUT,
    activations,
    backward_step,
    delta_log,
    one_layer,
    one_step_back,
    slope_log,
)
from analysis.explorables.javascript import arrow
from analysis.explorables.random_chain import FIRST_INPUT
from analysis.explorables.sampler import Stream
from analysis.numeric.compiled import compiled
from analysis.numeric.log_product import Exponent, exponent
from analysis.symbolic.catalogue import SIGMOID, TANH, activation
from analysis.symbolic.normal import density
from analysis.symbolic.notation import b, h, w, z

BOUNDED = (SIGMOID, TANH)
WEIGHT_SCALES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
CHAINS = 4000
BURN_IN = 20
_x = sp.Symbol("x", real=True)
GAUSSIAN = density(_x)
"""The density of the standard normal distribution."""


@cache
def theory(name: str, weight_std: float) -> Exponent:
    """λ and ς² of a chain with biases N(0, 1), by quadrature."""
    return exponent(activation(name), weight_std, 1.0)


@cache
def log_product() -> Explorable:
    """Choose depth, weight scale and activation; compare the histogram of S with the Gaussian around Lλ."""
    table = {
        x.name: [
            _rounded(theory(x.name, s).lam, math.sqrt(theory(x.name, s).variance)) for s in WEIGHT_SCALES
        ]
        for x in BOUNDED
    }
    code = joined(
        activations(BOUNDED),
        one_layer(),
        one_step_back(),
        f"const gaussian = {arrow(GAUSSIAN, _x)};",
        constants(
            exponents=table,
            weightScales=WEIGHT_SCALES,
            chains=CHAINS,
            burnIn=BURN_IN,
            firstInput=FIRST_INPUT,
        ),
        script("sampler.js"),
        beside=__file__,
    )
    return Explorable(
        name="log-product",
        title="The logarithm of the backward product, chain after chain",
        parameters=(
            Slider("depth", "depth L", 1, 200, 1, 50),
            Stops("weight", "weight scale s", WEIGHT_SCALES, 1.0),
            Choice("activation", "activation", {x.name: x.name for x in BOUNDED}, "sigmoid"),
            Again("seed", "Draw other chains"),
        ),
        code=code,
        still=_still,
        alt=(
            "A histogram of the log-products of 4,000 random chains, centred and scaled as the central limit "
            "theorem "
            "says, under the bell curve it predicts."
        ),
    )


def log_products(
    seed: int, depth: int, weight: float, name: str, chains: int = CHAINS
) -> NDArray[np.float64]:
    """S = Σ log|w σ′(z)| of the chains that the page draws for these values (chains,)."""
    value, log_slope = (compiled(x, z) for x in (activation(name).value, activation(name).log_slope))
    weighted = compiled(WEIGHTED_INPUT, w, h, b)
    step = compiled(backward_step()[0].subs(delta_log, 0), slope_log, w)
    stream = Stream(seed, np.arange(chains))
    a, total = np.full(chains, FIRST_INPUT), np.zeros(chains)
    for j in range(-BURN_IN, depth):
        first, second = stream.normal_pair()
        at = weighted(weight * first, a, second)
        a = value(at)
        if j >= 0:
            total += step(log_slope(at), weight * first)
    return total


def _rounded(*numbers: float) -> list[float]:
    """To ten digits: the last few of a quadrature differ from one processor to the next."""
    return [float(f"{x:.10g}") for x in numbers]


def _still(values: Values) -> Figure:
    name, depth = values["activation"], values["depth"]
    expected = theory(name, values["weight"])
    logs = log_products(values["seed"], depth, values["weight"], name)
    x = (logs - depth * expected.lam) / math.sqrt(depth * expected.variance)
    grid = np.linspace(-5.0, 5.0, 201)
    drawn = figure()
    ax = drawn.subplots()
    ax.hist(
        x, np.linspace(-5.0, 5.0, 41).tolist(), weights=np.full(len(x), 4.0 / len(x)), color="C0", alpha=0.4
    )
    ax.plot(grid, compiled(GAUSSIAN, _x)(grid), color="C1")
    ax.axvline(0.0, color="0.3", ls="--", lw=1)
    ax.annotate(f"$S/L = \\lambda$ = {expected.lam:.4g}", (0.0, 0.43), (5, 0), textcoords="offset points")
    ax.set(
        xlabel="$(S - L\\lambda)\\,/\\,(\\varsigma\\sqrt{L})$",
        ylabel="density",
        title=f"{len(x)} chains: {name}, depth {depth}, weight scale {values['weight']:g}",
        ylim=(0.0, 0.47),
    )
    return drawn
