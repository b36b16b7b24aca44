"""``python -m analysis``: settle every claim and print the ledger.

Exit status 0 where every claim settles and every near miss is refuted with a counter-example; 1 otherwise; 2 for a label
that matches nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from tqdm import tqdm

from analysis.claims.claim import Evidence
from analysis.claims.ledger import Row, select, settle_all


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


def run(evidence: Sequence[Evidence], as_json: bool = False) -> int:
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


def main(argv: Sequence[str] | None = None) -> int:
    """Command line: an optional part of a label, and ``--json``."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description="Settle every claim of the book.")
    parser.add_argument("label", nargs="?", default="", help="settle only claims whose label contains this")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    options = parser.parse_args(argv)
    try:
        evidence = select(options.label)
    except ValueError as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    try:
        return run(evidence, options.json)
    except KeyboardInterrupt:
        print("analysis: interrupted; nothing was changed, call it again to start afresh", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
