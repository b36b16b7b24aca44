"""The environment variables of everything that is started here."""

from __future__ import annotations

import functools
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import places

HIDDEN = {
    "PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PIP_TARGET", "PIP_PREFIX", "MPLBACKEND",
    "PYTHONDONTWRITEBYTECODE",  # compiling a few thousand modules takes seconds, at each start
}  # fmt: skip
"""What children do not see of the caller's variables."""


@functools.cache
def writable(folder: Path) -> bool:
    """Whether this folder can be made and written to."""
    return places.refusal(folder) is None


def fallbacks(env: Mapping[str, str]) -> dict[str, str]:
    """Folders below build for what programs keep in the home directory, where that cannot be written to."""
    home = Path(os.path.expanduser("~"))
    cache = Path(env.get("XDG_CACHE_HOME") or home / ".cache")
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")  # not replaced: pip's settings lie there
    data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    if sys.platform == "darwin":
        jupyter, matplotlib = home / "Library" / "Jupyter", [home / ".matplotlib"]
    elif sys.platform == "win32":
        jupyter, matplotlib = Path(env.get("APPDATA") or home) / "jupyter", [home / ".matplotlib"]
    else:
        jupyter, matplotlib = data / "jupyter", [config / "matplotlib", cache / "matplotlib"]
    jupyter = Path(env.get("JUPYTER_DATA_DIR") or jupyter)
    if env.get("MPLCONFIGDIR"):
        matplotlib = [Path(env["MPLCONFIGDIR"])]
    usable = {
        "XDG_CACHE_HOME": writable(cache),
        "JUPYTER_CONFIG_DIR": writable(Path(env.get("JUPYTER_CONFIG_DIR") or home / ".jupyter")),
        "JUPYTER_DATA_DIR": writable(jupyter),
        "JUPYTER_RUNTIME_DIR": writable(Path(env.get("JUPYTER_RUNTIME_DIR") or jupyter / "runtime")),
        "MPLCONFIGDIR": all(map(writable, matplotlib)),
        "NUMBA_CACHE_DIR": writable(Path(env.get("NUMBA_CACHE_DIR") or places.ROOT / "analysis")),
    }
    return {name: str(places.build() / "home" / name.lower()) for name, kept in usable.items() if not kept}


def caches(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that keep what the tools of ``test`` remember out of a checkout that is not built in."""
    kept = places.build() / "caches"
    variables = {
        "RUFF_CACHE_DIR": "ruff",
        "MYPY_CACHE_DIR": "mypy",
        "HYPOTHESIS_STORAGE_DIRECTORY": "hypothesis",
        "COVERAGE_FILE": "coverage",
    }
    found = {name: str(kept / folder) for name, folder in variables.items()}
    option = "-o cache_dir=" + shlex.quote((kept / "pytest").as_posix())
    others = env.get("PYTEST_ADDOPTS", "")
    found["PYTEST_ADDOPTS"] = others if option in others else f"{others} {option}".strip()
    return found


def child_environment() -> dict[str, str]:
    """The variables for everything started here: .venv first, and nothing of the caller's Python.

    The same again where the caller has them already.
    """
    env = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    programs, path = str(places.venv_python().parent), env.get("PATH", "")
    env["VIRTUAL_ENV"] = str(places.venv())
    env["PATH"] = path if path.split(os.pathsep)[0] == programs else programs + os.pathsep + path
    env["PIP_USER"] = "0"
    env["PYTHONUTF8"] = "1"
    env["JUPYTER_PREFER_ENV_PATH"] = "1"
    env["IPYTHONDIR"] = str(places.build() / "ipython")  # nobody's start-up files in stored outputs
    env.update(fallbacks(env))
    if places.place() != places.ROOT:
        env[places.ELSEWHERE] = str(places.place())  # they run in the root
        env.update(caches(env))
    return env
