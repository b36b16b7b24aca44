"""The ledger lists every claim, refuses double labels, and its command tells the truth by its exit status."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

import analysis
from analysis import __main__ as command
from analysis.claims import ledger
from analysis.claims.claim import Claim
from analysis.claims.ledger_page import page
from analysis.claims.outcome import Proved, Refuted, Unknown

GOOD = Proved("algebra")
TRUE, FALSE = sp.Le(0, 1, evaluate=False), sp.Le(1, 0, evaluate=False)


def claim(label: str, good: object = GOOD, sibling: object = Refuted("at z = 0")) -> Claim:
    return Claim(label, "S.", TRUE, lambda s: good if s == TRUE else sibling, "scope", FALSE)  # type: ignore[arg-type, return-value]


def test_a_label_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'x' is used twice"):
        ledger.collect([claim("x"), claim("y"), claim("x")])


def test_looking_one_claim_up_imports_its_module_alone() -> None:
    code = (
        "import sys; from analysis.claims.ledger import CLAIMS; CLAIMS['sigmoid-quarter-bound'];"
        "print(sum(name in sys.modules for name in sys.modules['analysis.claims.ledger'].MODULES))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 5


def test_a_label_is_found_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = claim("x-1"), claim("y")
    table = {"a": [one], "b": [two]}
    monkeypatch.setattr(ledger, "_claims", lambda name: table[name])
    monkeypatch.setattr(ledger, "_text", lambda name: '"y"' if name == "b" else "")
    claims = ledger.Claims(["a", "b"])
    assert claims["y"] is two and claims["x-1"] is one
    with pytest.raises(KeyError):
        claims["z"]
    assert list(claims) == ["x-1", "y"] and len(claims) == 2 and claims["y"] is two
    table["b"] = [two, one]
    with pytest.raises(ValueError, match="'x-1' is used twice"):
        list(ledger.Claims(["a", "b"]))


def test_every_module_with_claims_is_named_in_the_ledger() -> None:
    named = set(ledger.MODULES)
    assert len(named) == len(ledger.MODULES)
    root = Path(analysis.__file__).parent
    for path in root.rglob("*.py"):
        targets = [
            t.id
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign)
            for t in node.targets
            if isinstance(t, ast.Name)
        ]
        module = ".".join(["analysis", *path.relative_to(root).with_suffix("").parts])
        if "CLAIMS" in targets:
            assert module in named, f"{module} exports CLAIMS but the ledger does not name it"


def test_what_else_lies_beside_the_claims_says_so_in_its_name() -> None:
    """A module of a chapter's ``claims`` has claims and is in the ledger, or is named for the meanings or
    the proofs that it holds."""
    root = Path(analysis.__file__).parent
    beside = {
        ".".join(["analysis", *path.relative_to(root).with_suffix("").parts]): path.stem
        for path in root.glob("chapters/*/claims/*.py")
        if path.stem != "__init__"
    }
    others = {module for module, stem in beside.items() if stem.startswith(("meaning_", "proof_"))}
    assert others and others == set(beside) - set(ledger.MODULES)


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        ([claim("a"), claim("b")], 0),
        ([claim("a"), claim("b", Unknown("why"))], 1),
        ([claim("a", Refuted("at 1"))], 1),
        ([claim("a", sibling=GOOD)], 1),
        ([claim("a", sibling=Unknown("why"))], 1),
        ([claim("a", sibling=Refuted(""))], 1),
    ],
)
def test_exit_status(evidence: list[Claim], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(evidence) == status
    out = capsys.readouterr()
    assert ("BAD" in out.out) == bool(status) and ("Not sound" in out.err) == bool(status)


def test_filter_json_and_unknown_label(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["sigmoid-quarter-bound", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["status"] == "proved" and row["sound"] and row["counterexample"] and row["near_miss_refuted"]
    assert set(row) >= {"label", "kind", "statement", "status", "how", "scope", "seconds"}
    assert command.main(["sigmoid-quarter-bound"]) == 0
    assert "proved" in capsys.readouterr().out
    assert command.main(["no-such-label"]) == 2
    assert "no-such-label" in capsys.readouterr().err


def test_interrupt_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run", stop)
    assert command.main(["sigmoid-quarter-bound"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_the_pages_of_the_ledger_hold_every_claim_once() -> None:
    pages = [claim.label for which in ledger.CHAPTERS for claim in ledger.of_chapters(which)]
    assert pages == list(ledger.CLAIMS)
    with pytest.raises(ValueError, match="which must be one of 1-4, .*'99'"):
        ledger.of_chapters("99")


def test_the_pages_of_the_ledger_are_notebooks_that_settle_their_chapters() -> None:
    folder = Path(analysis.__file__).parent.parent / "notebooks"
    for which in ledger.CHAPTERS:
        assert f'of_chapters(\\"{which}\\")' in (folder / page(which)).read_text(encoding="utf-8")
