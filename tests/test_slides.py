"""The decks: made of the marked cells alone, complete in themselves,
and shown without a word cut off at 1920 × 1080."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import chromium
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
BOX = (
    '<div class="claim claim-proved mathjax_process" data-claim="{}"><div class="claim-head">'
    "<code>{}</code></div></div>"
)


def load_slides() -> ModuleType:
    spec = importlib.util.spec_from_file_location("slides_under_test", ROOT / "book" / "slides.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks for its annotations
    spec.loader.exec_module(module)
    return module


slides = load_slides()


def md(text: str, **wish: Any) -> nbformat.NotebookNode:
    return new_markdown_cell(text, metadata={"slideshow": wish} if wish else {})


def shows(data: dict[str, str], code: str = "f()", about: dict[str, Any] | None = None, **wish: Any) -> Any:
    outputs = [new_output("display_data", data)]
    meta = {**(about or {}), **({"slideshow": wish} if wish else {})}
    return new_code_cell(code, outputs=outputs, metadata=nbformat.from_dict(meta))


def made(*cells: nbformat.NotebookNode, name: str = "02_x") -> list[Any]:
    found: list[Any] = slides.slides_of(new_notebook(cells=list(cells)), name)
    return found


def row(label: str) -> str:
    return (
        f'<div class="claim claim-row" data-claim="{label}">{slides.HEAD}</div>{slides.REST}x</details></div>'
    )


def test_a_line_alone_on_its_slide_is_open() -> None:
    (alone,) = made(shows({"text/html": row("a")}, slide_type="slide"))
    (several,) = made(shows({"text/html": row("a") + row("b")}, slide_type="slide"))
    assert '<details class="claim-rest" open>' in alone.parts[0] and " open>" not in several.parts[0]


# Which cells are on a slide, and how


def test_only_marked_cells_are_on_a_slide() -> None:
    found = made(
        md("# A"), md("left out"), md("one", slide_type="slide"), md("two", slide_type="skip"),
        md("three", slide_type="subslide"), md("four", slide_type="fragment"), md("five", slide_type="-"),
    )  # fmt: skip
    assert [(s.column, len(s.parts)) for s in found] == [(True, 1), (False, 3)]
    page = slides.deck_html(found)
    assert "left out" not in page and "two" not in page and '<div class="fragment"><p>four' in page
    assert page.count("<section>") == page.count("</section>") == 3  # a column of two


def test_a_title_is_the_heading_above_unless_one_is_given_or_shown() -> None:
    found = made(
        md("# A\n\ntext", slide_type="slide"),
        md("## Later $x$\n\n## Latest"),
        shows({"text/plain": "1"}, slide_type="slide"),
        shows({"text/plain": "2"}, slide_type="slide", title="Mine"),
        md("## Own\n\nfirst\n\nsecond", slide_type="slide", show=[2]),
    )
    assert [s.title for s in found] == ["", "Latest", "Mine", "Own"]
    assert "second" not in found[3].parts[0] and "<h2>" not in found[3].parts[0]


def test_notes_are_for_the_speaker_from_metadata_or_a_cell() -> None:
    (slide,) = made(md("seen", slide_type="slide", notes="say *this*"), md("and that", slide_type="notes"))
    page = slides.deck_html([slide])
    aside = re.search(r'<aside class="notes[^>]*>(.*?)</aside>', page, re.DOTALL)
    assert aside and "<em>this</em>" in aside[1] and "and that" in aside[1]
    assert "this" not in page.replace(aside[0], "")


def test_code_is_shown_where_it_teaches() -> None:
    plain, taught = made(
        shows({"text/plain": "1"}, "secret()", slide_type="slide"),
        shows({"text/plain": "1"}, "lesson()", slide_type="slide", source=True),
    )
    assert "secret" not in plain.parts[0] and "lesson" in taught.parts[0]


def test_outputs_take_their_best_form() -> None:
    about = {"mystnb": {"figure": {"caption": "See $x$"}, "image": {"alt": 'a "b"'}}}
    formula, figure, box, again = made(
        shows({"text/latex": "$\\displaystyle a<b$", "text/plain": "no"}, slide_type="slide"),
        shows({"image/png": "AAAA\n", "text/plain": "no"}, about=about, slide_type="slide"),
        shows({"text/html": BOX.format("b", "b"), "text/markdown": "no"}, slide_type="slide"),
        shows({"text/html": BOX.format("b", "b")}, slide_type="slide"),
    )
    assert formula.parts == [r"\[\displaystyle a&lt;b\]"]
    assert (
        'src="data:image/png;base64,AAAA"' in figure.parts[0] and 'alt="a &quot;b&quot;"' in figure.parts[0]
    )
    assert r'<figcaption>See <span class="math inline">\(x\)</span></figcaption>' in figure.parts[0]
    assert "Claim 2.1</span> <code>b" in box.parts[0] and "Claim 2.1" in again.parts[0]


def test_an_explorable_stands_without_its_still_picture() -> None:
    cell = shows({"image/png": "AAAA"}, slide_type="slide")
    cell.outputs.append(new_output("display_data", {"text/html": '<div class="explorable"></div>'}))
    (slide,) = made(cell)
    assert slide.parts == ['<div class="explorable"></div>']


def test_of_a_table_the_rows_that_are_asked_for() -> None:
    table = "## V\n\n| row | says |\n|-|-|\n| A1 | $x$ |\n| A2 | y |"
    for cell in (
        md(table, slide_type="slide", rows=["A2"]),
        shows({"text/markdown": table}, slide_type="slide", rows=["A2"]),
    ):
        (slide,) = made(cell)
        assert "<td>A2</td>" in slide.parts[0] and "A1" not in slide.parts[0] and "<th>row" in slide.parts[0]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (md("x", slide_type="slid"), "slid"),
        (md("x", slide_type="slide", note="y"), "note"),
        (md("x", slide_type="slide", show=[2]), "no paragraph 2"),
        (md("| a |\n|-|\n| A1 |", slide_type="slide", rows=["A9"]), "A9"),
        (md("x", slide_type="fragment"), "before the first slide"),
        (new_code_cell("x", metadata={"slideshow": {"slide_type": "slide"}}), "no stored output"),
    ],
)  # fmt: skip
def test_metadata_that_make_no_sense_name_the_cell(cell: nbformat.NotebookNode, told: str) -> None:
    cell.id = "the-cell"
    with pytest.raises(ValueError, match=f"the-cell: .*{told}"):
        made(cell)


def test_links_lead_to_decks_or_nowhere() -> None:
    page = (
        '<a href="01_a.ipynb#x">1</a> <a href="09_b.ipynb">2</a> <a href="#s">3</a> <a '
        'href="https://d.example">4</a>'
    )
    assert slides.linked(page, {"01_a"}) == '<a href="01_a.html">1</a> 2 3 <a href="https://d.example">4</a>'


def test_no_slides_at_all_is_an_error(tmp_path: Path) -> None:
    nbformat.write(new_notebook(cells=[md("# A")]), tmp_path / "01_a.ipynb")
    with pytest.raises(ValueError, match="no cell of any chapter"):
        slides.build(tmp_path, tmp_path / "out")


# The decks of the book


@pytest.fixture(scope="session")
def decks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target: Path = tmp_path_factory.mktemp("slides") / "slides"
    slides.build(ROOT / "notebooks", target)
    return target


def test_the_contents_lead_to_every_deck(decks: Path) -> None:
    page = (decks / "index.html").read_text(encoding="utf-8")
    found = re.findall(r'<a href="([^"]+)">(\d+)\. [^<]+</a> <span>(\d+) slides', page)
    assert [name for name, _, _ in found] == sorted(p.name for p in decks.glob("[0-9]*.html"))
    assert {name[:-5] for name, _, _ in found} >= set(CHAPTERS)
    assert all(int(name[:2]) == int(number) for name, number, _ in found)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_deck_has_all_that_a_lecture_needs(name: str) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    found = slides.slides_of(notebook, name)
    page = slides.deck_html(found)
    assert 8 <= len(found) <= 14
    assert "<h1>" in found[0].parts[0] and "?" in found[0].parts[0], "it opens with a question"
    for part in (r'class="claim ', "<figure>", r"<td>[A-N]\d", r"\\\[", "Find the flaw"):
        assert re.search(part, page), part
    live = 'class="explorable"'
    assert (live in page) == (live in str(notebook)), "a chapter's explorable belongs on a slide"
    assert sum(bool(s.notes) for s in found) > 0.8 * len(found)
    assert not [note for s in found for note in s.notes if re.search(r"\$|\\", note)], (
        "notes show no formulas"
    )


def test_numbers_of_claims_are_those_of_the_chapter() -> None:
    """By the same rule: each label counts once, in the order of the page, left-out cells included."""
    found = made(
        shows({"text/html": BOX.format("a", "a")}),
        shows({"text/html": BOX.format("a", "a")}),
        shows({"text/html": BOX.format("b", "b")}, slide_type="slide"),
    )
    assert "Claim 2.2" in found[0].parts[0]


# In a browser


@pytest.fixture
def projector(chrome: Any) -> Any:
    """Chromium with a window of 1920 × 1080."""
    return chromium.window(chrome, 1920, 1080)


READY = """const done = arguments[0]; (function wait(n) {
  if (document.body.dataset.ready || !n) return done(document.body.dataset.ready || "");
  setTimeout(wait, 50, n - 1);
})(400);"""

# Walks the deck and tells what is wrong on any slide. What is inside a formula or a closed fold has boxes of
# its own.
FAULTS = r"""
const done = arguments[0], faults = [],
  frame = () => new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)));
