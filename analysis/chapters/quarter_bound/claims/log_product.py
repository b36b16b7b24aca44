"""The law of large numbers and the central limit theorem of the log-product, theory against simulation."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.claims.claim import Claim
from analysis.claims.domain import domain, only
from analysis.claims.laws import Law, in_numbers, mean, normal
from analysis.claims.meaning import value
from analysis.claims.world import Estimate, Given, Number, World, number
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


def stationary_mean(e: sp.Basic, world: World) -> Number:
    """E[…] with w, b ~ N(0, 1) and z under its stationary law, for which log σ′(z) alone is integrated,
    anything else drawn."""
    if e.args[0] == sp.log(sigma_prime(z)):
        return number(computed().lam - mean_log_normal(1.0))
    return mean(e.args[0], LAWS, world)


def _settled(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """z of ``count`` sigmoid chains after 20 layers."""
    a = np.full(count, 0.5)
    for _ in range(20):
        z_ = rng.standard_normal(count) * a + rng.standard_normal(count)
        a = 1.0 / (1.0 + np.exp(-z_))
    return np.asarray(z_)


LAWS = {w: normal(), b: normal(), z: Law(draw=_settled)}


def _simulated_exponent(world: World) -> Estimate:
    rates = drawn().logs[:, -1] / DEPTH
    return Estimate(float(rates.mean()), float(rates.std(ddof=1) / math.sqrt(len(rates))))


def _lam_is(inside: sp.Expr) -> sp.Eq:
    return sp.Eq(lam, plus(MEAN_LOG_WEIGHT, expectation(sp.log(sigma_prime(inside)))), evaluate=False)


def _simulated_variance(world: World) -> Estimate:
    x = drawn(6.0).logs[:, -1]
    squares = (x - x.mean()) ** 2
    return Estimate(float(squares.mean()), float(squares.std(ddof=1) / math.sqrt(len(x))))


def _variance_is(terms: sp.Expr) -> sp.Eq:
    return sp.Eq(_var(_S) / _L, terms, evaluate=False)


def _simulated_share(e: sp.Basic, world: World) -> Number:
    """The share of simulated chains whose S_L makes the relation true; the normal law is allowed an error of
    0.005."""
    logs = drawn().logs[:, -1]
    hits = compiled(in_numbers(e.args[0].doit(), [_S], world), _S)(logs)
    share = float(np.mean(hits))
    return world.measured(e, Estimate(share, math.sqrt(share * (1.0 - share) / len(logs)), 0.005))


def _share_is(chance: sp.Expr) -> sp.Eq:
    event = sp.Lt(sp.Abs(_S - _L * lam), times(deviation, sp.sqrt(_L)), evaluate=False)
    return sp.Eq(probability(event), chance, evaluate=False)


_one = _var(_X[1])
_sum = sp.Sum((1 - _k / _L) * _cov(_X[1], _X[1 + _k]), (_k, 1, _L - 1))


def _covariance(e: sp.Basic, world: World) -> float:
    """Cov(X_1, X_{1+k}) of the chains with w ~ N(0, 36)."""
    lag = int(value(e.args[1].indices[0], world)) - 1
    found = computed(6.0).autocovariances
    return float(found[lag - 1]) if lag <= len(found) else 0.0


CLAIMS = (
    Claim(
        label="log-product-exponent",
        sentence="The log of the backward product changes by λ = −2.3076 a layer: the typical gradient "
        "shrinks tenfold.",
        statement=_lam_is(z),
        check=None,
        scope=(
            "sigmoid, w, b ~ N(0, 1), z under its stationary law; 100,000 chains of 50 layers after "
            "20 of burn-in"
        ),
        false_sibling=_lam_is(w / 2 + b),
        domain=domain(
            means={lam: Given(_simulated_exponent), expectation: stationary_mean, **only("sigmoid")}
        ),
    ),
    Claim(
        label="log-product-variance",
        sentence="The spread of the log-product needs the covariances between layers: they are not "
        "independent.",
        statement=_variance_is(_one + 2 * _sum),
        check=None,
        scope="sigmoid, w ~ N(0, 36), b ~ N(0, 1), L = 50, under the stationary law",
        false_sibling=_variance_is(_one),
        domain=domain(
            means={
                _L: DEPTH,
                _var(_S): Given(_simulated_variance),
                _one: Given(lambda world: computed(6.0).independent_variance),
                _cov: _covariance,
            }
        ),
    ),
    Claim(
        label="log-product-is-nearly-normal",
        sentence="Two chains in three have a log-product within ς√L of Lλ, as the central limit theorem "
        "says.",
        statement=_share_is(sp.erf(1 / sp.sqrt(2))),
        check=None,
        scope="sigmoid, w, b ~ N(0, 1), L = 50; the normal approximation is allowed an error of 0.005",
        false_sibling=_share_is(sp.erf(1 / sp.sqrt(2 * _L))),
        domain=domain(
            means={
                _L: DEPTH,
                lam: Given(lambda world: computed().lam),
                deviation: Given(lambda world: math.sqrt(computed().variance)),
                probability: _simulated_share,
            }
        ),
    ),
)
