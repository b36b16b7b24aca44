"""A claim: a statement, what it means, and a proof where there is one; and what becomes of any other
statement in its letters.

Each carries a near miss, which is refuted with a printed counter-example, and can be altered in every way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import sympy as sp

from analysis.claims.alterations import Alteration, alterations, scaled, some
from analysis.claims.compare import contradicts, follows, key, same
from analysis.claims.decisions.guard import within
from analysis.claims.domain import Domain, in_words
from analysis.claims.evaluate import Found, demanding, evaluate
from analysis.claims.kept import keep, outcomes
from analysis.claims.lines import Proof, decided, facts_of
from analysis.claims.outcome import (
    Argued,
    Check,
    Checked,
    Outcome,
    Proved,
    Refuted,
    Reproduced,
    Step,
    Unknown,
    summary,
)
from analysis.claims.render import as_html, as_markdown, as_text
from analysis.claims.rules import Fact, Said
from analysis.claims.world import Estimate as Estimate
from analysis.claims.world import Given
from analysis.symbolic import indices
from analysis.symbolic.constants import Root
from analysis.symbolic.printing import plain_text, tex
from analysis.symbolic.tables import table

SECONDS = 20.0
"""Of processor time, that a decision may take on a reader's statement."""


def vouched(own: sp.Basic, statement: sp.Basic, outcome: Outcome) -> Outcome:
    """The outcome, but Unknown where another statement than the claim's own came out true.

    A check may have read one side only; it can refute any statement, and vouches for one, compared as a tree.
    """
    if statement == own or isinstance(outcome, Refuted | Unknown):
        return outcome
    return Unknown("not refuted, but the check vouches for the claim's own statement only")


@dataclass(frozen=True)
class Measured:
    """A program of its own that compares numbers: by it a claim is checked, not argued."""

    program: Check

    def __call__(self, statement: sp.Basic) -> Outcome:
        return self.program(statement)


