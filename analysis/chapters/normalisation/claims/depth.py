"""The growth of the gradient in deep normalised networks, theory against simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial

import numpy as np
import sympy as sp

from analysis.chapters.normalisation.claims.meaning_rates import RATE, R, variance
from analysis.chapters.normalisation.claims.rates import LARGE
from analysis.chapters.normalisation.depth import DepthSweep, depth_sweep
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, only
from analysis.claims.laws import Law, expectation_over, variance_over
from analysis.claims.world import Estimate, Given, Runs, World
from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.normalisation import m
from analysis.symbolic.normalisation_rates import block, linear_rate, relu_rate, residual_growth
from analysis.symbolic.notation import sigma, sigma_prime

WIDTH, NETS, DEPTH = 512, 8, 40
RESIDUAL_BATCH, RESIDUAL_NETS = 16, 72
FINITE_WIDTH = 0.02
"""By how much R of networks that are not infinitely wide may differ."""
measured, Q = sp.symbols("Rhat Q", positive=True)


@cache
def drawn(kind: str, activation: str, batch: int, nets: int = NETS, whole_weights: bool = True) -> DepthSweep:
    """The simulation behind a claim: so many networks of 40 layers, 512 wide."""
    return depth_sweep(
        kind,
        activation=activation,
        batch=batch,
        width=WIDTH,
        depth=DEPTH,
        nets=nets,
        seed=11,
        whole_weights=whole_weights,
    )


def _rate(kind: str, activation: str, batch: int) -> Estimate:
    """R, from the growth of log ‖∂C/∂x‖² in layers 8 … 31 of 40."""
    mean, error = drawn(kind, activation, batch).rate()
    return Estimate(math.exp(mean), math.exp(mean) * error, FINITE_WIDTH)


def _residual() -> Estimate:
    """‖∂C/∂x^0‖²/‖∂C/∂x^{L−1}‖² of the residual networks:
    the mean of its logarithm over the networks, put back."""
    logs = drawn("residual", "relu", RESIDUAL_BATCH, RESIDUAL_NETS, whole_weights=False).logs
    gained = logs[:, 0] - logs[:, -1]
    mean = math.exp(gained.mean())
    return Estimate(mean, mean * float(gained.std(ddof=1)) / math.sqrt(len(gained)))


SHIFT, SHIFTED_BATCH, SHIFTED_DEPTH = -1, 64, 26
_unshifted, _shifted = sp.symbols("F_0 F_-1", positive=True)
_growth_of_shifted = sp.Symbol("R_-1", positive=True)
_Y, _y = sp.Symbol("Y", real=True), sp.Symbol("y", real=True)
_formula = expectation(sigma_prime(_Y) ** 2) / variance(sigma(_Y))
_NORMAL_SHIFTED = {_Y: Law(density=density(_y - SHIFT), x=_y)}


@cache
def shifted(shift: float) -> DepthSweep:
    """ReLU networks of 26 layers with that β in every layer, in batches of 64."""
    return depth_sweep(batch=SHIFTED_BATCH, width=WIDTH, depth=SHIFTED_DEPTH, nets=NETS, seed=11, shift=shift)


def _of_networks(shift: float, number: Callable[[DepthSweep], np.ndarray]) -> Given:
    """One number a network."""

    def measure(world: World) -> Runs:
        return Runs(number(shifted(shift)), group=f"shift {shift:g}")

    return Given(measure)


def _growth(
    label: str,
    sentence: str,
    value: sp.Expr,
    near: sp.Expr,
    simulate: Callable[[], Estimate],
    what: str,
    batch: int,
) -> Claim:
    return Claim(
        label=label,
        sentence=sentence,
        statement=sp.Eq(measured, value, evaluate=False),
        check=None,
        scope=f"{what}; W ~ N(0, 2/n), n = {WIDTH}, {NETS} networks of {DEPTH} layers, ε = 0, γ = 1, β = 0; "
        f"R̂ is the growth of ‖∂C/∂x‖² per layer towards the input, 8 layers off both ends; "
        f"finite width is allowed {FINITE_WIDTH}",
        false_sibling=sp.Eq(measured, near, evaluate=False),
        domain=domain(means={measured: Given(lambda world: simulate()), m: batch, **RATE}),
    )


def _three_digits(batch: int) -> str:
    return f"{float(relu_rate.subs(m, batch)):.3f}"


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
            sp.Lt(_growth_of_shifted, _formula, evaluate=False),
        ),
        check=None,
        scope=f"ReLU(BN(x) − 1), W ~ N(0, 2/n), n = {WIDTH}, batches of {SHIFTED_BATCH}, {NETS} networks of "
        f"{SHIFTED_DEPTH} layers; F is ‖y‖² of the example where it is largest over its mean in "
        f"the batch, in the last layer; R the "
        "growth of ‖∂C/∂x‖² a layer, 8 layers off both ends; Y ~ N(−1, 1); the near miss has no shift",
        false_sibling=sp.Gt(_unshifted, 10, evaluate=False),
        domain=domain(
            means={
                _unshifted: _of_networks(0.0, lambda found: found.largest[:, -1]),
                _shifted: _of_networks(SHIFT, lambda found: found.largest[:, -1]),
                _growth_of_shifted: _of_networks(SHIFT, lambda found: np.exp(found.rates())),
                expectation: expectation_over(_NORMAL_SHIFTED),
                variance: variance_over(_NORMAL_SHIFTED),
                **only("relu"),
            }
        ),
    ),
    _growth(
        "batch-norm-relu-rate-8",
        f"In batches of 8 the squared gradient norm of a ReLU network grows by {_three_digits(8)} a layer, "
        f"not by {float(LARGE):.3f}.",
        R(8),
        LARGE,
        partial(_rate, "batch", "relu", 8),
        "batch normalisation before ReLU, batches of 8",
        8,
    ),
    _growth(
        "batch-norm-relu-rate-16",
        f"In batches of 16 it grows by {_three_digits(16)} a layer.",
        R(16),
        LARGE,
        partial(_rate, "batch", "relu", 16),
        "batch normalisation before ReLU, batches of 16",
        16,
    ),
    _growth(
        "batch-norm-linear-rate-8",
        "Even without any activation the gradient grows, by (m − 2)/(m − 3) in its square.",
        linear_rate,
        sp.S.One,
        partial(_rate, "batch", "identity", 8),
        "batch normalisation and no activation, batches of 8",
        8,
    ),
    _growth(
        "layer-norm-rate",
        "With layer normalisation the gradient of a deep ReLU network keeps its size.",
        sp.S.One,
        LARGE,
        partial(_rate, "layer", "relu", 16),
        "layer normalisation before ReLU, 16 examples",
        16,
    ),
    Claim(
        label="batch-norm-residual-growth",
        sentence="With residual paths the gradient grows by a product of factors 1 + c/l, a power of the "
        "depth.",
        statement=sp.Eq(Q, _product(residual_growth), evaluate=False),
        check=None,
        scope=f"x^(l+1) = x^l + W ReLU(BN(x^l)), W ~ N(0, 2/n), n = {WIDTH}, batches of {RESIDUAL_BATCH}, "
        f"input N(0, 1); "
        f"Q = ‖∂C/∂x^0‖²/‖∂C/∂x^{DEPTH - 1}‖², {RESIDUAL_NETS} networks",
        false_sibling=sp.Eq(Q, _product(relu_rate), evaluate=False),
        domain=domain(means={Q: Given(lambda world: _residual())}),
    ),
)
