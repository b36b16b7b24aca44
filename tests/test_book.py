"""The built pages: no warning, nothing from elsewhere, every formula within reach of MathJax, every link to
something.

Read as files here; how a browser shows them is another test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import built
import chromium
import pytest

pytestmark = pytest.mark.slow

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADS = {"link": ("href",), "img": ("src", "srcset"), "source": ("src", "srcset")}
LOADS |= dict.fromkeys(("script", "iframe", "embed", "audio", "video", "track", "input"), ("src",))
REMOTE = re.compile(r"^\s*(?:[a-z]+:)?//", re.IGNORECASE)


@dataclass
class Page(HTMLParser):
    """What the tests ask of a page: what it loads, its links, its anchors, and its text outside code and
    maths."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    pictures_without_alt: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    open_tags: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        quiet = tag == "link" and given.get("rel") in (
            "canonical",
            "next",
            "prev",
            "search",
            "index",
            "author",
        )
        self.loads += [given[name] for name in LOADS.get(tag, ()) if name in given and not quiet]
        self.loads += re.findall(r"url\(\s*[\"']?([^\"')]+)", given.get("style", ""))
        if tag == "img" and "alt" not in given:
            self.pictures_without_alt.append(given.get("src", "")[:60])
        if tag not in VOID:
            silent = tag in ("script", "style", "pre", "code", "title", "textarea")
            self.open_tags.append((tag, silent or bool(classes & {"math", "mathjax_process"})))

    def handle_endtag(self, tag: str) -> None:
        while self.open_tags and tag in (name for name, _ in self.open_tags):
            if self.open_tags.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not any(silent for _, silent in self.open_tags):
            self.words.append(data)


def read(source: str) -> Page:
    page = Page()
    page.feed(source)
    page.close()
    return page


def remote(page: Page) -> list[str]:
    """What the page would fetch from another machine."""
    return [target for target in page.loads if REMOTE.match(target)]


def unrendered(page: Page) -> list[str]:
    """What looks like maths and stands where MathJax does not look, or like a MyST role that nothing read."""
    words = " ".join(page.words)
    return re.findall(
        r"\$[^$\n]{1,80}\$|\$\$|\\[(\[][^\n]{1,80}|\\(?:frac|sigma|partial|lambda)\b|\{[a-z]+\}`[^`]+`", words
    )


def broken(page: Page, place: Path, pages: dict[Path, Page]) -> list[str]:
    """The links of the page, which lies at ``place``, to a file or an anchor that is not there."""
    found = []
    for link in page.links:
        if REMOTE.match(link) or re.match(r"(?:mailto|data|javascript):", link):
            continue
        file, _, anchor = link.partition("#")
        target = (place.parent / unquote(file)).resolve() if file else place
        if not target.is_file():
            found.append(link)
        elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
            found.append(link)
    return found


