"""Mean and variance of numbers that come in pieces, without keeping them.

Two sets of n_A and n_B numbers with means μ_A, μ_B and sums of squared deviations M_A, M_B have together

    μ = μ_A + (μ_B − μ_A) n_B/n,    M = M_A + M_B + (μ_B − μ_A)² n_A n_B/n,    n = n_A + n_B

(Chan, Golub & LeVeque 1983, equation 2.1; for n_B = 1 it is Welford's recursion of 1962). Neither cancels
when the mean is large against the spread, as Σx² − nμ² does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.arguments import instance, real_array, whole

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
    def standard_deviation(self) -> Floats:
        """The square root of the variance."""
        return np.asarray(np.sqrt(self.variance))

    @property
    def standard_error(self) -> Floats:
        """That of the mean: √(variance/n)."""
        return (
            np.asarray(np.sqrt(self.variance / self.count)) if self.count else np.full_like(self.mean, np.nan)
        )


def no_moments(shape: tuple[int, ...] = ()) -> Moments:
    """What is known before the first number."""
    return Moments(0, np.zeros(shape), np.zeros(shape))


def moments(x: ArrayLike, axis: int = 0) -> Moments:
    """The moments of x along ``axis``; raises ValueError on NaN or infinity, or where x has no such axis.

    Raises OverflowError, as ``merged`` and ``add`` do,
    where a sum of squares is above 1.8e308 or below 1e-301 and not 0.
    """
    values = real_array("x", x)
    if values.ndim == 0:
        raise ValueError("x must have an axis, but it is a single number")
    axis = whole("axis", axis, -values.ndim, values.ndim - 1)
    n = values.shape[axis]
    if n == 0:
        return no_moments(tuple(np.delete(values.shape, axis).tolist()))
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


def merged(one: Moments, other: Moments) -> Moments:
    """The moments of both sets together; raises ValueError where their shapes differ."""
    instance("one", one, Moments)
    instance("other", other, Moments)
    if one.mean.shape != other.mean.shape:
        raise ValueError(f"moments must have one shape, not {one.mean.shape} and {other.mean.shape}")
    if one.count == 0 or other.count == 0:
        return other if one.count == 0 else one
    n = one.count + other.count
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        gap = other.mean - one.mean
        mean = one.mean + gap * (other.count / n)
        between = gap * gap * (one.count * other.count / n)
        squares = one.squares + other.squares + between
    _representable(squares, np.abs(gap))
    return Moments(n, mean, squares)


def _representable(squares: Floats, largest: Floats) -> None:
    """Raises OverflowError where squares of deviations over- or underflow:
    neither inf nor 0 may stand for them."""
    lost = (largest > 0.0) & (squares < _SMALLEST)
    if lost.any() or not np.isfinite(squares).all():
        raise OverflowError(
            "the squares of x leave float64: multiply x by a power of two, and the moments back"
        )


def add(so_far: Moments, x: ArrayLike) -> Moments:
    """``so_far`` and one more number at each place (Welford);
    raises ValueError on a wrong shape, NaN or infinity."""
    instance("so_far", so_far, Moments)
    return merged(so_far, moments(real_array("x", x, so_far.mean.shape)[None]))
