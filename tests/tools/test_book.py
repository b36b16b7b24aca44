"""The book is built from a copy that follows its originals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_project import done, sentence

from tools import book, environment, places, processes


def test_staging_copies_keeps_times_and_removes(project: Path) -> None:
    page, chapter = project / "book" / "index.md", project / "notebooks" / "solutions" / "01.ipynb"
    chapter.parent.mkdir()
    for path in (page, chapter):
        path.write_text("one", encoding="utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    source = project / "build" / "source"
    copies = source / "index.md", source / "notebooks" / "solutions" / "01.ipynb"
    assert book.stage() is False
    assert [copy.stat().st_mtime for copy in copies] == [1_700_000_000, 1_700_000_000]
    page.write_text("two, longer", encoding="utf-8")
    chapter.unlink()
    assert book.stage() is True
    assert copies[0].read_text(encoding="utf-8") == "two, longer"
    assert not copies[1].exists()
    assert book.stage() is False


def test_copies_can_be_written_again_where_the_originals_cannot(project: Path) -> None:
    page, copy = project / "book" / "index.md", places.build() / "source" / "index.md"
    page.write_text("one", encoding="utf-8")
    page.chmod(0o444)
    book.stage()
    assert copy.stat().st_mode & 0o200
    copy.chmod(0o444)  # as an earlier make.py left it
    page.chmod(0o644)
    page.write_text("two, longer", encoding="utf-8")
    book.stage()
    assert copy.read_text(encoding="utf-8") == "two, longer" and copy.stat().st_mode & 0o200


def test_a_book_that_does_not_build(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "set_up", lambda: None)
    monkeypatch.setattr(processes, "python_call", lambda *arguments: 2)
    assert done(["book", "--no-serve"]) == 1
    assert sentence(capsys.readouterr().out).startswith("The book was not built")
