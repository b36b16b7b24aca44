"""What the record of judged networks holds; read without PyTorch."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.chapters.your_own_network import records
from analysis.chapters.your_own_network.confusion import (
    HEALTHY_SEEDS,
    NOT_TOLD_APART,
    NOTHING,
    SEEDS,
    Confusion,
    Row,
    by_name,
    load,
    save,
)
from analysis.chapters.your_own_network.faults import FAULTS
from analysis.chapters.your_own_network.networks import ARCHITECTURES, HEALTHY, Design
from analysis.diagnosis.advice import ADVICE


@pytest.fixture(scope="module")
def judged() -> Confusion:
    return records.confusion()


def row(
    fault: str = "no He", codes: tuple[str, ...] = ("weights too small",), notes: tuple[str, ...] = ()
) -> Row:
    return Row(fault, "mlp", "a design", 0, codes, notes, "blocks.3.0", "", -0.9, 0.01, -0.896)


def test_every_network_asked_for_was_judged(judged: Confusion) -> None:
    """Each fault in each architecture in which it can exist twenty times; 300 healthy ones, 60 of each."""
    wanted = {(f.name, a): len(SEEDS) for f in FAULTS for a in f.designs}
    assert Counter((r.fault, r.architecture) for r in judged.faulty) == wanted
    assert len(judged.healthy) == len(HEALTHY) * len(HEALTHY_SEEDS) == 300
    assert Counter(r.architecture for r in judged.healthy) == dict.fromkeys(ARCHITECTURES, 60)
    keys = [(r.fault, r.architecture, r.design, r.seed) for r in judged.rows]
    assert len(set(keys)) == len(keys), "no network twice"


def test_the_right_finding_and_few_false_alarms(judged: Confusion) -> None:
    assert judged.recall >= 0.95
    assert len(judged.false_alarms) <= 3
    assert judged.right_place >= 0.95


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: str(f.name))
def test_each_fault_is_found_in_each_architecture(judged: Confusion, fault: object) -> None:
    """No architecture hides behind the others."""
    name = getattr(fault, "name", "")
    for architecture in ARCHITECTURES:
        right, networks = judged.cell(name, architecture)
        assert right >= 0.9 * networks
        assert bool(networks) == (architecture in by_name(name).designs)
    assert sum(judged.said(name).values()) == sum(r.fault == name for r in judged.rows)


def test_slopes_stand_with_their_error_and_theory(judged: Confusion) -> None:
    """Where a slope is what was found theory says the same, within five errors of one draw."""
    sloped = [r for r in judged.faulty if r.fault in ("no He", "doubled gain") and r.architecture == "mlp"]
    assert sloped
    for r in sloped:
        assert 0 < r.error < 0.1 and math.isfinite(r.predicted)
        assert abs(r.slope - r.predicted) <= 5 * r.error, r


def test_a_fault_is_planted_or_its_absence_has_a_reason() -> None:
    for fault in FAULTS:
        assert set(fault.designs) | set(fault.absent) == set(ARCHITECTURES)
        assert not set(fault.designs) & set(fault.absent)
        assert set(fault.codes) <= set(ADVICE)
        assert all(why and why[0].islower() for why in fault.absent.values())
    assert len({f.name for f in FAULTS}) == len(FAULTS) == 12


def test_healthy_designs_differ() -> None:
    assert len(set(HEALTHY)) == len({d.label for d in HEALTHY}) == len(HEALTHY)
    for architecture in ARCHITECTURES:
        some = [d for d in HEALTHY if d.architecture == architecture]
        assert len(some) == 12
        assert len({d.width for d in some}) > 1 and len({d.depth for d in some}) > 1
        assert len({d.activation for d in some}) > 2


@pytest.mark.parametrize("field", ["architecture", "weights", "law"])
def test_a_design_refuses_what_it_does_not_know(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        replace(Design("mlp"), **{field: "another"})


def test_a_row_is_right_or_not() -> None:
    assert row().right and row().said == "weights too small"
    assert not row(codes=("weights too large",)).right
    assert not row(codes=()).right and row(codes=()).said == NOTHING
    assert not row(codes=("output constant", "weights too small")).right, "the first finding counts"
    assert row(codes=("frozen", "weights too small"), notes=("frozen",)).right, "notes do not count"
    frozen = row("frozen block", ("frozen",), ("frozen",))
    assert frozen.right and frozen.first == NOTHING and frozen.said == "frozen"
    assert not row("frozen block", ("frozen", "detached"), ("frozen",)).right
    assert row("", (), ()).right and row("", ("frozen",), ("frozen",)).right
    assert not row("", ("detached",)).right


@pytest.mark.parametrize(
    "where, place, right",
    [
        ("blocks.3.0", "blocks.3", True),
        ("blocks.3 and 2 more", "blocks.3", True),
        ("blocks.3", "blocks.3", True),
        ("blocks.31.0", "blocks.3", False),
        ("head", "blocks.3", False),
    ],
)
def test_the_place_is_that_of_the_module(where: str, place: str, right: bool) -> None:
    assert replace(row(), where=where, place=place).place_is_right == right


def test_counting() -> None:
    some = Confusion((row(), row(codes=()), row("", ("detached",)), row("", ())))
    assert some.recall == 0.5 and len(some.false_alarms) == 1
    assert some.cell("no He", "mlp") == (1, 2) and some.cell("no He", "lstm") == (0, 0)
    assert some.said("no He") == {"weights too small": 1, NOTHING: 1}
    assert some.said("") == {"detached": 1, NOTHING: 1}
    assert math.isnan(Confusion((row("", ()),)).recall)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    some = Confusion((row(), replace(row("", ()), slope=math.nan)))
    save(tmp_path / "a.json", some, {"about": "two"})
    found = load(tmp_path / "a.json")
    assert found.rows[0] == some.rows[0] and math.isnan(found.rows[1].slope)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["about"] == "two"


def test_an_unknown_fault_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="name must be one of no He, .*, not 'rust'"):
        by_name("rust")


def test_what_cannot_be_told_apart_stands_in_the_record() -> None:
    facts = json.loads((records.FOLDER / "confusion.json").read_text(encoding="utf-8"))
    assert facts["not told apart"] == list(NOT_TOLD_APART)


@pytest.mark.parametrize("name", ["confusion", "remedies"])
def test_the_record_says_how_it_was_made(name: str) -> None:
    facts = json.loads((records.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert facts["command"] == "python -m analysis record your_own_network"
    assert facts["about"] and set(facts["versions"]) == {"python", "numpy", "torch"}


def test_the_record_is_read_without_pytorch() -> None:
    """In a process in which PyTorch cannot be imported."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from analysis.chapters.your_own_network import faults, networks, records\n"
        "print(len(records.confusion().rows), len(records.remedies()))\n"
        "try:\n    networks.network(networks.HEALTHY[0])\n"
        "except ModuleNotFoundError as told:\n    print(told)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == "1060 38 torch is not installed: install unstable-gradients[torch]".split()


# The remedies


NOTES = ("frozen", "zero by design", "at a minimum")
STOPPED = (
    *("no He", "doubled gain", "sigmoid", "dead bias", "float16", "forget bias −3"),
    *("100 unscaled branches", "batch normalisation at depth 50"),
)
"""Faults that stop the training of a network without shortcuts; what a frozen block or a cut leaves still
learns, and one seed in a hundred steps need not tell the difference."""


def test_after_its_remedy_a_finding_is_gone() -> None:
    tried = records.remedies()
    assert [(r.fault, r.architecture) for r in tried] == [(f.name, a) for f in FAULTS for a in f.designs]
    for r in tried:
        assert r.finding in by_name(r.fault).codes and r.gone and r.remedy
        assert set(r.after) <= set(NOTES), r


@pytest.mark.parametrize("name", STOPPED)
def test_after_its_remedy_a_network_trains_that_did_not(name: str) -> None:
    some = [r for r in records.remedies() if r.fault == name and r.architecture in ("mlp", "lstm")]
    some = some or [r for r in records.remedies() if r.fault == name]
    for r in some:
        assert r.loss_after < r.loss_before - 0.1, r
