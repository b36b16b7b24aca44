"""``make.py test``: every step runs, one failure fails the whole, and what it is told goes to pytest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import interruptible
import pytest
from small_project import done, posix
from waiting import wait_for

from analysis.claims.fingerprint import fingerprint
from analysis.claims.kept import VARIABLE
from tools import places, processes, pytorch
from tools.test import CLAIMS, NO_CELLS, Step, beside, nbval


def test_arguments_go_to_pytest_and_its_exit_code_comes_back(
    project: Path, no_work: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert done(["test", "-k", "a or b", "--", "tests/test_x.py"]) == 0
    assert no_work == [("-m", "pytest", *NO_CELLS, "-k", "a or b", "--", "tests/test_x.py")]
    (project / "tests").mkdir()
    (project / "tests" / "test_x.py").touch()
    for words in (["tests/test_x.py::test_a[1]", "-x"], ["tests"], ["--pdb", "05"]):
        no_work.clear()
        assert done(["test", *words]) == 0
        assert no_work == [("-m", "pytest", *NO_CELLS, *words)]
    monkeypatch.setattr(processes, "python_call", lambda *arguments: 5)
    assert done(["test", "-x"]) == 5


def test_cells_are_not_shuffled_when_nbval_is_asked_for(
    project: Path, no_work: list[tuple[str, ...]]
) -> None:
    for way in ("--nbval", "--nbval-lax"):
        assert done(["test", way, "--nbval-current-env", "notebooks/05_x.ipynb"]) == 0
        *_, call = no_work
        assert call[2:4] == ("-p", "no:randomly") and call[4:] == (
            way, "--nbval-current-env", "notebooks/05_x.ipynb"
        )  # fmt: skip


@pytest.fixture
def notebook(project: Path) -> Path:
    """The only notebook."""
    path = project / "notebooks" / "01_x.ipynb"
    path.write_text("{}", encoding="utf-8")
    return path


def tool(arguments: tuple[str, ...]) -> str:
    """ruff, mypy, sphinx, nbval, claims, or pytest for the unit tests."""
    if arguments[-1] == CLAIMS:
        return "claims"
    return "nbval" if {"--nbval", "--nbval-lax"}.intersection(arguments) else arguments[1]


@pytest.mark.usefixtures("notebook")
def test_every_step_runs_and_one_failure_fails_the_whole(
    project: Path,
    no_work: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(pytorch, "there", lambda: True)
    monkeypatch.setenv("BOOK_IS_BUILT", "0")  # so that what the steps make of it ends with this test
    assert done(["test"]) == 0
    called = sorted(map(tool, no_work))
    assert called == ["claims", "mypy", "nbval", "pytest", "ruff", "ruff", "sphinx"]
    assert os.environ.pop("BOOK_IS_BUILT") == "1"
    capsys.readouterr()
    wrong = {"mypy"}

    def call(*arguments: str, **options: Any) -> int:
        no_work.append(arguments)
        if "stdout" in options:
            options["stdout"].write(f"{tool(arguments)} has spoken\n".encode())
        return int(tool(arguments) in wrong)

    monkeypatch.setattr(processes, "python_call", call)
    names = [
        "ruff check",
        "ruff format",
        "mypy --strict",
        "book, no warning",
        "claims",
        "notebooks",
        "unit tests, coverage",
    ]
    for failing, place in (("mypy", 2), ("sphinx", 3), ("claims", 4), ("nbval", 5), ("pytest", 6)):
        wrong = {failing}
        no_work.clear()
        assert done(["test"]) == 1
        assert sorted(map(tool, no_work)) == called
        told, _, table = capsys.readouterr().out.partition("=== summary\n")
        rows = table.splitlines()
        assert [" ".join(row.split()[1:-2]) for row in rows] == names
        assert [row.split()[0] for row in rows] == ["FAILED" if n == place else "ok" for n in range(7)]
        assert told.count("has spoken") == 4  # the second lane is shown whole, whatever fails
        assert [tool(x) for x in no_work].index("nbval") > [tool(x) for x in no_work].index("claims")
        if failing in ("mypy", "nbval"):
            assert f"=== {names[place]}\n{failing} has spoken\n(exit code 1)\n" in told
    assert os.environ["BOOK_IS_BUILT"] == "1"
    wrong = {"sphinx"}
    assert done(["test"]) == 1
    assert "BOOK_IS_BUILT" not in os.environ  # a book with warnings is not one to read from


@pytest.mark.usefixtures("notebook", "no_work")
def test_claims_and_notebooks_keep_outcomes_in_a_folder_of_this_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named by the source as it is, emptied at the start; the other tests, which plant errors, do not see
    it, nor does a notebook that is run alone or the quick run."""
    monkeypatch.setenv("BOOK_IS_BUILT", "0")
    stale = project / "build" / "test" / "outcomes" / fingerprint() / "of-an-earlier-run"
    stale.parent.mkdir(parents=True)
    stale.touch()
    seen: dict[str, str | None] = {}
    threads = set()

    def call(*arguments: str, variables: dict[str, str] | None = None, **options: Any) -> int:
        variables = variables or {}
        seen[tool(arguments)] = variables.get(VARIABLE)
        if arguments[1] == "pytest":
            threads.add(variables.get("OPENBLAS_NUM_THREADS"))
        if VARIABLE in variables:
            assert list(Path(variables[VARIABLE]).parent.iterdir()) == [stale.parent]
        return 0

    monkeypatch.setattr(processes, "python_call", call)
    assert done(["test"]) == 0
    assert {name for name, folder in seen.items() if folder} == {"claims", "nbval"}
    assert {seen["claims"], seen["nbval"]} == {str(stale.parent)} and not list(stale.parent.iterdir())
    for words in (["01"], ["--quick"], ["-k", "bound"]):
        seen.clear()
        assert done(["test", *words]) == 0 and set(seen.values()) == {None}
    assert threads == {"1", None}


