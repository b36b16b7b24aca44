"""What ``--all`` adds to a normal run, and that an oracle, and each case but the first few, runs without the
tracer, which comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sampling
from tracing import TRACED, untraced


@pytest.mark.in_full
def test_what_is_left_to_all_runs_with_it_alone(in_full: bool) -> None:
    assert in_full


def test_the_tracer_is_away_and_comes_back() -> None:
    seen: list[str] = []

    def tracer(frame: Any, event: str, arg: Any) -> None:
        seen.append(frame.f_code.co_name)

    def oracle() -> None:
        pass

    def ours() -> None:
        pass

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with untraced():
            oracle()
            assert sys.gettrace() is None
        ours()
        with pytest.raises(ZeroDivisionError), untraced():
            oracle()
            1 / 0  # noqa: B018
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert "ours" in seen and "oracle" not in seen
    assert sys.gettrace() is before


CASES = """
import sys
import pytest
from sampling import every
from tracing import TRACED

@pytest.mark.parametrize("n", range(TRACED + 2))
def test_cases(n):
    assert (sys.gettrace() is None) == (n >= TRACED and not every())

def test_alone():
    assert sys.gettrace() is not None
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="coverage needs no tracer there")
@pytest.mark.parametrize("options", [[], ["--all"]], ids=str)
def test_of_the_cases_the_first_alone_is_traced(root: Path, tmp_path: Path, options: list[str]) -> None:
    """Shuffled, in a run of its own with coverage; with ``--all`` each is."""
    (tmp_path / "test_x.py").write_text(CASES, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "conftest",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
    ]
    env = {name: value for name, value in os.environ.items() if name != sampling.VARIABLE} | {
        "PYTHONPATH": os.pathsep.join(map(str, (root / "tests", root))),
        "COVERAGE_FILE": str(tmp_path / "coverage"),
    }
    told = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "--cov", "test_x", "--cov-report=", *options, "test_x.py"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert f"{TRACED + 3} passed" in told, told
