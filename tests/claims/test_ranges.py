"""What a letter ranges over is said three times: in words, as a set for proofs, and by the values drawn.
The three must agree, or what is proved is not what is printed or tried."""

from __future__ import annotations

import re
from random import Random

import pytest
import sympy as sp
from flint import fmpq

from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, Range
from analysis.claims.ledger import CLAIMS

R, NATURALS = sp.S.Reals, sp.Range(1, sp.oo)
SAID = {
    "": None,  # a function that is drawn comes with words of its own
    "∈ {0, 1}": sp.FiniteSet(0, 1),
    "∈ {1, …, m}": sp.S.Naturals,
    "∈ {1, …, 2}": sp.S.Naturals,
    "with |w| ≥ 4": R - sp.Interval.open(-4, 4),
    "between 0 and π": sp.Interval.open(0, sp.pi),
    "∈ ℝ × [0, 1]": (R, sp.Interval(0, 1)),
    "= 1, 2, 3 units and every entry": NATURALS,
    "a real matrix, on its right a diagonal one with the entries σ′(z_j), and real numbers z_j": (
        None,
        None,
        R,
    ),
}
"""Words that no pattern below reads."""
WORDS = {label: claim for label, claim in CLAIMS.items() if claim.domain is not None and claim.domain.ranges}


def said(words: str) -> object:
    """The set that the words of a scope name."""
    words = re.sub(r" for every (index|example|entry|step)$|, how uneven the law is$", "", words)
    words = words.replace("−", "-")
    if words in ("∈ ℝ", "any real", "any reals"):
        return R
    if found := re.fullmatch(r"([≥>≠]) (-?\d+)", words):
        end = sp.Integer(found[2])
        beyond = {"≥": sp.Interval(end, sp.oo), ">": sp.Interval.open(end, sp.oo), "≠": R - sp.FiniteSet(end)}
        return beyond[found[1]]
    if found := re.fullmatch(r"= (\d+), (\d+), …", words):
        assert int(found[2]) == int(found[1]) + 1
        return sp.Range(int(found[1]), sp.oo)
    if found := re.fullmatch(r"∈ ([\[(])(-?\d+), (-?\d+)([\])])", words):
        return sp.Interval(int(found[2]), int(found[3]), found[1] == "(", found[4] == ")")
    if found := re.fullmatch(r"∉ \{(.+)\}", words):
        return R - sp.FiniteSet(*map(sp.Integer, found[1].split(", ")))
    return SAID[words.replace("-", "−")]


def each(over: object, count: int) -> tuple[object, ...]:
    return over if isinstance(over, tuple) else (over,) * count


@pytest.mark.parametrize("claim", WORDS.values(), ids=WORDS)
def test_the_set_for_proofs_is_the_one_that_the_words_name(claim: Claim) -> None:
    for key, found in claim.domain.ranges:
        if found.over is None:
            continue
        count = len(key) if isinstance(key, tuple) else 1
        for over, named in zip(each(found.over, count), each(said(found.words), count), strict=True):
            assert named is None or over == named, f"{claim.label}: {key} {found.words}"


def drawn(domain: Domain, found: Range, count: int) -> list[object]:
    """The values to begin with, and some that are drawn in worlds that suit the letters before."""
    values = [*found.hard]
    random = Random(1)
    for _ in range(count):
        chosen: dict[object, object] = {}
        for key, other in domain.ranges:
            x = other.draw(random, domain.world(chosen))
            chosen |= dict(zip(key, x, strict=True)) if isinstance(key, tuple) else {key: x}
            if other is found:
                values.append(x)
    return values


@pytest.mark.parametrize("claim", WORDS.values(), ids=WORDS)
def test_every_value_that_is_drawn_lies_in_the_set_for_proofs(claim: Claim) -> None:
    for key, found in claim.domain.ranges:
        if found.over is None:
            continue
        for value in drawn(claim.domain, found, 12):
            values = value if isinstance(value, tuple) else (value,)
            for x, over in zip(values, each(found.over, len(values)), strict=True):
                if isinstance(x, int | fmpq) and over is not None:
                    exact = sp.Rational(str(x))
                    assert over.contains(exact) == sp.true, f"{claim.label}: {key} = {x}"


@pytest.mark.parametrize("claim", WORDS.values(), ids=WORDS)
def test_every_letter_that_a_counter_example_may_name_stands_in_the_scope(claim: Claim) -> None:
    for key, found in claim.domain.ranges:
        named = [k for k in (key if isinstance(key, tuple) else (key,)) if isinstance(k, sp.Basic)]
        assert found.words or not named, f"{claim.label}: the scope says nothing of {named}"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("∈ ℝ for every entry", R),
        ("≠ 0", R - sp.FiniteSet(0)),
        ("= 2, 3, …", sp.Range(2, sp.oo)),
        ("∈ [−1, 1)", sp.Interval.Ropen(-1, 1)),
        ("∉ {-3, 3}", R - sp.FiniteSet(-3, 3)),
        ("> 0, how uneven the law is", sp.Interval.open(0, sp.oo)),
    ],
)
def test_words_are_read_as_the_sets_they_name(words: str, found: sp.Set) -> None:
    assert said(words) == found


def test_words_of_another_kind_are_not_passed_over() -> None:
    with pytest.raises(KeyError):
        said("as large as you like")
