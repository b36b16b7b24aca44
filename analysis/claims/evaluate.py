"""The search for a counter-example: a statement is evaluated at the ends and hard points of its domain,
at its own constants, at random points, where its margin is smallest, and where one of its relations
turns.

A counter-example refutes. That none was found proves nothing, unless nothing is free.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import sympy as sp
from flint import arb, fmpq
from mpmath.libmp import NoConvergence
from sympy.core.relational import Relational

from analysis.claims.domain import Domain, Entries, exact
from analysis.claims.meaning import Truth, shown, truth, value
from analysis.claims.world import Called, Meaningless, Trust, Undefined, World, ball, precision
from analysis.symbolic.printing import plain_text

POINTS = 48
SECONDS, LEAST = 2.0, 12
"""Seconds of work after which a search ends, unless it has looked at so few points yet; four times as long
ends any."""
BITS = 200
CORNERS = 700


@dataclass(frozen=True)
class Found:
    """What came of the search. ``holds``: False with a witness, True where it held at every point (or in the
    one world that there is). ``rough``: what of a reader's statement has no bound that is certain."""

    holds: bool | None
    text: str
    points: int = 0
    resolution: float = 0.0
    margin: float = 0.0
    capped: bool = False
    equation: bool = False
    tight: Mapping[Any, Any] = field(default_factory=dict)
    rough: str = ""


def evaluate(
    statement: sp.Basic,
    domain: Domain,
    *,
    points: int = POINTS,
    seed: int = 0,
    seconds: float = SECONDS,
    own: sp.Basic | None = None,
) -> Found:
    """A counter-example, "held at n points", or why the statement has no meaning; stops after ``seconds``
    and says so.

    ``own``: the claim's statement, where this one is a reader's; integrals, sums, limits and derivatives that
    do not stand in it are then evaluated with a certain bound, or twice and told apart in ``Found.rough``.
    """
    if not isinstance(statement, Relational | sp.logic.boolalg.Boolean) or isinstance(statement, sp.Symbol):
        return Found(None, f"no meaning: {plain_text(statement)} is no statement"[:300])
    trust = None if own is None else Trust(frozenset(sp.preorder_traversal(own)))
    search = _Search(statement, domain, Random(seed), seconds, trust)
    with precision(BITS):
        found = search.run(points)
    return replace(found, rough=" and ".join(sorted(trust.rough))) if trust and trust.rough else found


def demanding(statement: sp.Basic, altered: sp.Basic, domain: Domain, own: Found) -> bool:
    """Whether an altered inequality leaves less room than the statement where the statement is tightest; of
    anything else True is said.

    A strict relation for one that is touched nowhere asks for nothing more: False.
    """
    sides = [_conclusion(x) for x in (statement, altered)]
    if (
        isinstance(sides[0], sp.Le | sp.Ge)
        and isinstance(sides[1], sp.Lt | sp.Gt)
        and sides[0].args == sides[1].args
    ):
        return own.margin == 0.0
    if type(sides[0]) is not type(sides[1]) or not isinstance(sides[0], sp.Lt | sp.Le | sp.Gt | sp.Ge):
        return True
    with precision(4 * BITS):
        try:
            before, after = (_room(x, domain, own.tight) for x in sides)
            return bool(after < before)
        except (Meaningless, ZeroDivisionError, OverflowError):
            return True


def _conclusion(statement: sp.Basic) -> sp.Basic:
    return _conclusion(statement.args[1]) if isinstance(statement, sp.Implies) else statement


def _room(relation: sp.Basic, domain: Domain, chosen: Mapping[Any, Any]) -> Any:
    """Larger side less smaller side."""
    world = domain.world(chosen)
    larger, smaller = (ball(value(side, world)).mid() for side in (relation.gts, relation.lts))
    return larger - smaller


