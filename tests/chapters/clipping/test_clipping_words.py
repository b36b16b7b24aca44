"""What chapter 10 says in words and prints: the right values, each found a second way or typed from one, and
what was wrong gone."""

from __future__ import annotations

import notebook_text
import pytest

from analysis.chapters.clipping import cliff, records
from analysis.claims.ledger import CLAIMS

NAME = "10_clipping"
CELLS = notebook_text.its_own(NAME)
SAID, SHOWN = notebook_text.said(CELLS), notebook_text.shown(CELLS)
TABLES = notebook_text.shown(CELLS, "text/markdown")


@pytest.mark.parametrize(
    "gone",
    [
        "does nothing for one that has vanished",
        "comes within five points",
        "stays below 25 %",
        "settle the question of vanishing",
        "that is its whole effect",
        "never lengthens: nothing for vanishing.\n",
        "Nothing for vanishing",
        "cost about one point",
        "By norm every step then has the length",
        "each at the best of four rates; the near miss",
    ],
)
def test_what_was_wrong_is_gone(gone: str) -> None:
    assert gone not in SAID + SHOWN


@pytest.mark.parametrize(
    "line",
    [
        "| plain | 17.5 ± 3.4 | 84.3 ± 1.0 | 26.1 ± 4.8 | 88.7 ± 0.4 |",
        "| momentum | 86.5 ± 0.8 | 88.9 ± 0.4 | 88.9 ± 0.6 | 88.5 ± 0.6 |",
        "| *speeds* | 102.4 | 1.2 | 102.4 | 9.3 |",
        "| no clipping | 65.9 ± 2.8 | 0.01 | 22 of 42 |",
        "| norm, c = 10 | 83.0 ± 0.8 | 0.03 | 0 of 42 |",
        "| He's weights | 80.9 ± 1.6 | 0.03 | 2 of 42 |",
    ],
)
def test_the_right_number_stands_in_the_table(line: str) -> None:
    """From the recorded arrays, by NumPy alone."""
    assert line in TABLES


def test_the_longest_steps_at_the_cliff() -> None:
    assert "{'no clipping': '39.1', 'by norm': '0.05', 'by value': '0.0707'}" in SHOWN
    free = cliff.descend((5.0, -2.2), rate=0.1, steps=60)
    assert f"ends at $w\\approx{free.points[-1, 0]:.0f}$" in SAID


def test_all_chosen_rates_lie_inside_the_grid() -> None:
    for name in ("large", "large-norm-1", "large-norm-10", "large-value-0.01", "he", "he-norm-1"):
        assert 0.001 < records.training(name).best()[0] < 1.0


def test_the_scope_says_how_many_thresholds() -> None:
    for clip, count in (("none", 1), ("value", 2), ("norm", 2), ("layer", 2)):
        runs = records.off_plateau("plain", clip)
        assert len(runs) == count and {run.threshold for run in runs} <= {1e-6, 1e-3}
        for optimiser in ("momentum", "adam"):
            (run,) = records.off_plateau(optimiser, clip)
            assert run.threshold == 1e-3
    scope = CLAIMS["clip-value-leaves-the-plateau"].scope
    assert "for plain descent the threshold, 10⁻⁶ or 10⁻³) chosen on 400 more" in scope
