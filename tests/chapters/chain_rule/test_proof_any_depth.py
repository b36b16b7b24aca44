"""Statements about a chain of any depth: the induction proves those that are true, and refutes the ways in
which they go wrong, each with a counter-example."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.chapters.chain_rule.any_depth import A, B, L, W, Z, at, j, l, prod
from analysis.chapters.chain_rule.claims.gradient import CLAIMS
from analysis.chapters.chain_rule.claims.proof_any_depth import (
    at_small_depth,
    by_induction,
    by_unspecified_rest,
)
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.chain import gradient
from analysis.symbolic.display import partial, times
from analysis.symbolic.notation import cost, cost_prime, sigma_prime

BY_LABEL = {claim.label: claim for claim in CLAIMS}
COST = partial(A[L], A[L])
FACTOR = W[j] * sigma_prime(Z[j])


def product(factor: sp.Expr = FACTOR, low: sp.Expr | int = 2, high: sp.Expr = L) -> sp.Expr:
    return prod(factor, (j, low, high))


def says(right: sp.Expr, parameter: sp.Expr = B[1]) -> sp.Eq:
    return sp.Eq(partial(A[L], parameter), right, evaluate=False)


def from_5_on(n: sp.Symbol) -> sp.Expr:
    """A factor that is 1 at 1 … 4, so that no small depth shows it, and wrong from 5 on."""
    return 1 + (n - 1) * (n - 2) * (n - 3) * (n - 4)


TRUE = {
    "from layer 1": says(sigma_prime(Z[1]) * product() * COST),
    "order is free": says(COST * product() * sigma_prime(Z[1])),
    "index shifted with its limits": says(
        times(sigma_prime(Z[1]), product(FACTOR.subs(j, j + 1), 1, L - 1), COST)
    ),
    "layer 3": says(times(sigma_prime(Z[3]), product(low=4), COST), B[3]),
    "weight of layer 2": says(times(A[1], sigma_prime(Z[2]), product(low=3), COST), W[2]),
    "two products": says(times(sigma_prime(Z[1]), product(W[j]), product(sigma_prime(Z[j])), COST)),
}

FALSE = {
    "no prefactor": says(times(product(), COST)),
    "prefactor of another layer": says(times(sigma_prime(Z[2]), product(), COST)),
    "prefactor with its weight": says(times(W[1], sigma_prime(Z[1]), product(), COST)),
    "prefactor twice": says(times(sigma_prime(Z[1]), sigma_prime(Z[1]), product(), COST)),
    "sign": says(times(-1, sigma_prime(Z[1]), product(), COST)),
    "starts too early": says(times(sigma_prime(Z[1]), product(low=1), COST)),
    "starts too late": says(times(sigma_prime(Z[1]), product(low=3), COST)),
    "ends too early": says(times(sigma_prime(Z[1]), product(high=L - 1), COST)),
    "no cost": says(times(sigma_prime(Z[1]), product())),
    "cost twice": says(times(sigma_prime(Z[1]), product(), COST, COST)),
    "cost of layer 1": says(times(sigma_prime(Z[1]), product(), cost_prime(A[1]))),
    "no slopes": says(times(sigma_prime(Z[1]), product(W[j]), COST)),
    "no weights": says(times(sigma_prime(Z[1]), product(sigma_prime(Z[j])), COST)),
    "slope shifted": says(times(sigma_prime(Z[1]), product(W[j] * sigma_prime(Z[j - 1])), COST)),
    "weight shifted": says(times(sigma_prime(Z[1]), product(W[j - 1] * sigma_prime(Z[j])), COST)),
    "sign in the factor": says(times(sigma_prime(Z[1]), product(-FACTOR), COST)),
    "no product": says(times(sigma_prime(Z[1]), COST)),
    "a factor of L": says(times(L, sigma_prime(Z[1]), product(), COST)),
    "bias for weight": says(times(sigma_prime(Z[1]), product(), COST), W[1]),
    "layer l: product from l": says(times(sigma_prime(Z[l]), product(low=l), COST), B[l]),
    "layer l: product from 2": says(times(sigma_prime(Z[l]), product(), COST), B[l]),
    "layer l: first slope": says(times(sigma_prime(Z[1]), product(low=l + 1), COST), B[l]),
    "layer l: activation a_l": says(times(A[l], sigma_prime(Z[l]), product(low=l + 1), COST), W[l]),
}


@pytest.mark.parametrize("statement", TRUE.values(), ids=list(TRUE))
def test_induction_proves_true_statements(statement: sp.Eq) -> None:
    outcome = by_induction(statement)
    assert isinstance(outcome, Proved), outcome
    assert outcome.how == "induction" and len(outcome.steps) == 4


@pytest.mark.parametrize("statement", FALSE.values(), ids=list(FALSE))
def test_induction_refutes_planted_errors(statement: sp.Eq) -> None:
    outcome = by_induction(statement)
    assert isinstance(outcome, Refuted), outcome
    assert outcome.witness.startswith("at depth ") and "the left side is" in outcome.witness


UNPROVABLE = {  # true at every depth that is tried: the induction itself must refuse them
    "wrong from depth 5 on": says(times(sigma_prime(Z[1]), product(), from_5_on(L), COST)),
    "wrong from layer 5 on": says(times(from_5_on(l), sigma_prime(Z[l]), product(low=l + 1), COST), B[l]),
    "right, but not ∂C/∂X of one output": sp.Eq(
        2 * partial(A[L], B[1]), 2 * sigma_prime(Z[1]) * product() * COST, evaluate=False
    ),
    "right, with the cost in disguise": says(
        times(sigma_prime(Z[1]), product(), COST, cost(A[L]), 1 / cost(A[L]))
    ),
    "right, with a factor that cancels": says(
        times(sigma_prime(Z[1]), product(), COST, product(high=2 * L), 1 / product(high=2 * L))
    ),
}


@pytest.mark.parametrize("statement", UNPROVABLE.values(), ids=list(UNPROVABLE))
def test_what_the_induction_does_not_cover_stays_unknown(statement: sp.Eq) -> None:
    assert at_small_depth(statement) is None
    assert isinstance(by_induction(statement), Unknown)


def test_written_out_at_a_depth() -> None:
    right = BY_LABEL["chain-gradient-any-layer"].statement.rhs
    for depth in (1, 3, 5):
        for layer in range(1, depth + 1):
            assert at(right, depth, layer).doit() == gradient(depth, layer)
    with pytest.raises(ValueError, match="whole-number limits"):
        at(product(high=L / 2), 3, 1)


@pytest.mark.parametrize(
    "right",
    [
        times(sigma_prime(Z[l]), W[l], partial(A[L], B[l + 1])),
        times(sigma_prime(Z[l + 1]), W[l + 1], partial(A[L], B[l + 1])),
        times(W[l + 1], partial(A[L], B[l + 1])),
        times(-1, sigma_prime(Z[l]), W[l + 1], partial(A[L], B[l + 1])),
        times(sigma_prime(Z[l]), W[l + 1], partial(A[L], W[l + 1])),
    ],
)
def test_recursion_refutes_planted_errors(right: sp.Expr) -> None:
    outcome = by_unspecified_rest(says(right, B[l]))
    assert isinstance(outcome, Refuted) and "depth 2, layer 1" in outcome.witness


def test_recursion_for_weights_and_its_limits() -> None:
    of_weights = times(A[l - 1], sigma_prime(Z[l]), W[l + 1], partial(A[L], B[l + 1]))
    assert isinstance(by_unspecified_rest(says(of_weights, W[l])), Proved)
    in_the_open = times(sigma_prime(Z[l]), W[l + 1], partial(A[L], B[l + 1]), cost(A[L]), 1 / cost(A[L]))
    assert isinstance(by_unspecified_rest(says(in_the_open, B[l])), Unknown)
    late = times(from_5_on(l), sigma_prime(Z[l]), W[l + 1], partial(A[L], B[l + 1]))
    assert isinstance(by_unspecified_rest(says(late, B[l])), Unknown)
