"""The networks of chapter 14 that were judged or trained, in ``analysis/chapters/your_own_network/recorded``;
``python -m analysis record your_own_network`` makes them anew, those that were judged with PyTorch.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from analysis.chapters.your_own_network import thirty_layers
from analysis.chapters.your_own_network.confusion import (
    HEALTHY_SEEDS,
    NOT_TOLD_APART,
    SEEDS,
    Confusion,
    Row,
    load,
    of_fault,
    of_healthy,
    save,
)
from analysis.chapters.your_own_network.faults import FAULTS
from analysis.chapters.your_own_network.networks import HEALTHY, torch
from analysis.chapters.your_own_network.remedies import Remedied, remedied
from analysis.sweep.recording import command, recorder
from analysis.sweep.storage import save_result

FOLDER = Path(__file__).parent / "recorded"
TOPIC = "your_own_network"
ABOUT = (
    "one network, one draw and one batch of 32 for each row, so that no error of a slope comes from several "
    "seeds; the right finding is the first that is no note, or the first note where there are only notes"
)


def confusion(folder: Path = FOLDER) -> Confusion:
    """All networks that were judged: twelve faults in each architecture in which they can exist, twenty
    networks each, and 300 healthy ones."""
    return load(folder / "confusion.json")


def remedies(folder: Path = FOLDER) -> tuple[Remedied, ...]:
    """What the remedy of each fault did, a fault and architecture each."""
    rows = json.loads((folder / "remedies.json").read_text(encoding="utf-8"))["rows"]
    return tuple(Remedied(**{**r, "after": tuple(r["after"])}) for r in rows)


def facts(about: str) -> dict[str, Any]:
    """What stands before the rows of a record."""
    return {
        "about": about,
        "command": command(TOPIC),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": version("torch"),
        },
    }


def _judged(path: Path, again: bool) -> None:
    """Judge what is not in the file yet; an interruption keeps what was judged."""
    rows: dict[tuple[str, str, str, int], Row] = {}
    if path.is_file() and not again:
        rows = {(r.fault, r.architecture, r.design, r.seed): r for r in load(path).rows}
    todo: list[tuple[tuple[str, str, str, int], Callable[[], Row]]] = []
    for f in FAULTS:
        for a, designs in f.designs.items():
            for seed in SEEDS:
                key = (f.name, a, designs[seed % len(designs)].label, seed)
                todo.append((key, partial(of_fault, f, a, seed)))
    for k, design in enumerate(HEALTHY):
        for seed in HEALTHY_SEEDS:
            todo.append((("", design.architecture, design.label, seed), partial(of_healthy, k, seed)))
    try:
        for key, make in tqdm(todo, desc="networks", disable=None):
            if key not in rows:
                rows[key] = make()
    finally:
        order = [key for key, _ in todo]
        kept = Confusion(tuple(rows[key] for key in order if key in rows))
        save(path, kept, {**facts(ABOUT), "not told apart": list(NOT_TOLD_APART)})


def _remedied(path: Path, again: bool) -> None:
    """Try the remedies that are not in the file yet; an interruption keeps what was tried."""
    rows: dict[tuple[str, str], Remedied] = {}
    if path.is_file() and not again:
        rows = {(r.fault, r.architecture): r for r in remedies(path.parent)}
    todo = [(f, a) for f in FAULTS for a in f.designs]
    try:
        for f, a in tqdm(todo, desc="remedies", disable=None):
            if (f.name, a) not in rows:
                rows[f.name, a] = remedied(f, a)
    finally:
        about = "100 steps of 32 digits, momentum 0.9, the best of the rates 0.001, 0.01 and 0.1, both times"
        kept = [rows[f.name, a].as_dict() for f, a in todo if (f.name, a) in rows]
        text = json.dumps({**facts(about), "rows": kept}, indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


@recorder(command(TOPIC), __doc__, FOLDER)
def main(options: argparse.Namespace) -> int:
    """Make the records: what was judged and remedied with PyTorch, thirty layers without it."""
    for name, make in (("confusion", _judged), ("remedies", _remedied)):
        if options.only in name:
            torch().set_num_threads(1)
            make(options.into / f"{name}.json", options.again)
    for name, learn in thirty_layers.runs().items():
        there = (options.into / f"{name}.json").is_file()
        if options.only in name and (options.again or not there):
            save_result(options.into / name, learn(), command(TOPIC))
    return 0
