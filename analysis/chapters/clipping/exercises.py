"""Exercises of chapter 10, clipping and weight decay."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.clipping.decay import alpha, eta
from analysis.exercises.domain import over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.clipping import ALL, BY_VALUE, SHARE, c, g, q, r

k = sp.Symbol("k", positive=True)
"""The curvature of the cost of exercise 10.4."""
y = sp.Symbol("y", real=True)
GRADIENT = (3, 4, 12)

_norm = sp.sqrt(sum(sp.Integer(v) ** 2 for v in GRADIENT))
_cut = sp.Matrix([BY_VALUE.subs({g: v, c: 2}) for v in GRADIENT])

_entry = Value(
    name="last entry",
    right=lambda: GRADIENT[2] * SHARE.subs({r: _norm, c: 2}),
    mistakes=(
        instead(2, "This is clipping by value. By norm, every entry is multiplied by the same number."),
        instead(6, "This is 12/2. The gradient is to be brought to the norm 2, not divided by 2."),
        instead(sp.Rational(12, 13), "This brings the norm to 1. It is to be 2."),
        instead(
            sp.Rational(24, 19), "The norm is the root of the sum of squares, not the sum of the entries."
        ),
        instead(12, "The norm is above the threshold, so the gradient is cut."),
    ),
)
_length = Value(
    name="norm by value",
    right=lambda: _cut.norm(),
    mistakes=(
        instead(2, "The threshold bounds each entry. The norm of three such entries is larger."),
        instead(12, "This is the square of the norm."),
        instead(6, "The norm is the root of the sum of squares, not the sum."),
        instead(13, "This is the norm before clipping."),
    ),
)
_together = Value(
    name="by the global norm",
    right=lambda: (r / ALL * c).subs({r: 6, q: 8, c: 5}),
    mistakes=(
        instead(5, "This clips the first layer by its own norm. The norm of both layers together is 10."),
        instead(6, "The norm of both together is 10, above the threshold 5, so both are cut."),
        instead(sp.Rational(30, 14), "Norms of layers add up as squares: the common norm is √(6² + 8²)."),
        instead(4, "This is the second layer."),
    ),
)
_alone = Value(
    name="ratio, each by its own norm",
    right=lambda: sp.Min(6, 5) / sp.Min(8, 5),
    mistakes=(
        instead(
            sp.Rational(3, 4),
            "This is the ratio before. Both layers are above the threshold: where do they end?",
        ),
        instead(sp.Rational(6, 5), "The second layer is cut as well: 8 is above 5."),
        instead(sp.Rational(5, 8), "The second layer is cut as well: 8 is above 5."),
    ),
)

_half = Value(
    right=lambda: sp.log(2) / -sp.log(1 - eta * alpha),
    domain=over(eta, alpha, ranges=((0.01, 0.9),)),
    arguments=(eta, alpha),
    mistakes=(
        Mistake(lambda right: -right, "The sign: the logarithm of 1 − ηα is negative."),
        instead(sp.log(2) / (eta * alpha),
            "Right to first order in ηα only. Solve (1 − ηα)^t = 1/2 exactly."),
        instead(1 / (2 * eta * alpha),
            "A step takes off a part of what is left, not of what was there first."),
        instead(sp.log(2) / -sp.log(1 - alpha), "One step takes off ηα w: the learning rate is missing."),
        instead(sp.log(2) / -sp.log(1 - 2 * eta * alpha), "The penalty (α/2) w² has the derivative αw."),
    ),
)  # fmt: skip

_left_over = Value(
    right=lambda: _data_slope(),
    domain=over(k, alpha, ranges=((0.1, 3.0),)),
    arguments=(k, alpha),
    mistakes=(
        instead(0, "The gradient of the *penalised* cost is 0 there. That of the data is not."),
        Mistake(lambda right: -right,
            "The sign: the minimum lies below w = 1, so the data pull the weight up."),
        instead(k / (k + alpha),
            "This is the weight at the minimum. What is the slope of k (w − 1)²/2 there?"),
        instead(-alpha / (k + alpha), "This is w − 1. The slope of the data cost is k (w − 1)."),
        instead(-2 * k * alpha / (k + 2 * alpha), "The penalty is (α/2) w², so it adds αw."),
    ),
)  # fmt: skip


def _data_slope() -> sp.Expr:
    data = k * (y - 1) ** 2 / 2
    (lowest,) = sp.solve(sp.diff(data + alpha * y**2 / 2, y), y)
    return data.diff(y).subs(y, lowest)


_cosine = (y + 1) / (sp.sqrt(2) * sp.sqrt(y**2 + 1))
"""Of (y, 1) and of what clipping by value at 1 leaves of it, (1, 1), for y > 1."""
_turned = Witness(
    symbol=y,
    conditions=(
        Condition(
            sp.Gt(y, 1),
            "Wanted is a positive y, and up to 1 nothing is clipped. Take y above 1.",
            sp.Rational(1, 2),
        ),
        Condition(
            sp.Lt(_cosine, sp.Rational(4, 5), evaluate=False),
            "Not far enough: there the cosine is {left}.",
            sp.Integer(3),
        ),
    ),
)

_limit = Value(
    right=lambda: sp.solve(sp.Eq(c**3 * sp.sqrt(2 * 64 * 64 * 64 * 64 * 1), 1), c)[0],
    mistakes=(
        instead(1 / (4096 * sp.sqrt(2)), "This is c³: take the cube root, for there are three layers."),
        instead(sp.Rational(1, 20), "Compute the product of the three bounds c√(mn)."),
        instead(1, "A matrix with entries up to 1 can stretch a vector far more than once."),
        instead(1 / sp.root(2 * 64**4, 3),
            "The root is missing: a matrix with m × n entries of size c has the norm c√(mn)."),
        instead(1 / sp.sqrt(4096 * sp.sqrt(2)), "There are three layers, so a cube root."),
    ),
)  # fmt: skip

EXERCISES = (
    Exercise(
        "10.1",
        (_entry, _length),
        (
            "The norm of (3, 4, 12) is 13.",
            "By norm every entry is multiplied by min(1, 2/13). By value every entry is brought to at most "
            "2.",
        ),
    ),
    Exercise(
        "10.2",
        (_together, _alone),
        (
            "Norms of layers add up as squares: the common one is √(6² + 8²).",
            "By the global norm both layers are multiplied by the same number; by its own norm each ends at "
            "5.",
        ),
    ),
    Exercise(
        "10.3",
        (_half,),
        ("One step multiplies the weight by 1 − ηα.", "Solve (1 − ηα)^t = 1/2 with logarithms."),
    ),
    Exercise(
        "10.4",
        (_left_over,),
        (
            "At the minimum the slope of the penalised cost, k (w − 1) + αw, is 0.",
            "Put that weight into the slope of the data cost alone, k (w − 1).",
        ),
    ),
    Exercise(
        "10.5",
        (_turned,),
        (
            "For y > 1, (y, 1) becomes (1, 1). What is the cosine between them?",
            "It is (y + 1)/(√2 √(y² + 1)): it falls as y grows, towards 1/√2.",
        ),
    ),
    Exercise(
        "10.6",
        (_limit,),
        (
            "A matrix with m × n entries, all at most c in size, has a spectral norm of at most c√(mn).",
            "Multiply the three bounds, set the product to 1, and solve for c.",
        ),
    ),
)
