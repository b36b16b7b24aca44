"""What the diagnosis says of planted faults and of healthy networks, network by network."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.chapters.your_own_network.faults import FAULTS, Fault, planted
from analysis.chapters.your_own_network.networks import HEALTHY, batch, network, torch
from analysis.diagnosis.finding import Finding
from analysis.diagnosis.findings import findings

SEEDS = range(20)
"""Networks of each fault and architecture."""
HEALTHY_SEEDS = range(5)
"""Networks of each of the 60 healthy designs: 300."""
NOTHING = "nothing"
NOT_TOLD_APART = (
    "a block that was frozen by mistake and one that was meant to be: both are a note",
    "a head of zeros that was forgotten and one that was meant to be: both are a note, and what lies before "
    "it has no gradient to be judged by",
    "weights of PyTorch's default and weights drawn too small by hand: both are 'weights too small', with "
    "σ_w",
    "a loss so small that float16 loses it and a network at its minimum in float16: both are 'below the "
    "floor'",
    "a loss near its least and a loss with a small factor: both are 'at a minimum', a note",
    "a doubled gain, a missing He or a sigmoid where shortcuts or few layers keep the gradient: no norm "
    "changes a thousandfold, and nothing is said",
    "a hundred branches without a scale around attention and an overflow by itself: the growth is said "
    "first, and 'not finite' after it",
)
"""What the measurement cannot tell from one another."""


@dataclass(frozen=True)
class Row:
    """One network, one draw, one batch, as a reader has it. ``fault``: "" for a healthy one. ``codes``: what
    was found, in order; ``notes``: those of them that are notes. ``where``: where the first was found;
    ``place``: the module that the fault was planted in, "" where that is all of them. ``slope`` ± ``error``
    and ``predicted`` of the first finding that has a slope, else of the network; NaN where there is none."""

    fault: str
    architecture: str
    design: str
    seed: int
    codes: tuple[str, ...]
    notes: tuple[str, ...]
    where: str
    place: str
    slope: float
    error: float
    predicted: float

    @property
    def first(self) -> str:
        """The first finding that is no note; "nothing" where there is none."""
        return next((c for c in self.codes if c not in self.notes), NOTHING)

    @property
    def said(self) -> str:
        """What the reader is told: the first finding, or where there are only notes the first of them."""
        return self.first if self.first != NOTHING else next(iter(self.codes), NOTHING)

    @property
    def right(self) -> bool:
        """Whether the right finding is what is said, and a healthy network has no finding but notes."""
        if not self.fault:
            return self.first == NOTHING
        return self.said in by_name(self.fault).codes

    @property
    def place_is_right(self) -> bool:
        """Whether the finding names the module that the fault was planted in."""
        return self.where == self.place or self.where.startswith((f"{self.place}.", f"{self.place} "))


def by_name(name: str) -> Fault:
    """The fault of that name; raises ValueError for another."""
    for fault in FAULTS:
        if fault.name == name:
            return fault
    raise ValueError(f"name must be one of {', '.join(f.name for f in FAULTS)}, not {name!r}")


def of_fault(fault: Fault, architecture: str, seed: int) -> Row:
    """Plant, measure and judge."""
    from analysis.diagnosis.in_torch import measure

    design = fault.designs[architecture][seed % len(fault.designs[architecture])]
    given = planted(fault, architecture, seed)
    found = findings(measure(given.network, [given.batch], loss=given.loss))
    return _row(fault.name, architecture, design.label, seed, found, given.place)


def of_healthy(k: int, seed: int) -> Row:
    """The healthy design at place k of ``HEALTHY``, measured and judged."""
    from analysis.diagnosis.in_torch import measure

    design = HEALTHY[k]
    torch().manual_seed(1000 * k + seed)
    found = findings(measure(network(design), [batch(design, seed)]))
    return _row("", design.architecture, design.label, seed, found, "")


def _row(fault: str, architecture: str, label: str, seed: int, found: Sequence[Finding], place: str) -> Row:
    sloped = next((f for f in found if math.isfinite(f.slope)), None)
    first = next((f for f in found if not f.note), found[0] if found else None)
    return Row(
        fault,
        architecture,
        label,
        seed,
        tuple(f.code for f in found),
        tuple(f.code for f in found if f.note),
        first.where if first else "",
        place,
        *((sloped.slope, sloped.error, sloped.predicted) if sloped else (math.nan,) * 3),
    )


@dataclass(frozen=True)
class Confusion:
    """All networks that were judged."""

    rows: tuple[Row, ...]

    @property
    def faulty(self) -> tuple[Row, ...]:
        """Those with a fault."""
        return tuple(r for r in self.rows if r.fault)

    @property
    def healthy(self) -> tuple[Row, ...]:
        """Those without."""
        return tuple(r for r in self.rows if not r.fault)

    @property
    def recall(self) -> float:
        """The share of planted faults whose right finding is what is said."""
        return _share(r.right for r in self.faulty)

    @property
    def right_place(self) -> float:
        """The share, among faults of one module, of findings that name it."""
        return _share(r.place_is_right for r in self.faulty if r.place and r.right)

    @property
    def false_alarms(self) -> tuple[Row, ...]:
        """Healthy networks in which something was found, notes aside."""
        return tuple(r for r in self.healthy if not r.right)

    def cell(self, fault: str, architecture: str) -> tuple[int, int]:
        """(right, networks) of a fault in an architecture; (0, 0) where it cannot exist."""
        some = [r for r in self.faulty if (r.fault, r.architecture) == (fault, architecture)]
        return sum(r.right for r in some), len(some)

    def said(self, fault: str) -> dict[str, int]:
        """How often each finding is said of a fault; "" is a healthy network."""
        return dict(Counter(r.said if fault else r.first for r in self.rows if r.fault == fault))


def _share(marks: Iterable[bool]) -> float:
    found = list(marks)
    return sum(found) / len(found) if found else math.nan


def save(path: Path, confusion: Confusion, facts: dict[str, Any]) -> None:
    """Write the record as JSON, a line a network; ``facts`` stand before them."""
    head = json.dumps(facts, indent=1, ensure_ascii=False)[:-2]
    lines = ",\n  ".join(json.dumps(_plain(asdict(r)), ensure_ascii=False) for r in confusion.rows)
    path.write_text(f'{head},\n "rows": [\n  {lines}\n ]\n}}\n', encoding="utf-8")


def load(path: Path) -> Confusion:
    """The record that ``save`` wrote."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return Confusion(tuple(_read(r) for r in rows))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        k: (round(v, 4) if math.isfinite(v) else None) if isinstance(v, float) else v for k, v in row.items()
    }


def _read(row: dict[str, Any]) -> Row:
    row = {k: math.nan if v is None else v for k, v in row.items()}
    return Row(**{**row, "codes": tuple(row["codes"]), "notes": tuple(row["notes"])})
