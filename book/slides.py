"""Slide decks from the notebooks: ``python3 make.py slides``, one deck a chapter and a page of contents.

A cell is on a slide if its metadata say so, as JupyterLab sets them: ``slideshow.slide_type`` is ``slide`` (a
new column), ``subslide`` (the next in the column), ``fragment`` (on the same slide, at the next key), ``-``
(on the same slide, at once), ``notes`` or ``skip``.
A cell without it is left out: a chapter pasted onto slides would be unreadable.

What a slide adds stands in the same metadata, so that the chapter reads on undisturbed: ``title`` (else the
heading above the cell), ``notes`` (for the speaker), ``show`` (of a text, the paragraphs by number, from 1),
``rows`` (of a table, by first cell) and ``source`` (true shows the code, which is otherwise left out).
"""

from __future__ import annotations

import html
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

BOOK = Path(__file__).resolve().parent
sys.path.insert(0, str(BOOK / "_ext"))

from chapters import chapter_number  # noqa: E402
from numbering import HEAD, REST, boxes_of, claim_numbers  # noqa: E402

NOTEBOOKS = BOOK.parent / "notebooks"
TYPES = ("slide", "subslide", "fragment", "-", "notes", "skip")
KEYS = {"slide_type", "title", "notes", "show", "rows", "source"}
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_HEADING = re.compile(r"^#{1,4} +(.+?) *$", re.MULTILINE)


def _formula(content: str, options: dict[str, bool]) -> str:
    left, right = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return left + html.escape(content.strip()) + right


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin, renderer=_formula)


@dataclass
class Slide:
    """One slide: what it shows, what the speaker says, and whether it begins a column."""

    title: str
    column: bool
    parts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def blocks(text: str) -> list[str]:
    """The paragraphs, headings, lists, tables and formulas of a Markdown text, as HTML."""
    tokens, found, start = MARKDOWN.parse(text), [], 0
    for place, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            found.append(MARKDOWN.renderer.render(tokens[start : place + 1], MARKDOWN.options, {}))
            start = place + 1
    return found


def only_rows(text: str, rows: list[str]) -> str:
    """The Markdown table of a text, with these rows alone; raises ValueError where one is not in it."""
    lines = [line for line in text.splitlines() if line.lstrip().startswith("|")]
    by_name = {line.split("|")[1].strip(): line for line in lines[2:]}
    missing = [row for row in rows if row not in by_name]
    if missing:
        raise ValueError(f"rows: no row begins with {', '.join(missing)}; there are {'; '.join(by_name)}")
    return "\n".join([*lines[:2], *(by_name[row] for row in rows)])


def shown_text(text: str, wish: NotebookNode) -> str:
    """A Markdown text as HTML: all of it, or the paragraphs or the rows that the slide wants."""
    if "rows" in wish:
        return "".join(blocks(only_rows(text, wish["rows"])))
    every = blocks(text)
    wanted = wish.get("show", range(1, len(every) + 1))
    beyond = [number for number in wanted if not 1 <= number <= len(every)]
    if beyond:
        raise ValueError(f"show: there is no paragraph {beyond[0]}; the text has {len(every)}")
    return "\n".join(every[number - 1] for number in wanted)


def output_html(output: NotebookNode, cell: NotebookNode, numbers: dict[str, str]) -> str:
    """What an output shows, in the best form that it has."""
    if output.output_type == "stream":
        return f"<pre>{html.escape(output.text.rstrip())}</pre>"
    data = output.get("data", {})
    if "text/html" in data:
        boxes = boxes_of(data["text/html"])
        numbered = "".join(
            box.replace(HEAD, f'{HEAD}<span class="claim-number">Claim {numbers[label]}</span> ', 1)
            for label, box in boxes
        )
        if len(boxes) == 1:  # a line alone on its slide is open
            numbered = numbered.replace(REST, REST.replace(">", " open>"), 1)
        return numbered or data["text/html"]
    if "text/markdown" in data:
        return shown_text(data["text/markdown"], cell.metadata.slideshow)
    if "text/latex" in data:
        return rf"\[{html.escape(data['text/latex'].strip().strip('$'))}\]"
    if "image/png" in data:
        about = cell.metadata.get("mystnb", {})
        caption = about.get("figure", {}).get("caption", "")
        alt = html.escape(about.get("image", {}).get("alt", caption))
        picture = f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}">'
        return f"<figure>{picture}<figcaption>{MARKDOWN.renderInline(caption)}</figcaption></figure>"
    return f"<pre>{html.escape(data.get('text/plain', ''))}</pre>"


def cell_html(cell: NotebookNode, numbers: dict[str, str]) -> str:
    """What a cell puts on its slide; raises ValueError for a wish that cannot be met."""
    wish = cell.metadata.slideshow
    if cell.cell_type == "markdown":
        return shown_text(cell.source, wish)
    parts = []
    if wish.get("source"):
        parts.append(highlight(cell.source, PythonLexer(), HtmlFormatter(noclasses=True)))
    outputs = cell.get("outputs", [])
    live = any('class="explorable"' in o.get("data", {}).get("text/html", "") for o in outputs)
    for output in outputs:
        still = live and "text/html" not in output.get("data", {})
        if not still:
            parts.append(output_html(output, cell, numbers))
    if not parts:
        raise ValueError("it has no stored output, and source is not true")
    return "\n".join(parts)


