"""Recurrent gradients as sign and logarithm: against the plain ones, against differentiation in 60 digits,
and at 10⁵ steps."""

from __future__ import annotations

import warnings

import mpmath as mp
import numpy as np
import pytest

from analysis.chapters.gates.memory_horizon import fluctuating_gate, memory_curves
from analysis.numeric import signed_log
from analysis.numeric.recurrent import BLOCKS, Weights, backward, forward, memory, uniform_weights
from analysis.numeric.recurrent_log import log_backward, log_memory

KINDS = list(BLOCKS)


@pytest.fixture(autouse=True)
def no_warning() -> None:
    warnings.simplefilter("error")


def drawn(kind: str, T: int = 7, n: int = 3, d: int = 2, scale: float = 3.0):
    rng = np.random.default_rng(1)
    w = uniform_weights(kind, d, n, [rng, rng], 1.0)
    w = Weights(scale * w.W, scale * w.U, w.b + rng.normal(size=w.b.shape))
    return w, rng.normal(size=(T, 2, 4, d)), rng.normal(size=(2, 4, n))


@pytest.mark.parametrize("kind", KINDS)
def test_plain_numbers_are_the_same(kind: str) -> None:
    w, xs, last = drawn(kind)
    trace = forward(kind, w, xs)
    plain, logs = backward(w, trace, last), log_backward(w, trace, last)
    for ours, theirs in zip(logs, (*plain.weights, plain.h), strict=True):
        np.testing.assert_allclose(signed_log.to_float(ours), theirs, rtol=1e-11, atol=1e-15)
    for start in (0, 3, 7):
        for cut in (False, True):
            np.testing.assert_allclose(
                signed_log.to_float(log_memory(w, trace, start, cut=cut)),
                memory(w, trace, start, cut=cut),
                rtol=1e-11,
                atol=1e-15,
            )


def one_step(kind, W, U, b, x, h, c):
    """(h, c) after a step of one network and one sequence, in mpmath, from the textbook."""
    n = len(h)
    sg = lambda v: 1 / (1 + mp.exp(-v))  # noqa: E731
    a = [mp.fsum(x[k] * W[k][j] for k in range(len(x))) + b[j] for j in range(len(b))]
    u = [mp.fsum(h[k] * U[k][j] for k in range(n)) for j in range(len(b))]
    if kind == "rnn":
        return [mp.tanh(a[j] + u[j]) for j in range(n)], c
    if kind == "rnn-relu":
        return [max(a[j] + u[j], mp.mpf(0)) for j in range(n)], c
    if kind == "gru":
        r, k = ([sg(a[j + s * n] + u[j + s * n]) for j in range(n)] for s in (0, 1))
        g = [mp.tanh(a[j + 2 * n] + r[j] * u[j + 2 * n]) for j in range(n)]
        return [k[j] * h[j] + (1 - k[j]) * g[j] for j in range(n)], c
    i, f, g, o = ([a[j + s * n] + u[j + s * n] for j in range(n)] for s in range(4))
    c = [sg(f[j]) * c[j] + sg(i[j]) * mp.tanh(g[j]) for j in range(n)]
    return [sg(o[j]) * mp.tanh(c[j]) for j in range(n)], c


def through_time(kind, w, xs, trace, last):
    """∂C/∂b by central differences of single steps in 60 digits, along the states of the trace: no formula
    of a gradient is used."""
    W, U, b = ([[mp.mpf(float(v)) for v in row] for row in np.atleast_2d(x[0])] for x in w)
    b, n, h_step = b[0], w.units, mp.mpf(10) ** -20
    lstm = kind == "lstm"
    v = [mp.mpf(float(x)) for x in last[0, 0]] + [mp.mpf(0)] * (n if lstm else 0)
    of_b = [mp.mpf(0)] * len(b)
    for t in reversed(range(len(xs))):
        x = [mp.mpf(float(y)) for y in xs[t, 0, 0]]
        state = [mp.mpf(float(y)) for y in trace.h[t, 0, 0]]
        if lstm:
            state += [mp.mpf(float(y)) for y in trace.c[t, 0, 0]]

        def along(at, biases, x=x, v=v):
            h, c = one_step(kind, W, U, biases, x, at[:n], at[n:])
            return mp.fsum(p * q for p, q in zip(v, [*h, *c], strict=True))

        def moved(values, k, by):
            return [y + (by if j == k else 0) for j, y in enumerate(values)]

        for k in range(len(b)):
            of_b[k] += (along(state, moved(b, k, h_step)) - along(state, moved(b, k, -h_step))) / (2 * h_step)
        v = [
            (along(moved(state, k, h_step), b) - along(moved(state, k, -h_step), b)) / (2 * h_step)
            for k in range(len(state))
        ]
    return of_b, v[:n]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [3.0, 60.0])
