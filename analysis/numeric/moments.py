"""Means of an activation and of its slope over a normal weighted input, z ~ N(μ, s²).

    E σ(z),   E σ(z)²,   E σ′(z)²,   E log|σ′(z)|,   Pr[σ′(z) = 0],   Pr[|σ′(z)| < c]

By Gauss–Legendre quadrature on panels that end at every singular point: the kinks of the catalogue, and the
zeros of the slope, where log|σ′| is infinite. The trapezoid rule, spectrally accurate for sigmoid and tanh,
is no better than O(h²) across a kink. Panels are at most s/2 wide for the bell, at most 1 wide where |z| ≤ 40
for the activation, and shrink geometrically towards each singular point, so that s may be anything from 1e-7
to 1e7. Each mean is taken by two rules; where they differ by more than is promised it is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numeric import arguments, arrays
from analysis.numeric.compiled import compiled
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
REACH = 10.0
"""Standard deviations on either side that a picture shows; beyond lies 1.5e-23 of the normal law."""
SATURATED = 0.05
"""A unit with |σ′| below this is called saturated here."""
PROMISED = 1e-10
"""The relative error of a mean, against the mean of the absolute value, above which it is refused."""
_BELL = 38.0
"""Standard deviations that the rule covers:
the bell's last before it leaves float64, for means that live in its tail."""
_STRAIGHT = 40.0
"""Beyond this every activation of the catalogue is a straight line,
or has a tail that geometric panels follow."""
_WIDEST = 1e150
_POINTS, _MORE = 20, 28


@dataclass(frozen=True)
class Moments:
    """The means over z ~ N(``mean_input``, ``std``²);
    ``mean_log_slope`` is −inf where σ′ = 0 has positive probability."""

    mean_input: float
    std: float
    mean: float
    second: float
    slope_second: float
    mean_log_slope: float
    dead: float
    """Pr[σ′(z) = 0]."""
    saturated: float
    """Pr[|σ′(z)| < 0.05], the dead included."""

    @property
    def variance(self) -> float:
        """Var σ(z) = E σ² − (E σ)²."""
        return self.second - self.mean**2


@cache
def _panel(points: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return nodes, weights


def singular_points(activation: Activation) -> tuple[float, ...]:
    """Where σ or log|σ′| is not smooth: 0, the other kinks, and where σ′ changes sign between −60 and 60.

    Raises TypeError for what is no ``Activation``.
    """
    return _singular_points(arguments.activation("activation", activation))


@cache
def _singular_points(activation: Activation) -> tuple[float, ...]:
    sign = compiled(activation.slope_sign, z)
    grid = np.linspace(-60.0, 60.0, 24001) + 1e-3  # no point at 0
    signs = sign(grid)
    turns = [
        _turn(sign, float(grid[k]), float(grid[k + 1])) for k in np.flatnonzero(signs[1:] * signs[:-1] < 0.0)
    ]
    return tuple(sorted({0.0, *(float(x) for x in activation.kinks), *turns}))


def _turn(sign: Callable[[Any], Any], low: float, high: float) -> float:
    """The float at which ``sign`` changes, by halving the interval until no float is left in it."""
    before = float(sign(low))
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        low, high = (middle, high) if float(sign(middle)) == before else (low, middle)


def _least(x: float, std: float) -> float:
    """The width of the panels that end at a singular point x."""
    return max(2.0**-46 * min(1.0, std), 2.0**-42 * abs(x))


@lru_cache(maxsize=512)
def _edges(mean: float, std: float, singular: tuple[float, ...]) -> Floats:
    """The ends of the panels, in increasing order."""
    low, high = mean - _BELL * std, mean + _BELL * std
    bell = np.linspace(low, high, int(4 * _BELL) + 1)
    unit = np.arange(-_STRAIGHT, _STRAIGHT + 1.0)
    around = []
    for x in singular:
        least = _least(x, std)
        steps = math.ceil(math.log2(max(abs(low - x), abs(high - x), 2 * least) / least))
        near = least * 2.0 ** np.arange(steps + 1)
        around += [x - near, x + near]
    edges = np.unique(np.concatenate([bell, unit, *around]))
    edges = edges[(edges > low) & (edges < high)]
    for x in singular:  # a point of the grids may lie within rounding of a singular one, which alone stays
        edges = edges[np.abs(edges - x) >= max(2.0**-47 * min(1.0, std), 2.0**-43 * abs(x))]
    return np.unique(np.concatenate([[low], edges, [x for x in singular if low < x < high], [high]]))


def _law(mean: Any, std: Any) -> tuple[float, float]:
    """mean and std as floats; raises ValueError unless the panels can follow that law."""
    mean, std = arguments.number("mean", mean), arguments.positive("std", std)
    if std < 1e-6 * abs(mean):
        raise ValueError(f"std must be at least 1e-6 of the size of mean, not {std!r} at mean {mean!r}")
    if std > _WIDEST or abs(mean) > _WIDEST or std < 1.0 / _WIDEST:
        raise ValueError(f"mean and std must be between 1e-150 and 1e150 in size, not {mean!r} and {std!r}")
    return mean, std


def normal_rule(
    mean: float, std: float, singular: tuple[float, ...] = (0.0,), points: int = _POINTS
) -> tuple[Floats, Floats]:
    """Nodes z and weights p for N(mean, std²), no panel across a point of ``singular``;
    each (n,), the weights with sum 1 to 1e-14.

    Raises ValueError unless mean is finite and std finite and > 0, and where std is so small against the mean
    that floats cannot tell the panels apart.
    """
    mean, std = _law(mean, std)
    singular = tuple(arguments.number("each of singular", x) for x in singular)
    points = arguments.whole("points", points, 1, 200)
    edges = _edges(mean, std, singular)
    nodes, weights = _panel(points)
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + half + half * nodes).ravel()
    p = (half * weights).ravel() * np.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
    return x, p


