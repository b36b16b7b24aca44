"""Exercises of chapter 3, explosion and how narrow its window is."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.explosion.designed_chain import centred_gradient, centring_biases
from analysis.chapters.explosion.identity_neuron import w1 as _w1
from analysis.chapters.explosion.identity_neuron import x as _x
from analysis.chapters.explosion.window import edge, width
from analysis.exercises.domain import Domain, over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import a, a_, b, cost_prime, h, w, w_, z

_WEIGHT = 4
_centred_chain = Domain(
    free=((a_(0), ((-3.0, 3.0),)),), defined=tuple((a_(j), SIGMOID.formula.subs(z, 0)) for j in (1, 2, 3))
)


def _bias(layer: int) -> Value:
    """The bias of layer j that puts its weighted input at 0, in a chain of four layers with weight 4."""
    of_first = (
        instead(-_WEIGHT, "Not every input is 1: w_1 a_0 + b_1 = 0 has to hold for the a_0 that comes in."),
        instead(
            -sp.Rational(_WEIGHT, 2), "The first layer sees the input a_0, not an activation σ(0) = 1/2."
        ),
        instead(-100 * a_(0), "This is for weights of 100. Here they are 4."),
        instead(-a_(0), "The weight is missing: z_1 = w_1 a_0 + b_1."),
        instead(
            0,
            "With b_1 = 0 the weighted input is z_1 = w_1 a_0, which is 0 for a_0 = 0 only. Solve z_1 = 0 "
            "for b_1.",
        ),
    )
    of_later = (
        instead(-_WEIGHT, "The layer below hands on σ(0), which is not 1."),
        instead(0, "The layer below hands on σ(0), and that is not 0."),
        instead(-50, "This is for weights of 100. Here they are 4."),
        instead(
            -_WEIGHT * a_(0),
            "Only the first layer sees a_0. This one sees the activation of the layer below.",
        ),
        instead(-sp.S.Half, "The weight is missing: z_j = w_j a_{j−1} + b_j."),
    )
    return Value(
        name=f"b_{layer}",
        right=lambda: centring_biases((_WEIGHT,) * 4)[layer - 1],
        domain=_centred_chain,
        arguments=(a_(0),),
        mistakes=of_first if layer == 1 else of_later,
    )


def _centred_gain() -> sp.Expr:
    return centred_gradient((_WEIGHT,) * 4) / cost_prime(a_(4))


_gain = Value(
    name="∂a_4/∂b_1",
    right=_centred_gain,
    mistakes=(
        instead(1, "Three factors of 4 · ¼ = 1, but the product begins with the slope of layer 1."),
        Mistake(lambda right: right**4, "These are the four slopes. The three weights are missing."),
        instead(64, "These are the three weights. The four slopes are missing."),
        instead(4, "w_1 is no factor of ∂a_4/∂b_1."),
        instead(
            16, "Count the factors: the slopes of layers 1 to 4, each ¼, and the weights of layers 2 to 4."
        ),
        instead(sp.Rational(25**3, 4), "This is for weights of 100. Here they are 4."),
    ),
)


def _tanh_width() -> sp.Expr:
    """tanh′(z) = 4σ′(2z): the edge 2z is the sigmoid's edge at 4|w|, and the window in a is 2z/|w| wide."""
    return edge.subs(sp.Abs(w), 4 * w) / w


_width_of_tanh = Value(
    name="width",
    right=_tanh_width,
    domain=over(w, ranges=((1.05, 4.0), (4.0, 60.0))),
    arguments=(w,),
    mistakes=(
        Mistake(lambda right: 2 * right,
            "Off by the factor 2: the slope of tanh at z is that of the sigmoid at 2z, so the edge is "
            "halved."),
        Mistake(lambda right: right / 2,
            "Off by the factor 2: the window runs from one edge to the other, and the 4 in 4|w| stands under "
            "the logarithm only."),
        Mistake(lambda right: right * w, "This is the width in z. Divide by the weight to come to a."),
        Mistake(lambda right: width.subs(sp.Abs(w), w), "This is the window of the sigmoid."),
        Mistake(lambda right: sp.log(2 * w * (1 + sp.sqrt(1 - 4 / w)) - 1) / w,
            "Under the root the 4 belongs to the sigmoid. For tanh it is 1 − 1/|w|."),
    ),
)  # fmt: skip

_least_weight = Value(
    name="|w|",
    right=lambda: 1 / TANH.slope_bound,
    mistakes=(
        instead(
            4, "This is the answer for the sigmoid, whose slope is at most 1/4. How large does tanh′ get?"
        ),
        instead(
            sp.Rational(1, 4),
            "This is the largest slope of the sigmoid. A weight is asked for, and for tanh.",
        ),
        instead(0, "With a weight of 0 the factor is 0."),
        instead(2, "Off by the factor 2: look at tanh′(0)."),
    ),
)


