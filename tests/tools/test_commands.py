"""The command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import done


def test_an_unknown_command_lists_the_known_ones(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        done(["bok"])
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert all(name in told for name in ("book", "slides", "pdf", "test", "lab", "refresh"))
