"""Printing shows an expression and computes nothing."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.symbolic.printing import plain_text, tex

x, s = sp.symbols("x s")
HALF = sp.Integral(sp.exp(-(x**2)), (x, 0, sp.oo))


@pytest.mark.parametrize("text", [tex, plain_text])
def test_an_integral_in_a_sum_is_not_evaluated(monkeypatch: pytest.MonkeyPatch, text: object) -> None:
    def refuse(*_: object) -> complex:
        raise AssertionError("a number was asked for")

    monkeypatch.setattr(sp.Integral, "__complex__", refuse)
    monkeypatch.setattr(sp.Integral, "evalf", refuse)
    assert callable(text)
    assert text(4 * HALF - 1 + s**2 * HALF).count("int" if text is tex else "Integral") == 2


def test_terms_come_in_sympys_order_otherwise() -> None:
    for expr in (x**2 + s - 1, sp.sqrt(2) * x - sp.pi + x * s, HALF.func(s, (x, 0, s)) + s - 2):
        assert tex(expr) == sp.latex(expr) and plain_text(expr) == sp.sstr(expr)


def test_terms_that_differ_in_nothing_but_their_integral_are_all_there() -> None:
    other = sp.Integral(sp.exp(-(x**2)), (x, -sp.oo, 0))
    assert plain_text(HALF + other).count("Integral") == 2
    twice = sp.Add(HALF, HALF, evaluate=False)
    assert plain_text(twice).count("Integral") == 2
