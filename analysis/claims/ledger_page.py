"""The ledger as a page of the book:
what is claimed, how it was settled, what is refused, and where it stands in the text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from scipy import stats

from analysis.claims.alterations_record import Counts, total
from analysis.claims.claim import Claim
from analysis.claims.ledger import Row
from analysis.claims.outcome import Checked
from analysis.claims.render import as_markdown
from analysis.symbolic.tables import table

_SHOWN = re.compile(r"""CLAIMS\[["']([\w-]+)["']\]|\blisted\(([^)]*)\)""")
_LABEL = re.compile(r"""["']([\w-]+)["']""")


COLUMNS = ("proved", "argued", "prediction", "record", "reproduction")
"""The grades of claims, and the kinds of what is measured."""


class Place(NamedTuple):
    """Where a claim is shown: notebook, heading above it, and that heading's anchor."""

    notebook: str
    heading: str
    anchor: str

    @property
    def link(self) -> str:
        """A relative link that works on GitHub, in JupyterLab and in the book."""
        return f"{self.notebook}#{self.anchor}"


def anchor(heading: str) -> str:
    """The anchor of a Markdown heading, as GitHub and MyST make it: lower case, hyphens, no punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def places(folder: Path) -> dict[str, Place]:
    """The first place of every claim that a chapter in ``folder`` shows;
    raises FileNotFoundError where there is none."""
    notebooks = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"folder must hold the chapters' notebooks, and {folder} holds none")
    found: dict[str, Place] = {}
    for path in notebooks:
        heading = ""
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                headings = re.findall(r"^#+\s+(.+)$", source, flags=re.MULTILINE)
                heading = headings[-1] if headings else heading
            else:
                for label in shown(source):
                    found.setdefault(label, Place(path.name, heading, anchor(heading)))
    return found


def shown(source: str) -> list[str]:
    """The labels of the claims that a cell with this source shows, as boxes or in a list."""
    found = ([one] if one else _LABEL.findall(several) for one, several in _SHOWN.findall(source))
    return [label for labels in found for label in labels]


def contents(chapters: Mapping[str, Iterable[Claim]]) -> str:
    """A Markdown table, one line a page: how many claims of each grade and kind it has, and a link to it."""
    head = ("chapters", "proved", "argued", "checked by simulation", "recorded runs", "published numbers")
    rows: list[tuple[object, ...]] = []
    total = [0] * len(COLUMNS)
    for which, evidence in chapters.items():
        found = [item.kind if item.grade in ("checked", "reproduced") else item.grade for item in evidence]
        found = ["prediction" if kind == "claim" else kind for kind in found]  # a program compares numbers
        counts = [found.count(column) for column in COLUMNS]
        total = [x + y for x, y in zip(total, counts, strict=True)]
        name = f"[{which.replace('-', ' to ')}]({page(which)})"
        rows.append((name, *counts))
    return str(table(head, [*rows, ("all", *total)]))


def page(which: str) -> str:
    """The notebook that settles the claims of these chapters, ``"1-4"`` for instance."""
    return f"ledger_{which.replace('-', '_')}.ipynb"


def overview(rows: Iterable[Row], where: Mapping[str, Place]) -> str:
    """A Markdown table, one line a claim: status, label with a link to its place, sentence."""
    lines = []
    for row in rows:
        evidence = row.settled.evidence
        place = where.get(evidence.label)
        label = f"[`{evidence.label}`]({place.link})" if place else f"`{evidence.label}`"
        lines.append((row.settled.outcome.status, label, evidence.sentence))
    return str(table(("status", "claim", "what it says"), lines))


def together(rows: Iterable[Row]) -> str:
    """One line on all simulated equations: the squares of their distances in standard errors add up as χ²
    says, or they do not."""
    checked = (row.settled.outcome for row in rows)
    squares = [x.distance**2 for x in checked if isinstance(x, Checked) and x.distance is not None]
    if not squares:
        return "No equation was simulated here."
    total, n = sum(squares), len(squares)
    share = float(stats.chi2.sf(total, n))
    return (
        f"{n} simulated equations: the squares of their distances, in standard errors, add up to "
        f"{total:.1f}, where {n} ± "
        f"{math.sqrt(2 * n):.0f} is expected; chance of so much or more {share:.2f}. (What is "
        f"allowed beside the standard error was taken off.)"
    )


def _kind(changed: str) -> str:
    """What was changed, without the letter or the number: these may be TeX."""
    kind, colon, rest = changed.partition(":")
    return kind + (rest[rest.index(" on the ") :] if colon and " on the " in rest else "")


def altered(evidence: Iterable[Claim], counts: Mapping[str, Counts]) -> str:
    """A Markdown table, one line a claim: alterations made and refuted, and what is known of the others."""
    found = [(item.label, counts[item.label]) for item in evidence if item.label in counts]
    together = total([c for _, c in found])
    rows = [
        (
            f"`{label}`",
            c["made"],
            c["refuted"],
            "; ".join(f"{_kind(x['changed'])} ({x['label']})" for x in c["left"]),
        )
        for label, c in found
    ]
    counted = table(("claim", "altered", "refuted", "not refuted"), rows)
    return f"Of {together.made} alterations {together.words}; none was accepted.\n\n{counted}"


def details(rows: Iterable[Row], where: Mapping[str, Place]) -> str:
    """Every claim in full, as Markdown:
    statement, how, scope, near miss, and a link to its place in the text."""
    parts = []
    for row in rows:
        place = where.get(row.settled.evidence.label)
        shown = (
            f"- Shown in [{place.heading}]({place.link})"
            if place
            else "- Not shown in a chapter; settled here and in the tests"
        )
        parts.append(f"{as_markdown(row.settled)}\n{shown}")
    return "\n\n".join(parts)
