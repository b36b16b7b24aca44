"""What an exercise is: what is wanted, what is often handed in instead, and hints."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import sympy as sp

from analysis.exercises.domain import Domain
from analysis.symbolic.printing import plain_text

NOWHERE = Domain()


@dataclass(frozen=True)
class Mistake:
    """A known mistake: the right answer ↦ what a reader who makes it hands in,
    and what to tell this reader."""

    answer: Callable[[sp.Expr], sp.Expr]
    says: str


@dataclass(frozen=True)
class Value:
    """One value or formula. ``right`` derives the answer; it is not carried out before it is needed.

    ``digits`` is how many significant digits a decimal number must have right; a formula must be right
    exactly. ``whole`` says that a count is asked for.
    ``arguments`` are what a Python function is called with, in this order.
    ``avoid`` are functions that the exercise asked to do
    without: an answer that has them is right, and is told so with ``remark``.
    """

    right: Callable[[], sp.Expr]
    domain: Domain = NOWHERE
    arguments: tuple[sp.Expr, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    digits: int = 4
    whole: bool = False
    name: str = ""
    avoid: tuple[type, ...] = ()
    remark: str = ""

    @cached_property
    def answer(self) -> sp.Expr:
        """The right answer, derived once."""
        return sp.sympify(self.right())

    @property
    def asks(self) -> str:
        """What may be handed in, in words."""
        if self.whole:
            return "a whole number"
        if not self.domain.names:
            return f"a number with {self.digits} digits or an exact expression"
        letters = ", ".join(f"`{name}`" for name in _in_short(self.domain.names))
        return f"an expression in {letters}, or a Python function of {listed(self.arguments)}"


def listed(arguments: tuple[sp.Expr, ...]) -> str:
    """The arguments of a function in order;
    three or more that differ in their index only, as first … last."""
    rows = groupby((plain_text(x) for x in arguments), key=lambda text: re.sub(r"_\d+", "_", text))
    each = [[f"`{text}`" for text in row] for _, row in rows]
    return ", ".join(f"{row[0]} … {row[-1]}" if len(row) > 2 else ", ".join(row) for row in each)


def _in_short(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names; where there are many, w_j for w_1, w_2 and so on."""
    if len(names) <= 4:
        return names
    return tuple(dict.fromkeys(re.sub(r"_\d+$", "_j", name) for name in names))


@dataclass(frozen=True)
class Condition:
    """What a point must satisfy, what to tell a reader whose point does not, and such a point.

    In ``says``, ``{left}`` stands for the value of the left side at the reader's point.
    """

    relation: sp.Basic
    says: str
    broken_by: sp.Expr


@dataclass(frozen=True)
class Witness:
    """A point that refutes a popular statement:
    any number that meets the conditions, which are tried in order."""

    symbol: sp.Symbol
    conditions: tuple[Condition, ...]
    name: str = ""

    @property
    def asks(self) -> str:
        """What may be handed in, in words."""
        return f"a number for `{self.symbol.name}`"


@dataclass(frozen=True)
class Choice:
    """One of several options, handed in as its letter: what to tell a reader who chose it, for each;
    one of them is right."""

    says: tuple[tuple[str, str], ...]
    right: str
    name: str = ""

    @property
    def asks(self) -> str:
        """What may be handed in, in words."""
        return "one of the letters " + ", ".join(f'`"{letter}"`' for letter, _ in self.says)


Wanted = Value | Witness | Choice


@dataclass(frozen=True)
class Exercise:
    """An exercise by its stable number; what is wanted is one thing, or several handed in as a tuple.

    >>> Exercise("mine.1", (Value(right=lambda: sp.Rational(1, 4)),), hints=("Look at z = 0.",)).asks
    'a number with 4 digits or an exact expression'
    """

    number: str
    wanted: tuple[Wanted, ...]
    hints: tuple[str, ...]

    @property
    def asks(self) -> str:
        """What may be handed in, in words."""
        if len(self.wanted) == 1:
            return self.wanted[0].asks
        return "; ".join(
            [f"{len(self.wanted)} answers in brackets", *(f"{w.name}: {w.asks}" for w in self.wanted)]
        )


def without(factor: sp.Expr, says: str) -> Mistake:
    """The mistake of leaving out a factor."""
    return Mistake(lambda right: right / factor, says)


def times_extra(factor: sp.Expr, says: str) -> Mistake:
    """The mistake of putting in a factor too many."""
    return Mistake(lambda right: right * factor, says)


def instead(wrong: sp.Expr | int, says: str) -> Mistake:
    """The mistake of handing in something that does not depend on the right answer."""
    return Mistake(lambda right: sp.sympify(wrong), says)
