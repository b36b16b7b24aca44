"""Exercises of chapter 1, the chain rule on a chain.
σ and C are unspecified, so an answer must hold for all of them."""

from __future__ import annotations

import sympy as sp

from analysis.exercises.domain import Domain
from analysis.exercises.exercise import (
    Condition,
    Exercise,
    Mistake,
    Value,
    Witness,
    instead,
    times_extra,
    without,
)
from analysis.symbolic.catalogue import as_sigmoid
from analysis.symbolic.chain import definitions, factors, gradient, substitute_back
from analysis.symbolic.layer import Layer
from analysis.symbolic.notation import a_, b, b_, cost, cost_prime, h, sigma, sigma_prime, w, w_, z, z_

_RANGE = ((-2.0, 2.0),)


def _chain(depth: int) -> Domain:
    """A random network of this depth, with every z_j and a_j following from its input, weights and biases."""
    free = [a_(0), *(letter(j) for j in range(1, depth + 1) for letter in (w_, b_))]
    return Domain(tuple((s, _RANGE) for s in free), tuple(definitions(depth).items()), activation=None)


_DEPTH, _LAYER = 5, 3
_slopes = {j: sigma_prime(z_(j)) for j in range(1, _DEPTH + 1)}
_into_cost = cost_prime(a_(_DEPTH))
# What a function is called with: not only what it needs, or its arguments would give the answer away.
_everything = (
    *(a_(j) for j in range(_DEPTH + 1)),
    *(w_(j) for j in range(1, _DEPTH + 1)),
    *_slopes.values(),
    _into_cost,
)


def _with_values_for_slopes(right: sp.Expr) -> sp.Expr:
    return right.replace(sigma_prime, sigma)


def _with_sigmoid_slopes(right: sp.Expr) -> sp.Expr:
    return right.replace(sigma_prime, lambda x: sigma(x) * (1 - sigma(x)))


def _with_weights_shifted(right: sp.Expr) -> sp.Expr:
    return right.xreplace({w_(j): w_(j - 1) for j in (4, 5)})


def _with_slopes_shifted(right: sp.Expr) -> sp.Expr:
    return right.xreplace({_slopes[j]: _slopes[j - 1] for j in (3, 4, 5)})


_OF_EVERY_CHAIN = (
    Mistake(
        _with_slopes_shifted,
        "The slopes are shifted by one layer: the first of them is that of layer 3 itself.",
    ),
    without(w_(4) * _slopes[4], "The factor of layer 4 is missing altogether."),
    without(w_(5) * _slopes[5], "The factor of layer 5 is missing altogether."),
    without(
        w_(4) * w_(5),
        "The weights are missing: a_3 enters z_4 multiplied by w_4, and a_4 enters z_5 multiplied by w_5.",
    ),
    Mistake(
        lambda right: right / _into_cost * cost(a_(_DEPTH)),
        "There is the cost itself where its slope ∂C/∂a_5 should be.",
    ),
    without(_slopes[3], "The slope of layer 3 itself is missing: a change of z_3 reaches a_3 through σ."),
    without(w_(4), "The weight w_4 is missing: a_3 enters z_4 multiplied by it."),
    without(_slopes[4], "The slope σ′(z_4) is missing: a change of z_4 reaches a_4 through σ."),
    without(w_(5), "The weight w_5 is missing: a_4 enters z_5 multiplied by it."),
    without(_slopes[5], "The slope σ′(z_5) is missing: a change of z_5 reaches a_5 through σ."),
    without(_into_cost, "The last factor is missing: how the cost answers to the output a_5."),
    Mistake(
        _with_weights_shifted, "The weights are shifted by one layer: what follows layer 3 is w_4, then w_5."
    ),
    Mistake(_with_values_for_slopes, "There are values σ(z) where slopes σ′(z) should be."),
    Mistake(
        _with_sigmoid_slopes,
        "σ′ = σ(1 − σ) is true of the sigmoid. Here σ is any function: leave σ′ as it is.",
    ),
)

