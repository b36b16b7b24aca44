"""Evidence settles honestly: noise, NaN and a sibling that passes are all noticed."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from analysis.claims.claim import Claim, Estimate, Prediction, Range, Reproduction, settle
from analysis.claims.domain import domain
from analysis.claims.outcome import Checked, Proved, Refuted, Reproduced, Step, Unknown
from analysis.claims.proof import by_deciding, by_value
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


def test_a_check_vouches_for_the_statement_of_its_claim_alone() -> None:
    """Whatever it says of others: many checks read one side, and call the negation proved too."""
    x = sp.Symbol("x", real=True)
    own = sp.Le(x, x + 1, evaluate=False)
    claim = Claim(
        "all", "S.", own, lambda statement: Proved("algebra"), "scope", sp.Gt(x, x + 1, evaluate=False)
    )
    assert isinstance(claim.settle(), Proved) and isinstance(claim.settle(own), Proved)
    for other in (sp.Gt(x, x + 1, evaluate=False), sp.Le(x, x + 2, evaluate=False), sp.Ne(x, x + 1)):
        assert isinstance(claim.settle(other), Unknown)
    refuting = Claim("none", "S.", own, lambda statement: Refuted("at x = 0"), "scope", own)
    assert isinstance(refuting.settle(sp.Ne(x, 0)), Refuted)


def test_a_simulation_and_a_record_vouch_for_their_own_statement_alone() -> None:
    y = sp.Symbol("y", real=True)
    own, opposite = sp.Eq(y, 2, evaluate=False), sp.Ne(y, 2, evaluate=False)
    drawn = Prediction(
        "drawn", "S.", own, lambda s: float(s.rhs), lambda: Estimate(2.0, 0.1), "scope", sp.Eq(y, 9)
    )
    assert isinstance(drawn.settle(), Checked) and isinstance(drawn.settle(opposite), Unknown)
    kept = Reproduction("kept", "S.", (0.06,), "source", lambda: [Range(0.05, 0.08)], "scope", (0.9,))
    assert isinstance(kept.settle(), Reproduced)
    assert isinstance(kept.settle(sp.Tuple(sp.Float("0.07"))), Unknown)


def test_agreement_within_the_digits_of_a_quadrature_is_no_check() -> None:
    """∫ (x + y − 1)² over the unit square is 1/6; the quadrature cannot tell 1/6 + 10⁻¹⁴ from it."""
    x, y = sp.symbols("x y", real=True)
    left = sp.Integral((x + y - 1) ** 2, (x, 0, 1), (y, 0, 1))
    near = sp.Rational(1, 6) + sp.Rational(1, 10**14)
    own, far = (sp.Eq(left, right, evaluate=False) for right in (sp.Rational(1, 6), sp.Rational(1, 5)))
    claim = Claim("square", "", own, by_value(), "", far, domain())
    assert claim.prove().sound and isinstance(claim.settle(own), Proved)
    for head in (sp.Eq, sp.Le, sp.Ge):
        assert not isinstance(claim.settle(head(left, near, evaluate=False)), Proved | Checked)
