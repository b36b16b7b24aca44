"""Integrals that SymPy leaves to quadrature."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
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


oo, TINY = sp.oo, sp.Rational(1, 10**20)
DIVERGENT = [
    (z, -oo, oo), (1 / z, -oo, oo), (1 / z, -1, 1), (sp.tanh(z), -oo, oo), (sp.sign(z), -oo, oo), (sp.atan(z),
        -oo, oo),
    (z / (z**2 + 1), -oo, oo), (z / (z**2 - 1), -2, 2), (sp.sinh(z), -oo, oo), (z**3, -oo, oo),
    (z + sp.exp(-(z**2)), -oo, oo), (1 / z + sp.exp(-(z**2)), -oo, oo), (TINY / z, 0, 1), (TINY / z, 1, oo),
    (TINY * z / (z**2 - 1), -2, 2), (1 / (z - sp.Rational(1, 3)), 0, sp.Rational(2, 3)), (sp.tan(z), 0,
        sp.pi),
    (1 / (sp.exp(z) - 2), 0, 2 * sp.log(2)), (1 / (z - sp.pi / 7), 0, 2 * sp.pi / 7),
    (1 / sp.log(z), sp.Rational(1, 2), sp.Rational(3, 2)), (z**-2, -1, 1), (1 / sp.sinh(z) ** 3, -1, 1),
]  # fmt: skip


@pytest.mark.parametrize(("f", "low", "high"), DIVERGENT, ids=str)
def test_an_integral_that_does_not_converge_absolutely_is_refused(
    f: sp.Expr, low: object, high: object
) -> None:
    """Odd ones cancel in rules that mirror each other, at 0 or at a pole."""
    with pytest.raises(ArithmeticError, match="expr must be an integral that converges"):
        integral(sp.Integral(f, (z, low, high)))


def bell_of_softplus() -> float:
    with mpmath.workdps(25):
        return float(
            mpmath.quad(lambda t: mpmath.log1p(mpmath.exp(t)) * mpmath.exp(-t * t / 2), [-20, 0, 20])
        )


CONVERGENT = [
    (sp.exp(-z) / (1 + sp.exp(-z)) ** 2, -oo, oo, 1.0),  # ∞/∞ in float64 from z = −710 on
    (sp.log(1 + sp.exp(z)) * sp.exp(-(z**2) / 2), -oo, oo, bell_of_softplus()),  # ∞ · 0
    (sp.Piecewise((1, z < sp.pi / 7), (2, True)), 0, 1, 2 - math.pi / 7),
    (1 / (1 + z**2), -oo, oo, math.pi), (z * sp.exp(-(z**2)), -oo, oo, 0.0), (z**3, -1, 1, 0.0), (z**-2, 1,
        oo, 1.0),
    (1 / sp.sqrt(sp.Abs(z - sp.Rational(1, 3))), 0, 1, 2 * (math.sqrt(1 / 3) + math.sqrt(2 / 3))),
    (sp.Abs(sp.sin(z)), 0, 7, 4 + 1 - math.cos(7 - 2 * math.pi)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "low", "high", "exact"), CONVERGENT, ids=str)
def test_an_integral_that_converges_absolutely_is_had(
    f: sp.Expr, low: object, high: object, exact: float
) -> None:
    assert integral(sp.Integral(f, (z, low, high))) == pytest.approx(exact, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize(
    ("call", "x", "error", "says"),
    [
        (integral, z, TypeError, "expr must be a SymPy Integral, not Symbol"),
        (integral, 3.0, TypeError, "expr must be a SymPy Integral, not float"),
        (integral, sp.Integral(z, (z, 0, sp.I)), ValueError, "expr must be an integral with real limits"),
        (integral, sp.Integral(sp.sqrt(z), (z, -1, 1)), ArithmeticError, "expr must have a real integrand"),
        (integral, sp.Integral(sp.zoo, (z, 0, 1)), ArithmeticError, "expr must"),
        (integral, sp.Integral(1 / z + sp.zoo, (z, 0, 1)), (ArithmeticError, TypeError), "expr must"),
        (number, oo, ArithmeticError, "expr must be finite, not oo"),
        (number, sp.nan, ArithmeticError, "expr must be finite, not nan"),
        (number, sp.zoo, ArithmeticError, "expr must be finite"),
        (number, sp.I, ValueError, "expr must be real"),
        (number, z, ValueError, "expr must have no free symbols"),
        (number, "1", TypeError, "expr must be a SymPy expression, not str"),
    ],
    ids=lambda x: getattr(x, "__name__", str(x)),
)
def test_what_is_no_real_integral_is_refused(
    call: Callable[[Any], float], x: Any, error: Any, says: str
) -> None:
    with pytest.raises(error, match=says):
        call(x)
