"""Claims and displayed formulas have numbers:
Claim 2.3 and (2.3) are the third of chapter 2, in the order of the page.

A claim's number depends on where it stands; its label does not. So the box is reached as ``#claim-<label>``,
and a link whose text is a label in code leads to the box and shows the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chapters import chapter_number
from docutils import nodes
from docutils.nodes import make_id
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

BOX = re.compile(r'<div class="claim [^>]*data-claim="([^"]+)"')
HEAD = '<div class="claim-head">'


def anchor(label: str) -> str:
    """The anchor of the box of the claim with this label."""
    return f"claim-{label}"


def contents(bundle: nodes.container, mime_type: str) -> nodes.container | None:
    """The part of an output that is of this type, if it has one."""
    return next((part for part in bundle if part.get("mime_type") == mime_type), None)


def claim_numbers(labels: Iterable[str], chapter: int) -> dict[str, str]:
    """The number of each label, in the order in which a chapter first shows them: 2.1, 2.2 and so on."""
    return {label: f"{chapter}.{place}" for place, label in enumerate(dict.fromkeys(labels), start=1)}


def box_with_number(html: str, label: str, number: str, first: bool) -> str:
    """The stored box with its number, a link to itself;
    the first of its label on a page carries the anchor."""
    link = f'<a class="claim-number" href="#{anchor(label)}">Claim {number}</a> '
    html = html.replace(HEAD, HEAD + link, 1)
    return html.replace("<div ", f'<div id="{anchor(label)}" ', 1) if first else html


class NumberClaims(SphinxTransform):
    """Numbers the claims of a chapter, in the HTML of the pages and in the Markdown of the PDF."""

    default_priority = 870  # before MyST looks for the anchors that links name

    def apply(self, **kwargs: Any) -> None:
        chapter = chapter_number(self.env.docname)
        if chapter is None:
            return
        boxes = []
        for bundle in self.document.findall(nodes.container):
            html = contents(bundle, "text/html") if bundle.get("nb_element") == "mime_bundle" else None
            found = BOX.match(html.astext()) if html else None
            if html and found:
                boxes.append((bundle, html, found[1]))
        numbers = claim_numbers((label for _, _, label in boxes), chapter)
        slugs = self.env.metadata[self.env.docname].setdefault("myst_slugs", {})
        for bundle, html, label in boxes:
            number, first = numbers[label], anchor(label) not in slugs
            raw = nodes.raw("", box_with_number(html.astext(), label, number, first), format="html")
            html.children = []
            html += raw
            self.number_markdown(contents(bundle, "text/markdown"), label, number, first)
            slugs[anchor(label)] = (raw.line, anchor(label), f"Claim {number}")

    def number_markdown(self, markdown: nodes.container | None, label: str, number: str, first: bool) -> None:
        kind = next(markdown.findall(nodes.strong), None) if markdown else None
        if markdown is None or kind is None:
            return
        kind.children = []
        kind += nodes.Text(f"Claim {number}")
        if first:
            markdown.insert(0, nodes.target("", "", ids=[anchor(label)]))


class NumberFormulas(SphinxTransform):
    """Gives each displayed formula of a chapter an anchor, from which Sphinx numbers it;
    claims have their own number."""

    default_priority = 871

    def apply(self, **kwargs: Any) -> None:
        if chapter_number(self.env.docname) is None:
            return
        domain = self.env.domains["math"]
        assert isinstance(domain, MathDomain)
        count = 0
        for formula in self.document.findall(nodes.math_block):
            outer = formula.parent
            if formula.get("label") or formula.get("nowrap") or outer.get("mime_type") == "text/markdown":
                continue
            count += 1
            label = f"{self.env.docname.rpartition('/')[2]}-{count}"
            domain.note_equation(self.env.docname, label, location=formula)
            formula["label"], formula["docname"] = label, self.env.docname
            formula["number"] = domain.get_equation_number_for(label)
            formula["ids"].append(make_id(f"equation-{label}"))


class LinkClaims(SphinxPostTransform):
    """Leads a link whose text is a claim's label, in code, to the claim's box, and adds its number."""

    default_priority = 5  # before MyST resolves the link

    def run(self, **kwargs: Any) -> None:
        for link in self.document.findall(addnodes.pending_xref):
            label = next(link.findall(nodes.literal), None)
            slugs = self.env.metadata[link.get("reftarget", "")].get("myst_slugs", {})
            if label is None or anchor(label.astext()) not in slugs:
                continue
            link["reftargetid"] = anchor(label.astext())
            number = slugs[anchor(label.astext())][2]
            assert isinstance(link[0], nodes.Element)
            link[0] += nodes.Text(f" ({number})")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_transform(NumberClaims)
    app.add_transform(NumberFormulas)
    app.add_post_transform(LinkClaims)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
