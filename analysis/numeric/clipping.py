"""Clipping of arrays, by value, by norm and by global norm, for a stack of networks at once or for one.

Norms are kept as a power of two times a rest, so that they are right from 5e-324 to 1.8e308 and beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.arguments import one_of, positive, real_array, several
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import joint_norm
from analysis.symbolic.clipping import BY_VALUE, c, g

Floats = NDArray[np.float64]
HOW = ("none", "value", "norm")
_TAME = 2.0**-1000
"""A factor above this is a normal number, exact to its last bit."""


def by_value(x: ArrayLike, threshold: float) -> Floats:
    """max(−c, min(c, x)), entry by entry; shape of x.
    Raises ValueError for a threshold that is not positive, or NaN in x."""
    return np.asarray(compiled(BY_VALUE, g, c)(real_array("x", x), positive("threshold", threshold)))


def by_norm(x: ArrayLike, threshold: float) -> Floats:
    """x · c/‖x‖ where ‖x‖ exceeds c, x itself elsewhere; the norm is that of all entries, shape of x.
    Raises ValueError for a threshold that is not positive, or NaN or infinity in x.
    Several arrays by their joint norm, or networks side by side: ``clip_stack``."""
    (cut,) = clip_stack([real_array("x", x)[None]], "norm", threshold)
    return np.asarray(cut[0])


def clip_stack(
    gradients: Sequence[Floats], how: str, threshold: float, *, diverging: bool = False
) -> list[Floats]:
    """Gradients (N, …) of N networks, each network clipped for itself:
    by value, by its global norm, or not at all.

    Raises ValueError for NaN or infinity unless ``diverging``, for training: there a network that holds them
    leaves the others alone, and clipping by norm does not mend it.
    """
    one_of("how", how, HOW)
    arrays = _stack("gradients", gradients, diverging)
    if how == "none":
        return arrays
    most = positive("threshold", threshold)
    return [np.clip(x, -most, most) for x in arrays] if how == "value" else _by_norm(arrays, most)


def stack_norm(arrays: Sequence[Floats], *, diverging: bool = False) -> Floats:
    """The norm of all arrays (N, …) together, of each of the N networks (N,); inf where it exceeds 1.8e308.
    Raises as ``clip_stack``."""
    scale, rest = joint_norm(_stack("arrays", arrays, diverging))
    with np.errstate(over="ignore"):
        return np.asarray(scale * rest)


def _by_norm(arrays: list[Floats], most: float) -> list[Floats]:
    """x · c/‖x‖ of each network where ‖x‖ > c, as (x/s) · (c/r) with ‖x‖ = s r:
    neither factor leaves float64."""
    if not arrays:
        return []
    scale, rest = joint_norm(arrays)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = most / rest
        short = share >= scale
        factor = np.where(short, 1.0, share / scale)
        if (factor > _TAME).all():
            return [x * _along(factor, x) for x in arrays]
        return [np.where(_along(short, x), x, x / _along(scale, x) * _along(share, x)) for x in arrays]


def _along(numbers: Any, x: Floats) -> Any:
    """One number for each network, in the shape that multiplies x (N, …)."""
    return numbers.reshape(-1, *[1] * (x.ndim - 1))


def _stack(name: str, arrays: Sequence[Floats], diverging: bool) -> list[Floats]:
    found = [real_array(f"{name}[{k}]", x, diverging=diverging) for k, x in enumerate(several(name, arrays))]
    if len({x.shape[:1] for x in found}) != 1 or found[0].shape[:1] in ((), (0,)):
        shapes = ", ".join(str(x.shape) for x in found) or "nothing"
        raise ValueError(
            f"{name} must be one or more arrays (N, …) with the same number of networks N, not {shapes}"
        )
    return found
