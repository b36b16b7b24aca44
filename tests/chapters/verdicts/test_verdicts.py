"""No hole in the verdicts: every statement has one, in the account's own words, by the rule;
the chapters print the same rows."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_output
from notebook_lint import computed, decimals, leaves, links, numbers_are_computed
from notebook_text import NOTEBOOKS, prose
from notebook_text import notebook as read
from scipy.special import digamma, gammaln
from sphinx_project import build, md

from analysis.chapters.clipping.clipped_training import draw
from analysis.chapters.learning_speeds import records as recorded
from analysis.chapters.learning_speeds.gradient_bars import gradient_bars
from analysis.chapters.pretraining import records as pretraining_recorded
from analysis.chapters.verdicts.figures import COLOURS
from analysis.chapters.verdicts.table import (
    FALSE,
    HERE,
    HOLDS,
    HOLDS_IF,
    KINDS,
    NONE,
    OPEN,
    VERDICTS,
    Verdict,
    collect,
    of_chapter,
    table,
    verdicts,
)
from analysis.chapters.your_own_network import remedy_map
from analysis.claims.ledger import CLAIMS
from analysis.claims.ledger_page import anchor, places
from analysis.numeric.data import load
from analysis.topics import TOPICS

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
CHAPTERS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
HEADING = "Where the popular account is right"
A = [f"A{k}" for k in range(1, 20)]
N = [f"N{k}" for k in range(1, 14)]
B = [
    f"B{k}" for k in range(1, 35) if k != 12
]  # B12 is a topic of chapter 6, and a statement of neither account
CONDITION = re.compile(r"\b(if|only|unless|provided|except|as long as|assuming)\b", re.IGNORECASE)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ROWS = [pytest.param(row, id=row.id) for row in VERDICTS.values()]


def markdown(path: Path) -> str:
    return "\n\n".join(prose(path))


def headings(path: Path) -> set[str]:
    return {anchor(text) for text in re.findall(r"^#+\s+(.+)$", markdown(path), flags=re.MULTILINE)}


def unknown(row: Verdict, where: set[str]) -> list[str]:
    """What the row names that is not in the ledger, stands nowhere, or leads to no heading."""
    wrong = [label for label in row.claims if label not in CLAIMS or label not in where]
    for target in (row.shown, *links(row.verdict)):
        notebook, _, heading = target.partition("#")
        path = NOTEBOOKS / notebook
        wrong += (
            [target] if target and (not path.is_file() or heading and heading not in headings(path)) else []
        )
    return wrong


def ours(row: Verdict) -> str:
    """What the row says in our words."""
    return " ".join((row.condition, row.counterexample, row.says))


# The table


def test_every_statement_has_a_verdict() -> None:
    assert list(VERDICTS) == [*A, *N, *B]
    assert len(VERDICTS) == 65


@pytest.mark.parametrize("row", ROWS)
def test_a_verdict_leads_somewhere(row: Verdict) -> None:
    assert unknown(row, set(places(NOTEBOOKS))) == []


def astray(row: Verdict, text: str) -> list[str]:
    """The pieces of the original that the text does not have, in this order."""
    place, missing = 0, []
    for piece in row.original.split(" … "):
        found = text.find(piece, place)
        missing += [piece] if found < 0 else []
        place = max(place, found)
    return missing


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the accounts' own texts are not here")
@pytest.mark.parametrize("row", [p for p in ROWS if p.id and p.id[0] != "N"])
def test_the_original_is_what_the_account_says(row: Verdict) -> None:
    name = {"A": "seed-000.txt", "B": "seed-001.txt"}[row.id[0]]
    text = (SEEDS / name).read_text(encoding="utf-8").replace("**", "")  # bold type
    assert astray(row, text) == []


def test_an_original_that_the_account_does_not_have_is_found() -> None:
    row = Verdict(id="A1", chapters=(1,), quote="x", original="乙 … 甲", kind=HOLDS, claims=("a",))
    assert astray(row, "甲乙") == ["甲"]  # the other way round
    assert astray(row, "甲乙丙甲") == []


@pytest.mark.parametrize("row", ROWS)
def test_the_clause_stands_beside_its_original(row: Verdict) -> None:
    if row.id[0] == "N":
        assert not row.original and row.words.startswith('"') == row.verbatim
    else:
        assert CHINESE.search(row.original) or row.id == "A19"
        shown = [token for token in leaves(row.words) if token.type != "inline"]
        start = next(k for k, token in enumerate(shown) if token.content == '<span lang="zh">')
        assert row.verbatim and [token.content for token in shown[start + 1 : start + 3]] == [
            row.original,
            "</span>",
        ]
    assert not CHINESE.search(row.quote + ours(row))  # a page for print has no such letters
    assert row.quote.count("…") <= row.original.count(" … "), "left out in the translation alone"


# The rule


@pytest.mark.parametrize("row", ROWS)
def test_the_word_has_what_the_rule_wants_of_it(row: Verdict) -> None:
    assert bool(row.condition) == (row.kind == HOLDS_IF)
    assert bool(row.counterexample) == (row.kind == FALSE)
    if row.kind == HOLDS:
        assert not CONDITION.search(row.says), f"{row.id} holds, and says {row.says!r}"
    if row.kind in (OPEN, NONE):
        assert row.says, "it must say what is missing, or what it is instead"
    assert "|" not in row.words + row.verdict, "a bar would end the cell of the table"
    assert row.verdict.startswith(f"**{row.kind}**")


def test_rows_that_make_the_same_argument_have_the_same_verdict() -> None:
    """As they stand in the list of statements: found wrong there, and what is right."""
    words = {name: row.kind for name, row in VERDICTS.items()}
    assert words["B4"] == words["B19"] == words["B10"] == words["A12"] == FALSE
    assert words["A19"] == words["B27"] == words["N13"] == NONE  # a list of links is neither true nor false
    assert words["A6"] == words["A8"] == words["N9"] == NONE
    assert words["B16"] == words["A14"] == words["N11"] == FALSE
    assert words["A3"] == words["A4"] == HOLDS_IF and words["N7"] == HOLDS
    assert words["N2"] == words["B28"] == words["B30"] == OPEN
    assert set(KINDS) == set(words.values()) == set(COLOURS)


def test_numbers_that_stand_in_words() -> None:
    """The counter-examples that are given without a digit, worked out here."""
    bars = np.abs(gradient_bars(load("digits", count=1000), (64, 30, 30, 10), seeds=(0,)).first())
    assert (bars[1] < bars[0]).sum() == 2 and bars.shape == (2, 6)  # A2: two of six
    assert 1 / 5.5 < math.erf(math.sqrt(0.5)) ** 4 < 1 / 4.5  # A11: about one in five
    assert 3 * 0.25 == 3 / 4 and 2 * 0.25 == 1 / 2  # A12, A14: w σ′(0)
    assert (
        2 * 0.25 < 1 and r"the derivative $2$" in VERDICTS["B4"].counterexample
    )  # a slope above 1, and vanishing
    rng = np.random.default_rng(12)
    w, b = rng.standard_normal((2, 400_000))
    for a, low, high in ((0, 1 / 5, 1 / 4), (1, 1 / 9.5, 1 / 8.5)):  # A12: one in four or five, one of nine
        s = 1 / (1 + np.exp(-(w * a + b)))
        assert low < (np.abs(w * s * (1 - s)) >= 0.25).mean() < high
    h, logs = 0.5, []
    for w_, b_ in zip(
        4 + 0.05 * rng.standard_normal(20_000), -2 + 0.05 * rng.standard_normal(20_000), strict=True
    ):
        h = 1 / (1 + np.exp(-(w_ * h + b_)))
        logs.append(math.log(w_ * h * (1 - h)))
    assert -0.2 < np.mean(logs) < 0  # A18: near balance, where N(0, s²) stays below −0.7
    assert (3**2 + 4**2) / 2 == 12.5 and 3**2 + 4**2 == 25  # B34
    x = rng.exponential(size=2_000_000)
    z = (x - x.mean()) / x.std()
    assert abs((z**3).mean() - 2) < 0.05 and abs((z**4).mean() - 9) < 0.6  # B29


def test_with_three_hidden_layers_no_network_recovers() -> None:
    """N4, by the record: each final speed over the lowest."""
    rises = {}
    for hidden in (2, 3, 4):
        bands = recorded.trained_bands("mnist", "nielsen", hidden)
        rises[hidden] = bands.final / bands.lowest >= 2
    assert rises[2].all() and len(rises[2]) == 200 and not rises[4].any()
    assert not rises[3].all(axis=1).any() and rises[3].sum(axis=0).tolist() == [1, 0, 0]
    says = VERDICTS["N4"].says
    assert (
        "three hidden layers no network recovers in all" in says and "one of 200 in its first alone" in says
    )


def test_the_typical_gradient_falls_with_the_weights_of_he() -> None:
    """B3: the mean logarithm of the factor of a layer of n ReLUs:
    k of them are open, and k squares are chi-squared."""
    for n in (64, 256):
        k = np.arange(1, n + 1)
        open_ = np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) - n * math.log(2))
        logs = float(open_ @ (math.log(4 / n) + digamma(k / 2))) / 2
        assert abs(logs + 5 / (4 * n)) < 0.1 / n
        if n == 64:
            assert round(logs, 3) == -0.02 and round(logs * 1000 / math.log(10), 1) == -8.7
    row = VERDICTS["B3"]
    assert r"about $\tfrac5{4n}$ a layer" in row.says and "every finite width" in row.says
    assert "of the mean square is $0$ with He's" in row.condition


def test_a_chain_vanishes_at_every_scale_under_a_condition() -> None:
    """B2, B8, A18: weight 8 and bias −4, tied to it, double the gradient in every layer."""
    h = 0.5
    for _ in range(30):
        h = 1 / (1 + math.exp(-(8 * h - 4)))
        assert 8 * h * (1 - h) == 2
    rows = [row for row in VERDICTS.values() if "random-chain-always-vanishes" in row.claims]
    assert {row.id for row in rows} == {"A18", "B2", "B8"}
    for row in rows:
        assert "independent, symmetric biases" in row.says and "normal" in row.says
        assert "mean 0" in ours(row).replace("$0$", "0")
    assert all("row A17" in VERDICTS[name].says for name in ("B2", "B8"))


@pytest.mark.parametrize(("bound", "grows"), [(1.0, True), (math.sqrt(6 / 2000), False)])
def test_weights_below_one_explode_or_vanish(bound: float, grows: bool) -> None:
    """B2, B10: weights uniform on (−1, 1), and Xavier's, at width 1000 behind sigmoids; both are below 1."""
    rng, width, layers = np.random.default_rng(10), 1000, []
    a = rng.standard_normal(width)
    for _ in range(6):
        w = rng.uniform(-bound, bound, (width, width))
        a = 1 / (1 + np.exp(-(w @ a)))
        layers.append((w, a * (1 - a)))
    delta = rng.standard_normal(width)
    start = delta @ delta
    for (w, _), (_, slope) in zip(layers[:0:-1], layers[-2::-1], strict=True):
        delta = (delta @ w) * slope
    assert (delta @ delta > 3 * start) == grows and (delta @ delta < start / 1e5) == (not grows)
    for name in ("B2", "B10"):
        assert "drawn evenly from $(-1,1)$" in ours(VERDICTS[name])
    assert "Xavier" in VERDICTS["B10"].says and "(−1, 1)" in CLAIMS["weights-below-one-explode"].sentence


