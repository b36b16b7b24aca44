"""``--quick`` leaves out what takes long and keeps some cases of each function; ``--all`` takes every
sample."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import quick
import sampling

from analysis.claims.ledger import CLAIMS

CODE = """
import pytest
from hypothesis import given, strategies as st
from sampling import every, sampled

@pytest.mark.parametrize("n", sampled(range(10), 4))
def test_cases(n):
    pass

@pytest.mark.drawn(3)
@pytest.mark.parametrize("n", range(20))
def test_drawn_cases(n):
    pass

@pytest.mark.slow
def test_slow():
    pass

@pytest.fixture
def browser():
    pass

def test_page(browser):
    pass

counted = []

@given(st.floats())
def test_drawn(x):
    counted.append(x)

def test_end():
    assert (len(counted) > 200) == every()
"""


@pytest.mark.parametrize(
    ("option", "passed", "deselected"),
    [
        ([], 11, 17),
        (["--quick"], 8, 20),
        (["--all"], 34, 0),
        (["-k", "test_drawn_cases"], 20, 8),
        (["--draw", "7", "test_x.py::test_drawn_cases[19]"], 1, 0),
    ],
)
def test_the_three_sizes(root: Path, tmp_path: Path, option: list[str], passed: int, deselected: int) -> None:
    """In a run of its own: four cases, three that are drawn unless cases are asked for by name, a slow test,
    one that needs a browser, examples drawn, and their number."""
    (tmp_path / "test_x.py").write_text(CODE, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if name != sampling.VARIABLE}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "conftest",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
    ]
    files = [] if any("::" in word for word in option) else ["test_x.py"]
    told = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "-W", "ignore", *option, *files],
        cwd=tmp_path,
        env=env | {"PYTHONPATH": os.pathsep.join(map(str, (root / "tests", root)))},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert f"{passed} passed" in told and (f"{deselected} deselected" in told) == bool(deselected), told


@pytest.mark.parametrize(
    ("length", "count", "places"),
    [
        (10, 3, [0, 5, 9]),
        (3, 3, [0, 1, 2]),
        (2, 3, [0, 1]),
        (0, 3, []),
        (7, 1, [0]),
        (7, 2, [0, 6]),
        (100, 5, [0, 25, 50, 74, 99]),
    ],
)  # fmt: skip
def test_cases_are_evenly_spread(length: int, count: int, places: list[int]) -> None:
    assert sampling.spread(range(length), count) == places


def test_all_takes_every_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sampling.VARIABLE, "1")
    assert sampling.sampled(range(10), 3) == list(range(10))
    monkeypatch.delenv(sampling.VARIABLE)
    assert sampling.sampled(range(10), 3) == sampling.spread(range(10), 3)


def test_the_first_case_is_taken_and_others_are_drawn_each_day(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for day in range(200):
        monkeypatch.setenv(sampling.DRAW, str(day))
        found = sampling.drawn(range(10), 3, "f")
        assert found == sampling.drawn(range(10), 3, "f") == sorted(set(found))
        assert found[0] == 0 and len(found) == 3
        seen |= set(found)
    assert seen == set(range(10))
    assert sampling.drawn(range(3), 3, "f") == [0, 1, 2] and sampling.drawn([], 3, "f") == []
    others = [sampling.drawn(range(1000), 5, name) for name in "fg"]
    assert others[0] != others[1]


def item(nodeid: str, *fixtures: str, slow: bool = False) -> Any:
    """As pytest has it."""
    return SimpleNamespace(
        nodeid=nodeid, fixturenames=fixtures, get_closest_marker=lambda name: slow and name == "slow" or None
    )


def test_what_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        quick,
        "LONG",
        ("tests/a.py::test_x", "tests/b.py", "tests/claims/test_claims.py::test_claim_settles[7]"),
    )
    names = [
        "tests/a.py::test_x",
        "tests/a.py::test_x[1]",
        "tests/a.py::test_xy",
        "tests/b.py::test_x",
        "tests/b.pyx::test",
    ]
    items = [item(name) for name in names]
    items += [item("tests/c.py::test_p", "browser"), item("tests/c.py::test_s", slow=True)]
    items += [item(f"tests/c.py::test_n[{n}]") for n in range(9)]
    items += [item(f"tests/claims/test_claims.py::test_claim_settles[{n}]") for n in range(9)]
    kept = [x.nodeid for x in quick.kept(items)]
    whole = ["tests/a.py::test_xy", "tests/b.pyx::test"]
    some = [f"tests/c.py::test_n[{n}]" for n in (0, 4, 8)]
    every = [f"tests/claims/test_claims.py::test_claim_settles[{n}]" for n in range(9) if n != 7]
    assert kept == whole + some + every


def test_what_is_left_out_by_name_is_there(root: Path) -> None:
    assert set(quick.HEAVY) <= set(CLAIMS)
    for name in quick.LONG:
        path, _, function = name.partition("[")[0].partition("::")
        assert (root / path).exists(), f"{name} is no more: take it out of tests/quick.py"
        if function:
            tree = ast.parse((root / path).read_text(encoding="utf-8"))
            defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert function in defined, f"{name} is no more: take it out of tests/quick.py"