def linked(page: str, decks: set[str]) -> str:
    """Links to chapters lead to their decks; a link to a place that no deck has is left as text."""

    def follow(found: re.Match[str]) -> str:
        target = html.unescape(found[1])
        if re.match(r"[a-z]+:", target):
            return found[0]
        deck = Path(target.partition("#")[0]).stem
        return f'<a href="{deck}.html">{found[2]}</a>' if deck in decks else found[2]

    return _LINK.sub(follow, page)


def slides_of(notebook: NotebookNode, name: str) -> list[Slide]:
    """The slides of a chapter, in order;
    raises ValueError, naming the cell, where its metadata make no sense."""
    boxes = (
        box
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        for box in boxes_of(output.get("data", {}).get("text/html", ""))
    )
    numbers = claim_numbers((label for label, _ in boxes), chapter_number(name) or 0)
    found: list[Slide] = []
    heading = ""
    for cell in notebook.cells:
        headings = _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
        wish = cell.metadata.get("slideshow", {})
        kind = wish.get("slide_type") or "skip"
        try:
            if kind not in TYPES:
                raise ValueError(f"slide_type is {kind!r}; there are {', '.join(TYPES)}")
            unknown = set(wish) - KEYS
            if unknown:
                raise ValueError(
                    f"slideshow has no {', '.join(sorted(unknown))}; there are {', '.join(sorted(KEYS))}"
                )
            if kind != "skip":
                add(cell, kind, found, headings[0] if headings else heading, numbers)
        except ValueError as error:
            raise ValueError(f"{name}, cell {cell.id}: {error}") from None
        heading = headings[-1] if headings else heading
    return found


def add(cell: NotebookNode, kind: str, found: list[Slide], heading: str, numbers: dict[str, str]) -> None:
    """Put a cell onto a new slide or onto the last one; raises ValueError where there is no last one."""
    wish = cell.metadata.slideshow
    if kind in ("slide", "subslide"):
        content = cell_html(cell, numbers)
        has_own = re.match(r"\s*<h[1-4]>", content)
        title = "" if has_own and "title" not in wish else MARKDOWN.renderInline(wish.get("title", heading))
        found.append(Slide(title, column=kind == "slide" or not found, parts=[content]))
    elif not found:
        raise ValueError(f"slide_type {kind} before the first slide")
    elif kind == "notes":
        found[-1].notes.append(MARKDOWN.render(cell.source))
    else:
        style = ' class="fragment"' if kind == "fragment" else ""
        found[-1].parts.append(f"<div{style}>{cell_html(cell, numbers)}</div>")
    if "notes" in wish:
        found[-1].notes.append(MARKDOWN.render(wish["notes"]))


def deck_html(slides: list[Slide]) -> str:
    """The sections that reveal.js wants: a column of slides in each."""
    page = []
    for place, slide in enumerate(slides):
        if slide.column:
            page.append("</section>\n<section>" if place else "<section>")
        notes = f'<aside class="notes tex2jax_ignore">{"".join(slide.notes)}</aside>' if slide.notes else ""
        title = f"<h2>{slide.title}</h2>" if slide.title else ""
        page.append(f"<section>\n{title}\n{''.join(slide.parts)}\n{notes}</section>")
    return "\n".join([*page, "</section>"])


def plain(text: str) -> str:
    """HTML without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def build(notebooks: Path, target: Path) -> dict[str, int]:
    """Write a deck for each chapter that has slides, and the contents; the number of slides of each.

    Raises ValueError where the metadata of a cell make no sense, or where no chapter has slides.
    """
    decks: dict[str, tuple[str, list[Slide]]] = {}
    for path in sorted(notebooks.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        slides = slides_of(notebook, path.stem) if chapter_number(path.stem) is not None else []
        if slides:
            first = next(cell.source for cell in notebook.cells if cell.source.startswith("# "))
            decks[path.stem] = (first.partition("\n")[0].removeprefix("# ").strip(), slides)
    if not decks:
        raise ValueError("no cell of any chapter is marked as a slide")
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(BOOK / "_slides", target / "_static", ignore=shutil.ignore_patterns("*.html"))
    shutil.copytree(BOOK / "_static" / "mathjax", target / "_static" / "mathjax")
    shutil.copy2(BOOK / "_static" / "favicon.svg", target / "_static" / "favicon.svg")
    deck, contents = (
        Template((BOOK / "_slides" / name).read_text(encoding="utf-8"))
        for name in ("deck.html", "index.html")
    )
    rows = []
    for name, (title, slides) in decks.items():
        numbered = f"{chapter_number(name)}. {plain(MARKDOWN.renderInline(title))}"
        body = linked(deck_html(slides), set(decks))
        page = deck.substitute(title=html.escape(numbered), slides=body)
        (target / f"{name}.html").write_text(page, encoding="utf-8")
        rows.append(
            f'<li><a href="{name}.html">{html.escape(numbered)}</a> <span>{len(slides)} slides</span></li>'
        )
    page = contents.substitute(decks="\n".join(rows))
    (target / "index.html").write_text(page, encoding="utf-8")
    return {name: len(slides) for name, (_, slides) in decks.items()}


def main(arguments: list[str]) -> int:
    """Build into the folder named; 1 where a cell's metadata make no sense."""
    try:
        built = build(NOTEBOOKS, Path(arguments[0]).resolve())
    except ValueError as error:
        print(error)
        return 1
    for name, count in built.items():
        print(f"{name}: {count} slides")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
