"""``.venv`` is made once, updated in place, and made anew where it is not sound; with a stand-in for ``uv``,
and once with the real pip."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import interruptible
import pytest
from small_project import calls, done, posix, script, sentence, stand_in
from waiting import wait_for

from tools import book, environment, installation, places, variables


@posix
def test_the_set_up_is_done_once(project: Path) -> None:
    stand_in(project)
    environment.set_up()
    assert calls(project) == ["venv --python", "pip install"]
    environment.set_up()
    assert calls(project) == []


@posix
@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_updates_in_place(project: Path, name: str) -> None:
    stand_in(project)
    environment.set_up()
    kept = project / ".venv" / "kept"
    kept.touch()
    (project / name).write_text("# changed\n", encoding="utf-8")
    calls(project)
    environment.set_up()
    assert calls(project) == ["pip install"]
    assert kept.exists()


@posix
def test_a_sound_environment_without_a_stamp_is_adopted(project: Path) -> None:
    stand_in(project)
    environment.set_up()
    (project / ".venv" / "stamp").unlink()
    calls(project)
    environment.set_up()
    assert calls(project) == ["pip install"]


def spoil_nothing_in_it(venv: Path) -> None:
    shutil.rmtree(venv / "bin")


def spoil_dangling(venv: Path) -> None:
    python = venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")


def spoil_no_configuration(venv: Path) -> None:
    (venv / "pyvenv.cfg").unlink()  # its Python would install into the system


def spoil_interrupted(venv: Path) -> None:
    (venv / "unfinished").touch()


def spoil_a_file(venv: Path) -> None:
    shutil.rmtree(venv)
    venv.write_text("not a folder", encoding="utf-8")


@posix
@pytest.mark.parametrize(
    "spoil", [spoil_nothing_in_it, spoil_dangling, spoil_no_configuration, spoil_interrupted, spoil_a_file]
)
def test_a_half_made_environment_is_made_anew(project: Path, spoil: Callable[[Path], None]) -> None:
    stand_in(project)
    environment.set_up()
    spoil(project / ".venv")
    calls(project)
    environment.set_up()
    assert calls(project) == ["venv --python", "pip install"]
    assert environment.venv_version()


@posix
def test_no_venv_module(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(project / "bin" / "python-without-ensurepip", "exit 1")
    monkeypatch.setattr(sys, "_base_executable", str(project / "bin" / "python-without-ensurepip"))
    assert done(["book", "--no-serve"]) == 1
    assert "python3-venv" in sentence(capsys.readouterr().out)
    assert not (project / ".venv").exists()
    stand_in(project)
    monkeypatch.setattr(sys, "_base_executable", sys.executable)
    environment.set_up()


@posix
def test_ctrl_c_in_the_set_up(project: Path) -> None:
    stand_in(project, "sleep 30")
    child = interruptible.started([sys.executable, str(project / "make.py"), "book", "--no-serve"], text=True)
    unfinished = project / ".venv" / "unfinished"
    noted = project / "calls"
    wait_for(lambda: noted.exists() and "pip install" in noted.read_text(encoding="utf-8"))
    os.killpg(child.pid, signal.SIGINT)  # the terminal sends it to all
    output, _ = child.communicate(timeout=20)
    assert child.returncode == 130
    assert sentence(output).startswith("Stopped;")
    assert unfinished.exists()
    calls(project)
    stand_in(project)
    environment.set_up()
    assert calls(project) == ["venv --python", "pip install"]
    assert not unfinished.exists()


def found_by(python: Path, **env: str) -> str:
    """Which ``analysis`` this Python runs from another folder, in ASCII."""
    code = "import analysis, os; print(ascii(os.path.dirname(os.path.dirname(analysis.__file__))))"
    env = {"PATH": "/usr/bin:/bin"} | env
    return subprocess.check_output([python, "-c", code], env=env, cwd="/", text=True).strip()


LOCALES = [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "1"}, {"LC_ALL": "C.UTF-8"}]


@posix
@pytest.mark.parametrize("env", LOCALES)
def test_the_project_is_found_in_a_path_of_any_letters(
    project: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    stand_in(project)
    environment.set_up()
    assert found_by(places.venv_python(), **env) == ascii(str(project))
    (written,) = (project / ".venv").rglob("analysis.pth")
    assert written.read_bytes().isascii()
    calls(project)
    environment.set_up()
    assert calls(project) == []


@posix
def test_a_moved_checkout_runs_its_own_code_and_is_set_up_anew(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(project)
    environment.set_up()
    copy, moved = (project.with_name(name) for name in ("copy", "moved"))
    shutil.copytree(project, copy, symlinks=True)
    shutil.move(project, moved)
    for place in (copy, moved):
        assert found_by(place / ".venv" / "bin" / "python", LC_ALL="C") == ascii(str(place))
        monkeypatch.setattr(places, "ROOT", place)
        stand_in(place)
        monkeypatch.setenv("PATH", f"{place / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
        environment.set_up()
        assert calls(place)[-2:] == ["venv --python", "pip install"]
        assert str(place) in (place / ".venv" / "bin" / "activate").read_text(encoding="utf-8")
        environment.set_up()
        assert calls(place) == []


@posix
def test_an_environment_of_unknown_place_is_made_anew(project: Path) -> None:
    """As an earlier make.py left it: a stamp of one word, and a path that may be another checkout's."""
    stand_in(project)
    environment.set_up()
    stamp = project / ".venv" / "stamp"
    stamp.write_text(stamp.read_text(encoding="ascii").split()[0], encoding="ascii")
    calls(project)
    environment.set_up()
    assert calls(project) == ["venv --python", "pip install"]


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@posix
def test_another_folder_can_hold_what_is_built(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = project.parent / "更 b" / "out"
    monkeypatch.setenv("UNSTABLE_GRADIENTS_BUILD", str(elsewhere))
    monkeypatch.setenv("LC_ALL", "C")
    stand_in(project)
    calls(project)
    before = everything(project)
    environment.set_up()
    book.stage()
    assert everything(project) - before == {project / "calls"}
    assert (elsewhere / ".venv" / "stamp").exists() and (elsewhere / "build" / "set-up.log").exists()
    assert found_by(elsewhere / ".venv" / "bin" / "python", LC_ALL="C") == ascii(str(project))
    env = variables.child_environment()
    kept = [env[name] for name in ("RUFF_CACHE_DIR", "MYPY_CACHE_DIR", "COVERAGE_FILE", "IPYTHONDIR")]
    assert all(Path(path).is_relative_to(elsewhere / "build") for path in kept)
    calls(project)
    environment.set_up()
    assert calls(project) == []
    monkeypatch.chdir(project.parent)
    monkeypatch.setenv("UNSTABLE_GRADIENTS_BUILD", "更 b/out")  # children run in another folder
    assert variables.child_environment()["UNSTABLE_GRADIENTS_BUILD"] == str(elsewhere)
    environment.set_up()
    assert calls(project) == []


@posix
def test_lab_does_not_ask_whether_to_fetch_news(project: Path, tmp_path: Path) -> None:
    """The page asks where ``fetchNews`` is neither "true" nor "false" (as in 4.6, whatever
    ``LabApp.news_url`` is)."""
    from jupyterlab_server.settings_utils import _get_overrides, get_settings

    stand_in(project)
    environment.set_up()
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    asked = []
    for folder in (tmp_path, places.venv() / "share" / "jupyter" / "lab" / "settings"):
        overrides, error = _get_overrides(str(folder))
        assert error == ""
        name = "@jupyterlab/apputils-extension:notification"
        found, _ = get_settings(str(folder), str(schemas), str(tmp_path), name, overrides)
        asked.append(found["schema"]["properties"]["fetchNews"]["default"])
    assert asked == ["none", "false"]


@pytest.mark.slow
def test_the_real_pip_without_a_network(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = "0" * 64
    lock = project / "requirements.lock"
    lock.write_text(f"left-pad-that-is-not==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    for name, value in {
        "INDEX_URL": "http://127.0.0.1:9/",
        "RETRIES": "1",
        "CONFIG_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    assert done(["book", "--no-serve"]) == 1
    assert "The package index could not be reached" in sentence(capsys.readouterr().out)
    lock.write_text("", encoding="utf-8")
    monkeypatch.setattr(installation, "run_logged", lambda command, what: None)
    environment.set_up()  # the environment it had made is sound, and is kept
    assert (project / ".venv" / "stamp").exists()
