"""What chapter 13's statements mean: false variants are refuted, and the meanings agree with second ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.gates.cell_at_rest import kept, squared_gain, v
from analysis.chapters.gates.claims import cell_at_rest, formulas, memory_horizon
from analysis.chapters.gates.claims.formulas import change, memory_step
from analysis.claims.domain import Domain, exact, only
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.world import Meaningless, World, ball
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import plus, times
from analysis.symbolic.gates import (
    at,
    c,
    c_before,
    f,
    forget_bias,
    g,
    h_before,
    h_now,
    half_life,
    i,
    keep,
    lag,
    sigmoid,
    u,
    vanilla,
    weight,
)
from analysis.symbolic.notation import sigma, sigma_prime, w, z

ALL = (*formulas.CLAIMS, *cell_at_rest.CLAIMS, *memory_horizon.CLAIMS)
CLAIMS = {claim.label: claim for claim in ALL}
LEFT = {label: claim.statement.args[0] for label, claim in CLAIMS.items()}
RIGHT = {label: claim.statement.args[1] for label, claim in CLAIMS.items()}
TINY = sp.Rational(1, 10**12)


def eq(label: str, right: sp.Expr) -> tuple[str, sp.Basic]:
    return label, sp.Eq(LEFT[label], right, evaluate=False)


def worlds_of(label: str, count: int = 3) -> list[World]:
    """Random worlds of a claim."""
    domain = CLAIMS[label].domain
    assert domain is not None
    found, random = [], Random(label)
    for _ in range(count):
        chosen: dict[Any, Any] = {}
        for key, of in domain.ranges:
            x = of.draw(random, domain.world(chosen))
            chosen.update(zip(key, x, strict=True) if isinstance(key, tuple) else ((key, x),))
        found.append(domain.world(chosen))
    return found


STEP, WIDE, CUT, PRODUCT, TWO = (
    "lstm-memory-step",
    "lstm-memory-step-many-units",
    "lstm-cut-is-the-forget-gate",
    "lstm-cut-product",
    "lstm-two-steps",
)
VANILLA, GRU, LAYER, SUM = (
    "vanilla-memory-step",
    "gru-memory-step",
    "gated-layer-factor",
    "shared-weight-sums-over-time",
)
LIFE, ONE, BELOW, LARGE = (
    "forget-bias-half-life",
    "bias-one-half-life",
    "forget-gate-below-one",
    "half-life-is-exponential",
)
SCALE, CONCAVE, LATCH, BASE = (
    "bias-for-a-time-scale",
    "log-gate-is-concave",
    "latching-vanishes",
    "adding-baseline",
)
REST, GATED, GRU_REST, POWERS = (
    "lstm-at-rest",
    "lstm-step-is-a-gated-layer",
    "gru-at-rest",
    "gain-between-two-powers",
)
CUT_LIFE, WHOLE, TEN, PLAIN, RATE = (
    "lstm-half-life-cut",
    "lstm-half-life-all-ways",
    "lstm-gain-ten-steps",
    "vanilla-log-gain",
    "fluctuating-gate-rate",
)
RELU = "relu-memory-step"
u_g = weight("u", "g")
top = (kept + sp.sqrt(v)) ** (2 * lag)


def between(low: sp.Expr, high: sp.Expr) -> tuple[str, sp.Basic]:
    gain = squared_gain()
    sides = (sp.Le(low, gain, evaluate=False), sp.Le(gain, high, evaluate=False))
    return POWERS, sp.And(*sides, evaluate=False)


T = next(iter(RIGHT[SCALE].free_symbols))
held = next(iter(LEFT[LATCH].free_symbols))
product = RIGHT[PRODUCT]

FALSE = [
    eq(STEP, f),
    eq(STEP, RIGHT[STEP] + TINY),
    eq(STEP, RIGHT[STEP].xreplace({at("o", "t-1"): at("o")})),
    eq(STEP, RIGHT[STEP].xreplace({g: -g})),
    (STEP, sp.Ne(LEFT[STEP], RIGHT[STEP], evaluate=False)),
    (STEP, sp.Eq(change(c, at("o", "t-1")), RIGHT[STEP], evaluate=False)),
    eq(WIDE, RIGHT[WIDE] - RIGHT[WIDE].args[0]),
    eq(WIDE, RIGHT[WIDE].subs(sp.KroneckerDelta(*LEFT[WIDE].args), 1)),
    (WIDE, sp.Eq(memory_step(*LEFT[WIDE].args[::-1]), RIGHT[WIDE], evaluate=False)),
    (WIDE, sp.Le(LEFT[WIDE], RIGHT[WIDE] - TINY, evaluate=False)),
    eq(CUT, f),
    eq(CUT, i),
    eq(CUT, RIGHT[CUT] ** 2),
    (CUT, sp.Eq(change(c, c_before), RIGHT[CUT], evaluate=False)),
    (CUT, sp.Ne(LEFT[CUT], RIGHT[CUT], evaluate=False)),
    eq(PRODUCT, product.function.subs(formulas._j, formulas._t) ** lag),
    eq(PRODUCT, sp.Product(product.function, (formulas._j, formulas._t - lag + 2, formulas._t))),
    eq(PRODUCT, product + (lag - 1) * (lag - 2) * (lag - 3) * (lag - 4) * TINY),
    (PRODUCT, sp.Eq(change(*LEFT[PRODUCT].args[:2]), product, evaluate=False)),
    (PRODUCT, sp.Eq(change(*LEFT[PRODUCT].args[:2], sp.Tuple(weight("u", "f"))), product, evaluate=False)),
    eq(TWO, plus(RIGHT[TWO].args[0], -RIGHT[TWO].args[1])),
    eq(TWO, RIGHT[TWO].args[1]),
    eq(TWO, RIGHT[TWO] * (1 + TINY)),
    (TWO, sp.Gt(LEFT[TWO], RIGHT[TWO], evaluate=False)),
    eq(VANILLA, times(u, 1 - h_now)),
    eq(VANILLA, times(w, 1 - h_now**2)),
    (VANILLA, sp.Le(sp.Abs(LEFT[VANILLA]), 1, evaluate=False)),
    eq(GRU, keep),
    eq(GRU, RIGHT[GRU].xreplace({h_before: h_now})),
    eq(GRU, plus(*RIGHT[GRU].args[:2])),
    (GRU, sp.Lt(LEFT[GRU], RIGHT[GRU], evaluate=False)),
    eq(LAYER, f + i * w),
    eq(LAYER, 1 + times(*RIGHT[LAYER].args[1].args)),
    eq(LAYER, RIGHT[LAYER].replace(sigma_prime, sigma)),
    eq(SUM, plus(*RIGHT[SUM].args[:2])),
    eq(SUM, RIGHT[SUM] * 2),
    (SUM, sp.Eq(change(LEFT[SUM].args[0], w), RIGHT[SUM], evaluate=False)),
    (LIFE, sp.Eq(sp.Pow(sigmoid(forget_bias), half_life(forget_bias + TINY)), sp.S.Half, evaluate=False)),
    eq(LIFE, sp.Rational(49, 100)),
    (LIFE, sp.Lt(LEFT[LIFE], sp.S.Half, evaluate=False)),
    (ONE, sp.Lt(sp.Abs(half_life(sp.S.One) - 2), sp.Rational(5, 100), evaluate=False)),
    (ONE, sp.Lt(LEFT[ONE], sp.Rational(1, 100), evaluate=False)),
    (ONE, sp.Gt(LEFT[ONE], RIGHT[ONE], evaluate=False)),
    (BELOW, sp.Lt(SIGMOID.formula, 1 - TINY, evaluate=False)),
    (BELOW, sp.Gt(SIGMOID.formula, sp.S.Half, evaluate=False)),
    (BELOW, sp.Lt(2 * SIGMOID.formula, 1, evaluate=False)),
    eq(LARGE, sp.log(2) + TINY),
    eq(LARGE, sp.S.Half),
    (LARGE, sp.Lt(LEFT[LARGE], RIGHT[LARGE], evaluate=False)),
    eq(SCALE, 1 - 1 / T**2),
    eq(SCALE, 1 - 1 / (T + 1)),
    (SCALE, sp.Gt(LEFT[SCALE], 0.01, evaluate=False)),
    (CONCAVE, sp.Lt(LEFT[CONCAVE], -sp.Rational(1, 1000), evaluate=False)),
    (CONCAVE, sp.Gt(LEFT[CONCAVE], -sp.Rational(6, 25), evaluate=False)),
    (CONCAVE, sp.Lt(sp.Derivative(SIGMOID.formula, (z, 2)), 0, evaluate=False)),
    (LATCH, sp.Lt(LEFT[LATCH], sp.Rational(999999, 1000000), evaluate=False)),
    (LATCH, sp.Lt(sp.atanh(held) * (1 - held**2) / held**2, 1, evaluate=False)),
    (LATCH, sp.Lt(sp.atanh(held) * (1 - held**2 / 4) / held, 1, evaluate=False)),
    eq(BASE, sp.Rational(1, 6) + sp.Rational(1, 10**9)),
    eq(BASE, sp.Rational(1, 3)),
    (BASE, sp.Gt(LEFT[BASE], sp.Rational(1, 6), evaluate=False)),
    eq(RELU, u),
    eq(RELU, sp.Piecewise((0, at("z") <= sp.Rational(1, 10)), (u, True))),
    eq(RELU, sp.Piecewise((TINY, at("z") <= 0), (u, True))),
    (RELU, sp.Le(LEFT[RELU], 1, evaluate=False)),
    eq(REST, RIGHT[REST] - u_g / 8),
    eq(REST, RIGHT[REST] + weight("u", "f") * TINY),
    (REST, sp.Eq(change(c, at("o", "t-1")), RIGHT[REST], evaluate=False)),
    (REST, sp.Lt(LEFT[REST], 1, evaluate=False)),
    eq(GATED, sigmoid(forget_bias) + u_g / 2),
    eq(GATED, sp.S.Half + u_g / 4),
    (GATED, sp.Ne(LEFT[GATED], RIGHT[GATED], evaluate=False)),
    eq(GRU_REST, sp.S.Half + u_g / 4 + weight("u", "p") * TINY),
    eq(GRU_REST, sigmoid(u_g)),
    (GRU_REST, sp.Gt(LEFT[GRU_REST], sp.S.Half, evaluate=False)),
    between(top / lag, top),
    between(top / (lag + 1), top * sp.Rational(999, 1000)),
    between(top / (lag + 1), top / lag),
    between(top / (lag + 1) + TINY, top),
    (POWERS, sp.Lt(top / (lag + 1), squared_gain(), evaluate=False)),
    (POWERS, sp.Not(CLAIMS[POWERS].statement)),
    eq(CUT_LIFE, half_life(sp.Rational(11, 10))),
    (CUT_LIFE, sp.Gt(LEFT[CUT_LIFE], sp.Rational(23, 10), evaluate=False)),
    (CUT_LIFE, sp.Ne(LEFT[CUT_LIFE], RIGHT[CUT_LIFE], evaluate=False)),
    eq(WHOLE, RIGHT[WHOLE] * sp.Rational(104, 100)),
    eq(WHOLE, memory_horizon.halving(sigmoid(sp.S.One), sp.Rational(1, 16))),
    (WHOLE, sp.Lt(LEFT[WHOLE], half_life(sp.S.One), evaluate=False)),
    eq(TEN, RIGHT[TEN] * 2),
    eq(TEN, sp.log(squared_gain(10, sigmoid(sp.S.One), sp.Rational(1, 40))) / 2),
    (TEN, sp.Gt(LEFT[TEN], -2, evaluate=False)),
    eq(PLAIN, 11 * sp.log(sp.Rational(1, 3)) / 2),
    eq(PLAIN, RIGHT[PLAIN] - sp.Rational(1, 5)),
    (PLAIN, sp.Ne(LEFT[PLAIN], RIGHT[PLAIN], evaluate=False)),
    eq(RATE, RIGHT[RATE] * sp.Rational(102, 100)),
    eq(RATE, -RIGHT[RATE]),
    (RATE, sp.Gt(LEFT[RATE], sp.log(sigmoid(sp.S.One)), evaluate=False)),
]


@pytest.mark.drawn(12)
@pytest.mark.parametrize(("label", "wrong"), FALSE)
def test_a_false_variant_is_refuted(label: str, wrong: sp.Basic) -> None:
    outcome = CLAIMS[label].settle(wrong)
    assert isinstance(outcome, Refuted), outcome


def number(x: Any, world: World) -> float:
    return float(ball(value(x, world)).mid())


def gate(x: complex) -> complex:
    return 1 / (1 + np.exp(-x))


def lstm_step(memory: complex, out: float, x: float, at_: Mapping[str, float], held_: complex) -> Any:
    """(c, o) after one step from c = memory and h = held_, in complex numbers."""
    into = {q: at_[f"w_{q}"] * x + at_[f"u_{q}"] * held_ + at_[f"b_{q}"] for q in "ifgo"}
    return gate(into["f"]) * memory + gate(into["i"]) * np.tanh(into["g"]), gate(into["o"])


def test_one_step_and_two_steps_against_complex_steps() -> None:
    """One step, two steps and the product of the one-step factors, as imaginary parts over 10⁻³⁰."""
    for world in worlds_of(TWO):
        p = {str(x): number(x, world) for x in world.letters if isinstance(x, sp.Symbol)}
        first = p["c_{t-1}"] + 1e-30j
        now, out = lstm_step(first, p["o_{t-1}"], p["x_t"], p, p["o_{t-1}"] * np.tanh(first))
        later, _ = lstm_step(now, 0.0, p["x_{t+1}"], p, out * np.tanh(now))
        alone = now.real + 1e-30j
        other, _ = lstm_step(alone, 0.0, p["x_{t+1}"], p, out.real * np.tanh(alone))
        assert number(change(c, c_before), world) == pytest.approx(now.imag / 1e-30, rel=1e-10)
        assert number(LEFT[TWO], world) == pytest.approx(later.imag / 1e-30, rel=1e-10)
        both = now.imag * other.imag / 1e-60
        assert number(formulas.both_steps(), world) == pytest.approx(both, rel=1e-10)


def test_many_units_against_a_jacobian_of_matrices() -> None:
    """The Jacobian of f ⊙ c + i ⊙ g with NumPy's matrices, by complex steps, at every entry."""
    domain, random = CLAIMS[WIDE].domain, np.random.default_rng(4)
    assert domain is not None
    n = 3
    U = {q: random.integers(-9, 10, (n, n)) / 8 for q in "ifg"}
    a = {q: random.integers(-9, 10, n) / 8 for q in "ifg"}
    cs, os = random.integers(-9, 10, (2, n)) / 8
    known: dict[Any, Any] = {formulas._n: fmpq(n)}
    for base, array in (
        (formulas._cs, cs),
        (formulas._os, os),
        *((formulas._a[q], a[q]) for q in "ifg"),
        *((formulas._U[q], U[q]) for q in "ifg"),
    ):
        known[base] = lambda *at_, of=array: exact(float(of[tuple(m - 1 for m in at_[:-1])]))
    for j in range(n):
        for k in range(n):
            moved = cs + 1e-30j * (np.arange(n) == k)
            into = {q: a[q] + U[q] @ (os * np.tanh(moved)) for q in "ifg"}
            new = gate(into["f"]) * moved + gate(into["i"]) * np.tanh(into["g"])
            world = domain.world(known)
            found = number(memory_step(sp.Integer(j + 1), sp.Integer(k + 1)), world)
            assert found == pytest.approx(new[j].imag / 1e-30, rel=1e-10)


