"""Exercises of chapter 14, your own network."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.your_own_network.defaults import EDGE, of_uniform
from analysis.chapters.your_own_network.floors import FORMATS
from analysis.exercises.exercise import Choice, Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.variance import LEAKY_MOMENT, n_in, s

_channels, _filters, _kernel = 16, 32, 3
_fan_in = _kernel**2 * _channels

_edge = Value(
    right=lambda: EDGE.subs(n_in, _fan_in),
    mistakes=(
        instead(
            sp.Rational(1, 4), "A neuron of a convolution sums over its 3 × 3 kernel too: fan_in = k² c."
        ),
        instead(
            sp.sqrt(sp.Rational(1, _kernel**2 * _filters)), "That is for fan_out. The default takes fan_in."
        ),
        Mistake(lambda right: right**2, "This is the edge squared."),
        Mistake(
            lambda right: right / sp.sqrt(3), "This is the standard deviation. The edge is √3 times that."
        ),
        instead(sp.sqrt(sp.Rational(6, _fan_in)), "That is He's edge, for a = 0. The default has a = √5."),
    ),
)


def _layers() -> sp.Expr:
    """The least whole L with (1/6)^(L/2) below float16's smallest number."""
    bits = -2 + 2 ** (FORMATS["float16"].exponent - 1) + FORMATS["float16"].fraction
    each = -sp.log(n_in * of_uniform(EDGE) / 2) / 2
    return sp.ceiling(bits * sp.log(2) / each)


_depth = Value(
    right=_layers,
    whole=True,
    mistakes=(
        instead(18, "After 18 layers it is still a little above 2⁻²⁴."),
        instead(10, "This is for χ = 1/6 itself. The norm falls by its root."),
        instead(31, "This is without the ReLU, which halves the mean square."),
        instead(11, "This is down to 2⁻¹⁴, the smallest number with all its digits. Below it there are "
            "subnormal ones, down to 2⁻²⁴."),
    ),
)  # fmt: skip

_norms = (2, 3, 2, 80, 3, 2, 3, 4, 3)
_threshold = Value(
    right=lambda: sp.Integer(2 * sorted(_norms)[len(_norms) // 2]),
    mistakes=(
        Mistake(lambda right: sp.Rational(2 * sum(_norms), len(_norms)),
            "This is twice the mean, which one step of 80 has moved."),
        Mistake(lambda right: right / 2, "This is the median. Twice that is asked for: half of all "
            "steps are longer "
            "than the median."),
        instead(max(_norms), "This is the largest: it would cut off nothing that was seen."),
        instead(2 * max(_norms), "This is twice the largest. Which norm is the one in the middle?"),
    ),
)  # fmt: skip

_factor = n_in * of_uniform(EDGE) * LEAKY_MOMENT
_leaky = Witness(
    symbol=s,
    conditions=(
        Condition(
            sp.Ge(s, 0, evaluate=False),
            "A leaky ReLU rises on both sides: its slope is not below 0, and yours is {left}.",
            sp.Integer(-3),
        ),
        Condition(
            sp.Ge(_factor, 1, evaluate=False),
            "Not yet: the factor of one layer is {left}.",
            sp.Rational(1, 100),
        ),
    ),
)

_batch_norm = Choice(
    says=(
        ("a", "They are normalised right behind: their scale changes nothing, forward or backward."),
        ("b", "The clipped gradient has the same proportions: the early layers' share stays a thousand times "
            "the late ones'."),
        ("c", "A shortcut carries the gradient round each normalisation (chapter 12)."),
        ("d", "It keeps the early layers from leaping, and the late ones from learning at all."),
    ),
    right="c",
)  # fmt: skip

EXERCISES = (
    Exercise(
        "14.1",
        (_edge,),
        (
            "How many numbers does one output of the convolution sum? That is fan_in.",
            "The edge is 1/√fan_in.",
        ),
    ),
    Exercise(
        "14.2",
        (_depth,),
        (
            "A layer multiplies the norm by √χ. What is χ for ReLU and σ_w² = 1/3?",
            "You want the least whole L with 6^(−L/2) < 2⁻²⁴.",
        ),
    ),
    Exercise(
        "14.3",
        (_leaky,),
        (
            "The factor of one layer on the mean square is σ_w² (1 + s²)/2, with σ_w² = 1/3.",
            "For which slope is the default exactly right? It stands in the code as a.",
        ),
    ),
    Exercise(
        "14.4",
        (_threshold,),
        (
            "Sort the norms. Which one has as many below it as above it?",
            "The rule of the chapter takes twice the median.",
        ),
    ),
    Exercise(
        "14.5",
        (_batch_norm,),
        (
            "Where does the growth come from, if the forward pass is steady? Chapter 11.",
            "What adds a way round each normalisation?",
        ),
    ),
)
