"""The printer: what it writes, what it refuses, and that it writes the same twice."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy import special

from analysis.explorables import formulas
from analysis.explorables.javascript import arrow, javascript
from analysis.explorables.normal import midpoint_erfcx
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import ACTIVATIONS, FIRST
from analysis.symbolic.notation import b, h, w, z


@pytest.mark.parametrize(
    ("expr", "code"),
    [
        (sp.log(1 + sp.exp(z)), "Math.log1p(Math.exp(z))"),
        (sp.exp(z) - 1, "Math.expm1(z)"),
        (sp.log(4) * z, "1.3862943611198906*z"),
        (z + sp.Rational(1, 3), "z + 1/3"),
        (sp.Max(0, z) + sp.Min(z, 1), "Math.max(0, z) + Math.min(1, z)"),
        (sp.sign(z) * sp.Abs(z), "Math.abs(z)*Math.sign(z)"),
        (sp.Piecewise((-sp.oo, z <= 0), (0, True)), "((z <= 0) ? -Infinity : 0)"),
        (sp.Piecewise((z, sp.Eq(z, 1)), (2, z > 3)), "((z === 1) ? z : ((z > 3) ? 2 : NaN))"),
        (
            sp.Piecewise((1, (z > 0) & (z < 1)), (-1, sp.Or(z > 3, z < -3)), (0, True)),
            "((z > 0) && (z < 1) ? 1 : ((z > 3) || (z < -3) ? -1 : 0))",
        ),
        (sp.pi * z, "Math.PI*z"),
        (sp.sqrt(z), "Math.sqrt(z)"),
        (sp.nan, "NaN"),
        (sp.oo, "Infinity"),
    ],
)
def test_printed(expr: sp.Expr, code: str) -> None:
    assert javascript(expr) == code


def test_arguments_stand_in_the_order_given() -> None:
    assert arrow(w * h + b, w, h, b) == "(w, h, b) => b + h*w"


@pytest.mark.parametrize("expr", [sp.erf(z), sp.gamma(z), sp.Function("f")(z), z.diff(z, evaluate=False)])
def test_what_javascript_lacks_is_refused(expr: sp.Expr) -> None:
    with pytest.raises(TypeError, match=r"functions that JavaScript's Math has, which \w+ is not"):
        javascript(expr)


def test_symbols_are_checked() -> None:
    with pytest.raises(ValueError, match="names that JavaScript accepts"):
        javascript(sp.Symbol(r"\Delta"))
    with pytest.raises(ValueError, match="names that JavaScript accepts"):
        arrow(z, z, sp.Symbol("a b"))
    with pytest.raises(ValueError, match="must include b"):
        arrow(w + b, w)


def test_every_activation_is_printed() -> None:
    code = formulas.activations(ACTIVATIONS.values())
    keys = (name if " " not in name else f'"{name}"' for name in ACTIVATIONS)
    assert all(f"\n{key}: {{value: (z) => " in code for key in keys)
    assert "const erfcx = (x) => " in code and "erfcx" not in formulas.activations(FIRST)


def test_the_midpoint_rule_is_erfcx() -> None:
    (x,) = midpoint_erfcx().free_symbols
    points = np.concatenate([[0.0], np.geomspace(1e-12, 1e6, 2000), np.linspace(0, 12, 4001)])
    found = compiled(midpoint_erfcx(), x)(points)
    np.testing.assert_allclose(found, special.erfcx(points), rtol=2e-15, atol=0.0)


def test_the_backward_step_is_the_librarys() -> None:
    log, sign = formulas.backward_step()
    assert log == formulas.slope_log + sp.log(sp.Abs(w)) + formulas.delta_log
    assert sign == formulas.slope_sign * sp.sign(w) * formulas.delta_sign
