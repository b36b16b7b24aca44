"""What a stored notebook says and shows, for the tests that read it.

A notebook is named by its path under ``notebooks`` without the ending, as ``make.py refresh`` does,
or given as a path.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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
