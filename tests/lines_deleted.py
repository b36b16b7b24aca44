"""Whether every line of a claim's proof is needed: with it deleted the statement must be unknown."""

from __future__ import annotations

from analysis.claims.claim import Claim, proved_fact
from analysis.claims.lines import Proof
from analysis.claims.outcome import Unknown


def needless_lines(claim: Claim) -> list[int]:
    """The numbers of the lines without which the statement is proved all the same; empty for a claim that has
    no proof in lines."""
    if not isinstance(claim.check, Proof) or claim.domain is None:
        return []
    found = [
        claim.check.without(k).outcome(claim.statement, claim.domain, proved_fact)
        for k in range(1, len(claim.check.lines) + 1)
    ]
    return [k for k, outcome in enumerate(found, 1) if not isinstance(outcome, Unknown)]
