"""Reading an expression into a list of steps, and carrying the steps out with many digits.

Reading stops at a cap and never recurses, so an expression of a million terms is refused at once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import mpmath
import sympy as sp

from analysis.exercises.arithmetic import (
    CONSTANTS,
    FUNCTIONS,
    LARGEST_EXPONENT,
    LAZY,
    NUMBERS,
    UNKNOWN,
    UNSPECIFIED,
    Context,
    Value,
    apply,
    bounded,
)

MOST_NODES = 1000
MOST_VISITS = 8 * MOST_NODES
MOST_BITS = 2**17
_UNFINISHED = (sp.Derivative, sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Subs)
_INFINITE = tuple(type(x) for x in (sp.oo, -sp.oo, sp.zoo, sp.nan))


class Refusal(Exception):
    """The answer cannot be judged; the message is a sentence that tells the reader why."""


class Step(NamedTuple):
    """One node: its class, its number, symbol or none of these, and the steps whose values it takes."""

    kind: type
    payload: Any
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """An expression as steps, each using earlier ones; the last is its value."""

    steps: tuple[Step, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of its symbols."""
        return frozenset(str(step.payload) for step in self.steps if step.kind is sp.Symbol)

    @property
    def kinds(self) -> frozenset[type]:
        """The classes of its nodes."""
        return frozenset(step.kind for step in self.steps)

    @property
    def is_literal(self) -> bool:
        """True for a plain number: 3, 1/6, 0.577."""
        return len(self.steps) == 1 and self.steps[0].kind in NUMBERS

    @property
    def as_fraction(self) -> Fraction | None:
        """A plain number without rounding;
        None for anything else, and for a decimal far too large or small."""
        if not self.is_literal:
            return None
        if self.steps[0].kind is not sp.Float:
            return Fraction(*self.steps[0].payload)
        sign, mantissa, exponent, _ = self.steps[0].payload
        if abs(exponent) > MOST_BITS:
            return None
        size = Fraction(mantissa * 2 ** max(exponent, 0), 2 ** max(-exponent, 0))
        return -size if sign else size


def quoted(text: str) -> str:
    """Words of the reader's, short and harmless, as code."""
    return "`" + harmless(text)[:60] + "`"


def harmless(text: str) -> str:
    """The text on one line, without backquotes and without characters that a page
    could not show or would obey."""
    line = " ".join(text.replace("`", "'").split())
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def kind_name(x: object) -> str:
    """The name of an object's class as code."""
    return quoted(type(x).__name__)


def constant(numerator: int, denominator: int = 1) -> Program:
    """The program of one rational number; raises Refusal where it is enormous."""
    for number in (numerator, denominator):
        _check_size(number)
    return Program((Step(sp.Rational, (numerator, denominator), ()),))


def read(expr: object) -> Program:
    """The expression as a program;
    raises Refusal for anything that is not made of the nodes of ``arithmetic``."""
    steps: list[Step] = []
    place: dict[int, int] = {}  # by identity: an expression's own equality and hash are not called
    stack: list[tuple[Any, bool]] = [(expr, False)]
    visits = 0
    while stack:
        node, parts_are_read = stack.pop()
        visits += 1
        if len(steps) > MOST_NODES or visits > MOST_VISITS:
            raise _too_large()
        if id(node) in place:
            continue
        parts = _parts(node)
        if parts_are_read:
            place[id(node)] = len(steps)
            steps.append(Step(type(node), _payload(node), tuple(place[id(x)] for x in parts)))
        else:
            stack.append((node, True))
            stack.extend((x, False) for x in parts)
    return Program(tuple(steps))


def _too_large() -> Refusal:
    return Refusal(
        f"This expression has more than {MOST_NODES} parts, which is far more than any answer here needs. "
        "Give it in a shorter form."
    )


