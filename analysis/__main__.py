"""``unstable-gradients`` and ``python -m analysis``:
settle claims and print the ledger, or make recorded runs anew.

    claims [LABEL] [--json]      settle the claims whose label contains LABEL, or all
    claims [LABEL] --altered     alter them, every way, and print what becomes of each alteration
    record [NAME …]              make the recorded runs of one chapter anew; its own options follow the NAME
    record alterations [LABEL]   count anew how many of their alterations are refuted, for the ledger

``claims`` may be left out. It returns 0 where every claim settles and every near miss is refuted with a
counter-example; 1 otherwise; 2 for a label that matches nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module

from tqdm import tqdm

from analysis.claims import alterations_record
from analysis.claims.claim import Claim
from analysis.claims.ledger import Row, select, settle_all

RECORDS = {
    "learning_speeds": "make_records",
    "pretraining": "records",
    "clipping": "records",
    "normalisation": "records",
    "residual": "records",
    "gates": "records",
    "your_own_network": "records",
}
"""The topics with recorded runs, and in which of a chapter's modules the program is that makes them."""


def report(row: Row) -> str:
    """One claim on a few lines: status, label, statement, how, scope, near miss, time."""
    d = row.as_dict()
    mark = "ok " if row.sound else "BAD"
    refused = d["counterexample"] or "NOT REFUTED"
    return (
        f"{mark} {d['status']:<10} {d['label']}  ({d['kind']}, {row.seconds:.2f} s)\n"
        f"      {d['statement']}\n      {d['how']}\n      scope: {d['scope']}\n"
        f"      near miss: {d['near_miss']}: {refused}"
    )


def run(evidence: Sequence[Claim], as_json: bool = False) -> int:
    """Settle and print; returns the exit status."""
    rows = []
    with tqdm(total=len(evidence), unit="claim", disable=None) as bar:
        for row in settle_all(evidence):
            rows.append(row)
            bar.update()
            if not as_json:
                tqdm.write(report(row), file=sys.stdout)
    if as_json:
        print(json.dumps([row.as_dict() for row in rows], indent=1, ensure_ascii=False))
    bad = [row.settled.evidence.label for row in rows if not row.sound]
    statuses = [row.settled.outcome.status for row in rows]
    counts = ", ".join(f"{statuses.count(s)} {s}" for s in dict.fromkeys(statuses))
    print(
        f"{len(rows)} claims: {counts}. "
        + (f"Not sound: {', '.join(bad)}" if bad else "All near misses refuted."),
        file=sys.stderr,
    )
    return 1 if bad else 0


def alter(evidence: Sequence[Claim]) -> int:
    """Alter every claim and print what becomes of it; returns 1 where an alteration comes out true that does
    not follow."""
    accepted = 0
    for claim in evidence:
        if claim.domain is not None:
            found = claim.altered()
            accepted += len(found.accepted)
            print(found, flush=True)
    return 1 if accepted else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Command line: ``record`` and the name of a chapter, or an optional part of a label and ``--json``."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["diagnose"]:
        from analysis.diagnosis import command

        return command.main(given[1:])
    if given[:1] == ["probe"]:
        from analysis.diagnosis.reader import source

        print(source(), end="")
        return 0
    if given[:2] == ["record", "alterations"]:
        return alterations_record.main(given[2:])
    if given[:1] == ["record"]:
        return record(given[1:])
    return claims(given[1:] if given[:1] == ["claims"] else given)


def record(argv: Sequence[str]) -> int:
    """Run the program that makes a chapter's records; the rest of the arguments are its own."""
    known = ", ".join(RECORDS)
    if argv and argv[0] in RECORDS:
        program = import_module(f"analysis.chapters.{argv[0]}.{RECORDS[argv[0]]}").main
        status: int = program(argv[1:])
        return status
    if list(argv[:1]) in ([], ["-h"], ["--help"]):
        print(
            f"record NAME makes the recorded runs of a chapter anew; NAME is one of {known}; "
            "record alterations counts those of the claims"
        )
        return 0
    print(f"analysis: record takes one of {known}, not {argv[0]!r}", file=sys.stderr)
    return 2


def claims(argv: Sequence[str]) -> int:
    """Settle the claims whose label contains a part, and print them."""
    parser = argparse.ArgumentParser(
        prog="unstable-gradients claims",
        description="Settle every claim of the book. Beside this, `unstable-gradients record` makes "
        "recorded runs anew.",
    )
    parser.add_argument("label", nargs="?", default="", help="settle only claims whose label contains this")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument(
        "--altered", action="store_true", help="alter each statement and settle what comes of it"
    )
    options = parser.parse_args(argv)
    try:
        evidence = select(options.label)
    except ValueError as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    try:
        return alter(evidence) if options.altered else run(evidence, options.json)
    except ModuleNotFoundError as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("analysis: interrupted; nothing was changed, call it again to start afresh", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