def chain_factors(squash: str, s: float) -> float:
    """Mean logarithm of |w f′(z)| in a chain with w, b ~ N(0, s²), by simulation."""
    rng, h, logs = np.random.default_rng(11), np.full(20_000, 0.5), []
    for _ in range(30):
        w, b = s * rng.standard_normal((2, h.size))
        h = w * h + b
        c = 1.0 if squash == "tanh" else 0.5  # σ(z) = (1 + tanh(z/2))/2, and f′ = c²/cosh²(cz) for tanh, σ
        logs.append(np.mean(np.log(np.abs(w) * c**2) - 2 * np.log(np.cosh(c * h))))
        h = np.tanh(h) if squash == "tanh" else (1 + np.tanh(h / 2)) / 2
    return float(np.mean(logs[10:]))


def test_tanh_is_better_for_small_weights_only() -> None:
    """B11: a chain of tanh loses less at N(0, 1) and more at N(0, 2²);
    wide layers, by simulation, pass on more."""
    sigmoid, tanh = ([chain_factors(f, s) for s in (1, 2)] for f in ("sigmoid", "tanh"))
    assert sigmoid == pytest.approx([-2.31, -2.28], abs=0.03) and tanh == pytest.approx(
        [-1.64, -2.95], abs=0.03
    )
    rng, width = np.random.default_rng(12), 600
    for sigma in (1.0, 3.0, 10.0, 30.0):
        a, b = rng.standard_normal((2, width))
        for _ in range(4):
            w = rng.standard_normal((2, width, width)) * sigma / math.sqrt(width)
            a, b = 1 / (1 + np.exp(-(w[0] @ a))), np.tanh(w[1] @ b)
        assert ((1 - b * b) ** 2).mean() > ((a * (1 - a)) ** 2).mean()  # χ/σ² of tanh and of the sigmoid
    says = VERDICTS["B11"].says
    assert "that is why tanh is better" not in says and "depends on the weights" in says
    assert "$N(0,1)$ a chain of it loses less per layer, with $N(0,2^2)$ [more]" in says
    assert "in wide layers with zero biases it passed on more at every scale tried" in says


