"""No hole in the verdicts: every statement has one, each leads to a live place, and the chapters say the same."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from analysis import remedy_map
from analysis.ledger import CLAIMS
from analysis.ledger_page import anchor, places
from analysis.verdicts import FALSE, HOLDS, HOLDS_IF, KINDS, VERDICTS, Verdict, collect, table, verdicts

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
EVERY = [*(f"A{k}" for k in range(1, 20)), *(f"N{k}" for k in range(1, 14)), *(f"B{k}" for k in range(1, 28))]
_ROW = re.compile(r"^\|\s*((?:[ABN]\d+)(?:,\s*[ABN]\d+)*)\s*\|.*\|([^|]*)\|\s*$")


def markdown(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def headings(path: Path) -> set[str]:
    return {anchor(text) for text in re.findall(r"^#+\s+(.+)$", markdown(path), flags=re.MULTILINE)}


def kind(verdict: str) -> str:
    """The verdict's word, from the text of a chapter's table; "" if it is none of ours."""
    word = verdict.replace("*", "").strip()
    return next((k for k in sorted(KINDS, key=len, reverse=True) if word.startswith(k)), "")


def told(path: Path) -> dict[str, str]:
    """The verdict of each row of a chapter's table."""
    found = {}
    for line in markdown(path).splitlines():
        row = _ROW.match(line.replace(r"\|", ""))
        if row:
            found |= {name.strip(): kind(row[2]) for name in row[1].split(",")}
    return found


def unknown(row: Verdict, where: set[str]) -> list[str]:
    """What the row names that is not in the ledger, stands nowhere, or leads to no heading."""
    wrong = [label for label in row.claims if label not in CLAIMS or label not in where]
    if row.shown:
        notebook, _, heading = row.shown.partition("#")
        path = NOTEBOOKS / notebook
        wrong += [row.shown] if not path.is_file() or heading not in headings(path) else []
    return wrong


def test_every_statement_has_a_verdict() -> None:
    assert list(VERDICTS) == [x for letter in "ANB" for x in EVERY if x.startswith(letter)]


@pytest.mark.parametrize("name", VERDICTS)
def test_a_verdict_leads_somewhere(name: str) -> None:
    assert unknown(VERDICTS[name], set(places(NOTEBOOKS))) == []


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")), ids=lambda p: p.stem)
def test_the_chapter_says_the_same(path: Path) -> None:
    number, rows = int(path.name[:2]), told(path)
    assert set(rows) >= {row.id for row in VERDICTS.values() if row.chapters[0] == number}
    for name, said in rows.items():
        assert number in VERDICTS[name].chapters, f"{name} does not name chapter {number}"
        assert said == VERDICTS[name].kind, name


def test_a_dead_place_is_found() -> None:
    where = set(places(NOTEBOOKS))
    assert unknown(Verdict("A1", (1,), "x", HOLDS, claims=("no-such-claim",)), where)
    assert unknown(Verdict("A1", (1,), "x", HOLDS, shown="01_chain_rule.ipynb#no-such-heading"), where)
    assert unknown(Verdict("A1", (1,), "x", HOLDS, shown="99_none.ipynb#the-network"), where)
    assert unknown(Verdict("A1", (1,), "x", HOLDS, claims=("error-recursion",)), set())


def test_a_chapter_that_says_otherwise_is_found(tmp_path: Path) -> None:
    text = "| A8, B9 | the curve | **false as stated**: no |\n| A9 | x | **holds**, proved |\n| A10 | x | perhaps |"
    path = tmp_path / "02_x.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": [text]}]}), encoding="utf-8")
    assert told(path) == {"A8": FALSE, "B9": FALSE, "A9": HOLDS, "A10": ""}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("A1", (1,), "x", "maybe", "", ("a",)), "kind of A1 must be one of holds, holds if"),
        (("A1", (1,), "x", HOLDS), "must name a claim or a place"),
        (("A1", (1,), "x", HOLDS_IF, "", ("a",)), "must give the condition"),
        (("A1", (1,), "x", FALSE, "", ("a",)), "must give the condition"),
    ],
)
def test_half_a_verdict_is_refused(arguments: tuple[object, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Verdict(*arguments)  # type: ignore[arg-type]


def test_two_verdicts_on_one_statement_are_refused() -> None:
    row = Verdict("A1", (1,), "x", HOLDS, claims=("a",))
    with pytest.raises(ValueError, match="A1 has two verdicts"):
        collect([row, row])


def test_the_table() -> None:
    where = places(NOTEBOOKS)
    row = Verdict("A7", (1,), "the product", HOLDS_IF, "so", claims=("error-recursion",))
    last = table([row], where).splitlines()[-1]
    assert last.startswith("| A7 | the product | **holds if** so | [`error-recursion`](01_chain_rule.ipynb#")
    with pytest.raises(ValueError, match="A7 is shown by error-recursion, which no chapter shows"):
        table([row], {})
    with pytest.raises(ValueError, match="account must be A, N or B"):
        verdicts("C")
    counts = Counter(line.split("|")[1].strip()[0] for a in "ANB" for line in verdicts(a).splitlines()[2:])
    assert counts == {"A": 19, "N": 13, "B": 27}


def test_the_remedy_map_leads_to_live_claims() -> None:
    labels = [label for row in remedy_map.REMEDIES for label in row.claims]
    assert set(labels) <= set(CLAIMS)
    assert len(remedy_map.remedy_map().splitlines()) == 2 + len(remedy_map.REMEDIES)
    with pytest.raises(ValueError, match="which no chapter shows"):
        remedy_map.table(remedy_map.REMEDIES[:1], {})
