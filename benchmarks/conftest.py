"""One race a test: timed by pytest-benchmark's rounds, kept in the run's JSON, printed,
and written for the page of the book.

``BENCH_CORES`` (1, 2 …) says how many cores the run may use;
``BENCH_RESULTS`` names the file that the races are added to.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

CORES = int(os.environ.get("BENCH_CORES", "0")) or len(
    os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0]
)
if hasattr(os, "sched_setaffinity"):  # before any library counts the cores
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(CORES)

import pytest  # noqa: E402
import race as races  # noqa: E402


@pytest.fixture(scope="session")
def cores() -> int:
    """How many cores this run has."""
    return CORES


@pytest.fixture(scope="session")
def results() -> Iterator[dict[str, Any]]:
    """All races of the session, written at its end."""
    found: dict[str, Any] = {}
    yield found
    target = os.environ.get("BENCH_RESULTS")
    if target:
        path = Path(target)
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(json.dumps(before | found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@pytest.fixture
def race(
    benchmark: Any, results: dict[str, Any], request: pytest.FixtureRequest
) -> Callable[..., races.Race]:
    """``race(question, contenders, unit=, work=, base=, rounds=)``;
    the first contender is the base of the ratios."""

    def start(
        question: str,
        contenders: Mapping[str, races.Contender | str],
        *,
        unit: str,
        work: float,
        rounds: int = 7,
        base: str | None = None,
        warm: bool = True,
    ) -> races.Race:
        found = races.Race(question, unit, work)
        benchmark.pedantic(races.run, args=(found, contenders, rounds, warm), rounds=1, iterations=1)
        return found

    yield start  # type: ignore[misc]


@pytest.fixture
def store(
    benchmark: Any, results: dict[str, Any], request: pytest.FixtureRequest, capsys: Any
) -> Callable[..., None]:
    """``store(race, base)``: print the race and keep it under the test's name and the number of cores."""

    def keep(found: races.Race, base: str) -> None:
        facts = found.as_json(base) | {"cores": CORES}
        benchmark.extra_info.update(facts)
        results[f"{request.node.name} on {CORES}"] = facts
        with capsys.disabled():
            print(f"\n{found.question} [{CORES} core{'s' if CORES > 1 else ''}], per {found.unit}")
            for row in facts["rows"]:
                print(f"  {row['ratio']:9.2f} × {base:<24} {_time(row['per_unit'])}  {row['name']}")
            for name, value in found.notes.items():
                print(f"  {name}: {value:.4g}")
            for name, why in found.missing.items():
                print(f"  missing: {name}, {why}")

    return keep


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if seconds >= size or unit == "ns":
            return f"{seconds / size:8.3g} {unit}"
    return ""
