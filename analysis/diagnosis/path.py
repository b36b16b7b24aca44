"""The way from the input to the output: which sites every signal passes, where ways part and meet again, and
how the logarithms of norms slope along them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis.measured import RECURRENT, SUM, WEIGHTED, Measured, Site

Floats = NDArray[np.float64]


class Branch(NamedTuple):
    """``source``, the site at which two ways part that meet in a sum; ``paths``, the sites on each of them,
    the shorter way first: a shortcut has none."""

    source: int
    paths: tuple[tuple[int, ...], tuple[int, ...]]


def is_sum(sites: Sequence[Site], k: int) -> bool:
    """Whether site k adds two ways that part at one earlier site."""
    return sites[k].kind == SUM and branch(sites, k).source >= 0


def branch(sites: Sequence[Site], k: int) -> Branch:
    """Where the two ways of the sum at site k part; source −1 where they have nothing in common."""
    return _branch(tuple(sites), k)


@lru_cache(maxsize=4096)
def _branch(sites: tuple[Site, ...], k: int) -> Branch:
    if sites[k].kind != SUM or len(sites[k].parents) < 2:
        return Branch(-1, ((), ()))
    ways = [[p, *_way(sites, p)] for p in sites[k].parents[:2]]
    common = [x for x in ways[0] if x in set(ways[1])]
    if not common:
        return Branch(-1, ((), ()))
    source = common[0]
    short, long = sorted((way[: way.index(source)] for way in ways), key=len)
    return Branch(source, (tuple(short), tuple(long)))


def _way(sites: Sequence[Site], k: int) -> list[int]:
    """The main sites before k, from k backwards; at a sum the way goes on from where its two ways parted."""
    found = []
    while sites[k].parents:
        at = branch(sites, k).source if sites[k].kind == SUM else -1
        k = at if at >= 0 else sites[k].parents[0]
        found.append(k)
    return found


def main_path(measured: Measured) -> tuple[int, ...]:
    """The sites that the whole signal passes, from the input to the site where the backward pass starts."""
    return (*reversed(_way(measured.sites, measured.last)), measured.last)


class Segment(NamedTuple):
    """A stretch of the main path: its *stations* are the sites that count as layers, sums where there are
    any, else weighted sums. ``slope`` of the log of the gradient's norm for each layer towards the input,
    ``error`` its standard error, ``predicted`` what theory says of the same layers; ``forward`` the slope of
    the log of the root mean square for each layer towards the output, ``forward_error`` its error, and
    ``forward_predicted``. ``gains``: the log-gain of each layer after the first, mean over all networks."""

    stations: tuple[int, ...]
    slope: float
    error: float
    predicted: float
    forward: float
    forward_error: float
    forward_predicted: float
    gains: tuple[float, ...]

    @property
    def steps(self) -> int:
        """How many layers lie between the first and the last station."""
        return len(self.stations) - 1

    @property
    def total(self) -> float:
        """The log of the factor between the gradient at the last station and at the first."""
        return self.slope * self.steps


def stations(measured: Measured) -> tuple[int, ...]:
    """The sites of the main path that count as layers: the sums x + F(x) with the site where the first of
    them parts, where there are three or more; else the longest run of weighted sums of one kind, for a head
    behind convolutions has another number of numbers."""
    path = main_path(measured)
    sums = [k for k in path if is_sum(measured.sites, k)]
    if len(sums) >= 3:
        return (branch(measured.sites, sums[0]).source, *sums)
    layers = [k for k in path if measured.sites[k].kind in (*WEIGHTED, *RECURRENT)]
    runs = [tuple(run) for _, run in groupby(layers, key=lambda k: measured.sites[k].kind)]
    longest = max(runs, key=len, default=())
    return longest or tuple(k for k in path if measured.sites[k].kind in ("input", "function"))


def segment(measured: Measured, back: Floats, ahead: Floats) -> Segment | None:
    """The stretch between the first and the last station; None where there are fewer than three.

    ``back`` and ``ahead`` are the predictions of ``theory.predicted``. One slope a seed, by least squares;
    the error is that of their mean, and of fewer than four networks no less than what one draw makes it: a
    sum of n weighted numbers adds up to 5/(4n) to the variance of a logarithm (chapter 7, for ReLU).
    """
    at = stations(measured)
    if len(at) < 3:
        return None
    path = main_path(measured)
    between = [[k for k in path if low < k <= high] for low, high in pairwise(at)]
    # gradient norms are taken at a station's result: what lies between is the factor of one layer
    steps_back = np.array([sum(back[k] for k in some) for some in between])
    steps_ahead = np.array([sum(ahead[k] for k in some) for some in between])
    layers = np.arange(len(at)).astype(float)
    drawn = _spread_of_one_draw(measured, at)
    slopes = [_slope(-layers, row) for row in _by_seed(measured.backward[..., list(at)])]
    rises = [_slope(layers, row) for row in _by_seed(measured.forward[..., list(at)])]
    return Segment(
        at,
        *_mean_and_error(slopes, drawn),
        _theory(-layers, np.cumsum(np.concatenate([steps_back, [0.0]])[::-1])[::-1]),
        *_mean_and_error(rises, drawn),
        _theory(layers, np.concatenate([[0.0], np.cumsum(steps_ahead)])),
        tuple((-np.diff(_mean_of_finite(_by_seed(measured.backward[..., list(at)])))).tolist()),
    )


def _mean_of_finite(rows: Floats) -> Floats:
    """The mean over seeds at each station; NaN where none is finite."""
    count = np.isfinite(rows).sum(axis=0)
    return np.where(count > 0, np.nansum(rows, axis=0) / np.maximum(count, 1), np.nan)


def _spread_of_one_draw(measured: Measured, at: Sequence[int]) -> float:
    """The standard deviation of the least-squares slope Σ cₗ yₗ of one network, where each step adds a
    variance of its own to all later y: √Σⱼ vⱼ (Σ_{l≥j} cₗ)²."""
    sites = measured.sites
    numbers = [sites[k].fan_in or sites[k].units or 1 for k in at[1:]]
    x = np.arange(len(at)) - (len(at) - 1) / 2
    tails = np.cumsum((x / (x @ x))[::-1])[::-1][1:]
    return math.sqrt(sum(5 / (4 * n) * tail**2 for n, tail in zip(numbers, tails, strict=True)))


def _by_seed(x: Floats) -> Floats:
    """(seed, station): means over batches and probes of the finite logarithms."""
    with np.errstate(invalid="ignore"):
        rows = np.where(np.isfinite(x), x, np.nan).reshape(x.shape[0], -1, x.shape[-1])
        count = np.isfinite(rows).sum(axis=1)
        total = np.nansum(rows, axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _slope(x: Floats, y: Floats) -> float:
    """Least squares over the finite points; NaN where there are fewer than two."""
    good = np.isfinite(y)
    if good.sum() < 2:
        return math.nan
    x, y = x[good], y[good]
    x = x - x.mean()
    return float((x * (y - y.mean())).sum() / (x * x).sum())


def _theory(x: Floats, y: Floats) -> float:
    """Least squares; NaN where a layer between has no theory."""
    return _slope(x, y) if np.isfinite(y).all() else math.nan


def _mean_and_error(slopes: list[float], drawn: float) -> tuple[float, float]:
    """The mean over networks and its standard error; ``drawn`` is the deviation of one network in theory."""
    found = np.array([s for s in slopes if math.isfinite(s)])
    if not found.size:
        return math.nan, math.nan
    spread = float(found.std(ddof=1)) / math.sqrt(found.size) if found.size > 1 else 0.0
    return float(found.mean()), max(spread, drawn / math.sqrt(found.size)) if found.size < 4 else spread