@dataclass(frozen=True)
class Claim:
    """A statement with its meaning and, where there is one, a proof.

    ``domain`` says what its letters range over or stand for; every statement in them is evaluated there,
    and a counter-example refutes it whatever a proof says. ``check`` is the proof: lines of which the last is
    the statement; or a program of its own, by which the claim is argued only. It vouches for no other
    statement. Without one, only a statement with nothing free is checked: between numbers that
    were simulated, recorded or published (then ``source`` names the publication). ``false_sibling`` is a
    near miss that teaches; None for a measured equation, whose near miss is then ``edge``. ``scope`` says in
    words what the domain cannot.

    >>> from analysis.claims.domain import domain, reals
    >>> from analysis.claims.lines import decided
    >>> from analysis.symbolic.catalogue import SIGMOID
    >>> from analysis.symbolic.notation import z
    >>> below, above = (sp.Lt(SIGMOID.formula, bound, evaluate=False) for bound in (sp.S.One, sp.S.Half))
    >>> over = domain((z, reals()))
    >>> mine = Claim("mine", "The sigmoid stays below 1.", below, decided(below), "", above, over)
    >>> mine.settle().status, mine.settle(above).status, mine.settle(sp.Lt(SIGMOID.formula, 2)).status
    ('proved', 'refuted', 'proved')
    """

    label: str
    sentence: str
    statement: sp.Basic
    check: Proof | Check | None
    scope: str
    false_sibling: sp.Basic | None
    domain: Domain | None = None
    source: str = ""

    @property
    def kind(self) -> str:
        """A claim is proved, a prediction simulated, a record measured, a reproduction published
        elsewhere."""
        if self.source:
            return "reproduction"
        if self.check is not None or self.domain is None:
            return "claim"
        return (
            "record"
            if any(isinstance(x, Given) and x.recorded for x in self.domain.means.values())
            else "prediction"
        )

    @property
    def grade(self) -> str:
        """What its box must say: proved by lines, argued where one is words or a program of its own vouches,
        checked or reproduced where it is measured."""
        if self.check is not None and not isinstance(self.check, Measured):
            lines = self.check.lines if isinstance(self.check, Proof) else ()
            return "argued" if not lines or any(isinstance(x.reason, Said) for x in lines) else "proved"
        return "reproduced" if self.source else "checked"

    @property
    def near_miss(self) -> sp.Basic:
        """The statement that is refuted beside the claim's own: the one given, or the one at the edge."""
        return edge(self) if self.false_sibling is None else self.false_sibling

    @property
    def where(self) -> str:
        """The scope as it is shown: what the letters range over, which number a root is, then what words must
        say."""
        printed = self.domain.scope() if self.domain is not None else ""
        roots = sorted(self.statement.atoms(Root), key=lambda root: root.plain)
        named = [
            f"{x.plain} = {sp.N(x, 6)} solves {in_words(x.equation(sp.Symbol(x.plain)))} = 0" for x in roots
        ]
        return "; ".join(part for part in (printed, *named, self.scope) if part)

    def settle(self, statement: object = None, decide: bool = True) -> Outcome:
        """What becomes of the claim's own statement, or of any other: a counter-example, a proof, a check,
        or why it is unknown. Without ``decide`` no decision is asked about another statement."""
        if statement is None:
            return self._own()
        try:
            asked = spoken(self.statement, self.domain, statement)
            key(asked)
        except (ValueError, RecursionError) as why:  # also of integers with more digits than Python prints
            return Unknown(f"no meaning: {why}" if "no meaning" not in str(why) else str(why))
        if self.domain is None:
            return (
                vouched(self.statement, asked, self.check(asked))
                if self.check and not isinstance(self.check, Proof)
                else Unknown("no domain is declared")
            )
        if same(asked, self.statement):
            return self._own()
        found = evaluate(asked, self.domain, own=self.statement)
        if found.holds is False:
            return Refuted(found.text)
        if contradicts(self.statement, asked) and isinstance(own_outcome(self), Proved | Argued | Checked):
            return Refuted("it contradicts the claim, which holds")
        if follows(self.statement, asked) and isinstance(own := own_outcome(self), Proved | Argued):
            return type(own)(own.how, (*own.steps, Step("and the statement is a weaker form of it")))
        if found.holds and self.domain.exhausted:
            if found.rough:
                return Unknown(f"{found.text}, but {found.rough}")
            if found.resolution and (found.equation or found.margin == 0.0):
                within = (
                    f"agrees within the {100 * found.resolution:.2g} % that are resolved, as many "
                    f"other statements do"
                )
                return Unknown(f"{found.text}: {within}")
            if self.check is not None:
                return _worked_out(asked, found)
            return self.measured(found, own=False)
        return self._decided(asked, found) if decide else Unknown(found.text)

    def _decided(self, asked: sp.Basic, found: Found) -> Outcome:
        """What a decision says of a statement that no counter-example refutes."""
        if found.holds is None or self.domain is None or asked == sp.true:
            return Unknown(found.text)
        outcome = within(SECONDS, decided(asked).outcome, asked, self.domain)
        return outcome if isinstance(outcome, Proved) else Unknown(found.text)

    def _own(self) -> Outcome:
        return outcome_of(self)

    def measured(self, found: Found, own: bool = True) -> Outcome:
        """The outcome of a statement with nothing free that holds: how finely, and what it rests on."""
        noticed = (
            f"would have noticed a change of {100 * found.resolution:.2g} %"
            if found.resolution
            else "exact counts"
        )
        steps = (*(Step(line) for line in found.text.split("; ")), Step(noticed))
        if self.source and own:
            return Reproduced(self.source, steps)
        how = "the recorded runs" if self.kind == "record" else "simulation"
        return Checked(how, steps, abs(found.margin) if found.equation else None)

    def altered(self, count: int | None = None) -> Altered:
        """The claim's alterations, ``count`` of them or all, each settled; shows itself as a table in a
        notebook."""
        return altered(self, count)

    def without(self, line: int) -> Claim:
        """The claim with one line of its proof deleted, numbered from 1; what comes of that is seen when it
        is settled. Raises ValueError where the proof has no such line."""
        if not isinstance(self.check, Proof):
            raise ValueError(f"{self.label} has no proof in lines")
        return replace(self, check=self.check.without(line))

    def prove(self) -> Settled:
        """The statement and its near miss, settled; shows itself in a notebook."""
        return settle(self)


