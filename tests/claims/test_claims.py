"""Every claim of the book settles, and the same check refuses its near miss with a counter-example."""

from __future__ import annotations

import pytest

from analysis.claims.claim import Evidence, settle
from analysis.claims.ledger import CLAIMS


@pytest.mark.parametrize("evidence", CLAIMS.values(), ids=list(CLAIMS))
def test_claim_settles_and_near_miss_is_refuted(evidence: Evidence) -> None:
    settled = settle(evidence)
    assert settled.sound, repr(settled)
    assert evidence.scope and evidence.sentence.endswith(".")


def test_there_are_enough_claims() -> None:
    assert len(CLAIMS) >= 30
