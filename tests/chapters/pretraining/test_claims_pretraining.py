"""What the machine's claims mean, against NumPy's sums over states and typed numbers; false variants of each
are refuted."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.pretraining.claims import formulas
from analysis.chapters.pretraining.claims.meaning_states import MEANS, WRITTEN_OUT, weights_of_states
from analysis.chapters.pretraining.formulas import (
    PARAMETERS,
    W,
    after_a_step,
    b,
    c,
    cd_slope,
    field,
    firing,
    firing_together,
    free_energy,
    free_energy_slope,
    likelihood_curvature,
    log_likelihood_slope,
    logistic,
    p_of,
    phase,
    stationary,
    summed_weight,
    under_model,
    uniform_stationary,
    v,
)
from analysis.claims.decisions.identities import carried_out
from analysis.claims.domain import exact
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.relations import eq
from analysis.claims.world import Meaningless, World
from analysis.numeric.rbm import RBM, expected_cd, likelihood_gradient
from analysis.symbolic.notation import b as bias
from analysis.symbolic.notation import h, w

CLAIMS = {claim.label: claim for claim in formulas.CLAIMS}
NUMBERS = (0.25, -1.25, 0.75, 2.0, -0.5, 1.0, 0.125, -0.75)
AT = dict(zip(PARAMETERS, map(sp.Rational, NUMBERS), strict=True))
WORLD = World({**MEANS, **{p: exact(x) for p, x in zip(PARAMETERS, NUMBERS, strict=True)}})
MACHINE = RBM(np.reshape(NUMBERS[:4], (2, 2)), np.array(NUMBERS[4:6]), np.array(NUMBERS[6:]))


def test_the_weights_of_the_sixteen_states() -> None:
    found = weights_of_states(WORLD)
    assert len(found) == 16
    for (seen, hidden), weight in found.items():
        x, y = np.array(seen), np.array(hidden)
        energy = -(MACHINE.visible @ x + MACHINE.hidden @ y + x @ MACHINE.weights @ y)
        assert float(weight) == pytest.approx(np.exp(-energy), rel=1e-14)


@pytest.mark.parametrize("seen", list(itertools.product((0, 1), repeat=2)), ids=str)
@pytest.mark.parametrize("e", WRITTEN_OUT, ids=str)
def test_what_a_proof_reads_is_what_the_sums_over_states_are(seen: tuple[int, int], e: sp.Expr) -> None:
    """The written-out formula, differentiated by SymPy and with the numbers put in, and difference quotients
    of sums over the sixteen states."""
    at = dict(zip(v, seen, strict=True))
    world = World({**WORLD.letters, **{x: exact(unit) for x, unit in at.items()}})
    wanted = float(sp.N(carried_out(WRITTEN_OUT[e]).xreplace(at).xreplace(AT), 30))
    assert float(value(e, world)) == pytest.approx(wanted, rel=1e-13, abs=1e-18)
    assert float(value(WRITTEN_OUT[e], world)) == pytest.approx(wanted, rel=1e-13, abs=1e-18)


def test_the_free_energy_and_its_slopes() -> None:
    for s in itertools.product((sp.S.Zero, sp.S.One), repeat=2):
        summed = float(value(summed_weight(*s), WORLD))
        assert summed == pytest.approx(float(sp.exp(-free_energy(s)).xreplace(AT)), rel=1e-13)
        for p in (W[0][0], b[1], c[0]):
            slope = float(value(free_energy_slope(p, *s), WORLD))
            assert slope == pytest.approx(-float(phase(s, p).xreplace(AT)), rel=1e-13, abs=1e-18)


def test_a_step_from_any_state_with_equal_chances() -> None:
    """The rows of the machine's transition matrix, by NumPy; uniform_stationary is their mean."""
    states = np.array(list(itertools.product((0, 1), repeat=2)), dtype=float)
    joint = np.exp(states @ MACHINE.visible[:, None] + states @ MACHINE.weights @ states.T)
    joint = joint * np.exp(states @ MACHINE.hidden)
    steps = (joint / joint.sum(axis=1, keepdims=True)) @ (joint / joint.sum(axis=0)).T
    for end, wanted in zip(states, steps.mean(axis=0), strict=True):
        found = value(uniform_stationary(*map(sp.Integer, end.astype(int))), WORLD)
        assert float(found) == pytest.approx(wanted, rel=1e-13)


def test_gradients_are_those_of_the_numeric_machine() -> None:
    image = np.array([[1.0, 0.0]])
    exact_, update = likelihood_gradient(MACHINE, image), expected_cd(MACHINE, image, 1)
    seen = (sp.S.One, sp.S.Zero)
    for p, wanted, expected in (
        (W[0][1], exact_.weights[0, 1], update.weights[0, 1]),
        (b[0], exact_.visible[0], update.visible[0]),
        (c[1], exact_.hidden[1], update.hidden[1]),
    ):
        assert float(value(log_likelihood_slope(p, *seen), WORLD)) == pytest.approx(wanted, rel=1e-12)
        ours = value(phase(seen, p), WORLD) - value(after_a_step(p, *seen), WORLD)
        assert float(ours) == pytest.approx(expected, rel=1e-12)


def test_only_parameters_have_slopes() -> None:
    with pytest.raises(Meaningless, match="no parameter"):
        value(free_energy_slope(2 * W[0][0], 1, 0), WORLD)


