"""A claim says a thing twice, as a sentence and as a statement, and the statement is what is proved: it may
not be the weaker one. Each test asks one thing of every claim."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import sympy as sp

import analysis
from analysis.claims.alterations import alterations
from analysis.claims.decisions.decided import decided
from analysis.claims.evaluate import evaluate
from analysis.claims.ledger import CLAIMS

REACHED = re.compile(r"\b(at most|at least|or more|no (more|less|wider|longer|larger|smaller) than)\b")
BEYOND = re.compile(r"\b(smaller|less|larger|greater|more|longer|fewer) than\b|\b(below|above|exceeds?)\b")
DENIED = re.compile(r"\b(no|never|nothing|none)\b", re.IGNORECASE)
BEYOND_BY_ROUNDING = {
    "random-chain-always-vanishes": "the bound is rounded up in the sentence",
}
NEVER_EQUAL = {
    **dict.fromkeys(
        (
            "softplus-slope-bound",
            "softplus-log-slope-rate",
            "gain-between-two-powers 0",
            "sigmoid-log-slope-rate",
            "tanh-log-slope-rate",
            "softsign-log-slope-rate",
            "mended-identity-bound",
            "clip-momentum-step-bound",
            "no-exponential-explosion",
        ),
        "approached, and not reached",
    ),
    **dict.fromkeys(
        ("selu-slope-bound", "gelu-slope-bound", "silu-slope-bound", "mish-slope-bound"),
        "reached, or approached, at a number that is not drawn",
    ),
    **dict.fromkeys(
        ("window-width-maximum", "identity-neuron-best-anywhere"), "the bound is rounded outwards"
    ),
    **dict.fromkeys(
        (
            "nielsen-speeds-2-hidden",
            "nielsen-speeds-3-hidden",
            "nielsen-speeds-4-hidden",
            "wgan-lipschitz",
            "wgan-bound-from-c",
        ),
        "measured",
    ),
    **dict.fromkeys(
        ("random-chain-always-vanishes", "batch-norm-always-explodes"),
        "reached for one function or one law, which is not drawn",
    ),
}
"""Claims whose ≤ or ≥ could be made strict, or where no point is seen at which it could not."""


WEAK = [label for label, claim in CLAIMS.items() if claim.statement.has(sp.Le, sp.Ge)]


@pytest.mark.parametrize("label", [label for label in WEAK if label not in NEVER_EQUAL])
def test_a_bound_that_may_be_reached_is_reached_somewhere(label: str) -> None:
    """With < for ≤ the statement is false. Else a wider bound, a ≤ for a <, or a premise that is not needed
    would pass for the claim."""
    claim = CLAIMS[label]
    strict = [x.statement for x in alterations(claim.statement) if x.words == "strict"]
    for k, altered in enumerate(strict):
        if f"{label} {k}" not in NEVER_EQUAL:
            assert evaluate(altered, claim.domain, own=claim.statement).holds is False, altered


def test_what_is_never_equal_is_still_claimed() -> None:
    assert {name.split()[0] for name in NEVER_EQUAL} <= set(WEAK)


def test_k_or_more_is_said_with_a_sign_that_lets_k_in() -> None:
    for label, claim in CLAIMS.items():
        if REACHED.search(claim.sentence):
            assert claim.statement.has(sp.Le, sp.Ge), f"{label}: {claim.sentence}"


def test_less_than_k_is_said_with_a_sign_that_leaves_k_out() -> None:
    """Of statements that are inequalities; no … less than is a bound that may be reached."""
    for label, claim in CLAIMS.items():
        rest = REACHED.sub("", claim.sentence)
        loose = claim.statement.has(sp.Le, sp.Ge) and not claim.statement.has(sp.Lt, sp.Gt)
        if BEYOND.search(rest) and loose and rest == claim.sentence and not DENIED.search(rest):
            assert label in BEYOND_BY_ROUNDING, f"{label}: {claim.sentence}"


def test_no_statement_compares_a_thing_with_itself() -> None:
    for label, claim in CLAIMS.items():
        for relation in claim.statement.atoms(sp.Rel):
            assert relation.lhs != relation.rhs, f"{label}: {relation}"


@pytest.mark.parametrize("label", [label for label, claim in CLAIMS.items() if claim.statement.has(sp.And)])
def test_every_part_of_a_statement_says_something(label: str) -> None:
    """A part with a quantity of the claim's own is not true whatever that quantity is."""
    claim = CLAIMS[label]
    for part in (x for both in claim.statement.atoms(sp.And) for x in both.args):
        if any(x in claim.domain.means or x.func in claim.domain.means for x in sp.preorder_traversal(part)):
            assert decided(part, claim.domain.sets) is None, part


def test_a_standard_error_is_that_of_a_mean() -> None:
    """Every standard deviation of a sample in what chapters measure is over the root of a number of samples:
    an error that is √n times too large agrees with everything."""
    found = 0
    for path in (Path(analysis.__file__).parent / "chapters").glob("*/claims/*.py"):
        text = path.read_text(encoding="utf-8")
        if ".std(" not in text:
            continue
        tree = ast.parse(text)
        over = [
            node.left
            for node in ast.walk(tree)
            if isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and "sqrt(" in ast.unparse(node.right)
        ]
        inside = {id(x) for node in over for x in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "std":
                assert id(node) in inside, f"{path.name}:{node.lineno}"
                found += 1
    assert found >= 10
