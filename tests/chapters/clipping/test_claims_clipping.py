"""What clipping's and decay's claims mean, against NumPy; false variants of each are refuted."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.clipping import decay
from analysis.chapters.clipping.claims import decay as decay_claims
from analysis.chapters.clipping.claims import formulas
from analysis.chapters.clipping.claims.meaning_clipping import ENTRIES, MEANS, T, beta_1, beta_2, g
from analysis.claims.domain import exact
from analysis.claims.meaning import value
from analysis.claims.outcome import Proved, Refuted
from analysis.claims.world import World
from analysis.symbolic.clipping import (
    ALL,
    adam,
    by_norm,
    by_value,
    c,
    eps,
    eta,
    g_j,
    g_k,
    k,
    mu,
    q,
    r,
    softened,
    squared_distance,
)
from analysis.symbolic.display import partial
from analysis.symbolic.notation import b_, w_

pytestmark = pytest.mark.alike

CLAIMS = {claim.label: claim for claim in (*formulas.CLAIMS, *decay_claims.CLAIMS)}


@pytest.mark.parametrize("limit", [0.5, 13.0, 100.0])
def test_clipping_is_numpys(limit: float) -> None:
    entries = np.array([3.0, -4.0, 12.0])
    norm = np.linalg.norm(entries)
    world = World({**MEANS, c: exact(limit), eps: fmpq(1, 4)})
    for entry in entries:
        by = sp.Rational(float(entry))
        assert float(value(by_value(by), world)) == np.clip(entry, -limit, limit)
        cut = entry * min(1.0, limit / norm)
        assert float(value(by_norm(by, 13), world)) == pytest.approx(cut, rel=1e-15)
        soft = entry * min(1.0, limit / (norm + 0.25))
        assert float(value(softened(by, 13), world)) == pytest.approx(soft, rel=1e-15)


def test_adams_step_is_that_of_kingma_and_ba() -> None:
    gradients, keep, keep_square = [1.0, -0.5, 3.0], 0.75, 0.875
    m = v = 0.0
    for t, gradient in enumerate(gradients, start=1):
        m, v = keep * m + (1 - keep) * gradient, keep_square * v + (1 - keep_square) * gradient**2
        wanted = 0.125 * (m / (1 - keep**t)) / (np.sqrt(v / (1 - keep_square**t)) + 0.5)
        world = World(
            {
                **MEANS,
                T: fmpq(t),
                beta_1: exact(keep),
                beta_2: exact(keep_square),
                eta: exact(0.125),
                g: lambda index, world: exact(gradients[index - 1] / 2),
            }
        )
        assert float(value(adam(sp.Integer(2), sp.S.Half), world)) == pytest.approx(wanted, rel=1e-14)


def test_gradients_with_all_entries_above_the_threshold_are_among_those_tried() -> None:
    _, found = ENTRIES
    first = [[float(of(n, World({}))) for n in (1, 2, 3)] for of in found.hard]
    assert first == [[1e4] * 3, [-1e4, 1e4, -1e4], [0, 0, 0], [1e4, 0, 0]]


@pytest.mark.parametrize(("momentum", "beside"), [(0, 0), (0, 1), (0.5, 0), (0.5, 1)])
def test_two_steps_of_decay_are_the_loop(momentum: float, beside: int) -> None:
    rate, strength, w, speed = 0.25, 0.125, 3.0, 0.0
    numbers = {decay.eta: rate, decay.alpha: strength, decay.start: w, decay.g_1: -2.0, decay.g_2: 0.5}
    for slope in (-2.0, 0.5):
        speed = momentum * speed + slope + (0.0 if beside else strength * w)
        w = w * (1 - rate * strength * beside) - rate * speed
    means = CLAIMS["decay-decoupled-plain-descent"].domain.means
    e = decay.after_two(sp.Rational(momentum), beside)
    world = World({**means, **{letter: exact(x) for letter, x in numbers.items()}})
    assert float(value(e, world)) == w
    formula = decay.two_steps(sp.Rational(momentum), decoupled=beside == 1)
    assert float(formula.xreplace({letter: sp.Rational(x) for letter, x in numbers.items()})) == w


def _eq(left: sp.Basic, right: sp.Basic) -> sp.Eq:
    return sp.Eq(left, right, evaluate=False)


def _le(left: sp.Basic, right: sp.Basic) -> sp.Le:
    return sp.Le(left, right, evaluate=False)


_n, _t = formulas._n, formulas._t
_norm = CLAIMS["clip-value-bound"].statement.lhs
_step = CLAIMS["clip-momentum-step-bound"].statement.lhs
_nearest = (r - sp.Min(r, c)) ** 2
_kept = squared_distance(sp.Min(r, c), sp.Min(q, c))
FALSE = {
    "clip-norm-keeps-direction": [
        _eq(by_norm(g_j, r) * g_k, g_j * by_norm(g_k, g_k)),
        _eq(by_norm(g_j, r) * sp.Abs(g_k), g_j * by_norm(g_k, r)),
        _eq(by_norm(g_j, r), by_norm(g_k, r)),
        sp.Ne(*CLAIMS["clip-norm-keeps-direction"].statement.args, evaluate=False),
        _eq(by_value(g_j) * g_k, g_j * by_norm(g_k, r)),
    ],
    "clip-norm-bound": [
        _eq(by_norm(r, r), sp.Max(r, c)),
        _eq(by_norm(r, r), r * c / (r + c)),
        sp.Lt(by_norm(r, r), sp.Min(r, c), evaluate=False),
        _eq(by_norm(r, r), sp.Min(r, sp.Rational(1000001, 1000000) * c)),
        _eq(by_norm(r, r), r),
    ],
    "clip-value-bound": [
        _le(_norm, sp.sqrt(_n - 1) * c),
        _le(_norm, sp.Rational(999, 1000) * sp.sqrt(_n) * c),
        _le(_norm, 3 * c * sp.sqrt(sp.sqrt(_n) / 6)),
        sp.Lt(_norm, sp.sqrt(_n) * c, evaluate=False),
        sp.Ge(_norm, sp.sqrt(_n) * c, evaluate=False),
    ],
    "clip-norm-idempotent": [
        _eq(by_norm(by_norm(r, r), r), by_norm(r, r)),
        _eq(by_norm(by_norm(r, r), by_norm(r, r)), r),
        _eq(by_norm(by_norm(r, r), by_norm(r, r)), c),
    ],
    "clip-norm-nonexpansive": [
        _le(_kept, sp.Rational(999, 1000) * squared_distance(r, q)),
        _le(squared_distance(sp.Min(r, c), q), squared_distance(r, q)),
        sp.Lt(_kept, squared_distance(r, q), evaluate=False),
        _le(_kept, (r - q) ** 2),
    ],
    "clip-norm-projection": [
        _le(_nearest, squared_distance(r, q)),
        sp.Lt(_nearest, squared_distance(r, sp.Min(q, c)), evaluate=False),
        _le(sp.Rational(1001, 1000) * _nearest, squared_distance(r, sp.Min(q, c))),
        _le((r - sp.Min(r, sp.Rational(99, 100) * c)) ** 2, squared_distance(r, sp.Min(q, c))),
    ],
    "clip-never-lengthens": [
        _le(by_norm(r, r), sp.Rational(999, 1000) * r),
        sp.Lt(by_norm(r, r), r, evaluate=False),
        _le(by_norm(r, r), r * c / (r + c)),
    ],
    "clip-global-keeps-speeds": [
        _eq(by_norm(r, ALL) * q, r * by_norm(q, r + q)),
        _eq(by_norm(r, ALL) * q, r * by_norm(r, ALL)),
        _eq(by_norm(r, ALL), by_norm(q, ALL)),
    ],
    "clip-momentum-step-bound": [
        _le(_step, eta * c * (1 - mu**_t) / (1 - mu)),
        _le(_step, sp.Rational(999, 1000) * eta * c / (1 - mu)),
        _le(_step, eta * c / (1 - mu**2)),
        _le(_step, eta * c * (1 + mu)),
        sp.Ge(_step, eta * c, evaluate=False),
    ],
    "clip-adam-common-factor": [
        _eq(adam(k, eps), adam(sp.S.One, eps / k**2)),
        _eq(adam(k, eps), adam(sp.S.One, eps * k)),
        _eq(adam(k, eps), k * adam(sp.S.One, eps)),
        _eq(adam(-k, eps), adam(sp.S.One, eps / k)),
        sp.Lt(*CLAIMS["clip-adam-common-factor"].statement.args, evaluate=False),
    ],
}
_eta, _alpha, _steps = decay.eta, decay.alpha, decay.t
_chain, _y = decay.output(), w_(1)
_decayed = CLAIMS["decay-alone"].statement.lhs
_left, _right = CLAIMS["decay-layer-factor"].statement.args
_start = _right.args[-1] if isinstance(_right.args[-1], sp.Subs) else _right.args[0]
FALSE_OF_DECAY = {
    "decay-leaves-learning-speed": [
        _eq(decay.penalised(b_(1), decay.L2 + _alpha * b_(1)), partial(_chain, b_(1))),
        _eq(decay.penalised(b_(1), decay.L2), partial(_chain, b_(2))),
        _eq(decay.penalised(b_(1), decay.L2), partial(_chain, b_(1)) + _alpha * w_(1)),
        _eq(decay.penalised(_y, decay.L2), partial(_chain, _y)),
    ],
    "decay-l2-adds-only": [
        _eq(decay.penalised(_y, decay.L2), partial(_chain, _y) + _alpha * sp.Abs(_y)),
        _eq(decay.penalised(_y, decay.L2), partial(_chain, _y) + _alpha * w_(2)),
        _eq(decay.penalised(_y, decay.L2), partial(_chain, _y) - _alpha * _y),
        _eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + _alpha * _y),
    ],
    "decay-l1-adds-only": [
        _eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + _alpha),
        _eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + _alpha * sp.sign(w_(2))),
        _eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + sp.sign(_y)),
    ],
    "decay-decoupled-plain-descent": [
        _eq(decay.after_two(0, 0), decay.after_two(decay.mu, 1)),
        _eq(decay.after_two(decay.mu, 0), decay.after_two(decay.mu, 1)),
        sp.Ne(decay.after_two(0, 0), decay.after_two(0, 1), evaluate=False),
        _eq(decay.after_two(0, 0), decay.start),
    ],
    "decay-alone": [
        _eq(_decayed, w_(0) * (1 - _eta * _alpha) ** (_steps + 1)),
        _eq(_decayed, w_(0) * sp.exp(-_eta * _alpha * _steps)),
        _eq(_decayed, w_(0) * sp.Abs(1 - _eta * _alpha) ** _steps),
        _eq(_decayed, w_(0) / (1 + _eta * _alpha) ** _steps),
    ],
    "decay-layer-factor": [
        _eq(_left, (1 - _eta * _alpha * _steps) * _start),
        _eq(_left, sp.Abs(1 - _eta * _alpha) ** _steps * _start),
        _eq(_left, _start),
        sp.Le(_left**2, _start**2, evaluate=False),
    ],
}
FALSE |= FALSE_OF_DECAY


def test_every_claim_has_false_variants() -> None:
    assert set(FALSE) == set(CLAIMS)


@pytest.mark.parametrize("label", FALSE)
def test_a_false_variant_is_refuted_and_the_claim_is_proved(label: str) -> None:
    settled = CLAIMS[label].prove()
    assert isinstance(settled.outcome, Proved) and settled.sound
    for variant in FALSE[label]:
        assert isinstance(CLAIMS[label].settle(variant), Refuted), variant
