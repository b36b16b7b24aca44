"""What batch normalisation does to a gradient: its backward pass, what it forgets, and what it takes out."""

from __future__ import annotations

from typing import Any

import sympy as sp

from analysis.chapters.normalisation.claims.meaning_batch import (
    ANY_EXAMPLE,
    EPSILON,
    EXAMPLE,
    GAIN,
    NEURON,
    SHIFT,
    C,
    G,
    X,
    batches,
    examples,
    gradient_entry,
    normalised_entry,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import (
    ACTIVATION,
    activations,
    nonzero,
    positive,
    reals,
)
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.relations import eq
from analysis.claims.rules import Logic, Where
from analysis.symbolic.display import partial, plus, times
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
from analysis.symbolic.notation import b, h, sigma, sigma_prime, w

alpha = sp.Symbol("alpha", positive=True)
any_alpha = sp.Symbol("alpha", real=True, nonzero=True)


class batch_norm(sp.Function):  # type: ignore[misc]
    """BN_ε(αx): what the normalisation with that ε makes of a batch multiplied by α."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        e, inside = (printer._print(a) for a in self.args)
        return rf"\mathrm{{BN}}_{{{e}}}\left({inside}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"BN[{printer._print(self.args[0])}]({printer._print(self.args[1])})"


class weight_gradient(sp.Function):  # type: ignore[misc]
    """∇C(αW): the gradient with respect to the incoming weights, at α times these weights, normalised with
    that ε."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        e, at = (printer._print(a) for a in self.args)
        return rf"\nabla C_{{{e}}}\left({at}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"grad C[{printer._print(self.args[0])}]({printer._print(self.args[1])})"


_batch, _W = sp.Symbol("x", real=True), sp.Symbol("W", real=True)
_a, _h_k = sp.Function("a"), sp.IndexedBase("h_k", real=True)


def _jacobian_of(direction: sp.Expr) -> sp.Expr:
    """J d for the batch Jacobian J: the backward pass with g = d, which is symmetric, so J and its transpose
    agree."""
    return backward.xreplace({g[k]: direction})


def _backward_is(*terms: sp.Expr) -> sp.Eq:
    return eq(partial(C, x[i]), times(gamma / sp.sqrt(v + epsilon), plus(*terms)))


def _forgets(a: sp.Expr) -> sp.Eq:
    return eq(batch_norm(0, a * _batch), batch_norm(0, _batch))


def _with_epsilon(inner: sp.Expr) -> sp.Eq:
    return eq(batch_norm(epsilon, any_alpha * _batch), times(sp.sign(any_alpha), batch_norm(inner, _batch)))


def _gradient_is(inner: sp.Expr, outer: sp.Expr, e: sp.Expr) -> sp.Eq:
    return eq(weight_gradient(e, alpha * _W), times(outer, weight_gradient(inner, _W)))


def _factor_is(scale: sp.Expr) -> sp.Eq:
    inside = gamma * (h - mean_h) / sp.sqrt(v_h) + beta
    return eq(sp.Derivative(_a(h), h), times(scale, sigma_prime(inside)))


_ENTRY = {batch_norm: normalised_entry(_batch)}
_WEIGHT = {weight_gradient: gradient_entry(_W)}
_held = {
    mean_h: average(_h_k[k]),
    v_h: average((_h_k[k] - mean_h) ** 2),
    mu: average(w * _h_k[k] + b),
    v: average((w * _h_k[k] + b - mu) ** 2),
    _a: sp.Lambda(h, sigma(gamma * (w * h + b - mu) / sp.sqrt(v) + beta)),
}
_own_terms = (g[i], -average(g[k]))
_through_variance = -xhat[i] * average(g[k] * xhat[k])
_shrink = gamma * epsilon / (v + epsilon) ** sp.Rational(3, 2)


def _for_each_example(statement: sp.Basic) -> Proof:
    """It holds for i ≤ m, as i is."""
    return proof(
        Line(i <= m, Where()),
        sp.Implies(i <= m, statement, evaluate=False),
        Line(statement, Logic((1, 2))),
    )


def _decided(**parts: Any) -> Claim:
    """A claim that is decided as it stands."""
    return Claim(check=decided(parts["statement"]), **parts)


CLAIMS = (
    Claim(
        label="batch-norm-backward",
        sentence="The gradient through batch normalisation loses its mean and its part along the "
        "normalised values.",
        statement=_backward_is(*_own_terms, _through_variance),
        check=_for_each_example(_backward_is(*_own_terms, _through_variance)),
        scope="g_k = ∂C/∂y_k, all paths through μ and v included",
        false_sibling=_backward_is(*_own_terms),
        domain=batches(EXAMPLE, X, G, EPSILON, GAIN, SHIFT, where=i <= m),
    ),
    _decided(
        label="batch-norm-backward-gain",
        sentence="The gradient of the gain γ is the sum of g times the normalised values.",
        statement=eq(partial(C, gamma), times(m, average(g[k] * xhat[k]))),
        scope="g_k = ∂C/∂y_k",
        false_sibling=eq(partial(C, gamma), times(m, average(g[k] * x[k]))),
        domain=batches(X, G, EPSILON, GAIN, SHIFT),
    ),
    _decided(
        label="batch-norm-backward-shift",
        sentence="The gradient of the shift β is the sum of g.",
        statement=eq(partial(C, beta), times(m, average(g[k]))),
        scope="g_k = ∂C/∂y_k",
        false_sibling=eq(partial(C, beta), average(g[k])),
        domain=batches(X, G, EPSILON, GAIN, SHIFT),
    ),
    _decided(
        label="batch-norm-projects-out-the-mean",
        sentence="The batch Jacobian takes the constant direction to zero: a bias before it has no gradient.",
        statement=eq(average(partial(C, x[k])), sp.S.Zero),
        scope="g_k = ∂C/∂y_k; the Jacobian is symmetric",
        false_sibling=eq(average(x[k] * partial(C, x[k])), sp.S.Zero),
        domain=batches(X, G, EPSILON, GAIN, SHIFT),
    ),
    _decided(
        label="batch-norm-projects-out-the-output",
        sentence="The batch Jacobian takes the normalised values to zero as ε → 0, and shrinks them by "
        "ε/(v + ε) otherwise.",
        statement=eq(_jacobian_of(xhat[k]), times(_shrink, xhat[k])),
        scope="J_ik = ∂y_k/∂x_i applied to x̂",
        false_sibling=eq(_jacobian_of(xhat[k]), sp.S.Zero),
        domain=batches(ANY_EXAMPLE, X, EPSILON, GAIN),
    ),
    _decided(
        label="batch-norm-gradient-orthogonal",
        sentence="As ε → 0 the gradient of a neuron's weights is perpendicular to the weights.",
        statement=eq(
            average(x[k] * backward), times(gamma * epsilon / (v + epsilon), average(g[k] * xhat[k]))
        ),
        scope="m times the left side is Σ_j w_j ∂C/∂w_j, because x_k = Σ_j w_j h_kj",
        false_sibling=eq(average(x[k] * backward), sp.S.Zero),
        domain=batches(X, G, EPSILON, GAIN),
    ),
    _decided(
        label="batch-norm-forgets-scale",
        sentence="Batch normalisation does not see a positive factor before it, so BN(αWx) = BN(Wx).",
        statement=_forgets(alpha),
        scope="ε = 0 and v > 0; entry i of the batch. For α < 0 the sign flips",
        false_sibling=_forgets(-alpha),
        domain=batches(EXAMPLE, X, (alpha, positive()), means=_ENTRY),
    ),
    _decided(
        label="batch-norm-scale-and-epsilon",
        sentence="With ε, a factor before batch normalisation is the same as another ε, up to the sign of "
        "the factor.",
        statement=_with_epsilon(epsilon / any_alpha**2),
        scope="entry i of the batch",
        false_sibling=_with_epsilon(epsilon),
        domain=batches(EXAMPLE, X, EPSILON, (any_alpha, nonzero()), means=_ENTRY),
    ),
    _decided(
        label="batch-norm-gradient-falls-with-scale",
        sentence="Weights α times as large have a gradient α times as small.",
        statement=_gradient_is(sp.S.Zero, 1 / alpha, sp.S.Zero),
        scope="ε = 0 and v > 0; one neuron's incoming weights, and so every row of W",
        false_sibling=_gradient_is(sp.S.Zero, sp.S.One, sp.S.Zero),
        domain=batches(*NEURON, G, GAIN, SHIFT, (alpha, positive()), means=_WEIGHT),
    ),
    _decided(
        label="batch-norm-gradient-and-epsilon",
        sentence="With ε, the gradient at α times the weights is 1/α times the gradient with another ε.",
        statement=_gradient_is(epsilon / alpha**2, 1 / alpha, epsilon),
        scope="one neuron's incoming weights; g taken at the outputs, which agree",
        false_sibling=_gradient_is(epsilon, 1 / alpha, epsilon),
        domain=batches(*NEURON, G, EPSILON, GAIN, SHIFT, (alpha, positive()), means=_WEIGHT),
    ),
    _decided(
        label="normalised-factor-has-no-weight",
        sentence="In a normalised layer the size of the weight drops out of the factor that multiplies "
        "the gradient.",
        statement=_factor_is(gamma / sp.sqrt(v_h)),
        scope="one neuron, ε = 0, mean and variance of its own batch of inputs h_k, not all equal, "
        "held fixed",
        false_sibling=_factor_is(gamma * w / sp.sqrt(v_h)),
        domain=batches(
            (_h_k, examples("∈ ℝ for every example")),
            (w, positive()),
            (b, reals()),
            (h, reals()),
            GAIN,
            SHIFT,
            (ACTIVATION, activations()),
            means=_held,
        ),
    ),
)
