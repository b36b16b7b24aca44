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
REST = '<details class="claim-rest">'
"""What a line of a list folds away."""


def anchor(label: str) -> str:
    """The anchor of the box of the claim with this label."""
    return f"claim-{label}"


def contents(bundle: nodes.container, mime_type: str) -> nodes.container | None:
    """The part of an output that is of this type, if it has one."""
    return next((part for part in bundle if part.get("mime_type") == mime_type), None)


def claim_numbers(labels: Iterable[str], chapter: int) -> dict[str, str]:
    """The number of each label, in the order in which a chapter first shows them: 2.1, 2.2 and so on."""
    return {label: f"{chapter}.{place}" for place, label in enumerate(dict.fromkeys(labels), start=1)}


def boxes_of(html: str) -> list[tuple[str, str]]:
    """The boxes, or lines of a list, that an output consists of, each with its label; none in any other."""
    starts = [*BOX.finditer(html)]
    if not starts or starts[0].start() != 0:
        return []
    ends = [*(found.start() for found in starts[1:]), len(html)]
    return [(found[1], html[found.start() : end]) for found, end in zip(starts, ends, strict=True)]


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
        outputs = []
        for bundle in self.document.findall(nodes.container):
            html = contents(bundle, "text/html") if bundle.get("nb_element") == "mime_bundle" else None
            boxes = boxes_of(html.astext()) if html else []
            if html and boxes:
                outputs.append((bundle, html, boxes))
        numbers = claim_numbers((label for _, _, boxes in outputs for label, _ in boxes), chapter)
        slugs = self.env.metadata[self.env.docname].setdefault("myst_slugs", {})
        for bundle, html, boxes in outputs:
            written = []
            for place, (label, box) in enumerate(boxes):
                number, first = numbers[label], anchor(label) not in slugs
                written.append(box_with_number(box, label, number, first))
                self.number_markdown(contents(bundle, "text/markdown"), place, label, number, first)
                slugs[anchor(label)] = (html.line, anchor(label), f"Claim {number}")
            html.children = []
            html += nodes.raw("", "".join(written), format="html")

    def number_markdown(
        self, markdown: nodes.container | None, place: int, label: str, number: str, first: bool
    ) -> None:
        kinds = [*markdown.findall(nodes.strong)][place : place + 1] if markdown else []
        if markdown is None or not kinds:
            return
        kinds[0].children = []
        kinds[0] += nodes.Text(f"Claim {number}")
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
