"""Back-propagation through time as (sign, log-magnitude): no length of the sequence over- or underflows.

Every number is kept as m · 2^e with ½ ≤ |m| < 1 and an integer e of 64 bits, entry by entry: products and
sums round as float64 does, whatever the sizes. Slopes are taken from the weighted inputs z,
so that a saturated gate, whose 1 − tanh² would cancel to 0, keeps its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from analysis.numeric.arguments import whole
from analysis.numeric.compiled import compiled
from analysis.numeric.recurrent import PLAIN, Floats, Trace, Weights, checked_last, checked_trace
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.notation import z as z_symbol

_LOWEST = -(1 << 60)  # the exponent that a zero counts with where the largest of several is sought
_FAR = 1100  # bits below the largest term of a sum, beyond which a term changes nothing
_LN2_HIGH = 0.6931471803691238  # the leading 33 bits of log 2, so that e · _LN2_HIGH is exact for |e| < 2²⁰
_LN2_LOW = 1.9082149292705877e-10


class Scaled(NamedTuple):
    """x = m · 2^e, elementwise; ½ ≤ |m| < 1, or m = 0 and e = 0."""

    m: Any
    e: Any


class LogGradients(NamedTuple):
    """∂C/∂W, ∂C/∂U and ∂C/∂b in the shapes of the weights, and ∂C/∂h_t for t = 0 … T (T+1, N, B, n)."""

    W: SignedLog
    U: SignedLog
    b: SignedLog
    h: SignedLog


def log_backward(weights: Weights, trace: Trace, last: ArrayLike) -> LogGradients:
    """What ``recurrent.backward`` gives, as signs and logarithms, from ``last`` = ∂C/∂h_T (N, B, n).

    The states of the trace are taken as they are; only sums that cancel amplify rounding. About ten times
    slower than ``backward``, which is for training.
    Raises ValueError as that does, OverflowError where a weighted input exceeds 5e11.
    """
    n = checked_trace(weights, trace)
    kind, T = trace.kind, len(trace.gates)
    with np.errstate(all="ignore"):
        dh = scaled(checked_last(trace, last))
        parts = _parts(weights, trace)
        U = scaled(weights.U[:, None])
        dc = scaled(np.zeros(trace.h.shape[1:]))
        dzs, dhs, resets = [], [dh], []
        for t in reversed(range(T)):
            at = {name: _at(x, t) for name, x in parts.items()}
            arriving = dz = _step_back(kind, at, dh, dc)
            if kind == "lstm":
                dc = times(plus(dc, times(dh, at["from h"])), at["f"])
            if kind == "gru":
                resets.append(times(_at(dz, (..., slice(2 * n, None))), at["r"]))
                arriving = _joined([_at(dz, (..., slice(2 * n))), resets[-1]])
            through = total(times(_at(arriving, (..., None, slice(None))), U))
            dh = plus(through, times(dh, at["keep"])) if kind == "gru" else through
            dzs.append(dz)
            dhs.append(dh)
        dz = _stacked(dzs)
        arriving = _joined([_at(dz, (..., slice(2 * n))), _stacked(resets)]) if kind == "gru" else dz
        of_b = total(_over_time(dz))
        return LogGradients(
            logarithm(_outer(trace.xs, dz)),
            logarithm(_outer(trace.h[:-1], arriving)),
            logarithm(_at(of_b, (slice(None), None))),
            logarithm(_stacked(dhs)),
        )


def log_memory(weights: Weights, trace: Trace, start: int, *, cut: bool = False) -> SignedLog:
    """What ``recurrent.memory`` gives, (T−s+1, N, B, n, n), as signs and logarithms;
    raises as it and as ``log_backward`` do."""
    n, T = checked_trace(weights, trace), len(trace.gates)
    start, kind = whole("start", start, 0, T), trace.kind
    with np.errstate(all="ignore"):
        parts = {name: Scaled(x.m[..., None], x.e[..., None]) for name, x in _parts(weights, trace).items()}
        U = scaled(np.swapaxes(weights.U, 1, 2)[:, None, :, None])  # (N, 1, m·n, 1, n)
        here = scaled(np.broadcast_to(np.eye(n), (*trace.h.shape[1:], n)))
        dh = here if kind != "lstm" else scaled(np.zeros_like(here.m))
        if kind == "lstm" and start > 0 and not cut:
            dh = times(_at(parts["from h"], start - 1), here)
        found = [here]
        for t in range(start, T):
            at = {name: _at(x, t) for name, x in parts.items()}
            down = total(times(U, Scaled(*(np.swapaxes(x, -1, -2)[..., None, :, :] for x in dh))))
            z = [
                _at(down, (..., slice(k * n, (k + 1) * n), slice(None))) for k in range(down.m.shape[-2] // n)
            ]
            if kind in PLAIN:
                here = dh = times(at["h"], z[0])
            elif kind == "gru":
                inner = plus(times(at["r"], z[2]), times(at["zr"], z[0]))
                here = dh = plus(plus(times(at["keep"], dh), times(at["zk"], z[1])), times(at["zg"], inner))
            else:
                here = times(at["f"], here)
                if not cut:
                    for name, each in zip(("zi", "zf", "zg"), z, strict=False):
                        here = plus(here, times(at[name], each))
                    dh = plus(times(at["from h"], here), times(at["zo"], z[3]))
            found.append(here)
        return logarithm(Scaled(*(np.stack(each) for each in zip(*found, strict=True))))


def _step_back(kind: str, at: dict[str, Scaled], dh: Scaled, dc: Scaled) -> Scaled:
    """∂C/∂z_t (N, B, m·n) from ∂C/∂h_t and, of the LSTM, what arrives at c_t from later."""
    if kind in PLAIN:
        return times(dh, at["h"])
    if kind == "lstm":
        dc = plus(dc, times(dh, at["from h"]))
        return _joined([*(times(dc, at[name]) for name in ("zi", "zf", "zg")), times(dh, at["zo"])])
    dg = times(dh, at["zg"])
    return _joined([times(dg, at["zr"]), times(dh, at["zk"]), dg])


def _parts(weights: Weights, trace: Trace) -> dict[str, Scaled]:
    """The factors of the steps, each (T, N, B, n), from the weighted inputs z (T, N, B, m·n)."""
    n, before = weights.units, trace.h[:-1]
    z, into = np.matmul(trace.xs, weights.W) + weights.b, before @ weights.U
    blocks = [slice(k * n, (k + 1) * n) for k in range(z.shape[-1] // n)]
    if trace.kind == "rnn":
        return {"h": _tanh_slope(z + into)}
    if trace.kind == "rnn-relu":
        return {"h": scaled((z + into > 0.0).astype(np.float64))}
    if trace.kind == "lstm":
        zi, zf, zg, zo = ((z + into)[..., k] for k in blocks)
        c, later = scaled(trace.c[:-1]), trace.c[1:]
        return {
            "f": _sigmoid(zf),
            "from h": times(_sigmoid(zo), _tanh_slope(later)),
            "zi": times(scaled(np.tanh(zg)), _sigmoid_slope(zi)),
            "zf": times(c, _sigmoid_slope(zf)),
            "zg": times(_sigmoid(zi), _tanh_slope(zg)),
            "zo": times(scaled(np.tanh(later)), _sigmoid_slope(zo)),
        }
    zr, zk = (z[..., k] + into[..., k] for k in blocks[:2])
    zg = z[..., blocks[2]] + trace.gates[..., blocks[0]] * trace.raw
    return {
        "r": _sigmoid(zr),
        "keep": _sigmoid(zk),
        "zr": times(scaled(trace.raw), _sigmoid_slope(zr)),
        "zk": times(scaled(before - np.tanh(zg)), _sigmoid_slope(zk)),
        "zg": times(_sigmoid(-zk), _tanh_slope(zg)),
    }


def _sigmoid(z: Floats) -> Scaled:
    return exponential(np.minimum(z, 0.0) - np.log1p(np.exp(-np.abs(z))))


def _sigmoid_slope(z: Floats) -> Scaled:
    return exponential(compiled(SIGMOID.log_slope, z_symbol)(z))


def _tanh_slope(z: Floats) -> Scaled:
    return exponential(compiled(TANH.log_slope, z_symbol)(z))


def scaled(x: Any, e: Any = 0) -> Scaled:
    """x · 2^e."""
    m, shift = np.frexp(x)
    return Scaled(m, np.where(m == 0.0, 0, e + shift.astype(np.int64)))


def exponential(logs: Floats) -> Scaled:
    """e^logs; raises OverflowError below −1e12, where a float64 of that size says nothing of m any more."""
    if not (logs > -1e12).all():
        raise OverflowError(
            "a weighted input exceeds 5e11, and the logarithm of its slope the range of this function"
        )
    e = np.rint(logs / np.log(2.0))
    return scaled(np.exp((logs - e * _LN2_HIGH) - e * _LN2_LOW), e.astype(np.int64))


def logarithm(x: Scaled) -> SignedLog:
    """(sign, log|x|), and (0, −inf) for a zero."""
    size = x.e * _LN2_HIGH + (np.log(np.abs(x.m)) + x.e * _LN2_LOW)
    return SignedLog(np.sign(x.m), np.where(x.m == 0.0, -np.inf, size))


def times(x: Scaled, y: Scaled) -> Scaled:
    """x · y."""
    return scaled(x.m * y.m, x.e + y.e)


def plus(x: Scaled, y: Scaled) -> Scaled:
    """x + y."""
    return total(Scaled(np.stack([x.m, y.m], axis=-1), np.stack([x.e, y.e], axis=-1)))


def total(x: Scaled) -> Scaled:
    """The sum along the last axis, rounded as a float64 sum is;
    a term 2¹¹⁰⁰ times smaller than the largest changes nothing."""
    top = np.where(x.m == 0.0, _LOWEST, x.e).max(axis=-1, keepdims=True)
    below = np.clip(x.e - top, -_FAR, _FAR).astype(np.intc)
    return scaled(np.ldexp(x.m, below).sum(axis=-1), top[..., 0])


def _outer(left: Floats, right: Scaled) -> Scaled:
    """Σ over time and sequences of left ⊗ right, for each network:
    (N, d, k) from (T, N, B, d) and (T, N, B, k)."""
    one, other = _over_time(scaled(left)), _over_time(right)
    rows = [total(times(_at(one, (slice(None), slice(i, i + 1))), other)) for i in range(left.shape[-1])]
    return Scaled(np.stack([r.m for r in rows], axis=1), np.stack([r.e for r in rows], axis=1))


def _over_time(x: Scaled) -> Scaled:
    """(T, N, B, k) as (N, k, T·B)."""
    return Scaled(
        *(np.moveaxis(part, (1, 3), (0, 1)).reshape(part.shape[1], part.shape[3], -1) for part in x)
    )


def _at(x: Scaled, place: Any) -> Scaled:
    return Scaled(x.m[place], x.e[place])


def _joined(parts: list[Scaled]) -> Scaled:
    return Scaled(*(np.concatenate(each, axis=-1) for each in zip(*parts, strict=True)))


def _stacked(backwards: list[Scaled]) -> Scaled:
    """The steps, found from the last to the first, in the order of time."""
    return Scaled(*(np.stack(each[::-1]) for each in zip(*backwards, strict=True)))