def _worked_out(statement: sp.Basic, found: Found) -> Outcome:
    """What digits say of a statement without free letters: which number is larger, not that two are equal or
    what a limit is."""
    if statement.has(sp.Limit):
        return Unknown(f"{found.text}, but a limit told by a few values is not proved")
    if statement.atoms(sp.Eq):
        return Unknown(f"{found.text}, in all digits that are known, which proves nothing")
    return Checked("evaluation", tuple(Step(line) for line in found.text.split("; ")))


@cache
def own_outcome(claim: Claim) -> Outcome:
    """What becomes of the claim's own statement, settled once for all that is compared with it."""
    return outcome_of(claim)


def outcome_of(claim: Claim) -> Outcome:
    """What becomes of the claim's own statement; a counter-example beats its proof."""
    if claim.domain is None:
        own_check = None if isinstance(claim.check, Proof) else claim.check
        return argued(own_check(claim.statement)) if own_check else Unknown("no domain is declared")
    found = evaluated(claim)
    if found.holds is False:
        return Refuted(found.text)
    if isinstance(claim.check, Proof):
        return claim.check.outcome(claim.statement, claim.domain, proved_fact)
    if claim.check is not None:
        return argued(claim.check(claim.statement))
    return claim.measured(found) if found.holds and claim.domain.exhausted else Unknown(found.text)


def argued(outcome: Outcome) -> Outcome:
    """What a program of its own says: it is no list of lines, so no more than argued."""
    return Argued(outcome.how, outcome.steps) if isinstance(outcome, Proved) else outcome


def proved_fact(label: str) -> Fact | None:
    """What a claim of the ledger that is proved says, for another's proof; None for any other."""
    from analysis.claims.ledger import CLAIMS  # it names the claims, which are made of this module

    claim = CLAIMS.get(label)
    if claim is None or claim.domain is None or not isinstance(own_outcome(claim), Proved):
        return None
    return facts_of(claim.statement, claim.domain)


@cache
def evaluated(claim: Claim) -> Found:
    """What the search for a counter-example to the claim's own statement found; made once."""
    assert claim.domain is not None
    return evaluate(claim.statement, claim.domain)


def edge(claim: Claim) -> sp.Basic:
    """A measured equation with its right side larger by twice what is resolved, rounded up to one digit: the
    nearest change that is sure to be refused, for twice five standard errors is beyond nine.

    Raises ValueError for any other statement.
    """
    if not isinstance(claim.statement, sp.Eq) or claim.domain is None or not evaluated(claim).resolution:
        raise ValueError(f"{claim.label} needs a near miss of its own: it is no measured equation")
    left, right = claim.statement.args
    twice = 2 * evaluated(claim).resolution
    unit = 10.0 ** math.floor(math.log10(twice))
    change = math.ceil(twice / unit - 1e-9) * unit
    return sp.Eq(left, scaled(right, sp.Float(f"{1 + change:.6g}")), evaluate=False)


def spoken(own: sp.Basic, domain: Domain | None, statement: object) -> sp.Basic:
    """A reader's statement in the claim's letters: a symbol of the same name is the same letter, whatever it
    was assumed to be.

    Raises ValueError, in words, for what is no statement or has letters that the claim does not know.
    """
    if isinstance(statement, bool):
        statement = sp.true if statement else sp.false
    if not isinstance(statement, sp.Basic):
        raise ValueError(
            f"no meaning: {statement!r:.60} is no statement; a SymPy relation is wanted, such as "
            f"{plain_text(own)[:80]}"
        )
    names = {str(x): x for x in own.free_symbols}
    for letter in domain.letters if domain else ():
        names.setdefault(str(letter), letter)
    strange = {x: names[str(x)] for x in statement.free_symbols if str(x) in names and names[str(x)] != x}
    return statement.xreplace(strange) if strange else statement


