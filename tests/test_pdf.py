"""The PDF: what is missing is named, a hole on a page is a failure, and the pages are arranged for paper."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from loading import ROOT, load_make
from nbformat.v4 import new_code_cell, new_notebook, new_output
from sphinx_project import METADATA, build, claim, md

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


# What make.py tells


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``make.py`` with a project of its own and nothing on the PATH but its ``bin``."""
    module = load_make()
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "set_up", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("UNSTABLE_GRADIENTS_BUILD", raising=False)
    return module


def command(make: ModuleType, name: str, body: str = "exit 0") -> None:
    path = make.ROOT / "bin" / name
    path.write_text("#!/bin/sh\n" + body + "\n", encoding="utf-8")
    path.chmod(0o755)


def test_without_tex_the_packages_are_named(make: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert make.main(["pdf"]) == 1
    told = capsys.readouterr().out
    assert (
        "needs xelatex, latexmk, kpsewhich" in told and "apt-get install" in told and "texlive-xetex" in told
    )
    assert not (make.ROOT / "build").exists()


def test_a_missing_font_or_style_is_named(make: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    command(make, "xelatex")
    command(make, "latexmk")
    there = [name for name in make.PDF_FILES if name != "FreeSerif.otf"]
    command(make, "kpsewhich", "\n".join(f"echo /usr/share/{name}" for name in there))
    assert make.main(["pdf"]) == 1
    told = capsys.readouterr().out
    assert "needs FreeSerif.otf," in told and "fonts-freefont-otf" in told


def test_the_log_tells_of_missing_characters() -> None:
    log = (
        "Missing character: There is no ˡ (U+02E1) in font [FreeSerif.otf]/OT!\n"
        "Missing character: There is no ′ in font cmr10!\nMissing character: There is no ˡ in font x!\n"
        "There is no problem here\n"
    )
    assert load_make().missing_characters(log) == ["ˡ", "′"]
    assert load_make().missing_characters("There is no problem here\n") == []


def test_the_log_tells_of_links_to_nowhere() -> None:
    log = (
        "LaTeX Warning: Hyper reference `a::doc' on page 4 undefined on input line 3.\n"
        "LaTeX Warning: Reference `b:c' on page 5 undefined on input line 9.\n"
        "LaTeX Warning: There were undefined references.\n"
    )
    assert load_make().lost_references(log) == ["a::doc", "b:c"]
    assert load_make().lost_references("LaTeX Warning: Label(s) may have changed.\n") == []


@pytest.mark.parametrize(
    ("log", "code", "told"),
    [
        ("! Undefined control sequence.\nl.3 \\x", 1, "Undefined control sequence"),
        ("", 1, "latexmk failed"),
        ("Missing character: There is no ˡ in font x!", 0, "holes, for no font has ˡ"),
        ("LaTeX Warning: Reference `b' on page 5 undefined on line 9.", 0, "links to nowhere: b"),
    ],
)
def test_what_tex_says_fails_the_build(
    make: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    log: str,
    code: int,
    told: str,
) -> None:
    def sphinx(*arguments: str) -> int:
        Path(arguments[-1]).mkdir(parents=True)
        return 0

    (make.ROOT / "log").write_text(log, encoding="utf-8")
    monkeypatch.setattr(make, "lacking_for_pdf", list)
    monkeypatch.setattr(make, "python_call", sphinx)
    cat = shutil.which("cat", path="/bin:/usr/bin")
    command(
        make,
        "latexmk",
        f'{cat} "{make.ROOT}/log" > unstable-gradients.log; echo x > unstable-gradients.pdf; exit {code}',
    )
    assert make.main(["pdf"]) == 1
    assert told in capsys.readouterr().out
    assert not (make.ROOT / "build" / "pdf" / "unstable-gradients.pdf").exists()


# What the pages become


@pytest.fixture(scope="module")
def tex(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The LaTeX of a small book: a chapter 3 with a claim, folds, a table and a picture; a solution;
    a page of reference."""
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


# With TeX


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("xelatex"), reason="xelatex is not installed")
def test_a_small_book_is_set_and_its_hole_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One letter that no font has is then put in by hand,
    to see that xelatex's own words for it are understood."""
    make = load_make()
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("mathjax", "_slides"))
    index = (
        "# Small\n\n```{toctree}\nnotebooks/01_x\n```\n"  # the book's own leads to pages that are not here
    )
    (tmp_path / "book" / "index.md").write_text(index, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    shutil.copy2(ROOT / "notebooks" / "references.bib", tmp_path / "notebooks")
    cells = [md("# One\n\nThe letters δˡ, σ′ and λ, $\\delta^l$."), claim("b")]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), tmp_path / "notebooks" / "01_x.ipynb")
    monkeypatch.setattr(make, "ROOT", tmp_path)
    monkeypatch.setattr(make, "set_up", lambda: None)
    monkeypatch.setattr(make, "venv_python", lambda: Path(sys.executable))
    assert make.main(["pdf"]) == 0, capfd.readouterr().out
    made = tmp_path / "build" / "pdf" / "unstable-gradients.pdf"
    if shutil.which("pdftotext"):
        shown = subprocess.run(
            ["pdftotext", str(made), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "δˡ, σ′ and λ" in shown and "Claim 1.1" in shown

    source = made.parent / "tex" / "unstable-gradients.tex"
    source.write_text(
        source.read_text(encoding="utf-8").replace("The letters δˡ", "The letters 𓀀"), encoding="utf-8"
    )
    command = ["xelatex", "-interaction=nonstopmode", source.name]
    subprocess.run(command, cwd=source.parent, capture_output=True, check=False)
    log = source.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    assert make.missing_characters(log) == ["𓀀"]