_bias = Value(
    right=lambda: gradient(_DEPTH, _LAYER),
    domain=_chain(_DEPTH),
    arguments=_everything,
    mistakes=(
        times_extra(
            w_(3),
            "The weight w_3 is no factor: b_3 enters z_3 with the slope 1, and w_3 acts through z_3 alone.",
        ),
        times_extra(a_(2), "This is the gradient in the weight w_3. A bias is multiplied by nothing."),
        *_OF_EVERY_CHAIN,
        *(
            Mistake(lambda right, l=l: gradient(_DEPTH, l), f"This is the gradient in b_{l}.")  # type: ignore[misc]
            for l in (1, 2, 4, 5)
        ),
        Mistake(lambda right: gradient(4, 3), "This is the gradient of a chain of depth 4."),
    ),
)

_weight = Value(
    right=lambda: gradient(_DEPTH, _LAYER, w),
    domain=_chain(_DEPTH),
    arguments=_everything,
    mistakes=(
        without(a_(2), "This is the gradient in the bias b_3. The slope of z_3 in w_3 is not 1."),
        Mistake(
            lambda right: right / a_(2) * a_(3),
            "The activation is that of the wrong side: w_3 multiplies what comes into layer 3.",
        ),
        Mistake(
            lambda right: right / a_(2) * w_(2), "w_3 multiplies the activation a_2, not the weight w_2."
        ),
        Mistake(lambda right: right / a_(2) * z_(2), "w_3 multiplies a_2 = σ(z_2), not z_2."),
        Mistake(lambda right: right / a_(2) * a_(0), "The input a_0 belongs to w_1. What does w_3 multiply?"),
        Mistake(
            lambda right: right / a_(2) * w_(3),
            "The slope of z_3 in w_3 is what w_3 multiplies, not w_3 itself.",
        ),
        times_extra(w_(3), "The weight w_3 is no factor: z_3 is of first degree in it."),
        *_OF_EVERY_CHAIN,
        *(
            Mistake(lambda right, l=l: gradient(_DEPTH, l, w), f"This is the gradient in w_{l}.")  # type: ignore[misc]
            for l in (1, 2, 4, 5)
        ),
    ),
)

_TIED = {w_(j): w for j in (1, 2, 3)} | {b_(j): b for j in (1, 2, 3)}


def _tied_term(layer: int, x: sp.Symbol = w) -> sp.Expr:
    """What layer l contributes to the gradient in a weight (or bias) that three layers share."""
    return gradient(3, layer, x).xreplace(_TIED)


def _tied_domain() -> Domain:
    own = tuple(_TIED.items())  # w_1 … may be written for w
    rest = tuple((x, formula.xreplace(_TIED)) for x, formula in definitions(3).items())
    return Domain(tuple((s, _RANGE) for s in (a_(0), w, b)), (*own, *rest), activation=None)


