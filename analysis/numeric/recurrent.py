"""Recurrent cells on stacks of networks:
forward through time, back-propagation through time, and the memory ∂c_{s+k}/∂c_s.

A stack holds N networks of n units; ``xs`` is (T, N, B, d): time, network, sequence, input. The blocks of
W (N, d, m·n), U (N, n, m·n) and b (N, 1, m·n) stand side by side: "lstm" has i, f, g, o (m = 4), "gru" r,
z, g (m = 3), and the plain cells, which have no gates, h (m = 1): "rnn" with tanh, "rnn-relu" with max(0,
z), whose slope at 0 is 0. The formulas are those of ``symbolic.gates``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.arguments import finite, generator, instance, one_of, real_array, several, whole

Floats = NDArray[np.float64]
BLOCKS = {"rnn": 1, "rnn-relu": 1, "lstm": 4, "gru": 3}
PLAIN: dict[str, tuple[Callable[..., Any], Callable[[Floats], Floats]]] = {
    "rnn": (np.tanh, lambda h: 1.0 - h**2),
    "rnn-relu": (partial(np.maximum, 0.0), lambda h: (h > 0.0).astype(np.float64)),
}
"""The cells without gates: σ, and its slope as a function of h = σ(z)."""
STARTS: dict[str, Callable[[int, int, np.random.Generator], Floats]] = {
    "uniform": lambda n, m, rng: rng.uniform(-(n**-0.5), n**-0.5, (n, m * n)),
    "identity": lambda n, m, rng: np.tile(np.eye(n), m),
    "orthogonal": lambda n, m, rng: np.hstack([orthogonal(n, rng) for _ in range(m)]),
    "gaussian": lambda n, m, rng: rng.standard_normal((n, m * n)) * n**-0.5,
}
"""What each of the m blocks of U (n, m·n) may start as: uniform on ±1/√n, the identity, a random orthogonal
matrix, or N(0, 1/n)."""


class Weights(NamedTuple):
    """W, U and b of a stack, or the gradients in them."""

    W: Floats
    U: Floats
    b: Floats

    @property
    def units(self) -> int:
        """n, the number of units."""
        return int(self.U.shape[1])


class Trace(NamedTuple):
    """What a forward pass leaves: h and, for the LSTM, c at times 0 … T (T+1, N, B, n); gates (T, N, B, m·n);
    raw: h U (GRU)."""

    kind: str
    xs: Floats
    h: Floats
    c: Floats
    gates: Floats
    raw: Floats


def checked(kind: str, weights: Weights, xs: ArrayLike, *, diverging: bool = False) -> int:
    """n; raises ValueError where names or shapes do not fit together, or where something is not finite.

    With ``diverging`` NaN and infinity pass:
    a network of a stack may diverge in training while the others go on.
    """
    one_of("kind", kind, BLOCKS)
    instance("weights", weights, Weights)
    found = real_array("xs", xs, ("T", "N", "B", "d"), diverging=diverging)
    (_, N, _, d), m = found.shape, BLOCKS[kind]
    U = real_array("weights.U", weights.U, (N, "n", "m·n"), diverging=diverging)
    n = int(U.shape[1])
    wanted = {"W": (N, d, m * n), "U": (N, n, m * n), "b": (N, 1, m * n)}
    for (name, shape), x in zip(wanted.items(), weights, strict=True):
        if real_array(f"weights.{name}", x, diverging=diverging).shape != shape:
            raise ValueError(f"weights.{name} must have shape {shape} for {kind}, not {np.shape(x)}")
    return n


def checked_trace(weights: Weights, trace: Trace, *, diverging: bool = False) -> int:
    """n; raises as ``checked`` does, or TypeError where ``trace`` is not what ``forward`` leaves."""
    instance("trace", trace, Trace)
    checked(trace.kind, weights, trace.xs, diverging=diverging)
    wanted = (len(trace.xs) + 1, *trace.xs.shape[1:3], weights.units)
    if trace.h.shape != wanted:
        raise ValueError(
            f"trace must come from these weights: its h must have shape {wanted}, not {trace.h.shape}"
        )
    return weights.units


def checked_last(trace: Trace, last: ArrayLike, *, diverging: bool = False) -> Floats:
    """∂C/∂h_T as float64; raises ValueError unless it has the shape of h_T and is finite."""
    return real_array("last", last, trace.h.shape[1:], diverging=diverging)


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * np.tanh(0.5 * z) + 0.5)


def forward(kind: str, weights: Weights, xs: ArrayLike, *, diverging: bool = False) -> Trace:
    """The states from h_0 = c_0 = 0 on; xs is (T, N, B, d).

    A gate is ½ tanh(z/2) + ½, right to 1e-16 and not to as many digits: below z = −38 it is 0, above 37 it is
    1. Raises ValueError as ``checked`` does,
       OverflowError where a state leaves float64 (unless ``diverging``).
    """
    n = checked(kind, weights, xs, diverging=diverging)
    xs = np.asarray(xs, dtype=np.float64)
    T, N, B, _ = xs.shape
    gates = np.matmul(xs, weights.W) + weights.b
    h = np.zeros((T + 1, N, B, n))
    c = np.zeros((T + 1 if kind == "lstm" else 0, N, B, n))
    raw = np.zeros((T if kind == "gru" else 0, N, B, n))
    for t in range(T):
        into, z = h[t] @ weights.U, gates[t]
        if kind in PLAIN:
            z += into
            h[t + 1] = PLAIN[kind][0](z, out=z)
        elif kind == "lstm":
            z += into
            z[..., : 2 * n] = _sigmoid(z[..., : 2 * n])
            z[..., 2 * n : 3 * n] = np.tanh(z[..., 2 * n : 3 * n])
            z[..., 3 * n :] = _sigmoid(z[..., 3 * n :])
            i, f, g, o = np.split(z, 4, axis=-1)
            c[t + 1] = f * c[t] + i * g
            h[t + 1] = o * np.tanh(c[t + 1])
        else:
            z[..., : 2 * n] = _sigmoid(z[..., : 2 * n] + into[..., : 2 * n])
            raw[t] = into[..., 2 * n :]
            r, keep, g = np.split(z, 3, axis=-1)
            g[...] = np.tanh(g + r * raw[t])
            h[t + 1] = keep * h[t] + (1.0 - keep) * g
    if not (diverging or (finite(h) and finite(c) and finite(raw))):
        raise OverflowError("a weighted input leaves float64: take smaller weights or inputs")
    return Trace(kind, xs, h, c, gates, raw)


class Gradients(NamedTuple):
    """∂C/∂W, ∂C/∂U, ∂C/∂b, and ∂C/∂h_t for t = 0 … T (T+1, N, B, n), all paths included."""

    weights: Weights
    h: Floats


def backward(weights: Weights, trace: Trace, last: ArrayLike, *, diverging: bool = False) -> Gradients:
    """Back-propagation through time from ``last`` = ∂C/∂h_T (N, B, n), where C depends on h_T alone.

    Plain numbers: a gradient below 5e-324 comes out as 0, and a gate's slope i (1 − i) has the error of the
    gate, so that it is 0 where ``forward`` rounds to 0 or 1. ``recurrent_log.log_backward`` takes the slopes
    of gates from z itself, and gives sign and logarithm. Raises ValueError where shapes do not fit or
    something is not finite, OverflowError where a gradient leaves float64 (unless
    ``diverging``: then it is inf or NaN).
    """
    n = checked_trace(weights, trace, diverging=diverging)
    last = checked_last(trace, last, diverging=diverging)
    with np.errstate(all="ignore"):
        found = _backward(n, weights, trace, last)
    if not (diverging or all(finite(x) for x in (*found.weights, found.h))):
        raise OverflowError(
            "a gradient leaves float64: recurrent_log.log_backward gives its sign and logarithm at any length"
        )
    return found


def _backward(n: int, weights: Weights, trace: Trace, last: Floats) -> Gradients:
    kind, T = trace.kind, len(trace.gates)
    into = np.swapaxes(weights.U, 1, 2)
    dz, dh = np.empty_like(trace.gates), np.empty_like(trace.h)
    dh[T] = last
    dc = np.zeros_like(last)
    reset = np.empty_like(trace.raw)
    for t in reversed(range(T)):
        if kind in PLAIN:
            dz[t] = dh[t + 1] * PLAIN[kind][1](trace.gates[t])
            dh[t] = dz[t] @ into
        elif kind == "lstm":
            i, f, g, o = np.split(trace.gates[t], 4, axis=-1)
            squashed = np.tanh(trace.c[t + 1])
            dc = dc + dh[t + 1] * o * (1.0 - squashed**2)
            dz[t, ..., :n] = dc * g * i * (1.0 - i)
            dz[t, ..., n : 2 * n] = dc * trace.c[t] * f * (1.0 - f)
            dz[t, ..., 2 * n : 3 * n] = dc * i * (1.0 - g**2)
            dz[t, ..., 3 * n :] = dh[t + 1] * squashed * o * (1.0 - o)
            dh[t] = dz[t] @ into
            dc = dc * f
        else:
            r, keep, g = np.split(trace.gates[t], 3, axis=-1)
            dg = dh[t + 1] * (1.0 - keep) * (1.0 - g**2)
            dz[t, ..., :n] = dg * trace.raw[t] * r * (1.0 - r)
            dz[t, ..., n : 2 * n] = dh[t + 1] * (trace.h[t] - g) * keep * (1.0 - keep)
            dz[t, ..., 2 * n :] = dg
            reset[t] = dg * r
            through = np.concatenate([dz[t, ..., : 2 * n], reset[t]], axis=-1)
            dh[t] = dh[t + 1] * keep + through @ into
    arriving = np.concatenate([dz[..., : 2 * n], reset], axis=-1) if kind == "gru" else dz
    found = Weights(_outer(trace.xs, dz), _outer(trace.h[:-1], arriving), dz.sum(axis=(0, 2))[:, None, :])
    return Gradients(found, dh)


def _outer(left: Floats, right: Floats) -> Floats:
    """Σ over time and sequences of left ⊗ right, for each network."""
    a, b = (np.swapaxes(x, 0, 1).reshape(x.shape[1], -1, x.shape[-1]) for x in (left, right))
    return np.asarray(np.swapaxes(a, 1, 2) @ b)


def memory(weights: Weights, trace: Trace, start: int, *, cut: bool = False) -> Floats:
    """∂c_{s+k}/∂c_s, or ∂h_{s+k}/∂h_s for cells without c, for s = ``start`` and k = 0 … T − s:
    (T−s+1, N, B, n, n), rows the later.

    All paths, for the LSTM also those through h_s = o_s tanh(c_s); with ``cut`` those through c alone, as if
    U were 0 in the backward pass (Hochreiter and Schmidhuber 1997 train with gradients cut like this). Raises
    ValueError for a start outside, OverflowError where an entry exceeds 1.8e308;
    one below 5e-324 is 0, and slopes of gates are those of ``backward``.
    """
    checked_trace(weights, trace)
    T = len(trace.gates)
    start = whole("start", start, 0, T)
    with np.errstate(all="ignore"):
        found = _memory(weights, trace, start, cut)
    if not finite(found):
        raise OverflowError(
            f"the memory leaves float64 within {T - start} steps: take fewer steps or smaller weights"
        )
    return found


def _memory(weights: Weights, trace: Trace, start: int, cut: bool) -> Floats:
    T, n = len(trace.gates), weights.units
    shape = trace.h.shape[1:]
    found = np.zeros((T - start + 1, *shape, n))
    found[0] = np.eye(n)
    U = np.swapaxes(weights.U, 1, 2)[:, None]  # (N, 1, m·n, n)
    if trace.kind == "lstm" and start > 0 and not cut:
        o = trace.gates[start - 1][..., 3 * n :]
        dh = (o * (1.0 - np.tanh(trace.c[start]) ** 2))[..., None] * found[0]
    else:
        dh = found[0] if trace.kind != "lstm" else np.zeros_like(found[0])
    for k, t in enumerate(range(start, T), start=1):
        before, a = found[k - 1], trace.gates[t][..., None]
        down = U @ dh
        if trace.kind in PLAIN:
            dh = found[k] = PLAIN[trace.kind][1](a) * down
        elif trace.kind == "lstm":
            i, f, g, o = np.split(a, 4, axis=-2)
            zi, zf, zg, zo = np.split(down, 4, axis=-2)
            c, squashed = trace.c[t][..., None], np.tanh(trace.c[t + 1])[..., None]
            found[k] = f * before
            if not cut:
                found[k] += c * f * (1.0 - f) * zf + g * i * (1.0 - i) * zi + i * (1.0 - g**2) * zg
                dh = o * (1.0 - squashed**2) * found[k] + squashed * o * (1.0 - o) * zo
        else:
            r, keep, g = np.split(a, 3, axis=-2)
            zr, zk, zg = np.split(down, 3, axis=-2)
            inner = r * zg + trace.raw[t][..., None] * r * (1.0 - r) * zr
            h = trace.h[t][..., None]
            dh = found[k] = (
                keep * dh + (h - g) * keep * (1.0 - keep) * zk + (1.0 - keep) * (1.0 - g**2) * inner
            )
    return found


def orthogonal(n: int, rng: np.random.Generator) -> Floats:
    """A random orthogonal matrix (n, n), uniform over all (Mezzadri 2007): Q of a Gaussian matrix, with the
    signs of R's diagonal.

    Raises ValueError or TypeError where an argument is not as said.
    """
    n, rng = whole("n", n), generator("rng", rng)
    Q, R = np.linalg.qr(rng.standard_normal((n, n)))
    return np.asarray(Q * np.sign(np.diag(R)))


def uniform_weights(
    kind: str,
    inputs: int,
    units: int,
    rngs: list[np.random.Generator],
    forget_bias: ArrayLike = 0.0,
    start: str = "uniform",
) -> Weights:
    """A network for each generator: all of W, U uniform on ±1/√n, as PyTorch draws them, and b = 0 but for
    the forget gate's.

    ``start`` names another way to draw U, one of ``STARTS``.
    Raises ValueError or TypeError where an argument is not as said.
    """
    one_of("kind", kind, BLOCKS)
    one_of("start", start, STARTS)
    inputs, units = whole("inputs", inputs), whole("units", units)
    rngs = [generator(f"rngs[{k}]", rng) for k, rng in enumerate(several("rngs", rngs))]
    if not rngs:
        raise ValueError("rngs must hold at least one numpy Generator")
    forget_bias = real_array("forget_bias", forget_bias)
    reach, m = units**-0.5, BLOCKS[kind]
    W = np.stack([rng.uniform(-reach, reach, (inputs, m * units)) for rng in rngs])
    U = np.stack([STARTS[start](units, m, rng) for rng in rngs])
    b = np.zeros((len(rngs), 1, m * units))
    if kind == "lstm":
        if forget_bias.shape not in ((), (units,), (len(rngs), 1, units)):
            raise ValueError(
                f"forget_bias must be a number or have shape ({units},), not {forget_bias.shape}"
            )
        b[..., units : 2 * units] = forget_bias
    return Weights(W, U, b)
