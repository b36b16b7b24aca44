"""Child processes: they run in the root, with ``.venv`` first."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Any, Protocol

from tools import places
from tools.variables import child_environment


class Child(Protocol):
    """What can be waited for."""

    def wait(self) -> int: ...


def wait(child: Child) -> tuple[int, bool]:
    """A child's exit code, and whether Ctrl-C came. It reaches the child too, which ends in its own way
    first."""
    stopped = False
    while True:
        try:
            return child.wait(), stopped
        except KeyboardInterrupt:
            stopped = True


def exit_code(child: Child) -> int:
    """A child's exit code; raises KeyboardInterrupt where Ctrl-C ended it."""
    code, stopped = wait(child)
    if stopped and code:
        raise KeyboardInterrupt
    return code


def started(
    *arguments: str, variables: Mapping[str, str] | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """.venv's Python with these arguments, and with these environment variables beside the usual."""
    command = [str(places.venv_python()), *arguments]
    env = child_environment() | dict(variables or {})
    return subprocess.Popen(command, cwd=places.ROOT, env=env, **options)


def python_call(*arguments: str, **options: Any) -> int:
    """The exit code of .venv's Python with these arguments; ``options`` are those of ``started``."""
    return exit_code(started(*arguments, **options))
