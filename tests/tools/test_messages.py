"""A known failure is one sentence, in letters that the terminal has."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import pytest
from small_project import done, sentence

from tools import book, environment, messages


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_file_that_cannot_be_written_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def stage() -> bool:
        raise OSError(number, os.strerror(number), "build/source/index.md")

    monkeypatch.setattr(environment, "set_up", lambda: None)
    monkeypatch.setattr(book, "stage", stage)
    assert done(["book", "--no-serve"]) == 1
    assert ("The disk is full" if number == errno.ENOSPC else "index.md") in sentence(capsys.readouterr().out)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_letters_that_a_terminal_lacks_are_escaped(
    project: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    messages.say("梯 \udce6")
    shown = "梯" if encoding == "utf-8" else "\\u68af"
    assert out.buffer.getvalue().decode(encoding).strip() == shown + " \\udce6"  # type: ignore[attr-defined]
