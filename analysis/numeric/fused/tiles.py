"""The way back through one tile of chains, plain or as (sign, log-magnitude),
and the copies in and out of a tile.

A tile is L layers of B chains, so small that what its forward pass wrote is still in the cache on the way
back.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from analysis.numeric.fused.vectorised import (
    LN2_HIGH,
    LN2_LOW,
    OPTIONS,
    bits_to_float,
    float_to_bits,
    log,
    prefetch,
)

LINE = 8  # float64 in a cache line
_FIELD = 0x7FF << 52
_ONE = 1023 << 52
_UP, _DOWN = 2.0**512, 2.0**-512


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def ask_for(ahead_w: Any, ahead_b: Any, j: int) -> None:
    """Ask for row j from the end of the next tile's w and b, while this tile is on its way back."""
    depth, width = ahead_w.shape
    if j < depth:
        row = (depth - 1 - j) * width
        for k in range(0, width, LINE):
            prefetch(ahead_w, row + k)
            prefetch(ahead_b, row + k)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def backward(w: Any, g: Any, out: Any, ahead_w: Any, ahead_b: Any) -> None:
    """``out`` (L, B) holds σ′(z_j) and gets ∂C/∂b_j; ``g`` (B) holds ∂C/∂a_L and gets ∂C/∂a₀. w is (L, B)."""
    for j in range(out.shape[0] - 1, -1, -1):
        for k in range(out.shape[1]):
            gradient = g[k] * out[j, k]
            out[j, k] = gradient
            g[k] = gradient * w[j, k]
        ask_for(ahead_w, ahead_b, j)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def normalised(x: float) -> tuple[float, float]:
    """(m, n) with x = m · 2ⁿ and 1 ≤ |m| < 2, for a normal number x; (0, 0) for 0."""
    bits = float_to_bits(x)
    n = float(((bits & _FIELD) >> 52) - 1023)
    m = bits_to_float((bits & ~_FIELD) | _ONE)
    return (0.0 if x == 0.0 else m), (0.0 if x == 0.0 else n)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def through_weight(m: Any, n: Any, v: Any, w: Any) -> None:
    """m · 2ⁿ = (v · 2ⁿ) w; the scale keeps products with subnormal and huge weights normal."""
    for k in range(m.size):
        small = abs(w[k]) < 1.0
        m[k], step = normalised(v[k] * (w[k] * (_UP if small else _DOWN)))
        n[k] += step + (-512.0 if small else 512.0)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def _through_slope(m: Any, n: Any, mantissa: Any, exponent: Any) -> None:
    """Multiply m · 2ⁿ by the slopes of a layer, whose place the products take."""
    for k in range(m.size):
        mantissa[k] *= m[k]
    for k in range(n.size):
        total = n[k] + exponent[k]
        exponent[k] = total
        n[k] = total


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def _to_logarithm(v: Any, n: Any) -> None:
    """(v, n) becomes (sign of v, log|v · 2ⁿ|)."""
    for k in range(v.size):
        x = v[k]
        size = n[k] * LN2_HIGH + (log(abs(x) if x != 0.0 else 1.0) + n[k] * LN2_LOW)
        v[k] = 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0
        n[k] = size if x != 0.0 else -np.inf


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def scaled_backward(w: Any, m: Any, n: Any, mantissa: Any, exponent: Any, ahead_w: Any, ahead_b: Any) -> None:
    """The same with σ′(z_j) = mantissa · 2^exponent and ∂C/∂a_L = m · 2ⁿ;
    the first two get sign and log-magnitude of ∂C/∂b_j.

    Four short loops a layer:
    with all arrays in one, the compiler does not see that they are apart, and gives up vectors.
    """
    for j in range(mantissa.shape[0] - 1, -1, -1):
        _through_slope(m, n, mantissa[j], exponent[j])
        through_weight(m, n, mantissa[j], w[j])
        _to_logarithm(mantissa[j], exponent[j])
        ask_for(ahead_w, ahead_b, j)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def gather(x: Any, first: int, start: int, tile: Any) -> None:
    """Layers ``start`` … of chains ``first`` … of x (N, L) into ``tile`` (J, B),
    with 0 past the last chain."""
    for k in range(tile.shape[1]):
        if first + k < x.shape[0]:
            for j in range(tile.shape[0]):
                tile[j, k] = x[first + k, start + j]
        else:
            for j in range(tile.shape[0]):
                tile[j, k] = 0.0


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def scatter(tile: Any, first: int, start: int, x: Any) -> None:
    """``gather`` the other way round."""
    for k in range(min(tile.shape[1], x.shape[0] - first)):
        for j in range(tile.shape[0]):
            x[first + k, start + j] = tile[j, k]


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def some_of(x: Any, first: int, chains: int, width: int) -> Any:
    """Numbers ``first`` … of x, one for each chain or one for all; 0 past the last chain."""
    found = np.zeros(width)
    for k in range(min(width, chains - first)):
        found[k] = x[min(first + k, x.size - 1)]
    return found


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def flaws(check: Any) -> int:
    """1 where Σ z · 0 of some chain is NaN: a weighted input that is infinite or NaN."""
    for k in range(check.size):
        if check[k] != 0.0:
            return 1
    return 0
