"""The growth of the gradient in deep normalised networks, theory against simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial

import numpy as np
import sympy as sp

from analysis.chapters.normalisation.depth import DepthSweep, depth_sweep, large_batch_growth
from analysis.chapters.normalisation.rates import block, linear_rate, relu_rate, residual_growth
from analysis.claims.claim import Claim, Estimate, Prediction
from analysis.claims.margins import by_margin
from analysis.claims.outcome import Outcome
from analysis.symbolic.normalisation import m

WIDTH, NETS, DEPTH = 512, 4, 40
RESIDUAL_BATCH = 16
_LARGE = sp.pi / (sp.pi - 1)


@cache
def drawn(kind: str, activation: str, batch: int) -> DepthSweep:
    """The simulation behind a claim: four networks of 40 layers, 512 wide."""
    return depth_sweep(kind, activation=activation, batch=batch, width=WIDTH, depth=DEPTH, nets=NETS, seed=11)


def _rate(kind: str, activation: str, batch: int) -> Estimate:
    """R, from the growth of log ‖∂C/∂x‖² in layers 8 … 31 of 40."""
    mean, error = drawn(kind, activation, batch).rate()
    return Estimate(math.exp(mean), math.exp(mean) * error)


def _residual() -> Estimate:
    """‖∂C/∂x^0‖²/‖∂C/∂x^{L−1}‖² of the residual networks:
    the mean of its logarithm over the networks, put back."""
    logs = drawn("residual", "relu", RESIDUAL_BATCH).logs
    gained = logs[:, 0] - logs[:, -1]
    mean = math.exp(gained.mean())
    return Estimate(mean, mean * float(gained.std(ddof=1)) / math.sqrt(len(gained)))


SHIFT = -1
_unshifted, _shifted = sp.symbols("F_0 F_-1", positive=True)
_growth_of_shifted = sp.Symbol("R_-1", positive=True)


@cache
def shifted(shift: float) -> DepthSweep:
    """Four ReLU networks of 26 layers with that β in every layer, in batches of 64."""
    return depth_sweep(batch=64, width=WIDTH, depth=26, nets=NETS, seed=11, shift=shift)


def by_shifted_networks(statement: sp.Basic) -> Outcome:
    """F the largest example's share in the last layer, R the growth of the squared gradient norm a layer:
    one number a network."""
    values = {
        _unshifted: shifted(0.0).largest[:, -1],
        _shifted: shifted(SHIFT).largest[:, -1],
        _growth_of_shifted: np.exp(shifted(SHIFT).rates()),
    }
    used = {x: values[x] for x in sorted(statement.free_symbols, key=str)}
    return by_margin(statement, used, how="simulation")


def _value(statement: sp.Basic) -> float:
    return float(statement.rhs.doit())


def _growth(
    label: str,
    sentence: str,
    value: sp.Expr,
    near: sp.Expr,
    simulate: Callable[[], Estimate],
    what: str,
) -> Prediction:
    symbol = sp.Symbol("R", positive=True)
    return Prediction(
        label=label,
        sentence=sentence,
        statement=sp.Eq(symbol, value, evaluate=False),
        theory=_value,
        simulate=simulate,
        scope=f"{what}; W ~ N(0, 2/n), n = {WIDTH}, {NETS} networks of {DEPTH} layers, ε = 0, γ = 1, β = 0; "
        f"R is the growth of "
        "‖∂C/∂x‖² per layer towards the input, 8 layers off both ends; finite width is allowed 0.02",
        false_sibling=sp.Eq(symbol, near, evaluate=False),
        tolerance=0.02,
    )


def _product(over: sp.Expr) -> sp.Product:
    """Over the blocks of the simulated networks, its constants carried out."""
    return sp.Product(over.subs(m, RESIDUAL_BATCH).evalf(8), (block, 0, DEPTH - 2))


CLAIMS = (
    Claim(
        label="batch-norm-shifted-relu-is-not-alike",
        sentence="Behind a shift of −1 the examples of a batch do not fare alike, and the gradient of ReLU "
        "layers grows by less than the formula says.",
        statement=sp.And(
            sp.Gt(_shifted, 10, evaluate=False),
            sp.Lt(_growth_of_shifted, sp.Float(large_batch_growth("relu", 1.0, SHIFT), 6), evaluate=False),
        ),
        check=by_shifted_networks,
        scope=f"ReLU(BN(x) − 1), W ~ N(0, 2/n), n = {WIDTH}, batches of 64, {NETS} networks of 26 layers; F "
        f"is ‖y‖² of the example where it is "
        "largest over its mean in the batch, in the last layer; R the growth of ‖∂C/∂x‖² a layer, 8 layers "
        "off both ends; the near miss has no shift",
        false_sibling=sp.Gt(_unshifted, 10, evaluate=False),
    ),
    _growth(
        "batch-norm-relu-rate-8",
        "In batches of 8 the squared gradient norm of a ReLU network grows by 1.788 a layer, not by 1.467.",
        sp.simplify(relu_rate.subs(m, 8)),
        _LARGE,
        partial(_rate, "batch", "relu", 8),
        "batch normalisation before ReLU, batches of 8",
    ),
    _growth(
        "batch-norm-relu-rate-16",
        "In batches of 16 it grows by 1.590 a layer.",
        sp.simplify(relu_rate.subs(m, 16)),
        _LARGE,
        partial(_rate, "batch", "relu", 16),
        "batch normalisation before ReLU, batches of 16",
    ),
    _growth(
        "batch-norm-linear-rate-8",
        "Even without any activation the gradient grows, by (m − 2)/(m − 3) in its square.",
        linear_rate.subs(m, 8),
        sp.S.One,
        partial(_rate, "batch", "identity", 8),
        "batch normalisation and no activation, batches of 8",
    ),
    _growth(
        "layer-norm-rate",
        "With layer normalisation the gradient of a deep ReLU network keeps its size.",
        sp.S.One,
        _LARGE,
        partial(_rate, "layer", "relu", 16),
        "layer normalisation before ReLU, 16 examples",
    ),
    Prediction(
        label="batch-norm-residual-growth",
        sentence="With residual paths the gradient grows by a product of factors 1 + c/l, a power of the "
        "depth.",
        statement=sp.Eq(sp.Symbol("Q"), _product(residual_growth), evaluate=False),
        theory=_value,
        simulate=_residual,
        scope=f"x^(l+1) = x^l + W ReLU(BN(x^l)), W ~ N(0, 2/n), n = {WIDTH}, batches of {RESIDUAL_BATCH}, "
        f"input N(0, 1); "
        f"Q = ‖∂C/∂x^0‖²/‖∂C/∂x^{DEPTH - 1}‖², {NETS} networks",
        false_sibling=sp.Eq(sp.Symbol("Q"), _product(relu_rate), evaluate=False),
    ),
)
