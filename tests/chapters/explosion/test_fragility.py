"""The crossing of 1 against mpmath, and what the functions refuse."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest
import sympy as sp
from flint import arb

from analysis.chapters.explosion import fragility as f
from analysis.chapters.explosion.claims import fragility as f_claims
from analysis.claims.domain import only
from analysis.claims.outcome import Proved, Refuted, Unknown


def log_product(delta: mpmath.mpf, depth: int, weight: int) -> mpmath.mpf:
    z, total = weight * delta, mpmath.mpf(0)
    for j in range(depth):
        total += 2 * mpmath.log(mpmath.sech(z / 2) / 2) + (mpmath.log(weight) if j else 0)
        z = mpmath.mpf(weight) / 2 * mpmath.tanh(z / 2)
    return total


@pytest.mark.parametrize(("depth", "weight"), [(2, 100), (4, 100), (9, 100), (13, 100), (4, 8), (3, 1000)])
def test_crossing_brackets_the_root(depth: int, weight: int) -> None:
    low, high = f.crossing((weight,) * depth)
    unit = high - low
    assert unit * 10**7 <= low < unit * 10**8
    with mpmath.workdps(60):
        ends = [log_product(mpmath.mpf(x.p) / x.q, depth, weight) for x in (low, high)]
    assert ends[0] > 0 > ends[1]


@pytest.mark.parametrize("shift", ["0", "1e-12", "6.2e-6", "-0.01", "0.6"])
def test_certain_product_holds_the_product(shift: str) -> None:
    ball = f.certain_product(sp.Rational(shift))
    with mpmath.workdps(60):
        exact = log_product(mpmath.mpf(shift), 4, 100)
        assert float(ball.log().mid()) == pytest.approx(float(exact), rel=1e-14)
    assert float(ball.rel_accuracy_bits()) > 150


def test_digits_and_chains_that_do_not_explode() -> None:
    low, high = f.crossing(digits=2)
    assert (low, high) == (sp.Rational("0.0000062"), sp.Rational("0.0000063"))
    with pytest.raises(ValueError, match="digits"):
        f.crossing(digits=0)
    for weights in ((100,), (4, 4, 4), (1, 2)):
        with pytest.raises(ValueError, match="weights must make the product exceed 1"):
            f.crossing(weights)


@pytest.mark.parametrize("c", ["0.1", "6.2337817e-6", "6.2337816e-6", "1e-9"])
def test_the_lines_prove_bounds_beyond_the_crossing_only(c: str) -> None:
    claim = f_claims.CLAIMS[0]
    statement, beyond = f_claims._below_one_beyond(c), sp.Rational(c) > f.crossing()[0]
    found = replace(claim, statement=statement, check=f_claims.layer_by_layer(c)).settle()
    assert isinstance(found, Proved if beyond else Refuted | Unknown), found


def test_lines_of_another_activation_prove_nothing() -> None:
    claim = f_claims.CLAIMS[0]
    assert claim.domain is not None
    other = replace(claim.domain, means={**claim.domain.means, **only("tanh")})
    assert isinstance(replace(claim, domain=other).settle(), Refuted | Unknown)


def test_an_undecided_sign_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f, "certain_product", lambda *_: arb(1, 0.5))
    with pytest.raises(ArithmeticError, match="not told from 1"):
        f.crossing()
