"""What chapter 9 says in words and prints: the right values, each found a second way or typed from one, and
what was wrong gone."""

from __future__ import annotations

import math

import notebook_text
import numpy as np
import pytest
from leads import ahead
from notebook_text import alt

from analysis.chapters.pretraining import records
from analysis.claims.ledger import CLAIMS

NAME = "09_pretraining"
CELLS = notebook_text.its_own(NAME)
SAID = notebook_text.said(CELLS)
SHOWN = notebook_text.shown(CELLS, "text/plain", "text/markdown")


@pytest.mark.parametrize(
    "gone",
    [
        "deep networks were thought to be untrainable",
        "end more than a percentage point ahead of all others",
        "within a percentage point of those",
        "five times as large as Xavier's",
        "Here it leads $N(0,1)$",
        "In earlier runs another hundred",
        "their arrangement lifts the gradient; and",
    ],
)
def test_what_was_wrong_is_gone(gone: str) -> None:
    assert gone not in SAID + SHOWN


@pytest.mark.parametrize(
    "line",
    [
        "Xavier   sigma_w = 1: chi = 0.056 a layer",
        "N(0, 1)  sigma_w = 5.48: chi = 0.55 a layer",
        "| gaussian | 81.8 ± 0.8 | 3.5 ± 0.9 |",
        "| gaussian 0.7 | 82.6 ± 0.7 | 4.3 ± 0.8 |",
        "| gaussian | 4.8 | 95.8 ± 0.3 |",
        "| shuffled | 0.000285 | 0.00129 | 0.00361 |",
    ],
)
def test_the_right_number_stands_in_an_output(line: str) -> None:
    """χ by mpmath, the rest from the recorded arrays by NumPy alone."""
    assert line in SHOWN


def test_normal_weights_over_xavier() -> None:
    """√((n_in + n_out)/2) for 30 and 30, and for 64 and 30."""
    assert "$\\sqrt{30}\\approx5.5$ times as large as Xavier's between the hidden layers ($6.9$ times" in SAID
    assert math.sqrt(30) == pytest.approx(5.5, abs=0.05) and math.sqrt(47) == pytest.approx(6.9, abs=0.05)


def test_pretraining_starts_with_no_more_gradient_than_xavier() -> None:
    """Geometric means of the recorded seeds, and the error of what is left of it."""
    for number in ("0.00223 | 0.00928", "0.0026 | 0.0136"):
        assert number in SHOWN
    speeds = {s: np.log(records.training(s).start_speeds[0][:, 0]) for s in ("pretrained", "xavier")}
    lead = speeds["xavier"] - speeds["pretrained"]
    assert 0 < lead.mean() < 2 * lead.std(ddof=1) / math.sqrt(5)
    assert "start with about as much gradient in the first layer as the pretrained ones" in SAID
    assert "though not above that of Xavier's weights" in SAID


def test_the_pictures_of_chapter_9_are_described_as_they_are() -> None:
    xavier = records.training("xavier")
    curve = xavier.validation[:, :, 50].mean(axis=1).argmax()
    mean = xavier.accuracy[curve].mean(axis=0)
    assert mean[6] < 0.12 < 0.15 < mean[8] and mean[25] < 0.7 < 0.8 < mean[30] < 0.83
    assert "the Xavier one from about epoch 8, to about 0.8 by epoch 30" in alt(NAME, "fig-pretraining-work")
    speeds = np.exp(np.log(records.training("gaussian").start_speeds[0]).mean(axis=0))
    assert speeds[3] / speeds[0] == pytest.approx(2.19, abs=0.01)
    assert speeds[4] / speeds[3] == pytest.approx(5.7, abs=0.1)
    text = alt(NAME, "fig-pretraining-speeds")
    assert "N(0,1) weights only double from the first layer to the fourth, then rise fivefold" in text
    assert "nearly flat" not in text


def test_five_seeds_are_said_to_be_few() -> None:
    """P(|t| > x) with four degrees of freedom has a closed form."""
    runs = {start: records.training(start, 100) for start in ("pretrained", "gaussian")}
    best = {}
    for start, run in runs.items():
        at = (450 if start == "pretrained" else 1000) // run.every
        best[start] = run.accuracy[run.validation[:, :, at].mean(axis=1).argmax(), :, at]
    lead = best["gaussian"] - best["pretrained"]
    assert lead * 397 == pytest.approx([15, 2, 23, 13, 17])  # images of the 397 for testing
    x = lead.mean() / (lead.std(ddof=1) / math.sqrt(5))
    c = x / math.sqrt(4 + x * x)
    p = 1 - (3 * c - c**3) / 2
    assert p == pytest.approx(0.015, abs=0.0005)
    assert "the $4.1$ standard errors to $N(0,1)$ have a two-sided $p$ of $0.015$" in SAID
    assert "t = 4.1, 4 degrees of freedom, two-sided p = 0.015" in SHOWN


def test_with_few_labels_the_scale_is_chosen_too() -> None:
    """The scale with the best validation accuracy, found with NumPy alone, and the lead of its networks on
    the test images."""
    ends = {}
    for start in ("gaussian 0.5", "gaussian 0.7", "gaussian", "gaussian 1.4"):
        run = records.training(start, 100)
        seen = run.validation[:, :, -1].mean(axis=1)
        ends[start] = (seen.max(), run.accuracy[seen.argmax(), :, -1])
    assert max(ends, key=lambda start: ends[start][0]) == "gaussian 0.7"
    run = records.training("pretrained", 100)
    ours = run.accuracy[run.validation[:, :, 45].mean(axis=1).argmax(), :, 45]
    assert ahead(ends["gaussian 0.7"][1], ours) == pytest.approx((4.33, 0.83, 5.2), abs=0.06)
    assert '"gaussian 0.7" has weights $N(0,0.7^2)$, the scale that validation chooses' in SAID
    sentence = CLAIMS["few-labels-another-scale"].sentence
    assert sentence in SHOWN


def test_the_print_of_chi_follows_its_sentence() -> None:
    texts = [notebook_text.source(c) for c in CELLS]
    (at,) = [k for k, text in enumerate(texts) if "mean_field.fixed_point" in text]
    assert texts[at - 1].endswith("says which would balance):") and texts[at + 1].startswith(
        "## Does it help?"
    )
