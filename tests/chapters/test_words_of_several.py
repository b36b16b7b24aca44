"""What several of chapters 1 to 5 say: who found it first, means beside independence, bounds of the flaws."""

from __future__ import annotations

import re
from pathlib import Path

import mpmath
import pytest
from notebook_text import NOTEBOOKS, cells, prose, sources

CHAPTERS = sorted(NOTEBOOKS.glob("0[1-5]_*.ipynb"))


def entry(key: str) -> str:
    """One entry of the bibliography."""
    bibliography = (NOTEBOOKS / "references.bib").read_text(encoding="utf-8")
    return bibliography.split(f"{{{key},", 1)[1].split("\n@", 1)[0]


@pytest.mark.parametrize("name", ["01_chain_rule", "02_quarter_bound", "03_explosion"])
def test_who_found_it_first(name: str) -> None:
    (listed,) = (text for text in sources(name) if text.startswith("## Sources"))
    for line in ("5(2) (1994) 157–166, doi:10.1109/72.279181", "28(3) (2013) 1310–1318"):
        assert line in listed
    assert all(x in entry("bengio1994") for x in ("{5}", "{2}", "157--166", "1994", "10.1109/72.279181"))
    assert all(x in entry("pascanu2013") for x in ("{28}", "{3}", "1310--1318", "2013"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_independence_alone_is_never_said_to_exclude_balance(path: Path) -> None:
    """w ~ N(4, 0.05²) with b = −2 is independent and all but balanced:
    the means belong to the sentence, in text and on slides."""
    slides = (cell["metadata"].get("slideshow", {}) for cell in cells(path))
    texts = [x for slide in slides for x in (slide.get("title", ""), slide.get("notes", ""))]
    texts += [text for text in prose(path) if "| row | statement |" not in text]
    for sentence in (s for text in texts for s in re.split(r"(?<=[.!?:])\s", text)):
        if re.search("independent", sentence, re.I) and re.search(
            r"\bnever\b|\balways\b|\bnot come\b", sentence
        ):
            assert re.search(r"[Mm]ean \$?0", sentence), sentence


def slope_at(z: mpmath.mpf) -> mpmath.mpf:
    """σ′(z)."""
    return mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2


def test_the_notes_say_from_where_on_a_flaw_is_refuted() -> None:
    """Each bound is the root of its exercise's condition, found by mpmath."""

    def speed(w: mpmath.mpf) -> mpmath.mpf:
        return slope_at(w) * slope_at(1 / (1 + mpmath.exp(-w)))

    roots = {
        "01_chain_rule": mpmath.findroot(lambda w: speed(w) / speed(1) - 0.1, (3, 6), solver="anderson"),
        "02_quarter_bound": mpmath.findroot(lambda z: 1 - mpmath.tanh(z) ** 2 - 0.5, 1),
        "04_learning_speeds": mpmath.findroot(
            lambda b: slope_at(b) / (1 + mpmath.exp(b)) - 0.001, (-8, -6), solver="anderson"
        ),
    }
    for name, root in roots.items():
        (notes,) = (
            cell["metadata"]["slideshow"]["notes"]
            for cell in cells(name)
            if cell["metadata"].get("slideshow", {}).get("title") == "Find the flaw"
        )
        (said,) = re.findall(r"about ([−\d.]+\d)", notes)
        assert abs(float(said.replace("−", "-")) - float(root)) < 0.05, (name, float(root))
