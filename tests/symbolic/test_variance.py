"""The moments behind Xavier and He agree with the catalogue's own activations."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.symbolic import variance
from analysis.symbolic.catalogue import LEAKY_RELU, RELU
from analysis.symbolic.notation import z


def test_the_two_branches_are_those_of_the_catalogue() -> None:
    for law, slope in ((RELU, sp.S.Zero), (LEAKY_RELU, sp.Rational(1, 100))):
        below, above = (piece for piece, _ in law.formula.args)
        kept = variance.half_lines(below + 0 * z, above) / variance.q
        assert sp.simplify(kept - variance.LEAKY_MOMENT.subs(variance.s, slope)) == 0


def test_mean_over_needs_the_moment_it_uses() -> None:
    x = sp.Symbol("x")
    with pytest.raises(ValueError, match=r"moments must hold E x\^3"):
        variance.mean_over(x**3, {x: (sp.S.Zero, sp.S.One)})
