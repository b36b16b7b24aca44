"""What chapter 10 says in words and prints: the right values, each found a second way or typed from one, and
what was wrong gone."""

from __future__ import annotations

import notebook_text
import pytest

from analysis.chapters.clipping import records
from analysis.claims.ledger import CLAIMS

NAME = "10_clipping"
CELLS = notebook_text.its_own(NAME)
SAID, SHOWN = notebook_text.said(CELLS), notebook_text.shown(CELLS)


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
        "on the plateau: cost 3.25, accuracy on the training images 0.104",
        "plain     value   1e-06   100000       0.883  0.816 ± 0.010        1.2",
        "plain     value   0.001      100       0.902  0.843 ± 0.010      102.4",
        "plain      norm   1e-06    1e+06       0.283  0.261 ± 0.048      102.4",
        "momentum   none                1       0.910  0.865 ± 0.008      102.4",
    ],
)
def test_the_right_number_stands_in_an_output(line: str) -> None:
    """From the recorded arrays, by NumPy alone."""
    assert line in SHOWN


def test_all_chosen_rates_lie_inside_the_grid() -> None:
    for name in ("large", "large-norm-1", "large-norm-10", "large-value-0.01", "he", "he-norm-1"):
        assert 0.001 < records.training(name).best()[0] < 1.0
    assert "All the chosen rates lie inside the grid." in SAID


def test_the_scope_says_how_many_thresholds() -> None:
    for clip, count in (("none", 1), ("value", 2), ("norm", 2), ("layer", 2)):
        runs = records.off_plateau("plain", clip)
        assert len(runs) == count and {run.threshold for run in runs} <= {1e-6, 1e-3}
        for optimiser in ("momentum", "adam"):
            (run,) = records.off_plateau(optimiser, clip)
            assert run.threshold == 1e-3
    scope = CLAIMS["clip-value-leaves-the-plateau"].scope
    assert "for plain descent the threshold, 10⁻⁶ or 10⁻³) chosen on 400 more" in scope
