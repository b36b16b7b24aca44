"""λ against the weight scale: weights of mean 0 without biases, and biases tied to their weights."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.explosion.balance import lam
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, only
from analysis.claims.laws import Law, mean, normal
from analysis.claims.world import Estimate, Given, Number, World, number
from analysis.numeric.log_product import exponent, mean_log_normal, simulate
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import expectation, plus
from analysis.symbolic.normal_weight import mean_log_weight, s
from analysis.symbolic.notation import sigma_prime, w, z


def simulated_exponent(
    rng: np.random.Generator,
    weight_std: float,
    weight_mean: float = 0.0,
    bias: float = 0.0,
    chains: int = 2000,
    layers: int = 200,
    burn_in: int = 100,
) -> Estimate:
    """λ of sigmoid chains with w ~ N(weight_mean, weight_std²) and the same bias in every layer;
    standard error over the chains."""
    run = simulate(
        SIGMOID,
        rng,
        depths=(layers,),
        chains=chains,
        weight_std=weight_std,
        bias_std=0.0,
        burn_in=burn_in,
        weight_mean=weight_mean,
        bias_mean=bias,
    )
    rates = run.logs[:, 0] / layers
    return Estimate(float(rates.mean()), float(rates.std(ddof=1) / math.sqrt(chains)))


_STD = 3.0
CHAINS, LAYERS, BURN_IN = 40_000, 50, 20


@cache
def _drawn() -> Estimate:
    return simulated_exponent(np.random.default_rng(18), _STD, chains=CHAINS, layers=LAYERS, burn_in=BURN_IN)


def _stationary_mean(e: sp.Basic, world: World) -> Number:
    """E[…] with w ~ N(0, s²) and z under its stationary law, for which log σ′(z) alone is integrated,
    anything else drawn."""
    if e.args[0] == sp.log(sigma_prime(z)):
        return number(exponent(SIGMOID, _STD, 0.0).lam - mean_log_normal(_STD))
    return mean(e.args[0], _LAWS, world)


def _settled(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """z of ``count`` chains after 20 layers."""
    a = np.full(count, 0.5)
    for _ in range(20):
        at = _STD * rng.standard_normal(count) * a
        a = 1.0 / (1.0 + np.exp(-at))
    return np.asarray(at)


_LAWS = {w: normal(9), z: Law(draw=_settled)}


def _lam_is(inside: sp.Expr) -> sp.Eq:
    return sp.Eq(lam, plus(mean_log_weight(), expectation(sp.log(sigma_prime(inside)))), evaluate=False)


CLAIMS = (
    Claim(
        label="zero-bias-exponent",
        sentence=f"Without biases, normal weights of standard deviation 3 shrink the typical gradient by "
        f"e^−{-exponent(SIGMOID, _STD, 0.0, nodes=24).lam:.2f} a layer.",
        statement=_lam_is(z),
        check=None,
        scope=f"sigmoid, w ~ N(0, s²) with s = 3, b = 0, z under its stationary law; {CHAINS:,} chains of "
        f"{LAYERS} layers after {BURN_IN} of burn-in",
        false_sibling=_lam_is(w / 2),
        domain=domain(
            means={
                s: 3,
                lam: Given(lambda world: _drawn()),
                expectation: _stationary_mean,
                **only("sigmoid"),
            }
        ),
    ),
)
