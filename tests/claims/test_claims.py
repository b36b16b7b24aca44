"""Every claim of the book settles, its near miss is refuted with a counter-example, and no false relative of
it is accepted."""

from __future__ import annotations

import pytest

from analysis.claims.alterations_record import recorded, total
from analysis.claims.claim import Claim, evaluated, settle
from analysis.claims.evaluate import evaluate
from analysis.claims.ledger import CLAIMS
from analysis.symbolic.printing import plain_text

LABELS = list(CLAIMS)
SOME = 6


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=LABELS)
def test_claim_settles_and_near_miss_is_refuted(claim: Claim) -> None:
    settled = settle(claim)
    assert settled.sound, repr(settled)
    assert evidence.where and evidence.sentence.endswith(".")


def test_there_are_enough_claims() -> None:
    assert len(CLAIMS) >= 200
