"""What a stored notebook says and shows, for the tests that read it.

A notebook is named by its path under ``notebooks`` without the ending, as ``make.py refresh`` does,
or given as a path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from loading import ROOT

NOTEBOOKS = ROOT / "notebooks"
Cell = dict[str, Any]


def notebook(which: str | Path) -> dict[str, Any]:
    """The notebook as JSON has it, read anew."""
    path = which if isinstance(which, Path) else NOTEBOOKS / f"{which}.ipynb"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def cells(which: str | Path) -> list[Cell]:
    """Its cells."""
    found: list[Cell] = notebook(which)["cells"]
    return found


def source(cell: Cell) -> str:
    """The source of a cell as one string."""
    return "".join(cell["source"])


def sources(which: str | Path) -> list[str]:
    """The sources of all cells, Markdown and code."""
    return [source(cell) for cell in cells(which)]


def prose(which: str | Path) -> list[str]:
    """The sources of the Markdown cells."""
    return [source(cell) for cell in cells(which) if cell["cell_type"] == "markdown"]


def said(those: Iterable[Cell]) -> str:
    """The Markdown of these cells and their metadata as JSON:
    captions, alternative texts, titles and notes of slides."""
    found = []
    for cell in those:
        if cell["cell_type"] == "markdown":
            found.append(source(cell))
        found.append(json.dumps(cell["metadata"], ensure_ascii=False))
    return "\n".join(found)


def shown(those: Iterable[Cell], *kinds: str) -> str:
    """What these cells print, and their outputs of these kinds; "text/plain" unless others are named."""
    found = []
    for cell in those:
        for output in cell.get("outputs", []):
            texts = [output.get("text", "")]
            texts += [output.get("data", {}).get(kind, "") for kind in kinds or ("text/plain",)]
            found += ["".join(text) for text in texts]
    return "\n".join(found)


def words(which: str | Path) -> str:
    """All Markdown of a notebook and the texts of its figures and slides."""
    return said(cells(which))


def printed(which: str | Path) -> str:
    """All plain-text and Markdown outputs of a notebook."""
    return shown(cells(which), "text/plain", "text/markdown")


@cache
def its_own(which: str) -> tuple[Cell, ...]:
    """The cells of a chapter but the table of verdicts, which is made elsewhere; not to be changed."""
    return tuple(c for c in cells(which) if "Where the popular account is right" not in source(c))


def number(text: str, pattern: str) -> float:
    """The number that the pattern's group finds in the text; the pattern fits in one place only."""
    (found,) = re.findall(pattern, text)
    return float(found)


def alt(which: str, figure: str) -> str:
    """The alternative text of a chapter's figure."""
    shown_by = [c["metadata"]["mystnb"] for c in cells(which) if "mystnb" in c["metadata"]]
    (found,) = [m["image"]["alt"] for m in shown_by if m.get("figure", {}).get("name") == figure]
    return str(found)


def half_a_unit(printed: str) -> float:
    """Half a unit in the last place of a number that is printed with decimals, and a thousandth of it more
    for the rounding of the comparison."""
    return 0.5005 * 10.0 ** -len(printed.split(".")[1])
