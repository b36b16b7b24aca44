"""What chapter 7 says in words and prints, each against a value computed here or typed from a source."""

from __future__ import annotations

import math
import re

import numpy as np
from notebook_text import printed, words

from analysis.numeric.mean_field import profile


def test_relu_and_tanh_lose_by_the_default_of_pytorch_what_chapter_7_says() -> None:
    text = words("07_initialisation")
    assert (
        f"\\log\\tfrac16={math.log(1 / 6) / 2:.3f}$" in text
        and f"\\log\\tfrac13={math.log(1 / 3) / 2:.3f}$" in text
    )


def test_tanh_at_one_is_a_power_of_the_depth() -> None:
    text = words("07_initialisation")
    assert "At $1$ they keep their size" not in text and "near $0.7/L$" in text
    losses = [L * profile("tanh", 1.0, 0.0, L).backward[0] for L in (100, 1000)]
    np.testing.assert_allclose(losses, 0.7, atol=0.03)


def test_what_the_limit_of_1000_decides() -> None:
    text = words("07_initialisation")
    assert f"$1.25^{{29}}={round(1.25**29)}$" in text and 1.25**29 < 1000.0 < 1.25**31
    alt = next(line for line in text.split("\n") if "near Xavier and He" in line and "bars" in line)
    assert "neither happens" not in alt and "about a third vanishes" in alt


def test_a_share_is_said_to_be_more_only_where_its_interval_is() -> None:
    text = words("07_initialisation")
    shares = re.findall(r"vanished +(\d+) %  \( *([\d.]+) to +([\d.]+)\)", printed("07_initialisation"))
    found, low, high = (float(x) for x in shares[-1])  # 60 to 100 layers
    assert found == 36 and low < 100 / 3 < high  # so "more than a third" is not shown
    assert "more than a third" not in text and "layers about a third has" in text


def test_how_often_two_bars_from_the_sample_hold_the_mean() -> None:
    """The law of the mean square after 20 ReLU layers of 20, drawn without a weight:
    a product of independent sums of squares.

    Of n normal numbers a binomial half passes the ReLU,
    and the squares of those that do have the law of chi-squared.
    """
    n, layers, networks, repeats = 20, 20, 400, 2500
    rng, held = np.random.default_rng(20), 0
    for _ in range(5):
        size = (repeats // 5, networks)
        square = rng.chisquare(n, size) / n * (rng.chisquare(n, size) / n)
        for _ in range(layers - 1):
            square *= 2 / n * 2 * rng.standard_gamma(rng.binomial(n, 0.5, size) / 2)
        bar = 2 * square.std(axis=1, ddof=1) / math.sqrt(networks)
        held += int((np.abs(square.mean(axis=1) - 1) <= bar).sum())
    (said,) = re.findall(r"hold the true mean about (\d+) times in 100", words("07_initialisation"))
    share = held / repeats
    assert abs(int(said) / 100 - share) < 3 * math.sqrt(share * (1 - share) / repeats)


def test_xavier_between_300_and_100_neurons() -> None:
    """Var w = 2/(300 + 100): forward 300 · Var w = 3/2, backward 100 · Var w = 1/2."""
    assert (300 * 2 / 400, 100 * 2 / 400) == (1 + 0.5, 1 - 0.5)
    text = words("solutions/07_solutions")
    assert "a little of both" not in text and "forward gains a half, backward loses a half" in text
