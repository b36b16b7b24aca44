"""The claims on wide layers hold; wrong orders, missing transposes and shifted layers are refuted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import sympy as sp

from analysis.chapters.wide_layers import gaussian_exponents
from analysis.chapters.wide_layers.claims import error_and_jacobian as wide_layers_claims
from analysis.chapters.wide_layers.claims import gaussian_exponents as exponent_claims
from analysis.chapters.wide_layers.claims.error_and_jacobian import errors_of, jacobian_of
from analysis.chapters.wide_layers.claims.gaussian_exponents import by_supremum
from analysis.chapters.wide_layers.claims.proof_matrix_products import by_induction_back, by_recursion_on
from analysis.chapters.wide_layers.gaussian_exponents import balanced_std, gaussian_exponent
from analysis.chapters.wide_layers.matrix_products import (
    L,
    at,
    differentiated,
    error,
    explicit,
    j,
    l,
    nabla,
    ordered,
    slopes,
    weights,
    weights_T,
)
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.display import times

CLAIMS = (*wide_layers_claims.CLAIMS, *exponent_claims.CLAIMS)


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
    assert isinstance(by_induction_back(errors_of(*gained)), Refuted)


@pytest.mark.parametrize("ends", [(nabla(L),), (slopes(L), slopes(L), nabla(L)), (slopes(L - 1), nabla(L))])
def test_other_ends_are_refuted(ends: tuple[sp.Expr, ...]) -> None:
    product = ordered(times(slopes(j), weights_T(j + 1)), (j, l, L - 1))
    statement = sp.Eq(error(l), times(product, *ends), evaluate=False)
    assert isinstance(by_induction_back(statement), Refuted)


@pytest.mark.parametrize("gained", [(weights(l), slopes(l)), (slopes(l), weights_T(l)), (weights(l),)])
def test_other_jacobians_are_refuted(gained: tuple[sp.Expr, ...]) -> None:
    assert isinstance(by_recursion_on(jacobian_of(*gained)), Refuted)


def test_unequal_widths_written_out() -> None:
    sizes = (2, 3, 1, 2)
    statement = errors_of(slopes(j), weights_T(j + 1))
    for layer in (1, 2, 3):
        claimed = explicit(at(statement.rhs, 3, layer), sizes, layer)
        assert (claimed - differentiated(sizes, layer)).applyfunc(sp.expand) == sp.zeros(sizes[layer], 1)


def gain_at_most(right: sp.Expr) -> sp.Le:
    gain = gaussian_exponents.spectral_norm(gaussian_exponents.WEIGHTS * gaussian_exponents.SLOPES)
    return sp.Le(gain, right, evaluate=False)


NORM = gaussian_exponents.spectral_norm(gaussian_exponents.WEIGHTS)


@pytest.mark.parametrize("factor", [sp.Rational(1, 5), sp.Rational(24, 100), -sp.Rational(1, 4), sp.S.Zero])
def test_a_smaller_coefficient_is_refuted(factor: sp.Expr) -> None:
    assert isinstance(by_supremum(gain_at_most(times(factor, NORM))), Refuted)


@pytest.mark.parametrize("right", [NORM / 4, times(sp.Rational(26, 100), NORM), NORM / 4 + 1])
def test_a_larger_bound_follows(right: sp.Expr) -> None:
    assert isinstance(by_supremum(gain_at_most(right)), Proved)


@pytest.mark.parametrize("right", [NORM**2 / 4, sp.sqrt(NORM), NORM / 5 + 3, gaussian_exponents.c * NORM])
def test_a_bound_of_another_shape_is_not_settled(right: sp.Expr) -> None:
    assert isinstance(by_supremum(gain_at_most(right)), Unknown)


def test_another_left_side_is_not_settled() -> None:
    assert isinstance(by_supremum(sp.Le(NORM, NORM / 4, evaluate=False)), Unknown)
    other = gaussian_exponents.spectral_norm(gaussian_exponents.WEIGHTS * gaussian_exponents.SLOPES)
    assert isinstance(by_supremum(sp.Ge(other, NORM / 4, evaluate=False)), Unknown)


def test_the_supremum_rests_on_the_claim_of_chapter_2(monkeypatch: pytest.MonkeyPatch) -> None:
    false = replace(exponent_claims._slope_claim, statement=exponent_claims._slope_claim.false_sibling)
    monkeypatch.setattr(exponent_claims, "_slope_claim", false)
    assert isinstance(by_supremum(gain_at_most(NORM / 4)), Refuted)


def test_a_diagonal_entry_above_the_bound_would_be_seen() -> None:
    """The part that each component leaves is d·g·… with g = D − d;
    for a negative g it need not be positive."""
    _, gap = exponent_claims._diagonal_norm()
    d, g, x = (next(y for y in gap.free_symbols if y.name == name) for name in "dgx")
    assert sp.expand(gap - ((d + g) ** 2 - d**2) * x**2) == 0
    assert gap.subs({d: 1, g: -sp.Rational(1, 2), x: 1}) < 0


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
