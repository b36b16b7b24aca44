"""The variance recursions against random networks: wide ones, and how far a finite width strays."""

from __future__ import annotations

import math
from functools import cache

import sympy as sp

from analysis.chapters.initialisation.relu_spread import relu_mean_squares, spread_error
from analysis.chapters.initialisation.two_widths import bounded_weights
from analysis.chapters.initialisation.variance_layers import VarianceLayers, variance_layers
from analysis.claims.claim import Estimate, Prediction
from analysis.numeric.mean_field import (
    chi,
    critical,
    fixed_point,
    next_q,
    second_moment,
    slope_second_moment,
)
from analysis.symbolic.display import expectation
from analysis.symbolic.notation import sigma, sigma_prime, z
from analysis.symbolic.variance import depth, n, sigma_b, sigma_w, spread_is

chi_symbol, next_symbol = sp.Symbol("chi", positive=True), sp.Symbol("q_next", positive=True)
SCALE, BIAS, LAYERS, WIDTH = 1.5, 0.3, 8, 200
_SIX = 6
NARROW, DEEP, MANY = 50, 4, 16_000
"""Width, depth and number of the ReLU networks whose spread is measured:
4/n and 6/n for 5/n are then 7 standard errors off."""


@cache
def tanh_networks() -> VarianceLayers:
    """200 networks of tanh, width 200 and eight layers."""
    return variance_layers("tanh", WIDTH, LAYERS, SCALE, BIAS, replicates=200, seed=11)


def _number(expr: sp.Expr, at: float) -> float:
    """The right side of a recursion, its means taken over z ~ N(0, at)."""
    table = {
        expectation(sigma(z) ** 2): second_moment("tanh", at),
        expectation(sigma_prime(z) ** 2): slope_second_moment("tanh", at),
        sigma_w: SCALE,
        sigma_b: BIAS,
    }
    return float(expr.xreplace({k: sp.Float(x) for k, x in table.items()}))


def _forward_theory(statement: sp.Basic) -> float:
    at = SCALE**2 + BIAS**2
    for _ in range(LAYERS - 1):
        at = _number(statement.rhs, at)
    return at


def _backward_theory(statement: sp.Basic) -> float:
    at, product = SCALE**2 + BIAS**2, 1.0
    for _ in range(LAYERS - 1):
        product *= _number(statement.rhs, at)
        at = next_q("tanh", SCALE, BIAS, at)
    return product


def _simulated(which: str, layer: int) -> Estimate:
    found = tanh_networks().moments(which)
    return Estimate(float(found.mean[layer]), float(found.standard_error[layer]))


def _spread_theory(statement: sp.Basic) -> float:
    return float(statement.rhs.subs({n: NARROW, depth: DEEP}))


@cache
def _simulated_spread() -> Estimate:
    x = relu_mean_squares(NARROW, DEEP, networks=MANY, seed=12)
    value = float(((x - 1.0) ** 2).mean())  # the mean of x is 1 exactly: He's weights keep it
    return Estimate(value, spread_error(NARROW, DEEP, MANY))


def _uniform_theory(statement: sp.Basic) -> float:
    """The product of χ through five layers of sigmoid with weights uniform on (−1, 1): σ_w² = width/3."""
    scale = math.sqrt(float(statement.rhs))
    at, product = scale**2, 1.0
    for _ in range(_SIX - 1):
        product *= chi("sigmoid", scale, at)
        at = next_q("sigmoid", scale, 0.0, at)
    return product


def _simulated_uniform() -> Estimate:
    x = bounded_weights("sigmoid", 1000, depth=_SIX, replicates=20, seed=13).squares[:, 0]
    return Estimate(float(x.mean()), float(x.std(ddof=1) / math.sqrt(len(x))))


def _balanced_theory(statement: sp.Basic) -> float:
    """χ⁵ at the fixed point of the stated scale: by what five layers multiply E[δ²]."""
    return fixed_point("sigmoid", float(statement.rhs), 0.0).chi ** (_SIX - 1)


@cache
def _simulated_balance() -> Estimate:
    at = critical("sigmoid")
    networks = variance_layers(
        "sigmoid", 400, _SIX, at.sigma_w, input_square=at.q / at.sigma_w**2, replicates=100, seed=14
    )
    found = networks.moments("backward")
    return Estimate(float(found.mean[0]), float(found.standard_error[0]))


_forward = sigma_w**2 * expectation(sigma(z) ** 2) + sigma_b**2
_backward = sigma_w**2 * expectation(sigma_prime(z) ** 2)

CLAIMS = (
    Prediction(
        label="variance-recursion-forward",
        sentence="Applied layer after layer, the recursion gives the mean square of the weighted inputs of "
        "layer 8.",
        statement=sp.Eq(next_symbol, _forward, evaluate=False),
        theory=_forward_theory,
        simulate=lambda: _simulated("forward", LAYERS - 1),
        scope="tanh, σ_w = 1.5, σ_b = 0.3, width 200, 200 networks; 0.01 is allowed for the finite width",
        false_sibling=sp.Eq(next_symbol, _backward + sigma_b**2, evaluate=False),
        tolerance=0.01,
    ),
    Prediction(
        label="variance-recursion-backward",
        sentence="The product of χ over seven layers gives the mean square of the error that reaches layer "
        "1.",
        statement=sp.Eq(chi_symbol, _backward, evaluate=False),
        theory=_backward_theory,
        simulate=lambda: _simulated("backward", 0),
        scope="tanh, σ_w = 1.5, σ_b = 0.3, width 200, 200 networks, the error put in independent of the "
        "weights",
        false_sibling=sp.Eq(chi_symbol, sigma_w**2 * expectation(sigma(z) ** 2), evaluate=False),
        tolerance=0.01,
    ),
    Prediction(
        label="relu-spread-by-depth-over-width",
        sentence="He's weights keep the mean of the mean square; its spread from network to network grows "
        "by 1 + 5/n with every layer.",
        statement=spread_is(sp.Integer(5)),
        theory=_spread_theory,
        simulate=_simulated_spread,
        scope=(
            f"ReLU, Var w = 2/n, zero biases, n = {NARROW}, L = {DEEP}, inputs N(0, 1), {MANY:,} networks;"
            " the standard error is exact, from the fourth moment"
        ),
        false_sibling=spread_is(sp.Integer(4)),
    ),
    Prediction(
        label="weights-below-one-explode",
        sentence="Drawn evenly from (−1, 1), all |w| are below 1, and a wide network of sigmoids explodes: "
        "σ_w² is the width times Var w.",
        statement=sp.Eq(sigma_w**2, sp.Rational(1000, 3), evaluate=False),
        theory=_uniform_theory,
        simulate=_simulated_uniform,
        scope="sigmoid, weights uniform on (−1, 1), width 1000, zero biases, E[δ²] at layer 1 of 6; the "
        "near miss is what width 1 would give",
        false_sibling=sp.Eq(sigma_w**2, sp.Rational(1, 3), evaluate=False),
    ),
    Prediction(
        label="sigmoid-critical-scale",
        sentence="Behind sigmoids with zero biases gradients keep their size at σ_w = 10.15, where q "
        "settles at 45.6.",
        statement=sp.Eq(sigma_w, sp.Float("10.1493", 6), evaluate=False),
        theory=_balanced_theory,
        simulate=_simulated_balance,
        scope="zero biases, width 400, 100 networks, started at q = 45.6: E[δ²] at layer 1 of 6, in units "
        "of the last; the near miss balances z ~ N(0, 1) only",
        false_sibling=sp.Eq(sigma_w, sp.Float("4.7226", 5), evaluate=False),
    ),
)