def test_a_bounded_layer_keeps_an_outlier_out_of_an_unbounded_loss() -> None:
    """B13: cross-entropy with a wrong answer, the logit −v·f(tx) for target 1: f bounded, and f a ReLU."""
    rng = np.random.default_rng(13)
    v, x = np.abs(rng.standard_normal((2, 30)))
    losses = {
        name: [np.logaddexp(0, v @ f(t * x)) for t in (1e3, 1e6)]
        for name, f in (("tanh", np.tanh), ("relu", lambda z: np.maximum(z, 0)))
    }
    assert losses["tanh"][1] < 1.001 * losses["tanh"][0] and losses["relu"][1] > 900 * losses["relu"][0]
    row = VERDICTS["B13"]
    assert "no layer with a bounded activation lies between" in row.condition
    assert "kill" not in row.says and "its share falls, in the median" in row.says


def test_the_probability_of_a_sixteenth_belongs_to_one_input() -> None:
    """A13, N7: it differs with the input."""
    rng, shares = np.random.default_rng(7), []
    for a0 in (0.0, 0.5, 1.0):
        slope, a, ratio = np.ones(400_000), np.full(400_000, a0), np.ones(400_000)
        for layer in (1, 2, 3):
            w, b = rng.standard_normal((2, a.size))
            ratio *= np.abs(w) * slope if layer > 1 else 1
            a = 1 / (1 + np.exp(-(w * a + b)))
            slope = a * (1 - a)
        shares.append((ratio < 1 / 16).mean())
    assert shares == pytest.approx([0.8967, 0.9026, 0.9157], abs=0.002)
    assert r"$0.9026$ at $a_0=\tfrac12$" in VERDICTS["N7"].says
    assert r"At $a_0=\tfrac12$ it is below that" in VERDICTS["A13"].says