class _Search:
    def __init__(
        self, statement: sp.Basic, domain: Domain, random: Random, seconds: float, trust: Trust | None
    ) -> None:
        self.statement, self.domain, self.random, self.seconds = statement, domain, random, seconds
        self.trust = trust
        self.start = time.process_time()
        self.seen: set[tuple[tuple[str, str], ...]] = set()
        self.held: list[tuple[float, dict[Any, Any]]] = []
        self.open: list[str] = []
        self.undefined = ""
        self.truth = Truth(None)
        self.plain = not statement.has(sp.Integral, sp.Limit, sp.Sum, sp.Derivative)

    def run(self, points: int) -> Found:
        try:
            for chosen in itertools.chain(self._points(points), self._closer(), self._turns()):
                if self._seen_before(chosen):
                    continue
                witness = self._refuted(chosen)
                if witness:
                    return Found(False, witness, len(self.held))
                spent = time.process_time() - self.start
                if spent > self.seconds * (1 if len(self.held) >= LEAST else 4):
                    return self._kept(capped=True)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            NotImplementedError,
            RecursionError,
            TypeError,
            ValueError,  # Meaningless among them
            NoConvergence,
        ) as why:
            return Found(None, f"no meaning: {why}"[:300])  # a reader may hand in anything
        return self._kept()

    def _seen_before(self, chosen: Mapping[Any, Any]) -> bool:
        """Whether these very numbers were looked at; of sequences and functions no two are the same."""
        if not chosen or not all(isinstance(x, fmpq) for x in chosen.values()):
            return False
        point = tuple(sorted((str(k), str(x)) for k, x in chosen.items()))
        new = point not in self.seen
        self.seen.add(point)
        return not new

    def _kept(self, capped: bool = False) -> Found:
        if not self.held:
            text = self.open[0] if self.open else f"no meaning: {self.undefined or 'the domain has no point'}"
            return Found(None, f"{text}: too close to tell" if self.open else text, capped=capped)
        if self.domain.exhausted:
            equation = bool(self.statement.atoms(sp.Eq))
            return Found(
                True, self.truth.text, 1, self.truth.resolution, self.truth.distance, equation=equation
            )
        how = f"no counter-example at {len(self.held)} points" + (
            ", then the time was over" if capped else ""
        )
        margin, tight = min(self.held, key=lambda pair: pair[0])
        return Found(True, how, len(self.held), margin=margin, capped=capped, tight=tight)

    def _at(self, chosen: Mapping[Any, Any]) -> World:
        world = self.domain.world(chosen)
        world.trust = self.trust
        return world

    def _truth(self, chosen: Mapping[Any, Any]) -> Truth | None:
        """None where the statement has no value or the point is outside."""
        try:
            return truth(self.statement, self._at(chosen)) if self.domain.holds(chosen) else None
        except (Undefined, ZeroDivisionError, OverflowError) as why:
            self.undefined = str(why) or "a division by 0"
            return None

    def _refuted(self, chosen: dict[Any, Any]) -> str:
        """The witness, if the statement is false there, and still so with four times the digits."""
        found = self._truth(chosen)
        if found is None:
            return ""
        for more in (4, 16) if self.plain else (4,):
            if found.holds is None:
                with precision(more * BITS):
                    found = self._truth(chosen) or found
        if found.holds is False:
            with precision(4 * BITS):
                again = self._truth(chosen)
            if again is not None and again.holds is False:
                return self._told(chosen, again)
            return ""
        if found.holds:
            self.truth = found
            self.held.append((abs(found.distance), chosen))
        elif found.text:
            self.open.append(found.text)
        return ""

    def _told(self, chosen: Mapping[Any, Any], found: Truth) -> str:
        """The witness at the point as it is printed: with the fewest digits that leave it a
        counter-example."""
        world = self.domain.world(chosen)
        chosen = {key: _listed(key, x, world) for key, x in chosen.items()}
        with precision(4 * BITS):
            found = self._shown_at(chosen) or found
        for digits in DIGITS:
            short = {key: shortened(x, digits) for key, x in chosen.items()}
            if any(x is not chosen[key] for key, x in short.items()):
                with precision(4 * BITS):
                    again = self._shown_at(short)
                if again is not None and again.holds is False:
                    return self._words(short, again)
        return self._words(chosen, found)

    def _shown_at(self, chosen: Mapping[Any, Any]) -> Truth | None:
        try:
            return self._truth(chosen)
        except (ArithmeticError, LookupError, TypeError, ValueError):  # Meaningless among them
            return None

    def _words(self, chosen: Mapping[Any, Any], found: Truth) -> str:
        names, functions = [], []
        for key, x in sorted(chosen.items(), key=lambda item: str(item[0])):
            if isinstance(x, Called):
                functions += [x.words] if x.words else []
            elif isinstance(x, Entries):
                known = sorted(x.known.items())
                names += [f"{plain_text(key)}[{_index(at)}] = {_written(y)}" for at, y in known[:ENTRIES]]
                names += [f"{len(known) - ENTRIES} more of {plain_text(key)}"] * (len(known) > ENTRIES)
            elif isinstance(x, fmpq | arb):
                names.append(f"{plain_text(key)} = {_written(x)}")
        given = f"with {' and '.join(functions)}, " if functions else ""
        where = f"at {', '.join(names)} " if names else ""
        return f"{given}{where}{found.text}" if found.text else f"{given}{where}the statement is false"

    def _points(self, count: int) -> Iterator[dict[Any, Any]]:
        if self.domain.exhausted:
            yield {}
            return
        constants = _constants(self.statement)
        hard = [self._hard(key, found, constants) for key, found in self.domain.ranges]
        rounds = max((len(x) for x in hard), default=0)
        for k in range(rounds if len(hard) == 1 else max(2 * rounds, 24)):
            yield self._world(k, hard)
        yield from self._corners(hard)
        for _ in range(count):
            yield self._world(-1, hard)

    def _corners(self, hard: list[list[Any]]) -> Iterator[dict[Any, Any]]:
        """Every combination of the hard values of two or three letters, where they are few enough."""
        if not (2 <= len(hard) <= 3 and math.prod(len(x) for x in hard) <= CORNERS and all(hard)):
            return
        for values in itertools.product(*hard):
            chosen: dict[Any, Any] = {}
            for (key, _), x in zip(self.domain.ranges, values, strict=True):
                chosen.update(zip(key, x, strict=True) if isinstance(key, tuple) else ((key, x),))
            yield chosen

    def _hard(self, key: Any, found: Any, constants: list[fmpq]) -> list[Any]:
        if not found.continuous:
            return list(found.hard)
        near = exact("1/100000000")
        return [
            *found.hard,
            *(turn * c + s * near for c in constants for turn in (1, -1) for s in (0, -1, 1)),
        ]

    def _world(self, k: int, hard: list[list[Any]]) -> dict[Any, Any]:
        """World number k: the hard values of each letter, each list at a stride of its own; random ones
        where k < 0 or none is left."""
        chosen: dict[Any, Any] = {}
        for position, ((key, found), values) in enumerate(zip(self.domain.ranges, hard, strict=True)):
            world = self.domain.world(chosen)
            stride = (1, 3, 7, 11, 13)[position % 5]
            use = values and k >= 0 and (position == 0 or self.random.random() < 0.7)
            x = values[(k * stride + position) % len(values)] if use else found.draw(self.random, world)
            chosen.update(zip(key, x, strict=True) if isinstance(key, tuple) else ((key, x),))
        return chosen

    def _continuous(self) -> list[Any]:
        return [key for key, found in self.domain.ranges if found.continuous]

    def _closer(self, rounds: int = 24) -> Iterator[dict[Any, Any]]:
        """From the points of smallest margin, steps that shrink it."""
        letters = self._continuous()
        if not letters or not self.held:
            return
        for margin, start in sorted(self.held, key=lambda pair: pair[0])[:3]:
            step, best, at = 0.3, margin, start
            for _ in range(rounds):
                moved = {
                    x: at[x] + exact(self.random.gauss(0, step)) * (abs(at[x]) + exact("1/100"))
                    for x in letters
                }
                chosen = {**at, **moved}
                yield chosen
                found = self._truth(chosen)
                if found is not None and found.holds and abs(found.distance) < best:
                    best, at, step = abs(found.distance), chosen, step * 1.3
                else:
                    step *= 0.75

    def _turns(self) -> Iterator[dict[Any, Any]]:
        """Where a relation inside the statement turns: bisected between a point where it holds and one where
        it does not."""
        letters = self._continuous()
        inner = [r for r in self.statement.atoms(Relational) if r != self.statement]
        if self.domain.where != sp.true:
            inner += list(self.domain.where.atoms(Relational))
        if not letters or not inner:
            return
        some = [self._world(-1, [[] for _ in self.domain.ranges]) for _ in range(12)] + [
            chosen for _, chosen in self.held[:12]
        ]
        for relation in inner[:4]:
            yields = [(self._holds(relation, x), x) for x in some]
            for (_, at), (_, to) in itertools.islice(
                ((a, b) for a in yields for b in yields if a[0] is True and b[0] is False), 4
            ):
                yield from self._bisected(relation, letters, at, to)

    def _holds(self, relation: sp.Basic, chosen: Mapping[Any, Any]) -> bool | None:
        try:
            return truth(relation, self._at(chosen)).holds
        except (Meaningless, ZeroDivisionError, OverflowError):
            return None

    def _bisected(
        self, relation: sp.Basic, letters: list[Any], at: dict[Any, Any], to: dict[Any, Any]
    ) -> Iterator[dict[Any, Any]]:
        for k in range(40):
            middle = {**at, **{x: (at[x] + to[x]) / 2 for x in letters}}
            holds = self._holds(relation, middle)
            if holds is None:
                break
            at, to = (middle, to) if holds else (at, middle)
            if k % 8 == 7:
                yield at
                yield to


