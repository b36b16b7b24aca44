"""The slides are built, and a failure is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import done, sentence

from tools import processes


def test_slides_are_built_and_a_failure_is_told(
    project: Path,
    no_work: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert done(["slides"]) == 0
    target = project / "build" / "slides"
    assert no_work == [(str(project / "book" / "slides.py"), str(target))]
    assert str(target / "index.html") in capsys.readouterr().out
    monkeypatch.setattr(processes, "python_call", lambda *arguments: 1)
    assert done(["slides"]) == 1
    assert sentence(capsys.readouterr().out).startswith("The slides were not built")
