"""The catalogue's entries are plain data: hashable, picklable, found by name."""

from __future__ import annotations

import dataclasses
import pickle

import pytest
import sympy as sp

from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS, RELU, SIGMOID, activation
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b, h, sigma, sigma_prime, w, z


@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_entries_travel(x: Activation) -> None:
    assert pickle.loads(pickle.dumps(x)) == x and hash(x) == hash(pickle.loads(pickle.dumps(x)))
    assert activation(x.name) is x


@pytest.mark.parametrize("name", ["sigmoidd", "", None, ["tanh"]])
def test_unknown_name_is_refused_with_the_known_ones(name: object) -> None:
    with pytest.raises(ValueError, match="sigmoid, tanh"):
        activation(name)  # type: ignore[arg-type]


def test_a_formula_changed_without_its_safe_form_is_refused() -> None:
    with pytest.raises(ValueError, match="safe_formula must equal formula"):
        dataclasses.replace(SIGMOID, formula=SIGMOID.formula - sp.S.Half)


def test_kinks() -> None:
    assert RELU.kinks == (0,) and SIGMOID.kinks == ()
    smooth = Activation("cube", sp.Piecewise((0, z <= 0), (z**3, True)), sp.oo, sp.S.Zero)
    assert smooth.kinks == ()


def test_relu_slope_at_the_kink_is_the_declared_zero() -> None:
    assert RELU.slope.subs(z, 0) == 0 and RELU.derivative.subs(z, 0) == 0


def test_plain_layer_factor_is_weight_times_slope() -> None:
    assert plain().factor == w * sigma_prime(w * h + b)
    assert plain().output == sigma(w * h + b)
    layer = plain(SIGMOID)
    assert sp.simplify(layer.factor - w * SIGMOID.derivative.subs(z, w * h + b)) == 0
    point = {w: sp.Rational(-3, 2), h: sp.Rational(1, 3), b: sp.Rational(1, 5)}
    assert abs(sp.N(layer.log_factor.subs(point) - sp.log(sp.Abs(layer.factor.subs(point))), 30)) < 1e-25


@pytest.mark.parametrize("formula", [sp.Max(0, z), sp.Min(1, z), z * sp.Heaviside(z)])
def test_a_kink_must_say_on_which_side_it_lies(formula: sp.Expr) -> None:
    with pytest.raises(ValueError, match="must be written with sp.Piecewise"):
        Activation("bent", formula, sp.S.One, sp.S.Zero)


def test_the_slope_beside_a_kink() -> None:
    assert (RELU.beside(sp.S.Zero, -1), RELU.beside(sp.S.Zero, 1)) == (0, 1)
