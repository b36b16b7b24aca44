"""Real numbers as (sign, log|x|): products that neither underflow nor overflow.

An exact zero is (0, −inf). NaN and infinite numbers are refused. Like ``numpy.linalg.slogdet``. Make one with
``of`` or ``from_parts``, which check it;
the operations raise ValueError for a logarithm that is NaN or +inf and trust the rest.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric import arrays
from analysis.numeric.arguments import finite, instance, real_array, whole

Array = NDArray[np.float64]


class SignedLog(NamedTuple):
    """x = sign · exp(logabs), elementwise: sign is −1.0, 0.0 or 1.0, logabs −inf exactly where sign is 0."""

    sign: Any
    logabs: Any


def of(x: ArrayLike) -> SignedLog:
    """The signed logarithm of real numbers of any shape;
    raises ValueError for NaN or infinity, TypeError for others."""
    values = real_array("x", x)
    with np.errstate(divide="ignore"):
        return SignedLog(np.sign(values)[()], np.log(np.abs(values))[()])


def from_parts(sign: ArrayLike, logabs: ArrayLike) -> SignedLog:
    """A ``SignedLog`` of two arrays that broadcast; where either says zero, the result is (0, −inf).

    Raises ValueError for a sign other than −1, 0, 1 and for a logarithm that is NaN or +inf.
    """
    s, l = (arrays.of_numpy(n, v).astype(np.float64) for n, v in (("sign", sign), ("logabs", logabs)))
    try:
        s, l = np.broadcast_arrays(s, l)
    except ValueError:
        raise ValueError(f"sign and logabs must fit each other, not {s.shape} and {l.shape}") from None
    if not ((s == -1.0) | (s == 0.0) | (s == 1.0)).all():
        raise ValueError("sign must be −1, 0 or 1")
    if not (l < np.inf).all():
        raise ValueError("logabs must be below +inf, without NaN")
    zero = (s == 0.0) | (l == -np.inf)
    return SignedLog(np.where(zero, 0.0, s)[()], np.where(zero, -np.inf, l)[()])


def _parts(name: str, x: SignedLog) -> SignedLog:
    instance(name, x, SignedLog)
    sign, logabs = (arrays.of_numpy(name, part).astype(np.float64, copy=False) for part in x)
    if not np.max(logabs, initial=-np.inf) < np.inf:
        raise ValueError(f"{name} must have a logarithm below +inf, without NaN")
    return SignedLog(sign, logabs)


def _pair(x: SignedLog, y: SignedLog) -> tuple[SignedLog, SignedLog]:
    """Both, checked; raises ValueError where their shapes do not fit."""
    x, y = _parts("x", x), _parts("y", y)
    shapes = x.sign.shape, y.sign.shape
    if shapes[0] != shapes[1]:
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            raise ValueError(f"x and y must fit each other, not {shapes[0]} and {shapes[1]}") from None
    return x, y


def _within(sign: Any, x: SignedLog, y: SignedLog, together: Any) -> SignedLog:
    with np.errstate(over="ignore"):
        logabs = together(x.logabs, y.logabs)
    return SignedLog(sign, _told(logabs, sign == 0.0))


def _told(logabs: Any, zero: Any) -> Any:
    """The logarithms; raises OverflowError unless all are finite but those of zeros."""
    if not finite(logabs) and not (np.isfinite(logabs) | (zero & (logabs == -np.inf))).all():
        raise OverflowError("a logarithm leaves float64")
    return logabs


def to_float(x: SignedLog) -> Any:
    """sign · exp(logabs), to a relative error of about |logabs| · 2⁻⁵³.

    Below 4.9e-324 it underflows to a zero that keeps the sign, above 1.8e308 it overflows to ±inf: neither is
    hidden, and neither warns.
    """
    x = _parts("x", x)
    with np.errstate(over="ignore", under="ignore"):
        return x.sign * np.exp(x.logabs)


def multiply(x: SignedLog, y: SignedLog) -> SignedLog:
    """x · y; raises ValueError where their shapes do not fit,
    OverflowError where a logarithm leaves float64."""
    x, y = _pair(x, y)
    return _within(x.sign * y.sign, x, y, np.add)


def _axis(axis: int, dimensions: int) -> int:
    if dimensions == 0:
        raise ValueError("x must have an axis, but it is a single number")
    return whole("axis", axis, -dimensions, dimensions - 1)


def _prefix_sums(x: Array, axis: int) -> Array:
    terms = np.moveaxis(x, axis, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        found = _added_up(terms)
    if not finite(found):
        raise OverflowError("a sum leaves float64")
    return np.moveaxis(found, -1, axis)


def _added_up(terms: Array) -> Array:
    rough = np.cumsum(terms, axis=-1)
    before = np.zeros_like(rough)
    before[..., 1:] = rough[..., :-1]
    step = rough - before
    error = (before - (rough - step)) + (terms - step)
    return np.asarray(rough + np.cumsum(error, axis=-1))


def prefix_products(x: SignedLog, axis: int = -1) -> SignedLog:
    """x₁, x₁x₂, … along an axis, with compensated sums; from the first zero on, (0, −inf)."""
    x = _parts("x", x)
    axis = _axis(axis, np.ndim(x.sign))
    zero = np.asarray(x.sign) == 0.0
    dead = np.logical_or.accumulate(zero, axis=axis)
    sign = np.multiply.accumulate(np.where(zero, 1.0, x.sign), axis=axis)
    logabs = _prefix_sums(np.where(zero, 0.0, x.logabs) if zero.any() else x.logabs, axis=axis)
    return SignedLog(np.where(dead, 0.0, sign), np.where(dead, -np.inf, logabs))


def suffix_products(x: SignedLog, axis: int = -1) -> SignedLog:
    """x₁x₂…x_n, x₂…x_n, …, x_n along an axis, with compensated sums."""
    x = _parts("x", x)
    axis = _axis(axis, np.ndim(x.sign))
    back = prefix_products(SignedLog(np.flip(x.sign, axis), np.flip(x.logabs, axis)), axis)
    return SignedLog(np.flip(back.sign, axis), np.flip(back.logabs, axis))
