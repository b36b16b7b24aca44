"""The gradient of a chain against oracles that share no code with it.

mpmath multiplies the factors at 60 digits or differentiates the whole composite by high-precision
differences; complex steps perturb each bias in turn; autograd traces the forward pass.
The cost is C = (a_L − y)²/2.
"""

from __future__ import annotations

import math
from functools import cache

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tracing import untraced

from analysis.numeric import chain, signed_log
from analysis.symbolic.catalogue import ACTIVATIONS, SIGMOID
from analysis.symbolic.notation import z as Z

Y = 0.25
in_mpmath = cache(lambda expr: sp.lambdify(Z, expr, "mpmath"))
BOUNDED = [x for x in ACTIVATIONS.values() if x.log_slope_rate < sp.oo]
"""Those for which the library bounds its errors;
for GELU and SiLU, whose slope passes zero, it promises nothing."""
ANALYTIC = [x for x in BOUNDED if not x.formula.has(sp.Piecewise, sp.Abs, sp.Max, sp.Min)]
EVERY = pytest.mark.parametrize("x", BOUNDED, ids=[x.name for x in BOUNDED])


def numbers(largest):
    """Numbers of either sign, none nearer to zero than 0.0003: differences cannot see those that are."""
    return st.integers(-1024 * largest, 1024 * largest - 1).map(lambda n: (n + 0.37) / 1024)


@st.composite
def chains(draw, depth):
    layers = draw(st.integers(1, depth))
    many = {"min_size": layers, "max_size": layers}
    w, b = (np.array(draw(st.lists(numbers(size), **many))) for size in (3, 2))
    return draw(numbers(2) | st.just(0.0)), w, b


def ours(x, a0, w, b):
    """∂C/∂b and ∂C/∂w as signed logarithms, away from kinks and zero gradients,
    with the bounds on their errors."""
    top = float(chain.forward(x, a0, w, b).a[-1]) - Y
    assume(abs(top) > 1e-6)
    found = chain.gradient(x, a0, w, b, top)
    assume(np.isfinite(found.b_error).all())
    assume(all(np.abs(found.forward.z - float(kink)).min() > 1e-6 for kink in x.kinks))
    return found


def tame(x, found):
    """Keep to |z| ≤ 8, where float64 evaluates the definition itself without much
    cancellation (where there is any)."""
    assume(x.log_slope_rate == 0 or np.abs(found.forward.z).max() <= 8)
    return found


@untraced()
def assert_same(found, error, true, digits):
    """Signs equal, relative difference of the values below 10^−digits plus what the bound allows."""
    for l, t in enumerate(true):
        if found.sign[l] == 0:
            assert t == 0, f"layer {l + 1}: 0 instead of {t}"
            continue
        with mpmath.workdps(60):
            ratio = mpmath.mpf(t) / (
                mpmath.mpf(float(found.sign[l])) * mpmath.exp(mpmath.mpf(float(found.logabs[l])))
            )
            gap = float(abs(ratio - 1))
        assert gap <= 10.0**-digits + 2 * min(float(error[l]), 1e-6), (
            f"layer {l + 1}: ratio {mpmath.nstr(ratio, 17)} to the oracle"
        )


def composite(formula, a0, w, b):
    """a_L by plain composition in the arithmetic of the arguments."""
    a = a0
    for w_j, b_j in zip(w, b, strict=True):
        a = formula(w_j * a + b_j)
    return a


@pytest.mark.drawn(3)
@EVERY
@settings(max_examples=25)
@given(case=chains(depth=40))
def test_mpmath_multiplies_the_factors(x, case):
    a0, w, b = case
    found = ours(x, a0, w, b)
    formula, slope = in_mpmath(x.formula), in_mpmath(x.formula.diff(Z))
    with mpmath.workdps(120), untraced():
        activations, zs = [mpmath.mpf(a0)], []
        for w_j, b_j in zip(w.tolist(), b.tolist(), strict=True):
            zs.append(w_j * activations[-1] + b_j)
            activations.append(formula(zs[-1]))
        top = float(found.forward.a[-1]) - Y
        of_b = [
            top * slope(zs[l]) * mpmath.fprod(w[j].item() * slope(zs[j]) for j in range(l + 1, len(w)))
            for l in range(len(w))
        ]
        of_w = [of_b[l] * activations[l] for l in range(len(w))]
    assert_same(found.b, found.b_error, of_b, 12)
    if np.isfinite(found.w_error).all():
        assert_same(found.w, found.w_error, of_w, 12)


