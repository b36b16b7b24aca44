"""Numbers and statements of chapters 6 to 8 that were wrong once,
each against a value computed here or typed from a source."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from notebook_text import cells, said, shown

from analysis.chapters.outliers.outlier import LOSSES, Outlier, first_layer_bound, outlier
from analysis.numeric.mean_field import profile


def words(name: str) -> str:
    """All Markdown of a notebook and the texts of its figures and slides."""
    return said(cells(name))


def printed(name: str) -> str:
    """All plain-text and Markdown outputs of a notebook."""
    return shown(cells(name), "text/plain", "text/markdown")


CH6, CH7, CH8 = "06_activations", "07_initialisation", "08_outliers"


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


FACTORS = np.geomspace(1, 1000, 13)


@pytest.fixture(scope="module")
def runs() -> dict[str, Outlier]:
    """The networks of chapter 8's pictures:
    ReLUs under the three losses, and sigmoids under the cross-entropy."""
    return {loss: outlier(FACTORS, loss=loss) for loss in LOSSES} | {
        "inside": outlier(FACTORS, activation="sigmoid")
    }


def test_the_loss_of_the_batch_grows_by_3_in_the_median_only(runs: dict[str, Outlier]) -> None:
    cost = runs["cross-entropy, sigmoid"].cost
    grown, text = cost[:, -1] / cost[:, 0], words(CH8)
    assert (grown > 3).sum() == 9 and "no more than $3$" not in text
    assert (
        f"about ${np.median(grown):.0f}$ in the median (${grown.min():.1f}$ to ${grown.max():.1f}$)" in text
    )


def test_the_condition_on_the_layers_of_row_b13(runs: dict[str, Outlier]) -> None:
    """An unbounded loss that the outlier cannot reach: the logit behind sigmoids is bounded."""
    cost = runs["inside"].cost
    assert np.abs(cost[:, -1] / cost[:, 0] - 1).max() < 1e-3
    (line,) = (x for x in words(CH8).split("\n") if x.startswith("So row B13"))
    assert "the outlier is answered wrongly, and the layers let it through" in line
    assert "by less than 0.1 % in all 20 networks" in line


def test_how_near_the_bound_of_the_first_layer_comes(runs: dict[str, Outlier]) -> None:
    run, text = runs["cross-entropy, sigmoid"], words(CH8)
    ratio = first_layer_bound(run) / run.layers[..., 0]
    assert (ratio.max(axis=1) > 17).sum() == 13 and "within a factor of $17$" not in text
    assert (
        f"at most about ${math.ceil(np.median(ratio, axis=0).max())}$ times the gradient in the median"
        in text
    )
    assert f"${math.ceil(ratio.max())}$ times in any of the networks" in text


def test_only_the_median_is_level(runs: dict[str, Outlier]) -> None:
    text = words(CH8)
    for old in ("error it hardly moves", "inside the network none does", "outlier is not even seen"):
        assert not re.search(rf"(?<!in the median the ){old}", text)
    behind, inside = (
        run.layers / run.layers[:, :1] for run in (runs["squared error, sigmoid"], runs["inside"])
    )
    assert (behind[..., 0].max(axis=1) > 2).sum() == 6 and "six more than double" in text
    tops = (behind[..., 0].max(), inside[..., 0].max())
    assert "up to ${:.1f}$ and ${:.2f}$ times".format(*tops) in text
    assert max(np.median(x[:, -1], axis=0).max() for x in (behind, inside)) < 1.1
    share = np.sort(runs["inside"].share[:, -1])[::-1]
    assert f"(in five of the 20 networks between {share[4]:.0%} and {share[0]:.0%})" in text
    assert share[5] < 0.01


def test_on_the_way_to_the_limit_the_gradient_grows() -> None:
    found = outlier([1.0, *np.geomspace(1, 1e7, 29)[15:21]], loss="squared error, sigmoid", seeds=[39])
    grown = found.layers[0, :, 0] / found.layers[0, 0, 0]
    assert f"${grown.max():.0f}$ times its start, near $t=3\\cdot10^4$" in words(CH8)
    assert 2.5e4 < found.factors[grown.argmax()] < 3.5e4 and grown[-1] < 2


def test_the_first_layer_of_relus_grows_before_the_others(runs: dict[str, Outlier]) -> None:
    """The median curves of the picture have grown by a quarter at t = 18, 56 and 100."""
    median = np.median(runs["cross-entropy, sigmoid"].layers, axis=0)
    first = [FACTORS[np.argmax(x > 1.25)] for x in (median / median[0]).T]
    np.testing.assert_allclose(first, [17.8, 56.2, 100.0], rtol=2e-3)
    text = words(CH8)
    assert "rise together" not in text
    assert "rises from a factor of about twenty on, the other two from about fifty on" in text
    assert median[0].argmin() == 0 and median[-1].argmax() == 0


def test_the_account_says_unsuitable() -> None:
    """不合适."""
    text = words(CH8)
    assert '"an unsuitable loss function, for example the sigmoid"' in text and "a bad loss" not in text


def test_xavier_between_300_and_100_neurons() -> None:
    """Var w = 2/(300 + 100): forward 300 · Var w = 3/2, backward 100 · Var w = 1/2."""
    assert (300 * 2 / 400, 100 * 2 / 400) == (1 + 0.5, 1 - 0.5)
    text = words("solutions/07_solutions")
    assert "a little of both" not in text and "forward gains a half, backward loses a half" in text
