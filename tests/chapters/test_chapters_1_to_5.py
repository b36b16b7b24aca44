"""What chapters 1 to 5 say in words:
sources, letters, the order of their sections, and the scales at which a sigmoid network balances."""

from __future__ import annotations

import math
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
from notebook_text import NOTEBOOKS, cells, prose, said, sources

from analysis.chapters.learning_speeds import records as recorded
from analysis.chapters.learning_speeds.gradient_bars import gradient_bars
from analysis.chapters.wide_layers.random_layers import exponent_by_width
from analysis.numeric.data import load
from analysis.numeric.mean_field import fixed_point

CHAPTERS = sorted(NOTEBOOKS.glob("0[1-5]_*.ipynb"))
BIBLIOGRAPHY = (NOTEBOOKS / "references.bib").read_text(encoding="utf-8")


def entry(key: str) -> str:
    """One entry of the bibliography."""
    return BIBLIOGRAPHY.split(f"{{{key},", 1)[1].split("\n@", 1)[0]


@pytest.mark.parametrize("name", ["01_chain_rule", "02_quarter_bound", "03_explosion"])
def test_who_found_it_first(name: str) -> None:
    (listed,) = (text for text in sources(name) if text.startswith("## Sources"))
    for line in ("5(2) (1994) 157–166, doi:10.1109/72.279181", "28(3) (2013) 1310–1318"):
        assert line in listed
    assert all(x in entry("bengio1994") for x in ("{5}", "{2}", "157--166", "1994", "10.1109/72.279181"))
    assert all(x in entry("pascanu2013") for x in ("{28}", "{3}", "1310--1318", "2013"))


def test_the_method_of_benettin_is_in_part_2() -> None:
    assert all(x in entry("benettin1980") for x in ("{Part} 2", "21--30", "10.1007/BF02128237"))
    (listed,) = (text for text in sources("05_wide_layers") if text.startswith("## Sources"))
    assert "Part 2: numerical application, *Meccanica* 15 (1980), 21–30, doi:10.1007/BF02128237" in listed


def test_a_section_begins_after_the_answer_to_the_one_before() -> None:
    """ "Do the others?" asks about the table of layers that move least;
    the heading comes after that table and its text."""
    found = sources("04_learning_speeds")
    places = [
        next(k for k, text in enumerate(found) if mark in text)
        for mark in (
            "Do the others?",
            "moves least in",
            "speed of the weights over",
            "## Small is not near",
            "beyond_the_plateau(",
        )
    ]
    assert places == sorted(places) and len(set(places)) == 5


def test_lambda_is_the_log_gain_only() -> None:
    """In chapter 4 and its solutions weight decay has the parameter 5 over m images; n counts inputs."""
    for text in (*sources("04_learning_speeds"), *sources("solutions/04_solutions")):
        if "eight decay" in text and "he calls them" not in text:
            assert not re.search(r"\\lambda|/n\b|\{2n\}", text), text


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_independence_alone_is_never_said_to_exclude_balance(path: Path) -> None:
    """w ~ N(4, 0.05²) with b = −2 is independent and all but balanced:
    the means belong to the sentence, in text and on slides."""
    slides = (cell["metadata"].get("slideshow", {}) for cell in cells(path))
    words = [x for slide in slides for x in (slide.get("title", ""), slide.get("notes", ""))]
    words += [text for text in prose(path) if "| row | statement |" not in text]
    for sentence in (s for text in words for s in re.split(r"(?<=[.!?:])\s", text)):
        if re.search("independent", sentence, re.I) and re.search(
            r"\bnever\b|\balways\b|\bnot come\b", sentence
        ):
            assert re.search(r"[Mm]ean \$?0", sentence), sentence


def slope(z: mpmath.mpf) -> mpmath.mpf:
    """σ′(z)."""
    return mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2


