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
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.symbolic.display import partial, plus, times
from analysis.symbolic.layer import plain
from analysis.symbolic.normalisation import (
    average,
    backward,
    beta,
    derived,
    epsilon,
    g,
    gamma,
    i,
    in_letters,
    k,
    m,
    mean_h,
    moments,
    mu,
    normalised,
    slopes,
    v,
    v_h,
    with_batch_statistics,
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


def by_chain_rule(statement: sp.Basic) -> Outcome:
    """∂C/∂(x_i, γ, β) against a formula in g, x̂ and ⟨…⟩, derived for any batch size."""
    parameter = statement.lhs.args[1]
    if sp.simplify(derived(parameter) - in_letters(statement.rhs.doit())) != 0:
        return Unknown("the two sides differ in form")
    of_mu, of_v, _ = slopes()
    steps = [Step("through the mean, ∂μ/∂x_i", of_mu), Step("through the variance, ∂v/∂x_i", of_v)]
    steps = steps if parameter == x[i] else []
    return Proved(
        "calculus",
        (
            *steps,
            Step(
                "g_k ∂y_k added up over a batch of any size, G = ⟨g⟩ and H = ⟨g x⟩",
                sp.simplify(derived(parameter)),
            ),
            Step("which is the right side: their difference simplifies to 0"),
        ),
    )


def _normalised_at(term: sp.Expr) -> sp.Expr:
    """BN_e(c x) for a batch of any size, its mean and variance carried out, in x_i, μ and v."""
    found = term.atoms(batch_norm)
    for one in found:
        e, inside = one.args
        c = inside.coeff(_batch)
        mean = moments(c * x[k])
        variance = sp.factor(moments(sp.expand((c * x[k] - mean) ** 2)))
        hat = (c * x[i] - mean) / sp.sqrt(variance + e)
        term = term.xreplace({one: hat})
    return term


def _signs(symbol: sp.Symbol) -> list[sp.Expr]:
    t = sp.Symbol("t", positive=True)
    return [t] if symbol.is_positive else [t, -t]


def by_carrying_out(statement: sp.Basic) -> Outcome:
    """BN_e(αx) on both sides with mean and variance carried out, for each sign that α may have."""
    (a,) = {s for s in statement.free_symbols if s.name == "alpha"}
    lines = []
    for sign in _signs(a):
        left, right = (_normalised_at(side).xreplace({a: sign}).doit() for side in statement.args)
        there = dict(
            zip((x[i], mu, v, epsilon, *sign.free_symbols), (3, 1, 2, 5, sp.Rational(1, 2)), strict=True)
        )
        square = sp.simplify(sp.expand(left**2) / sp.expand(right**2))
        if square != 1 or not ((left / right).xreplace(there) > 0):
            return Unknown("the two sides differ in form")
        lines.append(Step("the squares of both sides agree and so do their signs, for α equal to", sign))
    mean, variance = moments(a * x[k]), sp.factor(moments((a * x[k] - a * mu) ** 2))
    return Proved("algebra", (Step("the mean of αx", mean), Step("the variance of αx", variance), *lines))


def _gradient_at(term: sp.Expr) -> sp.Expr:
    """∇C_e(αW) contracted with one input h_k = 1: ∂C/∂x_i at the batch αx, by the derived backward pass."""
    formula = derived(x[i])
    of_g, of_gx = moments(g[k]), moments(g[k] * x[k])
    for one in term.atoms(weight_gradient):
        e, inside = one.args
        c = inside.coeff(_W)
        scaled = {x[i]: c * x[i], mu: c * mu, v: c**2 * v, of_gx: c * of_gx, of_g: of_g, epsilon: e}
        term = term.xreplace({one: formula.subs(scaled, simultaneous=True)})
    return term


def by_backward_pass(statement: sp.Basic) -> Outcome:
    """∇C at αW and at W by the derived backward pass; the later layers send the same g where BN's outputs
    agree."""
    (a,) = {s for s in statement.free_symbols if s.name == "alpha"}
    left, right = (_gradient_at(side).doit() for side in statement.args)
    if sp.factor(left - right) == 0:
        return Proved(
            "calculus",
            (
                Step("x = Wh, so ∂C/∂W = Σ_k (∂C/∂x_k) h_k, and ∂C/∂x_i is", sp.simplify(derived(x[i]))),
                Step("αW makes of x, μ, √v and ⟨g x⟩ their α-fold; g is the same, because BN's outputs are"),
                Step("put in, the two sides are equal; the left one", sp.simplify(left)),
            ),
        )
    return Unknown("the two sides differ in form")


def by_summing(statement: sp.Basic) -> Outcome:
    """⟨f⟩ = c with f made of the backward pass, or of ∂C/∂x_k, which the chain rule makes of it, for any
    batch size."""
    slope = {partial(C, x[k]): derived(x[i]).xreplace({x[i]: x[k], g[i]: g[k]})}
    left, right = (side.xreplace(slope).doit() for side in statement.args)
    if len(_entries(left) | _entries(right)) > 1:
        return Unknown("one side speaks of entry i, the other of entry k")
    gap = sp.simplify(in_letters(left) - in_letters(right))
    if gap == 0:
        return Proved(
            "algebra", (Step("the mean over the batch, carried out", sp.simplify(in_letters(left))),)
        )
    return Unknown("the two sides differ in form")


def _entries(expr: sp.Expr) -> set[sp.Expr]:
    """The indices that no mean ⟨…⟩ binds."""
    return {n for x in expr.replace(average, lambda _: sp.Dummy()).atoms(sp.Indexed) for n in x.indices}


def _jacobian_of(direction: sp.Expr) -> sp.Expr:
    """J d for the batch Jacobian J: the backward pass with g = d, which is symmetric, so J and its transpose
    agree."""
    return backward.xreplace({g[k]: direction})


def by_composition(statement: sp.Basic) -> Outcome:
    """d output/dh of the normalised layer with the statistics of its own batch, against a formula without
    w."""
    factor = with_batch_statistics(normalised(plain()).factor).xreplace({epsilon: sp.S.Zero})
    positive = sp.Symbol("w", positive=True)
    right = statement.rhs.doit()
    sides = [sp.simplify(side.xreplace({w: positive})) for side in (factor, right)]
    if sp.simplify(sides[0] - sides[1]) == 0:
        return Proved(
            "calculus",
            (
                Step("the layer's factor with μ and v as letters", normalised(plain()).factor),
                Step("with μ = w μ_h + b, v = w² v_h, ε = 0 and w > 0 it becomes", sides[0]),
            ),
        )
    return Unknown("the two sides differ in form")


def _eq(left: sp.Basic, right: sp.Basic) -> sp.Eq:
    return sp.Eq(left, right, evaluate=False)


def _backward_is(*terms: sp.Expr) -> sp.Eq:
    return _eq(partial(C, x[i]), times(gamma / sp.sqrt(v + epsilon), plus(*terms)))


def _forgets(a: sp.Expr) -> sp.Eq:
    return _eq(batch_norm(0, a * _batch), batch_norm(0, _batch))


def _with_epsilon(inner: sp.Expr) -> sp.Eq:
    return _eq(batch_norm(epsilon, any_alpha * _batch), times(sp.sign(any_alpha), batch_norm(inner, _batch)))


def _gradient_is(inner: sp.Expr, outer: sp.Expr, e: sp.Expr) -> sp.Eq:
    return _eq(weight_gradient(e, alpha * _W), times(outer, weight_gradient(inner, _W)))


def _factor_is(scale: sp.Expr) -> sp.Eq:
    inside = gamma * (h - mean_h) / sp.sqrt(v_h) + beta
    return _eq(sp.Derivative(_a(h), h), times(scale, sigma_prime(inside)))


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

CLAIMS = (
    Claim(
        label="batch-norm-backward",
        sentence="The gradient through batch normalisation loses its mean and its part along the "
        "normalised values.",
        statement=_backward_is(*_own_terms, _through_variance),
        check=by_chain_rule,
        scope="g_k = ∂C/∂y_k, all paths through μ and v included",
        false_sibling=_backward_is(*_own_terms),
        domain=batches(EXAMPLE, X, G, EPSILON, GAIN, SHIFT),
    ),
    Claim(
        label="batch-norm-backward-gain",
        sentence="The gradient of the gain γ is the sum of g times the normalised values.",
        statement=_eq(partial(C, gamma), times(m, average(g[k] * xhat[k]))),
        check=by_chain_rule,
        scope="g_k = ∂C/∂y_k",
        false_sibling=_eq(partial(C, gamma), times(m, average(g[k] * x[k]))),
        domain=batches(X, G, EPSILON, GAIN, SHIFT),
    ),
    Claim(
        label="batch-norm-backward-shift",
        sentence="The gradient of the shift β is the sum of g.",
        statement=_eq(partial(C, beta), times(m, average(g[k]))),
        check=by_chain_rule,
        scope="g_k = ∂C/∂y_k",
        false_sibling=_eq(partial(C, beta), average(g[k])),
        domain=batches(X, G, EPSILON, GAIN, SHIFT),
    ),
    Claim(
        label="batch-norm-projects-out-the-mean",
        sentence="The batch Jacobian takes the constant direction to zero: a bias before it has no gradient.",
        statement=_eq(average(partial(C, x[k])), sp.S.Zero),
        check=by_summing,
        scope="g_k = ∂C/∂y_k; the Jacobian is symmetric",
        false_sibling=_eq(average(x[k] * partial(C, x[k])), sp.S.Zero),
        domain=batches(X, G, EPSILON, GAIN, SHIFT),
    ),
    Claim(
        label="batch-norm-projects-out-the-output",
        sentence="The batch Jacobian takes the normalised values to zero as ε → 0, and shrinks them by "
        "ε/(v + ε) otherwise.",
        statement=_eq(_jacobian_of(xhat[k]), times(_shrink, xhat[k])),
        check=by_summing,
        scope="J_ik = ∂y_k/∂x_i applied to x̂",
        false_sibling=_eq(_jacobian_of(xhat[k]), sp.S.Zero),
        domain=batches(ANY_EXAMPLE, X, EPSILON, GAIN),
    ),
    Claim(
        label="batch-norm-gradient-orthogonal",
        sentence="As ε → 0 the gradient of a neuron's weights is perpendicular to the weights.",
        statement=_eq(
            average(x[k] * backward), times(gamma * epsilon / (v + epsilon), average(g[k] * xhat[k]))
        ),
        check=by_summing,
        scope="m times the left side is Σ_j w_j ∂C/∂w_j, because x_k = Σ_j w_j h_kj",
        false_sibling=_eq(average(x[k] * backward), sp.S.Zero),
        domain=batches(X, G, EPSILON, GAIN),
    ),
    Claim(
        label="batch-norm-forgets-scale",
        sentence="Batch normalisation does not see a positive factor before it, so BN(αWx) = BN(Wx).",
        statement=_forgets(alpha),
        check=by_carrying_out,
        scope="ε = 0 and v > 0; entry i of the batch. For α < 0 the sign flips",
        false_sibling=_forgets(-alpha),
        domain=batches(EXAMPLE, X, (alpha, positive()), means=_ENTRY),
    ),
    Claim(
        label="batch-norm-scale-and-epsilon",
        sentence="With ε, a factor before batch normalisation is the same as another ε, up to the sign of "
        "the factor.",
        statement=_with_epsilon(epsilon / any_alpha**2),
        check=by_carrying_out,
        scope="entry i of the batch",
        false_sibling=_with_epsilon(epsilon),
        domain=batches(EXAMPLE, X, EPSILON, (any_alpha, nonzero()), means=_ENTRY),
    ),
    Claim(
        label="batch-norm-gradient-falls-with-scale",
        sentence="Weights α times as large have a gradient α times as small.",
        statement=_gradient_is(sp.S.Zero, 1 / alpha, sp.S.Zero),
        check=by_backward_pass,
        scope="ε = 0 and v > 0; one neuron's incoming weights, and so every row of W",
        false_sibling=_gradient_is(sp.S.Zero, sp.S.One, sp.S.Zero),
        domain=batches(*NEURON, G, GAIN, SHIFT, (alpha, positive()), means=_WEIGHT),
    ),
    Claim(
        label="batch-norm-gradient-and-epsilon",
        sentence="With ε, the gradient at α times the weights is 1/α times the gradient with another ε.",
        statement=_gradient_is(epsilon / alpha**2, 1 / alpha, epsilon),
        check=by_backward_pass,
        scope="one neuron's incoming weights; g taken at the outputs, which agree",
        false_sibling=_gradient_is(epsilon, 1 / alpha, epsilon),
        domain=batches(*NEURON, G, EPSILON, GAIN, SHIFT, (alpha, positive()), means=_WEIGHT),
    ),
    Claim(
        label="normalised-factor-has-no-weight",
        sentence="In a normalised layer the size of the weight drops out of the factor that multiplies "
        "the gradient.",
        statement=_factor_is(gamma / sp.sqrt(v_h)),
        check=by_composition,
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
