"""Tables in Markdown: what a reader's renderer makes of them, and rows that do not fit."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from analysis.symbolic.tables import table


def cells_of(markdown: str) -> list[list[str]]:
    """The words of each row of a table as CommonMark's tables read it."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    found: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline":
            found[-1].append(token.content)
    return found


def test_a_reader_gets_the_cells_that_went_in() -> None:
    shown = table(("", "$z_1$", "a|b"), [("`x|y`", 1, 2.5), ("two\nlines", "$c$ | d", r"5 \$ | 6 \$")])
    assert cells_of(shown._repr_markdown_()) == [
        ["", "$z_1$", "a|b"],
        ["`x|y`", "1", "2.5"],
        ["two lines", "$c$ | d", r"5 \$ | 6 \$"],
    ]


def test_it_prints_as_its_markdown() -> None:
    shown = table(["width", "slope"], ([n, f"${n}$"] for n in (1, 16)))
    assert repr(shown) == "| width | slope |\n|-|-|\n| 1 | $1$ |\n| 16 | $16$ |"
    assert shown._repr_markdown_() == repr(shown)


def test_formulas_and_escaped_pipes_are_left_as_they_are() -> None:
    text = repr(table((r"$|w|<1$ or | not", r"a\|b"), []))
    assert text.splitlines()[0] == r"| $|w|<1$ or \| not | a\|b |"


@pytest.mark.parametrize(
    ("head", "rows", "message"),
    [
        (("a", "b"), [(1, 2), (3,)], "rows: row 2 (3) must have as many cells as the head: 2, not 1"),
        (("a",), [("x", "y")], "rows: row 1 (x, y) must have as many cells as the head: 1, not 2"),
        ((), [], "head must name at least one column"),
        ("ab", [(1, 2)], "head must be a list, not the text 'ab'"),
        (("a", "b"), ["xy"], "rows: row 1 must be a list of cells, not the text 'xy'"),
        (("a", "b"), "xy", "rows must be a list, not the text 'xy'"),
    ],
)
def test_what_is_no_table(head: object, rows: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        table(head, rows)  # type: ignore[arg-type]
