"""What E[…], Pr[…] and Var(…) mean where letters are random: by enumeration, by quadrature or by simulation.

A law with atoms is summed exactly, a law with a density is integrated, one that can only be drawn from is
simulated, and then the number has a standard error.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray

from analysis.claims.meaning import Meaning, in_numbers, integrated, value, whole
from analysis.claims.world import Estimate, Formula, Meaningless, Number, World
from analysis.numeric.compiled import compiled

Floats = NDArray[np.float64]
Draws = Callable[[np.random.Generator, int], Floats]


@dataclass(frozen=True, eq=False)
class Law:
    """The law of one random letter; at least one of the three ways is given.

    atoms: pairs (value, probability), exact. density: an expression in ``x`` on (low, high). draw(rng, n): n
    draws, (n,).
    """

    atoms: tuple[tuple[Any, Any], ...] = ()
    density: sp.Expr | None = None
    x: sp.Symbol = sp.Symbol("x", real=True)
    low: Any = -math.inf
    high: Any = math.inf
    draw: Draws | None = None


def normal(variance: sp.Expr | int = 1) -> Law:
    """N(0, variance)."""
    x = sp.Symbol("x", real=True)
    density = sp.exp(-(x**2) / (2 * sp.sympify(variance))) / sp.sqrt(2 * sp.pi * variance)
    std = math.sqrt(float(variance)) if not getattr(variance, "free_symbols", ()) else math.nan
    return Law(density=density, x=x, draw=lambda rng, n: rng.normal(0.0, std, n))


def uniform(low: sp.Expr | int, high: sp.Expr | int) -> Law:
    """The uniform law between two numbers."""
    a, b = float(low), float(high)
    return Law(
        density=1 / (sp.sympify(high) - low) + 0 * sp.Symbol("x"),
        low=low,
        high=high,
        draw=lambda rng, n: rng.uniform(a, b, n),
    )


def two_point(mean: Any, variance: Any, skew: Any) -> Law:
    """The law on two points with that mean and variance, and so uneven: probability 1/(1 + skew²) of the far
    one. skew > 0."""
    mean, variance, skew = (sp.sympify(x) for x in (mean, variance, skew))
    p = 1 / (1 + skew**2)
    deviation = sp.sqrt(variance)
    return Law(atoms=((mean + deviation * skew, p), (mean - deviation / skew, 1 - p)))


def mean_over(letter: sp.Symbol, law: Law) -> Formula:
    """The meaning of ``expectation`` over one letter whose law has a density: the integral against it."""
    assert law.density is not None
    ends = (law.low, law.high)
    low, high = ({math.inf: sp.oo, -math.inf: -sp.oo}.get(x, sp.nsimplify(x)) for x in ends)
    density = law.density.xreplace({law.x: letter})
    return Formula(lambda f: sp.Integral(f * density, (letter, low, high)), expectation_over({letter: law}))


def spread_over(letter: sp.Symbol, law: Law) -> Formula:
    """The meaning of Var(…) over such a letter: E[…²] − E[…]²."""
    of = mean_over(letter, law).of
    return Formula(lambda f: of(f**2) - of(f) ** 2, variance_over({letter: law}))


DRAWS = 400_000
"""How often a law is drawn from, where nothing is exact."""


def expectation_over(laws: Mapping[Any, Law], *, draws: int = DRAWS, seed: int = 0) -> Meaning:
    """The meaning of ``expectation``: the mean over those of the letters that its argument contains, which
    are independent."""

    def meaning(e: sp.Basic, world: World) -> Number:
        return mean(e.args[0], laws, world, draws=draws, seed=seed, own=e)

    return meaning


def expectation_over_sequence(base: sp.IndexedBase, count: Any, law: Law, laws: Mapping[Any, Law]) -> Meaning:
    """The meaning of ``expectation`` over ``base[1]`` … ``base[count]``, independent and of one law of
    atoms, and over other letters.

    Everything is enumerated, so ``count`` stays small.
    """

    def meaning(e: sp.Basic, world: World) -> Number:
        entries = [base[sp.Integer(k)] for k in range(1, whole(count, world) + 1)]
        every = {**dict.fromkeys(entries, law), **{x: found for x, found in laws.items() if e.has(x)}}
        total: Number = fmpq(0)
        for weight, there in _atoms(list(every), every, world):
            total += weight * value(e.args[0], there)
        return total

    return meaning


def variance_over(laws: Mapping[Any, Law]) -> Meaning:
    """The meaning of Var(…): E[…²] − E[…]²."""

    def meaning(e: sp.Basic, world: World) -> Number:
        middle = mean(e.args[0], laws, world, own=e)
        return mean(e.args[0] ** 2, laws, world, own=e) - middle * middle

    return meaning


def probability_over(laws: Mapping[Any, Law], *, draws: int = DRAWS, seed: int = 0) -> Meaning:
    """The meaning of ``probability``: the share of draws in which the relation holds, with its binomial
    standard error."""

    def meaning(e: sp.Basic, world: World) -> Number:
        event = written_out(e.args[0], world)
        names = _random(event, laws)
        if names and all(laws[x].atoms for x in names):
            total: Number = fmpq(0)
            for weight, there in _atoms(names, laws, world):
                total += weight if value(event, there) else fmpq(0)
            return total
        share, _ = _simulated(event, names, laws, world, draws, seed)
        return world.measured(
            _key(e, world), Estimate(share, math.sqrt(max(share * (1 - share), 1 / draws) / draws))
        )

    return meaning


def mean(
    expression: sp.Basic,
    laws: Mapping[Any, Law],
    world: World,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    own: sp.Basic | None = None,
) -> Number:
    """E[expression]; raises Meaningless where no random letter has a law that can be used. ``own`` is the
    node of the statement that it is the meaning of, where it is not the expression itself."""
    expression = written_out(expression, world)
    names = _random(expression, laws)
    if not names:
        return value(expression, world)
    if all(laws[x].atoms for x in names):
        total: Number = fmpq(0)
        for weight, there in _atoms(names, laws, world):
            total += weight * value(expression, there)
        return total
    if len(names) == 1 and laws[names[0]].density is not None:
        law, x = laws[names[0]], names[0]
        assert law.density is not None
        low, high = (end if isinstance(end, float) else value(end, world) for end in (law.low, law.high))
        product = sp.Mul(expression, law.density.xreplace({law.x: x}), evaluate=False)
        return integrated(product, x, low, high, world, own=own or expression)
    average, error = _simulated(expression, names, laws, world, draws, seed)
    if error == 0.0 and world.inside(own or expression).trust is not None:
        world.doubt("its mean is one of draws that are all alike")
    return world.measured(_key(expression, world), Estimate(average, error))


def written_out(e: sp.Basic, world: World) -> sp.Basic:
    """``e`` with what the world defines by an expression put in, so that every random letter in it is
    seen."""
    table = {
        key: found
        for key, found in world.letters.items()
        if isinstance(key, sp.Basic) and isinstance(found, sp.Expr) and not isinstance(found, sp.Lambda)
    }
    while (new := e.xreplace(table)) != e:
        e = new
    return e


def _random(expression: sp.Basic, laws: Mapping[Any, Law]) -> list[Any]:
    return [x for x in laws if expression.has(x)]


def _atoms(names: Sequence[Any], laws: Mapping[Any, Law], world: World) -> list[tuple[Number, World]]:
    found = []
    for combination in itertools.product(*(laws[x].atoms for x in names)):
        weight: Number = fmpq(1)
        for _, p in combination:
            weight = weight * value(p, world)
        found.append(
            (weight, world.but({x: value(v, world) for x, (v, _) in zip(names, combination, strict=True)}))
        )
    return found


def _key(e: sp.Basic, world: World) -> tuple[str, ...]:
    return (str(e), *(str(world.letters[x]) for x in sorted(e.free_symbols, key=str) if x in world.letters))


def _simulated(
    e: sp.Basic, names: Sequence[Any], laws: Mapping[Any, Law], world: World, draws: int, seed: int
) -> tuple[float, float]:
    """The mean of ``e`` over that many draws and its standard error."""
    chosen = tuple((x, laws[x]) for x in names)
    return _statistics(in_numbers(e, names, world), chosen, draws, seed)


@lru_cache(maxsize=512)
def _statistics(
    e: sp.Basic, chosen: tuple[tuple[Any, Law], ...], draws: int, seed: int
) -> tuple[float, float]:
    columns = [_drawn(x, law, draws, seed, k) for k, (x, law) in enumerate(chosen)]
    try:
        found = np.asarray(compiled(e, *(x for x, _ in chosen))(*columns), dtype=float)
    except TypeError as why:
        raise Meaningless(f"{e} cannot be simulated: {why}") from why
    numbers = np.broadcast_to(found, (draws,))
    return float(numbers.mean()), float(numbers.std(ddof=1)) / math.sqrt(draws)


@lru_cache(maxsize=16)
def _drawn(x: Any, law: Law, draws: int, seed: int, number: int) -> Floats:
    if law.draw is None:
        raise Meaningless(f"the law of {x} cannot be drawn from")
    return law.draw(np.random.default_rng((seed, number)), draws)


__all__ = [
    "Law",
    "expectation_over",
    "expectation_over_sequence",
    "in_numbers",
    "mean",
    "mean_over",
    "normal",
    "probability_over",
    "spread_over",
    "two_point",
    "uniform",
    "variance_over",
    "written_out",
]
