"""A proof as a list of lines: each a statement, evaluated like a claim, with the reason why it holds.

The last line is the claim's statement. A reason that is none of ``rules.REASONS`` makes no line, and a line
that a counter-example refutes, or that has no meaning, ends the proof, whatever its reason says.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import mpmath as mp
import sympy as sp
from flint import arb, fmpq

from analysis.claims.compare import same
from analysis.claims.decisions.identities import vanishes
from analysis.claims.domain import Domain, Range, in_words
from analysis.claims.evaluate import BITS, evaluate, shortened
from analysis.claims.meaning import shown, value
from analysis.claims.outcome import Argued, Outcome, Proved, Step, Unknown
from analysis.claims.rules import REASONS, Cited, Context, Decided, Fact, Reason, Said
from analysis.claims.world import Formula, precision

_SIGNS = {sp.Eq: "=", sp.Ne: "≠", sp.Lt: "<", sp.Le: "≤", sp.Gt: ">", sp.Ge: "≥"}
_HOLDS = {sp.Ne: operator.ne, sp.Lt: operator.lt, sp.Le: operator.le, sp.Gt: operator.gt, sp.Ge: operator.ge}
POINTS, SECONDS = 24, 0.5
"""How long a line is searched for a counter-example."""


@dataclass(frozen=True)
class Line:
    """A statement and its reason. ``over``: letters that the claim does not have, or that range over less
    here, with what they range over."""

    statement: sp.Basic
    reason: Reason = Decided()
    over: tuple[tuple[Any, Range], ...] = ()


@dataclass(frozen=True)
class Proof:
    """Lines in order, numbered from 1 as their reasons name them.

    >>> from analysis.claims.domain import domain, reals
    >>> x = sp.Symbol("x")
    >>> square = sp.Ge(x**2 + 1, 1, evaluate=False)
    >>> Proof((Line(square),)).outcome(square, domain((x, reals()))).status
    'proved'
    """

    lines: tuple[Line, ...]

    def outcome(
        self, statement: sp.Basic, domain: Domain, lemma: Callable[[str], Fact | None] = lambda label: None
    ) -> Outcome:
        """Proved, argued where a line is said, or unknown: which line does not follow, or is false."""
        if not self.lines:
            return Unknown("there is no line")
        facts: list[Fact] = []
        steps: list[Step] = []
        for number, line in enumerate(self.lines, 1):
            try:
                there = extended(domain, line)
            except ValueError as why:
                return Unknown(f"line {number} has {why}")
            found = _followed(line, facts, there, lemma)
            if found.wrong:
                return Unknown(f"line {number} {found.wrong}")
            facts.append(Fact(line.statement, there.sets))
            words, over = _sourced(found.words, line.reason), Domain(line.over).scope()
            steps.append(Step(words, line.statement, found.numbers, line=True, over=over))
        last = self.lines[-1]
        if not same(last.statement, statement) or last.over:
            return Unknown("the last line is not the statement")
        said = any(isinstance(x.reason, Said) for x in self.lines)
        how = _how(self.lines)
        return Argued(how, tuple(steps)) if said else Proved(how, tuple(steps))

    def without(self, number: int) -> Proof:
        """The proof with one line deleted, and later ones numbered anew; those that named it name none.
        Raises ValueError where there is no such line."""
        if not 1 <= number <= len(self.lines):
            raise ValueError(f"number must be from 1 to {len(self.lines)}, not {number!r}")
        later = [replace(x, reason=_renumbered(x.reason, number)) for x in self.lines[number:]]
        return Proof((*self.lines[: number - 1], *later))


def proof(*lines: Line | sp.Basic) -> Proof:
    """A proof of these lines; a bare statement is one that is decided."""
    return Proof(tuple(x if isinstance(x, Line) else Line(x) for x in lines))


def decided(statement: sp.Basic) -> Proof:
    """A proof of one line."""
    return Proof((Line(statement),))


def extended(domain: Domain, line: Line) -> Domain:
    """The domain in which the line's own letters are free too, and mean nothing else. Raises ValueError where
    a function and its derivative are free, and are no such pair in the domain."""
    if not line.over:
        return domain
    new = dict(line.over)
    ranges = tuple((key, found) for key, found in domain.ranges if key not in new)
    letters = {x for key in new for x in (key if isinstance(key, tuple) else (key,))}
    if not all(_derivatives(key, domain.means) for key in new if isinstance(key, tuple)):
        raise ValueError("functions in it that are no derivatives of one another in the claim")
    means = {key: found for key, found in domain.means.items() if key not in letters}
    return Domain((*ranges, *line.over), domain.where, means, domain.words)


def _derivatives(functions: tuple[Any, ...], means: Mapping[Any, Any]) -> bool:
    """Whether σ, σ′, σ″, where they have a meaning, are what a line about any of them takes them for."""
    given = [means.get(f) for f in functions if isinstance(f, type)]
    if not any(given):
        return True
    for f, slope in itertools.pairwise(given):
        if not (isinstance(f, sp.Lambda) and isinstance(slope, sp.Lambda)):
            return False
        (x,) = f.variables
        if not vanishes(sp.Derivative(f.expr, x) - slope(x), {x: sp.S.Reals}):
            return False
    return True


def facts_of(statement: sp.Basic, domain: Domain) -> Fact | None:
    """A proved statement as a fact for other proofs; None where it holds under a condition on its letters
    only, or of letters or functions that stand for what cannot be put in, or range over what is no set."""
    if domain.where != sp.true:
        return None
    opened = Context(domain.sets, domain.means).opened(statement)
    rest = {type(x) for x in sp.preorder_traversal(opened)} | opened.atoms()
    known = [k for k, found in domain.means.items() if not isinstance(found, Formula)]
    free = {x for key, _ in domain.ranges for x in (key if isinstance(key, tuple) else (key,))}
    known += free - set(domain.sets)
    if any(k in rest or (isinstance(k, sp.Basic) and opened.has(k)) for k in known):
        return None
    return Fact(opened, domain.sets)


def _renumbered(reason: Reason, deleted: int) -> Reason:
    """The reason with the numbers that lines have once one is deleted; 0 for that one."""
    if not reason.lines:
        return reason
    numbers = tuple(0 if k == deleted else k - (k > deleted) for k in reason.lines)
    return replace(reason, lines=numbers)  # type: ignore[arg-type]


class _Followed(NamedTuple):
    """What is wrong with a line; or why it holds, and its sides at the point where they are closest."""

    wrong: str = ""
    words: str = ""
    numbers: str = ""


def _sourced(words: str, reason: Reason) -> str:
    """The words with the lines that the reason names."""
    named = " and ".join(map(str, reason.lines))
    return f"{words} (from {named})" if named else words


def _followed(
    line: Line, facts: list[Fact], domain: Domain, lemma: Callable[[str], Fact | None]
) -> _Followed:
    if type(line.reason) not in REASONS:
        return _Followed("has no reason that counts")
    if any(not 1 <= x <= len(facts) for x in line.reason.lines):
        return _Followed("names a line that is not before it")
    earlier = tuple(facts[x - 1] for x in line.reason.lines)
    context = Context(domain.sets, domain.means, domain.where, lemma)
    try:
        words = line.reason.why(line.statement, earlier, context)
    except (ArithmeticError, AttributeError, KeyError, NotImplementedError, RecursionError) as why:
        return _Followed(f"could not be worked out: {why}"[:200])
    except (TypeError, ValueError) as why:
        return _Followed(f"does not follow: {why}"[:200])
    if not words:
        return _Followed("does not follow")
    found = evaluate(line.statement, domain, points=POINTS, seconds=SECONDS)
    if found.holds is False:
        return _Followed(f"is false: {found.text}")
    if found.holds is None and found.text.startswith("no meaning"):
        return _Followed(f"has {found.text}")
    return _Followed(words=words, numbers=sides_at(line.statement, domain, found.tight))


def sides_at(statement: sp.Basic, domain: Domain, chosen: Mapping[Any, Any]) -> str:
    """The two sides of a relation of at most three letters at a point, as "at z = 0.3: 0.244 ≤ 0.25"; empty
    where there is no such point, or its digits would not say which side is which."""
    few = 1 <= len(chosen) <= 3 and all(isinstance(x, fmpq) for x in chosen.values())
    if not few or type(statement) not in _SIGNS:
        return ""
    for digits in (4, 8, 16):
        point = {key: shortened(x, digits) for key, x in chosen.items()}
        try:
            with precision(BITS):
                sides = [value(x, domain.world(point)) for x in statement.args] if domain.holds(point) else []
        except (ArithmeticError, LookupError, TypeError, ValueError):  # Meaningless among them
            return ""
        if any(isinstance(x, arb) and not x.is_exact() and x.rel_accuracy_bits() < 20 for x in sides):
            return ""
        told = [shown(x, digits).removesuffix(".0") for x in sides]
        if told and (isinstance(statement, sp.Eq) or _said(statement, *told)):
            where = ", ".join(f"{in_words(key)} = {shown(x, digits)}" for key, x in point.items())
            return f"at {where}: {f' {_SIGNS[type(statement)]} '.join(told)}"
    return ""


def _said(statement: sp.Rel, left: str, right: str) -> bool:
    """Whether two printed numbers are related as the statement's sides."""
    with mp.workdps(30):
        return bool(_HOLDS[type(statement)](mp.mpf(left), mp.mpf(right)))


def _how(lines: tuple[Line, ...]) -> str:
    if len(lines) == 1 and isinstance(lines[0].reason, Decided):
        return "decision"
    cited = [x.reason.theorem for x in lines if isinstance(x.reason, Cited)]
    count = "one line" if len(lines) == 1 else f"{len(lines)} lines"
    return count + (f", citing {' and '.join(dict.fromkeys(cited))}" if cited else "")
