"""Claims: λ against the weight scale: weights of mean 0 without biases, and biases tied to their weights."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp

from analysis.chapters.explosion.balance import lam
from analysis.claims.claim import Estimate, Prediction
from analysis.numeric.compiled import compiled
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


@cache
def _drawn() -> Estimate:
    return simulated_exponent(np.random.default_rng(18), _STD, chains=40_000, layers=50, burn_in=20)


def _theory(statement: sp.Basic) -> float:
    """E log|w| and, under the expectation, log σ′ at the stationary z or at w/2,
    the z that belongs to a = ½."""
    (mean,) = statement.rhs.atoms(expectation)
    inside = mean.args[0].args[0].args[0]
    if inside == z:
        value = exponent(SIGMOID, _STD, 0.0).lam - mean_log_normal(_STD)
    else:
        x = np.linspace(-10.0, 10.0, 401)
        p = np.exp(-x * x / 2.0)
        value = float(compiled(SIGMOID.log_slope, z)(float(inside.coeff(w)) * _STD * x) @ p / p.sum())
    return float(statement.rhs.doit().xreplace({mean: sp.Float(value), s: sp.Float(_STD)}))


def _lam_is(inside: sp.Expr) -> sp.Eq:
    return sp.Eq(lam, plus(mean_log_weight(), expectation(sp.log(sigma_prime(inside)))), evaluate=False)


CLAIMS = (
    Prediction(
        label="zero-bias-exponent",
        sentence="Without biases, normal weights of standard deviation 3 shrink the typical gradient by "
        "e^−1.45 a layer.",
        statement=_lam_is(z),
        theory=_theory,
        simulate=_drawn,
        scope="sigmoid, w ~ N(0, s²) with s = 3, b = 0, z under its stationary law; 40,000 chains of 50 "
        "layers after 20 of burn-in",
        false_sibling=_lam_is(w / 2),
    ),
)
