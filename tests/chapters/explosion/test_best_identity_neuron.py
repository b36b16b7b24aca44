"""The best identity neuron, against random search and a linear programme."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.explosion import best_identity_neuron as n
from analysis.chapters.explosion.claims import best_identity_neuron as n_claims
from analysis.chapters.explosion.identity_neuron_errors import least_error
from analysis.claims.outcome import Proved, Refuted, Unknown


def test_no_random_neuron_is_better() -> None:
    best = n_claims.best_neuron()
    x = np.linspace(0, 1, 201)
    rng = np.random.default_rng(5)
    centre = np.array([float(best.weight), -float(best.weight) / 2, 1.0])
    for scale in (0.01, 0.1, 1.0):
        for w1, b, w2 in centre + scale * rng.normal(size=(400, 3)):
            assert np.max(np.abs(w2 / (1 + np.exp(-(w1 * x + b))) - x)) > best.certain_least - 1e-4
    assert best.certain_least == pytest.approx(best.largest, abs=1e-7)


def test_linear_programme_agrees() -> None:
    best = n_claims.best_neuron()
    assert least_error(float(best.weight), points=401) == pytest.approx(best.largest, abs=5e-6)
    for other in (5.0, 6.0):
        assert least_error(other) > best.largest


def test_errors_alternate_at_the_four_points() -> None:
    best = n_claims.best_neuron(digits=10)
    signs = [float(e.mid()) > 0 for e in best.errors]
    assert signs == [True, False, True, False] and list(best.points) == sorted(best.points)


@pytest.mark.parametrize(
    ("c", "outcome"), [("0.05", Proved), ("0.0560503", Proved), ("0.0560505", Refuted), ("0.5", Refuted)]
)
def test_bounds(c: str, outcome: type) -> None:
    assert isinstance(n_claims.by_alternation(sp.Ge(n.error_anywhere, sp.Float(c), evaluate=False)), outcome)


def test_a_neuron_that_does_not_alternate_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    best = n_claims.best_neuron()
    lame = best._replace(errors=(best.errors[0], best.errors[0], *best.errors[2:]))
    monkeypatch.setattr(n_claims, "best_neuron", lambda: lame)
    found = n_claims.by_alternation(sp.Ge(n.error_anywhere, sp.Float("0.05"), evaluate=False))
    assert isinstance(found, Unknown) and "alternate" in found.why


def test_between_the_bounds_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    rough = n_claims.best_neuron(digits=3)
    monkeypatch.setattr(n_claims, "best_neuron", lambda: rough)
    middle = (rough.certain_least + rough.largest) / 2
    assert isinstance(
        n_claims.by_alternation(sp.Ge(n.error_anywhere, sp.Float(str(middle)), evaluate=False)), Unknown
    )
