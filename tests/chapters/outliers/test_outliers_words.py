"""What chapter 8 says in words and prints, each against a value computed here or typed from a source."""

from __future__ import annotations

import re

import numpy as np
import pytest
from notebook_text import printed, words

from analysis.chapters.outliers.first_layer_bound import first_layer_bound
from analysis.chapters.outliers.outlier import LOSSES, Outlier, outlier


@pytest.mark.parametrize("power", [0, 1, 2])
def test_each_power_of_chapter_8_is_proved_and_measured(power: int) -> None:
    text = printed("08_outliers")
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
    _, _, card = text.partition(f"{measured[power]} [checked]")
    gap = f" - {power}" if power else ""
    statement = rf"Eq\(share\(Abs\(power\(.*, t\){gap}\) <= 1/10000\), 1\)"
    assert re.match(rf"\n.*\n *{statement}\n *checked: simulation\n", card)
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
    grown, text = cost[:, -1] / cost[:, 0], words("08_outliers")
    assert (grown > 3).sum() == 9 and "no more than $3$" not in text
    assert (
        f"about ${np.median(grown):.0f}$ in the median (${grown.min():.4g}$ to ${grown.max():.4g}$)" in text
    )


def test_the_condition_on_the_layers_of_row_b13(runs: dict[str, Outlier]) -> None:
    """An unbounded loss that the outlier cannot reach: the logit behind sigmoids is bounded."""
    cost = runs["inside"].cost
    assert np.abs(cost[:, -1] / cost[:, 0] - 1).max() < 1e-3
    (line,) = (x for x in words("08_outliers").split("\n") if x.startswith("So the sentence **holds if**"))
    assert "the outlier is answered wrongly, and the layers let it through" in line
    assert "by at most 0.1 % in all 20 networks" in line


def test_how_near_the_bound_of_the_first_layer_comes(runs: dict[str, Outlier]) -> None:
    run, text = runs["cross-entropy, sigmoid"], words("08_outliers")
    ratio = first_layer_bound(run) / run.layers[..., 0]
    assert (ratio.max(axis=1) > 17).sum() == 13 and "within a factor of $17$" not in text
    assert (
        f"cross-entropy, sigmoid: up to {np.median(ratio, axis=0).max():.1f} (median), "
        f"{ratio.max():.1f} (any network)" in printed("08_outliers")
    )


def test_only_the_median_is_level(runs: dict[str, Outlier]) -> None:
    text = words("08_outliers")
    for old in ("error it hardly moves", "inside the network none does", "outlier is not even seen"):
        assert not re.search(rf"(?<!in the median the ){old}", text)
    behind, inside = (
        run.layers / run.layers[:, :1] for run in (runs["squared error, sigmoid"], runs["inside"])
    )
    assert (behind[..., 0].max(axis=1) > 2).sum() == 6 and "level in the median, not in every network" in text
    tops = (behind[..., 0].max(), inside[..., 0].max())
    assert "up to ${:.1f}$ and ${:.2f}$ times".format(*tops) in text
    assert max(np.median(x[:, -1], axis=0).max() for x in (behind, inside)) < 1.1
    share = np.sort(runs["inside"].share[:, -1])[::-1]
    assert f"(in five of the 20 networks between {share[4]:.0%} and {share[0]:.0%})" in text
    assert share[5] < 0.01


def test_on_the_way_to_the_limit_the_gradient_grows() -> None:
    found = outlier([1.0, *np.geomspace(1, 1e7, 29)[15:21]], loss="squared error, sigmoid", seeds=[39])
    grown = found.layers[0, :, 0] / found.layers[0, 0, 0]
    assert grown.max() > 500 and 2.5e4 < found.factors[grown.argmax()] < 3.5e4 and grown[-1] < 2
    assert "the gradient can grow and fall back" in words("08_outliers")


def test_the_first_layer_of_relus_grows_before_the_others(runs: dict[str, Outlier]) -> None:
    """The median curves of the picture have grown by a quarter at t = 18, 56 and 100."""
    median = np.median(runs["cross-entropy, sigmoid"].layers, axis=0)
    first = [FACTORS[np.argmax(x > 1.25)] for x in (median / median[0]).T]
    np.testing.assert_allclose(first, [17.8, 56.2, 100.0], rtol=2e-3)
    text = words("08_outliers")
    assert "rise together" not in text
    assert "rises from a factor of about twenty on, the other two from about fifty on" in text
    assert median[0].argmin() == 0 and median[-1].argmax() == 0


def test_the_account_says_unsuitable() -> None:
    """不合适."""
    text = words("08_outliers")
    assert '"an unsuitable loss function, for example the sigmoid"' in text and "a bad loss" not in text