@pytest.fixture(scope="session")
def html(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built.book(root, tmp_path_factory)


@pytest.fixture(scope="session")
def pages(html: Path) -> dict[Path, Page]:
    paths = (path for path in html.rglob("*.html") if "_static" not in path.parts)
    return {path: read(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def test_every_notebook_is_a_page(root: Path, html: Path, pages: dict[Path, Page]) -> None:
    notebooks = root / "notebooks"
    wanted = [
        p.relative_to(notebooks) for p in notebooks.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts
    ]
    assert wanted
    for path in wanted:
        page = html / "notebooks" / path.with_suffix(".html")
        assert page in pages, path
        assert (html / "_sources" / "notebooks" / path).is_file(), f"{path} cannot be downloaded"
        assert any(link.endswith(path.name) for link in pages[page].links), (
            f"{path} has no button to download it"
        )


def test_nothing_comes_from_elsewhere(html: Path, pages: dict[Path, Page]) -> None:
    assert {path.name: remote(page) for path, page in pages.items() if remote(page)} == {}
    for path in html.rglob("*.css"):
        fetched = re.findall(
            r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)", path.read_text(encoding="utf-8")
        )
        assert not fetched, (path.name, fetched)


def test_mathjax_lies_beside_the_pages(html: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        script = [target for target in page.loads if "tex-mml-chtml" in target]
        assert len(script) == 1, path
        assert (path.parent / script[0].partition("?")[0]).is_file(), path
    fonts = html / "_static" / "mathjax" / "output" / "chtml" / "fonts" / "woff-v2"
    assert len(list(fonts.glob("*.woff"))) == 23
    assert (html / "_static" / "mathjax" / "LICENSE").is_file()


def test_all_maths_is_rendered(pages: dict[Path, Page]) -> None:
    assert {path.name: unrendered(page) for path, page in pages.items() if unrendered(page)} == {}


def test_no_link_is_broken(pages: dict[Path, Page]) -> None:
    found = {path.name: broken(page, path, pages) for path, page in pages.items()}
    assert {name: links for name, links in found.items() if links} == {}


def test_pictures_are_described(pages: dict[Path, Page]) -> None:
    assert [p for page in pages.values() for p in page.pictures_without_alt] == []


def test_a_chapter_has_the_number_of_its_file(html: Path) -> None:
    chapters = sorted((html / "notebooks").glob("[0-9][0-9]_*.html"))
    assert chapters
    for path in chapters:
        page = path.read_text(encoding="utf-8")
        title = re.search(r'<h1><span class="section-number">(\d+)\. </span>(.*?)<a', page, re.DOTALL)
        assert title and int(title[1]) == int(path.name[:2]), path.name
        assert not re.match(r"\s*\d", title[2]), f"{path.name}: a number is typed in the title as well"


NUMBERED = re.compile(
    r'<div (?:id="claim-([\w-]+)" )?class="claim [^>]*data-claim="([\w-]+)".*?<a [^>]*>Claim ([\d.]+)</a>'
)


def claims_of(page: str) -> dict[str, str]:
    """Label → number of every box with an anchor on a chapter's page; each must have one, and a second box
    its number."""
    found: dict[str, str] = {}
    boxes = NUMBERED.findall(page)
    assert len(boxes) == page.count('<div class="claim-head">')
    for anchor, label, number in boxes:
        assert anchor == ("" if label in found else label)
        assert found.setdefault(label, number) == number
    return found


def test_claims_formulas_and_reading_time_of_a_chapter(html: Path) -> None:
    for path in sorted((html / "notebooks").glob("[0-9][0-9]_*.html")):
        page, chapter = path.read_text(encoding="utf-8"), int(path.name[:2])
        numbers = list(claims_of(page).values())
        assert numbers == [f"{chapter}.{n}" for n in range(1, len(numbers) + 1)], path.name
        formulas = re.findall(r'<span class="eqno">\(([\d.]+)\)', page)
        assert formulas == [f"{chapter}.{n}" for n in range(1, len(formulas) + 1)], path.name
        (minutes,) = re.findall(r"About (\d+) minutes to read", page)
        assert 5 <= int(minutes) <= 60, path.name


def test_the_ledger_leads_to_the_box_of_each_claim(html: Path) -> None:
    from analysis.claims.ledger_page import places

    folder = html / "notebooks"
    shown = {
        path.name: claims_of(path.read_text(encoding="utf-8")) for path in folder.glob("[0-9][0-9]_*.html")
    }
    ledger = "".join(path.read_text(encoding="utf-8") for path in folder.glob("ledger_*.html"))
    links = re.findall(
        r'href="(\w+\.html)#claim-([\w-]+)"><span[^>]*><code[^>]*><span '
        r'class="pre">([\w-]+)</span></code> \(Claim ([\d.]+)\)',
        ledger,
    )
    assert {label for _, _, label, _ in links} == set(places(folder.parents[2] / "notebooks"))
    for file, anchor, label, number in links:
        assert anchor == label and shown[file][label] == number


FURNITURE = (
    "nav, header, button, .bd-sidebar-primary, .bd-sidebar-secondary, .prev-next-footer, "
    ".explorable, input, .headerlink"
)


def test_on_paper_pictures_replace_sliders_and_folds_are_open(html: Path, chrome: Any) -> None:
    driver = chromium.window(chrome, 800, 1100)
    driver.get((html / "notebooks" / "03_explosion.html").as_uri())
    shown = (
        "return [...document.querySelectorAll(arguments[0])].filter(e => "
        "e.checkVisibility({contentVisibilityAuto: true})).length"
    )
    live = ".explorable svg"
    driver.execute_async_script(
        "const f = arguments[0]; (function g(n) { document.querySelectorAll('.explorable "
        "svg').length == 2 || !n ? f() : setTimeout(g, 50, n - 1) })(200)"
    )
    stills = ".cell_output:has(.explorable) img"
    assert driver.execute_script(shown, live) == 2 and driver.execute_script(shown, stills) == 0
    assert driver.execute_script(shown, FURNITURE) > 10
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert driver.execute_script(shown, FURNITURE) == 0
    assert driver.execute_script(shown, stills) == 2
    folds = ".claim details > :not(summary)"
    assert driver.execute_script(shown, folds) == driver.execute_script(
        f"return document.querySelectorAll('{folds}').length"
    )
    assert driver.execute_script(shown, "details.hide") == 0
    wide = (
        "return [...document.querySelectorAll('.bd-article *')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('mjx-container')).length"
    )
    assert driver.execute_script(wide) == 0


def test_the_notation_page_shows_every_symbol(html: Path) -> None:
    from analysis.symbolic.notation import NOTATION

    page = (html / "notation.html").read_text(encoding="utf-8")
    assert page.count("<tr") == len(NOTATION) + 1
    assert all(
        f'<span class="pre">{entry.code.split("(")[0]}' in page
        for entry in NOTATION
        if entry.code.isidentifier()
    )


def test_the_bibliography_lists_every_entry(root: Path, html: Path) -> None:
    keys = re.findall(
        r"^@\w+\{(\w+),", (root / "notebooks" / "references.bib").read_text(encoding="utf-8"), re.MULTILINE
    )
    page = (html / "bibliography.html").read_text(encoding="utf-8")
    assert len(keys) == page.count('<div class="citation"')
    dois = re.findall(
        r"doi\s*=\s*\{([^}]+)\}", (root / "notebooks" / "references.bib").read_text(encoding="utf-8")
    )
    assert dois and all(doi in page for doi in dois)


@pytest.mark.parametrize(
    "source",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<img src="http://a.example/x.png" alt="">',
        '<p style="background: url(https://a.example/x.png)">',
        '<iframe src="https://a.example/"></iframe>',
    ],
)
def test_a_remote_file_is_found(source: str) -> None:
    assert remote(read(source))


@pytest.mark.parametrize("source", ["<p>$x$</p>", r"<p>\(x\)</p>", r"<li>\sigma is</li>", "<p>{eq}`a`</p>"])
def test_unrendered_maths_is_found(source: str) -> None:
    assert unrendered(read(source))


@pytest.mark.parametrize(
    "source",
    [
        r'<span class="math notranslate">\(x\)</span> and 5 $',
        r'<div class="claim mathjax_process"><p>\(x\)</p></div>',
        "<pre>$x$</pre><code>$y$</code><script>$('a') + $('b')</script>",
        '<a href="https://a.example/">out</a> <img alt="" src="data:image/png;base64,AA">',
    ],
)
def test_what_is_right_passes(source: str) -> None:
    page = read(source)
    assert (unrendered(page), remote(page)) == ([], [])


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    here, there = tmp_path / "a.html", tmp_path / "b.html"
    sources = {
        here: '<p id="top"><a href="b.html#no">1</a><a href="c.html">2</a><a href="#top">3</a>',
        there: "<p>",
    }
    for path, source in sources.items():
        path.write_text(source)
    pages = {path: read(source) for path, source in sources.items()}
    assert broken(pages[here], here, pages) == ["b.html#no", "c.html"]
    assert read("<img src='x.png'>").pictures_without_alt == ["x.png"]
