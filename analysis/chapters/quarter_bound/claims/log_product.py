"""The law of large numbers and the central limit theorem of the log-product, theory against simulation."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp

from analysis.claims.claim import Estimate, Prediction
from analysis.numeric.compiled import compiled
from analysis.numeric.log_product import (
    Exponent,
    LogProducts,
    exponent,
    mean_log_normal,
    simulate,
)
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import expectation, plus, probability, times
from analysis.symbolic.notation import b, sigma_prime, w, z

lam = sp.Symbol(r"\lambda", real=True)
deviation = sp.Symbol(r"\varsigma", positive=True)
_X, _k = sp.IndexedBase("X"), sp.Symbol("k", integer=True, positive=True)
_L = sp.Symbol("L", integer=True, positive=True)
_var, _cov = sp.Function("Var"), sp.Function("Cov")
_S = sp.Symbol("S_L", real=True)
MEAN_LOG_WEIGHT = -(sp.EulerGamma + sp.log(2)) / 2
DEPTH = 50


@cache
def drawn(weight_std: float = 1.0, chains: int = 100_000, seed: int = 4) -> LogProducts:
    """The simulation behind every claim here: depths 1 … 50 after 20 layers of burn-in."""
    rng = np.random.default_rng(seed)
    return simulate(SIGMOID, rng, depths=(1, 5, 10, 20, DEPTH), chains=chains, weight_std=weight_std)


@cache
def computed(weight_std: float = 1.0) -> Exponent:
    """λ and ς² for normal weights of that standard deviation and N(0, 1) biases."""
    return exponent(SIGMOID, weight_std)


def _mean_log_slope(inside: sp.Expr) -> float:
    """E[log σ′(z)] under the stationary law;
    or with w, b ~ N(0, 1) where a linear form in w and b is named instead."""
    if inside == z:
        return computed().lam - mean_log_normal(1.0)
    x = np.linspace(-10.0, 10.0, 401)
    p = np.exp(-x * x / 2.0)
    std = math.hypot(float(inside.coeff(w)), float(inside.coeff(b)))
    return float(compiled(SIGMOID.log_slope, z)(std * x) @ p / p.sum())


def _exponent_theory(statement: sp.Basic) -> float:
    (mean,) = statement.rhs.atoms(expectation)
    return float(
        statement.rhs.doit().xreplace({mean: sp.Float(_mean_log_slope(mean.args[0].args[0].args[0]))})
    )


def _simulated_exponent() -> Estimate:
    rates = drawn().logs[:, -1] / DEPTH
    return Estimate(float(rates.mean()), float(rates.std(ddof=1) / math.sqrt(len(rates))))


def _lam_is(inside: sp.Expr) -> sp.Eq:
    return sp.Eq(lam, plus(MEAN_LOG_WEIGHT, expectation(sp.log(sigma_prime(inside)))), evaluate=False)


def _variance_theory(statement: sp.Basic) -> float:
    """Var X and the sum of covariances put in, at L = 50."""
    e = computed(6.0)
    (one,) = statement.rhs.atoms(_var)
    values = {one: sp.Float(e.independent_variance)}
    for total in statement.rhs.atoms(sp.Sum):
        term, ((index, first, last),) = total.function, total.limits
        (covariance,) = term.atoms(_cov)
        weights = compiled(term.coeff(covariance).subs(_L, DEPTH), index)
        lags = np.arange(int(first), min(int(last.subs(_L, DEPTH)), len(e.autocovariances)) + 1)
        values[total] = sp.Float(float(weights(lags) @ e.autocovariances[lags - 1]))
    return float(statement.rhs.xreplace(values))


def _simulated_variance() -> Estimate:
    x = drawn(6.0).logs[:, -1] / math.sqrt(DEPTH)
    squares = (x - x.mean()) ** 2
    return Estimate(float(squares.mean()), float(squares.std(ddof=1) / math.sqrt(len(x))))


def _variance_is(terms: sp.Expr) -> sp.Eq:
    return sp.Eq(_var(_S) / _L, terms, evaluate=False)


def _share_theory(statement: sp.Basic) -> float:
    """The right side, at L = 50."""
    return float(statement.rhs.subs(_L, DEPTH))


def _simulated_share() -> Estimate:
    """The share of simulated chains with S_L within ς√L of Lλ."""
    e, logs = computed(), drawn().logs[:, -1]
    share = float(np.mean(np.abs(logs - DEPTH * e.lam) < math.sqrt(DEPTH * e.variance)))
    return Estimate(share, math.sqrt(share * (1.0 - share) / len(logs)))


def _share_is(chance: sp.Expr) -> sp.Eq:
    event = sp.Lt(sp.Abs(_S - _L * lam), times(deviation, sp.sqrt(_L)), evaluate=False)
    return sp.Eq(probability(event), chance, evaluate=False)


_one = _var(_X[1])
_sum = sp.Sum((1 - _k / _L) * _cov(_X[1], _X[1 + _k]), (_k, 1, _L - 1))

CLAIMS = (
    Prediction(
        label="log-product-exponent",
        sentence="The log of the backward product changes by λ = −2.3076 a layer: the typical gradient "
        "shrinks tenfold.",
        statement=_lam_is(z),
        theory=_exponent_theory,
        simulate=_simulated_exponent,
        scope="sigmoid, w, b ~ N(0, 1), z under its stationary law; 100,000 chains of 50 layers after 20 "
        "of burn-in",
        false_sibling=_lam_is(w / 2 + b),
    ),
    Prediction(
        label="log-product-variance",
        sentence="The spread of the log-product needs the covariances between layers: they are not "
        "independent.",
        statement=_variance_is(_one + 2 * _sum),
        theory=_variance_theory,
        simulate=_simulated_variance,
        scope="sigmoid, w ~ N(0, 36), b ~ N(0, 1), L = 50, under the stationary law",
        false_sibling=_variance_is(_one),
    ),
    Prediction(
        label="log-product-is-nearly-normal",
        sentence="Two chains in three have a log-product within ς√L of Lλ, as the central limit theorem "
        "says.",
        statement=_share_is(sp.erf(1 / sp.sqrt(2))),
        theory=_share_theory,
        simulate=_simulated_share,
        scope="sigmoid, w, b ~ N(0, 1), L = 50; the normal approximation is allowed an error of 0.005",
        false_sibling=_share_is(sp.erf(1 / sp.sqrt(2 * _L))),
        tolerance=0.005,
    ),
)
