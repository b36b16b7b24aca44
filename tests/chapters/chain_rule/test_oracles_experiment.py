"""The product of factors against three oracles, on chains of any shape;
and the comparison itself can fail."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chapters.chain_rule import oracles
from analysis.chapters.chain_rule.claims.oracles import CLAIMS, example
from analysis.chapters.chain_rule.oracles import (
    CERTAIN,
    COMPARED,
    DIGITS,
    Chain,
    agreed,
    drawn,
    product_value,
)
from analysis.claims.outcome import Checked, Refuted, Unknown
from analysis.symbolic.chain import factors, gradient, in_order, of_cost
from analysis.symbolic.notation import b, b_, w, w_

(CLAIM,) = CLAIMS


def agreement(chain: Chain, x: sp.Symbol = b) -> dict[str, list[int]]:
    """With how many digits each oracle agrees with the product of factors at 50 digits, for all biases
    (x = b) or all weights (x = w): name → L integers."""
    found = {}
    with mp.workdps(DIGITS):
        ours = [product_value(gradient(chain.depth, l, x), chain) for l in range(1, chain.depth + 1)]
        for name, oracle in COMPARED.items():
            theirs = oracle(chain)[0 if x == b else 1]
            found[name] = [agreed(p, q, CERTAIN[name]) for p, q in zip(ours, theirs, strict=True)]
    return found


@pytest.mark.parametrize("x", [b, w])
def test_every_digit_that_counts_agrees_on_the_book_chain(x: sp.Symbol) -> None:
    found = agreement(example(), x)
    assert found == {name: [most] * 6 for name, most in CERTAIN.items()}


numbers = st.floats(-3, 3, allow_subnormal=False).map(lambda x: round(x, 6))


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    depth = draw(st.integers(1, 8))
    # a weight near 0 makes the gradient so small that relative digits say little: they have a test of their
    # own
    weights = draw(st.lists(numbers.filter(lambda x: abs(x) > 0.05), min_size=depth, max_size=depth))
    biases = draw(st.lists(numbers, min_size=depth, max_size=depth))
    a0 = draw(st.floats(0.05, 1.0))
    return Chain(a0, np.array(weights), np.array(biases), draw(st.sampled_from((-0.5, 1.5))))


@settings(max_examples=25)
@given(chains())
def test_oracles_agree_on_random_chains(chain: Chain) -> None:
    for x in (b, w):
        for name, digits in agreement(chain, x).items():
            assert min(digits) >= (30 if name == "differences" else 10), (name, digits)


def test_zero_weight_cuts_the_chain() -> None:
    chain = Chain(0.5, np.array([1.0, 0.0, 1.0]), np.zeros(3), 1.0)
    found = agreement(chain)
    assert product_value(gradient(3, 1, b), chain) == 0 != product_value(gradient(3, 2, b), chain)
    assert all(digits[0] == CERTAIN[name] for name, digits in found.items())


@pytest.mark.parametrize("layer", [1, 3, 6])
def test_wrong_products_lose_their_digits(layer: int) -> None:
    chain = example()
    truth = oracles.by_differences(chain)[0][layer - 1]
    right = factors(6, layer)
    assert agreed(product_value(sp.Mul(*right), chain), truth, 40) == 40
    wrong = [right[:i] + right[i + 1 :] for i in range(len(right))] + [(*right, f) for f in right]
    wrong += [(-1, *right), (w_(layer), *right)]
    for planted in wrong:
        assert agreed(product_value(sp.Mul(*planted), chain), truth, 40) < 2, planted


def test_claim_is_sound() -> None:
    settled = CLAIM.prove()
    assert settled.sound and isinstance(settled.outcome, Checked) and len(settled.outcome.steps) == 3


def test_claim_refuses_other_statements() -> None:
    def settle(parameter: sp.Symbol, product: sp.Expr) -> object:
        return CLAIM.check(sp.Eq(of_cost(6, parameter), product, evaluate=False))

    assert isinstance(settle(w_(2), in_order(6, 2, w)), Checked)
    for planted in (
        in_order(6, 2),
        in_order(6, 1, w),
        -in_order(6).doit(),
        in_order(6).doit() * sp.Rational(1001, 1000),
    ):
        assert isinstance(settle(b_(1), planted), Refuted), planted
    almost = in_order(6).doit() * (1 + sp.Rational(1, 10**30))
    assert isinstance(settle(b_(1), almost), Unknown)
    assert isinstance(settle(b_(7), in_order(6)), Unknown)
    assert isinstance(CLAIM.settle(sp.Eq(sp.Symbol("x"), in_order(6))), Unknown)


def test_an_oracle_gone_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = COMPARED["complex step"]
    monkeypatch.setitem(COMPARED, "complex step", lambda chain: tuple(1.001 * x for x in right(chain)))
    assert max(agreement(example())["complex step"]) <= 3
    assert isinstance(CLAIM.settle(), Refuted)


def test_digits_agreed() -> None:
    assert agreed(mp.mpf(1), mp.mpf(1), 12) == 12
    assert agreed(mp.mpf(1000), mp.mpf(1001), 12) == 3 and agreed(mp.mpf(1), mp.mpf(-1), 12) == 0
    assert agreed(mp.mpf(1), mp.mpf(1) + mp.mpf("1e-14"), 12) == 12
    assert agreed(mp.mpf(0), mp.mpf(0), 12) == 12 and agreed(mp.mpf(0), mp.mpf("1e-300"), 12) == 0


def test_product_value_has_fifty_digits() -> None:
    chain = Chain(0.0, np.array([1.0]), np.array([0.0]), 0.0)
    value = product_value(gradient(1), chain)  # σ′(0)(σ(0) − 0) = 1/8
    assert value == mp.mpf("0.125")
    third = Chain(0.0, np.array([1.0]), np.array([1.0]), 0.0)
    with mp.workdps(60):
        s = 1 / (1 + mp.exp(-1))
        assert abs(product_value(gradient(1), third) - s * s * (1 - s)) < mp.mpf("1e-49")


def test_drawn_chain_repeats_and_is_short() -> None:
    one, two = (drawn(5, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one.weights, two.weights) and one.target == two.target
    assert np.array_equal(one.biases, np.round(one.biases, 2)) and one.depth == 5
    assert not np.array_equal(one.weights, drawn(5, np.random.default_rng(4)).weights)


@pytest.mark.parametrize(
    ("a0", "weights", "biases", "message"),
    [
        (0.5, [], [], "one shape"),
        (0.5, [1.0], [1.0, 2.0], "one shape"),
        (0.5, [[1.0]], [[1.0]], "one shape"),
        (np.nan, [1.0], [1.0], "finite"),
        (0.5, [np.inf], [1.0], "finite"),
    ],
)
def test_bad_chain(a0: float, weights: list[float], biases: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Chain(a0, np.array(weights), np.array(biases), 0.0)
