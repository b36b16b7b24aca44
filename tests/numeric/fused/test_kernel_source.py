"""The printed loops are those that the definitions give today, and hold nothing but what they may."""

from __future__ import annotations

import ast
import dataclasses

import numpy as np
import pytest
import sympy as sp

from analysis.numeric.compiled import compiled
from analysis.numeric.fused import identifier, kernel_source
from analysis.numeric.fused.kernel_source import Unprintable, kernel, source
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS, SIGMOID
from analysis.symbolic.notation import z


def test_the_file_is_what_is_printed_today() -> None:
    text, without = source()
    assert kernel_source.TARGET.read_text(encoding="utf-8") == text, (
        "run python -m analysis.numeric.fused.kernel_source"
    )
    assert set(without) == {"gelu"}  # its Φ has no code in the loops


def test_a_changed_definition_changes_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    before, _ = source()
    steeper = dataclasses.replace(SIGMOID, log_slope=SIGMOID.log_slope + sp.log(2))
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", steeper)
    assert source()[0] != before


def test_every_loop_is_there() -> None:
    names = {
        node.name
        for node in ast.parse(kernel_source.TARGET.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    kinds = ("forward", "scaled_forward", "plain", "scaled", "plain_rows", "scaled_rows")
    printed = [x for x in ACTIVATIONS if x != "gelu"]
    assert names == {f"{kind}_{identifier(x)}" for kind in kinds for x in printed}


def test_what_the_loops_lack_is_refused() -> None:
    for formula in (sp.sin(z), sp.erf(z), sp.sqrt(1 + z**2)):
        odd = Activation("odd", formula, sp.S.One, sp.log(sp.Abs(formula.diff(z))))
        with pytest.raises(Unprintable, match="odd"):
            kernel(odd)


@pytest.mark.parametrize("name", [x for x in ACTIVATIONS if x != "gelu"])
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
