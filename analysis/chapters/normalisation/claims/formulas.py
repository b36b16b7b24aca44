"""What batch normalisation does to a gradient: its backward pass, what it forgets, and what it takes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import counterexample, specialise
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
    in_numbers,
    k,
    m,
    mean_h,
    moments,
    mu,
    normalised,
    output,
    slopes,
    v,
    v_h,
    with_batch_statistics,
    written_out,
    x,
    xhat,
)
from analysis.symbolic.notation import b, h, sigma_prime, w

_C = sp.Symbol("C", real=True)
alpha = sp.Symbol("alpha", positive=True)
any_alpha = sp.Symbol("alpha", real=True, nonzero=True)
_SIZE = 3  # the smallest batch whose normalised values are not fixed by their signs


class batch_norm(sp.Function):  # type: ignore[misc]
    """BN_ε(αx): what the normalisation with that ε makes of a batch multiplied by α."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        e, inside = (printer._print(a) for a in self.args)
        return rf"\mathrm{{BN}}_{{{e}}}\left({inside}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"BN[{printer._print(self.args[0])}]({printer._print(self.args[1])})"


class weight_gradient(sp.Function):  # type: ignore[misc]
    """∇C(αW): the gradient with respect to the incoming weights, at α times these weights,
    normalised with that ε."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        e, at = (printer._print(a) for a in self.args)
        return rf"\nabla C_{{{e}}}\left({at}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"grad C[{printer._print(self.args[0])}]({printer._print(self.args[1])})"


_batch, _W = sp.Symbol("x", real=True), sp.Symbol("W", real=True)


def points(**fixed: sp.Expr) -> Iterable[Mapping[sp.Basic, sp.Expr]]:
    """Batches of three numbers with gradients, ε, γ, β; ``fixed`` overrides or adds values by name."""
    for n in range(3):
        at = {x[1]: 1 + n, x[2]: -2, x[3]: 4 - n, g[1]: 2, g[2]: sp.Rational(1, 2) - n, g[3]: -1}
        yield {
            key: sp.sympify(value)
            for key, value in (at | {gamma: 2, beta: -1, epsilon: n + 1} | fixed).items()
        }


def by_chain_rule(statement: sp.Basic) -> Outcome:
    """∂C/∂(x_i, γ, β) against a formula in g, x̂ and ⟨…⟩: derived for any batch size;
    judged at size 3 where it fails."""
    parameter = statement.lhs.args[1]
    right = statement.rhs.doit()
    gap = sp.simplify(derived(parameter) - in_letters(right))
    if gap != 0:
        hats = written_out(_SIZE)[0]
        total = sp.Add(*(g[j] * output.xreplace({xhat[k]: hats[j - 1]}) for j in range(1, _SIZE + 1)))
        left = total.diff(x[1] if parameter == x[i] else parameter)
        judged = sp.Eq(left, in_numbers(right, _SIZE, 1), evaluate=False)
        return counterexample(judged, points()) or Unknown(
            "the two sides differ in form, not at the points tried"
        )
    of_mu, of_v, of_hat = slopes()
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
    for value in _signs(a):
        left, right = (_normalised_at(side).xreplace({a: value}).doit() for side in statement.args)
        ratio = left / right
        there = dict(
            zip((x[i], mu, v, epsilon, *value.free_symbols), (3, 1, 2, 5, sp.Rational(1, 2)), strict=True)
        )
        square = sp.simplify(sp.expand(left**2) / sp.expand(right**2))
        if square != 1 or not (ratio.xreplace(there) > 0):
            size = sp.Rational(1, 2) * (-1 if value.could_extract_minus_sign() else 1)
            exact = [_normalised_at(side).xreplace({a: size}) for side in statement.args]
            judged = sp.Eq(*(in_numbers(side, _SIZE, 1) for side in exact), evaluate=False)
            found = counterexample(judged, points())
            return (
                Refuted(f"alpha = {size}: {found.witness}")
                if found
                else Unknown("the two sides differ in form")
            )
        lines.append(Step("the squares of both sides agree and so do their signs, for α equal to", value))
    mean, variance = moments(a * x[k]), sp.factor(moments((a * x[k] - a * mu) ** 2))
    return Proved("algebra", (Step("the mean of αx", mean), Step("the variance of αx", variance), *lines))


def _gradient_at(term: sp.Expr) -> sp.Expr:
    """∇C_e(αW) contracted with one input h_k = 1: ∂C/∂x_i at the batch αx, by the derived backward pass."""
    formula = derived(x[i])
    G, H = moments(g[k]), moments(g[k] * x[k])
    for one in term.atoms(weight_gradient):
        e, inside = one.args
        c = inside.coeff(_W)
        scaled = {x[i]: c * x[i], mu: c * mu, v: c**2 * v, H: c * H, G: G, epsilon: e}
        term = term.xreplace({one: formula.subs(scaled, simultaneous=True)})
    return term


def by_backward_pass(statement: sp.Basic) -> Outcome:
    """∇C at αW and at W by the derived backward pass;
    the later layers send the same g where BN's outputs agree."""
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
    H, G = moments(g[k] * x[k]), moments(g[k])
    numbers = dict(zip((x[i], mu, v, g[i], G, H, gamma, m), (3, 1, 2, 1, 0, 2, 1, 3), strict=True))
    at = {key: sp.sympify(n) for key, n in (numbers | {a: 2, epsilon: 1}).items()}
    return counterexample(sp.Eq(left, right, evaluate=False), [at]) or Unknown("not at the point tried")


