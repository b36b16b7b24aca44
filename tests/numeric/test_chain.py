"""The numeric chain: accuracy at any depth, honest bounds, exact zeros, refusals."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tracing import untraced

from analysis.numeric import chain
from analysis.symbolic.catalogue import ACTIVATIONS, IDENTITY, RELU, SIGMOID, SOFTPLUS, TANH
from analysis.symbolic.notation import z as Z

SMOOTH = [x for x in ACTIVATIONS.values() if not x.kinks and x.slope_bound <= 1]
"""Beyond a slope of 1 the logarithm passes zero: ``test_catalogue`` says how exact it is there."""
EPS = 2.0**-52


@cache
def in_mpmath(expr):
    return sp.lambdify(Z, expr, "mpmath")


@untraced()
def exact_chain(x, a0: float, w: Sequence[float], b: Sequence[float], digits: int):
    """Lists of z_j, a_j and ∂a_L/∂b_l by plain multiplication at ``digits`` digits."""
    value, slope = in_mpmath(x.formula), in_mpmath(x.formula.diff(Z))
    with mpmath.workdps(digits):
        zs, activations = [], [mpmath.mpf(a0)]
        for w_j, b_j in zip(w, b, strict=True):
            zs.append(w_j * activations[-1] + mpmath.mpf(b_j))
            activations.append(value(zs[-1]))
        gradient, speeds = mpmath.mpf(1), []
        for j in reversed(range(len(w))):
            speeds.insert(0, gradient * slope(zs[j]))
            gradient = w[j] * speeds[0]
        return zs, activations, speeds


@untraced()
def log_error(found, l: int, true: mpmath.mpf, digits: int = 60) -> float:
    """|log found − log true|; 0 where both are zero, inf where one is or the signs differ."""
    if found.sign[l] == 0.0 or true == 0:
        return 0.0 if found.sign[l] == mpmath.sign(true) and found.logabs[l] == -math.inf else math.inf
    with mpmath.workdps(digits):
        return (
            float(abs(mpmath.log(abs(true)) - found.logabs[l]))
            if found.sign[l] == mpmath.sign(true)
            else math.inf
        )


# ---- backward, given z and w


LOG_SLOPES = {  # by hand; mpmath's exponents are unlimited, so nothing underflows
    "sigmoid": lambda z: -abs(z) - 2 * mpmath.log1p(mpmath.exp(-abs(z))),
    "tanh": lambda z: mpmath.log(4) - 2 * abs(z) - 2 * mpmath.log1p(mpmath.exp(-2 * abs(z))),
    "softplus": lambda z: -mpmath.log1p(mpmath.exp(-z)),
    "identity": lambda z: mpmath.mpf(0),
}


@untraced()
def fixed(f, pool: np.ndarray, picked: np.ndarray) -> list[int]:
    """f(pool)[picked] as integer multiples of 2⁻²⁰⁰, whose sums are exact."""
    with mpmath.workdps(90):
        numbers = [int(mpmath.nint(f(mpmath.mpf(v)) * 2**200)) for v in pool.tolist()]
    return [numbers[i] for i in picked.tolist()]


@untraced()
def from_the_end(slopes: list[int], weights: list[int]) -> tuple[list[int], list[int]]:
    """For each layer the sum of all terms from it to the last, and of their sizes."""
    pairs = list(zip(reversed(slopes), reversed(weights), strict=True))
    return (
        list(accumulate(p + q for p, q in pairs))[::-1],
        list(accumulate(abs(p) + abs(q) for p, q in pairs))[::-1],
    )


@pytest.mark.drawn(3)
@pytest.mark.parametrize("x", [SIGMOID, TANH, SOFTPLUS, IDENTITY], ids=lambda x: x.name)
@pytest.mark.parametrize("constant", [True, False], ids=["constant", "random"])
def test_a_million_layers_to_the_accuracy_asked_for(x, constant):
    """|z| up to 1e4, |w| from 1e-8 to 1e8; a constant chain is where plain summation drifts."""
    depth, rng = 10**6, np.random.default_rng(3)
    pool_z = np.array([0.3]) if constant else rng.choice([-1, 1], 50) * 10.0 ** rng.uniform(-3, 4, 50)
    pool_w = np.array([-1.1]) if constant else rng.choice([-1, 1], 50) * 10.0 ** rng.uniform(-8, 8, 50)
    pick_z, pick_w = rng.integers(len(pool_z), size=depth), rng.integers(len(pool_w), size=depth)
    w = pool_w[pick_w]
    found = chain.backward(x, pool_z[pick_z], w)
    slopes = fixed(LOG_SLOPES[x.name], pool_z, pick_z)
    weights = fixed(lambda v: mpmath.log(abs(v)), pool_w, pick_w)
    from_here, sizes = from_the_end(slopes, weights)
    np.testing.assert_array_equal(found.sign, np.append(np.cumprod(np.sign(w)[:0:-1])[::-1], 1.0))
    for l in [0, 1, *range(2, depth, 499), depth - 2, depth - 1]:
        true, size = from_here[l] - weights[l], (sizes[l] - abs(weights[l])) / 2**200
        error = abs(int(found.logabs[l] * 2.0**100) * 2**100 - true) / 2**200
        assert error <= 1e-12 * max(1.0, size), f"layer {l + 1}: {error} in {size}"
        assert error <= 8 * EPS * size + 2.0**-99, f"layer {l + 1}: {error} in {size}"


INPUTS = st.floats(1e-20, 60) | st.floats(-60, -1e-20) | st.just(0.0)


@pytest.mark.parametrize("x", SMOOTH, ids=lambda x: x.name)
@settings(max_examples=40)
@given(data=st.data())
def test_backward_against_plain_products(x, data):
    depth = data.draw(st.integers(1, 12))
    zs = data.draw(st.lists(INPUTS, min_size=depth, max_size=depth))
    ws = data.draw(st.lists(st.floats(1e-8, 1e8) | st.floats(-1e8, -1e-8), min_size=depth, max_size=depth))
    found = chain.backward(x, zs, ws)
    slope = in_mpmath(x.formula.diff(Z))
    with mpmath.workdps(120), untraced():
        slopes = [slope(mpmath.mpf(v)) for v in zs]
        for l in range(depth):
            true = slopes[l] * mpmath.fprod(w * s for w, s in zip(ws[l + 1 :], slopes[l + 1 :], strict=True))
            size = sum(abs(mpmath.log(abs(w))) for w in ws[l + 1 :]) + sum(
                abs(mpmath.log(s)) for s in slopes[l:]
            )
            assert log_error(found, l, true) <= 8 * EPS * float(size) + 1e-300


def test_exact_zeros():
    z, w = [0.3, -0.2, 0.5, 0.1], [2.0, 0.0, 3.0, -1.0]
    found = chain.backward(SIGMOID, z, w)
    np.testing.assert_array_equal(found.sign, [0.0, -1.0, -1.0, 1.0])
    assert found.logabs[0] == -math.inf and np.isfinite(found.logabs[1:]).all()
    dead = chain.backward(RELU, z, [0.0, 1.0, 3.0, -4.0])  # the first weight is no factor of any ∂C/∂b_l
    np.testing.assert_array_equal(dead.sign, [0.0, 0.0, -1.0, 1.0])
    np.testing.assert_allclose(dead.logabs, [-math.inf, -math.inf, math.log(4), 0.0])


def test_the_largest_and_smallest_weights():
    found = chain.backward(IDENTITY, np.zeros(4), [1.0, 1.7e308, 5e-324, -1e308])
    log = math.log
    np.testing.assert_allclose(found.logabs[0], log(1.7e308) + log(5e-324) + log(1e308), rtol=1e-15)
    np.testing.assert_array_equal(found.sign, [-1, -1, -1, 1])


# ---- forward, with its bounds

NUMBERS = st.floats(-1, 1) | st.floats(-200, 200) | st.sampled_from([0.0, 100.0, -50.0, 1e-310, 1e-200])


@st.composite
def chains(draw, deepest=15, weights=NUMBERS, biases=NUMBERS):
    depth = draw(st.integers(1, deepest))
    many = {"min_size": depth, "max_size": depth}
    return draw(st.floats(-3, 3)), draw(st.lists(weights, **many)), draw(st.lists(biases, **many))


@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
@settings(max_examples=60)
@given(case=chains())
def test_the_bounds_hold_whatever_the_weights(x, case):
    a0, w, b = case
    found = chain.gradient(x, a0, w, b)
    largest = float(np.abs(found.forward.z).max())
    assume(largest < 1500 or x.log_slope_rate == 0)  # straight lines
    digits = 100 + int(0.9 * min(largest, 1500.0))
    if x.formula.has(sp.Piecewise, sp.Abs) and x.log_slope_rate:  # e^z − 1 and 1 + |z| at the tiniest z
        digits += 400
    zs, activations, speeds = exact_chain(x, a0, w, b, digits)
    with mpmath.workdps(60):
        for j, z in enumerate(zs):
            assert abs(z - found.forward.z[j]) <= found.forward.z_error[j]
            assert abs(activations[j + 1] - found.forward.a[j + 1]) <= found.forward.a_error[j + 1]
    for l, speed in enumerate(speeds):
        if found.b_error[l] < math.inf:
            assert log_error(found.b, l, speed, digits) <= found.b_error[l] + 1e-300
        if found.w_error[l] < math.inf:
            with mpmath.workdps(digits):
                of_w = speed * activations[l]
            assert log_error(found.w, l, of_w, digits) <= found.w_error[l] + 1e-300


MODERATE = st.floats(-2, 2)


@settings(max_examples=40)
@given(case=chains(60, MODERATE, MODERATE))
def test_for_moderate_weights_the_bound_is_as_good_as_asked(case):
    found = chain.gradient(SIGMOID, *case)
    for l in range(len(case[1])):
        if found.b.sign[l]:
            slopes = np.array(
                chain.backward(SIGMOID, found.forward.z[l:], np.ones_like(found.forward.z[l:])).logabs
            )
            with np.errstate(divide="ignore"):
                size = np.abs(np.log(np.abs(case[1][l + 1 :]))).sum() + abs(slopes[0])
            assert found.b_error[l] <= 1e-12 * max(1.0, size)


def test_two_hundred_thousand_layers_end_to_end():
    """The forward pass repeated in balls of 128 bits:
    everything is inside the bounds, and the bounds are 1e-12."""
    depth, rng = 200_000, np.random.default_rng(5)
    w, b = rng.uniform(-2, 2, depth), rng.normal(size=depth)
    found = chain.gradient(SIGMOID, 0.3, w, b)
    with ctx.workprec(128), untraced():
        a, zs, terms = arb(0.3), [], []
        for w_j, b_j in zip(w.tolist(), b.tolist(), strict=True):
            z = a * w_j + b_j
            e = (-abs(z)).exp()
            a = 1 / (1 + (-z).exp())
            zs.append(z)
            terms.append((-abs(z) - 2 * e.log1p(), abs(arb(w_j)).log()))
        total, size = arb(0), 0.0
        for l in reversed(range(depth)):
            slope, weight = terms[l]
            if l % 997 == 0:
                error = abs(total + slope - found.b.logabs[l])
                assert error < found.b_error[l] <= 1e-12 * max(1.0, size)
                assert (
                    abs(zs[l] - found.forward.z[l])
                    < found.forward.z_error[l]
                    < 1e-14 * (1 + abs(found.forward.z[l]))
                )
            total += slope + weight
            size += abs(float(slope.mid())) + abs(float(weight.mid()))
    np.testing.assert_array_equal(found.b.sign, np.append(np.cumprod(np.sign(w)[:0:-1])[::-1], 1.0))


def test_where_the_forward_pass_is_ill_conditioned_the_bound_says_so():
    a0, depth = 0.3, 40
    w, b = np.full(depth, 100.0), np.full(depth, -50.0)
    b[0] = -100.0 * a0
    found = chain.gradient(SIGMOID, a0, w, b)
    assert found.b_error[-1] > 1.0 and (np.diff(found.b_error) <= 0).all()
    assert found.forward.z_error[0] < 1e-13 < 1.0 < found.forward.z_error[-1]


def test_the_bounds_are_no_exaggeration():
    """A first layer whose z = w a₀ + b cancels:
    over 100 inputs the worst error comes within a factor 3 of its bound."""
    a0 = np.random.default_rng(2).uniform(0.3, 0.4, 100)
    w, b = np.full((100, 1), 1e6), np.round(-1e6 * a0[:, np.newaxis]) + 5
    found = chain.gradient(SIGMOID, a0, w, b)
    ratios = []
    for i in range(100):
        (z,), _, (speed,) = exact_chain(SIGMOID, a0[i].item(), w[i].tolist(), b[i].tolist(), 50)
        with mpmath.workdps(50):
            of_z = float(abs(z - found.forward.z[i, 0])) / found.forward.z_error[i, 0]
            of_log = float(abs(mpmath.log(speed) - found.b.logabs[i, 0])) / found.b_error[i, 0]
        ratios.append((of_z, of_log))
    worst = np.max(ratios, axis=0)
    assert (worst > 0.3).all() and (worst <= 1).all()


def test_the_bound_knows_that_the_slope_grows_on_the_way():
    """Errors of ±2 in z near −8:
    σ grows by more than its slope at the computed z says, and the bound still holds."""
    a0 = np.random.default_rng(4).uniform(0.3, 0.301, 200)
    w, b = np.full((200, 1), 1e17), -np.round(1e17 * a0[:, np.newaxis]) - 8
    found = chain.forward(SIGMOID, a0, w, b)
    beyond_first_order = 0
    for i in range(200):
        _, (_, a), _ = exact_chain(SIGMOID, a0[i].item(), w[i].tolist(), b[i].tolist(), 60)
        error = float(abs(a - found.a[i, 1]))
        assert error <= found.a_error[i, 1]
        slope = math.exp(chain.backward(SIGMOID, found.z[i], w[i]).logabs[0])
        beyond_first_order += error > slope * found.z_error[i, 0]
    assert beyond_first_order > 10


def test_a_slope_of_zero_stops_errors():
    found = chain.forward(RELU, 1.0, [1e8, -1e8, 3.0], [0.1, 0.0, 0.7])
    assert found.a[2] == 0.0 and found.a_error[2] == 0.0
    assert found.z_error[2] <= EPS * 0.7 * 1.01


# ---- zeros, kinks, underflow


def test_a_certain_zero_has_no_error_and_a_kink_within_reach_has_no_bound():
    dead = chain.gradient(RELU, 1.0, [1.0, -1.0, 1.0], [0.0, 0.0, 2.0])
    np.testing.assert_array_equal(dead.b.sign, [0, 0, 1])
    np.testing.assert_array_equal(dead.b_error[:2], 0.0)
    np.testing.assert_array_equal(dead.w.sign, [0, 0, 0])
    np.testing.assert_array_equal(dead.w_error, 0.0)
    unsure = chain.gradient(RELU, 0.1, [0.1, 1.0], [-0.1 * 0.1, 1.0])  # z₁ rounds to 0; exactly it is not 0
    assert unsure.b_error[0] == math.inf and unsure.b_error[1] < 1e-14


def test_a_zero_weight_stops_the_layers_before_it_with_certainty():
    found = chain.gradient(SIGMOID, 0.3, [1.0, 2.0, 0.0, 1.5], [0.1, 0.2, 0.3, 0.4])
    for gradient, error in ((found.b, found.b_error), (found.w, found.w_error)):
        assert (
            gradient.sign.tolist() == [0.0, 0.0, 1.0, 1.0] and gradient.logabs[:2].tolist() == [-np.inf] * 2
        )
        assert error[:2].tolist() == [0.0, 0.0] and np.all((error[2:] > 0.0) & (error[2:] < 1e-13))


def test_exactly_at_the_kink_the_convention_decides():
    found = chain.gradient(RELU, 0.0, [1.0, 2.0], [0.0, 1.0])
    assert found.forward.z.tolist() == [0.0, 1.0] and found.forward.z_error[0] == 0.0
    assert found.b.sign.tolist() == [0.0, 1.0] and found.b_error.tolist() == [0.0, 0.0]


def test_underflow_to_zero_is_no_certain_zero():
    """ReLU with a weight ½ and no bias: after 1,100 layers float64 holds 0, the gradient is 2⁻¹¹⁰⁰, not 0."""
    depth = 1100
    found = chain.gradient(RELU, 1.0, np.full(depth, 0.5), np.zeros(depth))
    assert found.forward.a[-1] == 0.0
    assert found.b.sign[0] == 0.0 and found.b_error[0] == math.inf


def test_an_input_of_exactly_zero_stays_exact():
    for x in (RELU, TANH, IDENTITY):
        found = chain.gradient(x, 0.0, [0.5, -3.0], [0.0, 0.0])
        np.testing.assert_array_equal(found.w.sign, 0.0)
        np.testing.assert_array_equal(found.w_error, 0.0)
        np.testing.assert_array_equal(found.forward.a, 0.0)


@pytest.mark.parametrize("x", [SIGMOID, SOFTPLUS], ids=lambda x: x.name)
def test_an_activation_that_underflows_still_has_its_logarithm(x):
    found = chain.gradient(x, 0.5, [2.0, 3.0, -1.0], [-1e4, 0.25, -720.0])
    assert found.forward.a[1] == 0.0
    speeds = exact_chain(x, 0.5, [2.0, 3.0, -1.0], [-1e4, 0.25, -720.0], digits=9000)
    with mpmath.workdps(9000):
        assert abs(speeds[1][3] - found.forward.a[3]) <= found.forward.a_error[3] < 1e-300
    for l in range(3):
        with mpmath.workdps(9000):
            of_w = speeds[2][l] * speeds[1][l]
        assert found.w_error[l] < 1e-10
        assert log_error(found.w, l, of_w) <= found.w_error[l]


def test_even_a_logarithm_can_be_out_of_reach():
    """softplus(−1e60) is below what a ball's exponent holds: no value, and no promise."""
    found = chain.gradient(SOFTPLUS, 1.0, [-1e60, 1.0], [0.0, 0.5])
    assert found.w.sign[1] == 0.0 and found.w_error[1] == math.inf
    assert np.isfinite(found.b_error[1])


