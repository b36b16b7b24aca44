"""PyTorch in ``.venv``, beside the packages of the lock: the diagnosis of a reader's own PyTorch module, its
tests and its notebook need it, and nothing else does."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tools import installation, places
from tools.lock import alone
from tools.messages import Stop, say
from tools.places import venv_python
from tools.variables import child_environment

COVERED = "analysis/diagnosis/in_torch/*"
"""What no test reaches without it."""
IMPORTED = re.compile(r"^\s*(import|from) torch\b", re.MULTILINE)
INSTALL = "python3 make.py torch installs it"


def there() -> bool:
    """Whether this Python finds it."""
    return importlib.util.find_spec("torch") is not None


def wanted() -> str:
    """The requirement that the benchmarks' peers name."""
    project = tomllib.loads((places.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (line,) = [x for x in project["optional-dependencies"]["peers"] if re.match(r"torch\b", x)]
    return str(line)


def constraints() -> Path:
    """A file of the versions of the lock, without the hashes that PyTorch has none of."""
    lock = (places.ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9._-]+==[^\\\n]*", lock, re.MULTILINE)
    path = places.build() / "constraints.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{pin.strip()}\n" for pin in pins), encoding="utf-8")
    return path


def pip() -> list[str]:
    """pip for .venv: its own, or that of the Python that it was made from.

    Not uv, which does not read pip's settings; there stands where a build for the CPU alone is to be had.
    """
    python, base = str(venv_python()), getattr(sys, "_base_executable", None) or sys.executable
    for command in ([python, "-m", "pip"], [base, "-m", "pip", "--python", python]):
        tried = subprocess.run(
            [*command, "--version"], env=child_environment(), capture_output=True, check=False
        )
        if tried.returncode == 0:
            return command
    installation.run_logged([python, "-m", "ensurepip", "--default-pip"], "python -m ensurepip")
    return [python, "-m", "pip"]


def install() -> int:
    """Install it without a change of any version of the lock; raises Stop where that fails."""
    with alone("set-up", "setting up .venv"):
        command = pip()
        installation.run_logged(
            [*command, "install", wanted(), "-c", str(constraints())], "the installation of PyTorch"
        )
        installation.run_logged([*command, "check"], "pip check")
    say("PyTorch is in .venv: python3 make.py test now runs its tests too.")
    return 0


def needs(path: Path) -> bool:
    """Whether a cell of this notebook imports it."""
    cells = json.loads(path.read_text(encoding="utf-8")).get("cells", [])
    return any(cell["cell_type"] == "code" and IMPORTED.search("".join(cell["source"])) for cell in cells)


def runnable(paths: Sequence[Path], named: bool = False) -> list[Path]:
    """The notebooks that can run here; raises Stop where one cannot that was asked for by name."""
    left = [] if there() else [path for path in paths if needs(path)]
    if named and left:
        raise Stop(f"The notebook {left[0].stem} needs PyTorch, which is not in .venv: {INSTALL}.")
    return [path for path in paths if path not in left]


def skipped() -> None:
    """Say what a run of the tests left out."""
    if not there():
        say(f"Without PyTorch in .venv the tests and notebooks that need it were skipped: {INSTALL}.")
