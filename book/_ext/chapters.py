"""A chapter has the number its file name begins with: 02_quarter_bound is chapter 2, whichever part holds it.

Sphinx counts each table of contents from 1. Here its count is replaced, after it and before it numbers the
figures and equations, by the one in the file name, so that Fig. 2.1, exercise 2.1 and the file agree.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector

_TYPED = re.compile(r"^(?:Chapter\s+)?(\d+)[.:]?\s+")
_sphinx_numbers = TocTreeCollector.assign_section_numbers


def chapter_number(docname: str) -> int | None:
    """2 for notebooks/02_quarter_bound; None where the name has no number."""
    found = re.match(r"(?:.*/)?(\d+)_[^/]*$", docname)
    return int(found[1]) if found and not {"solutions", "pytorch"} & set(docname.split("/")) else None


def _assign(self: TocTreeCollector, env: BuildEnvironment) -> list[str]:
    before = {docname: dict(numbers) for docname, numbers in env.toc_secnumbers.items()}
    _sphinx_numbers(self, env)
    for docname, numbers in env.toc_secnumbers.items():
        chapter = chapter_number(docname)
        if chapter is None:
            continue
        first = (chapter,)
        for anchor, number in numbers.items():
            numbers[anchor] = first + number[1:] if number else number
        for title in (env.titles[docname], env.longtitles[docname]):
            title["secnumber"] = first
        for reference in env.tocs[docname].findall(nodes.reference):
            if reference.get("secnumber"):
                reference["secnumber"] = first + tuple(reference["secnumber"][1:])
    # Sphinx compares its own numbers with ours of the last build, and would write these pages anew each time
    return [docname for docname in env.all_docs if env.toc_secnumbers.get(docname) != before.get(docname)]


def without_typed_number(app: Sphinx, doctree: nodes.document) -> None:
    """Drop a number typed at the start of a chapter's title, which would stand beside Sphinx's own."""
    chapter = chapter_number(app.env.docname)
    title = next(doctree.findall(nodes.title), None)
    if chapter is None or title is None or not isinstance(title[0], nodes.Text):
        return
    found = _TYPED.match(title[0].astext())
    if found and int(found[1]) == chapter:
        title.replace(title[0], nodes.Text(title[0].astext()[found.end() :]))


def without_empty_globs(app: Sphinx, docname: str, source: list[str]) -> None:
    """Drop the patterns of a table of contents that match no page yet;
    Sphinx would warn, with no way to say it may."""

    def matches(line: str) -> bool:
        pattern = line.strip()
        return not re.fullmatch(r"notebooks/\S*[*\[]\S*", pattern) or any(app.srcdir.glob(pattern + ".ipynb"))

    if "{toctree}" in source[0]:
        source[0] = "\n".join(filter(matches, source[0].splitlines()))


def setup(app: Sphinx) -> dict[str, Any]:
    TocTreeCollector.assign_section_numbers = _assign  # type: ignore[method-assign]
    app.connect("source-read", without_empty_globs)
    app.connect("doctree-read", without_typed_number, priority=100)  # before the title is collected
    app.set_html_assets_policy("always")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
