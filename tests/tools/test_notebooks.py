"""The words that name notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import done, sentence

from tools import refresh as refreshing
from tools.notebooks import runnable
from tools.test import nbval


@pytest.fixture
def chapters(project: Path) -> list[str]:
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
        path = project / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    return names


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What ``refresh`` was last asked to run."""
    made: list[Path] = []

    def refresh(paths: list[Path]) -> int:
        made[:] = paths
        return 0

    monkeypatch.setattr(refreshing, "refresh", refresh)
    return made


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
    project: Path,
    no_work: list[tuple[str, ...]],
    refreshed: list[Path],
    chapters: list[str],
    name: str,
    meant: list[str],
) -> None:
    paths = [f"notebooks/{x}.ipynb" for x in meant]
    assert done(["refresh", name]) == 0
    assert refreshed == [project / x for x in paths]
    assert done(["test", name, "-x"]) == 0
    call = no_work[-1]
    assert call[-len(paths) - 1 :] == (*paths, "-x")
    assert "--nbval-current-env" in call and "no:randomly" in call


def test_several_names(
    project: Path, no_work: list[tuple[str, ...]], refreshed: list[Path], chapters: list[str]
) -> None:
    assert done(["refresh", "05_solutions", "02", "02"]) == 0
    assert [x.stem for x in refreshed] == ["05_solutions", "02_quarter"]
    for every in ([], ["notebooks"]):
        assert done(["refresh", *every]) == 0
        assert len(refreshed) == len(chapters)
    (project / "tests").mkdir()
    assert done(["test", "02", "05", "tests", "-k", "05"]) == 0
    assert no_work[-1][-5:] == ("notebooks/02_quarter.ipynb", "notebooks/05_wide.ipynb", "tests", "-k", "05")
    assert "loadfile" in no_work[-1]


@pytest.mark.parametrize("command", ["refresh", "test"])
@pytest.mark.parametrize("name", ["03", "5", "quarter", "tests/test_nothing.py", "0"])
def test_a_name_of_nothing_lists_what_there_is(
    project: Path,
    no_work: list[tuple[str, ...]],
    chapters: list[str],
    capsys: pytest.CaptureFixture[str],
    command: str,
    name: str,
) -> None:
    assert done([command, "02", name]) == 1
    assert no_work == []
    told = sentence(capsys.readouterr().out)
    assert told.startswith(f"No notebook is called {name}") and all(x in told for x in chapters)


WANTING = '{"metadata": {"requires": ["no_such_package"]}, "cells": []}'


def test_a_notebook_that_wants_what_is_not_there_is_left_out_and_said_to_be(
    chapters: list[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUIRE_TORCH", raising=False)
    path = project / "notebooks" / "02_quarter.ipynb"
    other = project / "notebooks" / "05_wide.ipynb"
    path.write_text(WANTING, encoding="utf-8")
    assert runnable([path, other]) == (
        [other],
        ["02_quarter.ipynb: skipped, for no_such_package is not installed"],
    )
    path.write_text(WANTING.replace("no_such_package", "json"), encoding="utf-8")
    assert runnable([path, other]) == ([path, other], [])


def test_what_is_required_is_not_left_out(
    chapters: list[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUIRE_TORCH", "1")
    path = project / "notebooks" / "02_quarter.ipynb"
    path.write_text(WANTING, encoding="utf-8")
    assert runnable([path]) == ([path], [])


def test_nbval_runs_nothing_where_all_is_left_out(
    chapters: list[str], project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REQUIRE_TORCH", raising=False)
    path = project / "notebooks" / "02_quarter.ipynb"
    path.write_text(WANTING, encoding="utf-8")
    assert nbval([path], 1) == ["-c", ""]
    assert "02_quarter.ipynb: skipped" in capsys.readouterr().out
    other = project / "notebooks" / "05_wide.ipynb"
    assert nbval([path, other], 1)[-1] == "notebooks/05_wide.ipynb"
