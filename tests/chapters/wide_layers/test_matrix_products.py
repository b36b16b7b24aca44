"""The claims on wide layers hold; wrong orders, missing transposes and shifted layers are refuted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import sympy as sp
from layers_written_out import at, differentiated, differentiated_outputs, explicit

from analysis.chapters.wide_layers import gaussian_exponents
from analysis.chapters.wide_layers.claims import error_and_jacobian as wide_layers_claims
from analysis.chapters.wide_layers.claims import gaussian_exponents as exponent_claims
from analysis.chapters.wide_layers.claims.error_and_jacobian import errors_of, jacobian_of
from analysis.chapters.wide_layers.gaussian_exponents import balanced_std, gaussian_exponent
from analysis.chapters.wide_layers.matrix_products import (
    L,
    error,
    j,
    l,
    nabla,
    ordered,
    slopes,
    weights,
    weights_T,
)
from analysis.claims.lines import Proof, decided
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.claims.rules import Decided
from analysis.claims.theorems import INDEX
from analysis.symbolic.catalogue import SOFTPLUS, TANH, Activation
from analysis.symbolic.display import entry, spectral_norm, times
from analysis.symbolic.notation import sigma, sigma_prime, z

CLAIMS = {claim.label: claim for claim in (*wide_layers_claims.CLAIMS, *exponent_claims.CLAIMS)}
ERRORS, JACOBIAN, BOUND = (
    CLAIMS[label] for label in ("wide-layer-errors", "wide-layer-jacobian", "quarter-bounds-the-slopes")
)


@pytest.mark.parametrize(
    "gained",
    [
        (weights_T(j + 1), slopes(j)),
        (slopes(j + 1), weights_T(j + 1)),
        (slopes(j), weights_T(j)),
        (slopes(j), weights(j + 1)),
        (weights_T(j + 1),),
        (slopes(j), slopes(j), weights_T(j + 1)),
    ],
)
def test_other_products_are_refuted(gained: tuple[sp.Expr, ...]) -> None:
    assert isinstance(ERRORS.settle(errors_of(*gained)), Refuted)


@pytest.mark.parametrize("ends", [(nabla(L),), (slopes(L), slopes(L), nabla(L)), (slopes(L - 1), nabla(L))])
def test_other_ends_are_refuted(ends: tuple[sp.Expr, ...]) -> None:
    product = ordered(times(slopes(j), weights_T(j + 1)), (j, l, L - 1))
    assert isinstance(ERRORS.settle(sp.Eq(error(l), times(product, *ends), evaluate=False)), Refuted)


@pytest.mark.parametrize("gained", [(weights(l), slopes(l)), (slopes(l), weights_T(l)), (weights(l),)])
def test_other_jacobians_are_refuted(gained: tuple[sp.Expr, ...]) -> None:
    assert isinstance(JACOBIAN.settle(jacobian_of(*gained)), Refuted)


def test_unequal_widths_written_out() -> None:
    sizes = (2, 3, 1, 2)
    statement = errors_of(slopes(j), weights_T(j + 1))
    for layer in (1, 2, 3):
        claimed = explicit(at(statement.rhs, 3, layer), sizes, layer)
        assert (claimed - differentiated(sizes, layer)).applyfunc(sp.expand) == sp.zeros(sizes[layer], 1)
        down = [x.xreplace({l: sp.Integer(i)}) for i in range(layer, 0, -1) for x in (slopes(l), weights(l))]
        jacobian = explicit(down, sizes)
        outputs = differentiated_outputs(sizes, layer)
        assert (jacobian - outputs).applyfunc(sp.expand) == sp.zeros(*outputs.shape)


def gain_at_most(right: sp.Expr) -> sp.Le:
    return sp.Le(spectral_norm(gaussian_exponents.WEIGHTS * gaussian_exponents.SLOPES), right, evaluate=False)


NORM = spectral_norm(gaussian_exponents.WEIGHTS)


@pytest.mark.parametrize("factor", [sp.Rational(1, 5), sp.Rational(24, 100), -sp.Rational(1, 4), sp.S.Zero])
def test_a_smaller_coefficient_is_refuted(factor: sp.Expr) -> None:
    assert isinstance(BOUND.settle(gain_at_most(times(factor, NORM))), Refuted)


@pytest.mark.parametrize("right", [NORM / 4, times(sp.Rational(26, 100), NORM), NORM**2, NORM / 5 + 3])
def test_another_bound_does_not_follow_from_the_lines(right: sp.Expr) -> None:
    """Only the claim's own does, however its number is written."""
    lines, statement = BOUND.check.lines, gain_at_most(right)
    altered = Proof((*lines[:-1], replace(lines[-1], statement=statement)))
    own = right == NORM / 4
    assert isinstance(altered.outcome(statement, BOUND.domain), Proved if own else Unknown)


@pytest.mark.parametrize("activation", [TANH, SOFTPLUS])
def test_the_bound_rests_on_the_slope_of_the_sigmoid(activation: Activation) -> None:
    assert BOUND.domain is not None
    first = entry(gaussian_exponents.SLOPES, INDEX, INDEX)
    steeper = activation.derivative.subs(z, sp.IndexedBase("z")[INDEX])
    altered = replace(BOUND.domain, means={**BOUND.domain.means, first: steeper})
    assert first in BOUND.domain.means
    assert isinstance(BOUND.check.outcome(BOUND.statement, altered), Unknown)


def test_the_chain_rule_is_that_of_the_activation() -> None:
    """A line with σ for σ′, or without the weight, does not follow."""
    for claim in (ERRORS, JACOBIAN):
        assert isinstance(claim.check, Proof) and claim.domain is not None
        (place,) = (k for k, line in enumerate(claim.check.lines) if isinstance(line.reason, Decided))
        line = claim.check.lines[place]
        left, right = line.statement.args
        for other in (right.replace(sigma_prime, sigma), right / right.args[0], -right):
            changed = replace(line, statement=sp.Eq(left, other, evaluate=False))
            lines = (*claim.check.lines[:place], changed, *claim.check.lines[place + 1 :])
            assert isinstance(Proof(lines).outcome(claim.statement, claim.domain), Unknown)


@pytest.mark.parametrize("label", ["mean-log-chi-square", "exponent-of-a-wide-layer"])
def test_a_proof_of_another_law_fails(label: str) -> None:
    """Of k + 1 degrees of freedom, or of weights of variance s²/(2n)."""
    claim = CLAIMS[label]
    left, right = claim.statement.args
    k, s = gaussian_exponents.k, gaussian_exponents.s
    other = sp.Eq(left.subs(k, k + 1).subs(s, s / sp.sqrt(2)), right, evaluate=False)
    assert isinstance(decided(other).outcome(other, claim.domain), Unknown)


def test_what_is_shown_is_what_is_computed() -> None:
    n, i, s = gaussian_exponents.n, gaussian_exponents.i, gaussian_exponents.s
    assert sp.simplify(gaussian_exponents.shown_exponent().doit() - gaussian_exponent()) == 0
    at = {n: 5, i: 2, s: sp.Rational(1, 3)}
    assert float(gaussian_exponents.shown_exponent().xreplace(at).doit()) == pytest.approx(
        float(gaussian_exponent(5, 2, sp.Rational(1, 3))), abs=1e-14
    )


def test_scales() -> None:
    assert float(balanced_std(1, sp.Rational(1, 4))) == pytest.approx(7.549458, abs=1e-6)
    balanced = balanced_std(5, sp.Rational(1, 4))
    assert float(gaussian_exponent(5, 1, balanced)) == pytest.approx(math.log(4), abs=1e-12)
