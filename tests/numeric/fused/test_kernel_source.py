"""The printed loops follow the definitions, and hold nothing but what they may."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from analysis.numeric.compiled import compiled
from analysis.numeric.fused import kernel_source
from analysis.numeric.fused.kernel_source import Unprintable, kernel, source
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS, SIGMOID
from analysis.symbolic.normal import ndtr
from analysis.symbolic.notation import z


def outside_the_loops(x: Activation) -> bool:
    """Φ, and powers of e^|z| that are not whole, have no code in the loops."""
    exponents = [e.args[0].coeff(z) for e in x.formula.atoms(sp.exp)]
    return x.value.has(ndtr) or not all(c.is_integer for c in exponents)


def test_a_changed_definition_or_loop_is_printed_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steeper = dataclasses.replace(SIGMOID, log_slope=SIGMOID.log_slope + sp.log(2))
    assert source(steeper) != source(SIGMOID) and kernel_source.stamp(steeper) != kernel_source.stamp(SIGMOID)
    before = kernel_source.stamp(SIGMOID)
    for name in ("fused/tiles.py", "fused/vectorised.py", "compiled.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.setattr(kernel_source, "FOLDER", tmp_path / "fused")
    assert kernel_source.stamp(SIGMOID) != before


def test_all_others_have_loops() -> None:
    without = {x.name for x in ACTIVATIONS.values() if kernel_source.loops(x) is None}
    assert without == {x.name for x in ACTIVATIONS.values() if outside_the_loops(x)}


def test_what_the_loops_lack_is_refused() -> None:
    for formula in (sp.sin(z), sp.erf(z), sp.sqrt(1 + z**2)):
        odd = Activation("odd", formula, sp.S.One, sp.log(sp.Abs(formula.diff(z))))
        with pytest.raises(Unprintable, match="odd"):
            kernel(odd)


@pytest.mark.parametrize("name", [x.name for x in ACTIVATIONS.values() if not outside_the_loops(x)])
def test_kernels_are_the_definitions(name: str) -> None:
    """Value, slope and mantissa · 2^exponent, evaluated with e = exp(−|z|) = p · 2ⁿ,
    against the definitions."""
    activation, printed = ACTIVATIONS[name], kernel(ACTIVATIONS[name])
    e, p, n = sp.symbols("e p n")
    at = np.array([-400.0, -30.0, -2.5, -1e-3, 0.0, 1e-9, 0.7, 19.0, 350.0])
    whole = np.round(-np.abs(at) / np.log(2.0))
    values = {z: at, e: np.exp(-np.abs(at)), p: np.exp(-np.abs(at) - whole * np.log(2.0)), n: whole}

    def evaluated(expr: sp.Expr) -> np.ndarray:
        used = sorted(expr.free_symbols | {z}, key=str)
        found: np.ndarray = compiled(expr, *used)(*(values[x] for x in used))
        return found

    np.testing.assert_allclose(
        evaluated(printed.value), compiled(activation.value, z)(at), rtol=1e-12, atol=1e-300
    )
    slope = compiled(activation.slope, z)(at)
    np.testing.assert_allclose(evaluated(printed.slope), slope, rtol=1e-12, atol=1e-300)
    scaled = evaluated(printed.mantissa) * 2.0 ** evaluated(printed.exponent)
    np.testing.assert_allclose(scaled, slope, rtol=1e-12, atol=1e-300)
