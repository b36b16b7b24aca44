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
from analysis.claims.meaning import whole
from analysis.claims.world import Estimate, Given, Meaningless, Number, World, number
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
SHORT = 3
"""The depth at which the covariances are weighed: the nearer to 1, the more their weights 1 − k/L count."""
LARGE = 6
"""The standard deviation of the weights there."""


CHAINS, MANY, BURN_IN, NORMAL = 100_000, 400_000, 20, 0.005
"""Chains of the exponent and of the covariances, layers before the first that counts, and what the normal law
is allowed."""


@cache
def drawn(chains: int = CHAINS, seed: int = 4) -> LogProducts:
    """Chains with w, b ~ N(0, 1): depths 1 … 50 after 20 layers of burn-in."""
    return simulate(
        SIGMOID, np.random.default_rng(seed), depths=(1, 5, 10, 20, DEPTH), chains=chains, burn_in=BURN_IN
    )


@cache
def terms(chains: int = MANY, seed: int = 4) -> NDArray[np.float64]:
    """X_0 … X_5 of chains with w ~ N(0, 36) after 12 layers of burn-in, (chains, 6)."""
    rng = np.random.default_rng(seed)
    run = simulate(
        SIGMOID, rng, depths=range(1, SHORT + 4), chains=chains, weight_std=float(LARGE), burn_in=12
    )
    return np.diff(run.logs, axis=1, prepend=0.0)


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


def _variance_is(terms: sp.Expr) -> sp.Eq:
    return sp.Eq(_var(_S) / _L, terms, evaluate=False)


def _simulated_share(e: sp.Basic, world: World) -> Number:
    """The share of simulated chains whose S_L makes the relation true; the normal law is allowed an error of
    ``NORMAL``."""
    logs = drawn().logs[:, -1]
    hits = compiled(in_numbers(e.args[0].doit(), [_S], world), _S)(logs)
    share = float(np.mean(hits))
    return world.measured(e, Estimate(share, math.sqrt(share * (1.0 - share) / len(logs)), NORMAL))


def _share_is(chance: sp.Expr) -> sp.Eq:
    event = sp.Lt(sp.Abs(_S - _L * lam), times(deviation, sp.sqrt(_L)), evaluate=False)
    return sp.Eq(probability(event), chance, evaluate=False)


_one = _var(_X[1])
_sum = sp.Sum((1 - _k / _L) * _cov(_X[1], _X[1 + _k]), (_k, 1, _L - 1))


def covariance(p: sp.Expr, q: sp.Expr, world: World) -> Number:
    """Cov(p, q) in the letters X_j and S_L: from the quadrature where both are linear in the X_j, of drawn
    chains otherwise."""
    p, q = (_indexed(x, world) for x in (p, q))
    left, right = _coefficients(p), _coefficients(q)
    if left is not None and right is not None:
        return number(
            sum(c * d * _at_distance(abs(i - j)) for i, c in left.items() for j, d in right.items())
        )
    letters = sorted((p.atoms(sp.Indexed) | q.atoms(sp.Indexed)), key=str)
    if any(not 0 <= x.indices[0] < terms().shape[1] for x in letters):
        raise Meaningless("so many layers were not drawn")
    columns = [terms()[:, int(x.indices[0])] for x in letters]
    plain = {x: sp.Symbol(f"X_{x.indices[0]}", real=True) for x in letters}
    total = terms()[:, 1 : SHORT + 1].sum(axis=1)
    x, y = (
        compiled(e.xreplace(plain), *plain.values(), _S)(*columns, total) * np.ones(len(total))
        for e in (p, q)
    )
    products = (x - x.mean()) * (y - y.mean())
    error = float(products.std(ddof=1) / math.sqrt(len(products)))
    return world.measured(_cov(p, q), Estimate(float(products.mean()), error))


def _indexed(e: sp.Expr, world: World) -> sp.Expr:
    """``e`` with its indices and all letters but X_j and S_L as numbers."""
    layers = {x: _X[whole(x.indices[0], world)] for x in e.atoms(sp.Indexed)}
    return in_numbers(e.xreplace(layers), [_S, *layers.values(), _X, _X.label], world)


def _coefficients(e: sp.Expr) -> dict[int, float] | None:
    """j → the coefficient of X_j in a linear form; None for anything else."""
    letters = sorted(e.atoms(sp.Indexed), key=str)
    if e.has(_S) or not e.is_polynomial(*letters) or sp.Poly(e, *letters, domain="RR").total_degree() > 1:
        return None
    return {int(x.indices[0]): float(e.diff(x)) for x in letters}


def _at_distance(lag: int) -> float:
    found = computed(float(LARGE))
    known = (found.independent_variance, *found.autocovariances)
    return float(known[lag]) if lag < len(known) else 0.0


CLAIMS = (
    Claim(
        label="log-product-exponent",
        sentence=f"The log of the backward product changes by λ = −{-computed().lam:.4f} a layer: the "
        f"typical "
        "gradient shrinks tenfold.",
        statement=_lam_is(z),
        check=None,
        scope=(
            f"sigmoid, w, b ~ N(0, 1), z under its stationary law; {CHAINS:,} chains of {DEPTH} layers "
            f"after {BURN_IN} of burn-in"
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
        scope=f"sigmoid, w ~ N(0, {LARGE**2}), b ~ N(0, 1), L = {SHORT}, under the stationary law; "
        f"{MANY:,} chains",
        false_sibling=_variance_is(_one),
        domain=domain(
            means={
                _L: SHORT,
                _var: lambda e, world: covariance(e.args[0], e.args[0], world),
                _cov: lambda e, world: covariance(e.args[0], e.args[1], world),
            }
        ),
    ),
    Claim(
        label="log-product-is-nearly-normal",
        sentence=f"A share of {math.erf(math.sqrt(0.5)):.3f} of the chains has a log-product within ς√L of "
        f"Lλ, as the central limit theorem says.",
        statement=_share_is(sp.erf(1 / sp.sqrt(2))),
        check=None,
        scope=f"sigmoid, w, b ~ N(0, 1), L = {DEPTH}; the normal approximation is allowed an "
        f"error of {NORMAL}",
        false_sibling=_share_is(sp.Rational(2, 3)),
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
