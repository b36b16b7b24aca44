"""Exercises of chapter 4, learning speeds on real digits."""

from __future__ import annotations

import itertools

import sympy as sp

from analysis.exercises.domain import over
from analysis.exercises.exercise import Choice, Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import b, z

q, n = sp.symbols("q n", positive=True)
"""q = Σ x_i², the sum of the squares of the inputs; n, their number."""


RECORDED = tuple(sp.Rational(x) for x in ("0.003", "0.017", "0.070", "0.285"))
"""The speeds that Nielsen (2015, chapter 5) records for four hidden layers, which the exercise states."""
_total = RECORDED[-1] / RECORDED[0]
_steps = len(RECORDED) - 1
_ratio = Value(
    name="r",
    digits=3,
    right=lambda: _total ** sp.Rational(1, _steps),
    mistakes=(
        Mistake(lambda right: _total,
            "This is the ratio from the first layer to the fourth. It is made of three equal factors."),
        Mistake(lambda right: _total ** sp.Rational(1, 4),
            "Four layers are three steps apart: count the steps, not the layers."),
        Mistake(lambda right: _total / _steps,
            "Equal ratios multiply: what three of them make in all is a power, not a multiple."),
        Mistake(lambda right: sp.sqrt(_total),
            "That would be two steps. From layer 1 to layer 4 there are more."),
        Mistake(lambda right: 1 / right,
            "This is the ratio from a layer to the one before it. Asked for is the next layer's speed over "
            "this layer's."),
        Mistake(lambda right: sum(RECORDED[k + 1] / RECORDED[k] for k in range(3)) / 3,
            "This is the arithmetic mean of the three ratios. Equal steps that multiply to the same total "
            "are their geometric mean."),
    ),
)  # fmt: skip
_log_gain = Value(
    name="λ",
    digits=3,
    right=lambda: -sp.log(_total) / _steps,
    mistakes=(
        Mistake(lambda right: -right,
            "The sign is wrong: going backward by one layer the gradient gets smaller, so its log-gain is "
            "negative."),
        Mistake(lambda right: _steps * right, "This is the log-gain of all three steps together."),
        Mistake(lambda right: right * _steps / 4,
            "Four layers are three steps apart: count the steps, not the layers."),
        Mistake(lambda right: right / sp.log(10),
            "This is a logarithm to base 10. The log-gain of this book is a natural one."),
        Mistake(lambda right: sp.exp(right), "This is the factor of one step. λ is its logarithm."),
    ),
)  # fmt: skip


def _standard_deviation(variance_of_weights: sp.Expr) -> sp.Expr:
    """Of z = Σ w_i x_i + b with independent w_i ~ N(0, variance) and b ~ N(0, 1): the variances add up."""
    return sp.sqrt(variance_of_weights * q + 1)


_POSITIVE = over(q, n, ranges=((0.5, 20.0), (20.0, 900.0)))
_unscaled = Value(
    name="N(0, 1)",
    right=lambda: _standard_deviation(sp.S.One),
    domain=_POSITIVE,
    arguments=(q, n),
    mistakes=(
        Mistake(lambda right: right**2, "This is the variance. Take the square root."),
        instead(sp.sqrt(q), "The bias is missing: it has variance 1 and adds to the rest."),
        instead(q, "This is the variance, and without the bias."),
        instead(1 + sp.sqrt(q), "Variances add up, standard deviations do not."),
        instead(sp.sqrt(1 + n), "That would be so if every input were 1. Use q = Σ x_i²."),
        instead(sp.sqrt(n * q + 1), "q is already the sum over all inputs: no n."),
        instead(sp.sqrt(1 + q / n), "This is the other one, for weights N(0, 1/n)."),
        instead(sp.sqrt(1 + q**2), "q is already a sum of squares."),
    ),
)
_scaled = Value(
    name="N(0, 1/n)",
    right=lambda: _standard_deviation(1 / n),
    domain=_POSITIVE,
    arguments=(q, n),
    mistakes=(
        Mistake(lambda right: right**2, "This is the variance. Take the square root."),
        instead(sp.sqrt(q / n), "The bias is missing: it has variance 1 and adds to the rest."),
        instead(sp.sqrt(1 + q / n**2), "1/n is the variance of a weight, not its standard deviation."),
        instead(sp.sqrt((1 + q) / n), "The bias is not divided: it is N(0, 1) in both recipes."),
        instead(1 + sp.sqrt(q / n), "Variances add up, standard deviations do not."),
        instead(sp.sqrt(1 + q), "This is the other one, for weights N(0, 1)."),
        instead(sp.sqrt(1 + n * q), "The n is upside down: the variance of a weight is 1/n."),
        instead(
            sp.sqrt(1 + q / sp.sqrt(n)),
            "1/n is the variance of a weight; do not take its root a second time.",
        ),
    ),
)


