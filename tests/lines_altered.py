"""Proofs in lines, altered: a line deleted, another last line."""

from __future__ import annotations

from zlib import crc32

from analysis.claims.claim import Altered, Claim, proved_fact
from analysis.claims.decisions.guard import within
from analysis.claims.lines import Proof, extended
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.rules import Context, Fact, Said

SECONDS = 3.0
"""Of processor time for a decision on a false statement, of which some take minutes."""


def needless_lines(claim: Claim, every: bool = False) -> list[int]:
    """The numbers of the lines that no later one rests on, and of those tried without which the statement is
    proved all the same: one of them, or ``every`` one. Empty for a claim that has no proof in lines.

    A line that names one that is deleted does not follow (``test_a_line_names_lines_before_it``), so trying
    tells more only of a line that none names.
    """
    if not isinstance(claim.check, Proof) or claim.domain is None:
        return []
    count = len(claim.check.lines)
    named = {k for line in claim.check.lines for k in line.reason.lines}
    idle = set(range(1, count)) - named
    tried = range(1, count + 1) if every else [1 + crc32(claim.label.encode()) % count]
    for k in tried:
        outcome = claim.check.without(k).outcome(claim.statement, claim.domain, proved_fact)
        if not isinstance(outcome, Unknown):
            idle.add(k)
    return sorted(idle)


def decided_though_refuted(altered: Altered, count: int | None) -> list[str]:
    """Of ``count`` alterations, or all, that a counter-example refutes, those that a decision calls true."""
    domain = altered.claim.domain
    if domain is None or not isinstance(altered.claim.check, Proof):
        return []
    context = Context(domain.sets, domain.means, domain.where)
    false = [v.alteration for v in altered.variants if isinstance(v.outcome, Refuted)]
    return [x.words for x in false[:count] if within(SECONDS, context.decided, x.statement)]


def warrants_the_near_miss(claim: Claim) -> bool:
    """Whether the reason of a proof's last line, given the lines before it, makes the near miss a line as
    well. It is refuted by a counter-example anyway; no rule and no decision may need that."""
    if not isinstance(claim.check, Proof) or claim.domain is None:
        return False
    *earlier, last = claim.check.lines
    if isinstance(last.reason, Said):
        return False
    facts = [Fact(line.statement, extended(claim.domain, line).sets) for line in earlier]
    context = Context(claim.domain.sets, claim.domain.means, claim.domain.where, proved_fact)
    named = tuple(facts[k - 1] for k in last.reason.lines)
    try:
        return bool(last.reason.why(claim.near_miss, named, context))
    except (ArithmeticError, AttributeError, KeyError, NotImplementedError, TypeError, ValueError):
        return False  # as a proof would say that it does not follow
