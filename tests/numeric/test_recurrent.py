"""Recurrent cells: back-propagation through time against autograd, SymPy's cell, differences and PyTorch."""

from __future__ import annotations

from functools import partial

import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp
from autograd import grad

from analysis.numeric.recurrent import (
    BLOCKS,
    PLAIN,
    STARTS,
    Weights,
    backward,
    checked,
    forward,
    memory,
    orthogonal,
    uniform_weights,
)
from analysis.symbolic import gates as gated
from analysis.symbolic.catalogue import RELU
from analysis.symbolic.notation import sigma, z

KINDS = list(BLOCKS)
STEPS = 6


def stack(kind, seed=0, n=3, d=2):
    rng = np.random.default_rng(seed)
    w = uniform_weights(kind, d, n, [rng, rng], 1.0)
    w = Weights(3.0 * w.W, 3.0 * w.U, w.b + rng.normal(size=w.b.shape))
    return w, rng.normal(size=(STEPS, 2, 4, d)), rng.normal(size=(2, 4, n))


def by_autograd(kind, W, U, b, xs, start=0, c=None, h=None):
    """(h_T, c_T) in autograd's arithmetic, written from the textbook formulas."""
    n = U.shape[1]
    sg = lambda x: 1 / (1 + anp.exp(-x))  # noqa: E731
    h = anp.zeros((*xs.shape[1:3], n)) if h is None else h
    c = anp.zeros_like(h) if c is None else c
    for t in range(start, len(xs)):
        a, u = xs[t] @ W + b, h @ U
        if kind == "rnn":
            h = anp.tanh(a + u)
        elif kind == "rnn-relu":
            h = anp.where(a + u > 0.0, a + u, 0.0)
        elif kind == "lstm":
            i, f, g, o = ((a + u)[..., k * n : (k + 1) * n] for k in range(4))
            c = sg(f) * c + sg(i) * anp.tanh(g)
            h = sg(o) * anp.tanh(c)
        else:
            r, k = sg((a + u)[..., :n]), sg((a + u)[..., n : 2 * n])
            h = k * h + (1 - k) * anp.tanh(a[..., 2 * n :] + r * u[..., 2 * n :])
    return h, c


