"""What the letters of a statement range over: an ordered list of letters with their ranges, what defines
others, and a condition.

The scope that a reader sees is printed from it, and the points at which a statement is evaluated are drawn
from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import groupby
from random import Random
from typing import Any

import sympy as sp
from flint import fmpq
from sympy.printing.pretty.pretty_symbology import greek_unicode

from analysis.claims.meaning import truth
from analysis.claims.world import Called, Given, Pointwise, Undefined, World
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import cost, cost_prime, sigma, sigma_prime, sigma_second, z
from analysis.symbolic.printing import plain_text

Draw = Callable[[Random, World], Any]


@dataclass(frozen=True, eq=False)
class Range:
    """Where a letter, or several together, may lie. ``words`` follow the letter: "z ∈ ℝ".

    draw(random, world): a value, or a tuple of them for several letters; ranges named before it are in the
    world already.
    hard: values to begin with, where statements fail first. holds(value, world): whether a value lies in the
    range.
    continuous: values between two values lie in it too, unless ``holds`` says otherwise.
    over: the set of real numbers that a letter, or every number of a sequence, ranges over, for proofs; a
    tuple of sets for several letters, None for a matrix; None where it is none, or none that is told.
    """

    words: str
    draw: Draw
    hard: tuple[Any, ...] = ()
    holds: Callable[[Any, World], bool] = lambda x, world: True
    continuous: bool = False
    over: sp.Set | tuple[sp.Set | None, ...] | None = None


@dataclass(frozen=True, eq=False)
class Domain:
    """ranges: free letters in order, each with its ``Range``; ``where``: a condition on them.

    means: what other letters, expressions, sequences and functions stand for: an expression, a number, a
    ``Given`` measurement, a
    Lambda, a function (expression, world) of a class, or (index, world) of an ``IndexedBase``.
    words: what the letters cannot say; it ends the printed scope.
    """

    ranges: tuple[tuple[Any, Range], ...] = ()
    where: sp.Basic = sp.true
    means: Mapping[Any, Any] = field(default_factory=dict)
    words: str = ""

    @property
    def exhausted(self) -> bool:
        """True where nothing is free: the one world is all there is, and what holds in it holds."""
        return not self.ranges

    @property
    def letters(self) -> list[Any]:
        """Every symbol that is free here or stands for something."""
        free = [k for key, _ in self.ranges for k in (key if isinstance(key, tuple) else (key,))]
        return [x for x in (*free, *self.means) if isinstance(x, sp.Symbol)]

    @property
    def sets(self) -> dict[sp.Basic, sp.Set]:
        """The sets of those free letters and sequences that have one; a measured or a defined letter is some
        real number, unless it stands for a matrix."""
        found: dict[sp.Basic, sp.Set] = {x: sp.S.Reals for x in self.means if _named(x) and x.is_commutative}
        for key, over in self.ranges:
            keys = key if isinstance(key, tuple) else (key,)
            sets = over.over if isinstance(over.over, tuple) else (over.over,) * len(keys)
            found |= {k: x for k, x in zip(keys, sets, strict=True) if x is not None and _named(k)}
        return found

    def scope(self) -> str:
        """What the letters range over, as running text: Greek letters as such, an index after an
        underscore."""
        alike = groupby(self.ranges, key=lambda pair: pair[1].words)
        parts = [
            f"{', '.join(filter(None, (_names(key) for key, _ in pairs)))} {words}".strip()
            for words, pairs in alike
            if words
        ]
        parts += [] if self.where == sp.true else [f"with {in_words(self.where)}"]
        parts += [self.words] if self.words else []
        return ", ".join(p for p in parts if p)

    def world(self, chosen: Mapping[Any, Any]) -> World:
        """The world in which the free letters have these values."""
        return World({**self.means, **chosen})

    def holds(self, chosen: Mapping[Any, Any]) -> bool:
        """Whether these values lie in the domain."""
        world = self.world(chosen)
        for key, found in self.ranges:
            x = tuple(chosen[k] for k in key) if isinstance(key, tuple) else chosen[key]
            if not found.holds(x, world):
                return False
        return self.where == sp.true or truth(self.where, world).holds is True


def _named(key: Any) -> bool:
    return isinstance(key, sp.Symbol | sp.IndexedBase)


def domain(
    *ranges: tuple[Any, Range],
    where: sp.Basic = sp.true,
    means: Mapping[Any, Any] | None = None,
    words: str = "",
) -> Domain:
    """A ``Domain``: ``domain((z, reals()), (w, positive()), where=w > z)``."""
    return Domain(tuple(ranges), where, dict(means or {}), words)


def _names(key: Any) -> str:
    keys = key if isinstance(key, tuple) else (key,)
    return ", ".join(in_words(k) for k in keys if isinstance(k, sp.Basic))


_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}


def in_words(e: sp.Basic) -> str:
    """An expression or a relation in one line of running text, the names of Greek letters as these."""
    text = " = ".join(map(plain_text, e.args)) if isinstance(e, sp.Eq) else plain_text(e)
    for typed, sign in _SIGNS.items():
        text = text.replace(typed, sign)
    return re.sub(r"\\?([A-Za-z]+)", lambda m: greek_unicode.get(m[1], m[0]), text)


def exact(x: Any) -> fmpq:
    """A float, Fraction or SymPy rational as the rational that it is."""
    if isinstance(x, int):
        return fmpq(x)
    found = Fraction(str(x)) if isinstance(x, sp.Rational) else Fraction(x)
    return fmpq(found.numerator, found.denominator)


def between(
    low: Any,
    high: Any,
    *,
    open_low: bool = False,
    open_high: bool = False,
    words: str = "",
    over: sp.Set | None = None,
) -> Range:
    """Real numbers from low to high; the ends are drawn first where they belong to it, points close to them
    where they do not. With ``words``, which say what the letter ranges over beyond what is drawn, ``over`` is
    that set."""
    a, b = exact(low), exact(high)
    near = (b - a) / 10**9
    hard = (a + near if open_low else a, b - near if open_high else b, (a + b) / 2)

    def draw(random: Random, world: World) -> fmpq:
        return a + (b - a) * exact(random.uniform(0.001, 0.999))

    def holds(x: Any, world: World) -> bool:
        return bool((x > a if open_low else x >= a) and (x < b if open_high else x <= b))

    mark = f"∈ {'(' if open_low else '['}{low}, {high}{')' if open_high else ']'}"
    if over is None and not words:
        over = sp.Interval(*(sp.Rational(int(x.p), int(x.q)) for x in (a, b)), open_low, open_high)
    return Range(words or mark, draw, hard, holds, True, over)


_HARD = tuple(exact(x) for x in (0, 1, -1, "1/3", "-5/2", 40, -40, "1/1000000", "-1/1000000", 700))


def reals(*, largest: float = 1e3, words: str = "∈ ℝ") -> Range:
    """All real numbers: the hard points, then points of every size up to ``largest``, with all their
    digits."""
    hard = tuple(x for x in _HARD if abs(x) <= exact(largest))
    return Range(
        words,
        lambda random, world: _sized(random, largest, signed=True),
        hard,
        continuous=True,
        over=sp.S.Reals,
    )


def reals_together(count: int, spread: float = 1.5) -> Range:
    """Real numbers for a tuple of so many letters, such as the weights of a network: all 0, all 1, then
    normal ones of that spread, one in six of them ten times as large."""

    def draw(random: Random, world: World) -> tuple[fmpq, ...]:
        return tuple(
            exact(random.gauss(0, spread) * random.choice((1, 1, 1, 1, 1, 10))) for _ in range(count)
        )

    return Range("∈ ℝ", draw, ((fmpq(0),) * count, (fmpq(1),) * count), over=sp.S.Reals)


def nonzero(*, largest: float = 1e3) -> Range:
    """All real numbers but 0."""
    hard = tuple(x for x in _HARD if x != 0 and abs(x) <= exact(largest))
    return Range(
        "≠ 0",
        lambda random, world: _sized(random, largest, signed=True),
        hard,
        lambda x, world: x != 0,
        True,
        sp.S.Reals - sp.FiniteSet(0),
    )


def reals_but(*points: Any, largest: float = 1e3) -> Range:
    """All real numbers but these; close to them, and then as ``reals``."""
    if points == (0,):
        return nonzero(largest=largest)
    left_out = tuple(exact(x) for x in points)
    near = exact("1/1000000")
    hard = tuple(x + s * near for x in left_out for s in (-1, 1))
    hard += tuple(x for x in _HARD if x not in left_out and abs(x) <= exact(largest))
    return Range(
        f"∉ {{{', '.join(map(str, points))}}}" if points else "∈ ℝ",
        lambda random, world: _sized(random, largest, signed=True),
        hard,
        lambda x, world: x not in left_out,
        True,
        sp.S.Reals - sp.FiniteSet(*(sp.Rational(int(x.p), int(x.q)) for x in left_out)),
    )


def positive(*, largest: float = 1e3, words: str = "> 0") -> Range:
    """All positive numbers."""
    hard = tuple(x for x in _HARD if 0 < x <= exact(largest))
    return Range(
        words,
        lambda random, world: _sized(random, largest),
        hard,
        lambda x, world: bool(x > 0),
        True,
        sp.Interval.open(0, sp.oo),
    )


def nonnegative(*, largest: float = 1e3, words: str = "≥ 0") -> Range:
    """All numbers that are not negative."""
    hard = tuple(x for x in _HARD if 0 <= x <= exact(largest))
    return Range(
        words,
        lambda random, world: _sized(random, largest),
        hard,
        lambda x, world: bool(x >= 0),
        True,
        sp.Interval(0, sp.oo),
    )


def at_least(low: Any, *, strictly: bool = False, largest: float = 1e3) -> Range:
    """All numbers from low on, low itself included unless ``strictly``."""
    a = exact(low)
    near = exact("1/1000000")
    hard = (a + near, a + 1, a + 40) if strictly else (a, a + near, a + 1, a + 40)
    return Range(
        f"{'>' if strictly else '≥'} {low}",
        lambda random, world: a + _sized(random, largest),
        hard,
        lambda x, world: bool(x > a if strictly else x >= a),
        True,
        sp.Interval(sp.Rational(int(a.p), int(a.q)), sp.oo, strictly),
    )


def _sized(random: Random, largest: float, signed: bool = False) -> fmpq:
    size = (
        random.uniform(0.05, 3.0)
        if random.random() < 0.6
        else min(10.0 ** random.uniform(-4, 3.5), largest * random.uniform(0.1, 1))
    )
    return exact(-size if signed and random.random() < 0.5 else size)


def integers(low: int, high: int = 60, *, words: str = "") -> Range:
    """Whole numbers from low to high, every one of them first: beyond any bend that the first few would
    hide."""
    hard = tuple(fmpq(i) for i in range(low, high + 1))
    return Range(
        words or f"= {low}, {low + 1}, …",
        lambda random, world: fmpq(random.randint(low, high)),
        hard,
        lambda x, world: bool(x >= low),
        over=sp.Range(low, sp.oo),
    )


def one_of(*values: Any, words: str = "") -> Range:
    """One of a few values, each of which is tried."""
    found = tuple(exact(x) if isinstance(x, int | sp.Rational | str) else x for x in values)
    numbers = all(isinstance(x, fmpq) for x in found)
    return Range(
        words or f"∈ {{{', '.join(map(str, values))}}}",
        lambda random, world: random.choice(found),
        found,
        over=sp.FiniteSet(*(sp.Rational(int(x.p), int(x.q)) for x in found)) if numbers else None,
    )


def later(letter: Any, apart: int = 0, high: int = 60) -> Range:
    """Whole numbers from another letter's value (plus ``apart``) on."""

    def draw(random: Random, world: World) -> fmpq:
        low = int(world.letters[letter].p) + apart
        return fmpq(random.randint(low, max(low, min(low + 12, high))))

    return Range(f"≥ {in_words(letter)}" + (f" + {apart}" if apart else ""), draw)