def _widest(right: sp.Expr) -> sp.Expr:
    """The largest width of a window over all weights, as the chapter gives it, to 15 digits."""
    z_widest = sp.nsolve(z * sp.tanh(z / 2) - 1, z, 1.5)
    return sp.Float((z_widest - 1 / z_widest) / 2, 15)


_width_at_8 = Value(
    right=lambda: width.subs(w, 8),
    mistakes=(
        Mistake(lambda right: right / 2,
            "Off by the factor 2: this is the window from its middle to one edge."),
        Mistake(lambda right: 8 * right,
            "This is the width in z. The question is about a, and z = 8a + b runs 8 times as fast."),
        Mistake(lambda right: 4 * right,
            "This is the edge in z. Double it, and divide by the weight to come from z to a."),
        instead(2 * sp.log(8 * (1 + sp.sqrt(sp.S.Half)) / 2) / 8, "The −1 inside the logarithm is missing."),
        Mistake(lambda right: width.xreplace({sp.sqrt(1 - 4 / sp.Abs(w)): sp.sqrt(1 - 2 / sp.Abs(w))}).subs(w,
            8),
                "Under the root it is 1 − 4/|w|, since the slope is at most 1/4."),
        Mistake(lambda right: width.subs(w, 4), "At |w| = 4 the window is a single point. Here |w| = 8."),
        Mistake(lambda right: width.subs(w, 100), "This is the width at |w| = 100."),
        Mistake(_widest,
            "This is the widest window of all. It belongs to |w| = 6.894, and the question is about 8."),
        Mistake(lambda right: sp.exp(edge.subs(w, 8)),
            "This is e to the z at the edge. Take the logarithm, then 2/|w| times it."),
    ),
)  # fmt: skip

_mended_by_tanh = (1 / _w1) * TANH.formula.subs(z, _w1 * (_x - sp.S.Half)) + sp.S.Half
_second_weight = Value(
    name="w_2",
    right=lambda: 1 / (w_(1) * TANH.derivative.subs(z, 0)),
    domain=over(w_(1), ranges=((0.05, 4.0),)),
    arguments=(w_(1),),
    mistakes=(
        instead(4 / w_(1),
            "This is for the sigmoid, whose slope at 0 is 1/4. What is the slope of tanh there?"),
        instead(w_(1),
            "This is the slope of tanh(w_1(x − ½)) at the middle. It has to be multiplied up, or down, to "
            "1."),
        instead(1, "That makes up for the slope of tanh, which is 1, but not for w_1."),
        instead(2 / w_(1), "Off by the factor 2: the slope of tanh at 0 is 1."),
        instead(1 / (w_(1) * TANH.derivative.subs(z, w_(1) / 2)),
            "The slope is wanted at x = 1/2, where the argument of tanh is 0."),
    ),
)  # fmt: skip
_leading = Value(
    name="c",
    right=lambda: sp.limit((1 - _mended_by_tanh.subs(_x, 1)) / _w1**2, _w1, 0, "+"),
    mistakes=(
        instead(sp.Rational(1, 96), "This is for the sigmoid. Expand tanh."),
        instead(sp.Rational(1, 3),
            "1/3 is the coefficient of the cube in tanh t = t − t³/3 + …, and t is w_1/2 at the ends, not "
            "w_1."),
        instead(sp.Rational(1, 6), "The argument of tanh at the ends is w_1/2, and it comes in as a cube."),
        instead(sp.Rational(1, 12), "Off by the factor 2: the cube of 1/2 is 1/8."),
        Mistake(lambda right: -right, "The size of the error is asked for."),
        instead(0, "tanh has a cubic term, and w_2 makes up for one of its three powers of w_1."),
    ),
)  # fmt: skip

_factor_at_100 = plain(SIGMOID).factor.subs({w: 100, b: 0, h: a})

_saturated = Witness(
    name="a",
    symbol=a,
    conditions=(
        Condition(sp.And(a >= 0, a <= 1),
            "An activation of the sigmoid lies between 0 and 1.", sp.Integer(-1)),
        Condition(
            sp.Lt(_factor_at_100, sp.Rational(1, 100), evaluate=False),
            "Not yet: there the factor is {left}.",
            sp.Rational(1, 50),
        ),
    ),
)  # fmt: skip

