"""What a notebook of the book must be like: one function a rule, each giving the faults it finds, [] if none.

``notebook`` is the notebook as JSON has it; ``path`` is where it lies, for its links.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
from loading import ROOT
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import compute_unique_slug
from myst_parser.parsers.mdit import create_md_parser

Notebook = dict[str, Any]
Cell = dict[str, Any]
Rule = Callable[[Notebook, Path], list[str]]

LONGEST_CELL = 20  # lines
MOST_FUNCTIONS = 3
WIDTH = tomllib.loads((ROOT / "notebooks" / "ruff.toml").read_text(encoding="utf-8"))["line-length"]
LARGEST = 2_000_000  # bytes
_TO_FILL = re.compile(r"\b(?:[A-Z]{2,}(?:_[A-Z]{2,})+|TODO|TBD|FIXME|XXX)\b")
_PARSER = create_md_parser(
    MdParserConfig(enable_extensions={"amsmath", "dollarmath", "attrs_inline", "colon_fence", "deflist"}),
    RendererHTML,
)


def text(cell: Cell) -> str:
    """The source of a cell as one string."""
    return "".join(cell["source"])


def cells(notebook: Notebook, kind: str) -> Iterator[tuple[str, Cell]]:
    """(how to name it, cell) for the cells of one kind that are not empty."""
    for place, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == kind and text(cell).strip():
            yield f"cell {place} ({cell.get('id', 'no id')})", cell


def python(cell: Cell) -> ast.Module:
    """The syntax tree of a code cell, its magics left out."""
    lines = text(cell).splitlines()
    return ast.parse("\n".join("" if re.match(r"\s*[%!]", line) else line for line in lines))


# What is stored


def is_valid(notebook: Notebook, path: Path) -> list[str]:
    """The format itself, a name for every cell, the common kernel, nothing that changes with each run."""
    try:
        with warnings.catch_warnings(action="ignore"):  # on ids, of which more below
            nbformat.validate(nbformat.from_dict(notebook), relax_add_props=False)
    except nbformat.ValidationError as error:
        return [f"not a valid notebook: {str(error).splitlines()[0]}"]
    found = []
    ids = [cell.get("id", "") for cell in notebook["cells"]]
    if "" in ids or len(set(ids)) < len(ids):
        found.append("every cell needs an id of its own")
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("the kernel must be python3")
    if "version" in notebook["metadata"].get("language_info", {}):
        found.append("the version of Python is stored: make.py refresh drops it")
    if "widgets" in notebook["metadata"]:
        found.append("the state of a widget is stored")
    if any({"execution", "ExecuteTime"} & cell["metadata"].keys() for cell in notebook["cells"]):
        found.append("times are stored: make.py refresh drops them")
    return found


def is_run(notebook: Notebook, path: Path) -> list[str]:
    """Every code cell has run, in order, without an error, and its output is the same each time."""
    found = []
    for count, (name, cell) in enumerate(cells(notebook, "code"), start=1):
        if text(cell).rstrip().endswith(";"):
            found.append(
                f"{name} ends in a semicolon: what it hides shows when nbval runs it; assign it instead"
            )
        if cell.get("execution_count") != count:
            found.append(f"{name} has run as number {cell.get('execution_count')}, not {count}")
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                found.append(f"{name} ends in {output['ename']}")
            if output.get("name") == "stderr":
                found.append(f"{name} writes to stderr: {''.join(output['text'])[:60]!r}")
            if "nbval-ignore-output" not in cell["metadata"].get("tags", []):
                found += [
                    f"{name} shows a memory address: {a}"
                    for a in re.findall(r"at 0x[0-9a-f]{5,}", shown(output))
                ]
    return found


def is_small(notebook: Notebook, path: Path) -> list[str]:
    """Short cells, few functions, a file that a browser opens at once."""
    found = []
    functions = 0
    for name, cell in cells(notebook, "code"):
        if (lines := len(text(cell).splitlines())) > LONGEST_CELL:
            found.append(f"{name} has {lines} lines, more than {LONGEST_CELL}")
        functions += sum(
            isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(python(cell))
        )
    if functions > MOST_FUNCTIONS:
        found.append(
            f"{functions} functions are defined here, more than {MOST_FUNCTIONS}: they belong in analysis/"
        )
    if (size := len(json.dumps(notebook))) > LARGEST:
        found.append(f"{size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f}")
    return found


def prints_fit(notebook: Notebook, path: Path) -> list[str]:
    """No printed line is wider than the code may be (``notebooks/ruff.toml``):
    in the book it would have to be scrolled."""
    return [
        f"{name} prints a line of {len(line)} characters; {WIDTH} fit the page"
        for name, cell in cells(notebook, "code")
        for output in cell["outputs"]
        for line in "".join(output.get("text", "")).splitlines()
        if len(line) > WIDTH
    ]


def has_no_set_up(notebook: Notebook, path: Path) -> list[str]:
    """No cell installs, changes the path or the folder, or calls a shell."""
    banned = (
        r"sys\.path|os\.chdir|os\.system|subprocess|init_printing|^\s*!|^\s*%(?:pip|conda|cd)\b|pip install"
    )
    return [
        f"{name} says {hit.strip()!r}"
        for name, cell in cells(notebook, "code")
        for hit in re.findall(banned, text(cell), re.MULTILINE)
    ]


def pictures_are_described(notebook: Notebook, path: Path) -> list[str]:
    """A picture has a text for those who cannot see it,
    in the metadata that the book reads or in its Markdown."""
    found = []
    for name, cell in cells(notebook, "code"):
        drawn = any("image/png" in output.get("data", {}) for output in cell["outputs"])
        if drawn and not cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "").strip():
            found.append(f"{name} shows a picture without metadata mystnb.image.alt")
    for name, cell in cells(notebook, "markdown"):
        for token in leaves(text(cell)):
            if token.type == "image" and not token.content.strip():
                found.append(f"{name} shows {token.attrs.get('src')} without a description")
    return found


def nothing_is_left_to_fill(notebook: Notebook, path: Path) -> list[str]:
    """No name in capitals, such as a draft has for a phrase to come, stands in prose, captions or notes."""
    found = []
    for name, cell in chain(cells(notebook, "markdown"), cells(notebook, "code")):
        words = [*prose(text(cell))] if cell["cell_type"] == "markdown" else []
        for hit in _TO_FILL.findall(" ".join([*words, *_written(cell["metadata"])])):
            found.append(f"{name} has {hit} left to fill")
    return found


def _written(metadata: Any) -> Iterator[str]:
    """Every text in the metadata of a cell: captions, descriptions, notes of slides."""
    if isinstance(metadata, dict):
        for value in metadata.values():
            yield from _written(value)
    elif isinstance(metadata, str):
        yield metadata


# Links


def blocks(markdown: str) -> Iterator[Token]:
    """The tokens of the text, those within notes and other boxes too."""
    for token in _PARSER.parse(markdown):
        yield token
        if token.type in ("fence", "colon_fence") and re.match(r"\{(?!code|math|image|toctree)", token.info):
            yield from blocks(token.content)


def leaves(markdown: str) -> Iterator[Token]:
    """Every token of the text, those within paragraphs too."""
    for token in blocks(markdown):
        yield token
        yield from token.children or ()


def links(markdown: str) -> Iterator[str]:
    """The targets of the links and pictures, those written in HTML too."""
    for token in leaves(markdown):
        for key in ("href", "src"):
            if key in token.attrs:
                yield unquote(str(token.attrs[key]))
        if token.type in ("html_block", "html_inline"):
            yield from re.findall(r"""(?:href|src)\s*=\s*["']([^"']+)""", token.content)


def _markdown(source: str, suffix: str) -> list[str]:
    if suffix == ".ipynb":
        return [
            text(c) for c in nbformat.reads(source, as_version=4)["cells"] if c["cell_type"] == "markdown"
        ]
    return [source]


def headings(texts: list[str]) -> set[str]:
    """The anchors that the headings of a page have, in the book and in JupyterLab, and those set by hand."""
    slugs: set[str] = set()
    for markdown in texts:
        for node in SyntaxTreeNode(_PARSER.parse(markdown)).walk():
            if node.type == "heading" and (slug := compute_unique_slug(node, slugs)):
                slugs.add(slug)
        by_hand = re.findall(r"^\(([\w-]+)\)=\s*$|id=\"([\w-]+)\"", markdown, re.MULTILINE)
        slugs |= {name for name in chain.from_iterable(by_hand) if name}
    return slugs


@cache
def _anchors_of(path: Path, changed: float) -> frozenset[str]:
    return frozenset(headings(_markdown(path.read_text(encoding="utf-8"), path.suffix)))


def links_lead_somewhere(notebook: Notebook, path: Path) -> list[str]:
    """A relative link names a file that is there, and a heading that the file has."""
    own = headings([text(cell) for _, cell in cells(notebook, "markdown")])
    found = []
    for name, cell in cells(notebook, "markdown"):
        for link in links(text(cell)):
            if re.match(r"(https?|mailto|data|attachment):", link):
                continue
            file, _, anchor = link.partition("#")
            target = path.parent / file
            if file and not target.is_file():
                found.append(f"{name} links to {file}, which is not there")
            elif anchor and file and target.suffix in (".ipynb", ".md"):
                if anchor not in _anchors_of(target, target.stat().st_mtime):
                    found.append(f"{name} links to {link}, but {file} has no such heading")
            elif anchor and not file and anchor not in own:
                found.append(f"{name} links to {link}, which no heading here has")
    return found


# Numbers


@dataclass(frozen=True)
class Number:
    """A number as it stands in a text:
    its value, the worth of its last digit, and whether it is in per cent."""

    written: str
    value: float
    unit: float
    percent: bool

    def is_shown_by(self, y: float) -> bool:
        """Whether ``y``, rounded or cut off, is written like this."""
        slack = 1e-9 * max(self.value, self.unit)
        gaps = [abs(y) - self.value, 100 * abs(y) - self.value] if self.percent else [abs(y) - self.value]
        return any(abs(gap) <= self.unit / 2 + slack or -slack <= gap < self.unit for gap in gaps)


_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_NUMBER = re.compile(
    r"(?<![\w.])(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?P<part>\.\d+)?"
    r"(?:[eE](?P<e>[-+]?\d+)|\s*(?:·|×|\\times|\\cdot)\s*10(?:\^\{?(?P<power>[-+]?\d+)\}?|(?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?"
    r"(?!\.?\d)(?P<percent>\s*\\?%)?"
)
_NAMES_A_PLACE = re.compile(
    r"(?:exercises?|problems?|solutions?|answers?|chapters?|ch\.|sections?|sec\.|§+|eqs?\.?|equations?|figs?\.?|figures?"
    "|tables?|theorems?|lemmas?|version|python|sympy|numpy|scipy|matplotlib|scikit-learn|mathjax|cc[ "
    "-]by[a-z-]*)"
    r"[\s(*\x02]*(?:\d+(?:\.\d+)*[\s)]*(?:,|and|or|to|–|-|&)[\s(]*)*$",
    re.IGNORECASE,
)
_NOT_PROSE = re.compile(r"https?://\S+|\barXiv:\S+|\bdoi:?\s*\S+|\b10\.\d{4,}/\S+", re.IGNORECASE)
_LABEL = re.compile(
    r"^[^\w\n]*\x02(?:[Ee]xercise )?\d+\.\d+|^# *\d+\.\d+|^ *\d+\.\d+[.):]\s|^ *[1-9]\d?\.[1-9]\d? "
    r"+(?=[A-Z*($\\])",
    re.MULTILINE,
)


def normal(words: str) -> str:
    """The text with a plain minus, and with a space after each LaTeX command in place of LaTeX's own
    spaces."""
    words = re.sub(r"\\[,;:! ]", " ", words.replace("−", "-").replace("{,}", ","))
    return re.sub(r"(\\[A-Za-z]+)", r"\1 ", words)


def numbers(words: str) -> Iterator[tuple[int, Number]]:
    """(where it begins, number) for every number of a ``normal`` text."""
    for found in _NUMBER.finditer(words):
        whole, part = (found["whole"] or "").replace(",", ""), found["part"] or ""
        if not whole and not part:
            continue
        exponent = int(found["e"] or found["power"] or (found["raised"] or "0").translate(_RAISED))
        unit = 10.0 ** (exponent - max(len(part) - 1, 0))
        yield (
            found.start(),
            Number(found[0].strip(), float(f"{whole or 0}{part}e{exponent}"), unit, bool(found["percent"])),
        )


def prose(markdown: str) -> Iterator[str]:
    """The text of each paragraph, heading and formula, without code, HTML and addresses;
    \\x02 stands at bold type."""
    kept = {
        "text": "{}",
        "math_inline": " ${}$ ",
        "math_inline_double": " ${}$ ",
        "softbreak": "\n",
        "strong_open": "\x02",
    }
    heading = False
    for token in blocks(markdown):
        if token.type == "heading_open":
            heading = True
        elif token.type in ("math_block", "amsmath", "math_block_label"):
            yield normal(token.content)
        elif token.type == "inline":
            words = "".join(kept[t.type].format(t.content) for t in token.children or () if t.type in kept)
            yield ("# " if heading else "") + normal(_NOT_PROSE.sub(" ", words))
            heading = False


def decimals(markdown: str) -> list[Number]:
    """The numbers with a decimal point or in per cent, but for those that name an exercise, an equation,
    a version."""
    found = []
    for words in prose(markdown):
        labels = [label.span() for label in _LABEL.finditer(words)]
        for start, number in numbers(words):
            if "." not in number.written and not number.percent:
                continue
            a_label = re.fullmatch(r"[1-9]\d?\.\d+", number.written) and _NAMES_A_PLACE.search(words[:start])
            if not a_label and not any(a <= start < b for a, b in labels):
                found.append(number)
    return found


def shown(output: dict[str, Any]) -> str:
    """What a reader can read of an output; scripts, styles and tags are not that, nor what is stored of a
    picture."""
    data = output.get("data", {})
    kinds = {"text/plain", "text/latex", "text/markdown"} - ({"text/plain"} if "image/png" in data else set())
    parts = ["".join(output.get("text", ""))]
    parts += ["".join(data[kind]) for kind in data if kind in kinds]
    page = "".join(data.get("text/html", ""))
    parts.append(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL | re.IGNORECASE))
    return "\n".join(parts)


