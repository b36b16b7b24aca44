"""How long a chapter takes to read: shown beneath its title, counted from what the page shows."""

from __future__ import annotations

from typing import Any

from chapters import chapter_number
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

WORDS_PER_MINUTE = 200
SECONDS_PER_EXHIBIT = 12  # a picture, a displayed formula, a claim, a printed table
SECONDS_PER_LINE = 2  # of code


def _shows(node: nodes.Node, *kinds: str) -> bool:
    """Whether the node lies within an element of one of these kinds of a code cell."""
    while node := node.parent:
        if isinstance(node, nodes.Element) and node.get("nb_element") in kinds:
            return True
    return False


def minutes(document: nodes.document) -> int:
    """Minutes to read the page: words, code that is not folded away, and what the cells show."""
    quiet = (nodes.literal_block, nodes.raw, nodes.math_block, nodes.comment)
    texts = (t for t in document.findall(nodes.Text) if not isinstance(t.parent, quiet))
    words = sum(len(t.astext().split()) for t in texts if not _shows(t, "cell_code"))
    cells = [c for c in document.findall(nodes.container) if c.get("nb_element") == "cell_code"]
    lines = exhibits = 0
    for cell in cells:
        folded = {"tag_hide-input", "tag_hide-cell", "tag_remove-input"} & set(cell["classes"])
        for part in cell.findall(nodes.container):
            if part.get("nb_element") == "cell_code_source" and not folded:
                lines += len(part.astext().splitlines())
            elif part.get("nb_element") == "cell_code_output":
                exhibits += len(part.children)
    exhibits += sum(not _shows(f, "cell_code") for f in document.findall(nodes.math_block))
    seconds = 60 * words / WORDS_PER_MINUTE + SECONDS_PER_EXHIBIT * exhibits + SECONDS_PER_LINE * lines
    return max(1, round(seconds / 60))


def told_as(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def add_reading_time(app: Sphinx, doctree: nodes.document) -> None:
    if chapter_number(app.env.docname) is None:
        return
    section = next(doctree.findall(nodes.section))
    told = nodes.paragraph(
        "", f"About {told_as(minutes(doctree))} to read, the exercises apart", classes=["reading-time"]
    )
    section.insert(1, addnodes.only("", told, expr="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", add_reading_time)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
