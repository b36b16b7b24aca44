"""Evidence settles honestly: noise, NaN and a sibling that passes are all noticed."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from analysis.claims.claim import Claim, Estimate, Prediction, Range, Reproduction, settle
from analysis.claims.outcome import Checked, Proved, Refuted, Reproduced, Step, Unknown
from analysis.claims.proof import by_deciding
from analysis.claims.render import as_html, as_markdown, as_text
from analysis.symbolic.notation import z

TRUE, FALSE = sp.Le(-(z**0), 0, evaluate=False), sp.Le(z**0, 0, evaluate=False)


def claim(sibling: sp.Basic = FALSE) -> Claim:
    return Claim("a-label", "A sentence.", TRUE, by_deciding(), "all real z", sibling)


def prediction(value: float, error: float, truth: float = 1.0, near_miss: float = 2.0) -> Prediction:
    x = sp.Symbol("x")
    return Prediction(
        "p",
        "A sentence.",
        sp.Eq(x, sp.Float(truth), evaluate=False),
        lambda statement: float(statement.rhs),
        lambda: Estimate(value, error),
        "scope",
        sp.Eq(x, sp.Float(near_miss), evaluate=False),
    )


def test_a_claim_is_sound_only_with_a_refuted_sibling() -> None:
    assert claim().prove().sound
    assert not claim(sibling=TRUE).prove().sound


@pytest.mark.parametrize(
    ("value", "error", "kind"),
    [
        (1.01, 0.01, Checked),
        (1.06, 0.01, Refuted),
        (1.045, 0.01, Unknown),
        (1.0, 0.0, Unknown),
        (math.nan, 0.1, Unknown),
    ],
)
def test_prediction_outcomes(value: float, error: float, kind: type) -> None:
    assert isinstance(prediction(value, error).settle(), kind)


def test_prediction_with_a_sibling_too_near_is_not_sound() -> None:
    assert prediction(1.0, 0.01).check().sound
    assert not prediction(1.0, 0.01, near_miss=1.02).check().sound


def reproduction(*ranges: Range) -> Reproduction:
    return Reproduction("r", "A sentence.", (0.07, 0.31), "a source", lambda: ranges, "scope", (0.7, 3.1))


def test_reproduction_outcomes() -> None:
    good = reproduction(Range(0.06, 0.08), Range(0.3, 0.32))
    assert isinstance(good.settle(), Reproduced) and good.compare().sound
    assert isinstance(reproduction(Range(0.06, 0.08), Range(0.32, 0.4)).settle(), Refuted)
    assert isinstance(reproduction(Range(0.06, 0.08)).settle(), Unknown)


def test_rendering_is_complete_and_deterministic() -> None:
    settled = settle(claim())
    html, text, markdown = as_html(settled), as_text(settled), as_markdown(settled)
    assert (html, text, markdown) == (as_html(settle(claim())), as_text(settled), as_markdown(settled))
    for part in ("a-label", "A sentence.", "all real z", "proved"):
        assert part in html and part in text and part in markdown
    assert "mathjax_process" in html and r"\[" in html and "$" not in html
    assert set(settled._repr_mimebundle_()) == {"text/plain", "text/markdown", "text/html"}
    assert repr(settled) == text


def test_html_escapes_relations() -> None:
    assert "<=" not in as_html(settle(claim())) and "&lt;" not in as_text(settle(claim()))
    steps = Proved("algebra", (Step("1 < 2"),))
    told = Claim("l", "S.", TRUE, lambda s: steps, "scope", FALSE)
    assert "1 &lt; 2" in as_html(settle(told))
