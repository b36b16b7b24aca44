"""What the tests of ``tools`` share: a stand-in for ``uv``, and make.py's work done in this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import commands, environment
from tools.messages import told

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


def done(arguments: list[str]) -> int:
    """The exit code of what make.py does, without the change to .venv's Python."""

    def work() -> int:
        options = commands.parse(arguments)
        commands.check(options)
        environment.set_up()
        return commands.run(options)

    return told(work)


def script(path: Path, body: str) -> None:
    """An executable shell script."""
    path.write_text("#!/bin/sh\n" + body, encoding="utf-8")
    path.chmod(0o755)


def stand_in(project: Path, installing: str = "exit 0") -> None:
    """A ``uv`` that makes real, empty environments, notes what it was called with, and installs as told."""
    script(
        project / "bin" / "uv",
        f'echo "$@" >> "{project}/calls"\n'
        f'if [ "$1" = venv ]; then "{sys.executable}" -m venv --without-pip "$4"; exit $?; '
        f"fi\n{installing}\n",
    )


def calls(project: Path) -> list[str]:
    """What the stand-in was asked for since the last time."""
    noted = project / "calls"
    lines = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
    noted.unlink(missing_ok=True)
    return [" ".join(line.split()[:2]) for line in lines]


def sentence(output: str) -> str:
    """The last line, which must be a sentence, with no traceback anywhere."""
    assert "Traceback" not in output, output
    last = output.strip().splitlines()[-1]
    assert last[0].isupper() and last[-1] in ".)" and len(last) < 300, last
    return last
