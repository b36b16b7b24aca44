"""Where an answer is compared with the right one:
which symbols it may hold, and at which points they are evaluated."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy as sp

from analysis.exercises.arithmetic import Context
from analysis.exercises.program import Deadline, Program, read, run
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import cost, cost_prime, sigma, sigma_prime, sigma_second, sigma_third

Point = Mapping[str, Fraction]
Range = tuple[float, float]

POINTS = 16
_x = sp.Symbol("x")
# An unspecified σ and C: smooth, and obeying no equation that a chain rule could be confused with.
_ANY_SIGMA = sp.sin(sp.Rational(13, 10) * _x + sp.Rational(2, 5)) + _x / 7
_ANY_COST = sp.cos(sp.Rational(7, 10) * _x + sp.Rational(1, 5)) + _x**2 / 5


@dataclass(frozen=True)
class Domain:
    """Free symbols with the ranges they are drawn from, one range after the other,
    and symbols defined by those before.

    ``activation`` is what σ stands for;
    with None, σ and the cost C are functions about which nothing is known.
    """

    free: tuple[tuple[sp.Symbol, tuple[Range, ...]], ...] = ()
    defined: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    activation: Activation | None = SIGMOID

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all symbols that an answer may hold."""
        return tuple(s.name for s, _ in (*self.free, *self.defined))


def over(
    *symbols: sp.Symbol, ranges: Sequence[Range] = ((-2, 2),), activation: Activation | None = SIGMOID
) -> Domain:
    """A domain whose symbols all have the same ranges."""
    return Domain(tuple((s, tuple(ranges)) for s in symbols), (), activation)


@cache
def points(domain: Domain) -> tuple[Point, ...]:
    """The same points every time:
    each range cut into equal pieces, one draw of 53 binary digits from each piece.

    With three decimals, sin(1000πz) would be 0 at all of them.
    As they are floats, a function is called at these very points.
    """
    rng = random.Random(20)  # noqa: S311 -- not for secrets
    columns: dict[str, list[Fraction]] = {}
    for symbol, ranges in domain.free:
        pieces = -(-POINTS // len(ranges))
        drawn = []
        for low, high in ranges:
            width = (high - low) / pieces
            drawn += [low + width * (k + 0.1 + 0.8 * rng.random()) for k in range(pieces)]
        rng.shuffle(drawn)
        columns[symbol.name] = [Fraction(x) for x in drawn[:POINTS]]
    count = POINTS if columns else 1
    return tuple({name: column[k] for name, column in columns.items()} for k in range(count))


def reach(ranges: Sequence[Range]) -> Range:
    """The least and the largest value that a symbol with these ranges may have.

    A range that ends at ±1.5 or farther from 0 only says where to look, and there is no bound on that side.
    One that ends before is the range of a share or a probability;
    and what is positive in its range is positive.
    """
    low, high = min(a for a, _ in ranges), max(b for _, b in ranges)
    return (-math.inf if low <= -1.5 else low, math.inf if high >= 1.5 else high)


@cache
def far_points(domain: Domain) -> tuple[Point, ...]:
    """Points up to six times as far from 0 as the ranges, in the symbols that nothing bounds."""
    rng = random.Random(21)  # noqa: S311 -- not for secrets
    far = [dict(point) for point in points(domain)[:4] if point]
    for symbol, ranges in domain.free:
        low, high = min(a for a, _ in ranges), max(b for _, b in ranges)
        ends = [end for end, bound in zip((low, high), reach(ranges), strict=True) if math.isinf(bound)]
        for k, point in enumerate(far if ends else []):
            point[symbol.name] = Fraction(ends[k % len(ends)] * (1 + 5 * rng.random()))
    return tuple(far)


@cache
def _definitions(domain: Domain) -> tuple[tuple[str, Program], ...]:
    return tuple((symbol.name, read(expr)) for symbol, expr in domain.defined)


@cache
def meanings(activation: Activation | None) -> dict[type, Program]:
    """σ, C and their derivatives as programs in x."""
    value = _ANY_SIGMA if activation is None else activation.formula.subs(activation_variable(activation), _x)
    table = {
        sigma: value,
        sigma_prime: value.diff(_x),
        sigma_second: value.diff(_x, 2),
        sigma_third: value.diff(_x, 3),
    }
    table |= {cost: _ANY_COST, cost_prime: _ANY_COST.diff(_x)}
    return {function: read(expr) for function, expr in table.items()}


def activation_variable(activation: Activation) -> sp.Symbol:
    """The one symbol of its formula."""
    (symbol,) = activation.formula.free_symbols
    return symbol


def completed(domain: Domain, point: Point, m: Context, deadline: Deadline) -> dict[str, object]:
    """All symbols of the domain at a point, as numbers of ``m``: those drawn, then those defined by them."""
    values: dict[str, object] = {name: m.mpf(x.numerator) / x.denominator for name, x in point.items()}
    table = meanings(domain.activation)
    for name, program in _definitions(domain):
        values[name] = run(program, values, table, m, deadline)
    return values


def place_name(point: Point) -> str:
    """A point in words: ``z = 1.25``; empty where there are no symbols, or too many to read."""
    return ", ".join(f"{name} = {float(x):g}" for name, x in point.items()) if 0 < len(point) <= 2 else ""
