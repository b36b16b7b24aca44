"""``make.py torch``, and what the other commands do without PyTorch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_project import done, posix, script, sentence, stand_in

from tools import environment, installation, places, pytorch

REAL = places.ROOT
LOCK = """\
numpy==2.3.5 ; python_version >= "3.12" \\
    --hash=sha256:00 \\
    --hash=sha256:01
    # via scipy
sympy==1.14.0 \\
    --hash=sha256:02
"""
PROJECT = (
    '[project]\nname = "x"\n[project.optional-dependencies]\npeers = ["torch>=2.13,<2.14", "jax>=0.9"]\n'
)


def write(project: Path) -> None:
    (project / "requirements.lock").write_text(LOCK, encoding="utf-8")
    (project / "pyproject.toml").write_text(PROJECT, encoding="utf-8")


@posix
def test_it_is_installed_within_the_lock_and_checked_and_venv_stays(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project)
    stand_in(project)
    environment.set_up()
    script(project / "bin" / "pip", f'echo "$@" >> "{project}/asked"')
    monkeypatch.setattr(pytorch, "pip", lambda: [str(project / "bin" / "pip")])
    assert done(["torch"]) == 0
    install, check = (project / "asked").read_text(encoding="utf-8").splitlines()
    constraints = project / "build" / "constraints.txt"
    assert install == f"install torch>=2.13,<2.14 -c {constraints}" and check == "check"
    pins = ['numpy==2.3.5 ; python_version >= "3.12"', "sympy==1.14.0"]
    assert constraints.read_text(encoding="utf-8").splitlines() == pins
    assert environment.is_ready()  # nothing is made again because it is there


@posix
def test_a_clash_with_the_lock_fails(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project)
    stand_in(project)
    clash = "torch 2.13.0 has requirement sympy>=2, but you have sympy 1.14.0."
    script(project / "bin" / "pip", f'if [ "$1" = check ]; then echo "{clash}"; exit 1; fi')
    monkeypatch.setattr(pytorch, "pip", lambda: [str(project / "bin" / "pip")])
    assert done(["torch"]) == 1
    assert clash.rstrip(".") in sentence(capsys.readouterr().out)


@posix
def test_pip_is_that_of_venv_or_of_the_python_it_was_made_from(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(project)  # makes environments without pip, as uv does
    environment.set_up()
    command = pytorch.pip()
    assert command[1:] == ["-m", "pip", "--python", str(places.venv_python())]
    told = subprocess.check_output([*command, "--version"], text=True)
    assert told.startswith("pip ")
    run: list[list[str]] = []
    monkeypatch.setattr(sys, "_base_executable", "/bin/false")
    monkeypatch.setattr(installation, "run_logged", lambda command, what: run.append(command))
    own = [str(places.venv_python()), "-m", "pip"]
    assert pytorch.pip() == own and run == [[own[0], "-m", "ensurepip", "--default-pip"]]


@pytest.mark.slow
def test_without_an_index_one_sentence_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the real pip."""
    (project / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    for name, value in {
        "INDEX_URL": "http://127.0.0.1:9/",
        "RETRIES": "1",
        "CONFIG_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    assert done(["torch"]) == 1
    assert "The package index could not be reached" in sentence(capsys.readouterr().out)


def notebook(path: Path, source: str) -> None:
    cell = {"cell_type": "code", "source": [source], "metadata": {}, "outputs": [], "execution_count": None}
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")


def test_notebooks_that_need_it_are_left_out_or_refused_by_name(
    project: Path,
    no_work: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    notebook(project / "notebooks" / "13_gates.ipynb", "import numpy as np\ntorchlight = 1")
    notebook(project / "notebooks" / "14_in_pytorch.ipynb", "import numpy as np\nfrom torch import nn")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for there, runs in ((False, ["notebooks/13_gates.ipynb"]), (True, None)):
        monkeypatch.setattr(pytorch, "there", lambda there=there: there)
        os.environ.pop("NOT_COVERED", None)
        no_work.clear()
        assert done(["test"]) == 0
        (call,) = [call for call in no_work if "--nbval" in call or "--nbval-lax" in call]
        given = [word for word in call if word.endswith(".ipynb")]
        assert given == (runs or ["notebooks/13_gates.ipynb", "notebooks/14_in_pytorch.ipynb"])
        told = capsys.readouterr().out
        assert ("python3 make.py torch installs it." in told.splitlines()[-1]) == (not there)
        assert os.environ.get("NOT_COVERED") == (None if there else pytorch.COVERED)
    monkeypatch.setattr(pytorch, "there", lambda: False)
    for command in ("test", "refresh"):
        assert done([command, "14"]) == 1
        assert "14_in_pytorch needs PyTorch" in sentence(capsys.readouterr().out)


def test_what_is_not_covered_without_it_is_there_and_left_out_by_pyproject(tmp_path: Path) -> None:
    folder = REAL / pytorch.COVERED.removesuffix("/*")
    assert (folder / "watch.py").exists()
    code = (
        "import coverage, os; c = coverage.Coverage(config_file='pyproject.toml'); "
        "print([x for x in c.config.run_omit if x])"
    )
    for value in ("", pytorch.COVERED):
        env = os.environ | {"NOT_COVERED": value}
        told = subprocess.check_output([sys.executable, "-c", code], cwd=REAL, env=env, text=True)
        assert (pytorch.COVERED in told) == bool(value)


def test_ci_installs_it_and_then_wants_its_tests() -> None:
    lines = (REAL / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    work = [line for line in lines if line.startswith(("python3", "export REQUIRE_TORCH"))]
    assert work == ["python3 make.py torch", "export REQUIRE_TORCH=1", "python3 make.py test"]


HELPER = "from diagnosis.pytorch import torch\n\n\ndef test_x() -> None:\n    assert torch\n"


@pytest.mark.parametrize("required", [False, True])
def test_without_it_tests_are_skipped_and_with_the_variable_they_fail(tmp_path: Path, required: bool) -> None:
    (tmp_path / "test_x.py").write_text(HELPER, encoding="utf-8")
    (tmp_path / "hidden.py").write_text("import sys\nsys.modules['torch'] = None\n", encoding="utf-8")
    shutil.copytree(
        REAL / "tests" / "diagnosis", tmp_path / "diagnosis", ignore=shutil.ignore_patterns("test_*")
    )
    shutil.copy(REAL / "tests" / "pytorch.py", tmp_path)
    env = {k: v for k, v in os.environ.items() if k != "REQUIRE_TORCH"} | {"PYTHONPATH": str(tmp_path)}
    if required:
        env["REQUIRE_TORCH"] = "1"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "hidden",
        "--rootdir",
        str(tmp_path),
        "test_x.py",
    ]
    told = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ("1 skipped" in told.stdout and pytorch.INSTALL in told.stdout) == (not required), told.stdout
    assert (told.returncode not in (0, 5)) == required
