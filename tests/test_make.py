"""``make.py``: each thing that goes wrong ends in one clear sentence, and the next call mends it.

The set-up runs in a folder of its own with a stand-in for ``uv``, and once with the real pip and no network.
"""

from __future__ import annotations

import ast
import errno
import http.client
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import interruptible
import pytest
from loading import ROOT, load_make
from waiting import wait_for

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``make.py`` on a small project of its own, in a path of any letters, on a machine without uv."""
    module = load_make()
    project = tmp_path / "a b 梯度" / "project"
    for folder in ("book", "notebooks", "bin", "analysis"):
        (project / folder).mkdir(parents=True)
    (project / "analysis" / "__init__.py").touch()
    (project / "requirements.lock").write_text("", encoding="utf-8")
    (project / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    shutil.copy2(ROOT / "make.py", project / "make.py")
    monkeypatch.setattr(module, "ROOT", project)
    monkeypatch.setenv("PATH", f"{project / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.delenv("UNSTABLE_GRADIENTS_BUILD", raising=False)
    return module


def script(path: Path, body: str) -> None:
    """An executable shell script."""
    path.write_text("#!/bin/sh\n" + body, encoding="utf-8")
    path.chmod(0o755)


def stand_in(make: ModuleType, installing: str = "exit 0") -> None:
    """A ``uv`` that makes real, empty environments, notes what it was called with, and installs as told."""
    script(
        make.ROOT / "bin" / "uv",
        f'echo "$@" >> "{make.ROOT}/calls"\n'
        f'if [ "$1" = venv ]; then "{sys.executable}" -m venv --without-pip "$4"; exit $?; '
        f"fi\n{installing}\n",
    )


def calls(make: ModuleType) -> list[str]:
    """What the stand-in was asked for since the last time."""
    noted = make.ROOT / "calls"
    lines = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
    noted.unlink(missing_ok=True)
    return [" ".join(line.split()[:2]) for line in lines]


def sentence(output: str) -> str:
    """The last line, which must be a sentence, with no traceback anywhere."""
    assert "Traceback" not in output, output
    last = output.strip().splitlines()[-1]
    assert last[0].isupper() and last[-1] in ".)" and len(last) < 300, last
    return last


# An old Python


def old_pythons() -> list[str]:
    """Every interpreter older than 3.11 that lies about."""
    named = [shutil.which(f"python3.{minor}") for minor in range(4, 11)]
    kept = [str(p) for p in (Path.home() / ".pyenv" / "versions").glob("3.*/bin/python3")]
    check = "import sys; sys.exit(not sys.version_info < (3, 11))"
    return [
        path
        for path in [*filter(None, named), *sorted(kept)]
        if subprocess.run([path, "-c", check], capture_output=True, check=False).returncode == 0
    ]


def test_its_syntax_is_that_of_an_old_python() -> None:
    source = (ROOT / "make.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef)
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, newer)]
    hints = [n.returns for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    hints += [n.annotation for n in ast.walk(tree) if isinstance(n, ast.arg)]
    evaluated = [
        n for hint in hints if hint for n in ast.walk(hint) if isinstance(n, ast.Subscript | ast.BinOp)
    ]
    assert not evaluated, "a hint such as list[str] must be quoted: an old Python would evaluate it"


@posix
def test_an_old_python_is_told_so_in_a_sentence(tmp_path: Path) -> None:
    for python in old_pythons()[:3]:
        shown = subprocess.run(
            [python, str(ROOT / "make.py"), "book"],
            env={"PATH": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert shown.returncode == 1
        assert "3.11 or newer" in sentence(shown.stdout), python


def test_an_old_python_with_no_other_at_hand(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make.sys, "version_info", (3, 8, 18))
    monkeypatch.setenv("PATH", str(make.ROOT / "bin"))
    assert make.main(["book"]) == 1
    assert "This is Python 3.8; the book needs 3.11 or newer" in sentence(capsys.readouterr().out)


@posix
def test_an_old_python_hands_over_to_one_that_runs(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_ = make.ROOT / "bin"
    script(bin_ / "python3.13", "exit 127")  # a shim with nothing behind it
    script(bin_ / "python3.12", f'echo "$@" >> "{make.ROOT}/calls"; [ "$1" = -c ] && exit 0; exit 7')
    monkeypatch.setattr(make.sys, "version_info", (3, 8, 18))
    monkeypatch.setenv("PATH", str(bin_))
    assert make.main(["test", "-k", "quarter"]) == 7
    assert (
        (make.ROOT / "calls").read_text(encoding="utf-8").splitlines()[-1].endswith("make.py test -k quarter")
    )


# The environment


@posix
def test_the_set_up_is_done_once(make: ModuleType) -> None:
    stand_in(make)
    make.set_up()
    assert calls(make) == ["venv --python", "pip install"]
    make.set_up()
    assert calls(make) == []


@posix
@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_updates_in_place(make: ModuleType, name: str) -> None:
    stand_in(make)
    make.set_up()
    kept = make.ROOT / ".venv" / "kept"
    kept.touch()
    (make.ROOT / name).write_text("# changed\n", encoding="utf-8")
    calls(make)
    make.set_up()
    assert calls(make) == ["pip install"]
    assert kept.exists()


@posix
def test_a_sound_environment_without_a_stamp_is_adopted(make: ModuleType) -> None:
    stand_in(make)
    make.set_up()
    (make.ROOT / ".venv" / "stamp").unlink()
    calls(make)
    make.set_up()
    assert calls(make) == ["pip install"]


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
def test_a_half_made_environment_is_made_anew(make: ModuleType, spoil: Callable[[Path], None]) -> None:
    stand_in(make)
    make.set_up()
    spoil(make.ROOT / ".venv")
    calls(make)
    make.set_up()
    assert calls(make) == ["venv --python", "pip install"]
    assert make.venv_version()


@posix
def test_no_venv_module(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(make.ROOT / "bin" / "python-without-ensurepip", "exit 1")
    monkeypatch.setattr(make.sys, "_base_executable", str(make.ROOT / "bin" / "python-without-ensurepip"))
    assert make.main(["book", "--no-serve"]) == 1
    assert "python3-venv" in sentence(capsys.readouterr().out)
    assert not (make.ROOT / ".venv").exists()
    stand_in(make)
    monkeypatch.setattr(make.sys, "_base_executable", sys.executable)
    make.set_up()


@posix
@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("error: dns error: failed to lookup address", "The package index could not be reached"),
        ("WARNING: [Errno 101] Network is unreachable", "The package index could not be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not the one in requirements.lock"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: something unheard of", "failed with exit code 2: error: something unheard of"),
    ],
)
def test_an_installation_that_fails(
    make: ModuleType, output: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(make, f"echo '{output}'; exit 2")
    assert make.main(["test", "-k", "x"]) == 1
    assert told in sentence(capsys.readouterr().out)
    assert output in (make.ROOT / "build" / "set-up.log").read_text(encoding="utf-8")
    calls(make)
    stand_in(make)
    make.set_up()
    assert calls(make) == ["pip install"]  # what was sound is kept


@posix
def test_ctrl_c_in_the_set_up(make: ModuleType) -> None:
    stand_in(make, "sleep 30")
    child = interruptible.started(
        [sys.executable, str(make.ROOT / "make.py"), "book", "--no-serve"], text=True
    )
    unfinished = make.ROOT / ".venv" / "unfinished"
    noted = make.ROOT / "calls"
    wait_for(lambda: noted.exists() and "pip install" in noted.read_text(encoding="utf-8"))
    os.killpg(child.pid, signal.SIGINT)  # the terminal sends it to all
    output, _ = child.communicate(timeout=20)
    assert child.returncode == 130
    assert sentence(output).startswith("Stopped;")
    assert unfinished.exists()
    calls(make)
    stand_in(make)
    make.set_up()
    assert calls(make) == ["venv --python", "pip install"]
    assert not unfinished.exists()


# The place


def found_by(python: Path, **env: str) -> str:
    """Which ``analysis`` this Python runs from another folder, in ASCII."""
    code = "import analysis, os; print(ascii(os.path.dirname(os.path.dirname(analysis.__file__))))"
    env = {"PATH": "/usr/bin:/bin"} | env
    return subprocess.check_output([python, "-c", code], env=env, cwd="/", text=True).strip()


LOCALES = [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "1"}, {"LC_ALL": "C.UTF-8"}]


@posix
@pytest.mark.parametrize("env", LOCALES)
def test_the_project_is_found_in_a_path_of_any_letters(
    make: ModuleType, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    stand_in(make)
    make.set_up()
    assert found_by(make.venv_python(), **env) == ascii(str(make.ROOT))
    (written,) = (make.ROOT / ".venv").rglob("analysis.pth")
    assert written.read_bytes().isascii()
    calls(make)
    make.set_up()
    assert calls(make) == []


@posix
def test_a_moved_checkout_runs_its_own_code_and_is_set_up_anew(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(make)
    make.set_up()
    copy, moved = (make.ROOT.with_name(name) for name in ("copy", "moved"))
    shutil.copytree(make.ROOT, copy, symlinks=True)
    shutil.move(make.ROOT, moved)
    for place in (copy, moved):
        assert found_by(place / ".venv" / "bin" / "python", LC_ALL="C") == ascii(str(place))
        monkeypatch.setattr(make, "ROOT", place)
        stand_in(make)
        monkeypatch.setenv("PATH", f"{place / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
        make.set_up()
        assert calls(make)[-2:] == ["venv --python", "pip install"]
        assert str(place) in (place / ".venv" / "bin" / "activate").read_text(encoding="utf-8")
        make.set_up()
        assert calls(make) == []


@posix
def test_an_environment_of_unknown_place_is_made_anew(make: ModuleType) -> None:
    """As an earlier make.py left it: a stamp of one word, and a path that may be another checkout's."""
    stand_in(make)
    make.set_up()
    stamp = make.ROOT / ".venv" / "stamp"
    stamp.write_text(stamp.read_text(encoding="ascii").split()[0], encoding="ascii")
    calls(make)
    make.set_up()
    assert calls(make) == ["venv --python", "pip install"]


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@posix
def test_another_folder_can_hold_what_is_built(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = make.ROOT.parent / "更 b" / "out"
    monkeypatch.setenv("UNSTABLE_GRADIENTS_BUILD", str(elsewhere))
    monkeypatch.setenv("LC_ALL", "C")
    stand_in(make)
    calls(make)
    before = everything(make.ROOT)
    make.set_up()
    make.stage()
    assert everything(make.ROOT) - before == {make.ROOT / "calls"}
    assert (elsewhere / ".venv" / "stamp").exists() and (elsewhere / "build" / "set-up.log").exists()
    assert found_by(elsewhere / ".venv" / "bin" / "python", LC_ALL="C") == ascii(str(make.ROOT))
    env = make.child_environment()
    kept = [env[name] for name in ("RUFF_CACHE_DIR", "MYPY_CACHE_DIR", "COVERAGE_FILE", "IPYTHONDIR")]
    assert all(Path(path).is_relative_to(elsewhere / "build") for path in kept)
    calls(make)
    make.set_up()
    assert calls(make) == []
    monkeypatch.chdir(make.ROOT.parent)
    monkeypatch.setenv("UNSTABLE_GRADIENTS_BUILD", "更 b/out")  # children run in another folder
    assert make.child_environment()["UNSTABLE_GRADIENTS_BUILD"] == str(elsewhere)
    make.set_up()
    assert calls(make) == []


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
    make: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    number: int,
    elsewhere: bool,
    told: str,
) -> None:
    if elsewhere:
        monkeypatch.setenv("UNSTABLE_GRADIENTS_BUILD", str(make.ROOT.parent / "out"))
    monkeypatch.setattr(make, "refusal", lambda folder: OSError(number, os.strerror(number)))
    assert make.main(command) == 1
    assert told in sentence(capsys.readouterr().out)
    assert not make.venv().exists()


