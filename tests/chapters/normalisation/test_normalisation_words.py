"""What chapter 11 says in words and prints: the right values, each found a second way or typed from one, and
what was wrong gone."""

from __future__ import annotations

import notebook_text
import pytest
from leads import ahead, at_best

from analysis.chapters.normalisation import records
from analysis.exercises import check

NAME = "11_normalisation"
CELLS = notebook_text.its_own(NAME)
SAID, SHOWN = notebook_text.said(CELLS), notebook_text.shown(CELLS)


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
        "  m = large  log-gain 0.1916, the norm times 1.211; forty layers 1.8e+03",
        "    4  3.0841  1.7561  0.5631",
        "    8  1.7882  1.3372  0.2906",
        "   32  1.5220  1.2337  0.2100",
        "formula 2.320, measured 1.92 ± 0.03",
        "mean slope of the layers at the start: 0.238 0.235 0.235 0.235",
        "times 4: none 0.946 ± 0.003 (1), batch 0.968 ± 0.003 (3), layer 0.910 ± 0.005 (1)",
        "batch less none, seed by seed: 2.02 ± 0.46, 4.3 standard errors; more with 5 of 5",
        "batch: scale 4, rate 3 chosen; less none 2.17 ± 0.44 points",
    ],
)
def test_the_right_number_stands_in_an_output(line: str) -> None:
    """R by mpmath, the rest from the recorded arrays by NumPy alone."""
    assert line in SHOWN


def test_the_only_saturation_that_chapter_11_speaks_of_is_denied() -> None:
    about = [s for s in SAID.replace("\n", " ").split(". ") if "saturat" in s]
    assert len(about) == 2
    assert "They were not:" in SAID
    assert "So this chapter once said" in about[0] and "no unit can be saturated" in about[1]


def test_what_batch_normalisation_gains_at_each_best_rate() -> None:
    normalised, plain = (at_best(records.training("relu", n, 4)) for n in ("batch", "none"))
    assert ahead(normalised, plain) == pytest.approx((2.02, 0.46, 4.3), abs=0.05)
    assert (normalised > plain).all()
    assert "by $2.0\\pm0.5$ percentage points, $4.3$ standard errors, with every one of the five" in SAID


def test_the_condition_of_exercise_11_6_is_named() -> None:
    solution = (notebook_text.NOTEBOOKS / "solutions" / "11_solutions.ipynb").read_text(encoding="utf-8")
    condition = "n large batches whose examples all fare alike"
    assert f"I{condition} $R>1$ for every activation that is not affine" in solution
    assert f"I{condition} R > 1 for every activation that is not affine" in str(check("11.6", "c"))
    assert "large batches whose examples all fare alike. Where is" in SAID


def test_best_rates_at_the_edge_of_their_grid_are_named() -> None:
    assert {records.training("relu", n, 40).best()[0] for n in ("none", "layer")} == {0.01}
    assert records.training("relu", "residual", 40).best()[0] == 1.0
    assert (
        "the chosen rate, $0.01$, is the smallest of the three, with residual paths, $1$, the largest" in SAID
    )