def test_several_steps_against_complex_steps() -> None:
    for world in worlds_of(PRODUCT, 4):
        p = {str(x): number(x, world) for x in formulas._PARAMETERS}
        k, t = (int(number(x, world)) for x in (lag, formulas._t))
        xs = [number(formulas._x_at[j], world) for j in range(t - k + 1, t + 1)]
        for cut in ((), ("f", "i", "g")):
            weights = {**p, **{f"u_{q}": 0.0 for q in cut}}
            memory = number(at("c", "t-k"), world) + 1e-30j
            out: Any = number(at("o", "t-k"), world)
            for x in xs:
                memory, out = lstm_step(memory, 0.0, x, weights, out * np.tanh(memory))
            of = change(c, at("c", "t-k"), *([sp.Tuple(*(weight("u", q) for q in cut))] if cut else []))
            assert number(of, world) == pytest.approx(memory.imag / 1e-30, rel=1e-9)
    with pytest.raises(Meaningless, match="no derivative of c_t"):
        value(change(c, at("x")), world)


def test_the_gated_recurrent_unit_against_complex_steps() -> None:
    for world in worlds_of(GRU):
        p = {str(x): number(x, world) for x in world.letters if isinstance(x, sp.Symbol)}
        h = p["h_{t-1}"] + 1e-30j
        r, p_ = (gate(p[f"w_{q}"] * p["x_t"] + p[f"u_{q}"] * h + p[f"b_{q}"]) for q in "rp")
        new = p_ * h + (1 - p_) * np.tanh(p["w_g"] * p["x_t"] + r * p["u_g"] * h + p["b_g"])
        assert number(LEFT[GRU], world) == pytest.approx(new.imag / 1e-30, rel=1e-10)


