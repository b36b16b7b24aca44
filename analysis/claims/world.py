"""A world gives every letter of a statement a value: a number, a function, a law, a measured number with its
error.

Numbers are exact rationals (``fmpq``) for as long as they can be and balls (``arb``) after that, so that
a tie at a strict relation is seen as one and a digit that is not known is not used. What a simulation or
a recorded run gave is an ``Estimate`` or ``Runs``; how its error reaches a statement is found by
evaluating the statement again with the number shifted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, ctx, fmpq, fmpz
from numpy.typing import NDArray

Number = Any
"""fmpq or arb."""


class Meaningless(ValueError):
    """A letter or a function of the statement has no value in this world; the message says which."""


class Undefined(Meaningless):
    """The expression has no value at this point: a division by 0, the logarithm of a negative number, a
    kink."""


class Estimate(NamedTuple):
    """A measured or simulated number, its standard error, and a bound on what else may be wrong with it."""

    value: float
    standard_error: float = 0.0
    bound: float = 0.0


@dataclass(frozen=True, eq=False)
class Runs:
    """One number a seed, (S,). Letters of the same ``group`` share their seeds: differences are taken seed
    by seed.

    ``geometric``: the numbers span powers of ten; relations between such letters alone are compared by their
    logarithms.
    """

    values: NDArray[np.float64]
    group: str = ""
    geometric: bool = False


@dataclass(frozen=True, eq=False)
class Given:
    """A letter that is measured, not free: ``measure(world)`` is run when the letter is first read, once for
    every key it is read at.

    measure returns a number, an ``Estimate`` or ``Runs``. ``depends`` names the letters that it reads.
    recorded: it comes from a record of runs, not from a simulation.
    """

    measure: Callable[[World], Any]
    depends: tuple[Any, ...] = ()
    recorded: bool = False
    _known: dict[Any, Any] = field(default_factory=dict, repr=False)

    def read(self, world: World) -> Any:
        key = tuple(str(world.letters[x]) for x in self.depends)
        if key not in self._known:
            self._known[key] = self.measure(world)
        return self._known[key]


@dataclass(frozen=True, eq=False)
class Called:
    """A value with words for it, "the sigmoid for σ" for instance, to be shown in a counter-example."""

    value: Any
    words: str


@dataclass(frozen=True, eq=False)
class Pointwise:
    """The meaning of a function that needs the values of its arguments only."""

    function: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Formula:
    """The meaning of a function, or of the entries of a sequence, as a formula of its arguments as they
    stand, whatever letters are in them: ⟨f_k⟩ is (1/m) Σ f_k over k = 1 … m.

    ``of(*arguments)``: the formula, which proofs put in. ``quick(expression, world)``, or (index, world) of a
    sequence: another way to its number, where the formula's own takes long.
    """

    of: Callable[..., sp.Expr]
    quick: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Trust:
    """What a reader's statement rests on beyond the claim's own.

    given: the nodes of the claim's own statement, whose integrals, limits and derivatives its author vouches
    for. rough: what is said of every other one that has a value without a bound that is certain.
    """

    given: frozenset[sp.Basic] = frozenset()
    rough: set[str] = field(default_factory=set)


@dataclass
class World:
    """What each key stands for. A key is a letter, an expression, an ``IndexedBase`` or a class of
    functions. ``trust`` is None where everything is the claim's own."""

    letters: dict[Any, Any]
    shifts: dict[Any, float] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    used: dict[Any, Estimate | Runs] = field(default_factory=dict)
    trust: Trust | None = None

    def but(self, letters: Mapping[Any, Any]) -> World:
        """This world with some letters standing for something else; what is measured in it counts as
        measured here."""
        return World({**self.letters, **letters}, self.shifts, self.seeds, self.used, self.trust)

    def inside(self, e: Any) -> World:
        """The world in which ``e`` is worked out: nothing in it is doubted where it is the claim's own."""
        if self.trust is None or e not in self.trust.given:
            return self
        return World(self.letters, self.shifts, self.seeds, self.used)

    def doubt(self, why: str) -> None:
        """Note that a value has no bound that is certain."""
        if self.trust is not None:
            self.trust.rough.add(why)

    def measured(self, key: Any, found: Estimate | Runs | Any) -> Number:
        """The number that stands for something measured, in the world as it is shifted now."""
        if isinstance(found, Runs):
            self.used[key] = found
            seed = self.seeds.get(found.group)
            if seed is not None and len(found.values):
                return number(float(found.values[seed]))
            mean = (
                float(np.exp(np.mean(np.log(found.values))))
                if found.geometric
                else float(np.mean(found.values))
            )
            return number(mean + self.shifts.get(key, 0.0))
        if isinstance(found, Estimate):
            self.used[key] = found
            return number(found.value + self.shifts.get(key, 0.0))
        return number(found)


def number(x: Any) -> Number:
    """x as a rational or a ball; raises Undefined where it is not finite, Meaningless where it is no real
    number."""
    if isinstance(x, arb | fmpq | bool):
        return x
    if isinstance(x, fmpz | int | np.integer):
        return fmpq(int(x))
    if isinstance(x, Fraction | sp.Rational):
        return fmpq(int(x.numerator), int(x.denominator))
    if isinstance(x, sp.Float):
        exact = sp.Rational(str(x))
        return fmpq(int(exact.p), int(exact.q))
    if isinstance(x, float | np.floating):
        if not np.isfinite(x):
            raise Undefined(f"{x} is not finite")
        exact = Fraction(float(x))
        return fmpq(exact.numerator, exact.denominator)
    if isinstance(x, tuple | list):
        return tuple(number(y) for y in x)
    raise Meaningless(f"{x!r:.60} is no real number")


def ball(x: Any) -> arb:
    """x as a ball at the working precision; raises Meaningless for anything but a real number."""
    found = number(x)
    if not isinstance(found, arb | fmpq):
        raise Meaningless(f"{x!r:.60} is no real number")
    return found if isinstance(found, arb) else arb(found)


@contextlib.contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work with at least so many bits inside."""
    before = ctx.prec
    ctx.prec = max(before, bits)
    try:
        yield
    finally:
        ctx.prec = before
