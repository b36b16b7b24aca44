"""Exercises of chapter 6, activations."""

from __future__ import annotations

import sympy as sp

from analysis.exercises.domain import over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.catalogue import GELU, SELU, SOFTSIGN
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE
from analysis.symbolic.normal import density
from analysis.symbolic.notation import a, b, z


def _second_moment() -> sp.Expr:
    """Both halves of the normal law carry half of E z² = 1;
    on the left the square of the slope multiplies it."""
    return sp.integrate((a * z) ** 2 * density(z), (z, -sp.oo, 0)) + sp.integrate(
        z**2 * density(z), (z, 0, sp.oo)
    )


_leaks = over(a, ranges=((0.05, 0.95),))
_leaky_moment = Value(
    name="E σ²",
    right=_second_moment,
    domain=_leaks,
    arguments=(a,),
    mistakes=(
        Mistake(lambda right: 2 * right,
            "Off by the factor 2: each half of the normal law holds half of E z² = 1."),
        instead((1 + a) / 2, "On the left the value is a z, and it is squared."),
        instead(sp.S.Half, "This is ReLU, a = 0. The left half gives something too."),
        instead((1 + a**2) / 2 - (1 - a) ** 2 / (2 * sp.pi),
            "This is the variance: the square of the mean is taken off. The second moment is asked for."),
    ),
)  # fmt: skip
_leaky_scale = Value(
    name="σ_w",
    right=lambda: 1 / sp.sqrt(_second_moment()),
    domain=_leaks,
    arguments=(a,),
    mistakes=(
        Mistake(lambda right: right**2, "This is σ_w². The variance of the weights is σ_w²/n."),
        instead(sp.sqrt(2), "This is right for ReLU, a = 0."),
        Mistake(lambda right: 1 / right,
            "The other way round: the weights have to make up for what the activation takes away."),
        instead(1, "With σ_w = 1 the mean square is multiplied by E σ², which is below 1."),
    ),
)  # fmt: skip

_largest_softsign = Value(
    name="largest slope",
    right=lambda: SOFTSIGN.slope_bound,
    mistakes=(
        instead(sp.Rational(1, 4), "This is the sigmoid."),
        instead(sp.S.Half, "This is the value of softsign at 1. What is its slope at 0?"),
        instead(2, "The slope at 0 is the limit of σ(z)/z there."),
    ),
)
_t = sp.Symbol("t", positive=True)
_flat = Value(
    name="z",
    right=lambda: sp.solve(sp.exp(SOFTSIGN.log_slope).subs(z, _t) - sp.Rational(1, 100), _t)[0],
    mistakes=(
        instead(99, "This is where 1/(1 + z) is 1/100. The slope is the square of it."),
        instead(10, "1 + z is 10 there, not z."),
        instead(100, "The slope is 1/(1 + z)², not 1/z."),
        instead(sp.acosh(10), "This is where tanh has the slope 1/100."),
    ),
)

_tanh_delta = Value(
    right=lambda: (a - b) * (1 - a**2),
    domain=over(a, b, ranges=((-0.95, 0.95),)),
    arguments=(a, b),
    mistakes=(
        instead(a - b,
            "That would be so with a cost that cancels the slope. With the squared error the slope of tanh "
            "stays."),
        instead((a - b) * a * (1 - a), "This is the slope of the sigmoid. For tanh it is 1 − tanh²."),
        instead((b - a) * (1 - a**2),
            "The sign is the other way round: δ is positive where the output is too large."),
        instead(1 - a**2, "This is the slope. The error of the output is missing."),
        instead(2 * (a - b) * (1 - a**2), "Off by the factor 2: the cost has a ½ in front of the square."),
    ),
)  # fmt: skip


def _smallest_gelu() -> sp.Expr:
    return GELU.derivative.subs(z, -GELU.turn).rewrite(sp.erfc)


_least_gelu = Value(
    right=_smallest_gelu,
    mistakes=(
        Mistake(lambda right: 1 - right, "This is the largest slope. The smallest lies at −√2."),
        instead(0, "The slope of GELU is negative on part of the left."),
        Mistake(lambda right: -right, "The sign: the slope falls below 0."),
        instead(sp.N((z * sp.erfc(-z / sp.sqrt(2)) / 2).subs(z, sp.Float("-0.75179")), 15),
            "This is the smallest value of GELU. Its smallest slope is asked for."),
        instead(-sp.sqrt(2) * sp.exp(-1) / sp.sqrt(2 * sp.pi),
            "The term Φ(z) is missing: GELU is z Φ(z), and its derivative has two terms."),
    ),
)  # fmt: skip

_selu_slope = SELU.slope.xreplace({x: x.evalf(20) for x in (SELU_SCALE, SELU_ALPHA)})
_flat_selu = Witness(
    symbol=z,
    conditions=(
        Condition(
            sp.Lt(_selu_slope, sp.S.Half, evaluate=False),
            "Not yet: there the slope is {left}.",
            sp.Integer(-1),
        ),
    ),
)

EXERCISES = (
    Exercise(
        "6.1",
        (_leaky_moment, _leaky_scale),
        (
            "Split E σ(z)² at 0. On the right σ(z)² = z², on the left a² z².",
            "Each half of the normal law contributes half of E z² = 1.",
            "Weights of variance σ_w²/n multiply the mean square by σ_w² E σ² when the input has mean square "
            "1. Set that to 1.",
        ),
    ),
    Exercise(
        "6.2",
        (_largest_softsign, _flat),
        (
            "For z > 0 softsign is z/(1 + z). Differentiate the quotient.",
            "The slope is 1/(1 + z)². It only falls. Where is it 1/100?",
        ),
    ),
    Exercise(
        "6.3",
        (_tanh_delta,),
        ("The chain rule: δ = (∂C/∂a)(da/dz).", "The slope of tanh in terms of its value is 1 − a²."),
    ),
    Exercise(
        "6.4",
        (_least_gelu,),
        (
            "GELU″(z) = φ(z)(2 − z²). Where does it change sign?",
            "The slope falls up to −√2, rises to √2 and falls again. Its limits are 0 and 1.",
            "Put z = −√2 into Φ(z) + z φ(z).",
        ),
    ),
    Exercise(
        "6.5",
        (_flat_selu,),
        (
            "On the right the slope is λ = 1.0507 everywhere. Look on the left.",
            "There it is λα e^z, with λα = 1.7581. Which z makes that less than 1/2?",
        ),
    ),
)