def by_summing(statement: sp.Basic) -> Outcome:
    """⟨f⟩ = c with f made of the backward pass, for any batch size; judged at size 3 where it fails."""
    left, right = (side.doit() for side in statement.args)
    if len(_entries(left) | _entries(right)) > 1:
        return Unknown("one side speaks of entry i, the other of entry k")
    gap = sp.simplify(in_letters(left) - in_letters(right))
    if gap == 0:
        return Proved(
            "algebra", (Step("the mean over the batch, carried out", sp.simplify(in_letters(left))),)
        )
    judged = sp.Eq(*(in_numbers(side, _SIZE, 1) for side in (left, right)), evaluate=False)
    return counterexample(judged, points()) or Unknown("not at the points tried")


def _entries(expr: sp.Expr) -> set[sp.Expr]:
    """The indices that no mean ⟨…⟩ binds."""
    return {n for x in expr.replace(average, lambda _: sp.Dummy()).atoms(sp.Indexed) for n in x.indices}


def _jacobian_of(direction: sp.Expr) -> sp.Expr:
    """J d for the batch Jacobian J:
    the backward pass with g = d, which is symmetric, so J and its transpose agree."""
    return backward.xreplace({g[k]: direction})


def by_composition(statement: sp.Basic) -> Outcome:
    """d output/dh of the normalised layer with the statistics of its own batch,
    against a formula without w."""
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
    at = {w: 3, h: 2, b: 1, mean_h: 1, v_h: 4, gamma: 2, beta: sp.Rational(1, 2)}
    judged = sp.Eq(specialise(factor), specialise(right), evaluate=False)
    return counterexample(judged, [{s: sp.sympify(n) for s, n in at.items()}]) or Unknown(
        "not at the point tried"
    )


def _eq(left: sp.Basic, right: sp.Basic) -> sp.Eq:
    return sp.Eq(left, right, evaluate=False)


def _backward_is(*terms: sp.Expr) -> sp.Eq:
    return _eq(partial(_C, x[i]), times(gamma / sp.sqrt(v + epsilon), plus(*terms)))


def _forgets(a: sp.Symbol) -> sp.Eq:
    return _eq(batch_norm(0, a * _batch), batch_norm(0, _batch))


def _with_epsilon(inner: sp.Expr) -> sp.Eq:
    return _eq(batch_norm(epsilon, any_alpha * _batch), times(sp.sign(any_alpha), batch_norm(inner, _batch)))


def _gradient_is(inner: sp.Expr, outer: sp.Expr, e: sp.Expr) -> sp.Eq:
    return _eq(weight_gradient(e, alpha * _W), times(outer, weight_gradient(inner, _W)))


def _factor_is(scale: sp.Expr) -> sp.Eq:
    inside = gamma * (h - mean_h) / sp.sqrt(v_h) + beta
    return _eq(sp.Derivative(sp.Function("a")(h), h), times(scale, sigma_prime(inside)))