def test_the_notes_say_from_where_on_a_flaw_is_refuted() -> None:
    """Each bound is the root of its exercise's condition, found by mpmath."""

    def speed(w: mpmath.mpf) -> mpmath.mpf:
        return slope(w) * slope(1 / (1 + mpmath.exp(-w)))

    roots = {
        "01_chain_rule": mpmath.findroot(lambda w: speed(w) / speed(1) - 0.1, (3, 6), solver="anderson"),
        "02_quarter_bound": mpmath.findroot(lambda z: 1 - mpmath.tanh(z) ** 2 - 0.5, 1),
        "04_learning_speeds": mpmath.findroot(
            lambda b: slope(b) / (1 + mpmath.exp(b)) - 0.001, (-8, -6), solver="anderson"
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


def mean_square(f: str, q: mpmath.mpf) -> mpmath.mpf:
    """E f(z)² for the sigmoid or its slope and z ~ N(0, q), by mpmath."""
    root = mpmath.sqrt(q)

    def at(x: mpmath.mpf) -> mpmath.mpf:
        value = 1 / (1 + mpmath.exp(-root * x))
        return (value if f == "value" else value * (1 - value)) ** 2 * mpmath.npdf(x)

    return mpmath.quad(at, [-12, -4, -1, 0, 1, 4, 12])


@pytest.mark.parametrize(
    ("total", "bias", "chi"),
    [
        (1, 0, 0.0557),
        (4.7226**2, 0, 0.4736),
        (30, 0, 0.5494),
        (10.15**2, 0, 1.0001),
        (1, 1, 0.0420),
        (30, 1, 0.5276),
    ],
)
def test_chi_of_the_sigmoid(total: float, bias: float, chi: float) -> None:
    """The library and an iteration in mpmath, which chapter 4 quotes to three digits; total is n Var(w)."""
    found = fixed_point("sigmoid", math.sqrt(total), float(bias))
    q = mpmath.mpf(found.q)
    assert float(total * mean_square("value", q) + bias**2) == pytest.approx(found.q, rel=1e-9)
    assert float(total * mean_square("slope", q)) == pytest.approx(chi, abs=6e-5)
    assert found.chi == pytest.approx(chi, abs=6e-5)


def test_sigmoid_networks_balance_at_10_over_root_n_and_not_at_4() -> None:
    """λ₁ of simulated networks without biases: near 0 at 10.15/√n, and ½ log 0.474 = −0.37 at 4.7226/√n."""
    for scale, expected in ((10.15, 0.0), (4.7226, -0.374)):
        std, rng = scale / math.sqrt(200), np.random.default_rng(0)
        run = exponent_by_width("sigmoid", [200], {200: std}.__getitem__, rng, depth=60, replicates=8)
        assert abs(run.top[0] - expected) < 0.05


def test_most_bars_of_the_second_layer_are_longer() -> None:
    """Two of the six drawn are shorter than their neighbours in the first layer."""
    drawn = gradient_bars(load("digits", count=1000), (64, 30, 30, 10), seeds=range(5))
    first, second = np.abs(drawn.first(6, 0))
    assert (second > first).sum() == 4
    assert (np.greater(*np.abs(drawn.first(30, 0))[::-1])).mean() > 0.5
    text = said(cells("04_learning_speeds"))
    assert "four of the six in the second column are longer than their neighbours in the first" in text
    assert "Most bars of the second layer come out longer" in text
    assert "Most of the second layer's bars are longer" in text


def test_how_the_recorded_curves_of_chapter_4_run() -> None:
    text = said(cells("04_learning_speeds"))
    speeds = recorded.trained_bands("mnist", "nielsen", 4).median("speeds")
    later = speeds[60] / speeds[500]
    assert 2.2 < later[0] < 2.6 and later[0] > later[1:].max()
    assert "nearly flat but for the first layer's, which falls further" in text
    rise = {}
    for data in ("mnist", "digits"):
        two = recorded.trained_bands(data, "nielsen", 2).median("speeds")
        rise[data] = two[-1] / two.min(axis=0)
    assert (rise["mnist"] > 4.5).all() and (rise["mnist"] < 5.5).all() and (rise["digits"] < 2).all()
    assert "they fall and then rise about fivefold" in text and "they fall and then rise a little" in text


def test_how_far_the_cost_falls_beyond_the_plateau() -> None:
    text, beyond = said(cells("04_learning_speeds")), recorded.beyond_the_plateau("mnist", 4)
    free, fixed = beyond.all_layers_cost, beyond.first_fixed_cost
    assert [round(float(x), 1) for x in (free[0, 0], free[:, -1].min(), free[:, -1].max())] == [3.2, 1.1, 2.0]
    assert "falls from 3.2 to between about one and two, the other only to about 2.9" in text
    assert round(float(np.median(fixed[:, -1])), 1) == 2.9
    assert round(float(1 - np.median(fixed[:, -1]) / np.median(fixed[:, 0])), 1) == 0.1
    assert "With the first layer fixed it falls by a tenth" in text


def test_log_s_is_the_limit_of_wide_layers() -> None:
    """λ₁ − log s = (log(2/n) + ψ(n/2))/2 for entries N(0, s²/n); at n = 2 it is −γ/2."""
    at = {
        n: float(mpmath.log(mpmath.mpf(2) / n) + mpmath.digamma(mpmath.mpf(n) / 2)) / 2 for n in (1, 2, 4, 16)
    }
    np.testing.assert_allclose(list(at.values()), [-0.635, -0.289, -0.135, -0.032], atol=5e-4)
    text = said(cells("05_wide_layers"))
    assert "tends to log s, whatever the width" not in text
    assert f"tends to log s as the width grows. At width 2 it is {-at[2]:.2f} lower" in text


def test_the_random_chain_is_drawn_in_full() -> None:
    text = said(cells("01_chain_rule"))
    assert "falls off the picture" not in text and "The random chain falls to minus 22" in text


def test_the_share_of_fig_ratios_depends_on_the_input() -> None:
    """The share right of 1/16 by simulation: 0.103, 0.097 and 0.084 for the inputs 0, 1/2 and 1."""
    rng, right = np.random.default_rng(20), {}
    for start in (0.0, 0.5, 1.0):
        w, b = rng.standard_normal((2, 3, 500_000))
        a, ratio = np.full(500_000, start), np.ones(500_000)
        for l in range(3):
            a = 1 / (1 + np.exp(-(w[l] * a + b[l])))
            ratio *= (w[l] if l else 1) * (a * (1 - a) if l < 2 else 1)
        right[start] = float((np.abs(ratio) > 1 / 16).mean())
    np.testing.assert_allclose(list(right.values()), [0.1033, 0.0974, 0.0843], atol=2e-3)
    (cell,) = (c for c in cells("02_quarter_bound") if "fig-ratios" in str(c["metadata"]))
    caption = cell["metadata"]["mystnb"]["figure"]["caption"]
    assert "with the input ½. A tenth" in caption
    assert "with the input one half" in cell["metadata"]["slideshow"]["notes"]