_tied = Value(
    right=lambda: sp.Add(*(_tied_term(l) for l in (1, 2, 3))),
    domain=_tied_domain(),
    arguments=(*(a_(j) for j in range(4)), w, b, _slopes[1], _slopes[2], _slopes[3], cost_prime(a_(3))),
    mistakes=(
        *(Mistake(lambda right, l=l: _tied_term(l),  # type: ignore[misc]
            f"This is what layer {l} contributes. The other two use the same weight.") for l in (1, 2, 3)),
        *(Mistake(lambda right, l=l: right - _tied_term(l),  # type: ignore[misc]
            f"The contribution of layer {l} is missing.") for l in (1, 2, 3)),
        *(Mistake(lambda right, l=l: 3 * _tied_term(l),  # type: ignore[misc]
            "The three contributions are not equal: each has its own activation and its own later layers.")
            for l in (1, 2, 3)),
        Mistake(lambda right: sp.Add(*(_tied_term(l, b) for l in (1, 2, 3))),
            "This is the gradient in the shared bias. Each layer's weight multiplies an activation."),
        Mistake(lambda right: sp.Add(*(_tied_term(l) / w ** (3 - l) for l in (1, 2, 3))),
            "The later weights are missing: what layer 1 contributes passes two more weights on its way to "
            "the cost, what layer 2 contributes one."),
        Mistake(lambda right: sp.Add(*(_tied_term(l) / a_(l - 1) * a_(l) for l in (1, 2, 3))),
            "The activations are those of the wrong side: the weight of layer j multiplies a_{j−1}."),
        Mistake(lambda right: w * right,
            "One w too many: in the layer whose weight is varied, w itself is no factor."),
        Mistake(lambda right: sp.Mul(*(_tied_term(l) for l in (1, 2, 3))),
            "The contributions are added, not multiplied: w can act in one layer or in another."),
        Mistake(lambda right: right / 3,
            "This is the mean of the contributions. The derivative is their sum."),
        Mistake(lambda right: right / cost_prime(a_(3)),
            "The last factor is missing: how the cost answers to the output a_3."),
        Mistake(_with_values_for_slopes, "There are values σ(z) where slopes σ′(z) should be."),
        Mistake(_with_sigmoid_slopes,
            "σ′ = σ(1 − σ) is true of the sigmoid. Here σ is any function: leave σ′ as it is."),
    ),
)  # fmt: skip

_skip = Layer("with a way past", h + sigma(w * h + b))

_past = Value(
    right=lambda: _skip.factor,
    domain=Domain(tuple((s, _RANGE) for s in (h, w, b)), ((z, w * h + b),), activation=None),
    arguments=(h, w, b, sigma(z), sigma_prime(z)),
    mistakes=(
        Mistake(lambda right: right - 1,
            "This is the factor of a layer without the way past. The term h has a derivative too."),
        instead((1 + w) * sigma_prime(w * h + b),
            "The 1 stands outside: the term h does not go through σ, so its derivative has no σ′."),
        instead(sigma_prime(w * h + b),
            "Two things are missing: the derivative of the term h, and the weight by which h enters the "
            "activation."),
        instead(1 + sigma_prime(w * h + b),
            "The weight is missing: h enters the activation multiplied by w."),
        instead(1 + w * sigma(w * h + b), "There is the value σ where the slope σ′ should be."),
        instead(1 + w, "The slope σ′ is missing: wh + b goes through σ."),
        instead(h * (1 + w * sigma_prime(w * h + b)),
            "One h too many. The layer is differentiated in h, and h itself has the derivative 1."),
        instead(h + w * sigma_prime(w * h + b), "The derivative of the term h is not h."),
        instead(h * sigma_prime(w * h + b),
            "This is the derivative in the weight. What is asked for is the derivative in the input h."),
        instead(1 + h * sigma_prime(w * h + b),
            "The inner derivative is taken in w. In h, the derivative of wh + b is w."),
        Mistake(lambda right: 1 - (right - 1), "The sign is wrong: the two ways add up."),
        Mistake(_with_sigmoid_slopes,
            "σ′ = σ(1 − σ) is true of the sigmoid. Here σ is any function: leave σ′ as it is."),
    ),
)  # fmt: skip


def _speed(weight: sp.Expr | int) -> sp.Expr:
    """∂a_2/∂b_1 of a sigmoid chain with a_0 = 1, w_1 = weight, w_2 = 1 and biases 0."""
    product = substitute_back(sp.Mul(*factors(2)[:-1]), 2)
    return as_sigmoid(
        product.xreplace(
            {a_(0): sp.S.One, w_(1): sp.sympify(weight), w_(2): sp.S.One, b_(1): sp.S.Zero, b_(2): sp.S.Zero}
        )
    )


