"""A small project for ``tools`` to work on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tools import environment, places, processes, variables

REAL = places.ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, in a path of any letters, on a machine without uv."""
    made = tmp_path / "a b 梯度" / "project"
    for folder in ("book", "notebooks", "bin", "analysis"):
        (made / folder).mkdir(parents=True)
    (made / "analysis" / "__init__.py").touch()
    (made / "requirements.lock").write_text("", encoding="utf-8")
    (made / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    shutil.copy2(REAL / "make.py", made)
    shutil.copytree(REAL / "tools", made / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(places, "ROOT", made)
    monkeypatch.setenv("PATH", f"{made / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.delenv(places.ELSEWHERE, raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    variables.writable.cache_clear()
    return made


@pytest.fixture
def no_work(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The calls that make.py would make of .venv's Python; each ends well."""
    made: list[tuple[str, ...]] = []
    monkeypatch.setattr(environment, "set_up", lambda: None)
    monkeypatch.setattr(environment, "warm_fonts", lambda: None)
    monkeypatch.setattr(processes, "python_call", lambda *arguments, **options: made.append(arguments) or 0)
    return made