_share = Value(
    name="share",
    right=lambda: width.subs(w, 100) / 2,
    mistakes=(
        Mistake(lambda right: 2 * right,
            "This is the width of the window. With b = 0 it lies around a = 0, and one half of it is not "
            "between 0 and 1."),
        Mistake(lambda right: 1 - right, "This is the share on which the factor is below 1."),
        Mistake(lambda right: 100 * right,
            "This is the edge in z, or a share in per cent. z = 100a: divide by 100."),
        Mistake(lambda right: width.subs(w, 100) / 200,
            "Divided by 100 once too often: the window's width is one in a already."),
        instead(1, "σ′(z) > 1/100 holds for |z| below 4.6, and z = 100a runs from 0 to 100."),
        instead(0, "At a = 0 the factor is 25."),
    ),
)  # fmt: skip

_slope_2 = SIGMOID.derivative.subs(z, 2)


def _mixed() -> sp.Expr:
    """The mean log-factor where half of the layers have |w| = 4, z = 0 and half have |w| = 4, |z| = 2."""
    return (sp.log(4 * SIGMOID.derivative.subs(z, 0)) + sp.log(4 * _slope_2)) / 2


_log_gain = Value(
    right=_mixed,
    mistakes=(
        Mistake(lambda right: 2 * right,
            "Off by the factor 2: half of the layers have the logarithm 0, and they count in the mean."),
        Mistake(lambda right: sp.log((1 + 4 * _slope_2) / 2),
            "This is the logarithm of the mean factor. λ is the mean of the logarithms."),
        Mistake(lambda right: sp.exp(right), "This is the typical factor of one layer. λ is its logarithm."),
        Mistake(lambda right: (1 + 4 * _slope_2) / 2,
            "This is the mean factor. λ is the mean of the logarithms of the factors."),
        Mistake(lambda right: sp.log(_slope_2) / 2, "The weight of the layers with |z| = 2 is missing."),
        Mistake(lambda right: right - sp.log(4),
            "The weight is missing: the factor is |w| σ′(z), with |w| = 4."),
        instead(0, "That would be so with z = 0 in every layer. Half of them have |z| = 2."),
    ),
)  # fmt: skip

EXERCISES = (
    Exercise(
        "3.1",
        (*(_bias(j) for j in (1, 2, 3, 4)), _gain),
        (
            "z_1 = w_1 a_0 + b_1 = 0 is one equation for b_1.",
            "Once z_1 = 0, the second layer sees a_1 = σ(0). So does every layer after it see σ(0).",
            "∂a_4/∂b_1 = σ′(z_1) w_2 σ′(z_2) w_3 σ′(z_3) w_4 σ′(z_4), and every z is 0.",
        ),
    ),
    Exercise(
        "3.2",
        (_least_weight, _width_of_tanh),
        (
            "The factor |w tanh′(z)| is largest, for a given w, where tanh′ is largest.",
            "Chapter 2 has tanh′(z) = 4σ′(2z).",
            "So |w| tanh′(z) ≥ 1 says 4|w| σ′(2z) ≥ 1: use the edge of the sigmoid's window for the weight "
            "4|w|, and mind that it is 2z.",
        ),
    ),
    Exercise(
        "3.3",
        (_width_at_8,),
        (
            "The edges are where 8 σ′(z) = 1. With x = e^z this is a quadratic equation.",
            "Its two solutions have the product 1, so the edges are −z and z. The window in z is twice as "
            "long as one of them.",
            "a and z are tied by z = 8a + b: lengths in a are 8 times shorter.",
        ),
    ),
    Exercise(
        "3.4",
        (_second_weight, _leading),
        (
            "In the middle, at x = ½, the neuron must have the slope 1, as x has. What is the slope of w_2 "
            "tanh(w_1(x − ½)) there?",
            "The error is largest at the ends, where the argument of tanh is w_1/2 in size. Expand tanh t = "
            "t − t³/3 + … there, and multiply by w_2.",
        ),
    ),
    Exercise(
        "3.5",
        (_saturated, _share),
        (
            "With b = 0 the weighted input is z = 100a. For which a is it large? There the slope falls like "
            "e^(−z).",
            "For the share: where does the window in z lie, and which part of it has a ≥ 0?",
            "The chapter gives the edge of the window for |w| = 100. The factor is 1 or more for 0 ≤ 100a ≤ "
            "edge.",
        ),
    ),
    Exercise(
        "3.6",
        (_log_gain,),
        (
            "λ is the mean of log|w σ′(z)| over the layers. There are two kinds of layers here.",
            "At z = 0 the factor is 4 · ¼. What is its logarithm? At |z| = 2 the slope is σ′(2), whatever "
            "the sign.",
        ),
    ),
)
