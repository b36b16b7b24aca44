"""What chapter 13 says in words and prints: the right values, each found a second way or typed from one, and
what was wrong gone."""

from __future__ import annotations

import math
from collections.abc import Callable

import notebook_text
import numpy as np
import pytest
from notebook_text import alt, half_a_unit, number

from analysis.chapters.gates import records
from analysis.chapters.gates.adding_problem import VARIANTS
from analysis.chapters.gates.explorable import UNITS, curves
from analysis.chapters.gates.memory_horizon import memory_curves
from analysis.claims.ledger import CLAIMS

NAME = "13_gates"
CELLS = notebook_text.its_own(NAME)
SAID = notebook_text.said(CELLS)
SHOWN = notebook_text.shown(CELLS, "text/plain", "text/markdown")


@pytest.mark.parametrize(
    "gone",
    [
        "Near $b_f=1.8$ the half-life of the whole derivative becomes infinite",
        "Near 1.8 it becomes infinite",
        "shoots up near bias 1.8",
        "fewer than 75 by the vanilla tanh cell",
        "in these networks the vanilla cell now keeps *more* than the LSTM",
        "a smaller error, at more learning rates",
        "adding problem at lag 100",
        "gates mend a difficulty that reading in sequence has made",
    ],
)
def test_what_was_wrong_is_gone(gone: str) -> None:
    assert gone not in SAID + SHOWN


def gains_at_rest(bias: float, steps: int) -> list[float]:
    """The root mean square gain of an LSTM at rest over 1 … steps steps:
    coefficients of ((f + √v x)(f + √v/x))^k, by convolution."""
    f, root = 1 / (1 + math.exp(-bias)), 48**-0.5
    poly, found = np.ones(1), []
    for k in range(1, steps + 1):
        poly = np.convolve(np.convolve(poly, [f, root]), [root, f])
        found.append(math.sqrt(poly[k]))
    return found


def first_half(bias: float) -> int | None:
    """The first k with a gain of at most one half, of 150."""
    return next((k for k, gain in enumerate(gains_at_rest(bias, 150), 1) if gain <= 0.5), None)


def test_where_an_lstm_at_rest_explodes_and_where_it_never_loses_half() -> None:
    explodes = number(
        SAID, r"From \$b_f=([\d.]+)\$ on, where \$f\+\\sqrt v=1\$, an LSTM at rest \*explodes\*"
    )
    assert explodes == pytest.approx(math.log(1 / 48**-0.5 - 1), abs=0.005)  # f = 1 − 1/√48
    assert first_half(1.7797) == 11 and "within eleven steps" in SAID
    assert "b_f = 1.853: half-life of all ways at rest inf steps" in SHOWN
    never = number(SAID, r"only from \$b_f\\approx([\d.]+)\$ on never")
    assert never == 1.853 and first_half(never) is None and first_half(never - 0.0005) == 27
    assert min(gains_at_rest(1.855, 150)) == pytest.approx(0.5035, abs=5e-5)


def test_what_the_picture_of_the_memory_shows_at_a_large_weight_scale() -> None:
    """Forty draws; the picture begins with the seed 1."""
    ends = [[x[-1] for x in curves({"bias": 1.0, "scale": 3.0, "seed": seed})] for seed in range(1, 41)]
    whole, _, vanilla = np.array(ends).T
    assert vanilla[0] > whole[0] and "vanilla cell of these networks keeps *more* than the LSTM" in SAID
    assert (vanilla > whole).mean() < 0.4 and UNITS == 8
    kept = [
        memory_curves(kind, forget_bias=b, scale=3.0, nets=100) for kind, b in (("lstm", 1.0), ("rnn", 0.0))
    ]
    lstm, rnn = (x.logs[:, -1] for x in kept)
    assert kept[0].units == 24 and (rnn > lstm).mean() > 0.7
    assert "of eight units, as here, the LSTM keeps more in most; of 24 the vanilla cell" in SAID


def test_the_picture_of_the_adding_problem_is_told_as_the_record_has_it() -> None:
    error = {(v, n): records.adding(v, n).best()[1] for v in records.FOLLOWED for n in records.lengths(v)}
    for (variant, n), e in error.items():
        tanh = variant.startswith("rnn")
        assert e < 0.01 if n == 10 else n < 50 or (e > 0.16) == tanh
    for n in (50, 100):
        assert error["lstm-1", n] == min(e for (_, T), e in error.items() if T == n) < 0.001
    text = alt(NAME, "fig-adding")
    assert "Both tanh cells rise from below 0.01 at length 10 to the level of a constant answer at 50" in text
    assert "The LSTM lies lowest at 50 and 100" in text
    assert error["relu", 50] < 0.01 < 0.09 < error["relu", 100] < 0.11 and error["relu-identity", 100] < 0.01