def test_the_order_of_an_explosion_in_six_networks() -> None:
    """B32: the first gradients of six drawings over those with He's weights,
    with back-propagation written out."""
    data, ratios = load("digits", count=500), []
    x, y = data.images, data.targets
    for seed in range(6):
        drawn, _ = draw((64, *[40] * 9, 10), (seed,), 1.0)
        lengths = []
        for gain in (1.0, 1.5):
            a, ws = [x], [gain * w[0] for w in drawn]
            for k, w in enumerate(ws):
                a.append(a[-1] @ w if k == 9 else np.maximum(a[-1] @ w, 0))
            p = np.exp(a[-1] - a[-1].max(axis=1, keepdims=True))
            delta, total = (p / p.sum(axis=1, keepdims=True) - y) / len(x), 0.0
            for k in range(9, -1, -1):
                total += ((a[k].T @ delta) ** 2).sum()
                delta = (delta @ ws[k].T) * (a[k] > 0)
            lengths.append(math.sqrt(total))
        ratios.append(lengths[1] / lengths[0])
    assert [round(r) for r in ratios] == [128, 147, 93, 92, 155, 82]
    row, page = VERDICTS["B32"], markdown(NOTEBOOKS / "verdicts.ipynb")
    assert "82 to 155 times as long as with his, in six drawings" in row.counterexample
    assert "in all six" in row.says and "drawn six times" in page
    assert "weights by $1.7$ to $3.4$" in page and "weights by less than two" not in page