@dataclass(eq=False)
class Entries:
    """The numbers of a sequence, each drawn when it is first asked for; ``known`` are those so far."""

    draw: Callable[[tuple[int, ...]], Any]
    known: dict[tuple[int, ...], Any] = field(default_factory=dict)

    def __call__(self, *index: Any) -> Any:
        *at, _ = index  # the last is the world
        if tuple(at) not in self.known:
            self.known[tuple(at)] = self.draw(tuple(at))
        return self.known[tuple(at)]

    def rounded(self, shorter: Callable[[Any], Any]) -> Entries:
        """The same sequence with every number of it shortened."""
        known = {at: shorter(x) for at, x in self.known.items()}
        return Entries(lambda at: shorter(self.draw(at)), known)


def sequence(each: Range, words: str = "") -> Range:
    """An ``IndexedBase``: a number for every index, drawn when it is first asked for."""

    def draw(random: Random, world: World) -> Any:
        seed = random.random()
        return Entries(lambda at: each.draw(Random(f"{seed}{list(at)}"), world))

    return Range(words or f"{each.words} for every index", draw, over=each.over)


_x = sp.Symbol("x", real=True)


def activations(
    names: Sequence[str] = tuple(ACTIVATIONS), words: str = "any activation of the catalogue"
) -> Range:
    """σ, σ′ and σ″ together: the activations of the catalogue, and smooth ones that are made up."""

    def of(name: str) -> tuple[Any, ...]:
        formula = ACTIVATIONS[name].formula.subs(z, _x)
        return tuple(
            Called(
                sp.Lambda(_x, formula.diff(_x, k) if k else formula), f"the {name} for σ" if k == 0 else ""
            )
            for k in range(3)
        )

    chosen = tuple(of(name) for name in names)
    return Range(words, lambda random, world: random.choice(chosen), chosen)


