"""How long the chapters are: counted as a reader would, and held to what a reader bears."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.words import Length, length, words_of


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Two words", 2),
        ("A formula $a + b = c$ is one word", 6),
        ("$$\na + b\n$$", 1),
        (r"<p>in \(x + y\) or \[x\]</p>", 4),
        ("open <details><summary>What you see</summary> hidden text</details> again", 2),
        ('<details><summary class="claim-sentence">It is so.</summary> hidden</details>', 3),
        ("<details><summary>a</summary><details><summary>b</summary>c</details></details>d", 1),
        ("# A heading\n\n- [a link](where/it#leads)\n\n| a | b |\n|-|-|\n| 1 | 2 |", 8),
        ("before\n```python\nnot = counted\n```\nafter", 2),
        ("<style>a { b: c }</style>x", 1),
        ("", 0),
    ],
)
def test_words_that_stand_open(text: str, count: int) -> None:
    assert words_of(text) == count


def _cell(source: str, *outputs: dict[str, object], **metadata: object) -> dict[str, object]:
    return {"cell_type": "code", "source": [source], "metadata": metadata, "outputs": list(outputs)}


def _shown(**data: str) -> dict[str, object]:
    kinds = {f"text/{kind}": [text] for kind, text in data.items()}
    return {"output_type": "execute_result", "data": kinds}


def test_code_prints_boxes_and_lists_are_told_apart(tmp_path: Path) -> None:
    box = '<div class="claim claim-proved" data-claim="a">one two</div>'
    row = '<div class="claim claim-row claim-proved"><details><summary class="claim-sentence">one</summary>'
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "three more words"], "metadata": {}},
        _cell("x = 1", {"output_type": "stream", "text": ["a b c d"]}),
        _cell("folded = 1", tags=["hide-input"]),
        _cell("", _shown(html=box, plain="a"), _shown(html=row + "</details></div>" + row, plain="b")),
        _cell("", _shown(latex="$x$", plain="x"), _shown(plain="four printed words here")),
        _cell("", mystnb={"figure": {"caption": "A caption with $x$"}}),
        _cell("", _shown(html='<div class="explorable">not counted</div>')),
        _cell("", _shown(markdown="| a |\n|-|\n| b |", plain="<Markdown>")),
    ]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert length(path) == Length(open=4 + 2 + 2 + 1 + 4 + 2, code=3, printed=4 + 4, boxes=1, lines=2)


CHAPTERS = sorted(Path(__file__).parent.parent.glob("notebooks/[01][0-9]_*.ipynb"))[:13]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_read_in_one_sitting(path: Path) -> None:
    found = length(path)
    assert found.open <= 3000 and found.boxes <= 12, found
