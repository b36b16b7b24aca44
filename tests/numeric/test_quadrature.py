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


@pytest.mark.parametrize(
    ("f", "low", "high"),
    [
        (1 / z, 0, 1),
        (1 / z, 1, sp.oo),
        (1 / z, -1, 1),
        (z**-2, 0, 1),  # the extrapolation of the adaptive rule makes −1 of it
        (sp.exp(-((z - 500) ** 2)), -sp.oo, sp.oo),  # exists, but the adaptive rule misses it and says 0
        (sp.sin(z) / z, 0, sp.oo),  # exists, too hard
    ],
    ids=str,
)
def test_an_integral_that_is_not_had_to_what_is_promised_is_refused(
    f: sp.Expr, low: object, high: object
) -> None:
    with pytest.raises(ArithmeticError, match="expr must be an integral that converges"):
        integral(sp.Integral(f, (z, low, high)))


@pytest.mark.parametrize(
    ("f", "low", "high", "exact"),
    [
        (sp.log(sp.Abs(z)), -1, 1, -2.0),
        (sp.Abs(z - sp.Rational(1, 3)), 0, 1, 5 / 18),
        (1 / sp.sqrt(z), 0, 1, 2.0),
        (1 / z, 2, 1, -math.log(2.0)),
        (sp.exp(-((z / 1000) ** 2)), -sp.oo, sp.oo, 1000 * math.sqrt(math.pi)),
    ],
    ids=str,
)
def test_kinks_weak_singularities_and_wide_bells(f: sp.Expr, low: object, high: object, exact: float) -> None:
    assert integral(sp.Integral(f, (z, low, high))) == pytest.approx(exact, rel=1e-11)
