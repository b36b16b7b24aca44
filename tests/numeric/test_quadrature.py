"""Integrals that SymPy leaves to quadrature."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from analysis.numeric.quadrature import integral, number
from analysis.symbolic.notation import w, z


def test_known_integrals() -> None:
    assert integral(sp.Integral(sp.exp(-(z**2)), (z, -sp.oo, sp.oo))) == pytest.approx(
        math.sqrt(math.pi), rel=1e-12
    )
    assert number(1 + 2 * sp.Integral(sp.besselk(0, z), (z, 0, sp.oo))) == pytest.approx(
        1 + math.pi, rel=1e-10
    )


@pytest.mark.parametrize(
    "bad", [sp.Integral(z * w, (z, 0, 1)), sp.Integral(z * w, (z, 0, 1), (w, 0, 1))], ids=str
)
def test_open_integrals_are_refused(bad: sp.Integral) -> None:
    with pytest.raises(ValueError, match="one variable without free symbols"):
        integral(bad)
