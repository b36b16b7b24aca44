"""What batch normalisation's claims mean, against NumPy and autograd; false variants of each are refuted."""

from __future__ import annotations

from random import Random

import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp
from autograd import grad
from flint import fmpq

from analysis.chapters.normalisation.claims import formulas
from analysis.chapters.normalisation.claims.formulas import alpha, any_alpha, batch_norm, weight_gradient
from analysis.chapters.normalisation.claims.meaning_batch import (
    MEANS,
    NEURON,
    C,
    batches,
    examples,
    gradient_entry,
    normalised_entry,
)
from analysis.claims.domain import exact
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted
from analysis.claims.relations import eq
from analysis.claims.world import World
from analysis.symbolic.display import partial
from analysis.symbolic.normalisation import (
    average,
    backward,
    beta,
    epsilon,
    g,
    gamma,
    i,
    k,
    m,
    mean_h,
    mu,
    v,
    v_h,
    x,
    xhat,
)
from analysis.symbolic.notation import h, sigma, sigma_prime, w

CLAIMS = {claim.label: claim for claim in formulas.CLAIMS}
_batch, _W = sp.Symbol("x", real=True), sp.Symbol("W", real=True)
XS, GS = np.array([0.5, -1.25, 3.0, 2.0]), np.array([1.0, 0.25, -2.0, 4.0])
EPS, GAIN, SHIFT = 0.125, -1.5, 0.75


def world() -> World:
    """The batch XS with the gradients GS, in the third example."""
    sequences = {
        x: lambda index, world: exact(float(XS[index - 1])),
        g: lambda index, world: exact(float(GS[index - 1])),
    }
    named = {epsilon: exact(EPS), gamma: exact(GAIN), beta: exact(SHIFT), m: fmpq(len(XS)), i: fmpq(3)}
    return World({**MEANS, **sequences, **named})


def hats(xs: np.ndarray, eps: float) -> np.ndarray:
    return np.asarray((xs - xs.mean()) / np.sqrt(xs.var() + eps))


def test_means_over_a_batch_are_numpys() -> None:
    hat = hats(XS, EPS)
    for e, wanted in (
        (mu, XS.mean()),
        (v, XS.var()),
        (xhat[i], hat[2]),
        (average(g[k] * xhat[k]), (GS * hat).mean()),
        (average(average(x[k]) * x[k] ** 2), XS.mean() * (XS**2).mean()),
        (C, (GS * (GAIN * hat + SHIFT)).sum()),
    ):
        assert float(value(e, world())) == pytest.approx(wanted, rel=1e-14)


def test_the_gradient_of_the_cost_is_autograds() -> None:
    def total(xs: np.ndarray) -> object:
        spread = anp.mean((xs - anp.mean(xs)) ** 2)
        return anp.sum(GS * (GAIN * (xs - anp.mean(xs)) / anp.sqrt(spread + EPS) + SHIFT))

    found = [float(value(partial(C, x[n]), world())) for n in range(1, 5)]
    np.testing.assert_allclose(found, grad(total)(XS), rtol=1e-12)


@pytest.mark.parametrize(("scale", "eps"), [(1.0, 0.0), (-3.0, 0.0), (0.25, 2.0)])
def test_an_entry_of_the_normalised_batch(scale: float, eps: float) -> None:
    there = world().but({batch_norm: normalised_entry(_batch)})
    found = value(batch_norm(sp.Rational(eps), sp.Rational(scale) * _batch), there)
    assert float(found) == pytest.approx(hats(scale * XS, eps)[2], rel=1e-14)


def test_the_gradient_of_the_weights_is_autograds() -> None:
    rng = np.random.default_rng(3)
    weights, inputs = rng.integers(-8, 9, 2) / 4, rng.integers(-8, 9, (4, 2)) / 4

    def total(at: np.ndarray) -> object:
        xs = inputs @ at
        hat = (xs - anp.mean(xs)) / anp.sqrt(anp.mean((xs - anp.mean(xs)) ** 2) + EPS)
        return anp.sum(GS * anp.sin(GAIN * hat + SHIFT))

    exact_ = grad(total)(2.0 * weights)
    _, (j, _), (of_weights, _), (of_inputs, _) = NEURON
    for n in (1, 2):
        there = world().but(
            {
                weight_gradient: gradient_entry(_W),
                sigma: sp.Lambda(h, sp.sin(h)),
                j: fmpq(n),
                of_weights: lambda index, world: exact(float(weights[index - 1])),
                of_inputs: lambda row, column, world: exact(float(inputs[row - 1, column - 1])),
            }
        )
        assert float(value(weight_gradient(epsilon, 2 * _W), there)) == pytest.approx(
            exact_[n - 1], rel=1e-12
        )


def test_batches_are_of_every_kind() -> None:
    """Equal numbers, one far away, two values; and a draw is the same each time it is read."""
    found = examples("")
    batch = [[float(of(n, World({}))) for n in (1, 2, 3)] for of in found.hard]
    assert batch == [[3, 3, 3], [1, 0, 0], [-1, 1, -1], [1, 4, 9]]
    drawn = found.draw(Random(1), World({}))
    assert drawn(2, World({})) == drawn(2, World({})) != drawn(3, World({}))
    assert batches(*NEURON).scope().startswith("m = 2, 3, …, j ∈ {1, …, 2}")