@pytest.mark.parametrize("kind", KINDS)
def test_through_time_is_reverse_mode(kind):
    w, xs, last = stack(kind)
    found = backward(w, forward(kind, w, xs), last)
    for k in range(3):

        def cost(x, k=k):
            return anp.sum(last * by_autograd(kind, *(x if j == k else w[j] for j in range(3)), xs)[0])

        np.testing.assert_allclose(found.weights[k], grad(cost)(w[k]), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", [0, 2, STEPS])
def test_the_memory_is_the_derivative(kind, start):
    """∂c_T/∂c_s, or ∂h_T/∂h_s, by reverse mode of every entry; for the LSTM h_s follows c_s."""
    w, xs, _ = stack(kind)
    trace = forward(kind, w, xs)
    found = memory(w, trace, start)
    assert found.shape == (STEPS - start + 1, 2, 4, 3, 3)
    for j in range(3):

        def entry(state, j=j):
            if kind != "lstm":
                return anp.sum(by_autograd(kind, *w, xs, start, h=state)[0][..., j])
            o = trace.gates[start - 1][..., 9:] if start else 0.0
            return anp.sum(by_autograd(kind, *w, xs, start, c=state, h=o * anp.tanh(state))[1][..., j])

        state = trace.c[start] if kind == "lstm" else trace.h[start]
        np.testing.assert_allclose(found[-1, :, :, j], grad(entry)(state), rtol=1e-11, atol=1e-13)


def test_cut_memory_is_the_product_of_forget_gates():
    w, xs, _ = stack("lstm")
    trace = forward("lstm", w, xs)
    gates = np.prod(trace.gates[2:, ..., 3:6], axis=0)
    np.testing.assert_allclose(memory(w, trace, 2, cut=True)[-1], gates[..., None] * np.eye(3), rtol=1e-13)


@pytest.mark.parametrize(
    ("kind", "blocks", "state"),
    [("lstm", "ifgo", "c"), ("gru", "rpg", "h"), ("rnn", "", "h"), ("rnn-relu", "", "h")],
)
def test_one_unit_is_the_symbolic_cell(kind, blocks, state):
    w, xs, _ = stack(kind, n=1, d=1)
    trace = forward(kind, w, xs)
    definitions = {
        "lstm": gated.lstm(),
        "gru": gated.gru(),
        "rnn": gated.vanilla(),
        "rnn-relu": gated.vanilla(RELU),
    }[kind]
    formula = gated.unfolded(gated.at(state), definitions)
    numbers = {gated.at("x"): xs[-1, 0, 0, 0], gated.h_before: trace.h[-2, 0, 0, 0]}
    if kind == "lstm":
        numbers[gated.c_before] = trace.c[-2, 0, 0, 0]
    for k, q in enumerate(blocks):
        numbers |= {gated.weight(x, q): y[0, 0, k] for x, y in zip("wub", w, strict=True)}
    if not blocks:
        numbers |= {gated.w: w.W[0, 0, 0], gated.u: w.U[0, 0, 0], sp.Symbol("b", real=True): w.b[0, 0, 0]}
    exact = formula.replace(sigma, sp.Lambda(z, gated.sigmoid(z))).xreplace(
        {k: sp.Float(v) for k, v in numbers.items()}
    )
    ours = (trace.c if kind == "lstm" else trace.h)[-1, 0, 0, 0]
    assert float(exact) == pytest.approx(ours, rel=1e-12)


def test_long_sequences_do_not_overflow():
    w, xs, last = stack("lstm")
    huge = Weights(1e6 * w.W, 1e6 * w.U, w.b)
    trace = forward("lstm", huge, xs)
    assert np.isfinite(trace.h).all() and all(
        np.isfinite(x).all() for x in backward(huge, trace, last).weights
    )


def test_bad_arguments():
    w, xs, _ = stack("gru")
    assert checked("gru", w, xs) == 3
    with pytest.raises(ValueError, match="kind must be one of rnn, rnn-relu, lstm, gru"):
        checked("elman", w, xs)
    with pytest.raises(ValueError, match="W must have shape"):
        checked("lstm", w, xs)
    with pytest.raises(ValueError, match="xs must have shape"):
        checked("gru", w, xs[0])
    with pytest.raises(ValueError, match="finite"):
        checked("gru", w, np.full_like(xs, np.nan))
    with pytest.raises(ValueError, match="start"):
        memory(w, forward("gru", w, xs), STEPS + 1)
    with pytest.raises(ValueError, match="kind"):
        uniform_weights("elman", 1, 1, [np.random.default_rng(0)])
    with pytest.raises(ValueError, match="start must be one of uniform, identity, orthogonal, gaussian"):
        uniform_weights("rnn", 1, 1, [np.random.default_rng(0)], start="unitary")
    with pytest.raises(ValueError, match="n must be"):
        orthogonal(0, np.random.default_rng(0))


def test_both_sides_of_the_kink_are_tested():
    """A ReLU cell whose units were all active, or all at 0, would tell nothing of the slope."""
    w, xs, _ = stack("rnn-relu")
    active = forward("rnn-relu", w, xs).h[1:] > 0.0
    assert 0.2 < active.mean() < 0.8


@pytest.mark.parametrize("kind", PLAIN)
def test_through_time_is_the_limit_of_differences(kind):
    """∂C/∂U, entry by entry, by central differences of the cost: no formula of a gradient is used."""
    w, xs, last = stack(kind)
    found, step = backward(w, forward(kind, w, xs), last).weights.U, 1e-6
    for where in np.ndindex(*w.U.shape):
        cost = []
        for by in (step, -step):
            U = w.U.copy()
            U[where] += by
            cost.append((forward(kind, Weights(w.W, U, w.b), xs).h[-1] * last).sum())
        assert (cost[0] - cost[1]) / (2 * step) == pytest.approx(found[where], rel=1e-6, abs=1e-7)


def test_relu_s_slope_at_the_kink_is_0():
    """As the catalogue states it, and PyTorch has it."""
    w = Weights(np.ones((1, 1, 1)), np.ones((1, 1, 1)), np.zeros((1, 1, 1)))
    trace = forward("rnn-relu", w, np.zeros((1, 1, 1, 1)))
    assert backward(w, trace, np.ones((1, 1, 1))).h[0].item() == 0.0
    assert memory(w, trace, 0)[-1].item() == 0.0


def test_an_active_relu_cell_started_at_the_identity_adds_up():
    """U = I, no negative weighted input: h_T = Σ W x_t, and ∂h_T/∂h_0 = I after 200 steps; with tanh next to
    nothing is left."""
    rng = np.random.default_rng(2)
    w = uniform_weights("rnn-relu", 2, 3, [rng], start="identity")
    w = Weights(np.abs(w.W), w.U, w.b)
    xs = rng.random((200, 1, 4, 2))
    trace = forward("rnn-relu", w, xs)
    np.testing.assert_allclose(trace.h[-1, 0], xs[:, 0].sum(axis=0) @ w.W[0], rtol=1e-12)
    np.testing.assert_array_equal(memory(w, trace, 0)[-1, 0], np.tile(np.eye(3), (4, 1, 1)))
    assert np.abs(memory(w, forward("rnn", w, xs), 0)[-1]).max() < 1e-20


def test_what_the_recurrent_weights_start_as():
    n = 40
    found = {s: uniform_weights("gru", 2, n, [np.random.default_rng(5)], start=s).U[0] for s in STARTS}
    np.testing.assert_array_equal(found["identity"], np.tile(np.eye(n), 3))
    for k in range(3):
        Q = found["orthogonal"][:, k * n : (k + 1) * n]
        np.testing.assert_allclose(Q.T @ Q, np.eye(n), atol=1e-13)
    assert np.abs(found["uniform"]).max() <= n**-0.5 < np.abs(found["gaussian"]).max()
    for start, variance in (("uniform", 1 / (3 * n)), ("gaussian", 1 / n), ("orthogonal", 1 / n)):
        assert found[start].var() == pytest.approx(variance, rel=0.06)


def test_orthogonal_matrices_are_uniform_over_all():
    """Of 2 × 2 matrices half are rotations, and every angle is as likely: the mean of Q is 0, which needs
    the signs of R."""
    rng = np.random.default_rng(8)
    Q = np.stack([orthogonal(2, rng) for _ in range(4000)])
    assert np.linalg.det(Q).mean() == pytest.approx(0.0, abs=4 / 4000**0.5)
    np.testing.assert_allclose(Q.mean(axis=0), 0.0, atol=4 * 0.5**0.5 / 4000**0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_pytorch_s_cells(kind):
    """torch.nn.LSTMCell, GRUCell and RNNCell: the same states and the same gradients."""
    torch = pytest.importorskip("torch")
    w, xs, last = stack(kind)
    n = w.units
    made = {
        "rnn": torch.nn.RNNCell,
        "rnn-relu": partial(torch.nn.RNNCell, nonlinearity="relu"),
        "lstm": torch.nn.LSTMCell,
        "gru": torch.nn.GRUCell,
    }[kind]
    trace = forward(kind, w, xs)
    found = backward(w, trace, last).weights
    for net in range(2):
        cell = made(xs.shape[-1], n).double()
        with torch.no_grad():
            cell.weight_ih.copy_(torch.tensor(w.W[net].T))
            cell.weight_hh.copy_(torch.tensor(w.U[net].T))
            cell.bias_ih.copy_(torch.tensor(w.b[net, 0]))
            cell.bias_hh.zero_()
        h = torch.zeros(xs.shape[2], n, dtype=torch.float64)
        c = torch.zeros_like(h)
        for x in torch.tensor(xs[:, net]):
            if kind == "lstm":
                h, c = cell(x, (h, c))
            else:
                h = cell(x, h)
        np.testing.assert_allclose(h.detach().numpy(), trace.h[-1, net], rtol=1e-12)
        (h * torch.tensor(last[net])).sum().backward()
        np.testing.assert_allclose(cell.weight_ih.grad.numpy().T, found.W[net], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(cell.weight_hh.grad.numpy().T, found.U[net], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(cell.bias_ih.grad.numpy(), found.b[net, 0], rtol=1e-9, atol=1e-12)
