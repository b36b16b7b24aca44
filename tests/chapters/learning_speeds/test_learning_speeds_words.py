"""What chapter 4 says in words and prints, each against a value computed here or typed from a source."""

from __future__ import annotations

import math
import re

import mpmath
import numpy as np
import pytest
from notebook_text import sources, words

from analysis.chapters.learning_speeds import records as recorded
from analysis.chapters.learning_speeds.gradient_bars import gradient_bars
from analysis.numeric.data import load
from analysis.numeric.mean_field import fixed_point


def test_a_section_begins_after_the_answer_to_the_one_before() -> None:
    """ "And elsewhere?" asks about the table of layers that move least;
    the heading comes after that table and its text."""
    found = sources("04_learning_speeds")
    places = [
        next(k for k, text in enumerate(found) if mark in text)
        for mark in (
            "And elsewhere?",
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
    """The library and an iteration in mpmath; total is n Var(w), 1 and 30 in chapter 4."""
    found = fixed_point("sigmoid", math.sqrt(total), float(bias))
    q = mpmath.mpf(found.q)
    assert float(total * mean_square("value", q) + bias**2) == pytest.approx(found.q, rel=1e-9)
    assert float(total * mean_square("slope", q)) == pytest.approx(chi, abs=6e-5)
    assert found.chi == pytest.approx(chi, abs=6e-5)


def test_most_bars_of_the_second_layer_are_longer() -> None:
    """Two of the six drawn are shorter than their neighbours in the first layer."""
    drawn = gradient_bars(load("digits", count=1000), (64, 30, 30, 10), seeds=range(5))
    first, second = np.abs(drawn.first(6, 0))
    assert (second > first).sum() == 4
    assert (np.greater(*np.abs(drawn.first(30, 0))[::-1])).mean() > 0.5
    text = words("04_learning_speeds")
    assert "four of the six in the second column are longer than their neighbours in the first" in text
    assert "Most bars of the second layer come out longer" in text
    assert "Most of the second layer's bars are longer" in text


def test_how_the_recorded_curves_of_chapter_4_run() -> None:
    text = words("04_learning_speeds")
    speeds = recorded.trained_bands("mnist", "nielsen", 4).median("speeds")
    later = speeds[60] / speeds[500]
    assert 2.2 < later[0] < 2.6 and later[0] > later[1:].max()
    assert "nearly flat but for the first layer's, which falls further" in text
    two = recorded.trained_bands("mnist", "nielsen", 2).median("speeds")
    rise = two[-1] / two.min(axis=0)
    assert (rise > 4.5).all() and (rise < 5.5).all()
    assert "they fall and then rise about fivefold" in text


def test_how_far_the_cost_falls_beyond_the_plateau() -> None:
    text, beyond = words("04_learning_speeds"), recorded.beyond_the_plateau("mnist", 4)
    free, fixed = beyond.all_layers_cost, beyond.first_fixed_cost
    assert [round(float(x), 1) for x in (free[0, 0], free[:, -1].min(), free[:, -1].max())] == [3.2, 1.1, 2.0]
    assert "falls from 3.2 to between about one and two, the other only to about 2.9" in text
    assert round(float(np.median(fixed[:, -1])), 1) == 2.9
    assert round(float(1 - np.median(fixed[:, -1]) / np.median(fixed[:, 0])), 1) == 0.1
    assert "With the first layer fixed it falls by a tenth" in text
    begins = (free < 0.95 * free[:, :1]).argmax(axis=1)
    assert 19 <= begins.min() and begins.max() <= 33 and 20 <= np.median(begins) <= 25
    assert (
        "the cost falls after some twenty steps" in text and "After some twenty steps the cost falls" in text
    )
    assert beyond.step == 1 / 20 and "$1/20$ at first" in text


def test_the_order_of_the_layers_in_all_networks() -> None:
    """Counted over 200 networks of MNIST; with N(0, 1) the order is lost."""
    text = words("04_learning_speeds")
    his, other = (recorded.trained_bands("mnist", name, 4) for name in recorded.INITIALISERS)
    assert len(his.final) == 200 and (his.monotone == 1).all() and other.monotone.min() < 0.5
    assert "in none of the 200 networks does the order ever change" in text


def test_a_wide_layer_loses_less_than_a_chain() -> None:
    """The mean square of many neurons is typical, the mean logarithm of one:
    a simulation of each, without the library."""
    rng = np.random.default_rng(30)

    def shrinks(width: int, total: float, runs: int, depth: int = 6) -> float:
        """The typical factor per layer of |σ′(z) wᵀδ| on the way back, from layer 2 on."""
        logs = []
        for _ in range(runs):
            a, slopes, weights = rng.random(width), [], []
            for _ in range(depth + 8):
                weights.append(rng.normal(0, math.sqrt(total / width), (width, width)))
                a = 1 / (1 + np.exp(-weights[-1] @ a - rng.standard_normal(width)))
                slopes.append(a * (1 - a))
            delta = rng.standard_normal(width)
            first = np.linalg.norm(delta)
            for l in range(depth):
                delta = slopes[-1 - l] * (weights[-1 - l].T @ delta)
            logs.append(math.log(np.linalg.norm(delta) / first) / depth)
        return math.exp(float(np.mean(logs)))

    found = [(shrinks(300, total, 20), shrinks(1, total, 4000)) for total in (1, 30)]
    np.testing.assert_allclose(found, [(0.205, 0.0995), (0.726, 0.157)], rtol=0.06)
    text = "".join(sources("04_learning_speeds"))
    assert "With one the mean logarithm decides" in text