def _chance(layers: int) -> sp.Rational:
    """How many of the orders of so many different speeds grow from layer to layer, over all orders:
    counted."""
    orders = list(itertools.permutations(range(layers)))
    growing = [order for order in orders if all(x < y for x, y in itertools.pairwise(order))]
    return sp.Rational(len(growing), len(orders))


_three = Value(
    name="three",
    right=lambda: _chance(3),
    digits=3,
    mistakes=(
        instead(
            sp.Rational(1, 3),
            "This is the probability that the third is the fastest. The other two must be in order as well.",
        ),
        instead(sp.Rational(1, 2), "This is the probability for two layers. A third has to fit in."),
        instead(sp.Rational(1, 4), "The two comparisons are not independent: both involve the middle layer."),
        instead(sp.Rational(1, 8), "Count orders of three speeds, not three coins."),
        instead(sp.Rational(1, 9), "The places are all different: the second speed has only two left."),
    ),
)
_four = Value(
    name="four",
    right=lambda: _chance(4),
    digits=3,
    mistakes=(
        instead(
            sp.Rational(1, 4),
            "This is the probability that the fourth is the fastest. The others must be in order as well.",
        ),
        instead(sp.Rational(1, 8), "The three comparisons are not independent: neighbours share a layer."),
        instead(sp.Rational(5, 24), "Of the 24 orders of four speeds one alone grows from layer to layer."),
        instead(sp.Rational(1, 16), "Count orders of four speeds, not four coins."),
        Mistake(lambda right: _chance(3), "This is the answer for three layers."),
        Mistake(lambda right: 2 * right, "Off by the factor 2: this counts falling speeds as well."),
    ),
)
_NETWORKS = 20
_expected = Value(
    name="of 20",
    right=lambda: _NETWORKS * _chance(4),
    digits=3,
    mistakes=(
        Mistake(lambda right: _NETWORKS * _chance(3),
            "This is for three hidden layers. The twenty networks have four."),
        Mistake(lambda right: right / _NETWORKS,
            "This is the probability for one network. There are twenty."),
        Mistake(lambda right: _chance(4) ** _NETWORKS,
            "This is the probability that all twenty are monotone by luck. Their expected number is asked "
            "for."),
        Mistake(lambda right: 1 - (1 - _chance(4)) ** _NETWORKS,
            "This is the probability that at least one of them is monotone by luck. Their expected number is "
            "asked for."),
        instead(1, "An expected number need not be whole."),
        instead(0, "An expected number need not be whole: it is 20 times the chance."),
    ),
)  # fmt: skip

_ETA, _PARAMETER, _IMAGES, _EPOCHS = sp.Rational(1, 10), sp.Integer(5), sp.Integer(1000), 500
_decay = _ETA * _PARAMETER / _IMAGES

