"""Display wrappers keep the order on the page and give the ordinary expression back."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.display import expectation, partial, plus, probability, times
from analysis.symbolic.notation import a_, b_, cost, cost_prime, sigma, sigma_prime, w_, z, z_


def test_order_is_kept_and_undone() -> None:
    product = times(sigma_prime(z_(1)), w_(2), plus(z, -w_(3)))
    assert sp.latex(product) == r"\sigma'\left(z_{1}\right)\, w_{2}\, \left(z - w_{3}\right)"
    assert str(product) == "sigma_prime(z_1)*w_2*(z - w_3)"
    assert product.doit() == sigma_prime(z_(1)) * w_(2) * (z - w_(3))
    assert plus(w_(2), z).doit() == w_(2) + z and str(plus(w_(2), z)) == "w_2 + z"
    assert float(sp.N(times(sp.S(2), sp.S.Half))) == 1.0 and float(sp.N(plus(sp.S(2), sp.S.Half))) == 2.5


def test_sums_inside_products_get_parentheses() -> None:
    assert sp.latex(times(z, 1 - z)) == r"z\, \left(1 - z\right)"


def test_partial_differentiates() -> None:
    shown = partial(sigma(b_(1)), b_(1))
    assert sp.latex(shown) == r"\frac{\partial C}{\partial b_{1}}" and str(shown) == "dC/db_1"
    assert shown.doit() == cost_prime(sigma(b_(1))) * sigma_prime(b_(1))


def test_cost_slope_prints_as_a_fraction_at_a_symbol_only() -> None:
    assert sp.latex(cost(a_(4)).diff(a_(4))) == r"\frac{\partial C}{\partial a_{4}}"
    assert sp.latex(cost_prime(z + 1)) == r"C'\left(z + 1\right)"
    assert sp.latex(cost_prime(z) ** 2) == r"\left(\frac{\partial C}{\partial z}\right)^{2}"
    assert sp.latex(sigma(z) ** 2) == r"\sigma^{2}\left(z\right)"


def test_probability_and_expectation() -> None:
    assert r"\Pr" in sp.latex(probability(sp.Lt(z, 1, evaluate=False))) and r"\mathbb{E}" in sp.latex(
        expectation(z)
    )