def test_without_a_rate_nothing_is_promised_for_the_gradient():
    """An activation whose log-slope has no bounded rate (GELU's σ′ crosses zero):
    the forward bound falls back on sup|σ′|."""
    unrated = dataclasses.replace(SIGMOID, log_slope_rate=sp.oo)
    with_rate, without = (chain.gradient(x, 0.3, [2.0, 3.0], [0.1, 9.0]) for x in (SIGMOID, unrated))
    np.testing.assert_array_equal(without.b_error, math.inf)
    np.testing.assert_array_equal(without.b.logabs, with_rate.b.logabs)
    assert (without.forward.z_error >= with_rate.forward.z_error).all()
    assert (
        np.isfinite(without.forward.a_error).all()
        and with_rate.forward.a_error[2] < without.forward.a_error[2]
    )


# ---- shapes, paths, arguments


@pytest.mark.parametrize("x", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_many_chains_at_once_equal_each_alone(x):
    rng = np.random.default_rng(11)
    a0, w, b = rng.normal(size=(5, 8)), rng.normal(size=(5, 8, 20)), rng.normal(size=(5, 8, 20))
    top = rng.normal(size=(5, 8))
    many = chain.gradient(x, a0, w, b, top)
    assert many.b.sign.shape == many.w_error.shape == (5, 8, 20) and many.forward.a.shape == (5, 8, 21)
    for i in np.ndindex(5, 8):
        one = chain.gradient(x, a0[i], w[i], b[i], top[i])
        np.testing.assert_array_equal(one.b.sign, many.b.sign[i])
        for p, q, p_error, q_error in (
            (one.forward.a, many.forward.a[i], one.forward.a_error, many.forward.a_error[i]),
            (one.b.logabs, many.b.logabs[i], one.b_error, many.b_error[i]),
            (one.w.logabs, many.w.logabs[i], one.w_error, many.w_error[i]),
        ):
            np.testing.assert_allclose(p_error, q_error, rtol=1e-3, atol=0.0)
            differ = p != q
            assert (np.abs(p[differ] - q[differ]) <= (p_error + q_error)[differ]).all()


def test_shapes_broadcast():
    found = chain.gradient(SIGMOID, np.zeros((4, 1)), np.ones((3, 7)), np.zeros(7), 2.0)
    assert found.b.logabs.shape == (4, 3, 7) and found.forward.a.shape == (4, 3, 8)
    assert chain.backward(SIGMOID, np.zeros(7), np.ones((2, 3, 7))).sign.shape == (2, 3, 7)
    assert chain.forward(SIGMOID, 0, [1], [0]).z.dtype == np.float64
    assert chain.gradient(SIGMOID, np.zeros(0), np.ones((0, 3)), np.zeros(3)).b.sign.shape == (0, 3)


def test_the_output_gradient_multiplies():
    one, other = (chain.gradient(TANH, 0.2, [0.5, -2.0], [0.1, 0.3], g) for g in (1.0, -3.0))
    np.testing.assert_allclose(other.b.logabs, one.b.logabs + math.log(3), rtol=1e-15)
    np.testing.assert_array_equal(other.b.sign, -one.b.sign)
    none = chain.gradient(TANH, 0.2, [0.5, -2.0], [0.1, 0.3], 0.0)
    np.testing.assert_array_equal([none.b.sign, none.w.sign, none.b_error, none.w_error], 0.0)


GOOD = {"a0": 0.5, "w": [1.0, 2.0], "b": [0.0, 1.0]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w": [], "b": []}, "w must have shape .* with depth L ≥ 1"),
        ({"w": 1.0}, "w must have shape"),
        ({"b": 1.0}, "b must have shape"),
        ({"w": [1.0, 2.0, 3.0]}, "w and b must have equally many layers, not 3 and 2"),
        ({"b": [1.0]}, "w and b must have equally many layers, not 2 and 1"),
        ({"a0": [1.0, 2.0, 3.0], "w": np.ones((2, 2))}, "must fit each other"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        chain.gradient(SIGMOID, **(GOOD | change))


@pytest.mark.parametrize("copies", [1, 50])
def test_a_forward_pass_beyond_float64_is_refused(copies):
    with pytest.raises(OverflowError, match="in layer 4$"):
        chain.forward(IDENTITY, np.ones(copies), np.full(6, 1e100), np.zeros(6))
