"""What clipping's and decay's claims mean, against NumPy; false variants of each are refuted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.clipping import decay
from analysis.chapters.clipping.claims import decay as decay_claims
from analysis.chapters.clipping.claims import formulas
from analysis.chapters.clipping.claims.meaning_clipping import ENTRIES, MEANS, T, beta_1, beta_2, g
from analysis.claims.domain import Domain, between, domain, exact, only, positive
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.relations import eq, le
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
from analysis.symbolic.notation import a_, b_, cost, w_

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


_n, _t = formulas._n, formulas._t
_norm = next(x.lhs for x in CLAIMS["clip-value-bound"].statement.args if isinstance(x, sp.Le))
_step = CLAIMS["clip-momentum-step-bound"].statement.lhs
_nearest = (r - sp.Min(r, c)) ** 2
_kept = squared_distance(sp.Min(r, c), sp.Min(q, c))
FALSE = {
    "clip-norm-keeps-direction": [
        eq(by_norm(g_j, r) * g_k, g_j * by_norm(g_k, g_k)),
        eq(by_norm(g_j, r) * sp.Abs(g_k), g_j * by_norm(g_k, r)),
        eq(by_norm(g_j, r), by_norm(g_k, r)),
        sp.Ne(*CLAIMS["clip-norm-keeps-direction"].statement.args, evaluate=False),
        eq(by_value(g_j) * g_k, g_j * by_norm(g_k, r)),
    ],
    "clip-norm-bound": [
        eq(by_norm(r, r), sp.Max(r, c)),
        eq(by_norm(r, r), r * c / (r + c)),
        sp.Lt(by_norm(r, r), sp.Min(r, c), evaluate=False),
        eq(by_norm(r, r), sp.Min(r, sp.Rational(1000001, 1000000) * c)),
        eq(by_norm(r, r), r),
    ],
    "clip-value-bound": [
        le(_norm, sp.sqrt(_n - 1) * c),
        le(_norm, sp.Rational(999, 1000) * sp.sqrt(_n) * c),
        le(_norm, 3 * c * sp.sqrt(sp.sqrt(_n) / 6)),
        sp.Lt(_norm, sp.sqrt(_n) * c, evaluate=False),
        sp.Ge(_norm, sp.sqrt(_n) * c, evaluate=False),
    ],
    "clip-norm-idempotent": [
        eq(by_norm(by_norm(r, r), r), by_norm(r, r)),
        eq(by_norm(by_norm(r, r), by_norm(r, r)), r),
        eq(by_norm(by_norm(r, r), by_norm(r, r)), c),
    ],
    "clip-norm-nonexpansive": [
        le(_kept, sp.Rational(999, 1000) * squared_distance(r, q)),
        le(squared_distance(sp.Min(r, c), q), squared_distance(r, q)),
        sp.Lt(_kept, squared_distance(r, q), evaluate=False),
        le(_kept, (r - q) ** 2),
    ],
    "clip-norm-projection": [
        le(_nearest, squared_distance(r, q)),
        sp.Lt(_nearest, squared_distance(r, sp.Min(q, c)), evaluate=False),
        le(sp.Rational(1001, 1000) * _nearest, squared_distance(r, sp.Min(q, c))),
        le((r - sp.Min(r, sp.Rational(99, 100) * c)) ** 2, squared_distance(r, sp.Min(q, c))),
    ],
    "clip-never-lengthens": [
        le(by_norm(r, r), sp.Rational(999, 1000) * r),
        sp.Lt(by_norm(r, r), r, evaluate=False),
        le(by_norm(r, r), r * c / (r + c)),
    ],
    "clip-global-keeps-speeds": [
        eq(by_norm(r, ALL) * q, r * by_norm(q, r + q)),
        eq(by_norm(r, ALL) * q, r * by_norm(r, ALL)),
        eq(by_norm(r, ALL), by_norm(q, ALL)),
    ],
    "clip-momentum-step-bound": [
        le(_step, eta * c * (1 - mu**_t) / (1 - mu)),
        le(_step, sp.Rational(999, 1000) * eta * c / (1 - mu)),
        le(_step, eta * c / (1 - mu**2)),
        le(_step, eta * c * (1 + mu)),
        sp.Ge(_step, eta * c, evaluate=False),
    ],
    "clip-adam-common-factor": [
        eq(adam(k, eps), adam(sp.S.One, eps / k**2)),
        eq(adam(k, eps), adam(sp.S.One, eps * k)),
        eq(adam(k, eps), k * adam(sp.S.One, eps)),
        eq(adam(-k, eps), adam(sp.S.One, eps / k)),
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
        eq(decay.penalised(b_(1), decay.L2 + _alpha * b_(1)), partial(_chain, b_(1))),
        eq(decay.penalised(b_(1), decay.L2), partial(_chain, b_(2))),
        eq(decay.penalised(b_(1), decay.L2), partial(_chain, b_(1)) + _alpha * w_(1)),
        eq(decay.penalised(_y, decay.L2), partial(_chain, _y)),
    ],
    "decay-l2-adds-only": [
        eq(decay.penalised(_y, decay.L2), partial(_chain, _y) + _alpha * sp.Abs(_y)),
        eq(decay.penalised(_y, decay.L2), partial(_chain, _y) + _alpha * w_(2)),
        eq(decay.penalised(_y, decay.L2), partial(_chain, _y) - _alpha * _y),
        eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + _alpha * _y),
    ],
    "decay-l1-adds-only": [
        eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + _alpha),
        eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + _alpha * sp.sign(w_(2))),
        eq(decay.penalised(_y, decay.L1), partial(_chain, _y) + sp.sign(_y)),
    ],
    "decay-decoupled-plain-descent": [
        eq(decay.after_two(0, 0), decay.after_two(decay.mu, 1)),
        eq(decay.after_two(decay.mu, 0), decay.after_two(decay.mu, 1)),
        sp.Ne(decay.after_two(0, 0), decay.after_two(0, 1), evaluate=False),
        eq(decay.after_two(0, 0), decay.start),
    ],
    "decay-alone": [
        eq(_decayed, w_(0) * (1 - _eta * _alpha) ** (_steps + 1)),
        eq(_decayed, w_(0) * sp.exp(-_eta * _alpha * _steps)),
        eq(_decayed, w_(0) * sp.Abs(1 - _eta * _alpha) ** _steps),
        eq(_decayed, w_(0) / (1 + _eta * _alpha) ** _steps),
    ],
    "decay-layer-factor": [
        eq(_left, (1 - _eta * _alpha * _steps) * _start),
        eq(_left, sp.Abs(1 - _eta * _alpha) ** _steps * _start),
        eq(_left, _start),
        sp.Le(_left**2, _start**2, evaluate=False),
    ],
}
FALSE |= FALSE_OF_DECAY


def test_every_claim_has_false_variants() -> None:
    assert set(FALSE) == set(CLAIMS)


@pytest.mark.drawn(12)
@pytest.mark.parametrize("label", FALSE)
def test_a_false_variant_is_refuted(label: str) -> None:
    for variant in FALSE[label]:
        assert isinstance(CLAIMS[label].settle(variant), Refuted), variant


def _with(label: str, **means: sp.Basic) -> Domain:
    """The claim's domain with another start: functions, by their names, that mean something else."""
    domain = CLAIMS[label].domain
    assert domain is not None
    names = {x.__name__: x for x in domain.means if isinstance(x, type)}
    return replace(domain, means={**domain.means, **{names[name]: x for name, x in means.items()}})


