"""Alterations: every kind is made, none is the statement itself, inequalities are only sharpened, and
`altered` settles them."""

from __future__ import annotations

import pytest
import sympy as sp

from analysis.claims.alterations import alterations, negated, some
from analysis.claims.claim import Claim
from analysis.claims.compare import same
from analysis.claims.domain import domain, integers, positive, reals
from analysis.claims.outcome import Argued, Proved, Refuted, Unknown
from analysis.claims.proof import by_deciding
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

x, y = sp.symbols("x y", real=True)
n, k = sp.symbols("n k", integer=True, positive=True)


def _no(head: type, *args: object) -> sp.Basic:
    return head(*args, evaluate=False)


SUM = _no(sp.Eq, sp.Sum(k * x, (k, 1, n)), x * n * (n + 1) / 2)
BOUND = _no(sp.Le, SIGMOID.derivative, sp.Rational(1, 4))
IMPLIED = _no(sp.Implies, _no(sp.Lt, x, 2), _no(sp.Lt, x**3, 8))


@pytest.mark.parametrize(
    "statement", [SUM, BOUND, IMPLIED, _no(sp.And, BOUND, SUM), _no(sp.Equivalent, BOUND, SUM)], ids=str
)
def test_no_alteration_is_the_statement_or_comes_twice(statement: sp.Basic) -> None:
    found = [a.statement for a in alterations(statement)]
    assert len(found) > 4 and not any(same(x, statement) for x in found)
    assert all(not same(p, q) for i, p in enumerate(found) for q in found[:i])


def test_the_kinds_that_are_made() -> None:
    kinds = {a.words.split(":")[0] for s in (SUM, BOUND, IMPLIED) for a in alterations(s)}
    for kind in (
        "negated",
        "strict",
        "bound tightened",
        "right side larger",
        "right side shifted",
        "equation made strict",
        "bent beyond the first cases",
        "premise weakened",
        "number changed",
        "factor dropped",
        "term dropped",
        "term doubled",
        "argument scaled",
        "lower end moved",
        "upper end moved",
    ):
        assert any(kind in found for found in kinds), kind


@pytest.mark.parametrize(
    ("statement", "opposite"),
    [
        (BOUND, _no(sp.Gt, *BOUND.args)),
        (SUM, _no(sp.Ne, *SUM.args)),
        (IMPLIED, _no(sp.Implies, _no(sp.Lt, x, 2), _no(sp.Ge, x**3, 8))),
        (_no(sp.And, BOUND, SUM), _no(sp.Not, _no(sp.And, BOUND, SUM))),
    ],
)
def test_negations(statement: sp.Basic, opposite: sp.Basic) -> None:
    assert negated(statement) == opposite


def test_some_are_of_different_kinds_the_negation_first_and_always_the_same() -> None:
    found = some(SUM, 6, "a-label")
    assert (
        len(found) == 6 and found[0].words == "negated" and len({a.words.split(":")[0] for a in found}) == 6
    )
    assert found == some(SUM, 6, "a-label")
    assert some(SUM, 6, "another") != found


def claim(statement: sp.Basic, over: object, check: object) -> Claim:
    return Claim("c", "S.", statement, check, "", negated(statement), over)  # type: ignore[arg-type]


def test_a_sharp_bound_refuses_each_of_its_alterations() -> None:
    found = claim(BOUND, domain((z, reals())), by_deciding()).altered()
    assert found.refuted == len(found.variants) >= 8 and not found.accepted
    assert (
        "alterations refuted" in repr(found) and found._repr_markdown_().count("| refuted |") == found.refuted
    )


def test_a_bound_that_is_not_sharp_shows() -> None:
    loose = _no(sp.Le, SIGMOID.derivative, sp.Rational(1, 3))
    found = claim(loose, domain((z, reals())), by_deciding()).altered()
    assert any(
        isinstance(v.outcome, Unknown) and v.alteration.words == "bound tightened" for v in found.variants
    )


def test_a_check_that_takes_anything_no_longer_matters() -> None:
    """What 143 claims of the ledger did: their own negation came out proved. Such a check is an argument at
    most."""
    credulous = claim(SUM, domain((n, integers(1)), (x, positive())), lambda statement: Proved("faith"))
    assert isinstance(credulous.settle(), Argued)
    found = credulous.altered()
    assert not found.accepted and found.refuted >= 0.8 * len(found.variants)


def test_a_proof_of_a_false_statement_is_beaten_by_a_counter_example() -> None:
    false = claim(_no(sp.Lt, *BOUND.args), domain((z, reals())), lambda statement: Proved("faith"))
    outcome = false.settle()
    assert isinstance(outcome, Refuted) and outcome.witness.startswith("at z = 0")
