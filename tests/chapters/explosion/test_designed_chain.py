"""The exploding chain: its biases, its exact product, and how it depends on a shift of the input."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from tracing import untraced

from analysis.chapters.explosion import designed_chain as e
from analysis.chapters.explosion.claims import designed_chain as e_claims
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.chain import definitions
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import a_, cost_prime, w, z_

BIASES, GRADIENT, _ = e_claims.CLAIMS
weights = st.lists(st.integers(-200, 200), min_size=1, max_size=5)


@given(weights)
def test_biases_make_every_weighted_input_zero(numbers: list[int]) -> None:
    depth = len(numbers)
    table = definitions(depth, plain(SIGMOID))
    known = e.setting(numbers)
    for j in range(1, depth + 1):
        known |= {z_(j): sp.expand(table[z_(j)].xreplace(known))}
        known |= {a_(j): table[a_(j)].xreplace(known)}
        assert known[z_(j)] == 0 and known[a_(j)] == sp.S.Half


@given(weights)
def test_product_is_a_quarter_for_the_first_and_for_each_later_weight(numbers: list[int]) -> None:
    expected = sp.Rational(1, 4)
    for number in numbers[1:]:
        expected *= sp.Rational(number, 4)
    assert e.centred_gradient(numbers) == expected * cost_prime(a_(len(numbers)))


def test_no_weights() -> None:
    for function in (e.centring_biases, e.setting):
        with pytest.raises(ValueError, match="weights"):
            function(())


@untraced()
def by_hand(delta: mpmath.mpf, depth: int, weight: int) -> mpmath.mpf:
    """The product in hyperbolic functions, the chain centred at Δ = 0; shares no formula with the library."""
    z, product = weight * delta, mpmath.mpf(1)
    for j in range(depth):
        product *= mpmath.sech(z / 2) ** 2 / 4 * (weight if j else 1)
        z = mpmath.mpf(weight) / 2 * mpmath.tanh(z / 2)
    return product


@pytest.mark.parametrize("depth", [1, 2, 4, 6])
@pytest.mark.parametrize("delta", ["0", "1e-9", "-3e-6", "0.02"])
def test_shifted_product_against_hyperbolic_functions(depth: int, delta: str) -> None:
    product = e.shifted_product((100,) * depth)
    assert product.free_symbols <= {e.shift}
    with mpmath.workdps(60):
        ours = mpmath.mpf(str(sp.N(product.subs(e.shift, sp.Rational(delta)), 50)))
        assert mpmath.almosteq(ours, by_hand(mpmath.mpf(delta), depth, 100), rel_eps=mpmath.mpf(10) ** -40)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("off", [sp.Rational(1, 1000), -50])
def test_every_wrong_bias_is_refused(place: int, off: sp.Expr) -> None:
    biases = list(e.centring_biases(e.WEIGHTS))
    assert isinstance(BIASES.settle(e_claims._biases_are(*biases)), Proved)
    biases[place] += off
    assert isinstance(BIASES.settle(e_claims._biases_are(*biases)), Refuted)


@pytest.mark.parametrize("power", [0, 1, 2, 4, 5])
def test_every_wrong_power_is_refused(power: int) -> None:
    assert isinstance(GRADIENT.settle(e_claims._gradient_is(power)), Refuted)


def test_induction_refuses_a_wrong_base_and_a_wrong_step() -> None:
    last = sp.Symbol("a_L", real=True)
    good = e_claims._any_depth(e_claims._L - 1)
    assert isinstance(e_claims.by_induction_at_the_fixed_point(good), Proved)
    for wrong in (
        e_claims._any_depth(e_claims._L),
        e_claims._any_depth(2 * e_claims._L - 2),
        e_claims._any_depth(e_claims._L - 2),
    ):
        assert isinstance(e_claims.by_induction_at_the_fixed_point(wrong), Refuted)
    late = sp.Eq(
        good.lhs,
        cost_prime(last)
        / 4
        * (w / 4) ** (e_claims._L - 1)
        * (1 + (e_claims._L - 1) * (e_claims._L - 2) * (e_claims._L - 3)),
    )
    assert isinstance(
        e_claims.by_induction_at_the_fixed_point(late), Unknown
    )  # right at depths 1, 2, 3, wrong from 4 on