def test_what_cannot_be_written_is_found_out_by_trying(make: ModuleType) -> None:
    (make.ROOT / "build").write_text("a file, not a folder", encoding="utf-8")
    assert make.refusal(make.build()) is not None
    assert make.refusal(make.ROOT / "not" / "yet" / "there") is None
    assert not (make.ROOT / "not").exists()
    if sys.platform == "linux":
        assert make.refusal(Path("/proc/x")) is not None  # root may write there, says the system


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_file_that_cannot_be_written_is_told(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def stage() -> bool:
        raise OSError(number, os.strerror(number), "build/source/index.md")

    monkeypatch.setattr(make, "set_up", lambda: None)
    monkeypatch.setattr(make, "stage", stage)
    assert make.main(["book", "--no-serve"]) == 1
    assert ("The disk is full" if number == errno.ENOSPC else "index.md") in sentence(capsys.readouterr().out)


# Home


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
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("HOME", home)
    env = make.child_environment()
    changed = {name for name, value in env.items() if Path(value).is_relative_to(make.build() / "home")}
    assert changed == KEPT_AT_HOME
    assert len({env[name] for name in changed}) == len(changed)
    monkeypatch.setattr(make, "writable", lambda folder: False)  # the checkout neither
    assert Path(make.child_environment()["NUMBA_CACHE_DIR"]).is_relative_to(make.build())


@posix
@pytest.mark.usefixtures("no_choices")
def test_a_home_that_can_hold_it_is_left_alone(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(make.ROOT.parent))
    assert not [value for value in make.child_environment().values() if str(make.build() / "home") in value]
    monkeypatch.setenv("HOME", HOMES[0])
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(make.ROOT.parent))
    env = make.child_environment()
    assert env["JUPYTER_DATA_DIR"] == str(make.ROOT.parent) and "JUPYTER_RUNTIME_DIR" not in env
    assert "MPLCONFIGDIR" in env


