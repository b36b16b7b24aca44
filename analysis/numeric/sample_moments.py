"""Mean and variance of numbers, with the accuracy they can have when the mean is large against the spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.arguments import real_array, whole

Floats = NDArray[np.float64]
_SMALLEST = 2.0**-1000
"""Below, a sum of squares may have lost digits to squares that underflow."""


@dataclass(frozen=True, eq=False)
class Moments:
    """``count`` numbers seen at each place, their ``mean`` and ``squares`` = Σ(x − mean)²;
    both of one shape, float64."""

    count: int
    mean: Floats
    squares: Floats

    @property
    def variance(self) -> Floats:
        """Σ(x − mean)²/(n − 1); NaN for fewer than two numbers."""
        return np.asarray(
            self.squares / (self.count - 1) if self.count > 1 else np.full_like(self.mean, np.nan)
        )

    @property
    def standard_error(self) -> Floats:
        """That of the mean: √(variance/n)."""
        return (
            np.asarray(np.sqrt(self.variance / self.count)) if self.count else np.full_like(self.mean, np.nan)
        )


def moments(x: ArrayLike, axis: int = 0) -> Moments:
    """The moments of x along ``axis``; raises ValueError on NaN or infinity, or where x has no such axis.

    Raises OverflowError where a sum of squares is above 1.8e308 or below 1e-301 and not 0.
    """
    values = real_array("x", x)
    if values.ndim == 0:
        raise ValueError("x must have an axis, but it is a single number")
    axis = whole("axis", axis, -values.ndim, values.ndim - 1)
    n = values.shape[axis]
    if n == 0:
        none = np.zeros(np.delete(values.shape, axis))
        return Moments(0, none, none)
    shift = np.take(
        values, [0], axis=axis
    )  # the first number: the sum of what remains rounds less than that of x
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        rest = values - shift
        about = rest.mean(axis=axis, keepdims=True)
        deviation = rest - about
        slip = deviation.mean(axis=axis, keepdims=True)  # 0 but for rounding
        deviation = deviation - slip
        squares = (deviation**2).sum(axis=axis)
    _representable(squares, np.abs(deviation).max(axis=axis))
    return Moments(n, np.asarray((shift + (about + slip)).squeeze(axis)), np.asarray(squares))


def _representable(squares: Floats, largest: Floats) -> None:
    """Raises OverflowError where squares of deviations over- or underflow:
    neither inf nor 0 may stand for them."""
    lost = (largest > 0.0) & (squares < _SMALLEST)
    if lost.any() or not np.isfinite(squares).all():
        raise OverflowError(
            "the squares of x leave float64: multiply x by a power of two, and the moments back"
        )