def test_differences_in_sixty_digits_agree(kind: str, scale: float) -> None:
    """With weights 60 times as large the gates are saturated: 1 − tanh² cancels to 0 in float64, and the
    logarithm does not."""
    w, xs, last = drawn(kind, T=5, n=2, d=1, scale=scale)
    w, xs, last = Weights(*(x[:1] for x in w)), xs[:, :1, :1], last[:1, :1]
    trace = forward(kind, w, xs)
    with mp.workdps(80):
        of_b, of_h = through_time(kind, w, xs, trace, last)
        logs = log_backward(w, trace, last)
        for found, wanted in ((logs.b, of_b), (logs.h, of_h)):
            sign, size = found.sign[0].ravel()[: len(wanted)], found.logabs[0].ravel()[: len(wanted)]
            assert [float(mp.sign(x)) for x in wanted] == sign.tolist()
            np.testing.assert_allclose(size, [float(mp.log(abs(x))) for x in wanted], rtol=1e-9, atol=1e-9)


def test_many_thousand_steps_in_closed_form(in_full: bool) -> None:
    """h = 0, so every slope is 1: ∂C/∂h_t = u^(T−t), ∂C/∂b = (u^T − 1)/(u − 1), for u = 1000 and −1/1000
    side by side."""
    T, u = 100_000 if in_full else 10_000, np.array([1e3, -1e-3])
    w = Weights(np.zeros((1, 1, 2)), np.diag(u)[None], np.zeros((1, 1, 2)))
    trace = forward("rnn", w, np.ones((T, 1, 1, 1)))
    found = log_backward(w, trace, np.ones((1, 1, 2)))
    at = np.array([0, 1, T // 2, T - 3, T])
    powers = (T - at)[:, None]
    np.testing.assert_allclose(found.h.logabs[at, 0, 0], powers * np.log(np.abs(u)), rtol=1e-14)
    np.testing.assert_array_equal(found.h.sign[at, 0, 0], np.sign(u) ** powers)
    total = [T * np.log(1e3) - np.log(999.0), -np.log(1.001)]
    for sums in (found.b, found.W):  # W too, as every x is 1
        np.testing.assert_allclose(sums.logabs[0, 0], total, rtol=1e-13)
        assert sums.sign[0, 0].tolist() == [1.0, 1.0]
    assert found.U.sign.tolist() == [[[0.0, 0.0], [0.0, 0.0]]]
    with pytest.raises(
        OverflowError, match=r"recurrent_log\.log_backward gives its sign and logarithm at any length"
    ):
        backward(w, trace, np.ones((1, 1, 2)))


def test_ten_thousand_steps_of_an_active_relu_in_closed_form() -> None:
    """h = t for u = 1, and every slope is 1: ∂C/∂h_t = 1, ∂C/∂b = T, ∂C/∂u = Σ h_t = T (T − 1)/2."""
    T, one = 10_000, np.ones((1, 1, 1))
    w = Weights(one, one, 0.0 * one)
    trace = forward("rnn-relu", w, np.ones((T, 1, 1, 1)))
    found = log_backward(w, trace, one)
    np.testing.assert_array_equal(found.h.logabs, 0.0)
    assert found.b.logabs.item() == pytest.approx(np.log(T), rel=1e-14)
    assert found.U.logabs.item() == pytest.approx(np.log(T * (T - 1) / 2), rel=1e-14)
    off = log_memory(w, forward("rnn-relu", w, -np.ones((3, 1, 1, 1))), 0)
    assert off.sign[1:].ravel().tolist() == [0.0, 0.0, 0.0] and np.isneginf(off.logabs[1:]).all()


def test_a_long_forget_gate_in_closed_form() -> None:
    """U = 0, f = σ(−2): ∂c_T/∂c_0 = f^T; ∂C/∂b_i adds up those of all steps."""
    T, f = 2000, 1.0 / (1.0 + np.exp(2.0))
    b = np.array([[[0.3, -2.0, 0.7, 0.1]]])
    w = Weights(np.zeros((1, 1, 4)), np.zeros((1, 1, 4)), b)
    trace = forward("lstm", w, np.zeros((T, 1, 1, 1)))
    found = log_memory(w, trace, 0)
    np.testing.assert_allclose(found.logabs[:, 0, 0, 0, 0], np.arange(T + 1) * np.log(f), rtol=1e-13)
    assert memory(w, trace, 0)[-1] == 0.0  # f^2000 = 1e-1847
    i, g, o = 1 / (1 + np.exp(-0.3)), np.tanh(0.7), 1 / (1 + np.exp(-0.1))
    c = i * g / (1.0 - f)
    wanted = o * (1 - np.tanh(c) ** 2) * g * i * (1 - i) / (1 - f)
    logs = log_backward(w, trace, np.ones((1, 1, 1)))
    np.testing.assert_allclose(logs.b.logabs[0, 0, 0], np.log(wanted), rtol=1e-12)


def test_a_saturated_cell_keeps_its_slope() -> None:
    """z = 400 in every step: 1 − tanh² is 0 in float64, 4 e^−800 in truth."""
    w = Weights(np.zeros((1, 1, 1)), np.full((1, 1, 1), 2.0), np.full((1, 1, 1), 398.0))
    trace = forward("rnn", w, np.zeros((3, 1, 1, 1)))
    found = log_backward(w, trace, np.ones((1, 1, 1)))
    slope = np.log(4.0) - 2.0 * np.array([398.0, 400.0, 400.0])
    np.testing.assert_allclose(found.h.logabs[0, 0, 0, 0], (slope + np.log(2.0)).sum(), rtol=1e-14)


def test_what_plain_numbers_cannot_hold_is_told() -> None:
    w, xs, last = drawn("rnn", T=400, scale=1e-9)
    w = Weights(w.W * 0.0, w.U + 20.0 * np.eye(3), w.b * 0.0)
    trace = forward("rnn", w, xs)
    for call in (lambda: backward(w, trace, last), lambda: memory(w, trace, 0)):
        with pytest.raises(OverflowError, match="leaves float64"):
            call()
    loose = backward(w, trace, last, diverging=True)
    assert not np.isfinite(loose.h).all()
    assert np.isfinite(log_backward(w, trace, last).h.logabs).all()
    big = Weights(np.full((1, 1, 1), 1e308), np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))
    with pytest.raises(OverflowError, match="exceeds 5e11"):
        log_backward(big, forward("rnn", big, np.full((2, 1, 1, 1), 1.5)), np.ones((1, 1, 1)))


def test_a_network_that_diverges_in_training_leaves_the_others_alone() -> None:
    w, xs, last = drawn("gru")
    whole = forward("gru", w, xs)
    U = w.U.copy()
    U[0] = np.nan
    bad = Weights(w.W, U, w.b)
    with pytest.raises(ValueError, match=r"weights\.U must be finite"):
        forward("gru", bad, xs)
    trace = forward("gru", bad, xs, diverging=True)
    np.testing.assert_array_equal(trace.h[:, 1], whole.h[:, 1])
    found = backward(bad, trace, last, diverging=True)
    np.testing.assert_array_equal(found.weights.U[1], backward(w, whole, last).weights.U[1])


def test_memory_curves_go_on_where_float64_ends() -> None:
    """The product of forget gates over 2,000 steps: squares end at e^−372, numbers at e^−745."""
    found = memory_curves("lstm", forget_bias=0.0, scale=0.0, units=2, steps=2000, nets=2, cut=True).logs
    np.testing.assert_allclose(found, np.arange(2001) * np.log(0.5) * np.ones((2, 1)), rtol=1e-12, atol=1e-12)
    rates = fluctuating_gate(-10.0, 0.0, steps=200, chains=2).rates
    np.testing.assert_allclose(rates, -10.0 - np.log1p(np.exp(-10.0)), rtol=1e-13)
    assert np.isfinite(memory_curves("rnn", scale=1e4, units=2, steps=200, nets=2).logs).all()