@posix
@pytest.mark.usefixtures("no_choices")
def test_jupyter_and_matplotlib_are_content_without_a_home(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", HOMES[0])
    notebook = make.ROOT / "notebooks" / "01_x.ipynb"
    notebook.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    env = make.child_environment()
    for call in (["-m", "nbformat.sign", str(notebook)], ["-c", "import matplotlib"]):
        done = subprocess.run([sys.executable, *call], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "Traceback" not in done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_letters_that_a_terminal_lacks_are_escaped(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(make.sys, "stdout", out)
    make.say("梯 \udce6")
    shown = "梯" if encoding == "utf-8" else "\\u68af"
    assert out.buffer.getvalue().decode(encoding).strip() == shown + " \\udce6"  # type: ignore[attr-defined]


# Two at once


SET_UP = (
    "import importlib.util, sys; sys.dont_write_bytecode = True; import make; sys.exit(make.main(['slides']))"
)


def started_set_up(make: ModuleType) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SET_UP]
    return interruptible.started(command, cwd=make.ROOT, text=True, env={**os.environ, "PYTHONUTF8": "1"})


@pytest.fixture
def first(make: ModuleType) -> Iterator[subprocess.Popen[str]]:
    """A make.py that is in the middle of installing, until there is a file called go."""
    stand_in(make, f'while [ ! -e "{make.ROOT}/go" ]; do sleep 0.05; done')
    script(make.ROOT / "bin" / "nothing", "")
    child = started_set_up(make)
    noted = make.ROOT / "calls"
    wait_for(lambda: noted.exists() and "pip install" in noted.read_text(encoding="utf-8"))
    yield child
    (make.ROOT / "go").touch()
    child.kill()
    child.communicate()


def told_to_wait(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


@posix
def test_the_second_waits_for_the_first(make: ModuleType, first: subprocess.Popen[str]) -> None:
    second = started_set_up(make)
    assert told_to_wait(second) == (
        f"Another make.py (process {first.pid}) is setting up .venv: waiting ...\n"
    )
    (make.ROOT / "go").touch()
    outputs = [child.communicate(timeout=60)[0] for child in (first, second)]
    assert ".venv is ready" in outputs[0] and "Making" not in outputs[1]
    assert calls(make) == ["venv --python", "pip install"]
    assert "The slides were not built" in sentence(outputs[1])  # it went on: there is no book/slides.py


@posix
def test_ctrl_c_while_waiting(make: ModuleType, first: subprocess.Popen[str]) -> None:
    second = started_set_up(make)
    told_to_wait(second)
    os.killpg(second.pid, signal.SIGINT)
    assert sentence(second.communicate(timeout=60)[0]).startswith("Stopped;")
    assert second.returncode == 130 and first.poll() is None


@posix
def test_the_lock_of_a_dead_process_is_taken_over(make: ModuleType, first: subprocess.Popen[str]) -> None:
    second = started_set_up(make)
    told_to_wait(second)
    first.kill()
    (make.ROOT / "go").touch()
    assert ".venv is ready" in second.communicate(timeout=60)[0]
    assert calls(make) == ["venv --python", "pip install"] * 2


@posix
@pytest.mark.parametrize("content", ["", "1", "{alive}", "梯", "-1"])
def test_what_stands_in_a_lock_that_nobody_holds_is_no_matter(make: ModuleType, content: str) -> None:
    """Empty, of a process that lives under this number by chance, or garbled."""
    make.build().mkdir()
    (make.build() / "set-up.lock").write_text(content.format(alive=os.getppid()), encoding="utf-8")
    with make.alone("set-up", "setting up .venv"):
        assert (make.build() / "set-up.lock").read_text(encoding="utf-8") == str(os.getpid())


@pytest.mark.parametrize(("number", "held"), [(errno.EACCES, False), (errno.ENOTSUP, True), (0, True)])
def test_the_lock_on_windows(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, held: bool
) -> None:
    """With a stand-in for msvcrt: the byte that is locked lies beyond the number that others read."""
    places = []

    def locking(file: int, mode: str, count: int) -> None:
        places.append((os.lseek(file, 0, os.SEEK_CUR), mode, count))
        if number:
            raise OSError(number, os.strerror(number))

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK="now or never", locking=locking))
    with (tmp_path / "lock").open("w") as file, monkeypatch.context() as patch:
        patch.setattr(make.sys, "platform", "win32")
        assert make.try_lock(file.fileno()) is held
    ((place, mode, count),) = places
    assert place > 1000 and (mode, count) == ("now or never", 1)


@pytest.mark.slow
def test_the_real_pip_without_a_network(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = "0" * 64
    lock = make.ROOT / "requirements.lock"
    lock.write_text(f"left-pad-that-is-not==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    for name, value in {
        "INDEX_URL": "http://127.0.0.1:9/",
        "RETRIES": "1",
        "CONFIG_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    assert make.main(["book", "--no-serve"]) == 1
    assert "The package index could not be reached" in sentence(capsys.readouterr().out)
    lock.write_text("", encoding="utf-8")
    monkeypatch.setattr(make, "run_logged", lambda command, what: None)
    make.set_up()  # the environment it had made is sound, and is kept
    assert (make.ROOT / ".venv" / "stamp").exists()


@pytest.mark.parametrize(("code", "ends"), [(2, True), (-2, True), (0, False)])
def test_ctrl_c_lets_a_child_end_in_its_own_way(make: ModuleType, code: int, ends: bool) -> None:
    class Child:
        waits = 0

        def wait(self) -> int:
            self.waits += 1
            if self.waits < 3:
                raise KeyboardInterrupt
            return code

    if ends:
        with pytest.raises(KeyboardInterrupt):
            make.exit_code(Child())
    else:
        assert make.exit_code(Child()) == 0  # JupyterLab asks, and is told to shut down


def test_children_see_nothing_of_the_caller(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "MPLBACKEND"):
        monkeypatch.setenv(name, "elsewhere")
    env = make.child_environment()
    assert "elsewhere" not in env.values()
    assert env["PATH"].split(os.pathsep)[0] == str(make.venv_python().parent)


# The book


def test_a_busy_port_is_said_before_any_work(make: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert make.main(["book", "--port", str(port)]) == 1
        assert f"Port {port} cannot be used" in sentence(capsys.readouterr().out)
        assert not (make.ROOT / ".venv").exists()
    make.open_server(port).server_close()  # free again, it is taken


def test_with_no_port_asked_for_the_next_free_one_is_taken(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        monkeypatch.setattr(make, "PORT", busy.getsockname()[1])
        server = make.open_server(None)
        assert server.server_address[0] == "127.0.0.1"
        assert make.PORT < server.server_address[1] < make.PORT + 20
        server.server_close()
    assert make.main(["book", "--port", "70000"]) == 1
    assert "0 to 65535" in sentence(capsys.readouterr().out)


def test_staging_copies_keeps_times_and_removes(make: ModuleType) -> None:
    page, chapter = make.ROOT / "book" / "index.md", make.ROOT / "notebooks" / "solutions" / "01.ipynb"
    chapter.parent.mkdir()
    for path in (page, chapter):
        path.write_text("one", encoding="utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    source = make.ROOT / "build" / "source"
    copies = source / "index.md", source / "notebooks" / "solutions" / "01.ipynb"
    assert make.stage() is False
    assert [copy.stat().st_mtime for copy in copies] == [1_700_000_000, 1_700_000_000]
    page.write_text("two, longer", encoding="utf-8")
    chapter.unlink()
    assert make.stage() is True
    assert copies[0].read_text(encoding="utf-8") == "two, longer"
    assert not copies[1].exists()
    assert make.stage() is False


def test_copies_can_be_written_again_where_the_originals_cannot(make: ModuleType) -> None:
    page, copy = make.ROOT / "book" / "index.md", make.build() / "source" / "index.md"
    page.write_text("one", encoding="utf-8")
    page.chmod(0o444)
    make.stage()
    assert copy.stat().st_mode & 0o200
    copy.chmod(0o444)  # as an earlier make.py left it
    page.chmod(0o644)
    page.write_text("two, longer", encoding="utf-8")
    make.stage()
    assert copy.read_text(encoding="utf-8") == "two, longer" and copy.stat().st_mode & 0o200


@pytest.fixture
def get(make: ModuleType) -> Iterator[Callable[[str], tuple[int, bytes]]]:
    """get(path): the status and the body that the server of build/html answers."""
    (make.build() / "html" / "notebooks").mkdir(parents=True)
    server = make.open_server(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def asked(path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    yield asked
    server.shutdown()
    server.server_close()


def test_the_server_shows_pages_and_lists_no_folder(
    make: ModuleType, get: Callable[[str], tuple[int, bytes]]
) -> None:
    secret = make.build() / "html" / "notebooks" / "secret.html"
    secret.write_text("a page", encoding="utf-8")
    for path in ("/", "/notebooks/"):
        status, body = get(path)
        assert status == 404 and b"secret" not in body
    assert get("/notebooks/secret.html") == (200, b"a page")
    for folder in ("", "notebooks/"):
        (make.build() / "html" / folder / "index.html").write_text("the index", encoding="utf-8")
        assert get("/" + folder) == (200, b"the index")
    assert get("/notebooks/../../set-up.log")[0] == 404


def test_a_book_that_does_not_build(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make, "set_up", lambda: None)
    monkeypatch.setattr(make, "python_call", lambda *arguments: 2)
    assert make.main(["book", "--no-serve"]) == 1
    assert sentence(capsys.readouterr().out).startswith("The book was not built")


# The tests


@pytest.fixture
def no_work(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The calls that ``make.py`` would make of .venv's Python; each ends well."""
    made: list[tuple[str, ...]] = []
    monkeypatch.setattr(make, "set_up", lambda: None)
    monkeypatch.setattr(make, "warm_fonts", lambda: None)
    monkeypatch.setattr(make, "python_call", lambda *arguments: made.append(arguments) or 0)
    return made


def test_arguments_go_to_pytest_and_its_exit_code_comes_back(
    make: ModuleType, no_work: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make.main(["test", "-k", "a or b", "--", "tests/test_x.py"]) == 0
    assert no_work == [("-m", "pytest", "-k", "a or b", "--", "tests/test_x.py")]
    (make.ROOT / "tests").mkdir()
    (make.ROOT / "tests" / "test_x.py").touch()
    for words in (["tests/test_x.py::test_a[1]", "-x"], ["tests"], ["--pdb", "05"]):
        no_work.clear()
        assert make.main(["test", *words]) == 0
        assert no_work == [("-m", "pytest", *words)]
    monkeypatch.setattr(make, "python_call", lambda *arguments: 5)
    assert make.main(["test", "-x"]) == 5


def test_cells_are_not_shuffled_when_nbval_is_asked_for(
    make: ModuleType, no_work: list[tuple[str, ...]]
) -> None:
    for way in ("--nbval", "--nbval-lax"):
        assert make.main(["test", way, "--nbval-current-env", "notebooks/05_x.ipynb"]) == 0
        *_, call = no_work
        assert call[2:4] == ("-p", "no:randomly") and call[4:] == (
            way, "--nbval-current-env", "notebooks/05_x.ipynb"
        )  # fmt: skip


@pytest.fixture
def chapters(make: ModuleType) -> list[str]:
    """Notebooks of chapters 2 and 5, their solutions, and a few ledgers."""
    names = [
        "02_quarter",
        "05_wide",
        "ledger",
        "ledger_1_4",
        "solutions/02_solutions",
        "solutions/05_solutions",
    ]
    for name in [*names, ".ipynb_checkpoints/05_wide"]:
        path = make.ROOT / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    return names


NAMES = [
    ("05", ["05_wide"]),
    ("05_wide", ["05_wide"]),
    ("05_wide.ipynb", ["05_wide"]),
    ("notebooks/05_wide.ipynb", ["05_wide"]),
    ("./notebooks/05_wide.ipynb", ["05_wide"]),
    ("notebooks\\05_wide.ipynb", ["05_wide"]),
    ("/anywhere/notebooks/solutions/05_solutions.ipynb", ["solutions/05_solutions"]),
    ("05_solutions", ["solutions/05_solutions"]),
    ("05_solutions.ipynb", ["solutions/05_solutions"]),
    ("solutions/05", ["solutions/05_solutions"]),
    ("solutions", ["solutions/02_solutions", "solutions/05_solutions"]),
    ("solutions/", ["solutions/02_solutions", "solutions/05_solutions"]),
    ("ledger", ["ledger", "ledger_1_4"]),
]


@pytest.mark.parametrize(("name", "meant"), NAMES)
def test_names_of_notebooks(
    make: ModuleType, no_work: list[tuple[str, ...]], chapters: list[str], name: str, meant: list[str]
) -> None:
    paths = [f"notebooks/{x}.ipynb" for x in meant]
    assert make.main(["refresh", name]) == 0
    assert no_work[-1][1:] == tuple(str(make.ROOT / x) for x in paths)
    assert make.main(["test", name, "-x"]) == 0
    call = no_work[-1]
    assert call[-len(paths) - 1 :] == (*paths, "-x")
    assert "--nbval-current-env" in call and "no:randomly" in call


def test_several_names(make: ModuleType, no_work: list[tuple[str, ...]], chapters: list[str]) -> None:
    assert make.main(["refresh", "05_solutions", "02", "02"]) == 0
    assert [Path(x).stem for x in no_work[-1][1:]] == ["05_solutions", "02_quarter"]
    for every in ([], ["notebooks"]):
        assert make.main(["refresh", *every]) == 0
        assert len(no_work[-1]) == 1 + len(chapters)
    (make.ROOT / "tests").mkdir()
    assert make.main(["test", "02", "05", "tests", "-k", "05"]) == 0
    assert no_work[-1][-5:] == ("notebooks/02_quarter.ipynb", "notebooks/05_wide.ipynb", "tests", "-k", "05")
    assert "loadfile" in no_work[-1]


@pytest.mark.parametrize("command", ["refresh", "test"])
@pytest.mark.parametrize("name", ["03", "5", "quarter", "tests/test_nothing.py", "0"])
def test_a_name_of_nothing_lists_what_there_is(
    make: ModuleType,
    no_work: list[tuple[str, ...]],
    chapters: list[str],
    capsys: pytest.CaptureFixture[str],
    command: str,
    name: str,
) -> None:
    assert make.main([command, "02", name]) == 1
    assert no_work == []
    told = sentence(capsys.readouterr().out)
    assert told.startswith(f"No notebook is called {name}") and all(x in told for x in chapters)


def test_peers_are_installed_from_what_pyproject_lists(
    make: ModuleType, no_work: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an editable installation, which would write the path of the checkout into .venv again."""
    lines = (
        '[project]\nname = "x"\n[project.optional-dependencies]\npeers = ["torch>=2.13,<2.14", "jax>=0.9"]\n'
    )
    (make.ROOT / "pyproject.toml").write_text(lines, encoding="utf-8")
    run: list[list[str]] = []
    monkeypatch.setattr(make, "run_logged", lambda command, what: run.append(command))
    monkeypatch.setattr(make.os, "environ", dict(os.environ))
    assert make.main(["bench", "--peers"]) == 0
    assert [command[-3:] for command in run] == [["install", "torch>=2.13,<2.14", "jax>=0.9"]]


def test_benchmarks_run_on_one_core_and_on_all_and_are_stored_if_asked(
    make: ModuleType, no_work: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(make.os, "environ", dict(os.environ))
    assert make.main(["bench", "--store", "--only", "chains"]) == 0
    one, two, record = no_work
    assert "benchmarks" in one and one[-2:] == two[-2:] == ("-k", "chains")
    assert "cores-1.json" in " ".join(one) and "cores-2.json" in " ".join(two)
    assert record[0].endswith("record.py") and record[2].endswith("races.json")
    no_work.clear()
    monkeypatch.setattr(make, "python_call", lambda *arguments: no_work.append(arguments) or 1)
    assert make.main(["bench", "--store"]) == 1
    assert len(no_work) == 2  # nothing is stored of a run that failed


def test_every_step_runs_and_one_failure_fails_the_whole(
    make: ModuleType,
    no_work: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BOOK_IS_BUILT", "0")  # so that what the steps make of it ends with this test
    (make.ROOT / "notebooks" / "01_x.ipynb").write_text("{}", encoding="utf-8")
    assert make.main(["test"]) == 0
    tools = [arguments[1] for arguments in no_work]
    assert tools == ["ruff", "ruff", "mypy", "sphinx", "pytest", "pytest"]
    assert os.environ.pop("BOOK_IS_BUILT") == "1"
    wrong = {"mypy"}

    def call(*arguments: str) -> int:
        no_work.append(arguments)
        return int(arguments[1] in wrong)

    monkeypatch.setattr(make, "python_call", call)
    no_work.clear()
    assert make.main(["test"]) == 1
    assert [arguments[1] for arguments in no_work] == tools
    table = capsys.readouterr().out.split("=== summary")[-1].strip().splitlines()
    assert [line.split()[0] for line in table] == ["ok", "ok", "FAILED", "ok", "ok", "ok"]
    wrong = {"sphinx"}
    assert make.main(["test"]) == 1
    assert "BOOK_IS_BUILT" not in os.environ  # a book with warnings is not one to read from


def test_no_notebooks_is_a_failure(make: ModuleType, no_work: list[tuple[str, ...]]) -> None:
    assert make.main(["test"]) == 1


@pytest.mark.parametrize(
    ("platform", "mode"), [("linux", "--nbval"), ("darwin", "--nbval-lax"), ("win32", "--nbval-lax")]
)
def test_notebooks_are_compared_strictly_on_linux(
    make: ModuleType,
    no_work: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    mode: str,
) -> None:
    (make.ROOT / "notebooks" / "01_x.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(make.sys, "platform", platform)
    assert make.every_notebook() == 0
    (arguments,) = no_work
    assert mode in arguments and "--nbval-current-env" in arguments and "no:randomly" in arguments


def test_lab_trusts_the_notebooks_first(make: ModuleType, no_work: list[tuple[str, ...]]) -> None:
    chapter = make.ROOT / "notebooks" / "01_x.ipynb"
    chapter.write_text("{}", encoding="utf-8")
    assert make.main(["lab", "--no-browser"]) == 0
    assert no_work[0] == ("-m", "nbformat.sign", str(chapter))
    assert no_work[1][1] == "jupyterlab" and no_work[1][-1] == "--no-browser"


@posix
def test_lab_does_not_ask_whether_to_fetch_news(make: ModuleType, tmp_path: Path) -> None:
    """The page asks where ``fetchNews`` is neither "true" nor "false" (as in 4.6, whatever
    ``LabApp.news_url`` is)."""
    from jupyterlab_server.settings_utils import _get_overrides, get_settings

    stand_in(make)
    make.set_up()
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    asked = []
    for folder in (tmp_path, make.venv() / "share" / "jupyter" / "lab" / "settings"):
        overrides, error = _get_overrides(str(folder))
        assert error == ""
        name = "@jupyterlab/apputils-extension:notification"
        found, _ = get_settings(str(folder), str(schemas), str(tmp_path), name, overrides)
        asked.append(found["schema"]["properties"]["fetchNews"]["default"])
    assert asked == ["none", "false"]


def test_slides_are_built_and_a_failure_is_told(
    make: ModuleType,
    no_work: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert make.main(["slides"]) == 0
    target = make.ROOT / "build" / "slides"
    assert no_work == [(str(make.ROOT / "book" / "slides.py"), str(target))]
    assert str(target / "index.html") in capsys.readouterr().out
    monkeypatch.setattr(make, "python_call", lambda *arguments: 1)
    assert make.main(["slides"]) == 1
    assert sentence(capsys.readouterr().out).startswith("The slides were not built")


def test_an_unknown_command_lists_the_known_ones(
    make: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        make.main(["bok"])
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert all(name in told for name in ("book", "slides", "pdf", "test", "lab", "refresh"))