def normal_mean(
    f: Callable[[Floats], Floats], mean: float, std: float, singular: tuple[float, ...] = (0.0,)
) -> float:
    """E f(z), z ~ N(mean, std²), for f that is smooth between the points of ``singular``,
    with features of size 1 or more.

    Raises ArithmeticError where two rules differ by more than 1e-10 of E|f(z)|, or where |f| does not fall
    off towards a point of ``singular`` or in the tails: f has a feature that the panels miss, or no mean.
    TypeError unless f gives real numbers.
    """
    mean, std = _law(mean, std)
    found = []
    for points in (_POINTS, _MORE):
        x, p = normal_rule(mean, std, singular, points)
        with np.errstate(all="ignore"):
            values = arrays.of_numpy("f(z)", f(x)).astype(np.float64, copy=False)
            if values.shape not in ((), x.shape):
                raise TypeError(f"f(z) must have the shape of z, {x.shape}, not {values.shape}")
            parts = p * np.abs(values)
            found.append((float(p @ np.broadcast_to(values, x.shape)), float(parts.sum())))
    (one, _), (other, size) = found
    if not abs(one - other) <= PROMISED * size:
        raise ArithmeticError(
            f"two rules give {one:.12g} and {other:.12g} for a mean over N({mean:g}, {std:g}²), further "
            "apart than 1e-10"
        )
    if not _converges(x, parts, mean, std, singular):
        raise ArithmeticError(
            f"f must have a mean over N({mean:g}, {std:g}²), but |f| does not fall off towards a singular "
            "point or in the tails"
        )
    return other


def _converges(x: Floats, parts: Floats, mean: float, std: float, singular: tuple[float, ...]) -> bool:
    """Whether the parts of E|f| become small towards each singular point,
    as every |z − c|^−a with a < 1/2 does, and in the tails.

    Two rules that mirror each other at a pole agree on an answer that is no mean: E 1/z comes to 0 by both.
    """
    negligible = PROMISED * float(parts.sum()) + 1e-290  # the bell's own tail lies below
    if float(parts[np.abs(x - mean) > (_BELL - 1.0) * std].sum()) > negligible:
        return False
    for c in singular:
        distance, least = np.abs(x - c), _least(c, std)
        within = float(parts[distance < 8.0 * least].sum())
        around = float(parts[(distance >= 8.0 * least) & (distance < 64.0 * least)].sum())
        if within > negligible and within > 0.8 * around:
            return False
    return True


def moments(activation: Activation, std: float = 1.0, mean: float = 0.0) -> Moments:
    """The moments of ``activation`` under z ~ N(mean, std²), each to 1e-10 of the mean of its absolute value.

    Raises ValueError as ``normal_rule`` does, ArithmeticError as ``normal_mean`` does,
    TypeError for what is no ``Activation``.
    """
    arguments.activation("activation", activation)
    mean, std = _law(mean, std)
    at = singular_points(activation)
    value, log_slope = compiled(activation.value, z), compiled(activation.log_slope, z)
    dead = normal_mean(lambda x: (log_slope(x) == -np.inf).astype(np.float64), mean, std, at)
    return Moments(
        mean_input=mean,
        std=std,
        mean=normal_mean(value, mean, std, at),
        second=normal_mean(lambda x: value(x) ** 2, mean, std, at),
        slope_second=normal_mean(lambda x: np.exp(2.0 * log_slope(x)), mean, std, at),
        mean_log_slope=-math.inf if dead > 0.0 else normal_mean(log_slope, mean, std, at),
        dead=dead,
        saturated=_share_below(activation, SATURATED, mean, std),
    )


def _share_below(activation: Activation, threshold: float, mean: float, std: float) -> float:
    """Pr[|σ′(z)| < threshold]:
    the edges of that set between the nodes of the rule, then the normal law of each part."""
    slope = compiled(activation.slope, z)
    x, _ = normal_rule(mean, std, singular_points(activation))
    inside = np.abs(slope(x)) < threshold
    edges = np.array(
        [
            _turn(lambda at: np.abs(slope(at)) < threshold, float(x[k]), float(x[k + 1]))
            for k in np.flatnonzero(inside[1:] != inside[:-1])
        ]
    )
    law = np.concatenate([[0.0], _normal_cdf((edges - mean) / std), [1.0]])
    return float(np.diff(law)[(0 if inside[0] else 1) :: 2].sum())


def _normal_cdf(x: Floats) -> Any:
    from analysis.numeric.normal import ndtr

    return ndtr(x)
