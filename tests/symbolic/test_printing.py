"""One line of plain text of expressions that have no value."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.printing import plain_text


def test_a_division_by_zero_is_printed() -> None:
    x = sp.Symbol("x")
    nothing = sp.Pow(sp.log(sp.Integer(1), evaluate=False), -1, evaluate=False)
    shown = sp.Add(x, sp.Mul(sp.log(2), nothing, evaluate=False), evaluate=False)
    assert plain_text(shown) == "x + log(2)/log(1)"
