"""Exercises of chapter 11, batch normalisation."""

from __future__ import annotations

import sympy as sp

from analysis.exercises.domain import Domain, over
from analysis.exercises.exercise import Choice, Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.activation import Activation
from analysis.symbolic.layer import plain
from analysis.symbolic.normalisation import (
    backward,
    beta,
    epsilon,
    g,
    gamma,
    in_numbers,
    mu,
    normalised,
    v,
    x,
)
from analysis.symbolic.normalisation_rates import mean_under_normal
from analysis.symbolic.notation import b, h, w, z

_FOLDED = normalised(plain()).output.args[0]
"""γ(wh + b − μ)/√(v + ε) + β, as the library composes it."""
_fold_domain = Domain(
    tuple((s, ((-2.0, 2.0),)) for s in (w, b, mu, gamma, beta))
    + tuple((s, ((0.2, 3.0),)) for s in (v, epsilon))
)
_arguments = (w, b, mu, v, epsilon, gamma, beta)
_root = sp.sqrt(v + epsilon)
_weight = Value(
    name="weight",
    right=lambda: _FOLDED.diff(h),
    domain=_fold_domain,
    arguments=_arguments,
    mistakes=(
        instead(
            gamma * w / (v + epsilon), "This divides by the variance. The normalisation divides by its root."
        ),
        instead(gamma * w / sp.sqrt(v), "ε is missing under the root."),
        instead(w / _root, "The gain γ is missing: it multiplies what is normalised."),
        instead(gamma / _root, "The layer's own weight w is missing."),
        instead(gamma * w / (sp.sqrt(v) + epsilon), "ε stands under the root, beside the variance."),
    ),
)
_bias = Value(
    name="bias",
    right=lambda: _FOLDED.subs(h, 0),
    domain=_fold_domain,
    arguments=_arguments,
    mistakes=(
        instead(gamma * b / _root + beta, "The mean μ is missing: it is taken off before dividing."),
        instead(beta - gamma * mu / _root,
            "The layer's old bias b is not lost here: μ is fixed now, and no longer follows b."),
        instead(gamma * (b - mu) / _root, "The shift β is missing."),
        instead(gamma * (b - mu + beta) / _root,
            "β comes after the normalisation; it is neither divided nor multiplied."),
        instead(gamma * (b + mu) / _root + beta, "The mean is subtracted."),
        instead(gamma * b / _root - mu + beta, "μ is subtracted before the division, so it is divided too."),
    ),
)  # fmt: skip


_BATCH = {x[1]: 1, x[2]: 2, x[3]: 3, g[1]: 1, g[2]: 0, g[3]: 0, gamma: 1, beta: 0, epsilon: 0}


def _input_gradient(formula: sp.Expr = backward) -> sp.Expr:
    """∂C/∂x_1 for the batch (1, 2, 3) with g = (1, 0, 0), γ = 1, ε = 0."""
    return sp.nsimplify(in_numbers(formula, 3, 1).xreplace(_BATCH))


_one = Value(
    right=_input_gradient,
    mistakes=(
        Mistake(lambda right: sp.sqrt(sp.Rational(3, 2)),
            "This takes μ and v for constants. Both depend on x_1."),
        Mistake(lambda right: sp.sqrt(sp.Rational(3, 2)) * sp.Rational(2, 3),
            "The path through the variance is missing."),
        Mistake(lambda right: sp.sqrt(sp.Rational(3, 2)) / 2, "The path through the mean is missing."),
        Mistake(lambda right: -right,
            "The sign is wrong: raising the smallest value raises its normalised value, if only a little."),
        Mistake(lambda right: sp.Rational(1, 3),
            "This is the variance with m − 1 below it. Batch normalisation divides by m."),
        Mistake(lambda right: sp.Rational(1, 6), "Almost: still to be divided by √v."),
    ),
)  # fmt: skip

r, q, eta, alpha = sp.symbols("r q eta alpha", positive=True)
_POSITIVE = over(r, q, eta, ranges=((0.1, 5.0),))
_longer = Value(
    name="length",
    right=lambda: sp.sqrt(r**2 + (eta * q) ** 2),
    domain=_POSITIVE,
    arguments=(r, q, eta),
    mistakes=(
        instead(r - eta * q, "That would be so if the gradient pointed along w. It is perpendicular to w."),
        instead(
            r + eta * q, "Lengths add like this along one line only. The gradient is perpendicular to w."
        ),
        instead(
            r,
            "To first order only: the step is perpendicular, and a perpendicular step makes the vector "
            "longer.",
        ),
        instead(
            sp.sqrt(r**2 - (eta * q) ** 2), "The sign is wrong: the squares of perpendicular sides add up."
        ),
        instead(r**2 + (eta * q) ** 2, "This is the square of the length."),
        instead(sp.sqrt(r**2 + q**2), "The step is η times the gradient."),
    ),
)
_rate_for = Value(
    name="rate",
    right=lambda: alpha**2 * eta,
    domain=over(alpha, eta, ranges=((0.1, 5.0),)),
    arguments=(alpha, eta),
    mistakes=(
        instead(alpha * eta,
            "One α is missing: the weights are α times as long, and their gradient is α times as short as "
            "well."),
        instead(eta / alpha,
            "Upside down, and only half of it: longer weights with a shorter gradient need a larger rate."),
        instead(eta / alpha**2, "Upside down: longer weights with a shorter gradient need a larger rate."),
        instead(eta, "The output does not change, but the gradient and the length to be turned do."),
        instead(sp.sqrt(alpha) * eta, "Two effects multiply here; each is a factor α."),
    ),
)  # fmt: skip

