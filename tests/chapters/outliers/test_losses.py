"""The losses of one output, their slopes and bounds."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

from analysis.chapters.outliers.claims.losses import CLAIMS
from analysis.chapters.outliers.losses import LOSSES, SQUARED_BOUND, STABLE, logit_gradient, y
from analysis.claims.outcome import Refuted
from analysis.numeric.compiled import compiled
from analysis.symbolic.notation import a, z

BY_LABEL = {c.label: c for c in CLAIMS}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_the_stable_forms_are_the_losses(name: str, target: float) -> None:
    loss, slope = STABLE[name]
    for at in (-30.0, -3.0, -1e-9, 0.0, 0.7, 25.0):
        with mpmath.workdps(60):
            exact = [
                sp.N(e.subs({y: sp.Rational(str(target)), z: sp.Rational(at)}), 50)
                for e in (LOSSES[name], LOSSES[name].diff(z))
            ]
        found = [float(compiled(e, z, y)(at, target)) for e in (loss, slope)]
        np.testing.assert_allclose(found, [float(x) for x in exact], rtol=1e-12, atol=1e-15)
    for far in (-1e4, 1e4):
        assert np.isfinite([float(compiled(e, z, y)(far, target)) for e in (loss, slope)]).all()


def test_the_derived_gradients_by_differences() -> None:
    for name, loss in LOSSES.items():
        f, g = compiled(STABLE[name][0], z, y), compiled(logit_gradient(name), z, y)
        for at in (-4.0, 0.2, 3.0):
            slope = (float(f(at + 1e-6, 1.0)) - float(f(at - 1e-6, 1.0))) / 2e-6
            assert float(g(at, 1.0)) == pytest.approx(slope, abs=1e-8), (name, loss)


def test_the_bound_is_the_maximum() -> None:
    grid = np.linspace(0.0, 1.0, 300_001)
    assert (grid**2 * (1.0 - grid)).max() == pytest.approx(float(SQUARED_BOUND), abs=1e-10)


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        (
            "squared-error-gradient-bound",
            sp.Le(sp.Abs((a - y) * a * (1 - a)), sp.Rational(147, 1000), evaluate=False),
        ),
        ("squared-error-gradient-bound", sp.Le(sp.Abs((a - y) * a), sp.Rational(4, 27), evaluate=False)),
        ("cross-entropy-gradient-below-one", sp.Lt(sp.Abs(1 / (1 + sp.exp(-z)) - 2 * y), 1, evaluate=False)),
    ],
)
def test_other_wrong_statements_are_refuted(label: str, wrong: sp.Basic) -> None:
    found = BY_LABEL[label].settle(wrong)
    assert isinstance(found, Refuted) and found.witness
