"""What the PDF needs besides:
parts and appendices from the one table of contents, numbers of chapters, boxes, no folds."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from chapters import chapter_number
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

BIBLIOGRAPHY = "bibliography"
NARROWEST = 6  # per cent
HALF_A_PAGE = (
    1500  # letters; LaTeX breaks no other table than a longtable, and Sphinx makes one from thirty rows on
)
_WORD = re.compile(r"[\s-]+")
_SUMMARY = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>", re.DOTALL)


def latex(code: str) -> nodes.raw:
    return nodes.raw("", code, format="latex")


def parts(document: nodes.document) -> None:
    """The index as a preface:
    its sections get headings without a number, its tables of contents become parts.

    "I. The phenomenon" is Part I; what comes after the parts with a number is appendices.
    """
    document.insert(0, latex(r"\chapter*{About this book}\addcontentsline{toc}{chapter}{About this book}"))
    appendix = False
    for section in list(document.findall(nodes.section))[1:]:
        title = section.next_node(nodes.title)
        assert title is not None
        section.parent[section.parent.index(section) : section.parent.index(section) + 1] = [
            nodes.rubric("", "", *title.children),
            *[child for child in section if child is not title],
        ]
    toctrees = list(document.findall(addnodes.toctree))
    for toctree in toctrees:
        roman = re.match(r"[IVX]+\.\s+(.*)", toctree.get("caption") or "")
        toctree["caption"] = None  # Sphinx would name the list of contents after it
        before = rf"\part{{{roman[1]}}}" if roman else "" if appendix else r"\appendix"
        appendix = appendix or not roman
        for entry in [entry for entry in toctree["entries"] if entry[1] == BIBLIOGRAPHY]:
            toctree["entries"].remove(entry)  # LaTeX sets the bibliography at the end of all
            toctrees[-1]["entries"].append(entry)
        wrapper = toctree.parent
        wrapper.parent.insert(wrapper.parent.index(wrapper), latex(before))


def without_folds(document: nodes.document) -> None:
    """Code that a page folds away is left out;
    what stands in a fold of the text stands open, under its title."""
    for cell in list(document.findall(nodes.container)):
        if {"tag_hide-input", "tag_hide-cell"} & set(cell["classes"]):
            for part in [part for part in cell if part.get("nb_element") == "cell_code_source"]:
                cell.remove(part)
    for fold in list(document.findall(nodes.raw)):
        found = _SUMMARY.match(fold.astext()) if fold.get("format") == "html" else None
        if found:
            heading = nodes.strong("", unescape(found[1]))
            fold.parent.insert(fold.parent.index(fold), nodes.paragraph("", "", heading))


def without_chinese(document: nodes.document) -> None:
    """Quotations in Chinese, ``<span lang="zh">…</span>``, are left out: the fonts have no such letters."""
    for start in [raw for raw in document.findall(nodes.raw) if raw.astext() == '<span lang="zh">']:
        siblings, place = start.parent, start.parent.index(start)
        end = next((n for n in range(place, len(siblings)) if siblings[n].astext() == "</span>"), None)
        if end is None:
            raise ValueError(f'nothing ends <span lang="zh"> in {siblings.astext()[:80]!r}')
        siblings[place : end + 1] = []


def boxes(document: nodes.document) -> None:
    """Claims and exercises stand in a box, whose look the preamble defines."""
    for output in document.findall(nodes.container):
        if output.get("mime_type") == "text/markdown":
            html = next((o for o in output.parent if o.get("mime_type") == "text/html"), None)
            found = re.match(r'<div [^>]*class="(claim|exercise) ', html.astext()) if html else None
            if found:
                inner = nodes.container("", *output.children, classes=[found[1]])
                output.children = []
                output += inner


def _need(column: tuple[nodes.entry, ...]) -> float:
    """How wide a column should be, in letters: as its mean cell, and with room for its longest word."""
    texts = (t for cell in column for t in cell.findall(nodes.Text) if not isinstance(t.parent, nodes.math))
    words = [word for text in texts for word in _WORD.split(text.astext())]
    longest = max(map(len, words), default=0)
    code = sum(len(label.astext()) for cell in column for label in cell.findall(nodes.literal))
    letters = (
        sum(len(cell.astext()) for cell in column) + 0.7 * code
    )  # set wider, and a claim's number is to come
    return max(letters / len(column), 1.2 * longest + 2)


def tables(document: nodes.document) -> None:
    """Each table takes the width of the page, its columns by what stands in them;
    one of much text breaks over pages."""
    for table in document.findall(nodes.table):
        rows = list(table.findall(nodes.row))
        needs = [_need(column) for column in zip(*rows, strict=True)]
        for spec, need in zip(table.findall(nodes.colspec), needs, strict=True):
            spec["colwidth"] = max(NARROWEST, round(100 * need / sum(needs)))
        long = sum(len(row.astext()) for row in rows) > HALF_A_PAGE
        table["classes"] += ["colwidths-given", *(["longtable"] if long else [])]


def prepare(app: Sphinx, doctree: nodes.document) -> None:
    if app.builder.name != "latex":
        return
    if app.env.docname == app.config.root_doc:
        parts(doctree)
    chapter = chapter_number(app.env.docname)
    if "solutions" in app.env.docname:
        doctree.insert(0, latex(r"\setcounter{secnumdepth}{0}"))  # their headings say the exercise's number
    if chapter is not None:
        doctree.insert(0, latex(rf"\setcounter{{chapter}}{{{chapter - 1}}}"))
    if app.env.docname == BIBLIOGRAPHY:
        section = next(doctree.findall(nodes.section))
        doctree.children = []  # LaTeX has a heading of its own for it
        doctree += latex(
            r"\phantomsection\label{\detokenize{bibliography::doc}}"
        )  # links to the page lead there
        doctree += [child for child in section if not isinstance(child, nodes.title | nodes.paragraph)]
    without_folds(doctree)
    without_chinese(doctree)
    boxes(doctree)
    tables(doctree)
    for picture in doctree.findall(nodes.image):
        picture["width"] = "80%"


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", prepare)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