_SCOPE = "every batch size m ≥ 2 with v + ε > 0"
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
        scope=f"{_SCOPE}; g_k = ∂C/∂y_k, all paths through μ and v included",
        false_sibling=_backward_is(*_own_terms),
    ),
    Claim(
        label="batch-norm-backward-gain",
        sentence="The gradient of the gain γ is the sum of g times the normalised values.",
        statement=_eq(partial(_C, gamma), times(m, average(g[k] * xhat[k]))),
        check=by_chain_rule,
        scope=_SCOPE,
        false_sibling=_eq(partial(_C, gamma), times(m, average(g[k] * x[k]))),
    ),
    Claim(
        label="batch-norm-backward-shift",
        sentence="The gradient of the shift β is the sum of g.",
        statement=_eq(partial(_C, beta), times(m, average(g[k]))),
        check=by_chain_rule,
        scope=_SCOPE,
        false_sibling=_eq(partial(_C, beta), average(g[k])),
    ),
    Claim(
        label="batch-norm-projects-out-the-mean",
        sentence="The batch Jacobian takes the constant direction to zero: a bias before it has no gradient.",
        statement=_eq(average(backward), sp.S.Zero),
        check=by_summing,
        scope=f"{_SCOPE}; for every g; the Jacobian is symmetric",
        false_sibling=_eq(average(x[k] * backward), sp.S.Zero),
    ),
    Claim(
        label="batch-norm-projects-out-the-output",
        sentence="The batch Jacobian takes the normalised values to zero as ε → 0, and shrinks them by "
        "ε/(v + ε) otherwise.",
        statement=_eq(_jacobian_of(xhat[k]), times(_shrink, xhat[k])),
        check=by_summing,
        scope=f"{_SCOPE}; J_ik = ∂y_k/∂x_i applied to x̂",
        false_sibling=_eq(_jacobian_of(xhat[k]), sp.S.Zero),
    ),
    Claim(
        label="batch-norm-gradient-orthogonal",
        sentence="As ε → 0 the gradient of a neuron's weights is perpendicular to the weights.",
        statement=_eq(
            average(x[k] * backward), times(gamma * epsilon / (v + epsilon), average(g[k] * xhat[k]))
        ),
        check=by_summing,
        scope=f"{_SCOPE}; m times the left side is Σ_j w_j ∂C/∂w_j, because x_k = Σ_j w_j h_kj",
        false_sibling=_eq(average(x[k] * backward), sp.S.Zero),
    ),
    Claim(
        label="batch-norm-forgets-scale",
        sentence="Batch normalisation does not see a positive factor before it, so BN(αWx) = BN(Wx).",
        statement=_forgets(alpha),
        check=by_carrying_out,
        scope="α > 0 and ε = 0; every batch size with v > 0. For α < 0 the sign flips",
        false_sibling=_forgets(any_alpha),
    ),
    Claim(
        label="batch-norm-scale-and-epsilon",
        sentence="With ε, a factor before batch normalisation is the same as another ε, up to the sign of "
        "the factor.",
        statement=_with_epsilon(epsilon / any_alpha**2),
        check=by_carrying_out,
        scope="all real α ≠ 0 and ε > 0; every batch size with v > 0",
        false_sibling=_with_epsilon(epsilon),
    ),
    Claim(
        label="batch-norm-gradient-falls-with-scale",
        sentence="Weights α times as large have a gradient α times as small.",
        statement=_gradient_is(sp.S.Zero, 1 / alpha, sp.S.Zero),
        check=by_backward_pass,
        scope="α > 0 and ε = 0; one neuron's incoming weights, and so every row of W; every batch size "
        "with v > 0",
        false_sibling=_gradient_is(sp.S.Zero, sp.S.One, sp.S.Zero),
    ),
    Claim(
        label="batch-norm-gradient-and-epsilon",
        sentence="With ε, the gradient at α times the weights is 1/α times the gradient with another ε.",
        statement=_gradient_is(epsilon / alpha**2, 1 / alpha, epsilon),
        check=by_backward_pass,
        scope="α > 0 and ε > 0; g taken at the outputs, which agree",
        false_sibling=_gradient_is(epsilon, 1 / alpha, epsilon),
    ),
    Claim(
        label="normalised-factor-has-no-weight",
        sentence="In a normalised layer the size of the weight drops out of the factor that multiplies the "
        "gradient.",
        statement=_factor_is(gamma / sp.sqrt(v_h)),
        check=by_composition,
        scope="one neuron, w > 0, ε = 0, mean and variance of its own batch of inputs h held fixed; any "
        "activation",
        false_sibling=_factor_is(gamma * w / sp.sqrt(v_h)),
    ),
)