c = sp.Symbol("c", nonnegative=True)
_LEAKY = Activation("leaky", sp.Piecewise((z, z >= 0), (c * z, True)), sp.S.One, sp.S.Zero)


def _leaky_rate() -> sp.Expr:
    """E[σ′²]/Var σ of a ReLU with slope c below zero."""
    value, slope = _LEAKY.formula, sp.Piecewise((1, z >= 0), (c, True))
    spread = mean_under_normal(value**2) - mean_under_normal(value) ** 2
    return sp.simplify(mean_under_normal(slope**2) / spread)


_square = Value(
    name="z²",
    right=lambda: mean_under_normal((z**2).diff(z) ** 2)
    / (mean_under_normal(z**4) - mean_under_normal(z**2) ** 2),
    mistakes=(
        instead(sp.Rational(4, 3),
            "This divides by E[σ²]. Batch normalisation takes the mean off: divide by the variance."),
        instead(4, "This is E[σ′²]. Divide by Var σ."),
        instead(sp.sqrt(2), "This is the growth of the norm. R is that of the squared norm."),
        instead(sp.Rational(1, 2), "Upside down: the slope's square stands above."),
        instead(1, "E[Z⁴] is 3, not 1."),
    ),
)  # fmt: skip
_leaky = Value(
    name="leaky",
    right=_leaky_rate,
    domain=over(c, ranges=((0.05, 0.9),)),
    arguments=(c,),
    mistakes=(
        instead(sp.S.One,
            "This divides by E[σ²]. The mean of a leaky ReLU is not 0: divide by the variance."),
        instead(sp.pi / (sp.pi - 1), "This is ReLU, the case c = 0."),
        Mistake(lambda right: sp.sqrt(right),
            "This is the growth of the norm. R is that of the squared norm."),
        Mistake(lambda right: 1 / right, "Upside down: the slope's square stands above."),
        instead(sp.pi * (1 + c**2) / (sp.pi * (1 + c**2) - (1 + c) ** 2),
            "The mean of σ is (1 − c)/√(2π): the two halves pull in opposite directions."),
        instead(sp.pi * (1 + c) / (sp.pi * (1 + c) - (1 - c) ** 2),
            "The second moments of the lower half carry c²."),
    ),
)  # fmt: skip

_hat = alpha / sp.sqrt(alpha**2 + sp.Rational(1, 100))
_a = sp.Symbol("alpha", real=True)
_epsilon_matters = Witness(
    symbol=_a,
    conditions=(
        Condition(sp.Gt(_a, 0, evaluate=False), "α is to be positive; yours is {left}.", sp.Integer(-1)),
        Condition(
            sp.Lt(_hat.subs(alpha, _a), sp.Rational(4, 5), evaluate=False),
            "There the normalised value is {left}, still near the one for α = 1. What does α have to be "
            "compared with?",
            sp.Integer(2),
        ),
    ),
)

_where = Choice(
    says=(
        ("a",
            "That is what a small initial gain per layer would give. Batch normalisation's rate R is above "
            "1: the gradient grows on its way back."),
        ("b",
            "The forward pass keeps its size. The backward pass does not: it divides by the spread of every "
            "batch."),
        ("c",
            "In large batches whose examples all fare alike R > 1 for every activation that is not affine, "
            "so the gradient grows from the output to the input."),
        ("d", "The rate has no peak in the middle: every layer away from the ends multiplies by the same R."),
    ),
    right="c",
)  # fmt: skip

EXERCISES = (
    Exercise(
        "11.1",
        (_weight, _bias),
        (
            "With μ and v fixed, γ(wh + b − μ)/√(v + ε) + β is affine in h. What multiplies h?",
            "Put h = 0 to get the new bias.",
        ),
    ),
    Exercise(
        "11.2",
        (_one,),
        (
            "First μ, v and x̂. Then the two means ⟨g⟩ and ⟨g x̂⟩.",
            "∂C/∂x_1 = (g_1 − ⟨g⟩ − x̂_1⟨g x̂⟩)/√v. Here ⟨g⟩ = 1/3 and ⟨g x̂⟩ = x̂_1/3.",
        ),
    ),
    Exercise(
        "11.3",
        (_longer, _rate_for),
        (
            "At ε = 0 the gradient of a neuron's weights is perpendicular to them. What is the length of w − "
            "η∇C then?",
            "What counts for the output is the angle by which the weights turn: the step over the length of "
            "the weights.",
            "At α times the weights the gradient is 1/α of what it was, and the length is α times as large.",
        ),
    ),
    Exercise(
        "11.4",
        (_square, _leaky),
        (
            "R = E[σ′(Z)²]/Var σ(Z) with Z ~ N(0, 1). You need E[Z²] = 1 and E[Z⁴] = 3.",
            "For the leaky ReLU each half line gives half of what a linear neuron would: E[σ²] = (1 + c²)/2. "
            "What is E[σ]?",
            "E[σ] = (1 − c)/√(2π), because E[max(Z, 0)] = 1/√(2π).",
        ),
    ),
    Exercise(
        "11.5",
        (_epsilon_matters,),
        (
            "The batch is (−α, α), so μ = 0 and v = α². The normalised value of its second entry is α/√(α² + "
            "ε).",
            "ε = 1/100 belongs to v, so it is √ε = 1/10 that α competes with.",
        ),
    ),
    Exercise(
        "11.6",
        (_where,),
        (
            "Normalisation fixes the size of what goes forward. What happens on the way back?",
            "Each layer multiplies the squared norm by R, from the output towards the input.",
        ),
    ),
)
