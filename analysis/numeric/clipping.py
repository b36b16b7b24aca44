"""Clipping of arrays, by value, by norm and by global norm, for a stack of networks at once or for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.compiled import compiled
from analysis.symbolic.remedies.clipped import BY_VALUE, c, g

Floats = NDArray[np.float64]
HOW = ("none", "value", "norm")


def by_value(x: ArrayLike, threshold: float) -> Floats:
    """max(−c, min(c, x)), entry by entry; shape of x. Raises ValueError for a threshold that is not positive, or NaN in x."""
    array = _real(x)
    return np.asarray(compiled(BY_VALUE, g, c)(array, _threshold(threshold)))


def by_norm(x: ArrayLike, threshold: float) -> Floats:
    """x min(1, c/‖x‖), the norm over all entries; a zero stays zero. Raises ValueError as ``by_value`` does."""
    return by_global_norm([x], threshold)[0]


def by_global_norm(parts: Sequence[ArrayLike], threshold: float) -> list[Floats]:
    """The arrays of all layers, multiplied by min(1, c/r) with r the norm of all together. Raises ValueError as above."""
    arrays, most = [_real(x) for x in parts], _threshold(threshold)
    size = max((float(np.abs(x).max(initial=0.0)) for x in arrays), default=0.0)
    if size == 0.0:
        return [x.copy() for x in arrays]
    norm = np.sqrt(sum(float(((x / size) ** 2).sum()) for x in arrays))  # times size; nothing overflows
    share = min(1.0, most / size / norm)
    return [x * share for x in arrays]


def clip_stack(gradients: Sequence[Floats], how: str, threshold: float) -> list[Floats]:
    """Gradients (N, …) of N networks, each network clipped for itself: by value, by its global norm, or not at all."""
    if how not in HOW:
        raise ValueError(f"how must be one of {', '.join(HOW)}, not {how!r}")
    if how == "none":
        return list(gradients)
    most = _threshold(threshold)
    if how == "value":
        return [np.clip(x, -most, most) for x in gradients]
    norm = stack_norm(gradients)
    share = np.minimum(1.0, most / np.maximum(norm, np.finfo(float).tiny))
    return [x * share.reshape(-1, *[1] * (x.ndim - 1)) for x in gradients]


def stack_norm(arrays: Sequence[Floats]) -> Floats:
    """The norm of all arrays (N, …) together, of each of the N networks."""
    return np.asarray(np.sqrt(sum((x.reshape(len(x), -1) ** 2).sum(axis=1) for x in arrays)))


def _threshold(threshold: float) -> float:
    value = float(threshold)
    if not (np.isfinite(value) and value > 0.0):
        raise ValueError(f"threshold must be a finite number > 0, not {threshold!r}")
    return value


def _real(x: ArrayLike) -> Floats:
    array = np.asarray(x, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(
            "x must be finite: clipping by norm cannot mend a gradient that holds NaN or infinity"
        )
    return array
