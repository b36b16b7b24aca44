"""What chapter 14's statements mean: false variants are refuted, and the meanings agree with second ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.your_own_network.claims import defaults, thirty_layers
from analysis.chapters.your_own_network.defaults import EDGE, KAIMING_EDGE
from analysis.chapters.your_own_network.thirty_layers import training
from analysis.claims.domain import exact, reals
from analysis.claims.lines import decided
from analysis.claims.meaning import value
from analysis.claims.outcome import Checked, Proved, Refuted, Unknown
from analysis.claims.world import World, ball
from analysis.symbolic.display import expectation
from analysis.symbolic.variance import n_in, s

KAIMING, THIRD, GAIN = defaults.CLAIMS


@pytest.mark.parametrize("claim", defaults.CLAIMS, ids=lambda c: c.label)
def test_the_sentence_is_proved_and_the_near_miss_refuted(claim: defaults.Claim) -> None:
    assert isinstance(claim.settle(), Proved)
    assert isinstance(claim.settle(claim.false_sibling), Refuted)


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (KAIMING, 2 / (1 + s)),
        (KAIMING, 1 / (1 + s**2)),
        (THIRD, sp.Rational(1, 6)),
        (THIRD, 1 / (3 * n_in)),
        (GAIN, -sp.log(6)),
        (GAIN, -sp.log(2) / 2),
    ],
)
def test_a_wrong_right_side_is_refuted(claim: defaults.Claim, right: sp.Expr) -> None:
    assert isinstance(claim.settle(sp.Eq(claim.statement.args[0], right, evaluate=False)), Refuted)


@pytest.mark.parametrize(("fan_in", "slope"), [(1, 0), (64, 1), (300, 5**0.5)])
def test_the_meaning_of_the_mean_is_that_of_drawn_weights(fan_in: int, slope: float) -> None:
    """The left side beside a million uniform numbers, drawn without the library."""
    assert KAIMING.domain is not None
    world = World({**KAIMING.domain.means, n_in: exact(fan_in), s: exact(slope)})
    left = float(value(KAIMING.statement.args[0], world))
    edge = math.sqrt(6 / ((1 + slope**2) * fan_in))
    drawn = np.random.default_rng(5).uniform(-edge, edge, 1_000_000)
    assert fan_in * float((drawn**2).mean()) == pytest.approx(left, rel=0.004)


def test_the_mean_is_the_integral_that_stands_for_it() -> None:
    """The integral that a proof puts in for E, and the mean over u by its law."""
    for claim in (KAIMING, THIRD):
        assert claim.domain is not None
        (mean,) = claim.statement.atoms(expectation)
        numbers = {n_in: exact(17), s: exact("3/2")}
        by_law = value(mean, World({expectation: claim.domain.means[expectation], **numbers}))
        assert ball(value(claim.domain.means[mean], World(numbers)) - by_law).contains(0)


@pytest.mark.parametrize("edge", [2 * KAIMING_EDGE, EDGE, sp.S.One])
def test_a_proof_of_other_weights_fails(edge: sp.Expr) -> None:
    other = sp.Eq(n_in * expectation((edge * defaults.u) ** 2), KAIMING.statement.rhs, evaluate=False)
    over = defaults._uniform(edge, (s, reals()))
    assert isinstance(decided(other).outcome(other, over), Unknown)
    assert isinstance(decided(KAIMING.statement).outcome(KAIMING.statement, KAIMING.domain), Proved)


def test_the_share_in_the_sentence_is_computed() -> None:
    assert pytest.approx(100 / math.sqrt(6), abs=1e-9) == defaults.LEFT
    assert f"{100 / math.sqrt(6):.0f} %" in GAIN.sentence


@pytest.mark.parametrize("claim", thirty_layers.CLAIMS, ids=lambda c: c.label)
def test_the_record_shows_it_and_not_the_near_miss(claim: defaults.Claim) -> None:
    assert isinstance(claim.settle(), Checked)
    assert isinstance(claim.settle(claim.false_sibling), Refuted)


def test_a_letter_is_the_accuracy_at_the_rate_that_validation_chose() -> None:
    (letter,) = thirty_layers.CLAIMS[0].statement.free_symbols
    run = training("relu-default", "adam")
    at = run.validation[:, :, -1].mean(axis=1).argmax()
    np.testing.assert_array_equal(thirty_layers.measured(letter), run.accuracy[at, :, -1])
