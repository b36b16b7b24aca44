"""Statements that can be settled:
a claim is proved, a prediction is checked, a published number is reproduced.

Each carries a false sibling: a near miss that the very same check must refute with a printed counter-example.
A check that lets its sibling pass proves nothing, and the ledger says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import sympy as sp

from analysis.claims.outcome import Check, Checked, Outcome, Proved, Refuted, Reproduced, Step, Unknown
from analysis.claims.render import as_html, as_markdown, as_text


class Estimate(NamedTuple):
    """A simulated number with its standard error."""

    value: float
    standard_error: float


def vouched(own: sp.Basic, statement: sp.Basic, outcome: Outcome) -> Outcome:
    """The outcome, but Unknown where another statement than the claim's own came out true.

    A check may have read one side only; it can refute any statement, and vouches for one, compared as a tree.
    """
    if statement == own or isinstance(outcome, Refuted | Unknown):
        return outcome
    return Unknown("not refuted, but the check vouches for the claim's own statement only")


@dataclass(frozen=True)
class Claim:
    """A statement with a proof.
    ``check`` takes any statement of this shape, so the sibling faces the same proof.

    >>> from analysis.claims.proof import by_deciding
    >>> from analysis.symbolic.catalogue import SIGMOID
    >>> from analysis.symbolic.notation import z
    >>> below, above = (sp.Lt(SIGMOID.formula, bound, evaluate=False) for bound in (sp.S.One, sp.S.Half))
    >>> sentence = "The sigmoid stays below 1."
    >>> mine = Claim("mine", sentence, below, by_deciding(), "all real z", false_sibling=above)
    >>> mine.settle().status, mine.settle(above).status
    ('proved', 'refuted')
    """

    label: str
    sentence: str
    statement: sp.Basic
    check: Check
    scope: str
    false_sibling: sp.Basic
    kind: ClassVar[str] = "claim"

    def settle(self, statement: sp.Basic | None = None) -> Outcome:
        """The outcome of the check on the claim's own statement;
        another of the same shape is refuted or unknown."""
        asked = self.statement if statement is None else statement
        return vouched(self.statement, asked, self.check(asked))

    def prove(self) -> Settled:
        """The statement and its sibling, settled; shows itself in a notebook."""
        return settle(self)


@dataclass(frozen=True)
class Prediction:
    """Theory against simulation.

    ``theory`` turns a statement into the number it predicts, ``simulate`` measures that number (random draws
    come from a generator seeded inside it). They must agree to ``errors`` standard errors plus ``tolerance``
    (in the units of the number); the sibling's number must be at least five standard errors away.
    """

    label: str
    sentence: str
    statement: sp.Basic
    theory: Callable[[sp.Basic], float]
    simulate: Callable[[], Estimate]
    scope: str
    false_sibling: sp.Basic
    errors: float = 4.0
    tolerance: float = 0.0
    kind: ClassVar[str] = "prediction"

    def settle(self, statement: sp.Basic | None = None) -> Outcome:
        """Checked, Refuted, or Unknown where the simulation is too noisy to tell."""
        asked = self.statement if statement is None else statement
        predicted = float(self.theory(asked))
        value, error = self.simulate()
        if not (error > 0.0 and predicted == predicted and value == value):
            return Unknown(f"predicted {predicted:.6g}, simulated {value:.6g}, standard error {error:.2g}")
        distance = abs(value - predicted)
        numbers = f"predicted {predicted:.6g}, simulated {value:.6g} with standard error {error:.2g}"
        if distance <= self.errors * error + self.tolerance:
            return vouched(self.statement, asked, Checked("simulation", (Step(numbers),)))
        if distance >= 5.0 * error + self.tolerance:
            return Refuted(f"{numbers}: {distance / error:.3g} standard errors apart")
        return Unknown(f"{numbers}: too close to tell")

    def check(self) -> Settled:
        """The prediction and its sibling, settled; shows itself in a notebook."""
        return settle(self)


class Range(NamedTuple):
    """The numbers that count as agreement with a published one:
    our own value give or take its stated tolerance."""

    low: float
    high: float


@dataclass(frozen=True)
class Reproduction:
    """A published number, typed here and nowhere else, and the range our own computation gives for it.

    ``recompute`` returns one ``Range`` for each published number: our value ± half a unit of the last
    published digit, or the range of many seeds where the original ran one.
    The sibling is a set of numbers that must fall outside.
    """

    label: str
    sentence: str
    published: tuple[float, ...]
    source: str
    recompute: Callable[[], Sequence[Range]]
    scope: str
    false_published: tuple[float, ...]
    kind: ClassVar[str] = "reproduction"

    @property
    def statement(self) -> sp.Basic:
        """The published numbers as a SymPy tuple."""
        return sp.Tuple(*(sp.Float(str(x)) for x in self.published))

    @property
    def false_sibling(self) -> sp.Basic:
        """The sibling's numbers as a SymPy tuple."""
        return sp.Tuple(*(sp.Float(str(x)) for x in self.false_published))

    def settle(self, statement: sp.Basic | None = None) -> Outcome:
        """Reproduced where every number lies in its range; Refuted with the first that does not."""
        asked = self.statement if statement is None else statement
        numbers = [float(x) for x in asked]
        ranges = list(self.recompute())
        if len(ranges) != len(numbers):
            return Unknown(f"{len(numbers)} published numbers, {len(ranges)} recomputed")
        lines = [
            f"published {x:.6g}, ours in [{r.low:.6g}, {r.high:.6g}]"
            for x, r in zip(numbers, ranges, strict=True)
        ]
        for x, r, line in zip(numbers, ranges, lines, strict=True):
            if not r.low <= x <= r.high:
                return Refuted(line.replace("ours in", "outside"))
        return vouched(self.statement, asked, Reproduced(self.source, tuple(Step(line) for line in lines)))

    def compare(self) -> Settled:
        """The published numbers and the sibling's, settled; shows itself in a notebook."""
        return settle(self)


Evidence = Claim | Prediction | Reproduction


@dataclass(frozen=True)
class Settled:
    """A piece of evidence with its outcome and its sibling's."""

    evidence: Evidence
    outcome: Outcome
    sibling: Outcome

    @property
    def sound(self) -> bool:
        """True where the statement holds and the same check refutes the sibling with a counter-example."""
        return (
            isinstance(self.outcome, Proved | Checked | Reproduced)
            and isinstance(self.sibling, Refuted)
            and bool(self.sibling.witness)
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": as_text(self), "text/markdown": as_markdown(self), "text/html": as_html(self)}

    def __repr__(self) -> str:
        return as_text(self)


def settle(evidence: Evidence) -> Settled:
    """Settle a claim, prediction or reproduction, and its sibling by the same check."""
    return Settled(evidence, evidence.settle(), evidence.settle(evidence.false_sibling))
