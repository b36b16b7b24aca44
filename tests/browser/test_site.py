"""Every page of the built book in a browser, from files, without a network:
on a screen and on a phone, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import page_faults as faults
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted(
    [
        "index.html", "notation.html", "bibliography.html", "sweeps.html", "search.html", "genindex.html",
        *(
            p.relative_to(ROOT).with_suffix(".html").as_posix()
            for p in (ROOT / "notebooks").rglob("[0-9lpsuv]*.ipynb")
        ),
    ]
)  # fmt: skip
MATHJAX = "_static/mathjax"

pytestmark = pytest.mark.slow


def test_every_page_is_visited(html: Path) -> None:
    built = {p.relative_to(html).as_posix() for p in html.rglob("*.html") if "_static" not in p.parts}
    assert built == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound(show: Any, html: Path, name: str) -> None:
    """On a screen in light, then on a phone in light, in dark, and on the screen again;
    every fault is told at once.

    What the theme changes are colours: width is looked at once, and contrast in both.
    """
    driver = show(html / name)
    found = {
        "asks for": faults.requests(driver),
        "maths": faults.unrendered_maths(driver),
        "pictures": faults.not_described(driver),
        "title and language": faults.nameless(driver),
        "too wide": faults.too_wide(driver),
    }
    faults.look(driver, 390, "light")
    found["too wide on a phone"] = faults.too_wide(driver)
    faults.without_glyphs(driver)
    faults.each_colour_once(driver)
    faults.look(driver, 390, "dark")
    found["axe on a phone in the dark"] = faults.grave_violations(driver)
    faults.look(driver, 1280, "light")
    found["axe"] = faults.grave_violations(
        driver, "color-contrast", "target-size", "scrollable-region-focusable"
    )
    found["console"] = faults.complaints(driver)
    assert {kind: seen for kind, seen in found.items() if seen} == {}


def test_the_search_finds_a_word(show: Any, html: Path) -> None:
    """The search runs on the pages' own index, from files."""
    driver = show(html / "index.html")
    driver.get((html / "search.html").as_uri() + "?q=quarter")
    count = "return document.querySelectorAll('#search-results ul li').length"
    for _ in range(100):
        if driver.execute_script(count):
            break
        driver.execute_async_script("setTimeout(arguments[0], 50)")
    links = driver.execute_script(
        "return [...document.querySelectorAll('#search-results ul li a')].map(a => a.getAttribute('href'))"
    )
    assert any("02_quarter_bound" in link for link in links), links


def test_dark_is_dark_and_light_is_light(show: Any, html: Path) -> None:
    def brightness(theme: str) -> float:
        driver = show(html / "index.html", theme=theme)
        rgb = driver.execute_script(
            "return getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number)"
        )
        return sum(rgb[:3]) / 765

    assert brightness("dark") < 0.3 < 0.9 < brightness("light")


def test_a_chapter_leads_on_and_back_and_can_be_downloaded(show: Any, html: Path) -> None:
    driver = show(html / "notebooks/02_quarter_bound.html")
    links = driver.execute_script(
        "return [...document.querySelectorAll('a')].map(a => a.getAttribute('href') || '')"
    )
    assert any("01_chain_rule" in link for link in links) and any("03_explosion" in link for link in links)
    assert any(link.endswith(".ipynb") for link in links)


def weight(page: Path) -> int:
    """The bytes of a page and of what it loads, MathJax and the theme's shared files apart."""
    import re

    text = page.read_text(encoding="utf-8")
    sources = re.findall(r'<img[^>]+src="([^":]+)"', text)
    return page.stat().st_size + sum((page.parent / s).resolve().stat().st_size for s in sources)


def test_measured_weight_and_first_render(show: Any, html: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, not asserted: the heaviest page, and how long its first paint and its maths take."""
    heaviest = max((html / name for name in PAGES), key=weight)
    driver = show(heaviest)
    paint, done = driver.execute_script(
        "return [performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN, "
        "performance.now()]"
    )
    with capsys.disabled():
        print(
            f"\nheaviest page: {heaviest.relative_to(html)}, {weight(heaviest) / 1e6:.2f} MB beyond MathJax "
            "(target 1.5); "
            f"first paint after {paint:.0f} ms (target 1000), all maths set after {done:.0f} ms"
        )
    assert 0 < paint < done
