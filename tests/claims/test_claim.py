"""A claim is what it says: its own statement and any other, evaluated, proved, measured, or said to be
unknown and why."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from analysis.claims.claim import Claim, edge, settle
from analysis.claims.domain import Domain, domain, only, reals
from analysis.claims.ledger import CLAIMS
from analysis.claims.lines import decided
from analysis.claims.outcome import Argued, Checked, Outcome, Proved, Refuted, Reproduced, Step, Unknown
from analysis.claims.render import as_html, as_markdown, as_text
from analysis.claims.runs import of_runs
from analysis.claims.world import Estimate, Given
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.constants import Root
from analysis.symbolic.notation import sigma_prime, z

x, y = sp.symbols("x y", real=True)
QUARTER = sp.Rational(1, 4)


def _no(head: type, *args: object) -> sp.Basic:
    return head(*args, evaluate=False)


OWN, OVER = _no(sp.Le, SIGMOID.derivative, QUARTER), _no(sp.Le, SIGMOID.derivative, sp.Rational(6, 25))


def bound(over: Domain | None = None, sibling: sp.Basic = OVER, proof: object = None) -> Claim:
    where = domain((z, reals()), means=only("sigmoid")) if over is None else over
    return Claim("a-label", "A sentence.", OWN, proof or decided(OWN), "in words", sibling, where)  # type: ignore[arg-type]


def measured(found: object, wanted: float = 2.0, sibling: float = 9.0, source: str = "") -> Claim:
    given = Given(lambda world: found)
    own, other = (_no(sp.Eq, x, sp.Float(str(v))) for v in (wanted, sibling))
    return Claim("m", "A sentence.", own, None, "drawn", other, domain(means={x: given}), source)


def test_a_claim_is_sound_only_with_a_refuted_near_miss() -> None:
    assert bound().prove().sound
    assert not bound(sibling=OWN).prove().sound
    assert not bound(sibling=_no(sp.Le, SIGMOID.derivative, sp.S.Half)).prove().sound


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (None, Proved),
        (OWN, Proved),
        (_no(sp.Ge, QUARTER, SIGMOID.derivative), Proved),
        (_no(sp.Le, SIGMOID.derivative, sp.Rational(1, 3)), Proved),  # a weaker form follows
        (_no(sp.Lt, SIGMOID.derivative, QUARTER), Refuted),
        (_no(sp.Gt, SIGMOID.derivative, QUARTER), Refuted),
        (sp.Lt(sigma_prime(z), 0.25), Refuted),
        (sp.Lt(sigma_prime(sp.Symbol("z")), 0.25), Refuted),  # a letter of the same name is the same letter
        (_no(sp.Gt, sigma_prime(z), 0), Proved),  # a decision reads it
        (_no(sp.Gt, sp.sin(sigma_prime(z)), 0), Unknown),  # true, and nothing here shows it
        (_no(sp.Lt, sigma_prime(y), 1), Unknown),
        (sp.Matrix([[z]]), Unknown),
        (z + 1, Unknown),
        ("sigma'(z) < 1/4", Unknown),
        (None.__class__, Unknown),
        (True, Unknown),
        (_no(sp.Eq, sp.Integer(10) ** 5000, sp.Integer(10) ** 5000 + 1), Unknown),
        (_no(sp.Lt, z, sp.Sum(x, (x, 1, 10**12))), Unknown),
        (False, Refuted),
    ],
    ids=lambda a: a.__name__ if isinstance(a, type) else type(a).__name__,
)
def test_any_statement_gets_an_answer(statement: object, kind: type) -> None:
    outcome = bound().settle(statement)
    assert isinstance(outcome, kind), outcome
    if isinstance(outcome, Unknown):
        assert "no meaning" in outcome.why or "no counter-example at" in outcome.why
    if isinstance(outcome, Refuted):
        assert outcome.witness


def test_without_a_domain_a_check_vouches_for_its_own_statement_alone() -> None:
    credulous = Claim("c", "S.", OWN, lambda statement: Proved("faith"), "scope", OVER)
    assert isinstance(credulous.settle(), Argued) and isinstance(credulous.settle(OVER), Unknown)


@pytest.mark.parametrize(
    ("value", "error", "kind"),
    [
        (2.01, 0.01, Checked),
        (2.06, 0.01, Refuted),
        (2.045, 0.01, Unknown),
        (2.0, 0.0, Checked),
        (math.nan, 0.1, Unknown),
    ],
)
def test_a_simulated_number_is_checked_refuted_or_too_close_to_tell(
    value: float, error: float, kind: type
) -> None:
    assert isinstance(measured(Estimate(value, error)).settle(), kind)


def test_a_measured_equation_is_checked_for_the_claim_alone() -> None:
    """Within the error many other numbers agree as well; what is far off is refuted, what holds with room is
    checked."""
    claim = measured(Estimate(2.0, 0.01))
    expected: dict[sp.Basic, type[Outcome]] = {
        _no(sp.Eq, x, sp.Float("2.01")): Unknown,
        _no(sp.Eq, x, sp.Float("2.1")): Refuted,
        _no(sp.Lt, x, sp.Float("2.1")): Checked,
        _no(sp.Gt, x, sp.Float("2.1")): Refuted,
        _no(sp.Lt, x, sp.Float("2.01")): Unknown,
    }
    for statement, kind in expected.items():
        assert isinstance(claim.settle(statement), kind), statement
    assert isinstance(claim.settle(), Checked) and "2.5 %" in str(claim.settle())


@pytest.mark.parametrize(
    ("error", "allowed", "larger"),
    [(0.01, 0.0, "1.05"), (0.004, 0.0, "1.02"), (0.001, 0.03, "1.04"), (0.25, 0.0, "3")],
)
def test_a_near_miss_is_made_at_the_edge_of_what_is_resolved(
    error: float, allowed: float, larger: str
) -> None:
    """Twice (5 se + allowed)/2 is 5, 2, 3.5 and 125 %; rounded up to one digit."""
    claim = replace(measured(Estimate(2.0, error, allowed)), false_sibling=None)
    assert claim.prove().sound and claim.near_miss == _no(
        sp.Eq, x, _no(sp.Mul, sp.Float(larger), sp.Float("2.0"))
    )
    with pytest.raises(ValueError, match="a-label needs a near miss of its own"):
        edge(replace(bound(), false_sibling=None))


def test_a_published_number_is_reproduced_by_the_claim_that_names_its_source() -> None:
    claim = measured(Estimate(0.0612, 0.0, 0.002), 0.06, 0.09, "An author (1998), table 2")
    assert isinstance(claim.settle(), Reproduced) and claim.prove().sound
    assert isinstance(claim.settle(_no(sp.Lt, x, sp.Float("0.07"))), Checked)
    assert isinstance(measured(Estimate(0.08, 0.0, 0.002), 0.06, source="s").settle(), Refuted)


def test_kinds() -> None:
    runs = _no(sp.Gt, x, sp.Float("0.5"))
    (record,) = of_runs(
        (Claim("r", "S.", runs, None, "", _no(sp.Lt, *runs.args)),), lambda s: np.array([0.8, 0.9, 0.85])
    )
    assert [c.kind for c in (bound(), measured(1.0), measured(1.0, source="s"), record)] == [
        "claim",
        "prediction",
        "reproduction",
        "record",
    ]
    assert isinstance(record.settle(), Checked) and record.prove().sound


def test_rendering_is_complete_and_deterministic() -> None:
    settled = settle(bound())
    html, text, markdown = as_html(settled), as_text(settled), as_markdown(settled)
    assert (html, text, markdown) == (as_html(settle(bound())), as_text(settled), as_markdown(settled))
    for part in ("a-label", "A sentence.", "in words", "ℝ", "proved"):
        assert part in html and part in text and part in markdown
    assert "mathjax_process" in html and r"\[" in html
    assert set(settled._repr_mimebundle_()) == {"text/plain", "text/markdown", "text/html"}
    assert repr(settled) == text


def test_html_escapes_relations() -> None:
    assert "<=" not in as_html(settle(bound())) and "&lt;" not in as_text(settle(bound()))
    told = bound(proof=lambda s: Proved("algebra", (Step("1 < 2"),)))
    assert "1 &lt; 2" in as_html(settle(told))


def test_the_scope_says_which_number_a_root_is() -> None:
    turn = Root("x_9", "x₉", z * sp.tanh(z) - 1, 1, 2)
    claim = replace(CLAIMS["silu-slope-bound"], statement=sp.Lt(z, turn, evaluate=False), scope="only here")
    assert claim.where == "z ∈ ℝ; x₉ = 1.19968 solves x₉*tanh(x₉) - 1 = 0; only here"
