"""A verdict shows itself in three ways, and nothing of the reader's can break the page."""

from __future__ import annotations

import pytest

from analysis.exercises import check, hint
from analysis.exercises.verdict import Hint, Verdict

STRANGE = "Say `a_1 <b>` & *not* <i>b_2</i> $x$ [y](z)"


@pytest.mark.parametrize(
    ("status", "correct"), [("right", True), ("wrong", False), ("refused", False), ("open", False)]
)
def test_only_right_is_correct(status: str, correct: bool) -> None:
    verdict = Verdict("9.1", status, ("A sentence.",))
    assert verdict.correct is correct and bool(verdict) is correct


def test_the_three_ways() -> None:
    verdict = Verdict("9.1", "wrong", (STRANGE,))
    assert repr(verdict) == "Exercise 9.1 [not yet]\n  Say a_1 <b> & *not* <i>b_2</i> $x$ [y](z)"
    html = verdict._repr_html_()
    assert "<code>a_1 &lt;b&gt;</code> &amp; *not* &lt;i&gt;b<sub>2</sub>&lt;/i&gt;" in html
    assert 'class="exercise exercise-wrong"' in html and 'data-exercise="9.1"' in html
    markdown = verdict._repr_markdown_()
    assert markdown.startswith("**Exercise 9.1** (not yet). Say `a_1 <b>` & \\*not\\* \\<i\\>b\\_2")
    assert set(verdict._repr_mimebundle_()) == {"text/plain", "text/markdown", "text/html"}


def test_several_sentences_are_a_list() -> None:
    markdown = Verdict("9.1", "wrong", ("b_1: Right.", "b_2: Wrong."))._repr_markdown_()
    assert "\n- b\\_1: Right.\n- b\\_2: Wrong." in markdown


def test_a_hint_says_which_it_is() -> None:
    shown = Hint("9.1", "hint", ("Look.",), 2, 3)
    assert repr(shown) == "Exercise 9.1, 2 of 3 [hint]\n  Look."
    assert "exercise-hint" in shown._repr_html_() and "2 of 3" in shown._repr_html_()
    assert not hasattr(shown, "correct")


def test_verdicts_are_frozen() -> None:
    for message in (check("2.2"), hint("2.2")):
        with pytest.raises(AttributeError):
            message.status = "right"  # type: ignore[misc]