def test_variables_reach_the_child(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "venv_python", lambda: Path(sys.executable))
    code = "import os, sys; sys.exit(int(os.environ['SOME']) + ('OTHER' in os.environ))"
    assert processes.python_call("-c", code, variables={"SOME": "3"}) == 3
    monkeypatch.setenv("SOME", "5")
    monkeypatch.setenv("OTHER", "")
    assert processes.python_call("-c", code) == 6


@posix
@pytest.mark.usefixtures("no_work", "notebook")
def test_the_lanes_run_beside_one_another(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the other's file; one after the other they would wait for ever."""
    (project / "build" / "test").mkdir(parents=True)
    code = "import pathlib, sys, time\nmine, other = map(pathlib.Path, sys.argv[1:])\nmine.touch()\n"
    code += "end = time.monotonic() + 60\nwhile not other.exists():\n    time.sleep(0.01)\n"
    code += "    if time.monotonic() > end: sys.exit(3)\n"

    def call(*arguments: str, **options: Any) -> int:
        del options["variables"]
        return subprocess.run([sys.executable, *arguments], check=False, **options).returncode

    monkeypatch.setattr(processes, "python_call", call)
    a, b = str(project / "a"), str(project / "b")
    first, second = [Step("one", ["-c", code, a, b])], [Step("two", ["-c", code, b, a])]
    assert [(x.name, x.code) for x in beside(first, second)] == [("two", 0), ("one", 0)]


LANES = """
import pathlib, sys
from tools import places
from tools.test import Step, beside
places.venv_python = lambda: pathlib.Path(sys.executable)
wait = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
steps = [Step(name, ["-c", wait, name]) for name in ("one", "two", "three", "four")]
beside(steps[::2], steps[1::2])
"""


@posix
def test_ctrl_c_ends_both_lanes(project: Path) -> None:
    command = [sys.executable, "-c", LANES]
    child = interruptible.started(command, cwd=project, text=True, env={**os.environ, "PYTHONUTF8": "1"})
    wait_for(lambda: (project / "one").exists() and (project / "two").exists())
    os.killpg(child.pid, signal.SIGINT)  # the terminal sends it to all
    child.communicate(timeout=50)
    assert child.returncode != 0
    assert not (project / "three").exists() and not (project / "four").exists()


def test_no_notebooks_is_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    assert subprocess.run([sys.executable, *nbval([], 1)], check=False).returncode == 1
    assert capfd.readouterr().err == "There is no notebook in notebooks/ to run.\n"


@pytest.mark.parametrize(
    ("platform", "mode"), [("linux", "--nbval"), ("darwin", "--nbval-lax"), ("win32", "--nbval-lax")]
)
def test_notebooks_are_compared_strictly_on_linux(
    notebook: Path, monkeypatch: pytest.MonkeyPatch, platform: str, mode: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    arguments = nbval([notebook], 1)
    assert mode in arguments and "--nbval-current-env" in arguments and "no:randomly" in arguments


def test_the_quick_run_has_no_browser_no_notebook_and_no_coverage(no_work: list[tuple[str, ...]]) -> None:
    assert done(["test", "--quick"]) == 0
    assert sorted(map(tool, no_work)) == ["mypy", "pytest", "ruff", "ruff"]
    (tests,) = [call for call in no_work if tool(call) == "pytest"]
    assert "--quick" in tests and CLAIMS not in tests and "--cov" not in tests


@pytest.mark.usefixtures("notebook")
def test_all_is_the_whole_with_every_sample(
    no_work: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOK_IS_BUILT", "0")
    calls = []
    for words in ([], ["--all"]):
        no_work.clear()
        assert done(["test", *words]) == 0
        calls.append(sorted(no_work))
    more = {word for call in calls[1] for word in call} - {word for call in calls[0] for word in call}
    assert len(calls[0]) == len(calls[1]) and more == {"--all"}


def test_the_size_goes_to_pytest_with_other_words(no_work: list[tuple[str, ...]]) -> None:
    for words in (["--all", "-k", "bound"], ["-k", "bound", "--all"]):
        assert done(["test", *words]) == 0
    assert no_work == [("-m", "pytest", *NO_CELLS, "--all", "-k", "bound")] * 2


def test_quick_and_all_exclude_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        done(["test", "--quick", "--all"])
    assert stop.value.code == 2
    assert "not allowed with" in capsys.readouterr().err
