"""Every claim of the book settles, its near miss is refuted with a counter-example, and no false relative of
it is accepted."""

from __future__ import annotations

import pytest
import sympy as sp
from lines_altered import decided_though_refuted, needless_lines, warrants_the_near_miss
from printed_points import printed
from sampling import draw
from tracing import untraced

from analysis.claims import alterations
from analysis.claims import claim as claims
from analysis.claims.alterations import Alteration
from analysis.claims.alterations_record import recorded, total
from analysis.claims.claim import Claim, edge, evaluated, settled_anew
from analysis.claims.evaluate import evaluate
from analysis.claims.ledger import CLAIMS
from analysis.claims.meaning import truth
from analysis.claims.outcome import Refuted
from analysis.claims.world import precision
from analysis.symbolic.printing import plain_text

LABELS = list(CLAIMS)
SOME, DECIDED = 2, 1
"""Alterations of a claim in a run, and those that are refuted on which a decision is asked."""
FINEST = 0.05
"""What a checked equation must resolve; what is coarser is claimed as an inequality."""


@pytest.fixture(autouse=True)
def other_alterations_each_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which are taken of each claim goes by its label, and here by the day too."""

    def some(statement: sp.Basic, count: int, label: str, *, change: sp.Expr) -> list[Alteration]:
        return alterations.some(statement, count, f"{label} {draw()}", change=change)

    monkeypatch.setattr(claims, "some", some)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=LABELS)
def test_claim_settles_and_near_miss_is_refuted(claim: Claim, in_full: bool) -> None:
    """It means something and holds as it stands; no alteration of it is accepted. One test, for all that is
    found of one claim is kept in one process.

    Coverage sees the proof alone: the search for a counter-example goes the same lines some thousand times.
    """
    with untraced():
        found = evaluated(claim)
    settled = settled_anew(claim)
    assert settled.sound and settled.outcome.status == claim.grade, repr(settled)
    with untraced():
        assert needless_lines(claim, every=in_full) == [] and not warrants_the_near_miss(claim)
    point = printed(settled.sibling.witness, claim.domain) if isinstance(settled.sibling, Refuted) else None
    if point is not None:  # no function is drawn, so that the words say it all
        with untraced(), precision(800):
            assert (
                claim.domain.holds(point) and truth(claim.near_miss, claim.domain.world(point)).holds is False
            )
    assert (claim.where or claim.domain.exhausted) and claim.sentence.endswith(".")
    assert found.holds is not False and "no meaning" not in found.text, found.text
    assert found.holds or claim.check is not None, found.text
    assert claim.check is not None or claim.domain.exhausted
    assert claim.check is not None or not found.equation or found.resolution <= FINEST, found.text
    if claim.check is None and isinstance(claim.statement, sp.Eq) and found.resolution:
        assert isinstance(claim.settle(edge(claim)), Refuted)
    with untraced():
        assert isinstance(claim.settle(sp.Not(claim.statement, evaluate=False)), Refuted)
        altered = claim.altered(None if in_full else SOME)
        called_true = decided_though_refuted(altered, None if in_full else DECIDED)
    assert altered.variants and not altered.accepted, repr(altered)
    assert called_true == []


@pytest.mark.in_full
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("claim", CLAIMS.values(), ids=LABELS)
def test_the_statement_holds_at_other_points(claim: Claim, seed: int) -> None:
    assert evaluate(claim.statement, claim.domain, seed=seed).holds is not False


def test_what_the_ledger_prints_of_alterations_is_of_these_statements() -> None:
    counts = recorded()
    assert list(counts) == LABELS, "make it anew: unstable-gradients record alterations"
    for label, claim in CLAIMS.items():
        assert counts[label]["statement"] == plain_text(claim.statement), label


def test_four_in_five_alterations_are_refuted() -> None:
    found = total(recorded().values())
    assert found.refuted >= 0.8 * found.made
    assert found.made == sum(found[1:])  # every one that is left has a label


def test_there_are_enough_claims() -> None:
    assert len(CLAIMS) >= 200
