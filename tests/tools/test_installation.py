"""What fails in the set-up is told in a sentence, and kept in the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import calls, done, posix, sentence, stand_in

from tools import environment


@posix
@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("error: dns error: failed to lookup address", "The package index could not be reached"),
        ("WARNING: [Errno 101] Network is unreachable", "The package index could not be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not the one in requirements.lock"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: something unheard of", "failed with exit code 2: error: something unheard of"),
    ],
)
def test_an_installation_that_fails(
    project: Path, output: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(project, f"echo '{output}'; exit 2")
    assert done(["test", "-k", "x"]) == 1
    assert told in sentence(capsys.readouterr().out)
    assert output in (project / "build" / "set-up.log").read_text(encoding="utf-8")
    calls(project)
    stand_in(project)
    environment.set_up()
    assert calls(project) == ["pip install"]  # what was sound is kept
