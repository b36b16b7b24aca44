"""Real numbers as (sign, log|x|): products that neither underflow nor overflow.

An exact zero is (0, −inf). NaN and infinite numbers are refused. Like ``numpy.linalg.slogdet``. Make one with
``of`` or ``from_parts``, which check it;
the operations raise ValueError for a logarithm that is NaN or +inf and trust the rest.
"""

from __future__ import annotations

import math
import sys
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


def divide(x: SignedLog, y: SignedLog) -> SignedLog:
    """x / y; raises ZeroDivisionError where y is zero, and as ``multiply`` does."""
    x, y = _pair(x, y)
    if (np.asarray(y.sign) == 0.0).any():
        raise ZeroDivisionError("y must not be zero")
    return _within(x.sign * y.sign, x, y, np.subtract)


def power(x: SignedLog, n: int) -> SignedLog:
    """x to the power of an integer n;
    x⁰ = 1 for every x, and a zero to a negative power raises ZeroDivisionError.

    Raises OverflowError where a logarithm leaves float64.
    """
    x = _parts("x", x)
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)):
        raise TypeError(f"n must be an integer, not {n!r}")
    if n == 0:
        return SignedLog(np.ones_like(x.sign), np.zeros_like(x.logabs))
    if n < 0 and (np.asarray(x.sign) == 0.0).any():
        raise ZeroDivisionError("x must not be zero where n is negative")
    times = float(n) if abs(n) <= sys.float_info.max else (math.inf if n > 0 else -math.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        logabs = np.where(x.logabs == 0.0, 0.0, times * x.logabs)[()]
    return SignedLog(x.sign if n % 2 else np.abs(x.sign), _told(logabs, x.sign == 0.0))


def add(x: SignedLog, y: SignedLog) -> SignedLog:
    """x + y. Where the terms nearly cancel, the logarithms' own rounding is amplified by |x| / |x + y|.

    Raises ValueError where the shapes do not fit.
    """
    x, y = _pair(x, y)
    swap = x.logabs < y.logabs
    sign, top = np.where(swap, y.sign, x.sign), np.maximum(x.logabs, y.logabs)
    zero = top == -np.inf
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        d = np.where(zero, 0.0, np.minimum(x.logabs, y.logabs) - top)
        near = np.log(-np.expm1(d))
        far = np.log1p(-np.exp(d))
        change = np.where(x.sign * y.sign < 0.0, np.where(d > -0.7, near, far), np.log1p(np.exp(d)))
    return from_parts(sign, np.where(zero, -np.inf, np.where(zero, 0.0, top) + change))


def compare(x: SignedLog, y: SignedLog) -> Any:
    """−1.0 where x < y, 0.0 where x = y, 1.0 where x > y; raises ValueError where the shapes do not fit."""
    x, y = _pair(x, y)
    size = np.sign(np.where(x.logabs == y.logabs, 0.0, 1.0) * np.where(x.logabs > y.logabs, 1.0, -1.0))
    return np.where(x.sign == y.sign, x.sign * size, np.sign(x.sign - y.sign))[()]


def prefix_sums(x: ArrayLike, axis: int = -1) -> Array:
    """x₁, x₁+x₂, …: every partial sum to about one rounding of itself, at any length.

    ``cumsum`` adds in order, so the rounding error of each of its additions is known exactly (Knuth's
    TwoSum); the errors are summed too and added back: Sum2 of Ogita, Rump and Oishi (2005, algorithm 4.4) for
    all partial sums. The error is at most 2⁻⁵³|s| + (n 2⁻⁵³)² Σ|x|.
    Raises ValueError for NaN or infinity, OverflowError where a sum exceeds 1.8e308.
    """
    return _prefix_sums(real_array("x", x), _axis(axis, np.ndim(x)))


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


def product(x: SignedLog, axis: int = -1) -> SignedLog:
    """x₁x₂…x_n along an axis, with compensated sums; 1 for an empty axis."""
    x = _parts("x", x)
    axis = _axis(axis, np.ndim(x.sign))
    if x.sign.shape[axis] == 0:
        shape = np.delete(x.sign.shape, axis)
        return SignedLog(np.ones(shape), np.zeros(shape))
    every = prefix_products(x, axis)
    return SignedLog(np.take(every.sign, -1, axis), np.take(every.logabs, -1, axis))
