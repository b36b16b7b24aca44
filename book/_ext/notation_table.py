"""``{notation}``: the table of symbols, from ``analysis.symbolic.notation``, where each is defined once."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def markdown_table() -> str:
    """One row a symbol: how it looks, what it means, its name in the code, the chapter that brings it in."""
    from analysis.symbolic.notation import NOTATION

    rows = [f"| ${e.latex}$ | {e.meaning} | `{_cell(e.code)}` | {e.chapter} |" for e in NOTATION]
    return "\n".join(["| Symbol | Meaning | In the code | Chapter |", "|:-|:-|:-|-:|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("_{", r"\_{")


class Notation(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        from analysis.symbolic import notation

        assert notation.__file__
        self.env.note_dependency(notation.__file__)
        return self.parse_text_to_nodes(markdown_table())


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("notation", Notation)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
