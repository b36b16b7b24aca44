"""What clipping means: the algorithms themselves, step by step on numbers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import sympy as sp

from analysis.claims.arithmetic import extreme, power
from analysis.claims.domain import Range, exact, integers, positive, reals, sequence
from analysis.claims.meaning import rounds, value
from analysis.claims.world import Number, Undefined, World
from analysis.symbolic.clipping import adam, by_norm, by_value, c, eps, eta, softened, x

g = sp.IndexedBase("g", real=True)
r_t = sp.IndexedBase("r", positive=True)
T = sp.Symbol("T", integer=True, positive=True)
"""A number of steps."""
beta_1, beta_2 = sp.symbols("beta_1 beta_2", nonnegative=True)
"""What Adam keeps of its running means."""


def _cut(softening: sp.Expr) -> Callable[[sp.Basic, World], Number]:
    """y as it is where the norm (plus ``softening``) is at most c, y c/norm where it is more."""

    def meaning(e: sp.Basic, world: World) -> Number:
        y, norm = (value(part, world) for part in e.args)
        norm = norm + value(softening, world)
        if norm == 0:
            raise Undefined("a gradient of norm 0 has no direction")
        return y * extreme((exact(1), value(c, world) / norm), largest=False)

    return meaning


def _cut_entry(e: sp.Basic, world: World) -> Number:
    """The middle one of −c, the entry and c."""
    entry, limit = value(e.args[0], world), value(c, world)
    return extreme((-limit, extreme((limit, entry), largest=False)), largest=True)


def _adam(e: sp.Basic, world: World) -> Number:
    """Algorithm 1 of Kingma and Ba (2015) on one entry: the last of T steps, every gradient multiplied by
    the first argument."""
    factor, small = (value(part, world) for part in e.args)
    keep, keep_square, rate = (value(x, world) for x in (beta_1, beta_2, eta))
    steps = rounds(T, world)
    mean = square = exact(0)
    for t in range(1, steps + 1):
        gradient = factor * value(g[t], world)
        mean = keep * mean + (1 - keep) * gradient
        square = keep_square * square + (1 - keep_square) * gradient**2
    mean, square = mean / (1 - keep**steps), square / (1 - keep_square**steps)
    return rate * mean / (power(square, exact("1/2")) + small)


MEANS: dict[Any, Any] = {by_norm: _cut(sp.S.Zero), softened: _cut(eps), by_value: _cut_entry, adam: _adam}
THRESHOLD = (c, positive())


def _cosine(random: Random, world: World) -> Number:
    return exact(random.choice((1, -1, random.uniform(-1, 1), random.uniform(-1, 1))))


COSINE = (
    x,
    Range(
        "∈ [−1, 1]", _cosine, tuple(map(exact, (1, -1, 0))), lambda t, world: -1 <= t <= 1, continuous=True
    ),
)
"""Of two gradients; often ±1, as it always is of two gradients with one entry."""


def _every(*patterns: Callable[[int], Any], each: Range, words: str) -> Range:
    hard = tuple((lambda index, world, of=pattern: exact(of(index))) for pattern in patterns)
    return Range(words, sequence(each).draw, hard)


ENTRIES = (
    g,
    _every(
        lambda index: 10**4,
        lambda index: (-1) ** index * 10**4,
        lambda index: 0,
        lambda index: 10**4 if index == 1 else 0,
        each=reals(),
        words="∈ ℝ for every entry",
    ),
)
"""Among them gradients with all entries above c, of both signs, and with one entry alone."""
GRADIENTS = (g, sequence(reals(), words="∈ ℝ for every step"))
NORMS = (r_t, _every(lambda index: 10**4, each=positive(), words="> 0 for every step"))
STEPS = (T, integers(1, 12))
