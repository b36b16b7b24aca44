"""The record of alterations: one claim counted anew is what is stored, others stay, and an accepted one is
an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sympy as sp

from analysis import __main__ as command
from analysis.claims import alterations_record as record
from analysis.claims.claim import Altered, Claim, Variant
from analysis.claims.domain import domain, reals
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Proved, Refuted
from analysis.claims.world import Estimate, Given

LABEL = "sigmoid-quarter-bound"


def test_a_claim_counted_anew_is_what_is_stored() -> None:
    assert record.counted(LABEL) == record.recorded()[LABEL]


def test_an_alteration_that_was_proved_is_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    found = CLAIMS[LABEL].altered(1)
    wrong = Altered(found.claim, (Variant(found.variants[0].alteration, Proved("faith")),))
    monkeypatch.setattr(Claim, "altered", lambda self, count=None: wrong)
    with pytest.raises(ValueError, match=f"{LABEL} accepts negated"):
        record.counted(LABEL)


X, T = sp.symbols("x t", real=True)


def _kept(head: type, *args: object) -> sp.Basic:
    return head(*args, evaluate=False)


@pytest.mark.parametrize(
    ("found", "statement", "label"),
    [
        (Estimate(2.0, 0.01), _kept(sp.Eq, X, sp.Float("2.01")), "below the resolution"),
        (Estimate(2.0, 0.01), _kept(sp.Eq, X, sp.Float("2.045")), "below the resolution"),
        (Estimate(2.0, 0.01), _kept(sp.Lt, X, sp.Float("2.01")), "below the resolution"),
        (Estimate(2.0, 0.01), _kept(sp.Lt, X, sp.Float("2.1")), "true: by a margin of its own"),
        (8, _kept(sp.Eq, X, 8), "true: by count"),
        (8, _kept(sp.Gt, X, 7), "true: by count"),
        (8, _kept(sp.Lt, sp.log(X - 9), 0), "no meaning"),
    ],
)
def test_what_is_measured_and_not_refuted_has_a_label(found: object, statement: sp.Basic, label: str) -> None:
    own = _kept(sp.Eq, X, 8 if found == 8 else 2)
    claim = Claim(
        "m", "S.", own, None, "", _kept(sp.Eq, X, 99), domain(means={X: Given(lambda world: found)})
    )
    outcome = claim.settle(statement)
    assert not isinstance(outcome, Refuted) and record.standing(claim, statement, outcome) == label


@pytest.mark.parametrize(
    ("statement", "label"),
    [
        (_kept(sp.Eq, (X + 1) ** 2, X**2 + 2 * X + 1), "true: the sides are the same once carried out"),
        (_kept(sp.Eq, sp.Derivative(X * T, X), T), "true: the sides are the same once carried out"),
        (_kept(sp.Eq, sp.cosh(X) ** 2 - sp.sinh(X) ** 2, 1), "open"),
        (_kept(sp.Lt, sp.tanh(X), 2), "open"),
        (_kept(sp.Gt, sp.log(-1 - X**2), 0), "no meaning"),
    ],
)
def test_what_has_free_letters_is_true_by_form_or_open(statement: sp.Basic, label: str) -> None:
    over = domain((X, reals(largest=30)), (T, reals()))
    claim = Claim("f", "S.", _kept(sp.Lt, sp.tanh(X), 1), None, "", _kept(sp.Lt, X, 1), over)
    outcome = claim.settle(statement)
    assert not isinstance(outcome, Refuted) and record.standing(claim, statement, outcome) == label


def test_two_closed_numbers_are_equal_in_so_many_digits() -> None:
    claim = CLAIMS["identity-neuron-fails-as-stated"]
    outcome = claim.settle()
    assert record.standing(claim, claim.statement, outcome).startswith("true: equal in 3")


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