def test_the_page_names_the_clauses_without_a_row() -> None:
    """Six clauses of the accounts that no row quotes, and where they are answered."""
    originals = " ".join(row.original for row in VERDICTS.values())
    for clause in (
        "更好处理",
        "来自后面的层上项的乘积",
        "按照不同学习速度",
        "缓解了梯度消失",
        "提升训练稳定性",
        "收敛速度快",
    ):
        assert clause not in originals
    page = markdown(NOTEBOOKS / "verdicts.ipynb")
    told = page[page.index("Some clauses have no row") : page.index("## A, after Nielsen")]
    for words in (
        "no easier to handle",
        "products of later terms (row A7)",
        "different speeds (rows A14, A18)",
    ):
        assert words in told
    for words in (
        "ReLU eases vanishing and explosion (row B19)",
        "more stable",
        "faster learning",
        "row B29",
    ):
        assert words in told


def test_what_was_measured_is_said_with_how() -> None:
    """B23, B15, A10, A2, B18: the scope of the runs, and whose words and networks are meant."""
    assert "plain SGD, 15 epochs, three rates" in VERDICTS["B23"].says
    assert "needs residual paths" not in VERDICTS["B23"].says
    assert "By the global norm, with plain descent" in VERDICTS["B15"].says
    assert "none of 200 networks" in VERDICTS["A10"].says
    assert "Nielsen says *mostly*" in VERDICTS["A2"].counterexample
    assert "the account names no population" in VERDICTS["B18"].condition


def test_the_page_says_why_a_number_is_missing_and_which_map_keeps_the_shape() -> None:
    page = markdown(NOTEBOOKS / "verdicts.ipynb")
    assert "There is no B12" in page and "B12" not in VERDICTS
    x = np.random.default_rng(29).exponential(size=1000)
    skewness = [float((((y - y.mean()) / y.std()) ** 3).mean()) for y in (x, 2 * x + 1, -2 * x)]
    np.testing.assert_allclose(skewness[1:], [skewness[0], -skewness[0]])
    assert "affine map with a positive factor" in page and "and an affine map changes neither" not in page


# The chapters


