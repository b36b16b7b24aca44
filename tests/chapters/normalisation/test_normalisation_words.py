"""What chapter 11 says in words and prints: the right values, each found a second way or typed from one, and
what was wrong gone."""

from __future__ import annotations

import notebook_text
import pytest
from leads import ahead, at_best

from analysis.chapters.normalisation import records
from analysis.chapters.normalisation.claims.training import tuned
from analysis.exercises import check

NAME = "11_normalisation"
CELLS = notebook_text.its_own(NAME)
SAID, SHOWN = notebook_text.said(CELLS), notebook_text.shown(CELLS, "text/plain", "text/markdown")


@pytest.mark.parametrize(
    "gone",
    [
        "the early gradient is a thousand times as large",
        "Could another activation help? No.",
        "it rescues the sigmoid",
        "A thousand times the gradient",
        "within three percentage points",
        "learn even less",
        "is therefore not shown here",
        "of the initial weights does no harm",
        "What batch normalisation buys here is *robustness*",
    ],
)
def test_what_was_wrong_is_gone(gone: str) -> None:
    assert gone not in SAID + SHOWN


@pytest.mark.parametrize(
    "line",
    [
        "| 4 | 3.0841 | 1.7561 | 3.5e+09 |",
        "| 8 | 1.7882 | 1.3372 | 8.4e+04 |",
        "| 32 | 1.5220 | 1.2337 | 3.6e+03 |",
        "| large | 1.4669 | 1.2112 | 1.8e+03 |",
        "| ReLU | 1.4669 | 1758 |",
        "Mean slope at the start: 0.236, of at most 0.25.",
        "| 4 sigmoid, scale and rate chosen | 2.2 ± 0.4 | -3.6 ± 0.5 |",
        "| 4 ReLU, rate chosen | 2.0 ± 0.5 | 2.2 ± 0.4 |",
        "0.985 with layer normalisation, 0.305 with batch.",
    ],
)
def test_the_right_number_stands_in_an_output(line: str) -> None:
    """R by mpmath, the rest from the recorded arrays by NumPy alone."""
    assert line in SHOWN


def test_the_only_saturation_that_chapter_11_speaks_of_is_denied() -> None:
    about = [s for s in SAID.replace("\n", " ").split(". ") if "saturat" in s]
    assert len(about) == 2
    assert "Were the sigmoids *saturated* without normalisation?" in about[0] and "They were not." in SAID
    assert "no unit can be saturated" in about[1]


def test_what_batch_normalisation_gains_at_each_best_rate() -> None:
    normalised, plain = (at_best(records.training("relu", n, 4)) for n in ("batch", "none"))
    assert ahead(normalised, plain) == pytest.approx((2.02, 0.46, 4.3), abs=0.05)
    assert (normalised > plain).all()
    normalised, plain = (at_best(tuned(n)) for n in ("batch", "none"))
    assert ahead(normalised, plain)[:2] == pytest.approx((2.17, 0.44), abs=0.01)


def test_the_condition_of_exercise_11_6_is_named() -> None:
    solution = (notebook_text.NOTEBOOKS / "solutions" / "11_solutions.ipynb").read_text(encoding="utf-8")
    condition = "n large batches whose examples all fare alike"
    assert f"I{condition} $R>1$ for every activation that is not affine" in solution
    assert f"I{condition} R > 1 for every activation that is not affine" in str(check("11.6", "c"))
    assert "large batches whose examples all fare alike. Where is" in SAID


def test_best_rates_at_the_edge_of_their_grid_are_named() -> None:
    assert {records.training("relu", n, 40).best()[0] for n in ("none", "layer")} == {0.01}
    assert records.training("relu", "residual", 40).best()[0] == 1.0
    assert tuned("batch").best().rate == max(tuned("batch").rates) == 3
    assert (
        "Residual paths chose the largest of three rates, layer normalisation and none the smallest" in SAID
    )
    assert "The rate $3$ that batch normalisation chose for the sigmoids is the largest tried" in SAID