_slowed = Witness(
    symbol=w_(1),
    conditions=(
        Condition(
            sp.Gt(w_(1), 1), "The statement speaks of large weights: choose w_1 above 1.", sp.Integer(-10)
        ),
        Condition(
            sp.Lt(_speed(w_(1)) / _speed(1), sp.Rational(1, 10), evaluate=False),
            "Not yet: there the first layer still has {left} of the speed that it has at w_1 = 1.",
            sp.Integer(2),
        ),
    ),
)

_ALL = 6
_CUT = 4


def _stopped() -> sp.Expr:
    """How many of the gradients in b_1 … b_6 and w_1 … w_6 have w_4 as a factor."""
    return sp.Integer(sum(gradient(_ALL, l, x).has(w_(_CUT)) for l in range(1, _ALL + 1) for x in (b, w)))


_silent = Value(
    right=_stopped,
    whole=True,
    mistakes=(
        instead(3, "These are the biases, or the weights. Count both."),
        instead(
            4,
            "Go through the layers one by one, and count biases and weights: which of the gradients in b_1 … "
            "b_4 have w_4 as a factor?",
        ),
        instead(-6, "A count is not negative."),
        instead(8, "Layer 4 itself still learns: w_4 is no factor of the gradients in b_4 and w_4."),
        instead(7, "Layer 4 itself still learns: w_4 is no factor of the gradients in b_4 and w_4."),
        instead(12, "The layers from 4 on still learn: their gradients have only later weights as factors."),
        instead(2, "Not only layer 4 is concerned. Which gradients have w_4 as a factor?"),
        instead(1, "w_4 = 0 is not the gradient in w_4. Which gradients have w_4 as a factor?"),
        instead(0, "A gradient that has w_4 as a factor is 0. Which ones have it?"),
    ),
)

EXERCISES = (
    Exercise(
        "1.1",
        (_bias,),
        (
            "Start from b_3 and follow it: through which quantities does a small change of b_3 reach the "
            "cost?",
            "It passes z_3, a_3, z_4, a_4, z_5, a_5, and then C. Each step multiplies by one slope.",
            "The slope of a_j in z_j is σ′(z_j); that of z_{j+1} in a_j is the weight w_{j+1}; that of z_3 "
            "in b_3 is 1.",
        ),
    ),
    Exercise(
        "1.2",
        (_weight,),
        (
            "Only the first step differs from the gradient in b_3: how does z_3 change with w_3?",
            "z_3 = w_3 a_2 + b_3. Differentiate it in w_3 with a_2 held fixed: a_2 comes from earlier "
            "layers, which do not know w_3.",
        ),
    ),
    Exercise(
        "1.3",
        (_tied,),
        (
            "Give the three copies of w names of their own, w_1, w_2 and w_3. What is the gradient in each?",
            "If all three are moved together by the same small amount, the change of the cost is the sum of "
            "the three changes.",
            "Each of the three gradients is the one of exercise 1.2, at depth 3, for layers 1, 2 and 3. "
            "Write w and b for every copy.",
        ),
    ),
    Exercise(
        "1.4",
        (_past,),
        (
            "The layer is a sum of two terms in h. Differentiate each.",
            "The second term is the plain layer, whose factor you know from this chapter.",
        ),
    ),
    Exercise(
        "1.5",
        (_slowed,),
        (
            "Where does w_1 stand in ∂C/∂b_1 = σ′(z_1) w_2 σ′(z_2) ∂C/∂a_2? It is not one of the factors.",
            "It acts through z_1 = w_1 a_0 + b_1. What does σ′(z_1) do when z_1 grows?",
        ),
    ),
    Exercise(
        "1.6",
        (_silent,),
        (
            "The gradient in b_l has the factors w_j σ′(z_j) of the layers j after l. For which l is w_4 "
            "among them?",
            "The gradient in w_l is that in b_l times a_{l−1}, so it is 0 together with it.",
        ),
    ),
)  # fmt: skip
