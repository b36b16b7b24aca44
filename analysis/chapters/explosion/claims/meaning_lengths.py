"""What length{a : relation} and the largest value over an interval mean: by a grid, refined where it must
be."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.claims.laws import in_numbers, written_out
from analysis.claims.meaning import value
from analysis.claims.world import Estimate, Meaningless, Number, World, ball
from analysis.numeric.compiled import compiled

Floats = NDArray[np.float64]
_REACH = 60.0
_POINTS = 8_001
_ROUNDING = 1e-7


def measured_length(e: sp.Basic, world: World) -> Number:
    """The length of {variable : relation} within ±60: sign changes of the gap on a grid with its maxima,
    each bisected."""
    relation, variable = e.args
    if not isinstance(relation, sp.Ge | sp.Gt | sp.Le | sp.Lt):
        raise Meaningless(f"{relation} is no inequality")
    gap = relation.gts - relation.lts
    f = _compiled(gap, variable, world)

    def g(x: Floats) -> Floats:
        return np.asarray(f(x)) * np.ones_like(x)

    grid = np.linspace(-_REACH, _REACH, _POINTS)
    points = np.sort(np.concatenate([grid, _peaks(g, grid)]))
    inside = g(points) >= 0.0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    low, high, holds = points[turns], points[turns + 1], inside[turns]
    for _ in range(60):
        middle = (low + high) / 2.0
        same = (g(middle) >= 0.0) == holds
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    ends = np.concatenate([[-_REACH], low, [_REACH]])
    kept = np.concatenate([inside[:1], ~holds])
    total = float(np.diff(ends)[kept].sum())
    return world.measured((e, str(world.letters.get(variable))), Estimate(total, bound=_ROUNDING))


def _compiled(e: sp.Expr, x: sp.Symbol, world: World) -> Callable[[Floats], Any]:
    """``e`` as a function of x, the world's other letters at their values."""
    e = written_out(e, world)
    others = sorted((y for y in e.free_symbols - {x} if y in world.letters), key=str)
    try:
        f = _function(in_numbers(e, [x, *others], world), (x, *others))
    except (TypeError, ValueError) as why:
        raise Meaningless(f"{e} is no function of {x}: {why}") from why
    numbers = [float(ball(value(y, world)).mid()) for y in others]
    return lambda at: f(at, *numbers)


@lru_cache(maxsize=64)
def _function(e: sp.Expr, letters: tuple[sp.Symbol, ...]) -> Callable[..., Any]:
    return compiled(e, *letters)


def _peaks(g: Callable[[Floats], Floats], grid: Floats) -> Floats:
    """Where g is largest near each of its largest values on the grid, by ternary search."""
    values = g(grid)
    tops = np.flatnonzero((values[1:-1] >= values[:-2]) & (values[1:-1] >= values[2:])) + 1
    tops = tops[np.argsort(-values[tops])[:20]]
    low, high = grid[tops - 1], grid[tops + 1]
    for _ in range(80):
        p, q = low + (high - low) / 3.0, high - (high - low) / 3.0
        left = g(p) >= g(q)
        low, high = np.where(left, low, p), np.where(left, q, high)
    return (low + high) / 2.0


def largest_on(x: sp.Symbol, low: float = 0.0, high: float = 1.0) -> Callable[[Any, World], Number]:
    """The meaning of a maximum over x in [low, high]: of a grid, its ends included, and of the peaks
    between."""

    def meaning(e: sp.Basic, world: World) -> Number:
        f = _compiled(e.args[0], x, world)

        def g(at: Floats) -> Floats:
            return np.asarray(f(at)) * np.ones_like(at)

        grid = np.linspace(low, high, 401)
        candidates = np.concatenate([grid, _peaks(g, grid)])
        place = candidates[int(np.argmax(g(candidates)))]
        top = value(e.args[0], world.but({x: sp.Rational(float(place))}))
        return world.measured((e, "largest"), Estimate(float(top), bound=1e-9 * abs(float(top))))

    return meaning
