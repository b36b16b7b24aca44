"""The races of the benchmarks, and the page that shows them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import peers
import pytest
import race as races
import record

from analysis.chapters.speed import tables as speed


def slow(seconds: float) -> Any:
    return lambda: time.sleep(seconds)


def test_a_race_is_run_in_turn_and_gives_ratios() -> None:
    order: list[str] = []
    contenders = {name: (lambda name=name: order.append(name)) for name in "abc"}
    races.run(races.Race("who", "call", 1.0), contenders, rounds=3, warm=False)
    assert order == list("abc") + list("bca") + list("cab")
    found = races.run(
        races.Race("who", "call", 2.0), {"x": slow(0.002), "y": slow(0.02), "z": "not here"}, rounds=3
    )
    assert found.ratio("y", "x") > 2 and found.ratio("x", "x") == 1.0
    told = found.as_json("x")
    assert told["missing"] == {"z": "not here"} and [row["name"] for row in told["rows"]] == ["x", "y"]
    assert told["rows"][1]["per_unit"] == pytest.approx(found.median("y") / 2)


def test_exponents() -> None:
    assert races.exponent([1.0, 10.0, 100.0], [2.0, 20.0, 200.0]) == pytest.approx(1.0)
    assert races.exponent([1.0, 2.0, 4.0], [3.0, 24.0, 192.0]) == pytest.approx(3.0)


def test_a_library_that_is_missing_is_said() -> None:
    assert "pip install '.[peers]'" in peers.library("no_such_library")


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of one race on one core and on two."""
    found = races.run(
        races.Race("who", "call", 1.0), {"x": slow(0.001), "y": slow(0.002), "z": "not | here"}, rounds=1
    )
    found.notes["a note"] = 1.25
    facts = {f"who on {k}": found.as_json("x") | {"cores": k} for k in (1, 2)}
    source, target = tmp_path / "races.json", tmp_path / "speed.json"
    source.write_text(json.dumps(facts), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["record.py", str(source), str(target)])
    record.main()
    return target


def test_a_record_becomes_a_table(stored: Path) -> None:
    table = speed.speed_table("who", 1, 2, path=stored)
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert len(rows) == 4 and all(row.count("|") == rows[0].count("|") for row in rows)
    assert "one core: time" in rows[0] and "2 cores: ratio" in rows[0] and rows[2].startswith("| x |")
    assert (
        "a note (one core): 1.25." in table and "a note (2 cores): 1.25." in table and "Missing: z" in table
    )
    told = speed.circumstances(stored)
    assert record.COMMAND in told and "sympy" in told
    assert f"NumPy's linear algebra: {', '.join(record.facts()['blas'])}." in told
    with pytest.raises(ValueError, match="who on 1, who on 2"):
        speed.race("whom", path=stored)
    with pytest.raises(FileNotFoundError, match="bench --peers --store"):
        speed.record(stored.with_name("none.json"))


@pytest.mark.parametrize(
    ("seconds", "text"), [(2.5, "2.5 s"), (0.0123, "12.3 ms"), (4.2e-6, "4.2 µs"), (2e-9, "2 ns")]
)
def test_times_are_shown_in_units(seconds: float, text: str) -> None:
    assert speed.shown(seconds) == text
