"""A place that cannot be written to is found out by trying, and told with what to do."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from small_project import done, sentence

from tools import places


@pytest.mark.parametrize(
    ("number", "elsewhere", "told"),
    [
        (
            errno.EROFS,
            False,
            "This checkout cannot be written to (read-only file system): set the environment",
        ),
        (errno.EACCES, False, "This checkout cannot be written to (permission denied): set the environment"),
        (errno.EROFS, True, "UNSTABLE_GRADIENTS_BUILD names a folder that cannot be written to"),
        (errno.ENOSPC, False, "The disk is full"),
    ],
)
@pytest.mark.parametrize(
    "command", [["book", "--no-serve"], ["test", "-x"], ["lab"], ["refresh"], ["slides"]]
)
def test_a_place_that_cannot_be_written_to_is_told(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    number: int,
    elsewhere: bool,
    told: str,
) -> None:
    if elsewhere:
        monkeypatch.setenv("UNSTABLE_GRADIENTS_BUILD", str(project.parent / "out"))
    monkeypatch.setattr(places, "refusal", lambda folder: OSError(number, os.strerror(number)))
    assert done(command) == 1
    assert told in sentence(capsys.readouterr().out)
    assert not places.venv().exists()


def test_what_cannot_be_written_is_found_out_by_trying(project: Path) -> None:
    (project / "build").write_text("a file, not a folder", encoding="utf-8")
    assert places.refusal(places.build()) is not None
    assert places.refusal(project / "not" / "yet" / "there") is None
    assert not (project / "not").exists()
    if sys.platform == "linux":
        assert places.refusal(Path("/proc/x")) is not None  # root may write there, says the system
