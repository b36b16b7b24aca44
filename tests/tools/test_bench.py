"""The benchmarks: which are run, on how many cores, and where their results go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_project import done

from analysis.chapters.speed.tables import FILE
from tools import installation, places, processes

REAL = places.ROOT


def test_peers_are_installed_from_what_pyproject_lists(
    project: Path, no_work: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an editable installation, which would write the path of the checkout into .venv again."""
    lines = (
        '[project]\nname = "x"\n[project.optional-dependencies]\npeers = ["torch>=2.13,<2.14", "jax>=0.9"]\n'
    )
    (project / "pyproject.toml").write_text(lines, encoding="utf-8")
    run: list[list[str]] = []
    monkeypatch.setattr(installation, "run_logged", lambda command, what: run.append(command))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert done(["bench", "--peers"]) == 0
    assert [command[-3:] for command in run] == [["install", "torch>=2.13,<2.14", "jax>=0.9"]]


def test_benchmarks_run_on_one_core_and_on_all_and_are_stored_if_asked(
    project: Path, no_work: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert done(["bench", "--store", "--only", "chains"]) == 0
    one, two, record = no_work
    assert "benchmarks" in one and one[-2:] == two[-2:] == ("-k", "chains")
    assert "cores-1.json" in " ".join(one) and "cores-2.json" in " ".join(two)
    assert record[0].endswith("record.py")
    assert Path(record[2]).relative_to(project) == FILE.relative_to(
        REAL
    )  # where the page on speed reads them
    no_work.clear()
    monkeypatch.setattr(processes, "python_call", lambda *arguments: no_work.append(arguments) or 1)
    assert done(["bench", "--store"]) == 1
    assert len(no_work) == 2  # nothing is stored of a run that failed
