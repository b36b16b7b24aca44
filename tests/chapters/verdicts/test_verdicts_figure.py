"""The bars of the verdicts are as long as there are statements, in the colours of the legend."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest
from matplotlib.colors import to_hex

from analysis.chapters.verdicts.figures import ACCOUNTS, counts
from analysis.chapters.verdicts.table import FALSE, HOLDS, OPEN, VERDICTS


def row(name: str, kind: str) -> SimpleNamespace:
    return SimpleNamespace(id=name, kind=kind)


def test_each_part_is_as_long_as_its_count() -> None:
    ax = counts([*(row(f"A{k}", HOLDS) for k in (1, 2, 3)), row("B1", FALSE)])
    assert sorted((bar.get_y(), bar.get_x(), bar.get_width()) for bar in ax.patches) == [
        (-0.31, 0, 1),
        (1.69, 0, 3),
    ]
    assert {t.get_text() for t in ax.texts} == {"1", "3"}


def test_the_bars_of_the_book_hold_every_statement_once() -> None:
    """Each part's length, row and colour, read from the picture, are the counts of the table."""
    ax = counts(VERDICTS.values())
    legend = ax.get_legend()
    kinds = {
        to_hex(patch.get_facecolor()): text.get_text()
        for patch, text in zip(legend.get_patches(), legend.get_texts(), strict=True)
    }
    names = [label.get_text() for label in ax.get_yticklabels()]
    drawn = {
        (
            names[round(bar.get_y() + bar.get_height() / 2)],
            kinds[to_hex(bar.get_facecolor())],
        ): bar.get_width()
        for bar in ax.patches
    }
    assert drawn == Counter((ACCOUNTS[r.id[0]], r.kind) for r in VERDICTS.values())
    assert sum(drawn.values()) == 65
    for middle in {bar.get_y() for bar in ax.patches}:
        parts = sorted((bar.get_x(), bar.get_width()) for bar in ax.patches if bar.get_y() == middle)
        ends = [0, *(x + width for x, width in parts)]
        assert [x for x, _ in parts] == ends[:-1], "each part begins where the last one ends"
    said = {t.get_position(): t.get_text() for t in ax.texts}
    for bar in ax.patches:
        where = (bar.get_x() + bar.get_width() / 2, round(bar.get_y() + bar.get_height() / 2))
        assert said.pop(where) == f"{bar.get_width():g}"
    assert not said


def test_a_kind_without_a_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="not solved"):
        counts([row("N9", "solved"), row("B28", OPEN)])