_root = sp.sqrt(v + epsilon)
_inside = gamma * (h - mean_h) / sp.sqrt(v_h) + beta
_slope = CLAIMS["normalised-factor-has-no-weight"].statement.lhs
FALSE = {
    "batch-norm-backward": [
        sp.Ne(*CLAIMS["batch-norm-backward"].statement.args, evaluate=False),
        eq(partial(C, x[i]), gamma / _root * (g[i] - average(g[k]) - xhat[i] * average(g[k]))),
        eq(partial(C, x[i]), gamma / sp.sqrt(v) * (g[i] - average(g[k]) - xhat[i] * average(g[k] * xhat[k]))),
        eq(
            partial(C, x[i]),
            gamma
            / _root
            * (g[i] - average(g[k]) * (1 + (m - 2) * (m - 3) / 1000) - xhat[i] * average(g[k] * xhat[k])),
        ),
        eq(
            partial(C, x[i]),
            sp.Abs(gamma) / _root * (g[i] - average(g[k]) - xhat[i] * average(g[k] * xhat[k])),
        ),
        sp.Gt(*CLAIMS["batch-norm-backward"].statement.args, evaluate=False),
    ],
    "batch-norm-backward-gain": [
        eq(partial(C, gamma), (m - 1) * average(g[k] * xhat[k])),
        eq(partial(C, gamma), m * average(g[k] * (x[k] - mu)) / sp.sqrt(v)),
        eq(partial(C, gamma), m * average(g[k]) * average(xhat[k])),
    ],
    "batch-norm-backward-shift": [
        eq(partial(C, beta), (m + (m - 2) * (m - 3) * (m - 4) * (m - 5) * (m - 6)) * average(g[k])),
        eq(partial(C, beta), m * average(g[k]) + epsilon / 10**6),
        eq(partial(C, beta), m * average(sp.Abs(g[k]))),
        sp.Ge(partial(C, beta), m * average(g[k]) + sp.Rational(1, 100), evaluate=False),
    ],
    "batch-norm-projects-out-the-mean": [
        eq(average(partial(C, x[k]) ** 2), sp.S.Zero),
        eq(average(g[k] * partial(C, x[k])), sp.S.Zero),
        sp.Ne(average(partial(C, x[k])), 0, evaluate=False),
    ],
    "batch-norm-projects-out-the-output": [
        eq(backward.xreplace({g[k]: xhat[k]}), gamma * epsilon / (v + epsilon) * xhat[k]),
        eq(backward.xreplace({g[k]: xhat[k]}), sp.Abs(gamma) * epsilon / _root**3 * xhat[k]),
        eq(backward.xreplace({g[k]: x[k]}), gamma * epsilon / _root**3 * xhat[k]),
    ],
    "batch-norm-gradient-orthogonal": [
        eq(average(x[k] * backward), gamma * epsilon / _root * average(g[k] * xhat[k])),
        eq(average(x[k] * backward), gamma * epsilon / (v + epsilon) * average(g[k] * x[k])),
        eq(average(x[k] * backward), gamma * average(g[k] * xhat[k])),
    ],
    "batch-norm-forgets-scale": [
        eq(batch_norm(0, alpha * _batch), alpha * batch_norm(0, _batch)),
        eq(batch_norm(1, alpha * _batch), batch_norm(1, _batch)),
        eq(batch_norm(0, _batch**2), batch_norm(0, _batch)),
        eq(batch_norm(0, alpha * _batch), sp.Abs(batch_norm(0, _batch))),
    ],
    "batch-norm-scale-and-epsilon": [
        eq(batch_norm(epsilon, any_alpha * _batch), batch_norm(epsilon / any_alpha**2, _batch)),
        eq(
            batch_norm(epsilon, any_alpha * _batch),
            sp.sign(any_alpha) * batch_norm(epsilon / sp.Abs(any_alpha), _batch),
        ),
        eq(batch_norm(epsilon, any_alpha * _batch), sp.sign(any_alpha) * batch_norm(0, _batch)),
    ],
    "batch-norm-gradient-falls-with-scale": [
        eq(weight_gradient(0, alpha * _W), weight_gradient(0, _W) / alpha**2),
        eq(weight_gradient(0, alpha * _W), alpha * weight_gradient(0, _W)),
        eq(weight_gradient(0, -alpha * _W), weight_gradient(0, _W) / alpha),
    ],
    "batch-norm-gradient-and-epsilon": [
        eq(weight_gradient(epsilon, alpha * _W), weight_gradient(epsilon / alpha, _W) / alpha),
        eq(weight_gradient(epsilon, alpha * _W), weight_gradient(epsilon / alpha**2, _W)),
        eq(weight_gradient(epsilon, alpha * _W), weight_gradient(0, _W) / alpha),
    ],
    "normalised-factor-has-no-weight": [
        eq(_slope, gamma / v_h * sigma_prime(_inside)),
        eq(_slope, gamma / sp.sqrt(v_h) * sigma_prime(_inside - beta)),
        eq(_slope, sp.Abs(gamma) / sp.sqrt(v_h) * sigma_prime(_inside)),
        eq(_slope, gamma / sp.sqrt(w * v_h) * sigma_prime(_inside)),
    ],
}


def test_every_claim_has_false_variants() -> None:
    assert set(FALSE) >= {claim.label for claim in formulas.CLAIMS}


@pytest.mark.drawn(12)
@pytest.mark.parametrize("label", FALSE)
def test_a_false_variant_is_refuted(label: str) -> None:
    for variant in FALSE[label]:
        assert isinstance(CLAIMS[label].settle(variant), Refuted), variant
