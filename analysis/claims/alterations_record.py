"""How many of each claim's alterations are refuted, and what becomes of the others: a record, for all of
them take a quarter of an hour.

Made by ``unstable-gradients record alterations``; the ledger's pages print it, and a test settles some of
every claim's anew.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TypedDict

from tqdm import tqdm

from analysis.claims.claim import Claim
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Refuted
from analysis.claims.render import summary
from analysis.symbolic.printing import plain_text

PLACE = Path(__file__).parent / "recorded" / "alterations.json"


class Left(TypedDict):
    """An alteration that was not refuted: what was changed, the statement, and why it stands."""

    changed: str
    statement: str
    why: str


class Counts(TypedDict):
    """Of one claim: its statement when this was recorded, how many alterations were made and refuted, and
    the others."""

    statement: str
    made: int
    refuted: int
    left: list[Left]


def counted(label: str) -> Counts:
    """Settle every alteration of one claim; raises ValueError where one comes out true that does not follow
    from the claim."""
    claim = CLAIMS[label]
    if not isinstance(claim, Claim):
        raise ValueError(f"{label} is no Claim with a domain")
    found = claim.altered()
    if found.accepted:
        words = "; ".join(
            f"{v.alteration.words}: {plain_text(v.alteration.statement)}" for v in found.accepted
        )
        raise ValueError(f"{label} accepts {words}")
    left = [
        Left(changed=v.alteration.words, statement=plain_text(v.alteration.statement), why=summary(v.outcome))
        for v in found.variants
        if not isinstance(v.outcome, Refuted)
    ]
    return Counts(
        statement=plain_text(claim.statement), made=len(found.variants), refuted=found.refuted, left=left
    )


def recorded() -> Mapping[str, Counts]:
    """The record; raises FileNotFoundError where it was never made."""
    found: Mapping[str, Counts] = json.loads(PLACE.read_text(encoding="utf-8"))
    return found


def total(counts: Iterable[Counts]) -> tuple[int, int, int, int]:
    """Of several claims: alterations made, refuted, without a meaning, and open."""
    found = list(counts)
    left = [x["why"] for c in found for x in c["left"]]
    nothing = sum("no meaning" in why for why in left)
    return sum(c["made"] for c in found), sum(c["refuted"] for c in found), nothing, len(left) - nothing


def main(argv: Sequence[str] | None = None) -> int:
    """Count the alterations of every claim whose label contains a part, and store them; the others stay as
    they were."""
    parser = argparse.ArgumentParser(prog="unstable-gradients record alterations", description=main.__doc__)
    parser.add_argument("label", nargs="?", default="", help="only claims whose label contains this")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(argv)
    labels = [label for label in CLAIMS if options.label in label]
    kept = dict(recorded()) if PLACE.exists() else {}
    bad = []
    with ProcessPoolExecutor(options.processes) as pool:
        jobs = {pool.submit(counted, label): label for label in labels}
        for job in tqdm(as_completed(jobs), total=len(jobs), unit="claim", disable=None):
            try:
                kept[jobs[job]] = job.result()
            except ValueError as why:
                bad.append(str(why))
    ordered = {label: kept[label] for label in CLAIMS if label in kept}
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    made, refuted, nothing, still_open = total(ordered.values())
    print(
        f"{len(ordered)} claims, {made} alterations: {refuted} refuted, {nothing} without a "
        f"meaning, {still_open} open"
    )
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0
