"""Explorable: how much of a memory is left after k time steps,
in an LSTM and in a vanilla cell (chapter 13)."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import sympy as sp
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.chapters.gates.memory_horizon import first_below
from analysis.explorables.explorable import Again, Explorable, Slider, Values, constants, figure, script
from analysis.explorables.javascript import arrow
from analysis.explorables.sampler import Stream
from analysis.numeric.recurrent import Weights, forward, memory
from analysis.symbolic import gates as gated
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import sigma, sigma_prime, z

UNITS, WARM_UP, STEPS = 8, 20, 60
Floats = NDArray[np.float64]
_C = sp.Symbol("C", real=True)
_names = {gated.c_before: "c", gated.i: "i", gated.f: "f", gated.g: "g", gated.o: "o"}
_plain = {x: sp.Symbol(name, real=True) for x, name in _names.items()}


class Curves(NamedTuple):
    """log of the size of the derivative for k = 0 … ``STEPS``:
    LSTM with all ways, within c alone, vanilla cell."""

    whole: Floats
    alone: Floats
    vanilla: Floats


def curves(values: Values) -> Curves:
    """The networks that the page draws:
    weights N(0, g²/(3n)), biases 0 but for the forget gate's, inputs N(0, 1)."""
    n, stream = UNITS, Stream(values["seed"])
    count = 5 * (n + n * n) + WARM_UP + STEPS
    drawn = np.array([float(x[0]) for _ in range((count + 1) // 2) for x in stream.normal_pair()])[:count]
    W, U, V, R, x = np.split(drawn, np.cumsum([4 * n, 4 * n * n, n, n * n]))
    std = values["scale"] / math.sqrt(3 * n)
    lstm = Weights(std * W.reshape(1, 1, 4 * n), std * U.reshape(1, n, 4 * n), np.zeros((1, 1, 4 * n)))
    lstm.b[..., n : 2 * n] = values["bias"]
    rnn = Weights(std * V.reshape(1, 1, n), std * R.reshape(1, n, n), np.zeros((1, 1, n)))
    xs = x.reshape(-1, 1, 1, 1)
    kept, plain = forward("lstm", lstm, xs), forward("rnn", rnn, xs)
    found = (memory(lstm, kept, WARM_UP), memory(lstm, kept, WARM_UP, cut=True), memory(rnn, plain, WARM_UP))
    return Curves(*(0.5 * np.log((d**2).sum(axis=(1, 2, 3, 4)) / n) for d in found))


def formulas() -> str:
    """``gate``, ``nextC``, ``nextH`` and how they change, ``dC`` and ``dH``;
    the same for the vanilla cell, ``dV``."""
    cell, into = gated.lstm(), {q: gated.into(q) for q in gated.GATES}
    new_c = gated.unfolded(cell[gated.at("c")], {x: cell[x] for x in (gated.i, gated.f, gated.g)})
    new_h = gated.unfolded(cell[gated.h_now], {gated.o: cell[gated.o]}).xreplace({gated.at("c"): _C})
    changes = {q: sp.Symbol(f"into_{q}", real=True) for q in gated.GATES}
    dc, dC, dz, h = sp.symbols("before now dz h", real=True)
    tangent_c = new_c.diff(gated.c_before) * dc + sum(new_c.diff(into[q]) * changes[q] for q in "ifg")
    tangent_h = new_h.diff(_C) * dC + new_h.diff(into["o"]) * changes["o"]
    named: dict[sp.Basic, sp.Expr] = {}
    for q, gate in zip("ifgo", (gated.i, gated.f, gated.g, gated.o), strict=True):
        value = _plain[gate]
        named |= {sigma(into[q]): value, sigma_prime(into[q]): value * (1 - value), sp.tanh(into[q]): value}
    named[gated.c_before] = _plain[gated.c_before]
    i, f, g, o, c = (_plain[x] for x in (gated.i, gated.f, gated.g, gated.o, gated.c_before))
    slope = sp.tanh(z).diff(z).subs(sp.tanh(z), h)
    return "\n".join(
        (
            f"const gate = {arrow(SIGMOID.value, z)};",
            f"const nextC = {arrow(new_c.xreplace(named), i, f, g, c)};",
            f"const nextH = {arrow(new_h.xreplace(named), o, _C)};",
            f"const dC = {arrow(tangent_c.xreplace(named), i, f, g, c, dc, *(changes[q] for q in 'ifg'))};",
            f"const dH = {arrow(tangent_h.xreplace(named), o, _C, dC, changes['o'])};",
            f"const dV = {arrow(slope * dz, h, dz)};",
            f"const gateAlone = {arrow(gated.half_life(), gated.forget_bias)};",
        )
    )


@cache
def memory_of_a_cell() -> Explorable:
    """Drag the forget bias and the weight scale; three curves of what is left, their half-lives marked."""
    sizes = constants(units=UNITS, warmUp=WARM_UP, steps=STEPS)
    return Explorable(
        name="memory",
        title="What is left of a memory after k time steps",
        parameters=(
            Slider("bias", "forget bias b_f", -2.0, 5.0, 0.1, 1.0),
            Slider("scale", "weight scale", 0.1, 10.0, 0.02, 1.0, log=True),
            Again("seed", "Draw other networks"),
        ),
        code="\n".join((formulas(), sizes, script("sampler.js"), script(Path(__file__).with_suffix(".js")))),
        still=_still,
        alt=(
            "Three curves of the logarithm of a derivative against the number of time steps, all falling: "
            "the vanilla cell's fastest, the LSTM's within its memory cell slower, the LSTM's by all ways "
            "slowest. Dots mark where half is left."
        ),
    )


def half_lives(found: Curves) -> tuple[float, ...]:
    """The k at which each curve falls to one half; NaN where it does not."""
    return tuple(first_below(x, -math.log(2.0)) for x in found)


def _still(values: Values) -> Figure:
    found, k = curves(values), np.arange(STEPS + 1)
    drawn = figure()
    ax = drawn.subplots()
    shown = zip(found, ("LSTM, all ways", "LSTM, within c alone", "vanilla"), half_lives(found), strict=True)
    for m, (logs, name, life) in enumerate(shown):
        colour = f"C{(0, 2, 1)[m]}"  # as in the live picture
        ax.plot(k, logs / math.log(10.0), color=colour, ls=("-", "--", ":")[m], label=name)
        if not math.isnan(life):
            ax.plot(life, -math.log10(2.0), "o", color=colour)
    ax.axhline(-math.log10(2.0), color="0.45", lw=0.8, ls=":")
    ax.legend(loc="lower left")
    ax.set(xlabel="time steps $k$", ylabel="$\\log_{10}$ of the size of the derivative")
    return drawn
