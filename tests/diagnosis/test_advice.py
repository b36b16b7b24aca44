"""What is advised: each claim and each chapter that is named exists, and they belong together."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from analysis import CLAIMS
from analysis.diagnosis import findings as rules
from analysis.diagnosis.advice import ADVICE
from analysis.topics import TOPICS

MINE = "14_your_own_network"


def chapters_of(label: str, root: Path) -> set[str]:
    """The notebooks in whose folders a claim of that label is written."""
    folders = root / "analysis" / "chapters"
    return {
        f"{TOPICS.index(topic) + 1:02}_{topic}"
        for topic in TOPICS
        for path in folders.glob(f"{topic}/claims/*.py")
        if f'"{label}"' in path.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize("code", ADVICE)
def test_the_claim_named_is_in_the_ledger_and_of_the_chapter_named(code: str, root: Path) -> None:
    label, chapter = ADVICE[code].claim, ADVICE[code].chapter
    assert bool(label) == (chapter != MINE), "what another chapter proves has a claim"
    if label:
        assert label in CLAIMS.keys()
        assert chapter in chapters_of(label, root)


@pytest.mark.parametrize("code", ADVICE)
def test_the_chapter_named_is_a_notebook(code: str, root: Path) -> None:
    chapter = ADVICE[code].chapter
    if chapter == MINE and "your_own_network" not in TOPICS:
        pytest.skip("the chapter is being written")
    assert (root / "notebooks" / f"{chapter}.ipynb").is_file()


def test_every_code_that_a_rule_gives_has_advice(root: Path) -> None:
    """And every advice has a rule: the strings given to ``Finding`` in the source."""
    files = (root / "analysis" / "diagnosis").glob("*.py")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    given = {
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding"
        if isinstance(node.args[0], ast.Constant)
    }
    slopes, memories = set(rules.SLOPES), {"recurrence forgets", "recurrence explodes"}
    assert given | slopes | memories == set(ADVICE)