_kept = Value(
    digits=5,
    right=lambda: (1 - _decay) ** _EPOCHS,
    mistakes=(
        Mistake(lambda right: sp.exp(-_decay * _EPOCHS),
            "To four digits this is right, but so is the limit of ever smaller steps. The steps here are "
            "finite, which shows in the fifth digit: give it."),
        Mistake(lambda right: 1 - _decay * _EPOCHS,
            "The decay compounds: each epoch takes its share of what is left, not of the first value."),
        Mistake(lambda right: 1 - _decay, "This is one epoch. There are 500."),
        Mistake(lambda right: 1 - right, "This is what is lost. What is left is asked for."),
        Mistake(lambda right: (1 - _PARAMETER / _IMAGES) ** _EPOCHS, "The learning rate η is missing."),
        Mistake(lambda right: (1 - _ETA * _PARAMETER) ** _EPOCHS, "The division by m = 1000 is missing."),
        Mistake(lambda right: (1 + _decay) ** _EPOCHS,
            "The sign is wrong: the weight decays, it does not grow."),
        Mistake(lambda right: 1 / right, "The weight decays: the factor is below 1."),
        Mistake(lambda right: (1 - 2 * _decay) ** _EPOCHS,
            "The decay term is 5w²/(2m): its derivative has no factor 2."),
    ),
)  # fmt: skip

_cost_of_bias = (SIGMOID.formula.subs(z, b) - 1) ** 2 / 2

_flat = Witness(
    symbol=b,
    conditions=(
        Condition(
            sp.Lt(sp.Abs(_cost_of_bias.diff(b)), sp.Rational(1, 1000), evaluate=False),
            "Not yet: there the gradient is {left} in size, which is not small.",
            sp.S.Zero,
        ),
        Condition(
            sp.Gt(_cost_of_bias, sp.Rational(2, 5), evaluate=False),
            "The gradient is small there, but so is the cost, {left}: this is near the optimum after all. "
            "Where else is σ flat?",
            sp.Integer(9),
        ),
    ),
)

_shuffled = Choice(
    says=(
        ("a",
            "A small error signal would need outputs near their targets. Those of an untrained network are "
            "not, whatever the labels."),
        ("b", "The gradient is an average over all images. Wrong labels do not make its terms larger."),
        ("c",
            "The average over all images sees little more than how often each label occurs, and shuffling "
            "does not change that."),
        ("d",
            "What the output layer sends back is made of its outputs and the labels' frequencies, and the "
            "layers below multiply it as before."),
    ),
    right="c",
)  # fmt: skip

EXERCISES = (
    Exercise(
        "4.1",
        (_ratio, _log_gain),
        (
            "From layer 1 to layer 4 there are three steps. If each multiplied the speed by r, what would be "
            "the ratio of the last to the first?",
            "λ belongs to the backward product: one layer further back multiplies the gradient by e^λ. Is "
            "that more or less than 1 here?",
        ),
    ),
    Exercise(
        "4.2",
        (_unscaled, _scaled),
        (
            "z = Σ w_i x_i + b is a sum of independent terms. What is the variance of w_i x_i, for a given "
            "x_i?",
            "Variances of independent terms add up. Do not forget the bias, which is N(0, 1) in both "
            "recipes.",
        ),
    ),
    Exercise(
        "4.3",
        (_three, _four, _expected),
        (
            "If any order of the speeds is as likely as any other, it is enough to count orders. How many "
            "are there for three layers?",
            "Only one of them grows from layer to layer. An expected number is the number of trials times "
            "the probability.",
        ),
    ),
    Exercise(
        "4.4",
        (_kept,),
        (
            "One epoch of full-batch gradient descent with the decay term 5w²/(2m) alone takes w to w − "
            "5ηw/m.",
            "So every epoch multiplies w by the same number. There are 500 epochs.",
        ),
    ),
    Exercise(
        "4.5",
        (_flat,),
        (
            "C′(b) = (σ(b) − 1) σ′(b) is small where σ(b) is near 1, which is the optimum, but also where "
            "σ′(b) is small.",
            "Far to one side σ is flat and σ(b) is near 0: the cost is as large as it can be.",
        ),
    ),
    Exercise(
        "4.6",
        (_shuffled,),
        (
            "The speed is the length of a gradient averaged over all images. What does the average depend "
            "on?",
            "Before training, how different are the outputs of the network for two different images?",
        ),
    ),
)