ACTIVATION = (sigma, sigma_prime, sigma_second)
COST = (cost, cost_prime)


_COEFFICIENTS = sp.symbols("a:e")


@cache
def _smooth(k: int) -> sp.Expr:
    """The k-th derivative of a x + b sin(c x + d) + e x²."""
    a, b, c, d, e = _COEFFICIENTS
    return sp.diff(a * _x + b * sp.sin(c * _x + d) + e * _x**2, _x, k)


def smooth(words: str = "any differentiable function", count: int = 2, name: str = "C") -> Range:
    """A function and its derivatives, ``count`` in all: a x + b sin(c x + d) + e x², of random coefficients
    with all their digits; ``name`` is what a counter-example calls it."""

    def draw(random: Random, world: World) -> tuple[Any, ...]:
        drawn = {letter: sp.Rational(random.randint(-400, 400), 173) for letter in _COEFFICIENTS}
        found = [_smooth(k).xreplace(drawn) for k in range(count)]
        return tuple(
            Called(sp.Lambda(_x, formula), "" if k else f"{name}(x) = {formula}")
            for k, formula in enumerate(found)
        )

    return Range(words, draw)


def only(name: str) -> dict[Any, Any]:
    """σ, σ′ and σ″ of one activation, as what the classes of functions mean."""
    formula = ACTIVATIONS[name].formula.subs(z, _x)
    return {key: sp.Lambda(_x, formula.diff(_x, k) if k else formula) for k, key in enumerate(ACTIVATION)}


__all__ = [
    "ACTIVATION",
    "COST",
    "Called",
    "Domain",
    "Entries",
    "Given",
    "Pointwise",
    "Range",
    "Undefined",
    "activations",
    "at_least",
    "between",
    "domain",
    "exact",
    "integers",
    "later",
    "nonnegative",
    "nonzero",
    "one_of",
    "only",
    "positive",
    "reals",
    "reals_but",
    "reals_together",
    "sequence",
    "smooth",
]
