"""Batch normalisation in symbols:
every claim is sound, planted errors are refused, and the rates' ingredients are right."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.normalisation.claims import formulas as normalised_claims
from analysis.chapters.normalisation.claims import rates as normalised_rates_claims
from analysis.claims.outcome import Proved, Refuted, Unknown
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import IDENTITY, RELU, SIGMOID, TANH
from analysis.symbolic.layer import plain
from analysis.symbolic.normalisation import (
    backward,
    beta,
    derived,
    epsilon,
    g,
    gamma,
    i,
    in_numbers,
    k,
    m,
    moments,
    mu,
    normalised,
    output,
    v,
    written_out,
    x,
    xhat,
)
from analysis.symbolic.normalisation_rates import (
    both_active,
    both_relu,
    linear_rate,
    mean_under_normal,
    projected_trace,
    relu_rate,
    relu_trace,
)
from analysis.symbolic.notation import b, h, w, z

EVERY = (*normalised_claims.CLAIMS, *normalised_rates_claims.CLAIMS)


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("parameter", [x[1], x[2], gamma, beta], ids=str)
def test_the_backward_pass_is_sympys_derivative_of_the_written_out_batch(
    size: int, parameter: sp.Expr
) -> None:
    """An independent witness of what the moments derive: no ⟨…⟩, no chain rule of ours."""
    hats, _, _ = written_out(size)
    total = sum(g[j] * output.xreplace({xhat[k]: hats[j - 1]}) for j in range(1, size + 1))
    at = {x[1]: 3, x[2]: -1, x[3]: sp.Rational(1, 2), x[4]: 7, g[1]: 2, g[2]: 5, g[3]: -3, g[4]: 1}
    at |= {gamma: 3, beta: 2, epsilon: sp.Rational(1, 3)}
    own = int(parameter.indices[0]) if isinstance(parameter, sp.Indexed) else 1
    if isinstance(parameter, sp.Indexed):
        right = in_numbers(backward, size, own)
    else:
        right = sum(g[j] * (hats[j - 1] if parameter == gamma else 1) for j in range(1, size + 1))
    gap = sp.N((total.diff(parameter) - right).xreplace(at), 40)
    assert abs(gap) < sp.Float("1e-30")


def test_moments_are_means() -> None:
    assert moments(x[k] ** 2) == v + mu**2 and moments(sp.Integer(3)) == 3
    with pytest.raises(ValueError, match="degree 2"):
        moments(x[k] ** 3)


@pytest.mark.parametrize(
    "label", ["batch-norm-backward", "batch-norm-backward-gain", "batch-norm-backward-shift"]
)
def test_a_planted_error_in_the_backward_pass_is_refused(label: str) -> None:
    claim = next(c for c in EVERY if c.label == label)
    for wrong in (
        2 * claim.statement.rhs.doit(),
        -claim.statement.rhs.doit(),
        claim.statement.rhs.doit() + gamma,
    ):
        assert isinstance(claim.settle(sp.Eq(claim.statement.lhs, wrong, evaluate=False)), Refuted)


def test_scale_claims_need_their_conditions() -> None:
    by_label = {c.label: c for c in EVERY}
    a, any_a = normalised_claims.alpha, normalised_claims.any_alpha
    bn, grad = normalised_claims.batch_norm, normalised_claims.weight_gradient
    flips = sp.Eq(bn(0, -a * sp.Symbol("x", real=True)), -bn(0, sp.Symbol("x", real=True)), evaluate=False)
    assert isinstance(by_label["batch-norm-forgets-scale"].settle(flips), Proved)
    wrong = sp.Eq(
        bn(epsilon, any_a * sp.Symbol("x", real=True)),
        sp.sign(any_a) * bn(epsilon * any_a**2, sp.Symbol("x", real=True)),
        evaluate=False,
    )
    assert isinstance(by_label["batch-norm-scale-and-epsilon"].settle(wrong), Refuted)
    W = sp.Symbol("W", real=True)
    for power in (-2, 0, 1):
        other = sp.Eq(grad(0, a * W), a**power * grad(0, W), evaluate=False)
        assert isinstance(by_label["batch-norm-gradient-falls-with-scale"].settle(other), Refuted)


@pytest.mark.parametrize("activation", [SIGMOID, TANH, IDENTITY], ids=lambda a: a.name)
def test_a_normalised_layer_composes_with_a_plain_one(activation: Activation) -> None:
    layer = normalised(plain(activation))
    at = {w: 2, h: 0.3, b: 0.1, mu: 0.4, v: 1.5, epsilon: 0.5, gamma: 0.7, beta: -0.2}
    inside = 0.7 * (2 * 0.3 + 0.1 - 0.4) / sp.sqrt(2) - 0.2
    assert float(layer.output.subs(at)) == pytest.approx(float(activation.formula.subs(z, inside)))
    assert layer.log_factor is not None
    assert float(layer.log_factor.subs(at)) == pytest.approx(float(sp.log(sp.Abs(layer.factor.subs(at)))))
    assert normalised(plain()).log_factor is None


def test_the_ingredients_of_the_relu_rate_against_drawn_batches() -> None:
    """Pr[both active], E[product] and the trace from 200,000 batches on the sphere,
    without a formula of ours."""
    rng, size = np.random.default_rng(5), 5
    xs = rng.standard_normal((200_000, size))
    xs -= xs.mean(axis=1, keepdims=True)
    hats = xs / np.sqrt((xs**2).mean(axis=1, keepdims=True))
    d = (hats > 0).astype(float)
    G = np.eye(size) - 1 / size
    P = G - hats[:, :, None] * hats[:, None, :] / size
    DGD = d[:, :, None] * G * d[:, None, :]
    traces = np.einsum("nij,nji->n", DGD, P)
    for drawn, exact in (
        (d[:, 0] * d[:, 1], both_active),
        (np.maximum(hats[:, 0], 0) * np.maximum(hats[:, 1], 0), both_relu),
        (traces, relu_trace),
    ):
        error = drawn.std() / np.sqrt(len(drawn))
        assert abs(drawn.mean() - float(exact.subs(m, size))) < 4.5 * error


def test_rates() -> None:
    assert sp.simplify(linear_rate - (m - 2) / (m - 3)) == 0
    assert projected_trace(m, m**2, m, sp.S.Zero) == m - 2
    assert float(relu_rate.subs(m, 8)) == pytest.approx(1.78819, abs=1e-5)
    relu = RELU.formula
    spread = mean_under_normal(relu**2) - mean_under_normal(relu) ** 2
    assert sp.simplify(mean_under_normal(RELU.derivative**2) / spread) == sp.pi / (sp.pi - 1)
    values = [float(relu_rate.subs(m, n)) for n in (4, 6, 8, 16, 64, 1024)]
    assert values == sorted(values, reverse=True) and values[-1] > float(sp.pi / (sp.pi - 1))


def test_backward_is_linear_in_the_gradient() -> None:
    doubled = derived(x[i])
    assert sp.simplify(doubled.subs(gamma, 2 * gamma) - 2 * doubled) == 0


def test_an_index_that_changes_between_the_sides_is_not_proved() -> None:
    claim = next(c for c in EVERY if c.label == "batch-norm-projects-out-the-output")
    left, right = claim.statement.args
    mixed = sp.Eq(left, right.xreplace({xhat[k]: xhat[i]}), evaluate=False)
    assert isinstance(claim.settle(claim.statement), Proved) and isinstance(claim.settle(mixed), Unknown)


@pytest.mark.parametrize(
    ("batch", "wanted"),
    [(4, 3.0841), (5, 2.2737), (6, 2.0038), (8, 1.7882), (16, 1.5900), (32, 1.5220), (128, 1.4797)],
)
def test_the_rate_for_a_batch_is_what_one_layer_of_draws_gives(batch: int, wanted: float) -> None:
    """R(m), typed, against sampled batches:
    the mean outputs, the slopes and both projections by their definitions."""
    assert float(relu_rate.subs(m, batch)) == pytest.approx(wanted, abs=5e-5)
    rng = np.random.default_rng(batch)
    x = rng.standard_normal((400_000 // batch, batch))
    x -= x.mean(axis=1, keepdims=True)
    hat = x / np.sqrt((x**2).mean(axis=1, keepdims=True))
    out = np.maximum(hat, 0.0)
    together = (out.sum(axis=1) ** 2 - (out**2).sum(axis=1)).mean() / (batch * (batch - 1))
    spread = (out**2).mean() - together
    back = rng.standard_normal(x.shape)
    back = (back - back.mean(axis=1, keepdims=True)) * (hat > 0.0)
    back -= back.mean(axis=1, keepdims=True)
    back -= (back * hat).mean(axis=1, keepdims=True) * hat
    share = (back**2).sum(axis=1).mean() / (batch - 1)
    assert batch / (batch - 3) * share / spread == pytest.approx(wanted, rel=0.02)


def test_the_log_gain_of_a_layer_is_typed() -> None:
    """½ log(π/(π − 1)) = 0.1916 for large batches; R tends to π/(π − 1) = 1.4669."""
    large = float(sp.limit(relu_rate, m, sp.oo))
    assert large == pytest.approx(1.46694, abs=5e-6)
    assert np.log(large) / 2 == pytest.approx(0.1916, abs=5e-5)


def test_the_claim_on_the_rate_refuses_other_rates() -> None:
    (claim,) = [c for c in EVERY if c.label == "batch-norm-relu-rate"]
    assert isinstance(claim.settle(), Proved)
    for factor in (sp.Rational(99, 100), 2, m / (m - 1)):
        other = sp.Eq(claim.statement.lhs, factor * claim.statement.rhs, evaluate=False)
        assert isinstance(claim.settle(other), Refuted)