def _penalised_twice(label: str) -> Domain:
    domain = CLAIMS[label].domain
    assert domain is not None
    (e,) = (x for x in domain.means if isinstance(x, decay.penalised))
    y, penalty = e.args
    slope = sp.Derivative(cost(decay.output()) + 2 * penalty + y * penalty, y)
    return replace(domain, means={**domain.means, e: slope})


_a, _m = sp.symbols("a m", real=True)
_longer = sp.Lambda((_a, _m), _a * sp.Min(1, 2 * c / _m))
_entry_by_entry = sp.Lambda((_a, _m), _a * sp.Min(1, c / (_m + _a**2)))
_wide = (formulas.COSINE[0], between(-2, 2))
OTHER_STARTS = {
    "clip-norm-keeps-direction": _with("clip-norm-keeps-direction", by_norm=_entry_by_entry),
    "clip-norm-bound": _with("clip-norm-bound", by_norm=_longer),
    "clip-value-bound": _with("clip-value-bound", by_value=sp.Lambda(_a, sp.Max(-2 * c, sp.Min(c, _a)))),
    "clip-norm-idempotent": _with(
        "clip-norm-idempotent", by_norm=sp.Lambda((_a, _m), _a * sp.Min(1, c / (_m + 1)))
    ),
    "clip-norm-nonexpansive": domain((r, positive()), (q, positive()), _wide, (c, positive())),
    "clip-norm-projection": domain((r, positive()), (q, positive()), _wide, (c, positive())),
    "clip-never-lengthens": _with(
        "clip-never-lengthens", by_norm=sp.Lambda((_a, _m), _a * sp.Min(2, c / _m))
    ),
    "clip-global-keeps-speeds": _with("clip-global-keeps-speeds", by_norm=_entry_by_entry),
    "clip-momentum-step-bound": _with("clip-momentum-step-bound", by_norm=_longer),
    "clip-adam-common-factor": _with(
        "clip-adam-common-factor",
        adam=MEANS[adam].func(MEANS[adam].variables, MEANS[adam].expr + MEANS[adam].variables[0]),
    ),
    "decay-leaves-learning-speed": _penalised_twice("decay-leaves-learning-speed"),
    "decay-l2-adds-only": _penalised_twice("decay-l2-adds-only"),
    "decay-l1-adds-only": _penalised_twice("decay-l1-adds-only"),
    "decay-decoupled-plain-descent": _with(
        "decay-decoupled-plain-descent", after_two=sp.Lambda((_a, _m), decay.start * (1 - _m * decay.alpha))
    ),
}


@pytest.mark.parametrize("label", OTHER_STARTS)
def test_from_another_start_the_proof_does_not_lead_there(label: str) -> None:
    claim = CLAIMS[label]
    assert isinstance(claim.check.outcome(claim.statement, OTHER_STARTS[label]), Unknown)


def test_the_slopes_that_a_proof_reads_are_those_of_the_penalised_cost() -> None:
    """Difference quotients of the cost and the penalty together, and the derivative that stands for them."""
    numbers = {w_(1): 0.5, w_(2): -1.25, w_(3): 2.0, b_(1): 0.25, b_(2): -0.5, b_(3): 0.75, a_(0): 1.5}
    here = {x: exact(y) for x, y in numbers.items()} | {decay.alpha: exact(0.125)}
    for label in ("decay-leaves-learning-speed", "decay-l2-adds-only", "decay-l1-adds-only"):
        domain = CLAIMS[label].domain
        (e,) = (x for x in domain.means if isinstance(x, decay.penalised))
        x = sp.Symbol("x", real=True)
        functions = {**only("sigmoid"), cost: sp.Lambda(x, x**2 + x)}
        world = World({**here, **functions, decay.penalised: domain.means[decay.penalised]})
        assert float(value(e, world)) == pytest.approx(float(value(domain.means[e], world)), rel=1e-12)