def test_a_cell_at_rest_against_complex_steps() -> None:
    for world in worlds_of(REST):
        p = {str(x): number(x, world) for x in world.letters if isinstance(x, sp.Symbol)}
        new, _ = lstm_step(1e-30j, 0.0, 0.0, p, 0.5 * np.tanh(1e-30j))
        assert number(LEFT[REST], world) == pytest.approx(new.imag / 1e-30, rel=1e-10)
        assert number(RIGHT[GATED], world) == pytest.approx(new.imag / 1e-30, rel=1e-10)


@pytest.mark.parametrize(("kept_", "variance"), [(0.7, 0.05), (0.5, 0.0), (0.0, 0.2), (0.8, 0.01)])
def test_the_halving_against_polynomials(kept_: float, variance: float) -> None:
    """The sums as constant terms of ((f + √v x)(f + √v/x))^k, by convolution; the crossing by hand."""
    logs, poly = [0.0], np.ones(1)
    while logs[-1] > -np.log(2):
        poly = np.convolve(np.convolve(poly, [kept_, variance**0.5]), [variance**0.5, kept_])
        logs.append(0.5 * np.log(poly[len(poly) // 2]))
    k = len(logs) - 2
    crossing = k + (logs[k] + np.log(2)) / (logs[k] - logs[k + 1])
    e = memory_horizon.halving(sp.Float(kept_), sp.Float(variance))
    domain = CLAIMS[WHOLE].domain
    assert domain is not None
    assert number(e, domain.world({})) == pytest.approx(crossing, rel=1e-12)


def test_the_rate_of_a_fluctuating_gate_against_gauss_hermite() -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    exact_ = weights @ -np.log1p(np.exp(-1 - 2 * nodes)) / weights.sum()
    domain = CLAIMS[RATE].domain
    assert domain is not None
    assert number(RIGHT[RATE], domain.world({})) == pytest.approx(exact_, abs=1e-8)


IN_LINES = {label: claim for label, claim in CLAIMS.items() if claim.check is not None}


def _tanh_for_sigma(label: str) -> Domain:
    """The claim's domain with tanh for σ, but the sigmoid's slope for σ′."""
    found = CLAIMS[label].domain
    assert found is not None
    return replace(found, means={**found.means, sigma: only("tanh")[sigma]})


def _with_gate(label: str, name: str) -> Domain:
    """The claim's domain with a gate that is squared on its way into the memory."""
    found = CLAIMS[label].domain
    assert found is not None
    of = LEFT[label]
    squared = found.means[of].replace(sp.tanh if name == "g" else sigma, lambda x: sp.tanh(x) ** 2)
    return replace(found, means={**found.means, of: squared})


OTHER_STARTS = {
    **{label: _tanh_for_sigma(label) for label in (STEP, WIDE, TWO, GRU, REST, GATED, GRU_REST)},
    CUT: _with_gate(CUT, "f"),
    PRODUCT: _with_gate(PRODUCT, "f"),
    VANILLA: formulas.written_out(vanilla(SIGMOID), of=LEFT[VANILLA]),
    RELU: formulas.written_out(vanilla(SIGMOID), of=LEFT[RELU]),
    SUM: _with_gate(SUM, "g"),
}


@pytest.mark.parametrize("label", OTHER_STARTS)
def test_from_another_start_the_proof_does_not_lead_there(label: str) -> None:
    claim = CLAIMS[label]
    assert isinstance(claim.check.outcome(claim.statement, OTHER_STARTS[label]), Unknown)


@pytest.mark.parametrize("label", [STEP, WIDE, CUT, PRODUCT, TWO, VANILLA, GRU, SUM, REST, GRU_REST])
def test_the_derivative_that_a_proof_reads_is_that_of_the_cell(label: str) -> None:
    """Difference quotients of the cell step by step, and of the formula that stands for its derivative."""
    e = LEFT[label]
    for world in worlds_of(label):
        kind = World({key: x for key, x in world.letters.items() if key != e})
        assert number(e, kind) == pytest.approx(number(e, world), rel=1e-10, abs=1e-25)


def test_the_product_of_the_one_step_factors_is_that_of_the_cell() -> None:
    for world in worlds_of(TWO):
        kind = World({key: x for key, x in world.letters.items() if key != formulas.both_steps()})
        both = number(formulas.both_steps(), kind)
        assert both == pytest.approx(number(formulas.both_steps(), world), rel=1e-10)
