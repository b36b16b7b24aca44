"""The ledger's page links every shown claim to a heading that exists."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from analysis.claims.alterations_record import Counts, Left
from analysis.claims.claim import Claim, Measured
from analysis.claims.ledger import CLAIMS, Row, settle_all
from analysis.claims.ledger_page import Place, altered, anchor, contents, details, overview, places, together
from analysis.claims.outcome import Checked, Proved, Refuted

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def row() -> Row:
    true, false = sp.Le(0, 1, evaluate=False), sp.Le(1, 0, evaluate=False)
    claim = Claim(
        "a|b",
        "If |w| < 1.",
        true,
        lambda s: Proved("algebra") if s == true else Refuted("at 0"),
        "scope",
        false,
    )
    return next(iter(settle_all([claim])))


def test_anchor_is_githubs() -> None:
    assert anchor("Its maximum, three ways") == "its-maximum-three-ways"
    assert anchor("  What's σ′?  ") == "whats-σ"


def test_places_find_notebook_and_heading(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "text\n", "## A section"]},
        {"cell_type": "code", "source": ['CLAIMS["one"].prove()']},
        {"cell_type": "markdown", "source": "no heading"},
        {"cell_type": "code", "source": "CLAIMS['two-b'].check(); CLAIMS['one']"},
    ]
    (tmp_path / "01_x.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    expected = Place("01_x.ipynb", "A section", "a-section")
    assert places(tmp_path) == {"one": expected, "two-b": expected}
    with pytest.raises(FileNotFoundError, match="folder"):
        places(tmp_path / "empty")


def test_every_label_shown_in_a_chapter_exists() -> None:
    assert set(places(NOTEBOOKS)) <= set(CLAIMS)


def test_pipes_do_not_break_the_table_and_links_are_relative() -> None:
    where = {"a|b": Place("01_x.ipynb", "A section", "a-section")}
    table = overview([row()], where)
    assert r"\|w\|" in table and "(01_x.ipynb#a-section)" in table
    assert "near miss" in details([row()], {}).lower() and "Not shown" in details([row()], {})
    assert "[A section](01_x.ipynb#a-section)" in details([row()], where)


def test_the_contents_count_by_kind() -> None:
    table = contents({"1-4": [row().settled.evidence] * 2, "5-8": []})
    assert (
        "| [1 to 4](ledger_1_4.ipynb) | 0 | 2 | 0 | 0 | 0 |" in table
        and "| [5 to 8](ledger_5_8.ipynb) | 0 | 0 | 0 | 0 | 0 |" in table
        and "| all | 0 | 2 | 0 | 0 | 0 |" in table
    )


def test_the_contents_count_every_claim_once() -> None:
    of_each = [*CLAIMS.values(), replace(row().settled.evidence, check=Measured(lambda s: Checked("so")))]
    total = contents({"1-4": of_each}).splitlines()[-1]
    assert sum(map(int, re.findall(r"\d+", total))) == len(of_each)


def test_simulated_equations_are_added_up() -> None:
    def equation(distance: float) -> Row:
        one = row().settled
        return Row(replace(one, outcome=Checked("simulation", (), distance)), 0.0)

    text = together([equation(d) for d in (0.5, 1.0, 2.0)] + [row()])
    assert text.startswith("3 simulated equations") and "add up to 5.2, where 3 ± 2 is expected" in text
    assert "much or more 0.15" in text
    assert together([row()]) == "No equation was simulated here."


def test_the_alterations_are_counted_and_what_is_left_is_named() -> None:
    left = [
        Left(
            changed="strict: < for ≤ on the left",
            statement="x < 1",
            why="unknown: no counter-example at 9 points",
            label="open",
        )
    ]
    left += [
        Left(changed="factor | dropped", statement="x", why="unknown: no meaning: y", label="no meaning"),
        Left(changed="strict", statement="x < 2", why="checked: simulation", label="true: by count"),
    ]
    counts = {"a|b": Counts(statement="x <= 1", made=8, refuted=5, left=left)}
    table = altered([row().settled.evidence], counts)
    assert (
        "Of 8 alterations 5 are refuted with a counter-example, 1 are true, 0 change less than is resolved, "
        "1 have no meaning, 1 are open; none was accepted." in table
    )
    assert (
        "| 8 | 5 | strict on the left (open); factor \\| dropped (no meaning); strict (true: by count) |"
        in table
    )
