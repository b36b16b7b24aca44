"""Norms, root mean squares and spreads of arrays whose squares may leave float64.

√Σx² is taken as it stands where its squares are well inside the range, bit for bit as NumPy has it; elsewhere
x is scaled by a power of two first, which rounds nothing. NaN and infinity give what NumPy gives: these
functions warn of nothing, and refuse only what is not real or has a mask (TypeError).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numeric import arrays

Floats = NDArray[np.float64]
Axis = int | tuple[int, ...] | None
_SAFE = 2.0**-850
"""A sum of squares above this has lost no digit to squares that underflow, unless it has 2¹⁵⁰ terms."""


def norm(x: Any, axis: Axis = None) -> Any:
    """√Σx² over the axes, or over all; right wherever the result is a float64."""
    values = _real("x", x)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        flat = values.ravel() if axis is None else values
        squares = flat @ flat if axis is None else (values * values).sum(axis=axis)  # as numpy.linalg.norm
        if _safe(squares):
            return np.sqrt(squares)
        scale = power_of_two(values, axis)
        scaled = values / scale
        return np.sqrt((scaled * scaled).sum(axis=axis)) * _dropped(scale, axis)


def joint_norm(parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """(s, r) with s · r the norm of all arrays (N, …) together, for each of N,
    and s a power of two with s ≤ s · r; (1, 0) for a 0.

    s · r may exceed 1.8e308 where no number of the arrays does.
    """
    flat = [x.reshape(len(x), -1) for x in parts]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        squares = np.asarray(sum((x * x).sum(axis=1) for x in flat))
        if _safe(squares):
            total = np.sqrt(squares)
            scale = power_of_two(total[:, None], 1)[:, 0]
            return scale, total / scale
        scale = power_of_two(np.stack([np.abs(x).max(axis=1, initial=0.0) for x in flat]), 0)[0]
        return scale, np.sqrt(np.asarray(sum(((x / scale[:, None]) ** 2).sum(axis=1) for x in flat)))


def rms(x: Any, axis: Axis = None) -> Any:
    """√(mean of x²) over the axes, or over all."""
    values = _real("x", x)
    if not values.size:
        raise ValueError("x must hold at least one number")
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        squares = (values * values).mean(axis=axis)
        if _safe(squares):
            return np.sqrt(squares)
        scale = power_of_two(values, axis)
        scaled = values / scale
        return np.sqrt((scaled * scaled).mean(axis=axis)) * _dropped(scale, axis)


def log_norm(x: Any, axis: Axis = None, per: int = 1) -> Any:
    """log √(Σx²/per) over the axes, −inf where every x is 0."""
    values = _real("x", x)
    with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
        squares = (values * values).sum(axis=axis)
        if _safe(squares):
            return 0.5 * np.log(squares / per)
        scale = power_of_two(values, axis)
        scaled = values / scale
        return 0.5 * np.log((scaled * scaled).sum(axis=axis) / per) + np.log(_dropped(scale, axis))


def varies(x: Any, axis: int) -> Any:
    """Whether the numbers along the axis differ by more than rounding: max − min > 4 · 2⁻⁵² max|x|;
    its axis kept, of length 1."""
    with np.errstate(over="ignore"):
        spread = x.max(axis=axis, keepdims=True) - x.min(axis=axis, keepdims=True)
    return spread > 4.0 * 2.0**-52 * np.abs(x).max(axis=axis, keepdims=True)


def tamed(x: Floats) -> tuple[Floats, float]:
    """(x/s, log s) with s a power of two, 1 unless the largest |x| is above 2⁴⁰⁰ or below 2⁻⁴⁰⁰:
    then products do not overflow."""
    scale = float(power_of_two(x).squeeze()) if x.size else 1.0
    if 2.0**-400 < scale < 2.0**400:
        return x, 0.0
    return x / scale, float(np.log(scale))


def power_of_two(x: Any, axis: Axis = None) -> Any:
    """The power of two at or below the largest |x|, kept dimensions; 1 where that is 0, infinite or NaN."""
    largest = np.abs(x).max(axis=axis, keepdims=True, initial=0.0)
    _, exponent = np.frexp(np.where(np.isfinite(largest), largest, 1.0))
    return np.where(largest > 0.0, np.ldexp(1.0, exponent - 1), 1.0)


def _real(name: str, x: Any) -> Floats:
    """x as float64; raises TypeError for what is complex, masked or no number."""
    values: Floats = arrays.of_numpy(name, x).astype(np.float64, copy=False)
    return values


def _safe(squares: Any) -> bool:
    return bool(np.all((squares > _SAFE) & (squares < np.inf)))


def _dropped(scale: Any, axis: Axis) -> Any:
    return scale.squeeze() if axis is None else scale.squeeze(axis=axis)
