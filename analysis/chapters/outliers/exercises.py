"""Exercises of chapter 8, data: outliers and losses."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.outliers.losses import LOSSES, logit_gradient, y
from analysis.exercises.domain import over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.notation import a, z

_m = sp.Symbol("m", positive=True)
_size = (a - sp.S.Half) * a * (1 - a)
"""∂C/∂z of sigmoid and squared error in a, for the target ½."""


def _where() -> sp.Expr:
    """The activation above ½ at which that is largest."""
    return max(sp.solve(_size.diff(a), a))


_place = Value(
    name="a",
    right=_where,
    mistakes=(
        instead(sp.Rational(2, 3), "This is the place for the target 0. Here y = ½."),
        instead(sp.S.Half, "There σ′ is largest, but the error a − ½ is a factor too, and there it is 0."),
        instead(1, "There the error is largest, but the slope of the sigmoid is 0."),
        Mistake(lambda right: 1 - right, "By symmetry it is as large there. The place above ½ is asked for."),
        instead(
            sp.Rational(3, 4),
            "Halfway between ½ and 1 is near, but not it. Where does the derivative in a vanish?",
        ),
    ),
)
_bound = Value(
    name="bound",
    right=lambda: _size.subs(a, _where()),
    mistakes=(
        instead(
            sp.Rational(4, 27), "This is the bound for the targets 0 and 1. With y = ½ the error is smaller."
        ),
        instead(
            sp.Rational(1, 8),
            "The largest error ½ times the largest slope ¼; but they belong to different a.",
        ),
        instead(sp.Rational(1, 4), "This is the largest slope of the sigmoid; the error is 0 there."),
        instead(sp.S.Half, "This is the bound for the cross-entropy with the target ½."),
        Mistake(
            lambda right: right / 2, "Off by the factor 2: the ½ of the loss is cancelled by its derivative."
        ),
        Mistake(lambda right: 2 * right, "Off by the factor 2: the loss is ½(a − y)²."),
    ),
)


def _tanh_bound() -> sp.Expr:
    """max of |(a − 1)(1 − a²)| over −1 ≤ a ≤ 1, by its stationary points."""
    gradient = (a - 1) * (1 - a**2)
    return max(abs(gradient.subs(a, r)) for r in sp.Poly(gradient, a).diff(a).real_roots() if -1 <= r <= 1)


_tanh = Value(
    right=_tanh_bound,
    mistakes=(
        instead(sp.Rational(4, 27), "This is the bound for the sigmoid."),
        instead(1, "This is the gradient at a = 0. It is larger for a wrong output, a < 0."),
        instead(2, "The largest error is 2, at a = −1. But there the slope of tanh is 0."),
        Mistake(lambda right: right / 2,
            "Off by the factor 2: the ½ of the loss is cancelled by its derivative."),
        Mistake(lambda right: 2 * right, "Off by the factor 2: the loss is ½(a − y)²."),
        Mistake(lambda right: right * sp.Rational(27, 4),
            "The product of the two factors at different places. Both belong to one a."),
    ),
)  # fmt: skip

_softmax = Value(
    right=lambda: sp.sqrt(2),
    mistakes=(
        instead(1, "1 is the bound for each entry of p − y alone. Two of them can be near it at once."),
        instead(
            2, "2 is the bound for the sum of the sizes of the entries. The Euclidean norm is asked for."
        ),
        instead(sp.sqrt(10), "Not all ten entries can be near 1: those of p sum to 1."),
        instead(sp.S.Half, "Let all of p lie on one wrong class."),
    ),
)

_standardised = Value(
    right=lambda: sp.sqrt((_m - 2) / 2),
    domain=over(_m, ranges=((3.0, 10.0), (10.0, 500.0))),
    arguments=(_m,),
    mistakes=(
        Mistake(lambda right: sp.sqrt(_m - 1),
            "This is one outlier alone. With two, mean and standard deviation change."),
        Mistake(lambda right: sp.sqrt(_m / 2), "The mean moves with the outliers: subtract 2t/m."),
        Mistake(lambda right: right**2,
            "This is its square. Divide by the standard deviation, not by the variance."),
        Mistake(
            lambda right: right * sp.sqrt((_m - 1) / _m),
            "This is with m − 1 in the standard deviation. Here it is m.",
        ),
        Mistake(lambda right: -1 / right, "This is what the others become."),
        instead((_m - 2) / sp.sqrt(2 * _m),
            "This divides by the root of the mean square. The variance has the square of the mean taken "
            "off."),
        Mistake(lambda right: sp.sqrt(_m - 2),
            "The squares of both outliers enter the variance: the mean of the squares is 2t²/m."),
    ),
)  # fmt: skip

_wrong = {y: 1}
_flat = Witness(
    symbol=z,
    conditions=(
        Condition(
            sp.Gt(LOSSES["squared error, sigmoid"].subs(_wrong), sp.Rational(49, 100), evaluate=False),
            "Not yet: there the loss is {left}. It has to be above 0.49, so the output must be wrong.",
            sp.Integer(2),
        ),
        Condition(
            sp.Lt(sp.Abs(logit_gradient("squared error, sigmoid").subs(_wrong)), sp.Rational(1, 1000),
                evaluate=False),
            "Not yet: there the gradient is {left} in size. It has to be below 0.001.",
            sp.Integer(-5),
        ),
    ),
)  # fmt: skip

EXERCISES = (
    Exercise(
        "8.1",
        (_place, _bound),
        (
            "With y = ½ the gradient in z is (a − ½) a (1 − a), a polynomial in a.",
            "Differentiate it in a. Two places come out, as far above ½ as below; put the upper one in.",
        ),
    ),
    Exercise(
        "8.2",
        (_tanh,),
        (
            f"The slope of {TANH.name} is 1 − a², with a = tanh z; that of the {SIGMOID.name} was a(1 − a).",
            "Now a runs from −1 to 1. Look for the largest (1 − a)(1 − a²).",
        ),
    ),
    Exercise(
        "8.3",
        (_softmax,),
        (
            "The entries of p are positive and sum to 1; y is 1 at the right class and 0 elsewhere.",
            "The worst case: p puts everything on one wrong class. Which entries of p − y are not 0 then?",
        ),
    ),
    Exercise(
        "8.4",
        (_standardised,),
        (
            "The mean of (t, t, 0, …, 0) is 2t/m, and the mean of the squares 2t²/m.",
            "The variance is the mean of the squares less the square of the mean. Then divide t − 2t/m by "
            "its root.",
        ),
    ),
    Exercise(
        "8.5",
        (_flat,),
        ("The loss ½(σ(z) − 1)² is near ½ where σ(z) is near 0.", "There the gradient is about e^z in size."),
    ),
)
