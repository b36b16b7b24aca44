"""``make.py``: each thing that goes wrong ends in one clear sentence, and the next call mends it.

The set-up runs in a folder of its own with a stand-in for ``uv``, and once with the real pip and no network.
"""

from __future__ import annotations

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import interruptible
import pytest
from loading import ROOT, load_make

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``make.py`` on a small project of its own, on a machine without uv."""
    module = load_make()
    project = tmp_path / "project"
    for folder in ("book", "notebooks", "bin"):
        (project / folder).mkdir(parents=True)
    (project / "requirements.lock").write_text("", encoding="utf-8")
    (project / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    shutil.copy2(ROOT / "make.py", project / "make.py")
    monkeypatch.setattr(module, "ROOT", project)
    monkeypatch.setenv("PATH", f"{project / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
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
        f'if [ "$1" = venv ]; then "{sys.executable}" -m venv --without-pip "$4"; exit $?; fi\n{installing}\n',
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
    assert calls(make) == ["venv --python", "pip install", "pip install"]
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
    assert calls(make) == ["pip install", "pip install"]
    assert kept.exists()


@posix
def test_a_sound_environment_without_a_stamp_is_adopted(make: ModuleType) -> None:
    stand_in(make)
    make.set_up()
    (make.ROOT / ".venv" / "stamp").unlink()
    calls(make)
    make.set_up()
    assert calls(make) == ["pip install", "pip install"]


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
    assert calls(make) == ["venv --python", "pip install", "pip install"]
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
    assert calls(make) == ["pip install", "pip install"]  # what was sound is kept


@posix
def test_ctrl_c_in_the_set_up(make: ModuleType) -> None:
    stand_in(make, "sleep 30")
    child = interruptible.started(
        [sys.executable, str(make.ROOT / "make.py"), "book", "--no-serve"], text=True
    )
    unfinished = make.ROOT / ".venv" / "unfinished"
    noted, give_up = make.ROOT / "calls", time.monotonic() + 60
    while not (noted.exists() and "pip install" in noted.read_text()) and time.monotonic() < give_up:
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGINT)  # the terminal sends it to all
    output, _ = child.communicate(timeout=20)
    assert child.returncode == 130
    assert sentence(output).startswith("Stopped;")
    assert unfinished.exists()
    calls(make)
    stand_in(make)
    make.set_up()
    assert calls(make) == ["venv --python", "pip install", "pip install"]
    assert not unfinished.exists()


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
    monkeypatch.setattr(make, "python_call", lambda *arguments: 5)
    assert make.main(["test", "-x"]) == 5


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
    assert make.nbval() == 0
    (arguments,) = no_work
    assert mode in arguments and "--nbval-current-env" in arguments and "no:randomly" in arguments


def test_lab_trusts_the_notebooks_first(make: ModuleType, no_work: list[tuple[str, ...]]) -> None:
    chapter = make.ROOT / "notebooks" / "01_x.ipynb"
    chapter.write_text("{}", encoding="utf-8")
    assert make.main(["lab", "--no-browser"]) == 0
    assert no_work[0] == ("-m", "nbformat.sign", str(chapter))
    assert no_work[1][1] == "jupyterlab" and no_work[1][-1] == "--no-browser"


def test_refresh_passes_the_names_on(make: ModuleType, no_work: list[tuple[str, ...]]) -> None:
    assert make.main(["refresh", "02", "solutions/01"]) == 0
    assert no_work[-1][1:] == ("02", "solutions/01")


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