def _parts(node: Any) -> tuple[Any, ...]:
    kind = type(node)
    if kind in NUMBERS or kind in CONSTANTS or kind is sp.Symbol:
        return ()
    if kind in FUNCTIONS or kind in LAZY or kind in UNSPECIFIED:
        return tuple(node.args)
    raise Refusal(_objection(node))


def _objection(node: Any) -> str:
    kind, name = type(node), kind_name(node)
    if kind in _INFINITE:
        return "The answer, or a part of it, is not a finite number."
    if kind in _UNFINISHED:
        return f"A {name} is not carried out yet: call `.doit()` on your answer first."
    if isinstance(node, sp.core.function.AppliedUndef):
        return (
            f"{name} is a function of your own, of which nothing is known. Use those of "
            "`analysis.symbolic.notation`."
        )
    return f"A part of the answer is of the kind {name}, which is not among the functions used here."


def _payload(node: Any) -> Any:
    kind = type(node)
    if kind is sp.Symbol:
        return node.name
    if kind is sp.Float:
        sign, mantissa, exponent, bits = map(int, node._mpf_)
        if abs(exponent) + bits > LARGEST_EXPONENT:
            raise Refusal("A number in the answer is too large, or too close to 0, to be judged.")
        return (sign, mantissa, exponent, bits)
    if kind in NUMBERS:
        top, bottom = int(node.p), int(node.q)
        _check_size(top)
        _check_size(bottom)
        return (top, bottom)
    return None


def _check_size(number: int) -> None:
    if number.bit_length() > MOST_BITS:
        raise Refusal(
            f"A number in the answer has more than {MOST_BITS} binary digits, too many to be judged."
        )


@dataclass(frozen=True)
class Deadline:
    """A moment of ``time.monotonic`` after which an evaluation is given up."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    def check(self) -> None:
        """Raise Refusal once the moment has passed."""
        if time.monotonic() > self.at:
            raise Refusal("Evaluating this answer takes too long. Give it in a simpler form.")

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(0.0, self.at - time.monotonic())


@cache
def context(digits: int) -> Context:
    """A context of mpmath of our own, so that its precision is nobody else's."""
    m = mpmath.MPContext()
    m.dps = digits
    return m


def run(
    program: Program,
    point: Mapping[str, Value],
    meanings: Mapping[type, Program],
    m: Context,
    deadline: Deadline,
) -> Value:
    """The value of the program where its symbols have the values of ``point`` and σ,
    C … the ``meanings`` given.

    A meaning is a program in the symbol x. Returns a number of ``m``, None where there is no value, or
    UNKNOWN. Raises Refusal once the deadline has passed.
    """
    return trace(program, point, meanings, m, deadline)[-1]


def trace(
    program: Program,
    point: Mapping[str, Value],
    meanings: Mapping[type, Program],
    m: Context,
    deadline: Deadline,
) -> list[Value]:
    """The values of all steps of ``run``."""
    values: list[Value] = []
    for kind, payload, parts in program.steps:
        deadline.check()
        x: Value
        if kind is sp.Symbol:
            x = point[payload]
        elif kind is sp.Float:
            x = m.make_mpf(payload)
        elif kind in NUMBERS:
            x = m.mpf(payload[0]) / payload[1]
        elif kind in CONSTANTS:
            x = CONSTANTS[kind](m)
        elif kind in UNSPECIFIED:
            inner = values[parts[0]]
            x = (
                inner
                if inner is None or inner is UNKNOWN
                else run(meanings[kind], {"x": inner}, meanings, m, deadline)
            )
        else:
            x = apply(m, kind, [values[i] for i in parts])
        values.append(x if isinstance(x, tuple) else bounded(m, x))
    return values


def as_real(m: Context, x: Value) -> Value:
    """A number that is real up to rounding as an mpf; UNKNOWN stays, None for anything else."""
    if x is UNKNOWN:
        return x
    if x is None or isinstance(x, bool | tuple):
        return None
    if isinstance(x, m.mpc):
        return x.real if abs(x.imag) <= abs(x) * m.mpf(10) ** (10 - m.dps) else None
    return x
