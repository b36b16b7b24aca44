"""Numbers of claims and formulas, links to claims, and the time a chapter takes to read."""

from __future__ import annotations

import html
import re

import pytest
from nbformat.v4 import new_code_cell, new_output
from sphinx_project import build, claim, claims_listed, md

pytestmark = pytest.mark.slow
WORDS = "word " * 1000


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Chapter 3 with claims b, a, b again and two formulas; chapter 5 with claim c; a page of links."""
    printed = new_output("stream", text="a table\n")
    latex = new_output("execute_result", {"text/latex": "$\\displaystyle y$", "text/plain": "y"})
    three = [
        md("# Three\n\n" + WORDS + "\n\n$$u$$"), claim("b"), claim("a"), claim("b"),
        new_code_cell("\n".join(["f()"] * 30), outputs=[printed] * 5), new_code_cell("y", outputs=[latex]),
    ]  # fmt: skip
    of = {"a": "03_x.ipynb#three", "b": "03_x.ipynb#three"} | dict.fromkeys("cdf", "05_y.ipynb#five")
    links = ", ".join(f"[`{label}`]({place})" for label, place in of.items())
    five = [md("# Five\n\nSee [`b`](03_x.ipynb#three).\n\n$$v$$"), claim("c"), claims_listed("e", "f")]
    folder = build(
        tmp_path_factory.mktemp("numbering"),
        {"03_x": three, "05_y": five, "ledger": [md(f"# Ledger\n\n{links}")]},
        ["chapters", "numbering", "reading_time"],
    )
    return {p.stem: p.read_text(encoding="utf-8") for p in (folder / "notebooks").glob("*.html")}


def heads(page: str) -> list[str]:
    return re.findall(r'<div class="claim-head"><a class="claim-number" href="#([^"]+)">([^<]+)</a>', page)


def test_claims_are_numbered_in_the_order_of_the_page(pages: dict[str, str]) -> None:
    b, a = ("claim-b", "Claim 3.1"), ("claim-a", "Claim 3.2")
    assert heads(pages["03_x"]) == [b, a, b]
    listed = [("claim-e", "Claim 5.2"), ("claim-f", "Claim 5.3")]
    assert heads(pages["05_y"]) == [("claim-c", "Claim 5.1"), *listed]


def test_the_first_box_of_a_label_carries_its_anchor(pages: dict[str, str]) -> None:
    assert re.findall(r'id="(claim-\w+)"', pages["03_x"]) == ["claim-b", "claim-a"]
    assert pages["03_x"].index('id="claim-b"') < pages["03_x"].index('id="claim-a"')


def links(page: str) -> dict[str, tuple[str, str]]:
    """Label → address, and what stands behind the label in the link."""
    found = re.findall(
        r'href="([^"]*)">(?:<span[^>]*>)*<code[^>]*><span class="pre">(\w)</span></code>(.*?)</a>', page
    )
    return {label: (href, html.unescape(re.sub("<[^>]+>", "", rest)).strip()) for href, label, rest in found}


def test_a_link_whose_text_is_a_label_leads_to_the_box_and_shows_its_number(pages: dict[str, str]) -> None:
    found = links(pages["ledger"])
    assert found["a"] == ("03_x.html#claim-a", "(Claim 3.2)")
    assert found["b"] == ("03_x.html#claim-b", "(Claim 3.1)")
    assert found["c"] == ("05_y.html#claim-c", "(Claim 5.1)")
    assert found["f"] == ("05_y.html#claim-f", "(Claim 5.3)")
    assert links(pages["05_y"])["b"] == ("03_x.html#claim-b", "(Claim 3.1)")


def test_any_other_link_stays_as_it_is(pages: dict[str, str]) -> None:
    assert links(pages["ledger"])["d"] == ("05_y.html#five", "")


def test_formulas_are_numbered_and_those_in_claims_are_not(pages: dict[str, str]) -> None:
    def numbers(page: str) -> list[str]:
        return re.findall(r'<span class="eqno">\(([\d.]+)\)', page)

    assert numbers(pages["03_x"]) == ["3.1", "3.2"]
    assert numbers(pages["05_y"]) == ["5.1"]
    assert 'id="equation-03-x-1"' in pages["03_x"]


def test_reading_time_counts_words_code_and_what_cells_show(pages: dict[str, str]) -> None:
    """1,000 words at 200 a minute; 34 lines at 2 s; 3 claims, 5 tables and 2 formulas at 12 s:
    8.1 minutes."""
    (minutes,) = re.findall(r"About (\d+) minutes", pages["03_x"])
    assert int(minutes) == 8
    assert "About 1 minute to read" in pages["05_y"] and "to read" not in pages["ledger"]
