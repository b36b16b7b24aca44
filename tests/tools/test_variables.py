"""Children see nothing of the caller's Python, and keep in ``build`` what the home directory cannot hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_project import posix

from tools import places, variables

HOMES = ["/etc/passwd/x", *(["/proc/x"] if sys.platform == "linux" else [])]
KEPT_AT_HOME = {
    "XDG_CACHE_HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR",
}  # fmt: skip


@pytest.fixture
def no_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the caller's variables only HOME says where things are kept."""
    for name in (*KEPT_AT_HOME, "NUMBA_CACHE_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


@posix
@pytest.mark.parametrize("home", HOMES)
@pytest.mark.usefixtures("no_choices")
def test_what_home_cannot_hold_is_kept_in_build(
    project: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("HOME", home)
    env = variables.child_environment()
    changed = {name for name, value in env.items() if Path(value).is_relative_to(places.build() / "home")}
    assert changed == KEPT_AT_HOME
    assert len({env[name] for name in changed}) == len(changed)
    monkeypatch.setattr(variables, "writable", lambda folder: False)  # the checkout neither
    assert Path(variables.child_environment()["NUMBA_CACHE_DIR"]).is_relative_to(places.build())


@posix
@pytest.mark.usefixtures("no_choices")
def test_a_home_that_can_hold_it_is_left_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(project.parent))
    assert not [
        value for value in variables.child_environment().values() if str(places.build() / "home") in value
    ]
    monkeypatch.setenv("HOME", HOMES[0])
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(project.parent))
    env = variables.child_environment()
    assert env["JUPYTER_DATA_DIR"] == str(project.parent) and "JUPYTER_RUNTIME_DIR" not in env
    assert "MPLCONFIGDIR" in env


@posix
@pytest.mark.usefixtures("no_choices")
def test_jupyter_and_matplotlib_are_content_without_a_home(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", HOMES[0])
    notebook = project / "notebooks" / "01_x.ipynb"
    notebook.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    env = variables.child_environment()
    for call in (["-m", "nbformat.sign", str(notebook)], ["-c", "import matplotlib"]):
        done = subprocess.run([sys.executable, *call], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "Traceback" not in done.stderr
    assert done.stderr == ""


def test_children_see_nothing_of_the_caller(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "MPLBACKEND"):
        monkeypatch.setenv(name, "elsewhere")
    env = variables.child_environment()
    assert "elsewhere" not in env.values()
    assert env["PATH"].split(os.pathsep)[0] == str(places.venv_python().parent)


def test_children_of_children_see_the_same(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for elsewhere in ("", str(project / "out")):
        monkeypatch.setenv(places.ELSEWHERE, elsewhere)
        first = variables.child_environment()
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", dict(first))
            assert variables.child_environment() == first
