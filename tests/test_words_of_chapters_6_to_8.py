"""Numbers and statements of chapters 6 to 8 that were wrong once, each against a value computed here or typed from a source."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from notebook_text import cells, said, shown

from analysis.numeric.mean_field import profile


def words(name: str) -> str:
    """All Markdown of a notebook and the texts of its figures and slides."""
    return said(cells(name))


def printed(name: str) -> str:
    """All plain-text and Markdown outputs of a notebook."""
    return shown(cells(name), "text/plain", "text/markdown")


CH6, CH7, CH8 = "06_activations", "07_initialisation", "08_data"


def test_the_typical_slopes_printed() -> None:
    """mpmath at 40 digits: 0.32991 and 0.31789; 0.3304 was printed for SiLU."""
    typical = dict(re.findall(r"(\w+): largest .* typical ([\d.]+)", printed(CH6)))
    assert typical["silu"] == "0.3299" and typical["gelu"] == "0.3179" and typical["selu"] == "0.9120"


def test_the_neuron_of_nielsen_is_described_as_his() -> None:
    """Nielsen 2015, chapter 3: weight and bias 2.0, input 1, target 0, η = 0.15, so z = 2·1 + 2."""
    text = words(CH6)
    assert "slow neuron of Nielsen (2015, chapter 3): it starts" not in text
    cell = next(c for c in text.split("\n") if "slow one of Nielsen" in c)
    assert (
        "after the slow one" in cell and "$w=b=2$" in cell and f"$z={2 * 1 + 2}$" in cell and "$0.15$" in cell
    )


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("sigmoid", "| 4.7226 | 10.1493 | 0.141 |"),
        ("tanh", f"| 1.4674 | 1.0000 | {1 / math.sqrt(3):.3f} |"),
        ("relu", f"| {math.sqrt(2):.4f} | {math.sqrt(2):.4f} | {1 / math.sqrt(6):.3f} |"),
        ("gelu", f"| 1.4811 | none | {1 / math.sqrt(12):.3f} |"),
    ],
)
def test_the_scales_of_chapter_6(name: str, row: str) -> None:
    assert f"| {name} {row}" in printed(CH6)


def test_relu_and_tanh_lose_by_the_default_of_pytorch_what_chapter_7_says() -> None:
    text = words(CH7)
    assert (
        f"\\log\\tfrac16={math.log(1 / 6) / 2:.3f}$" in text
        and f"\\log\\tfrac13={math.log(1 / 3) / 2:.3f}$" in text
    )


def test_tanh_at_one_is_a_power_of_the_depth() -> None:
    text = words(CH7)
    assert "At $1$ they keep their size" not in text and "near $0.7/L$" in text
    losses = [L * profile("tanh", 1.0, 0.0, L).backward[0] for L in (100, 1000)]
    np.testing.assert_allclose(losses, 0.7, atol=0.03)


def test_the_bar_of_the_spread_and_what_the_limit_of_1000_decides() -> None:
    text = words(CH7)
    assert "so that its bar can be trusted" not in text and "the fourth moments give $0.062$" in text
    assert f"$1.25^{{29}}={round(1.25**29)}$" in text and 1.25**29 < 1000.0 < 1.25**31
    alt = next(line for line in text.split("\n") if "near Xavier and He" in line and "bars" in line)
    assert "neither happens" not in alt and "about a third vanishes" in alt


def test_a_share_is_said_to_be_more_only_where_its_interval_is() -> None:
    text = words(CH7)
    shares = re.findall(r"vanished +(\d+) %  \( *([\d.]+) to +([\d.]+)\)", printed(CH7))
    found, low, high = (float(x) for x in shares[-1])  # 60 to 100 layers
    assert found == 36 and low < 100 / 3 < high  # so "more than a third" is not shown
    assert "more than a third" not in text and "layers about a third has" in text


def test_how_often_two_bars_from_the_sample_hold_the_mean() -> None:
    """The law of the mean square after 20 ReLU layers of 20, drawn without a weight: a product of independent sums of squares.

    Of n normal numbers a binomial half passes the ReLU, and the squares of those that do have the law of chi-squared.
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
    (said,) = re.findall(r"hold the true mean about (\d+) times in 100", words(CH7))
    share = held / repeats
    assert abs(int(said) / 100 - share) < 3 * math.sqrt(share * (1 - share) / repeats)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_each_power_of_chapter_8_is_proved_and_measured(power: int) -> None:
    text = printed(CH8)
    assert re.search(rf"Eq\(power\(.*\), {power}\)|predicted {power}, simulated", text)
    proved = {
        0: "outlier-relu-sigmoid-squared-error",
        1: "outlier-relu-cross-entropy",
        2: "outlier-relu-squared-error",
    }
    measured = {
        0: "outlier-power-sigmoid-squared-error",
        1: "outlier-power-cross-entropy",
        2: "outlier-power-squared-error",
    }
    assert f"`{proved[power]}` (proved)" in text and f"`{measured[power]}` (checked)" in text
