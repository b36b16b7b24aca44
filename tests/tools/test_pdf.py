"""The PDF: what is missing is named, and a hole on a page is a failure."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook
from small_project import done, script
from sphinx_project import METADATA, claim, md

from tools import environment, pdf, places, processes

ROOT = places.ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with nothing on the PATH but its ``bin``."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "set_up", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv(places.ELSEWHERE, raising=False)
    return tmp_path


def command(project: Path, name: str, body: str = "exit 0") -> None:
    script(project / "bin" / name, body + "\n")


def test_without_tex_the_packages_are_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert done(["pdf"]) == 1
    told = capsys.readouterr().out
    assert (
        "needs xelatex, latexmk, kpsewhich" in told and "apt-get install" in told and "texlive-xetex" in told
    )
    assert not (project / "build").exists()


def test_a_missing_font_or_style_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(project, "xelatex")
    command(project, "latexmk")
    there = [name for name in pdf.FILES if name != "FreeSerif.otf"]
    command(project, "kpsewhich", "\n".join(f"echo /usr/share/{name}" for name in there))
    assert done(["pdf"]) == 1
    told = capsys.readouterr().out
    assert "needs FreeSerif.otf," in told and "fonts-freefont-otf" in told


def test_the_log_tells_of_missing_characters() -> None:
    log = (
        "Missing character: There is no ˡ (U+02E1) in font [FreeSerif.otf]/OT!\n"
        "Missing character: There is no ′ in font cmr10!\nMissing character: There is no ˡ in font x!\n"
        "There is no problem here\n"
    )
    assert pdf.missing_characters(log) == ["ˡ", "′"]
    assert pdf.missing_characters("There is no problem here\n") == []


def test_the_log_tells_of_links_to_nowhere() -> None:
    log = (
        "LaTeX Warning: Hyper reference `a::doc' on page 4 undefined on input line 3.\n"
        "LaTeX Warning: Reference `b:c' on page 5 undefined on input line 9.\n"
        "LaTeX Warning: There were undefined references.\n"
    )
    assert pdf.lost_references(log) == ["a::doc", "b:c"]
    assert pdf.lost_references("LaTeX Warning: Label(s) may have changed.\n") == []


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
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    log: str,
    code: int,
    told: str,
) -> None:
    def sphinx(*arguments: str) -> int:
        Path(arguments[-1]).mkdir(parents=True)
        return 0

    (project / "log").write_text(log, encoding="utf-8")
    monkeypatch.setattr(pdf, "lacking", list)
    monkeypatch.setattr(processes, "python_call", sphinx)
    cat = shutil.which("cat", path="/bin:/usr/bin")
    command(
        project,
        "latexmk",
        f'{cat} "{project}/log" > unstable-gradients.log; echo x > unstable-gradients.pdf; exit {code}',
    )
    assert done(["pdf"]) == 1
    assert told in capsys.readouterr().out
    assert not (project / "build" / "pdf" / "unstable-gradients.pdf").exists()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("xelatex"), reason="xelatex is not installed")
def test_a_small_book_is_set_and_its_hole_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One letter that no font has is then put in by hand, to see that xelatex's own words for it are
    understood."""
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("mathjax", "_slides"))
    index = (
        "# Small\n\n```{toctree}\nnotebooks/01_x\n```\n"  # the book's own leads to pages that are not here
    )
    (tmp_path / "book" / "index.md").write_text(index, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    shutil.copy2(ROOT / "notebooks" / "references.bib", tmp_path / "notebooks")
    cells = [md("# One\n\nThe letters δˡ, σ′ and λ, $\\delta^l$."), claim("b")]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), tmp_path / "notebooks" / "01_x.ipynb")
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "set_up", lambda: None)
    monkeypatch.setattr(places, "venv_python", lambda: Path(sys.executable))
    assert done(["pdf"]) == 0, capfd.readouterr().out
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
    assert pdf.missing_characters(log) == ["𓀀"]
