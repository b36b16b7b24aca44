"""How many of each claim's alterations are refuted, and what becomes of the others: a record, for all of
them take a quarter of an hour.

Made by ``unstable-gradients record alterations``; the ledger's pages print it, and a test settles some of
every claim's anew.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple, TypedDict

import sympy as sp
from tqdm import tqdm

from analysis.claims.claim import Claim
from analysis.claims.evaluate import evaluate
from analysis.claims.ledger import CLAIMS
from analysis.claims.outcome import Outcome, Refuted, Unknown, summary
from analysis.symbolic.printing import plain_text

PLACE = Path(__file__).parent / "recorded" / "alterations.json"


class Left(TypedDict):
    """An alteration that was not refuted: what was changed, the statement, why it stands, and its ``label``,
    see ``standing``."""

    changed: str
    statement: str
    why: str
    label: str


class Counts(TypedDict):
    """Of one claim: its statement when this was recorded, how many alterations were made and refuted, and
    the others."""

    statement: str
    made: int
    refuted: int
    left: list[Left]


BELOW, NOTHING, OPEN = "below the resolution", "no meaning", "open"
KNOWN = 1e-12
"""Numbers that agree to this part of their size, by digits and not by measurement, are called equal."""


def standing(claim: Claim, statement: sp.Basic, outcome: Outcome) -> str:
    """What is known of an alteration that was not refuted: "true: why", that it changes less than is
    resolved, that it has no meaning, or that it is open.

    True is said where nothing is free and it was counted, evaluated, measured with room or equal in all
    digits, and where both sides of an equation are the same expression once carried out.
    """
    assert claim.domain is not None
    if isinstance(outcome, Unknown) and NOTHING in outcome.why:
        return NOTHING
    if not claim.domain.exhausted:
        return "true: the sides are the same once carried out" if _same_sides(statement) else OPEN
    found = evaluate(statement, claim.domain, own=claim.statement)
    if found.holds is None:
        return BELOW
    if found.rough:
        return OPEN
    if found.resolution and (found.equation or found.margin == 0.0):
        return f"true: equal in {_digits(found.resolution)} digits" if found.resolution < KNOWN else BELOW
    if found.resolution:
        return "true: by a margin of its own"
    return "true: by evaluation" if claim.check is not None else "true: by count"


def _digits(resolution: float) -> int:
    return int(-math.log10(resolution))


def _same_sides(statement: sp.Basic) -> bool:
    """Whether an equation's sides, derivatives carried out, are one expression; asked of short ones only."""
    if not isinstance(statement, sp.Eq) or not all(isinstance(x, sp.Expr) for x in statement.args):
        return False
    if statement.has(sp.Limit, sp.Integral, sp.Sum, sp.Product, sp.Matrix) or statement.count_ops() > 300:
        return False
    left, right = (
        x.replace(lambda e: isinstance(e, sp.Derivative), lambda e: e.expr.diff(*e.variable_count))
        for x in statement.args
    )
    return bool(sp.expand(left - right) == 0)  # without doit, which sums over all states where it can


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
        Left(
            changed=v.alteration.words,
            statement=plain_text(v.alteration.statement),
            why=summary(v.outcome),
            label=standing(claim, v.alteration.statement, v.outcome),
        )
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


class Total(NamedTuple):
    """Alterations made, refuted, true, below the resolution, without a meaning, and open."""

    made: int
    refuted: int
    true: int
    below: int
    nothing: int
    open: int

    @property
    def words(self) -> str:
        return (
            f"{self.refuted} are refuted with a counter-example, {self.true} are true, {self.below} change "
            f"less than is resolved, {self.nothing} have no meaning, {self.open} are open"
        )


def total(counts: Iterable[Counts]) -> Total:
    """What became of the alterations of several claims."""
    found = list(counts)
    labels = Counter(x["label"].split(":")[0] for c in found for x in c["left"])
    made, refuted = sum(c["made"] for c in found), sum(c["refuted"] for c in found)
    return Total(made, refuted, labels["true"], labels[BELOW], labels[NOTHING], labels[OPEN])


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
    found = total(ordered.values())
    print(f"{len(ordered)} claims, {found.made} alterations: {found.words}")
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0
