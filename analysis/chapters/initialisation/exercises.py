"""Exercises of chapter 7, weights: from scale to Xavier and He."""

from __future__ import annotations

import sympy as sp

from analysis.exercises.domain import over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z
from analysis.symbolic.variance import BACKWARD, FORWARD, HE, RELU_SPREAD, XAVIER, n, n_in, n_out, s, v

_r = sp.Symbol("r", positive=True)
_size = sp.Symbol("r", real=True)
_count = sp.Symbol("n", positive=True)
_width = 100


def _edge() -> sp.Expr:
    """The r for which n times the variance of a number uniform on (−r, r) is 1."""
    x = sp.Symbol("x", real=True)
    variance = sp.integrate(x**2 / (2 * _r), (x, -_r, _r))
    return sp.solve(sp.Eq(_count * variance, 1), _r)[0]


_uniform = Value(
    right=_edge,
    domain=over(_count, ranges=((1, 200),)),
    arguments=(_count,),
    mistakes=(
        instead(1 / sp.sqrt(_count),
            "This r is the standard deviation you need. A uniform number on (−r, r) has a smaller one than "
            "r."),
        instead(3 / _count, "This is r². The edge is its root."),
        instead(sp.sqrt(12 / _count), "The interval (−r, r) is 2r long: its variance is (2r)²/12."),
        instead(sp.sqrt(6 / _count), "This is for Var w = 2/n, which ReLU needs. Here is no activation."),
        instead(1 / _count, "This is the variance of a weight, not the edge of its interval."),
    ),
)  # fmt: skip

_SIZES = {n_in: 300, n_out: 100}


def _under_xavier(factor: sp.Expr) -> sp.Expr:
    return factor.subs(v, XAVIER).subs(_SIZES)


_forward = Value(
    name="forward",
    right=lambda: _under_xavier(FORWARD),
    mistakes=(
        instead(sp.S.Half, "That is the way back: it has 100 terms. Forward a neuron sums 300."),
        instead(1, "That would be so with as many inputs as outputs."),
        instead(3, "This is n_in/n_out. Xavier's variance is 2/(n_in + n_out) = 1/200."),
        instead(sp.Rational(3, 4), "Off by the factor 2: Xavier's variance is 2/(n_in + n_out)."),
    ),
)
_backward = Value(
    name="backward",
    right=lambda: _under_xavier(BACKWARD),
    mistakes=(
        instead(sp.Rational(3, 2),
            "That is the way forward. Back, an input collects the errors of 100 outputs."),
        instead(1, "That would be so with as many inputs as outputs."),
        instead(sp.Rational(1, 3), "This is n_out/n_in. Xavier's variance is 2/(n_in + n_out) = 1/200."),
        instead(sp.Rational(1, 4), "Off by the factor 2: Xavier's variance is 2/(n_in + n_out)."),
    ),
)  # fmt: skip

_leaky = Value(
    right=lambda: HE.subs({s: sp.Rational(1, 5), n: 100}),
    mistakes=(
        instead(sp.Rational(1, 50), "This is for ReLU. A leaky ReLU lets some of the negative half through."),
        instead(sp.Rational(1, 60), "The slope counts squared: it multiplies z, and z² is what is averaged."),
        Mistake(lambda right: sp.sqrt(right), "This is the standard deviation. The variance is asked for."),
        instead(sp.Rational(1, 100), "This is for no activation."),
        instead(
            sp.Rational(1, 104),
                "A factor 2 is missing: half of the units are on each side, and (1 + s²)/2 of the mean "
                "square is left."
        ),
    ),
)  # fmt: skip


def _sine_gain() -> sp.Expr:
    """1/√E[sin²z] for z ~ N(0, 1)."""
    return 1 / sp.sqrt(sp.integrate(sp.expand((1 - sp.cos(2 * z)) / 2 * density(z)), (z, -sp.oo, sp.oo)))


_sine = Value(
    right=_sine_gain,
    mistakes=(
        Mistake(lambda right: 1 / right**2,
            "This is the mean square that is left. What must σ_w be to make up for it?"),
        Mistake(lambda right: right**2, "This is σ_w². The gain is its root."),
        Mistake(lambda right: 1 / right, "Upside down: sin shrinks the signal, so the gain is above 1."),
        instead(sp.sqrt(2), "sin² has the mean ½ for z spread over whole periods. Here z ~ N(0, 1)."),
        instead(1, "That is the slope at 0. At q = 1 sin is not in its linear part."),
    ),
)  # fmt: skip

_bounded = Witness(
    symbol=_size,
    conditions=(
        Condition(
            sp.And(_size > 0, _size < 1), "The weights are to be smaller than 1: 0 < r < 1.", sp.Integer(2)
        ),
        Condition(
            sp.Gt(_width * _size**2, 1, evaluate=False),
            "Not yet: the factor of one layer is {left}.",
            sp.Rational(1, 20),
        ),
    ),
)


def _layers() -> sp.Expr:
    """The least whole L with (1 + 5/n)^L ≥ 2 at n = 100."""
    return sp.ceiling(sp.log(2) / sp.log(1 + RELU_SPREAD / _width))


_depth = Value(
    right=_layers,
    whole=True,
    mistakes=(
        instead(14, "After 14 layers the product is still a little below 2."),
        instead(20, "The layers multiply: (1 + 5/n)^L grows faster than 1 + 5L/n."),
        instead(36, "This is for layers without an activation, where the 5 is a 2."),
        instead(1, "One layer multiplies by 1 + 5/n only."),
    ),
)

EXERCISES = (
    Exercise(
        "7.1",
        (_uniform,),
        (
            "Forward the factor of a layer without an activation is n Var w.",
            "The variance of a number uniform on (−r, r) is the mean of x², an integral.",
        ),
    ),
    Exercise(
        "7.2",
        (_forward, _backward),
        (
            "How many products does a neuron sum on the way forward? And an input on the way back?",
            "The factors are n_in Var w and n_out Var w, with Var w = 2/(n_in + n_out).",
        ),
    ),
    Exercise(
        "7.3",
        (_leaky,),
        (
            "Which share of E[z²] does a leaky ReLU keep? Split the mean at z = 0.",
            "n Var w times that share must be 1.",
        ),
    ),
    Exercise(
        "7.4",
        (_sine,),
        (
            "The gain is the σ_w for which σ_w² E[sin²(z)] = 1, with z ~ N(0, 1).",
            "sin²(z) = (1 − cos 2z)/2, and the mean of cos(tz) is e^(−t²/2).",
        ),
    ),
    Exercise(
        "7.5",
        (_bounded,),
        (
            "A neuron sums a hundred terms. What is the mean square of the sum?",
            "The factor of one layer is n Var w, and weights ±r have the variance r².",
        ),
    ),
    Exercise(
        "7.6",
        (_depth,),
        (
            "Each layer multiplies by 1 + 5/100. Take logarithms.",
            "log 2/log 1.05 is not whole: take the next whole number.",
        ),
    ),
)
