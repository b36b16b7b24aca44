"""The book's page on speed:
the recorded races as tables, with the machine, the versions and the command that made them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "races.json"


@cache
def record(path: Path = FILE) -> dict[str, Any]:
    """Everything that was recorded; raises FileNotFoundError naming the command that makes it."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: python3 make.py bench --peers --store makes it")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def race(name: str, cores: int = 1, path: Path = FILE) -> dict[str, Any]:
    """One race by the name of its test; raises ValueError naming the known ones."""
    races = record(path)["races"]
    key = f"{name} on {cores}"
    if key not in races:
        raise ValueError(f"name and cores must be one of {', '.join(sorted(races))}, not {key!r}")
    found: dict[str, Any] = races[key]
    return found


def speed_table(name: str, *cores: int, path: Path = FILE) -> str:
    """A race as a Markdown table:
    time for a unit and its ratio to the base, a pair of columns for each number of cores."""
    races = [race(name, k, path) for k in cores or (1,)]
    first = races[0]
    heads = [f"{_cores(r['cores'])}: {head}" for r in races for head in ("time", "ratio")]
    lines = [f"*{first['question']}; times for one {first['unit']}, ratios to “{first['base']}”*", ""]
    lines += [f"| | {' | '.join(heads)} |", "|:--|" + "--:|" * len(heads)]
    for i, row in enumerate(first["rows"]):
        cells = [
            cell for r in races for cell in (shown(r["rows"][i]["per_unit"]), f"{r['rows'][i]['ratio']:.3g}")
        ]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    for r in races:
        lines += [
            "",
            *(f"{note} ({_cores(r['cores'])}): {value:.3g}." for note, value in r["notes"].items()),
        ][: 1 + len(r["notes"])]
    lines += [f"\nMissing: {other}, {why}." for other, why in first["missing"].items()]
    return "\n".join(lines)


def circumstances(path: Path = FILE) -> str:
    """Machine, versions and command, in one sentence of Markdown each."""
    found = record(path)
    machine, versions = found["machine"], found["versions"]
    there = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    lacking = ", ".join(name for name, version in versions.items() if not version)
    lines = [
        f"`{found['command']}` on {machine['processor']}, {machine['cores']} cores, {machine['system']}. "
        f"Versions: {there}."
    ]
    blas = f" NumPy's linear algebra: {', '.join(found['blas'])}." if found.get("blas") else ""
    return lines[0] + blas + (f" Not installed: {lacking}." if lacking else "")


def shown(seconds: float) -> str:
    """A time to three digits, in s, ms, µs or ns."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _cores(count: int) -> str:
    return "one core" if count == 1 else f"{count} cores"
