"""The variance recursions against random networks: wide ones, and how far a finite width strays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.initialisation.relu_spread import relu_mean_squares, spread_error
from analysis.chapters.initialisation.two_widths import bounded_weights
from analysis.chapters.initialisation.variance_layers import VarianceLayers, many_variance_layers
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, domain, only
from analysis.claims.laws import expectation_over, normal
from analysis.claims.world import Estimate, Given
from analysis.numeric.mean_field import critical
from analysis.symbolic.display import expectation, iterated, times
from analysis.symbolic.notation import sigma, sigma_prime, z
from analysis.symbolic.variance import SPREAD, depth, n, sigma_b, sigma_w, spread_is

Floats = NDArray[np.float64]
SCALE, BIAS, LAYERS, WIDTH = 1.5, 0.3, 8, 200
NETWORKS, ALLOWED = 8000, 0.01
_SIX, SIGMOIDS, UNIFORM = 6, 400, 24
WITHIN = sp.Rational(3, 2)
"""To what factor networks of uniform weights are compared with the recursion."""
NARROW, DEEP, MANY = 50, 4, 200_000
"""Width, depth and number of the ReLU networks whose spread is measured:
4/n and 6/n for 5/n are then 25 standard errors off."""


@cache
def tanh_networks() -> VarianceLayers:
    """The networks of tanh, width 200 and eight layers."""
    return many_variance_layers("tanh", WIDTH, LAYERS, SCALE, BIAS, replicates=NETWORKS, seed=11)


def _simulated(which: str, layer: int) -> Estimate:
    found = tanh_networks().moments(which)
    return Estimate(float(found.mean[layer]), float(found.standard_error[layer]), ALLOWED)


@cache
def _simulated_spread() -> Estimate:
    x = relu_mean_squares(NARROW, DEEP, networks=MANY, seed=12)
    value = float(((x - 1.0) ** 2).mean())  # the mean of x is 1 exactly: He's weights keep it
    return Estimate(value, spread_error(NARROW, DEEP, MANY))


def _simulated_uniform() -> Estimate:
    x = bounded_weights("sigmoid", 1000, depth=_SIX, replicates=UNIFORM, seed=13).squares[:, 0]
    return Estimate(float(x.mean()), float(x.std(ddof=1) / math.sqrt(len(x))))


@cache
def _balance(factor: float = 1.0) -> Floats:
    """E[δ²] at layer 1 of 6 of each network whose scale is so many times the critical one, in units
    of the last layer's."""
    at = critical("sigmoid")
    networks = many_variance_layers(
        "sigmoid",
        400,
        _SIX,
        factor * at.sigma_w,
        input_square=at.q / at.sigma_w**2,
        replicates=SIGMOIDS,
        seed=14,
    )
    return networks.backward[:, 0]


def measured_balance() -> Estimate:
    """The scale at which the mean of E[δ²] over the networks is that of the last layer: between three
    scales, by a line in the logarithm."""
    factors = np.array([0.9, 1.0, 1.1])
    logs = np.log([_balance(float(f)).mean() for f in factors])
    slope, middle = np.polyfit(factors - 1.0, logs, 1)
    here = _balance()
    error = float(here.std(ddof=1) / here.mean() / math.sqrt(len(here)))
    scale = critical("sigmoid").sigma_w
    bend = abs(float(logs[0] - 2 * logs[1] + logs[2])) / abs(float(slope))
    return Estimate(
        scale * (1.0 - float(middle) / float(slope)), scale * error / abs(float(slope)), scale * bend / 2
    )


_q, _chi_product = sp.Symbol("q", positive=True), sp.Symbol("p", positive=True)
_q_8, _p_1, _d_1 = (
    sp.Symbol("q_8", positive=True),
    sp.Symbol("p_1", positive=True),
    sp.Symbol("d_1", positive=True),
)
_forward = sigma_w**2 * expectation(sigma(z) ** 2) + sigma_b**2
_backward = sigma_w**2 * expectation(sigma_prime(z) ** 2)
_FIRST = sigma_w**2 + sigma_b**2


def _after(forward: sp.Expr, backward: sp.Expr, first: sp.Expr, layers: int) -> sp.Basic:
    """χ multiplied up over ``layers`` layers, q of each from the one before."""
    together = (
        sp.Tuple(_q, _chi_product),
        sp.Tuple(forward, times(_chi_product, backward)),
        sp.Tuple(first, 1),
    )
    return iterated(*together, layers)


def _means(activation: str, letters: Mapping[sp.Symbol, object]) -> Domain:
    """z ~ N(0, q), q that of the layer that the recursion has reached."""
    return domain(means={**only(activation), expectation: expectation_over({z: normal(_q)}), **letters})