_first, _second = (logistic(field(v, j)) for j in (0, 1))
_w = W[0][0]
FALSE = {
    "rbm-free-energy": [
        eq(summed_weight(*v), sp.exp(free_energy(v))),
        eq(summed_weight(*v), sp.exp(-free_energy(v)) + v[0] * v[1] / 1000),
        eq(summed_weight(*v), sp.exp(-free_energy(v).xreplace({W[0][1]: W[1][0], W[1][0]: W[0][1]}))),
        sp.Gt(summed_weight(*v), sp.exp(-free_energy(v)), evaluate=False),
        eq(summed_weight(*v[::-1]), sp.exp(-free_energy(v))),
    ],
    "rbm-hidden-unit-is-a-sigmoid": [
        eq(firing(*v), 1 - _first),
        eq(firing(*v), _second),
        eq(firing(*v), logistic(field(v, 0) - c[0])),
        eq(firing(*v), logistic(c[0] + v[0] * W[0][0] + v[1] * W[0][1])),
    ],
    "rbm-hidden-units-are-independent": [
        eq(firing_together(*v), _first),
        eq(firing_together(*v), _first**2),
        eq(firing_together(*v), 1 - (1 - _first) * (1 - _second)),
        sp.Gt(firing_together(*v), _first * _second, evaluate=False),
    ],
    "rbm-free-energy-gradient": [
        eq(free_energy_slope(_w, *v), -_first),
        eq(free_energy_slope(_w, *v), -v[0] * _second),
        eq(free_energy_slope(_w, *v), -v[1] * _first),
        eq(free_energy_slope(W[1][0], *v), -v[0] * _first),
        eq(free_energy_slope(_w, *v), -v[0] * _first * (1 - v[1] / 1000)),
    ],
    "rbm-likelihood-gradient-weight": [
        eq(log_likelihood_slope(_w, *v), phase(v, _w)),
        eq(log_likelihood_slope(_w, *v), phase(v, _w) + under_model(_w)),
        eq(log_likelihood_slope(_w, *v), phase(v, _w) - under_model(W[0][1])),
        eq(log_likelihood_slope(_w, *v), phase(v, _w) - _first * under_model(b[0])),
        sp.Ne(*CLAIMS["rbm-likelihood-gradient-weight"].statement.args, evaluate=False),
    ],
    "rbm-likelihood-gradient-visible": [
        eq(log_likelihood_slope(b[0], *v), v[0] - under_model(b[1])),
        eq(log_likelihood_slope(b[0], *v), v[0] - logistic(b[0])),
        eq(log_likelihood_slope(b[1], *v), v[0] - under_model(b[0])),
    ],
    "rbm-likelihood-gradient-hidden": [
        eq(log_likelihood_slope(c[0], *v), _second - under_model(c[0])),
        eq(log_likelihood_slope(c[0], *v), _first - under_model(c[1])),
        eq(log_likelihood_slope(c[0], *v), _first - logistic(c[0])),
    ],
    "rbm-gibbs-keeps-the-model": [
        eq(stationary(*v), sp.Rational(1, 4)),
        eq(stationary(*v), p_of(*v[::-1])),
        eq(stationary(*v), p_of(*v) + (v[0] - v[1]) / 10**4),
        sp.Gt(stationary(*v), p_of(*v), evaluate=False),
    ],
    "cd-is-no-gradient": [
        eq(cd_slope(_w, b[0], 1, 0), cd_slope(b[0], _w, 1, 0)),
        sp.Gt(cd_slope(_w, b[0], 1, 0), cd_slope(b[0], _w, 1, 0), evaluate=False),
        sp.Lt(cd_slope(_w, b[0], 1, 0), cd_slope(b[0], _w, 1, 0), evaluate=False),
        eq(cd_slope(_w, b[0], 1, 0), likelihood_curvature(_w, b[0], 1, 0)),
    ],
    "pretraining-keeps-the-factor": [
        eq(sp.Derivative(logistic(w * h + bias), h), w * logistic(w * h + bias)),
        eq(
            sp.Derivative(logistic(w * h + bias), h),
            sp.Abs(w) * logistic(w * h + bias) * logistic(-w * h - bias),
        ),
        eq(sp.Derivative(logistic(w * h + bias), h), w * logistic(w * h + bias) * logistic(w * h - bias)),
    ],
}


def test_every_claim_has_false_variants() -> None:
    assert set(FALSE) >= {claim.label for claim in formulas.CLAIMS}


@pytest.mark.drawn(12)
@pytest.mark.parametrize("label", FALSE)
def test_a_false_variant_is_refuted(label: str) -> None:
    for variant in FALSE[label]:
        assert isinstance(CLAIMS[label].settle(variant), Refuted), variant


OTHERS = {"pretraining-keeps-the-factor", "cd-is-no-gradient", "rbm-gibbs-keeps-the-model"}


@pytest.mark.parametrize("label", sorted(set(CLAIMS) - OTHERS))
def test_from_another_start_the_proof_does_not_lead_there(label: str) -> None:
    """Where what the claim is about is twice what it was."""
    claim = CLAIMS[label]
    e = claim.statement.lhs
    other = replace(claim.domain, means={**claim.domain.means, e: 2 * WRITTEN_OUT[e]})
    assert isinstance(claim.check.outcome(claim.statement, other), Unknown)


def test_a_step_does_not_keep_the_distribution_of_another_image() -> None:
    claim = CLAIMS["rbm-gibbs-keeps-the-model"]
    turned = WRITTEN_OUT[p_of(*v)].xreplace({v[0]: v[1], v[1]: v[0]})
    other = replace(claim.domain, means={**claim.domain.means, p_of(*v): turned})
    assert isinstance(claim.check.outcome(claim.statement, other), Unknown)


def test_an_update_with_equal_mixed_slopes_is_not_told_from_a_gradient() -> None:
    claim = CLAIMS["cd-is-no-gradient"]
    slopes = {e: sp.exp(_w) for e in WRITTEN_OUT if isinstance(e, cd_slope)}
    other = replace(claim.domain, means={**claim.domain.means, **slopes})
    assert isinstance(claim.check.outcome(claim.statement, other), Unknown)
