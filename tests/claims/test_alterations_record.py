"""The record of alterations: one claim counted anew is what is stored, others stay, and an accepted one is
an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis import __main__ as command
from analysis.claims import alterations_record as record
from analysis.claims.claim import Altered, Claim, Variant
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Proved

LABEL = "sigmoid-quarter-bound"


def test_a_claim_counted_anew_is_what_is_stored() -> None:
    assert record.counted(LABEL) == record.recorded()[LABEL]


def test_an_alteration_that_was_proved_is_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    found = CLAIMS[LABEL].altered(1)
    wrong = Altered(found.claim, (Variant(found.variants[0].alteration, Proved("faith")),))
    monkeypatch.setattr(Claim, "altered", lambda self, count=None: wrong)
    with pytest.raises(ValueError, match=f"{LABEL} accepts negated"):
        record.counted(LABEL)


def test_the_program_counts_what_it_is_asked_for_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = record.Counts(statement="x < 1", made=2, refuted=2, left=[])
    place = tmp_path / "recorded" / "alterations.json"
    place.parent.mkdir()
    place.write_text(json.dumps({"tanh-slope": other}), encoding="utf-8")
    monkeypatch.setattr(record, "PLACE", place)
    assert command.main(["record", "alterations", LABEL, "--processes", "1"]) == 0
    stored = record.recorded()
    assert list(stored) == [LABEL, "tanh-slope"] and stored["tanh-slope"] == other
    assert "2 claims" in capsys.readouterr().out


def test_the_command_line_alters(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["claims", LABEL, "--altered"]) == 0
    assert f"{LABEL}: " in (out := capsys.readouterr().out) and "alterations refuted" in out