_TANH = {sigma_w: sp.Rational(str(SCALE)), sigma_b: sp.Rational(str(BIAS))}
_UNIFORM = (
    sp.Rational(1000, 3) * expectation(sigma(z) ** 2),
    sp.Rational(1000, 3) * expectation(sigma_prime(z) ** 2),
)
_START = sp.Rational(1000, 3)

CLAIMS = (
    Claim(
        label="variance-recursion-forward",
        sentence=(
            "Applied layer after layer, the recursion gives the mean square of the weighted inputs "
            "of layer 8."
        ),
        statement=sp.Eq(_q_8, iterated(_q, _forward, _FIRST, LAYERS - 1), evaluate=False),
        check=None,
        scope=(
            f"tanh, σ_w = {SCALE}, σ_b = {BIAS}, width {WIDTH}, {NETWORKS:,} networks, inputs of mean "
            f"square 1, z ~ N(0, q); (…)^{LAYERS - 1} applies the bracket {LAYERS - 1} times, first to the "
            f"q of layer 1; {ALLOWED} is allowed for the finite width"
        ),
        false_sibling=None,
        domain=_means("tanh", {**_TANH, _q_8: Given(lambda world: _simulated("forward", LAYERS - 1))}),
    ),
    Claim(
        label="variance-recursion-backward",
        sentence=(
            "The product of χ over seven layers gives the mean square of the error that reaches layer 1."
        ),
        statement=sp.Eq(_p_1, _after(_forward, _backward, _FIRST, LAYERS - 1), evaluate=False),
        check=None,
        scope=(
            f"tanh, σ_w = {SCALE}, σ_b = {BIAS}, width {WIDTH}, {NETWORKS:,} networks, inputs of mean "
            f"square 1, the error put in independent of the weights; p is the mean square of the error in "
            f"units of layer {LAYERS}'s; (…)^{LAYERS - 1} applies the bracket {LAYERS - 1} times; {ALLOWED} "
            "is allowed for the finite width"
        ),
        false_sibling=None,
        domain=_means("tanh", {**_TANH, _p_1: Given(lambda world: _simulated("backward", 0))}),
    ),
    Claim(
        label="relu-spread-by-depth-over-width",
        sentence="He's weights keep the mean of the mean square; one plus its spread from network to network "
        "grows by the factor 1 + 5/n with every layer.",
        statement=spread_is(sp.Integer(5)),
        check=None,
        scope=(
            f"ReLU, Var w = 2/n, zero biases, n = {NARROW}, L = {DEEP}, inputs N(0, 1), {MANY:,} networks;"
            " q is one network's mean of z² over the n neurons of layer L; the standard error is exact, from "
            "the fourth moment"
        ),
        false_sibling=None,
        domain=domain(means={n: NARROW, depth: DEEP, SPREAD: Given(lambda world: _simulated_spread())}),
    ),
    Claim(
        label="weights-below-one-explode",
        sentence=(
            "Drawn evenly from (−1, 1), all |w| are below 1, and a wide network of sigmoids "
            f"explodes; within a factor of {float(WITHIN)} the recursion says by how much: σ_w² is the width "
            "times Var w."
        ),
        statement=sp.And(
            sp.Gt(_d_1, 1 / WITHIN * _after(*_UNIFORM, _START, _SIX - 1), evaluate=False),
            sp.Lt(_d_1, WITHIN * _after(*_UNIFORM, _START, _SIX - 1), evaluate=False),
            sp.Gt(_d_1, 8, evaluate=False),
            evaluate=False,
        ),
        check=None,
        scope=(
            "sigmoid, weights uniform on (−1, 1), width 1000, zero biases, "
            f"{UNIFORM} networks; d_1 and p are E[δ²] in units of the last layer's, d_1 at layer 1 of "
            f"{_SIX}; z ~ N(0, q); (…)^{_SIX - 1} applies the bracket {_SIX - 1} times"
        ),
        false_sibling=sp.Lt(_d_1, 1, evaluate=False),
        domain=_means("sigmoid", {_d_1: Given(lambda world: _simulated_uniform())}),
    ),
    Claim(
        label="sigmoid-critical-scale",
        sentence=(
            f"Behind sigmoids with zero biases gradients keep their size at σ_w = "
            f"{critical('sigmoid').sigma_w:.2f}, where q settles at {critical('sigmoid').q:.1f}."
        ),
        statement=sp.Eq(sigma_w, sp.Float(f"{critical('sigmoid').sigma_w:.6g}", 6), evaluate=False),
        check=None,
        scope=(
            f"zero biases, width 400, {SIGMOIDS} networks, started where q settles; σ_w is the scale at "
            "which E[δ²] at layer 1 of 6 is that of the last layer, between three scales that were "
            "drawn"
        ),
        false_sibling=None,
        domain=domain(means={sigma_w: Given(lambda world: measured_balance())}),
    ),
)
