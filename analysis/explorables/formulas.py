"""The formulas that the explorables share, printed from the library's expressions."""

from __future__ import annotations

import json
from collections.abc import Iterable

import sympy as sp

from analysis.explorables.javascript import arrow, javascript
from analysis.explorables.normal import normal_functions
from analysis.symbolic.activation import Activation
from analysis.symbolic.chain import backward, delta_
from analysis.symbolic.layer import plain
from analysis.symbolic.normal import erfcx, ndtr
from analysis.symbolic.notation import a, b, h, sigma_prime, w, w_, z, z_

WEIGHTED_INPUT: sp.Expr = plain().output.args[0]
"""z = wh + b, what a plain layer puts into σ."""

slope_log, slope_sign = sp.symbols("slopeLog slopeSign", real=True)
delta_log, delta_sign = sp.symbols("deltaLog deltaSign", real=True)


def activations(catalogue: Iterable[Activation]) -> str:
    """``const activations``:
    for each name its label, value, slope, logSlope, slopeSign (of z) and bound, sup |σ′|.

    Where one needs them, ``ndtr`` and ``erfcx`` come first.
    """
    catalogue = tuple(catalogue)
    entries = [
        f"{x.name if x.name.isidentifier() else json.dumps(x.name)}: {{value: {arrow(x.value, z)}, slope: "
        f"{arrow(x.slope, z)}, "
        f"logSlope: {arrow(x.log_slope, z)}, slopeSign: {arrow(x.slope_sign, z)}, "
        f"bound: {javascript(x.slope_bound)}}}"
        for x in catalogue
    ]
    tails = any(e.has(ndtr, erfcx) for x in catalogue for e in (x.value, x.log_slope))
    helpers = normal_functions() + "\n" if tails else ""
    return helpers + "const activations = {\n" + ",\n".join(entries) + "\n};"


def one_layer() -> str:
    """``weighted(w, h, b)``, z of a layer, and ``inputAt(z, w, b)``, the input that gives it that z."""
    (root,) = sp.solve(sp.Eq(z, WEIGHTED_INPUT.subs(h, a)), a)
    return f"const weighted = {arrow(WEIGHTED_INPUT, w, h, b)};\nconst inputAt = {arrow(root, z, w, b)};"


def backward_step() -> tuple[sp.Expr, sp.Expr]:
    """δ^l = σ′(z_l) w_{l+1} δ^{l+1} in signed logarithms: log|δ^l| and the sign of δ^l.

    Read off the library's own backward pass, factor by factor; σ′ and δ^{l+1} come as signs and logarithms.
    """
    factors = backward(2)[1].rhs.args
    logs = {sigma_prime(z_(1)): slope_log, delta_(2): delta_log}
    signs = {sigma_prime(z_(1)): slope_sign, delta_(2): delta_sign}
    own = {w_(2): w}
    log = sp.Add(*(logs.get(x, sp.log(sp.Abs(x))) for x in factors)).xreplace(own)
    return log, sp.Mul(*(signs.get(x, sp.sign(x)) for x in factors)).xreplace(own)


def one_step_back() -> str:
    """``stepLog(slopeLog, w, deltaLog)`` and ``stepSign(slopeSign, w, deltaSign)``:
    one layer of the backward pass."""
    log, sign = backward_step()
    return (
        f"const stepLog = {arrow(log, slope_log, w, delta_log)};\n"
        f"const stepSign = {arrow(sign, slope_sign, w, delta_sign)};"
    )