def computed(notebook: Notebook) -> set[float]:
    """Every number of the outputs, fractions worked out, and every constant of the code."""
    values: set[float] = set()
    for _, cell in cells(notebook, "code"):
        for output in cell["outputs"]:
            words = shown(output)
            for _, number in numbers(normal(words)):
                values.add(number.value)
                if number.percent:
                    values.add(number.value / 100)
            ratios = re.findall(r"(?<![\d.])(\d+)/(\d+)(?![\d.])|\\frac\{(\d+)\}\{(\d+)\}", words)
            for a, b, c, d in ratios:
                if float(b or d):
                    values.add(float(a or c) / float(b or d))
        for node in ast.walk(python(cell)):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                values.add(abs(float(node.value)))
    return values


def numbers_are_computed(notebook: Notebook, path: Path) -> list[str]:
    """A decimal in the prose stands in the outputs (or is an input of the code), rounded or cut off.

    A number taken from a publication goes into a cell tagged ``cited-number``,
    which must then name a year or a source.
    """
    values = computed(notebook)
    places = [(name, text(cell), cell) for name, cell in cells(notebook, "markdown")]
    for name, cell in cells(notebook, "code"):
        picture = cell["metadata"].get("mystnb", {})
        places += [
            (f"{name}, {kind}", picture.get(part, {}).get(kind, ""), cell)
            for part, kind in (("figure", "caption"), ("image", "alt"))
        ]
    found = []
    for name, words, cell in places:
        if "cited-number" in cell["metadata"].get("tags", []):
            if not re.search(r"\b(1[89]|20)\d\d\b|\{cite\}|\]\(", words):
                found.append(f"{name} is tagged cited-number and names no source")
            continue
        found += [
            f"{name} says {number.written}, which no output here shows"
            for number in decimals(words)
            if not any(number.is_shown_by(y) for y in values)
        ]
    return found


RULES: tuple[Rule, ...] = (
    is_valid,
    is_run,
    is_small,
    prints_fit,
    has_no_set_up,
    pictures_are_described,
    nothing_is_left_to_fill,
    links_lead_somewhere,
    numbers_are_computed,
)