@pytest.mark.parametrize("x", [x for x in ACTIVATIONS.values() if x not in BOUNDED], ids=lambda x: x.name)
@settings(max_examples=40)
@given(case=chains(depth=12))
def test_without_a_bound_the_gradient_is_still_right(x, case):
    """GELU and SiLU, away from the zero of the slope: ten digits, less what the slope loses there."""
    a0, w, b = case
    found = chain.gradient(x, a0, w, b)
    formula, slope = in_mpmath(x.formula), in_mpmath(x.formula.diff(Z))
    with mpmath.workdps(120):
        a, factors = mpmath.mpf(a0), []
        for w_j, b_j in zip(w.tolist(), b.tolist(), strict=True):
            z = w_j * a + b_j
            factors.append((w_j, slope(z)))
            a = formula(z)
        assume(all(abs(s) > 1e-4 for _, s in factors))
        of_b = [factors[l][1] * mpmath.fprod(p * q for p, q in factors[l + 1 :]) for l in range(len(factors))]
    assert_same(found.b, np.zeros(len(w)), of_b, 9)


@EVERY
@settings(max_examples=8)
@given(case=chains(depth=6))
def test_high_precision_differences_of_the_whole_composite(x, case):
    a0, w, b = case
    found = ours(x, a0, w, b)
    formula = in_mpmath(x.formula)
    with mpmath.workdps(80):
        exact_b, exact_w = [mpmath.mpf(v) for v in b.tolist()], [mpmath.mpf(v) for v in w.tolist()]
        top = composite(formula, mpmath.mpf(a0), exact_w, exact_b) - Y
        factor = (float(found.forward.a[-1]) - Y) / top

        def cost(values, place, t):
            moved = [*values[:place], t, *values[place + 1 :]]
            pair = (exact_w, moved) if values is exact_b else (moved, exact_b)
            return (composite(formula, mpmath.mpf(a0), *pair) - Y) ** 2 / 2

        for l in range(len(w)):
            of_b = mpmath.diff(lambda t, l=l: cost(exact_b, l, t), exact_b[l]) * factor
            of_w = mpmath.diff(lambda t, l=l: cost(exact_w, l, t), exact_w[l]) * factor
            assert_same(
                signed_log.SignedLog(found.b.sign[l:], found.b.logabs[l:]), found.b_error[l:], [of_b], 12
            )
            if math.isfinite(found.w_error[l]):
                assert_same(
                    signed_log.SignedLog(found.w.sign[l:], found.w.logabs[l:]), found.w_error[l:], [of_w], 12
                )


@pytest.mark.drawn(3)
@pytest.mark.parametrize("x", ANALYTIC, ids=lambda x: x.name)
@settings(max_examples=30)
@given(case=chains(depth=40))
def test_complex_steps(x, case):
    """f′(b) = Im f(b + ih)/h: no difference is taken, so h may be 1e-100 (Squire and Trapp 1998)."""
    a0, w, b = case
    found = tame(x, ours(x, a0, w, b))
    formula, h = sp.lambdify(Z, x.formula, "numpy"), 1e-100
    layers = len(w)
    stepped = b + 1j * h * np.eye(layers)
    a = np.full(layers, a0, dtype=complex)
    for j in range(layers):
        a = formula(w[j] * a + stepped[:, j])
    assert_same(found.b, found.b_error, (found.forward.a[-1] - Y) * a.imag / h, 10)


@pytest.mark.drawn(3)
@EVERY
@pytest.mark.filterwarnings("ignore:Output seems independent of input")
@settings(max_examples=25)
@given(case=chains(depth=40))
def test_autograd(x, case):
    a0, w, b = case
    found = tame(x, ours(x, a0, w, b))
    formula = sp.lambdify(Z, x.formula, [{"select": lambda c, v, default: anp.where(c[0], v[0], v[1])}, anp])

    def cost(w, b):
        return (
            composite(formula, a0, [w[j] for j in range(len(w))], [b[j] for j in range(len(b))]) - Y
        ) ** 2 / 2

    of_w, of_b = autograd.grad(cost, (0, 1))(w, b)
    top = (composite(formula, a0, w, b) - Y) / (
        found.forward.a[-1] - Y
    )  # its own a_L − y, which cancels, for ours
    assert_same(found.b, found.b_error, of_b / top, 10)
    if np.isfinite(found.w_error).all():
        assert_same(found.w, found.w_error, of_w / top, 10)


def test_float64_differences_say_zero_where_the_gradient_is_not():
    """Row B6: at depth 30 a plain difference in float64 is exactly 0 for any step;
    80 digits give the gradient."""
    depth = 30
    w, b = np.ones(depth), np.zeros(depth)
    found = chain.gradient(SIGMOID, 0.5, w, b)
    first = signed_log.to_float(signed_log.SignedLog(found.b.sign[0], found.b.logabs[0]))
    assert 0 < first < 1e-18
    formula = sp.lambdify(Z, SIGMOID.formula, "math")
    for h in (1e-2, 1e-4, 1e-6, 1e-8):
        up, down = (composite(formula, 0.5, w, [s * h, *b[1:]]) for s in (1, -1))
        assert up - down == 0.0
    precise = sp.lambdify(Z, SIGMOID.formula, "mpmath")
    with mpmath.workdps(80):
        true = mpmath.diff(
            lambda t: composite(precise, mpmath.mpf("0.5"), [1] * depth, [t] + [0] * (depth - 1)), 0
        )
    assert first == pytest.approx(float(true), rel=1e-13, abs=0.0)
