"""Where the checkout, ``.venv`` and ``build`` lie, and whether they can be written to."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from tools.messages import FULL, Stop

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = "UNSTABLE_GRADIENTS_BUILD"
"""The variable that names the folder of .venv and build where it is not the checkout."""


def place() -> Path:
    """The folder that holds .venv and build: the checkout, or the one named by UNSTABLE_GRADIENTS_BUILD."""
    named = os.environ.get(ELSEWHERE)
    return Path(os.path.abspath(os.path.expanduser(named))) if named else ROOT


def venv() -> Path:
    """The folder of the environment."""
    return place() / ".venv"


def build() -> Path:
    """The folder of everything that is built."""
    return place() / "build"


def venv_python() -> Path:
    """Where .venv keeps its Python."""
    return venv() / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def refusal(folder: Path) -> OSError | None:
    """Why this folder cannot be made or written to; None if it can.

    Tried, not asked of the system: root is told yes on a read-only disk, and Windows answers for files only.
    """
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    trial = folder / f".make.py-{os.getpid()}"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError as error:
        return error
    return None


def need(folder: Path) -> None:
    """Raises Stop where .venv or build cannot be written."""
    error = refusal(folder)
    if error is None:
        return
    if error.errno == errno.ENOSPC:
        raise Stop(f"{FULL}.")
    why = (error.strerror or str(error)).lower()
    if place() != ROOT:
        raise Stop(f"{ELSEWHERE} names a folder that cannot be written to ({why}): name another.")
    raise Stop(
        f"This checkout cannot be written to ({why}): set the environment variable {ELSEWHERE} to "
        f"a folder that may "
        "hold .venv and build, and call again."
    )


def remove(path: Path) -> None:
    """Remove a file, a link or a whole directory; raises Stop where the system refuses."""
    try:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)
    except OSError as error:
        raise Stop(
            f"{path.name} cannot be removed ({error.strerror or error}): close what uses it and call again."
        ) from None
