"""False variants of chapter 2's claims are refuted, and what their letters mean is computed a second way."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.chapters.quarter_bound.claims import gaussian_factor, intervals, log_product, slope
from analysis.chapters.quarter_bound.gaussian_factor import Q, below_quarter, sample_ratios
from analysis.claims.meaning import truth, value
from analysis.claims.outcome import Refuted
from analysis.claims.relations import eq, le
from analysis.claims.world import World
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.display import expectation, plus, probability, times
from analysis.symbolic.notation import b, sigma_prime, w, w_, z, z_

CLAIMS = {
    claim.label: claim
    for module in (slope, intervals, gaussian_factor, log_product)
    for claim in module.CLAIMS
}
S, D = SIGMOID.formula, SIGMOID.derivative


def implies(bound: sp.Expr, conclusion: sp.Basic) -> sp.Basic:
    return sp.Implies(sp.Lt(sp.Abs(w), bound, evaluate=False), conclusion, evaluate=False)


def below(quantity: sp.Expr, bound: sp.Expr) -> sp.Basic:
    return sp.Lt(quantity, bound, evaluate=False)


X, k, L, S_L = (
    sp.IndexedBase("X"),
    sp.Symbol("k", integer=True, positive=True),
    sp.Symbol("L", integer=True, positive=True),
    sp.Symbol("S_L", real=True),
)
var, cov = sp.Function("Var"), sp.Function("Cov")
factor = sp.Abs(w) * sigma_prime(z)
near_zero = 1 + z**2 / 10**12
quarter = sp.Rational(1, 4)
event = {at: CLAIMS[f"factor-below-quarter-{at}-input"].statement.lhs for at in ("silent", "full")}
ratio, bound = (CLAIMS[x].statement for x in ("ratio-below-sixteenth", "ratio-bound-law"))
lam_is, spread, share = (
    CLAIMS[f"log-product-{x}"].statement for x in ("exponent", "variance", "is-nearly-normal")
)
lags = sp.Sum(cov(X[1], X[1 + k]), (k, 1, L - 1))

FALSE = {
    "sigmoid-slope-by-value": [
        sp.Ne(sp.Derivative(S, z), times(S, 1 - S), evaluate=False),
        eq(sp.Derivative(S, z), times(S, 1 - S, near_zero)),
        eq(sp.Derivative(S, z), times(S, S)),
        sp.Lt(sp.Derivative(S, z), times(S, 1 - S), evaluate=False),
        eq(sp.Derivative(S, z), times(S, 1 - S) + sp.Rational(1, 10**9)),
    ],
    "sigmoid-quarter-bound": [
        sp.Gt(D, quarter, evaluate=False),
        below(D, quarter),
        le(D, sp.Rational(2499999, 10**7)),
        le(D * (1 + z / 10**6), quarter),
        le(sp.exp(z) / (1 + sp.exp(-z)) ** 2, quarter),
    ],
    "sigmoid-quarter-by-calculus": [below(D, quarter), le(D, sp.Rational(2499999, 10**7))],
    "sigmoid-quarter-intervals": [below(D, quarter), sp.Ge(D, quarter, evaluate=False)],
    "tanh-is-a-scaled-sigmoid": [
        eq(sp.Derivative(TANH.formula, z), 2 * sigma_prime(2 * z)),
        eq(sp.Derivative(TANH.formula, z), 4 * sigma_prime(2 * z + sp.Rational(1, 10**6))),
        eq(sp.Derivative(TANH.formula, z), 4 * sigma_prime(2 * z) * near_zero),
        sp.Ne(sp.Derivative(TANH.formula, z), 4 * sigma_prime(2 * z), evaluate=False),
    ],
    "small-weight-small-factor": [
        implies(sp.S.One, sp.Ge(factor, quarter, evaluate=False)),
        implies(sp.S.One, below(factor, sp.Rational(2499, 10**4))),
        implies(sp.Rational(10**8 + 1, 10**8), below(factor, quarter)),
        implies(sp.S.One, below(sp.Abs(w) * sigma_prime(z) * near_zero * 5, sp.Rational(5, 4) - z**2 / 9)),
        sp.Implies(le(sp.Abs(w), 1), below(factor, quarter), evaluate=False),
    ],
    "gaussian-weight-below-one": [
        eq(CLAIMS["gaussian-weight-below-one"].statement.lhs, x)
        for x in (sp.erf(sp.Rational(7, 10)), sp.Rational(6827, 10**4), sp.erf(1), 1 - sp.erf(1 / sp.sqrt(2)))
    ],
    "quarter-threshold": [
        gaussian_factor._at_edge(x)
        for x in (
            2 * sp.acosh(gaussian_factor._x),
            sp.acosh(sp.sqrt(gaussian_factor._x)),
            2 * sp.acosh(sp.sqrt(gaussian_factor._x)) + sp.Rational(1, 10**6),
            2 * sp.asinh(sp.sqrt(gaussian_factor._x)),
        )
    ],
    "factor-below-quarter-silent-input": [
        eq(event["silent"], below_quarter(sp.S.One)),
        eq(event["silent"], below_quarter(sp.S.Zero) * sp.Rational(101, 100)),
        sp.Ne(event["silent"], below_quarter(sp.S.Zero), evaluate=False),
        sp.Lt(event["silent"], below_quarter(sp.S.Zero), evaluate=False),
        eq(event["full"], below_quarter(sp.S.Zero)),
    ],
    "factor-below-quarter-full-input": [
        eq(event["full"], below_quarter(sp.S.Zero)),
        eq(event["full"], below_quarter(sp.Rational(9, 10))),
        eq(
            probability(below(sp.Abs(w * sigma_prime(w + 2 * b)), quarter)),
            below_quarter(sp.S.One),
        ),
        sp.Gt(event["full"], below_quarter(sp.S.One), evaluate=False),
    ],
    "ratio-bound-law": [
        eq(bound.lhs, sp.erf(1 / sp.sqrt(2))),
        eq(bound.lhs, bound.rhs * sp.Rational(101, 100)),
        eq(probability(below(sp.Abs(times(w_(2), w_(2))) / 16, sp.Rational(1, 16))), bound.rhs),
        sp.Ne(*bound.args, evaluate=False),
        eq(probability(below(sp.Abs(times(w_(2), w_(3))) / 15, sp.Rational(1, 16))), bound.rhs),
    ],
    "ratio-below-sixteenth": [
        eq(ratio.lhs, 1),
        eq(ratio.lhs, Q * sp.Rational(101, 100)),
        sp.Ne(ratio.lhs, Q, evaluate=False),
        eq(probability(below(sp.Abs(w_(2) * w_(3) * sigma_prime(z_(1)) / 4), sp.Rational(1, 16))), Q),
    ],
    "log-product-exponent": [
        eq(lam_is.lhs, plus(log_product.MEAN_LOG_WEIGHT, expectation(sp.log(sigma_prime(x)))))
        for x in (b, w + b, w, z / 2)
    ]
    + [
        eq(lam_is.lhs, plus(log_product.MEAN_LOG_WEIGHT, sp.log(sigma_prime(expectation(z))))),
        sp.Ne(*lam_is.args, evaluate=False),
    ],
    "log-product-variance": [
        eq(spread.lhs, plus(var(X[1]), lags / 2)),
        eq(spread.lhs, plus(var(X[1]), 2 * lags)),
        eq(spread.lhs * L, spread.rhs),
        eq(spread.lhs, spread.rhs + 2 * cov(X[1], X[2]) / 5),
        eq(var(S_L), L * var(X[1])),
        sp.Ne(*spread.args, evaluate=False),
    ],
    "log-product-is-nearly-normal": [eq(share.lhs, sp.erf(x)) for x in (1, 1 / sp.sqrt(3), sp.Rational(3, 4))]
    + [eq(share.lhs, sp.Rational(7, 10)), sp.Ne(*share.args, evaluate=False)],
}
VARIANTS = [(label, statement) for label, many in FALSE.items() for statement in many]


@pytest.mark.drawn(12)
@pytest.mark.parametrize(("label", "statement"), VARIANTS, ids=[x for x, _ in VARIANTS])
def test_a_false_variant_is_refuted(label: str, statement: sp.Basic) -> None:
    found = CLAIMS[label].settle(statement)
    assert isinstance(found, Refuted) and found.witness, found


def test_what_would_have_been_noticed_is_small() -> None:
    for label in ("exponent", "variance", "is-nearly-normal"):
        text = str(CLAIMS[f"log-product-{label}"].settle())
        noticed = float(text.split("a change of ")[1].split(" %")[0])
        assert noticed < 2, text


def test_covariances_from_the_quadrature_are_those_of_drawn_chains() -> None:
    """And those of sums, which the quadrature's are put together for: Var(X_1 − 2X_2) and Cov(X_1, X_2 +
    X_3)."""
    x = log_product.terms(seed=11)
    world = World({L: log_product.SHORT, k: 1})
    for p, q, (i, j) in (
        (X[1], X[1], (x[:, 2], x[:, 2])),
        (X[1], X[k + 1], (x[:, 1], x[:, 2])),
        (X[L], X[L - 2], (x[:, 0], x[:, 2])),
        (X[1] - 2 * X[2], X[1] - 2 * X[2], (x[:, 1] - 2 * x[:, 2],) * 2),
        (X[1], X[2] + X[3] + 7, (x[:, 1], x[:, 2] + x[:, 3])),
    ):
        ours = float(value(sp.Symbol("x"), World({sp.Symbol("x"): log_product.covariance(p, q, world)})))
        products = (i - i.mean()) * (j - j.mean())
        assert abs(ours - products.mean()) < 5 * products.std() / math.sqrt(len(x)), (p, q)


def test_the_sum_is_simulated_with_all_its_terms() -> None:
    """Cov(S_3, X_1) = Var X_1 + Cov(X_1, X_2) + Cov(X_1, X_3): the drawn chains against the quadrature."""
    domain = CLAIMS["log-product-variance"].domain
    assert domain is not None
    right = var(X[1]) + cov(X[1], X[2]) + cov(X[1], X[3])
    assert truth(eq(cov(S_L, X[1]), right), domain.world({})).holds
    assert truth(eq(cov(S_L, X[1]), var(X[1])), domain.world({})).holds is False


def test_ratio_drawn_by_the_book_and_by_the_meaning_agree() -> None:
    """The network written out for the claim, and drawn in one go with another generator."""
    domain = CLAIMS["ratio-below-sixteenth"].domain
    assert domain is not None
    ours = float(value(ratio.lhs, domain.world({})))
    assert ours == pytest.approx(np.mean(np.abs(sample_ratios().ratio) < 1 / 16), abs=0.003)


def test_the_integral_of_the_bessel_function_against_mpmath() -> None:
    exact = 2 / mpmath.pi * mpmath.quad(lambda x: mpmath.besselk(0, x), [0, 0.1, 1])
    assert float(value(bound.rhs, World({})).mid()) == pytest.approx(float(exact), abs=1e-12)