def _constants(statement: sp.Basic) -> list[fmpq]:
    """The numbers that stand in the statement, closed expressions such as log(5)/25 included, to 15
    digits."""
    found: dict[str, fmpq] = {}
    for e in sp.preorder_traversal(statement):
        if (
            isinstance(e, sp.Expr)
            and e.is_number
            and e.is_commutative
            and not e.is_Integer
            and not e.has(sp.Integral, sp.Limit, sp.Sum, sp.Derivative)
        ):
            x = _closed(e)
            if x is not None and abs(x) < HUGE and len(found) < 6:
                found.setdefault(str(x), x)
        elif isinstance(e, sp.Integer) and 1 < abs(e) < HUGE and len(found) < 6:
            found.setdefault(str(e), fmpq(int(e)))
        elif isinstance(e, Relational) and sp.S.One in e.args and len(found) < 6:
            found.setdefault("1", fmpq(1))
    return list(found.values())


HUGE = 10**40
"""Constants of this size and more, or of its inverse and less, are no points to begin with."""


def _closed(e: sp.Expr) -> fmpq | None:
    """A closed expression as a rational, to 16 digits where it is none; None where it is no real number."""
    if e.is_Rational:
        return exact(str(e))
    try:
        x = ball(value(e, World({}))).mid()
    except (ArithmeticError, LookupError, NotImplementedError, TypeError, ValueError):
        return None
    told = x == 0 or (x.is_finite() and 1 / arb(HUGE) < abs(x) < HUGE)
    return exact(x.str(16, radius=False)) if told else None