def shows(notebook: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """The cells that print the chapter's rows."""
    return [c for c in notebook["cells"] if f"of_chapter({number})" in "".join(c["source"])]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_the_chapter_prints_its_rows(path: Path) -> None:
    number, notebook = int(path.name[:2]), read(path)
    (cell,) = shows(notebook, number)
    (output,) = cell["outputs"]
    assert "".join(output["data"]["text/markdown"]) == of_chapter(number), "make.py refresh stores it anew"
    before = notebook["cells"][notebook["cells"].index(cell) - 1]
    lead_in = "".join(before["source"]).partition(f"## {HEADING}\n")[2]
    assert "verdicts.ipynb#the-accounts" in lead_in and "verdicts.ipynb#the-rule" in lead_in
    for letter, name in (("A", "POLL"), ("N", "Nielsen's chapter says besides"), ("B", "Zhihu")):
        if any(number in row.chapters for row in VERDICTS.values() if row.id[0] == letter):
            assert name in lead_in, f"account {letter} is not named"
    ids = [line.split("|")[1].strip() for line in of_chapter(number).splitlines()[2:]]
    assert ids == [name for name, row in VERDICTS.items() if number in row.chapters]


def copies(text: str) -> list[str]:
    """Rows of verdicts that are typed into a text, or its copies of what the table says."""
    found = re.findall(r"^\|\s*[ABN]\d+\b.*", text, re.MULTILINE)
    flat = " ".join(text.split())
    for row in VERDICTS.values():
        found += [
            part for part in (row.condition, row.counterexample, row.says) if len(part) > 25 and part in flat
        ]
    return found


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_no_chapter_has_a_second_copy_of_a_verdict(path: Path) -> None:
    assert copies(markdown(path)) == []


def test_a_second_copy_is_found() -> None:
    assert copies("text\n\n| A8, B9 | the curve | **holds** |\n")
    assert copies("So " + VERDICTS["B4"].counterexample.replace(" ", "\n", 1) + ".")
    assert not copies("| a | b |\n|-|-|\n| A | B |")


def without_verdicts(path: Path) -> dict[str, Any]:
    notebook = read(path)
    for cell in shows(notebook, int(path.name[:2])):
        cell["outputs"] = []
    return notebook


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_a_verdict_is_no_evidence_for_the_prose(path: Path) -> None:
    assert numbers_are_computed(without_verdicts(path), path) == []


_COMPUTED: dict[int, set[float]] = {}


@pytest.mark.parametrize("row", ROWS)
def test_the_numbers_of_a_verdict_stand_in_its_chapters(row: Verdict) -> None:
    values: set[float] = set()
    for path in CHAPTERS:
        number = int(path.name[:2])
        if number in row.chapters:
            if number not in _COMPUTED:
                _COMPUTED[number] = computed(without_verdicts(path))
            values |= _COMPUTED[number]
    if row.shown == HERE:
        values |= computed(read(NOTEBOOKS / "verdicts.ipynb"))
    assert [n.written for n in decimals(ours(row)) if not any(n.is_shown_by(y) for y in values)] == []


def inline(text: str) -> list[tuple[str, str]]:
    """(row, word) where a text says of a row in bold what its verdict is."""
    words = "|".join(sorted(KINDS, key=len, reverse=True))
    return re.findall(rf"[Rr]ow ([ABN]\d+) (?:is )?\*\*({words})\*\*", text)


@pytest.mark.parametrize("path", [*CHAPTERS, NOTEBOOKS / "verdicts.ipynb"], ids=lambda p: p.stem)
def test_what_the_text_says_of_a_row_is_its_verdict(path: Path) -> None:
    for name, word in inline(markdown(path)):
        assert VERDICTS[name].kind == word, f"row {name}"
    assert named(markdown(path)) <= set(VERDICTS)


def named(text: str) -> set[str]:
    """The rows that a text calls so, alone or in a list."""
    lists = re.findall(r"\b[Rr]ows? ([ABN]\d+(?:(?:, | and |, and )[ABN]\d+)*)", text)
    return {row for found in lists for row in re.findall(r"[ABN]\d+", found)}


def test_the_code_names_rows_of_the_table() -> None:
    sources = sorted((NOTEBOOKS.parent / "analysis").rglob("*.py"))
    rows = {path.name: named(path.read_text(encoding="utf-8")) for path in sources}
    assert rows["rectifiers.py"] == {"B21", "B22"}
    assert {name: found - set(VERDICTS) for name, found in rows.items() if not found <= set(VERDICTS)} == {}


def test_an_inline_verdict_is_read() -> None:
    assert inline("So row B21 **holds**, and row A12 is **open**") == [("B21", HOLDS), ("A12", OPEN)]


# What is refused


def test_a_dead_place_is_found() -> None:
    where = set(places(NOTEBOOKS))

    def row(**wrong: Any) -> Verdict:
        return Verdict(id="A1", chapters=(1,), quote="x", kind=HOLDS, **wrong)

    assert unknown(row(claims=("no-such-claim",)), where)
    assert unknown(row(shown="01_chain_rule.ipynb#no-such-heading"), where)
    assert unknown(row(shown="99_none.ipynb#the-network"), where)
    assert unknown(row(claims=("error-recursion",)), set())
    assert unknown(row(claims=("error-recursion",), says="see [there](99_none.ipynb)"), where)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (
            {"kind": "maybe"},
            "kind of A1 must be one of holds, holds if, false as stated, open, not a statement",
        ),
        ({"claims": ()}, "must name a claim or a place"),
        ({"kind": HOLDS_IF}, "a condition must be given with 'holds if'"),
        ({"condition": "so"}, "a condition must be given with 'holds if', and with nothing else"),
        ({"kind": FALSE}, "a counterexample must be given with 'false as stated'"),
        (
            {"counterexample": "so"},
            "a counterexample must be given with 'false as stated', and with nothing else",
        ),
    ],
)
def test_half_a_verdict_is_refused(wrong: dict[str, Any], complaint: str) -> None:
    right: dict[str, Any] = {"id": "A1", "chapters": (1,), "quote": "x", "kind": HOLDS, "claims": ("a",)}
    with pytest.raises(ValueError, match=complaint):
        Verdict(**right | wrong)


def test_a_positional_verdict_is_refused() -> None:
    with pytest.raises(TypeError):
        Verdict("A1", (1,), "x")  # type: ignore[misc, call-arg]