(async () => {
  // MathML for screen readers lies unseen under each formula, in whatever font the system has,
  // and would count as overflow
  document.head.append(Object.assign(document.createElement("style"),
    {textContent: "mjx-assistive-mml { display: none !important }"}));
  for (let n = 1; ; n++) {
    await frame();
    const slide = Reveal.getCurrentSlide(), {width, height} = Reveal.getConfig(), scale = Reveal.getScale();
    const fault = text => faults.push(`${n}: ${text}`), top = slide.getBoundingClientRect();
    const parts = [...slide.querySelectorAll("*")].filter(e => e.getClientRects().length &&
      !e.closest("aside, svg, .x-live, mjx-container *, details > :not(summary)"));
    for (const e of parts) {
      const box = e.getBoundingClientRect(), name = e.tagName.toLowerCase() + "." + e.className;
      if ((box.bottom - top.top) / scale > height + 1)
        fault(`${name} ends at ${Math.round((box.bottom - top.top) / scale)} of ${height}`);
      if ((box.right - top.left) / scale > width + 1) fault(`${name} is wider than the slide`);
    }
    for (const e of slide.querySelectorAll('.claim-statement, mjx-container[display="true"], pre'))
      if (e.scrollWidth > e.clientWidth + 1 ||
        e.matches('.claim-statement, pre') && e.scrollHeight > e.clientHeight + 4)
          fault(`${e.className || e.tagName} is cut off`);
    if (slide.querySelector("mjx-merror")) fault("a formula that MathJax refuses");
    const text = slide.innerText;
    if (/\\[(\[]|\$|\\[a-z]{3}/.test(text))
      fault(`a formula that is not set: ${text.match(/.{0,20}(\\|\$).{0,20}/)}`);
    for (const e of slide.querySelectorAll(".explorable"))
      if (!e.querySelector("svg path, svg rect")) fault("an explorable that does not draw");
    for (const e of slide.querySelectorAll("img"))
      if (!e.naturalWidth || !e.alt) fault("a picture that is missing or not described");
    if (!text.trim()) fault("an empty slide");
    if (Reveal.isLastSlide()) break;
    const before = slide;
    while (Reveal.getCurrentSlide() === before) Reveal.next();
  }
  for (const e of performance.getEntriesByType("resource"))
    if (!/^(file|data|blob):/.test(e.name)) faults.push(`asks for ${e.name}`);
  done(faults);
})();"""


def faults(driver: Any, page: Path) -> list[str]:
    """What is wrong with a deck, each with the number of its slide."""
    driver.get(page.as_uri())
    if driver.execute_async_script(READY) != "yes":
        return ["the deck did not start", *(entry["message"] for entry in driver.get_log("browser"))]
    found: list[str] = driver.execute_async_script(FAULTS)
    return found + [entry["message"] for entry in driver.get_log("browser")]


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_slide_fits_and_is_set(name: str, decks: Path, projector: Any) -> None:
    assert faults(projector, decks / f"{name}.html") == []
    assert (
        projector.execute_script("return getComputedStyle(document.body).backgroundColor")
        == "rgb(255, 255, 255)"
    )


def test_a_slider_moves_on_a_slide_and_not_the_deck(decks: Path, projector: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    projector.get((decks / "03_explosion.html").as_uri())
    assert projector.execute_async_script(READY) == "yes"
    projector.execute_script(
        "const at = Reveal.getIndices(document.querySelector('.explorable').closest('section')); "
        "Reveal.slide(at.h, at.v)"
    )
    slider = projector.find_element("css selector", "section.present .explorable input[type=range]")
    told = "return document.querySelector('section.present .x-say').textContent"
    place = projector.execute_script("return location.hash"), projector.execute_script(told)
    slider.send_keys(Keys.ARROW_RIGHT * 20)
    projector.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert projector.execute_script(told) != place[1]
    assert projector.execute_script("return location.hash") == place[0]


def test_the_speaker_sees_the_notes_from_a_file(decks: Path, projector: Any) -> None:
    projector.get((decks / "02_quarter_bound.html").as_uri())
    assert projector.execute_async_script(READY) == "yes"
    projector.execute_script(
        "const open = window.open; window.open = (...a) => window.speaker = open.apply(window, a)"
    )
    projector.find_element("css selector", "body").send_keys("s")
    wait = """const [said, done] = arguments; (function look(n) {
      const text =
        window.speaker?.document.querySelector(".speaker-controls-notes .value")?.textContent || "";
      if (text.includes(said) || !n) return done(text);
      setTimeout(look, 100, n - 1);
    })(80);"""
    assert "always, or only often" in projector.execute_async_script(wait, "always, or only often")
    projector.execute_script("Reveal.next()")
    assert "bell" in projector.execute_async_script(wait, "bell")
    projector.execute_script("speaker.close()")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (md("long\n\n" * 30, slide_type="slide"), "1: p. ends at"),
        (md("<div style='width:1300px'>x</div>", slide_type="slide"), "wider than the slide"),
        (md(r"$\frac$", slide_type="slide"), "MathJax refuses"),
        (md(r"`x` \\(y\\", slide_type="slide"), "not set"),
        (md("$$" + "+".join(f"x_{{{n}}}" for n in range(150)) + "$$", slide_type="slide"), "cut off"),
        (md('<img src="https://a.example/x.png" alt="x">', slide_type="slide"), "asks for https://a.example"),
        (md('<img src="x.png">', slide_type="slide"), "missing or not described"),
        (md("<script>nonsense()</script>x", slide_type="slide"), "nonsense is not defined"),
        (md('<div class="explorable">x</div>', slide_type="slide"), "does not draw"),
    ],
)  # fmt: skip
def test_each_fault_is_found(cell: nbformat.NotebookNode, told: str, tmp_path: Path, projector: Any) -> None:
    nbformat.write(new_notebook(cells=[md("# A"), cell]), tmp_path / "01_a.ipynb")
    slides.build(tmp_path, tmp_path / "out")
    found = faults(projector, tmp_path / "out" / "01_a.html")
    assert any(told in fault for fault in found), found


def test_a_formula_too_wide_is_set_smaller(tmp_path: Path, projector: Any) -> None:
    wide = md("$$" + "+".join(f"x_{{{n}}}" for n in range(30)) + "$$", slide_type="slide")
    nbformat.write(new_notebook(cells=[md("# A", slide_type="slide"), wide]), tmp_path / "01_a.ipynb")
    slides.build(tmp_path, tmp_path / "out")
    assert faults(projector, tmp_path / "out" / "01_a.html") == []
    size = projector.execute_script("return document.querySelector('mjx-container').style.fontSize")
    assert 0.5 < float(size.removesuffix("em")) < 1