def half_life(bias: float) -> float:
    """The k at which σ(b)^k crosses ½, by bisection."""
    gate, low, high = 1 / (1 + math.exp(-bias)), 0.0, 1000.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if gate**middle > 0.5 else (low, middle)
    return low


def gain_at_rest(steps: int) -> float:
    """The log of the gain over so many steps at a forget bias of 1."""
    return math.log(gains_at_rest(1.0, steps)[-1])


def half_life_of_all_ways() -> float:
    k = next(k for k in range(1, 50) if gain_at_rest(k) <= -math.log(2))
    before, after = gain_at_rest(k - 1), gain_at_rest(k)
    return k - 1 + (before + math.log(2)) / (before - after)


def critical_bias() -> float:
    """Where f + √v = 1 for v = 1/48, by bisection."""
    low, high = 0.0, 5.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 / (1 + math.exp(-middle)) + 1 / math.sqrt(48) < 1 else (low, middle)
    return low


def fluctuating() -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    return float(weights @ -np.log1p(np.exp(-1 - 2 * nodes)) / weights.sum())


NUMBERS: tuple[tuple[str, Callable[[], float]], ...] = (
    ("0.5278", lambda: half_life(-1.0)),
    ("2.213", lambda: half_life(1.0)),
    ("14.27", lambda: half_life(3.0)),
    ("103.2", lambda: half_life(5.0)),
    ("-0.642495", fluctuating),
    ("2.60502", half_life_of_all_ways),
    ("1.7797", critical_bias),
)  # fmt: skip


@pytest.mark.parametrize(("printed", "again"), NUMBERS, ids=[printed for printed, _ in NUMBERS])
def test_a_printed_number_comes_out_a_second_way(printed: str, again: Callable[[], float]) -> None:
    assert printed in SHOWN
    assert again() == pytest.approx(float(printed), abs=half_a_unit(printed))


def test_at_which_rates_the_lstm_is_ahead_of_the_ungated_relu_cell() -> None:
    lstm, relu = (records.adding(v, 50).score[..., -1].mean(axis=1) for v in ("lstm-1", "relu-identity"))
    assert (lstm < relu).tolist() == [False] * 3 + [True] * 3
    assert "at larger learning rates; at the three smallest the ReLU cell is ahead" in SAID


def test_best_rates_at_the_edge_of_their_grid_are_named() -> None:
    """Every recorded run is looked at; the rates here are typed from the printed tables."""
    runs = [records.adding(v, length) for v in VARIANTS for length in records.lengths(v)]
    runs += [records.pixels(v) for v in records.PIXELS]
    at_an_end = {
        (run.task, run.variant, run.length): run.best()[0]
        for run in runs
        if run.best()[0] in (min(run.rates), max(run.rates))
    }
    assert at_an_end == {
        ("adding", "lstm-1", 50): 0.1,
        ("adding", "lstm-0", 50): 0.03,
        ("adding", "rnn-identity", 50): 0.0003,
        ("adding", "rnn-orthogonal", 50): 0.0003,
        ("adding", "rnn-wide", 50): 0.001,
        ("digits", "lstm-1", 64): 0.03,
    }
    assert (
        "The chosen rates of `lstm-1` and `lstm-0` are the largest of those tried, and a larger one might "
        "suit them better still; those of `rnn-identity`, `rnn-orthogonal` and `rnn-wide` are the smallest."
        in SAID
    )
    assert "The LSTM does best, at $0.03$, the largest of the four" in SAID


def test_the_scopes_say_how_many_units_and_rates() -> None:
    pixels = CLAIMS["lstm-reads-digits-by-pixel"]
    assert pixels.sentence.endswith("fewer than that by a vanilla tanh cell of as many units.")
    assert "four rates" in pixels.scope and "three seeds; 24 units" in pixels.scope
    adding = CLAIMS["more-units-are-no-memory"].scope
    assert "24 units (48 in rnn_wide" in adding and "best of six rates" in adding
    assert "five seeds (rnn_wide, lstm_0, lstm_long: four rates, three seeds)" in adding
    for variant in records.PIXELS:
        run = records.pixels(variant)
        assert (run.units, len(run.rates), len(run.seeds)) == (24, 4, 3)
    for variant in VARIANTS:
        units = 48 if variant == "rnn-wide" else 24
        tried = (4, 3) if variant in ("rnn-wide", "lstm-0", "lstm-long") else (6, 5)
        for length in records.lengths(variant):
            run = records.adding(variant, length)
            assert (run.units, len(run.rates), len(run.seeds)) == (units, *tried)