def test_two_verdicts_on_one_statement_are_refused() -> None:
    row = Verdict(id="A1", chapters=(1,), quote="x", kind=HOLDS, claims=("a",))
    with pytest.raises(ValueError, match="A1 has two verdicts"):
        collect([row, row])


def test_the_table() -> None:
    where = places(NOTEBOOKS)
    row = Verdict(
        id="A7",
        chapters=(1,),
        quote="the product",
        original="积",
        kind=HOLDS_IF,
        condition="so",
        says="More",
        claims=("error-recursion",),
    )
    last = table([row], where).splitlines()[-1]
    words = '"the product"<br><span lang="zh">积</span>'
    assert last.startswith(
        f"| A7 | {words} | **holds if** so. More.<br> Shown by [`error-recursion`](01_chain_rule.ipynb#"
    )
    with pytest.raises(ValueError, match="A7 is shown by error-recursion, which no chapter shows"):
        table([row], {})
    with pytest.raises(ValueError, match="account must be A, N or B"):
        verdicts("C")
    with pytest.raises(ValueError, match=f"one that settles a row, 1 to {len(TOPICS)}, not 99"):
        of_chapter(99)
    assert [len(verdicts(account).splitlines()) - 2 for account in "ANB"] == [19, 13, 33]


@pytest.mark.slow
def test_print_leaves_the_chinese_out(tmp_path: Path) -> None:
    """The fonts of the PDF have no such letters, and a letter that no font has fails the build."""
    shown = new_output(
        "execute_result", {"text/markdown": of_chapter(12), "text/plain": "t"}, execution_count=1
    )
    title = md('# One\n\nA note <span lang="zh">《深度》</span> of 2017.')
    cells = [title, new_code_cell("t", outputs=[shown], execution_count=1)]
    folder = build(tmp_path, {"01_x": cells}, ["chapters", "numbering", "reading_time", "pdf"], "latex")
    tex = (folder / "x.tex").read_text(encoding="utf-8")
    assert "without worry that the gradient vanishes" in tex and "of 2017" in tex
    assert not CHINESE.search(tex)


# The map


def test_the_remedy_map_leads_to_live_claims() -> None:
    labels = [label for row in remedy_map.REMEDIES for label in row.claims]
    assert set(labels) <= set(CLAIMS)
    lines = remedy_map.remedy_map().splitlines()
    assert len(lines) == 2 + len(remedy_map.REMEDIES)
    with pytest.raises(ValueError, match="which no chapter shows"):
        remedy_map.table(remedy_map.REMEDIES[:1], {})
    for line, row in zip(lines[2:], remedy_map.REMEDIES, strict=True):
        assert (remedy_map.NOT_SHOWN in line) == (not row.claims)


def test_the_remedy_map_recommends_no_more_than_is_shown() -> None:
    """Xavier's weights fail behind sigmoids; the forget bias did not matter;
    cross-entropy does not tame an outlier."""
    by_claim = {label: row for row in remedy_map.REMEDIES for label in row.claims}
    assert by_claim["xavier-compromise"] is by_claim["xavier-sigmoid-loses-three-quarters"]
    assert "sigmoid" in by_claim["xavier-compromise"].cost
    assert "forget bias" not in by_claim["lstm-adds-at-lag-100"].remedy
    assert "cross-entropy" not in by_claim["standardised-outlier"].remedy
    remedies = " ".join(row.remedy for row in remedy_map.REMEDIES)
    for word in ("layer normalisation", "gated recurrent unit", "Adam", "orthogonal"):
        assert word in remedies


def test_pretraining_ties_with_many_labels_in_the_remedy_map() -> None:
    """By the record, at the rate that validation chooses: accuracy after 50 epochs and the machines, or
    after 100."""
    ends = []
    for start, epoch in (("pretrained", 50), ("gaussian", 100)):
        run = pretraining_recorded.training(start)
        chosen = run.validation[..., epoch].mean(axis=1).argmax()
        ends.append(run.accuracy[chosen, :, epoch].mean())
    assert ends == pytest.approx([0.9637, 0.9582], abs=1e-4)
    (row,) = [row for row in remedy_map.REMEDIES if "few-labels-equal-budget" in row.claims]
    assert {"many-labels-equal-budget", "pretraining-loses-in-work"} <= set(row.claims)
    assert "ties with N(0, 1) at equal work, and comes later to 90 %" in row.cost and "loses" not in row.cost
