"""What chapters 9 to 11 show and say: the right values in the stored outputs, and what was wrong gone from the text."""

from __future__ import annotations

from functools import cache
from typing import Any

import notebook_text
import pytest

NAMES = {9: "09_pretraining", 10: "10_clipping_and_decay", 11: "11_batch_normalisation"}


@cache
def cells(chapter: int) -> list[dict[str, Any]]:
    """All cells but the table of verdicts, which is made elsewhere."""
    every = notebook_text.cells(NAMES[chapter])
    return [c for c in every if "Where the popular account is right" not in notebook_text.source(c)]


def said(chapter: int) -> str:
    """Prose, captions, alternative texts, titles and notes of slides."""
    return notebook_text.said(cells(chapter))


def shown(chapter: int) -> str:
    """The text of all outputs."""
    return notebook_text.shown(cells(chapter))


@pytest.mark.parametrize(
    ("chapter", "gone"),
    [
        (9, "deep networks were thought to be untrainable"),
        (9, "end more than a percentage point ahead of all others"),
        (9, "within a percentage point of those"),
        (10, "does nothing for one that has vanished"),
        (10, "comes within five points"),
        (10, "stays below 25 %"),
        (11, "the early gradient is a thousand times as large"),
        (10, "settle the question of vanishing"),
        (10, "that is its whole effect"),
        (10, "never lengthens: nothing for vanishing.\n"),
        (10, "Nothing for vanishing"),
        (10, "cost about one point"),
        (11, "Could another activation help? No."),
        (11, "it rescues the sigmoid"),
        (11, "A thousand times the gradient"),
        (11, "within three percentage points"),
        (11, "learn even less"),
    ],
)
def test_what_was_wrong_is_gone(chapter: int, gone: str) -> None:
    assert gone not in said(chapter) + shown(chapter)


@pytest.mark.parametrize(
    ("chapter", "line"),
    [
        (9, "Xavier   sigma_w = 1: chi = 0.056 a layer"),
        (9, "N(0, 1)  sigma_w = 5.48: chi = 0.55 a layer"),
        (9, "gaussian     0.025 ± 0.008, in standard errors 3.2; beyond one point 1.9"),
        (9, "gaussian 0.7 0.014 ± 0.011, in standard errors 1.3"),
        (10, "on the plateau: cost 3.25, accuracy on the training images 0.104"),
        (10, " value   100000  0.58  0.925 ± 0.013        1.2"),
        (10, "  norm   300000  2.72  0.285 ± 0.042      102.4"),
        (11, "  m = large  log-gain 0.1916, the norm times 1.211; forty layers 1.8e+03"),
        (11, "    4  3.0841  1.7561  0.5631"),
        (11, "    8  1.7882  1.3372  0.2906"),
        (11, "   32  1.5220  1.2337  0.2100"),
        (11, "formula 2.320, measured 1.92 ± 0.03"),
        (11, "mean slope of the layers at the start: 0.238 0.235 0.235 0.235"),
        (11, "weights times 4: none 0.946 ± 0.005 at rate 1"),
    ],
)
def test_the_right_number_stands_in_an_output(chapter: int, line: str) -> None:
    """Typed from an independent recomputation: χ and R by mpmath, the rest from the recorded arrays by NumPy alone."""
    assert line in shown(chapter)


def test_the_only_saturation_that_chapter_11_speaks_of_is_denied() -> None:
    about = [s for s in said(11).replace("\n", " ").split(". ") if "saturat" in s]
    assert len(about) == 2
    assert "They were not:" in said(11)
    assert "So this chapter once said" in about[0] and "no unit can be saturated" in about[1]
