"""How long each chapter is: ``python3 make.py words [NAME ...]``.

Words that stand open on the page are those of texts, captions, tables and boxes; a formula counts as one, and
what is folded away does not. Code that is not folded and what cells print are counted by themselves.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from tools.notebooks import called, named

FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+?\$|\\\[.*?\\\]|\\\(.*?\\\)", re.DOTALL)
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
SIGNS = re.compile(r"[|#*`>\-:]+(?=\s|$)|\]\([^)]*\)")
"""Marks of Markdown that are no words, and where links lead."""
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
CLAIM = re.compile(r'class="claim( claim-row)? ')


class Length(NamedTuple):
    """Words that stand open, words of code, words printed, boxes of claims, and claims in lists."""

    open: int = 0
    code: int = 0
    printed: int = 0
    boxes: int = 0
    lines: int = 0

    def __add__(self, other: tuple[int, ...]) -> Length:  # type: ignore[override]
        return Length(*(a + b for a, b in zip(self, other, strict=True)))


class _Open(HTMLParser):
    """The text of an HTML outside folds; of a fold that is a line of a list, its sentence too."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.folds: list[bool] = []
        """Of each fold around, whether its sentence is being read."""
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "details":
            self.folds.append(False)
        elif tag == "summary" and self.folds:
            self.folds[-1] = "claim-sentence" in (dict(attrs).get("class") or "")
        elif tag in ("script", "style", "svg"):
            self.silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.folds:
            self.folds.pop()
        elif tag == "summary" and self.folds:
            self.folds[-1] = False
        elif tag in ("script", "style", "svg"):
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if all(self.folds) and not self.silent:
            self.shown.append(data)


def words_of(text: str) -> int:
    """Words of a text in Markdown or HTML that stand open; a formula counts as one."""
    reader = _Open()
    reader.feed(FORMULA.sub(" F ", FENCE.sub(" ", text)))
    reader.close()
    return len(SIGNS.sub(" ", " ".join(reader.shown)).split())


def _of_output(output: dict[str, Any]) -> Length:
    if output["output_type"] == "stream":
        return Length(printed=len("".join(output["text"]).split()))
    data = {kind: "".join(text) for kind, text in output.get("data", {}).items() if kind.startswith("text/")}
    page = data.get("text/html", "")
    if 'class="explorable"' in page:
        return Length()
    found = CLAIM.findall(page)
    lines = sum(map(bool, found))
    shown = page or data.get("text/markdown", "")
    if not shown and "text/latex" in data:
        return Length(1)
    if not shown and "image/png" not in output.get("data", {}):
        return Length(printed=len(data.get("text/plain", "").split()))
    return Length(words_of(shown), boxes=len(found) - lines, lines=lines)


def length(path: Path) -> Length:
    """How long a notebook is, as its outputs are stored."""
    total = Length()
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            total += Length(words_of(source))
            continue
        about = cell["metadata"]
        caption = about.get("mystnb", {}).get("figure", {}).get("caption", "")
        total += Length(words_of(caption))
        if not FOLDED & set(about.get("tags", [])):
            total += Length(code=len(source.split()))
        for output in cell.get("outputs", []):
            total += _of_output(output)
    return total


def words(names: list[str]) -> int:
    """Print the lengths of the notebooks that are named, or of all chapters, and their sums."""
    paths = named(names) if names else [p for p in named([]) if re.match(r"\d\d_", called(p))]
    print(f"{'':<24}{'open':>8}{'code':>8}{'printed':>9}{'boxes':>7}{'in lists':>10}")
    total = Length()
    for path in paths:
        found = length(path)
        total += found
        _row(called(path), found)
    _row("all", total)
    return 0


def _row(name: str, found: Length) -> None:
    print(f"{name:<24}{found.open:>8}{found.code:>8}{found.printed:>9}{found.boxes:>7}{found.lines:>10}")
