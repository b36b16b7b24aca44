"""Recurrent cells on stacks of networks: forward through time, back-propagation through time, and the memory ∂c_{s+k}/∂c_s.

A stack holds N networks of n units; ``xs`` is (T, N, B, d): time, network, sequence, input. The blocks of W (N, d, m·n),
U (N, n, m·n) and b (N, 1, m·n) stand side by side: "rnn" has h (m = 1), "lstm" i, f, g, o (m = 4), "gru" r, z, g (m = 3).
The formulas are those of ``symbolic.remedies.gated``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}


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
    """What a forward pass leaves: h and, for the LSTM, c at times 0 … T (T+1, N, B, n); gates (T, N, B, m·n); raw: h U (GRU)."""

    kind: str
    xs: Floats
    h: Floats
    c: Floats
    gates: Floats
    raw: Floats


def checked(kind: str, weights: Weights, xs: Floats) -> int:
    """n; raises ValueError where names or shapes do not fit together, or where something is not finite."""
    if kind not in BLOCKS:
        raise ValueError(f"kind must be one of {', '.join(BLOCKS)}, not {kind!r}")
    W, U, b = weights
    if xs.ndim != 4 or U.ndim != 3:
        raise ValueError(f"xs must have shape (T, N, B, d) and U (N, n, m·n), not {xs.shape} and {U.shape}")
    (_, N, _, d), n = xs.shape, int(U.shape[1])
    wanted = {"W": (N, d, BLOCKS[kind] * n), "U": (N, n, BLOCKS[kind] * n), "b": (N, 1, BLOCKS[kind] * n)}
    for (name, shape), x in zip(wanted.items(), (W, U, b), strict=True):
        if x.shape != shape:
            raise ValueError(f"{name} must have shape {shape} for {kind}, not {x.shape}")
    if not all(np.isfinite(x).all() for x in (*weights, xs)):
        raise ValueError("weights and xs must be finite")
    return n


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * np.tanh(0.5 * z) + 0.5)


def forward(kind: str, weights: Weights, xs: Floats) -> Trace:
    """The states from h_0 = c_0 = 0 on. The last sum is that of W, U, b and xs as they are; ``checked`` looks at them."""
    T, N, B, _ = xs.shape
    n = weights.units
    gates = np.matmul(xs, weights.W) + weights.b
    h = np.zeros((T + 1, N, B, n))
    c = np.zeros((T + 1 if kind == "lstm" else 0, N, B, n))
    raw = np.zeros((T if kind == "gru" else 0, N, B, n))
    for t in range(T):
        into, z = h[t] @ weights.U, gates[t]
        if kind == "rnn":
            z += into
            h[t + 1] = np.tanh(z, out=z)
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
    return Trace(kind, xs, h, c, gates, raw)


class Gradients(NamedTuple):
    """∂C/∂W, ∂C/∂U, ∂C/∂b, and ∂C/∂h_t for t = 0 … T (T+1, N, B, n), all paths included."""

    weights: Weights
    h: Floats


def backward(weights: Weights, trace: Trace, last: Floats) -> Gradients:
    """Back-propagation through time from ``last`` = ∂C/∂h_T (N, B, n), where C depends on h_T alone."""
    kind, n, T = trace.kind, weights.units, len(trace.gates)
    into = np.swapaxes(weights.U, 1, 2)
    dz, dh = np.empty_like(trace.gates), np.empty_like(trace.h)
    dh[T] = last
    dc = np.zeros_like(last)
    reset = np.empty_like(trace.raw)
    for t in reversed(range(T)):
        if kind == "rnn":
            dz[t] = dh[t + 1] * (1.0 - trace.gates[t] ** 2)
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
    """∂c_{s+k}/∂c_s, or ∂h_{s+k}/∂h_s for cells without c, for s = ``start`` and k = 0 … T − s: (T−s+1, N, B, n, n), rows the later.

    All paths, for the LSTM also those through h_s = o_s tanh(c_s); with ``cut`` those through c alone, as if U were 0 in the
    backward pass (Hochreiter and Schmidhuber 1997 train with gradients cut like this). Raises ValueError for a start outside.
    """
    T, n = len(trace.gates), weights.units
    if isinstance(start, bool) or not isinstance(start, int) or not 0 <= start <= T:
        raise ValueError(f"start must be an integer from 0 to {T}, not {start!r}")
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
        if trace.kind == "rnn":
            dh = found[k] = (1.0 - a**2) * down
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


def uniform_weights(
    kind: str, inputs: int, units: int, rngs: list[np.random.Generator], forget_bias: float | Floats = 0.0
) -> Weights:
    """A network for each generator: all of W, U uniform on ±1/√n, as PyTorch draws them, and b = 0 but for the forget gate's."""
    if kind not in BLOCKS:
        raise ValueError(f"kind must be one of {', '.join(BLOCKS)}, not {kind!r}")
    reach, wide = units**-0.5, BLOCKS[kind] * units

    def draw(*shape: int) -> Any:
        return np.stack([rng.uniform(-reach, reach, shape) for rng in rngs])

    W, U, b = draw(inputs, wide), draw(units, wide), np.zeros((len(rngs), 1, wide))
    if kind == "lstm":
        b[..., units : 2 * units] = forget_bias
    return Weights(W, U, b)