class Variant(NamedTuple):
    """An alteration of a claim and what became of it."""

    alteration: Alteration
    outcome: Outcome


@dataclass(frozen=True)
class Altered:
    """The alterations of one claim, settled.

    ``accepted``: those that were called proved or reproduced though they ask for more; none may.
    ``measured``: those of a measured claim that hold as well, by their own margin or count for count.
    """

    claim: Claim
    variants: tuple[Variant, ...]

    @property
    def refuted(self) -> int:
        return sum(isinstance(v.outcome, Refuted) for v in self.variants)

    @property
    def measured(self) -> tuple[Variant, ...]:
        return tuple(v for v in self.variants if isinstance(v.outcome, Checked))

    @property
    def accepted(self) -> tuple[Variant, ...]:
        return tuple(v for v in self.variants if isinstance(v.outcome, Proved | Argued | Reproduced))

    def __repr__(self) -> str:
        lines = [f"{self.claim.label}: {self.refuted} of {len(self.variants)} alterations refuted"]
        lines += [
            f"  {v.outcome.status:8} {v.alteration.words}: {plain_text(v.alteration.statement)} "
            f"-- {summary(v.outcome)}"
            for v in self.variants
        ]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        rows = [
            (
                *(v.outcome.status, v.alteration.words, f"${tex(v.alteration.statement)}$"),
                indices.myst(summary(v.outcome)),
            )
            for v in self.variants
        ]
        ended = table(("outcome", "what was changed", "statement", "how it ended"), rows)
        return f"`{self.claim.label}`: {self.refuted} of {len(self.variants)} alterations refuted\n\n{ended}"


def altered(claim: Claim, count: int | None = None) -> Altered:
    """Settle ``count`` alterations of a claim, or all that ask for more than it does somewhere in its
    domain. No decision is asked, so one that is true all the same, for the claim is not sharp, stays open."""
    if claim.domain is None:
        raise ValueError(f"{claim.label} has no domain, so its alterations mean nothing")
    change = max(sp.Rational(1, 20), 2 * sp.Rational(round(evaluated(claim).resolution * 1000), 1000))
    found = (
        alterations(claim.statement, change=change)
        if count is None
        else some(claim.statement, 6 * count, claim.label, change=change)
    )
    kept: list[Variant] = []
    for x in found:
        if count is not None and len(kept) == count:
            break
        weaker = follows(claim.statement, x.statement)
        if not weaker and demanding(claim.statement, x.statement, claim.domain, evaluated(claim)):
            kept.append(Variant(x, claim.settle(x.statement, decide=False)))
    return Altered(claim, tuple(kept))


@dataclass(frozen=True)
class Settled:
    """A claim with its outcome and that of its near miss."""

    evidence: Claim
    outcome: Outcome
    sibling: Outcome

    @property
    def sound(self) -> bool:
        """True where the statement holds and the same check refutes the sibling with a counter-example."""
        return (
            isinstance(self.outcome, Proved | Argued | Checked | Reproduced)
            and isinstance(self.sibling, Refuted)
            and bool(self.sibling.witness)
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": as_text(self), "text/markdown": as_markdown(self), "text/html": as_html(self)}

    def __repr__(self) -> str:
        return as_text(self)


def settle(evidence: Claim) -> Settled:
    """Settle a claim and its near miss; within a run of the test command the ledger's own but once
    (``kept``)."""
    found = outcomes(evidence)
    return settled_anew(evidence) if found is None else Settled(evidence, *found)


def settled_anew(evidence: Claim) -> Settled:
    """Settle a claim and its near miss, whatever is kept of them."""
    settled = Settled(evidence, evidence.settle(), evidence.settle(evidence.near_miss))
    keep(evidence, (settled.outcome, settled.sibling))
    return settled
