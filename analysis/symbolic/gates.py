r"""Recurrent cells with gates, one unit each, and how long they remember.

Long short-term memory (Hochreiter and Schmidhuber 1997) with the forget gate of Gers,
Schmidhuber and Cummins (2000):

    z_q = w_q x_t + u_q h_{t−1} + b_q  for q = i, f, g, o
    i_t = σ(z_i)   f_t = σ(z_f)   g_t = tanh(z_g)   o_t = σ(z_o)
    c_t = f_t c_{t−1} + i_t g_t        h_t = o_t tanh(c_t)

The gated recurrent unit (Cho et al. 2014) has r_t = σ(z_r), k_t = σ(z_k), g_t = tanh(w_g x_t + r_t u_g
h_{t−1} + b_g) and h_t = k_t h_{t−1} + (1 − k_t) g_t; they write z for k. The vanilla cell, without gates,
is h_t = tanh(w x_t + u h_{t−1} + b), or has another activation in place of tanh.

Here t counts the steps of a sequence, not the steps of training.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.layer import Layer
from analysis.symbolic.notation import b, h, sigma, z

GATES = ("i", "f", "g", "o")


def at(name: str, t: str = "t") -> sp.Symbol:
    """A number of time t: ``at("c", "t-1")`` is c_{t−1}."""
    return sp.Symbol(f"{name}_{{{t}}}" if len(t) > 1 else f"{name}_{t}", real=True)


def weight(letter: str, gate: str) -> sp.Symbol:
    """w_q, u_q or b_q of a gate q."""
    return sp.Symbol(f"{letter}_{gate}", real=True)


def into(gate: str, t: str = "t") -> sp.Symbol:
    """z_q at time t, what goes into gate q."""
    return sp.Symbol(f"z_{gate}" if t == "t" else f"z_{{{gate},{t}}}", real=True)


BEFORE, NOW, AFTER = "t-1", "t", "t+1"
c_before, h_before, o_before = at("c", BEFORE), at("h", BEFORE), at("o", BEFORE)
c, h_now, i, f, g, o = (at(x) for x in ("c", "h", "i", "f", "g", "o"))
r, keep = at("r"), at("p")
u, w = sp.symbols("u w", real=True)


def _affine(gate: str, state: sp.Expr, t: str = "t") -> sp.Expr:
    return weight("w", gate) * at("x", t) + weight("u", gate) * state + weight("b", gate)


def lstm(t: str = NOW, before: str = BEFORE) -> dict[sp.Basic, sp.Expr]:
    """c_t and h_t, the gates and what goes into them, as definitions of one step from (c, h)
    at ``before``."""
    gate = {name: at(name, t) for name in GATES}
    z_of = {name: into(name, t) for name in GATES}
    steps: dict[sp.Basic, sp.Expr] = {
        at("h", t): gate["o"] * sp.tanh(at("c", t)),
        at("c", t): gate["f"] * at("c", before) + gate["i"] * gate["g"],
    }
    steps |= {gate[q]: sp.tanh(z_of[q]) if q == "g" else sigma(z_of[q]) for q in GATES}
    return steps | {z_of[q]: _affine(q, at("h", before), t) for q in GATES}


OUTPUT_BEFORE: dict[sp.Basic, sp.Expr] = {h_before: o_before * sp.tanh(c_before)}
"""h_{t−1} as c_{t−1} makes it; o_{t−1} does not depend on c_{t−1}."""


def gru() -> dict[sp.Basic, sp.Expr]:
    """h_t, the gates and what goes into them, as definitions of one step from h_{t−1}."""
    inner = weight("w", "g") * at("x") + r * weight("u", "g") * h_before + weight("b", "g")
    return {
        h_now: keep * h_before + (1 - keep) * g,
        g: sp.tanh(into("g")),
        into("g"): inner,
        r: sigma(into("r")),
        keep: sigma(into("p")),
        into("r"): _affine("r", h_before),
        into("p"): _affine("p", h_before),
    }


def vanilla(activation: Activation = TANH) -> dict[sp.Basic, sp.Expr]:
    """h_t = σ(z_t), z_t = w x_t + u h_{t−1} + b, as definitions; with ReLU and u = 1 that of Le, Jaitly and
    Hinton (2015)."""
    return {h_now: activation.formula.xreplace({z: at("z")}), at("z"): w * at("x") + u * h_before + b}


def unfolded(expr: sp.Basic, definitions: Mapping[sp.Basic, sp.Expr]) -> sp.Basic:
    """Put the definitions in until none is left."""
    while True:
        new = expr.xreplace(dict(definitions))
        if new == expr:
            return expr
        expr = new


def gated(layer: Layer, forget: sp.Expr | int = f, write: sp.Expr | int = i) -> Layer:
    """forget · h + write · F(h) for the layer's map F, the gates held fixed;
    its factor is forget + write · F′(h).

    forget = 1 is a residual block (chapter 12), write = 1 − forget a highway layer or a GRU.
    Raises TypeError for what is no layer.
    """
    if not isinstance(layer, Layer):
        raise TypeError(f"layer must be a Layer such as plain(TANH), not {type(layer).__name__}")
    return Layer(f"gated({layer.name})", sp.sympify(forget) * h + sp.sympify(write) * layer.output)


forget_bias = sp.Symbol("b_f", real=True)
"""The bias of the forget gate, all else that goes into it being 0."""
spread = sp.Symbol("s", positive=True)
"""The standard deviation of what goes into the forget gate."""
lag = sp.Symbol("k", integer=True, positive=True)
"""A number of time steps."""
scale = sp.Symbol("g", positive=True)
"""Recurrent weights are uniform on ±g/√n; g = 1 is PyTorch's choice."""


def half_life(bias: sp.Expr = forget_bias) -> sp.Expr:
    """−log 2/log σ(b): after how many steps σ(b)^k is 1/2; log σ in the form that does not cancel."""
    return sp.log(2) / sp.log(1 + sp.exp(-bias))


def bias_for(life: sp.Expr) -> sp.Expr:
    """−log(2^(1/k) − 1): the bias with that half-life."""
    return -sp.log(2 ** (1 / sp.sympify(life)) - 1)


def sigmoid(x: sp.Expr) -> sp.Expr:
    """σ(x) of the catalogue."""
    return SIGMOID.formula.subs(z, x)