DIGITS = (12, 17, 25, 40)
"""Significant digits of a printed point, each tried before more."""
ENTRIES = 12
"""So many numbers of a sequence are printed."""


def _listed(key: Any, x: Any, world: World) -> Any:
    """A sequence that is given by a function, as one that lists the numbers it was asked for."""
    if not isinstance(key, sp.IndexedBase) or isinstance(x, Entries) or not callable(x):
        return x
    return Entries(lambda at: x(*at, world))


def _index(at: tuple[int, ...]) -> str:
    return ", ".join(map(str, at))


def shortened(x: Any, digits: int) -> Any:
    """x with so many significant digits, the numbers of a sequence one by one; x itself where it is short."""
    if isinstance(x, Entries):
        short = x.rounded(lambda y: shortened(y, digits))
        return short if any(short.known[at] is not y for at, y in x.known.items()) else x
    if not isinstance(x, fmpq | arb) or isinstance(x, fmpq) and (_short(x) or _decimal(x, digits) == x):
        return x
    return _decimal(x, digits) or x


def _short(x: fmpq) -> bool:
    return x.height_bits() < 60 and len(str(x)) <= 8


def _decimal(x: fmpq | arb, digits: int) -> fmpq | None:
    """The decimal of so many digits nearest to x; None where x is too large or too small for one."""
    size = abs(ball(x))
    if not (size == 0 or size.is_finite() and 1 / arb(HUGE) < size < HUGE):
        return None
    with precision(BITS):
        return exact(ball(x).mid().str(digits, radius=False))


def _written(x: Any) -> str:
    """A point: a short fraction, the decimal that it is, or all its digits as a fraction; of a matrix its
    rows."""
    if isinstance(x, tuple):
        return f"({', '.join(map(_written, x))})"
    if isinstance(x, fmpq) and _short(x):
        return str(x)
    if isinstance(x, fmpq):
        for digits in DIGITS:
            if _decimal(x, digits) == x:
                return _plainly(shown(x, digits))
        if x.height_bits() < 600:
            return str(x)
    return _plainly(shown(x, DIGITS[-1]))


def _plainly(text: str) -> str:
    if "e" in text:
        mantissa, _, power = text.partition("e")
        return f"{_plainly(mantissa)}e{power}"
    return text.rstrip("0").rstrip(".") if "." in text else text
