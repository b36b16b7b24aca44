"""The pages of the PDF are arranged for paper."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_output
from sphinx_project import build, claim, md

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def tex(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The LaTeX of a small book: a chapter 3 with a claim, folds, a table and a picture; a solution; a page
    of reference."""
    hidden = new_code_cell("import secret", metadata={"tags": ["hide-input"]}, execution_count=1)
    picture = new_code_cell(
        "draw()", outputs=[new_output("display_data", {"image/png": PNG})], execution_count=1
    )
    table = "| a | b |\n|-|-|\n| x | " + "much longer " * 9 + "|"
    folded = "<details><summary>What you see</summary>\n\nThe answer.\n\n</details>"
    long = "| n |\n|-|\n" + "\n".join(f"| {n} |" for n in range(40))
    wordy = "| w |\n|-|\n" + "\n".join(f"| {'so many words ' * 40} |" for _ in range(5))
    folder = build(
        tmp_path_factory.mktemp("pdf"),
        {
            "03_x": [md("# Three"), hidden, claim("b"), md(folded), md(table), md(long), md(wordy), picture],
            "ledger": [md("# L")],
        },
        ["chapters", "numbering", "reading_time", "pdf"],
        "latex",
    )
    return (folder / "x.tex").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_index_becomes_a_preface_with_parts_and_appendices(tex: str) -> None:
    places = [
        tex.index(mark) for mark in (r"\chapter*{About this book}", r"\part{First part}", r"\chapter{Three}")
    ]
    places += [tex.index(r"\appendix"), tex.index(r"\chapter{L}")]
    assert places == sorted(places)


@pytest.mark.slow
def test_a_chapter_keeps_the_number_of_its_file(tex: str) -> None:
    assert tex.index(r"\setcounter{chapter}{2}") < tex.index(r"\chapter{Three}")


@pytest.mark.slow
def test_a_claim_stands_in_its_box_with_its_number(tex: str) -> None:
    box = re.search(r"\\begin\{sphinxuseclass\}\{claim\}(.*?)\\end\{sphinxuseclass\}", tex, re.DOTALL)
    assert box and "Claim 3.1" in box[1] and "It is so." in box[1]
    assert "claim-head" not in tex


@pytest.mark.slow
def test_folds_are_open_and_hidden_code_is_left_out(tex: str) -> None:
    assert "secret" not in tex and "to read, the exercises apart" not in tex
    assert r"\sphinxstylestrong{What you see}" in tex and "The answer." in tex and "summary" not in tex


@pytest.mark.slow
def test_tables_have_columns_by_need_and_long_ones_break(tex: str) -> None:
    found = re.findall(r"\\begin\{(tabulary|longtable|tabular)\}.*?\\end\{\1\}", tex, re.DOTALL)
    assert found == ["tabular", "longtable", "longtable"]
    first, second = (int(n) for n in re.findall(r"\\X\{(\d+)\}", tex)[:2])
    assert 3 * first < second


@pytest.mark.slow
def test_pictures_fit_the_page(tex: str) -> None:
    assert re.search(r"\\sphinxincludegraphics\[width=0\.8\d*\\linewidth\]", tex)
