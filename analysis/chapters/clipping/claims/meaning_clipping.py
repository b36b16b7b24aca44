"""What clipping means, and Adam's step after T gradients."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import sympy as sp

from analysis.claims.domain import Range, exact, integers, positive, reals, sequence
from analysis.claims.world import Number, World
from analysis.symbolic.clipping import BY_VALUE, SHARE, adam, by_norm, by_value, c, eps, eta, r, softened, x
from analysis.symbolic.clipping import g as entry

g = sp.IndexedBase("g", real=True)
r_t = sp.IndexedBase("r", positive=True)
T = sp.Symbol("T", integer=True, positive=True)
"""A number of steps."""
beta_1, beta_2 = sp.symbols("beta_1 beta_2", nonnegative=True)
"""What Adam keeps of its running means."""


_y, _norm, _factor, _small = sp.symbols("y n f epsilon", real=True)
_s = sp.Symbol("s", integer=True)


def _running(keep: sp.Symbol, power: int) -> sp.Expr:
    """The mean of g (or g²) that Adam keeps after T steps, corrected for its start at 0: equation (1) of
    Kingma and Ba (2015)."""
    total = sp.Sum(keep ** (T - _s) * (_factor * g[_s]) ** power, (_s, 1, T))
    return (1 - keep) * total / (1 - keep**T)


MEANS: dict[Any, Any] = {
    by_norm: sp.Lambda((_y, _norm), _y * SHARE.xreplace({r: _norm})),
    softened: sp.Lambda((_y, _norm), _y * SHARE.xreplace({r: _norm + eps})),
    by_value: sp.Lambda(entry, BY_VALUE),
    adam: sp.Lambda((_factor, _small), eta * _running(beta_1, 1) / (sp.sqrt(_running(beta_2, 2)) + _small)),
}
THRESHOLD = (c, positive())


def _cosine(random: Random, world: World) -> Number:
    return exact(random.choice((1, -1, random.uniform(-1, 1), random.uniform(-1, 1))))


COSINE = (
    x,
    Range(
        "∈ [−1, 1]",
        _cosine,
        tuple(map(exact, (1, -1, 0))),
        lambda t, world: -1 <= t <= 1,
        True,
        sp.Interval(-1, 1),
    ),
)
"""Of two gradients; often ±1, as it always is of two gradients with one entry."""


def _every(*patterns: Callable[[int], Any], each: Range, words: str) -> Range:
    hard = tuple((lambda index, world, of=pattern: exact(of(index))) for pattern in patterns)
    return Range(words, sequence(each).draw, hard, over=each.over)


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
