"""Exercises of chapter 13, LSTM and gates."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.gates import cell_at_rest as gated_rest
from analysis.exercises.domain import Domain, over
from analysis.exercises.exercise import Choice, Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic import gates as gated
from analysis.symbolic.notation import sigma, sigma_prime

k = sp.Symbol("k", positive=True)
_bias = Value(
    right=lambda: gated.bias_for(k),
    domain=over(k, ranges=((0.3, 30.0),)),
    arguments=(k,),
    mistakes=(
        instead(sp.log(k - 1), "This gate is 1 − 1/k: after k steps about 1/e is left, not one half."),
        Mistake(lambda right: -right, "The sign is wrong: a longer memory needs a larger bias."),
        instead(2 ** (-1 / k), "This is the gate itself. Which bias gives it?"),
        instead(sp.log(k), "This gate is k/(k + 1)."),
        instead(sp.log(k / sp.log(2)),
            "This is the approximation for long half-lives. The exact formula is as short."),
        instead(-sp.log(2**k - 1), "The k-th root of one half is wanted, not the k-th power."),
    ),
)  # fmt: skip

c, f, g = gated.c_before, gated.f, gated.g
u_f, u_g = (gated.weight("u", q) for q in "fg")


def _coupled() -> sp.Expr:
    """∂c_t/∂c_{t−1} of c_t = f_t c_{t−1} + (1 − f_t) g_t with f = σ(z_f), g = tanh(z_g),
    z_q = … + u_q c_{t−1}."""
    z_f, z_g = u_f * c, u_g * c
    step = (sigma(z_f) * c + (1 - sigma(z_f)) * sp.tanh(z_g)).diff(c)
    return step.xreplace({sigma_prime(z_f): f * (1 - f), sigma(z_f): f, sp.tanh(z_g): g})


_step = Value(
    right=_coupled,
    domain=Domain(
        ((c, ((-2.0, 2.0),)), (f, ((0.1, 0.9),)), (g, ((-0.9, 0.9),)), (u_f, ((-2.0, 2.0),)), (u_g, ((-2.0,
            2.0),)))
    ),
    arguments=(c, f, g, u_f, u_g),
    mistakes=(
        instead(f, "This holds the gates fixed. They depend on c_{t−1} as well."),
        instead(f + (1 - f) * (1 - g**2) * u_g, "The way through the gate is missing."),
        instead(f + (c - g) * f * (1 - f) * u_f, "The way through the candidate g is missing."),
        instead(f + c * f * (1 - f) * u_f + (1 - f) * (1 - g**2) * u_g,
            "The gate stands in two places: what it keeps and what it lets in."),
        instead(f + (g - c) * f * (1 - f) * u_f + (1 - f) * (1 - g**2) * u_g,
            "A sign is wrong: a wider gate keeps more of c and lets in less of g."),
        instead(f + (c - g) * f * (1 - f) * u_f + (1 - g**2) * u_g,
            "The candidate comes in through the gate 1 − f."),
    ),
)  # fmt: skip


def _critical() -> sp.Expr:
    """The b_f at which f + √v of an LSTM at rest is 1, with weights uniform on ±1/(2√n)."""
    (found,) = sp.solve(sp.Eq(gated_rest.LARGEST.subs(gated.scale, sp.S.Half), 1), gated.forget_bias)
    return sp.logcombine(found)


_largest = Value(
    right=_critical,
    mistakes=(
        instead(sp.log(8 * sp.sqrt(3)), "Almost: σ(b) = 1 − q means e^b = (1 − q)/q."),
        instead(sp.log(7), "The standard deviation of a number uniform on ±1 is 1/√3, not 1."),
        instead(
            sp.log(2 * sp.sqrt(3) - 1), "At rest the input gate and the output gate are one half each: U_g/4."
        ),
        instead(sp.log(191), "√v is wanted, not v."),
        instead(1 - 1 / (8 * sp.sqrt(3)), "This is the gate. Which bias gives it?"),
        instead(
            sp.log(4 * sp.sqrt(3) - 1),
            "This is the bias for ±1/√n. The weights are half as wide here, and v is a quarter.",
        ),
    ),
)

_x, _y = sp.symbols("x y", real=True)


def _original_baseline() -> sp.Expr:
    """The variance of 1/2 + (x + y)/4 for x, y uniform on (−1, 1)."""
    target = sp.S.Half + (_x + _y) / 4

    def mean(e: sp.Expr) -> sp.Expr:
        return sp.integrate(e, (_x, -1, 1), (_y, -1, 1)) / 4

    return mean(target**2) - mean(target) ** 2


_baseline = Value(
    right=_original_baseline,
    mistakes=(
        instead(
            sp.Rational(1, 6), "This is the other form of the task, with numbers from 0 to 1 and their sum."
        ),
        instead(sp.Rational(2, 3), "This is the variance of the sum; the target has a quarter of it."),
        instead(sp.Rational(1, 12), "A number uniform on (−1, 1) has the variance 1/3."),
        instead(sp.Rational(7, 24), "This is the mean square. Take the square of the mean off."),
        instead(sp.Rational(1, 48), "Two numbers are added."),
        instead(
            sp.Rational(1, 6) * sp.S.Half / sp.sqrt(3),
            "A quarter of the sum has a sixteenth of its variance.",
        ),
    ),
)

_u = sp.Symbol("u_g", real=True)
_factor = gated.sigmoid(sp.S.One) + _u / 4
_explodes = Witness(
    symbol=_u,
    conditions=(
        Condition(
            sp.Gt(sp.Abs(_factor), 1, evaluate=False),
            "There the factor's size is {left}: not above 1. Which term is not a gate?",
            sp.S.Zero,
        ),
    ),
)

_biases = Choice(
    says=(
        ("a", "The cell adds two bias vectors. Both were set."),
        ("b", "The cell computes W x + b_ih + U h + b_hh, so the two add up."),
        ("c", "They are added, not averaged."),
        ("d", "Both enter at every step, whatever the input is."),
    ),
    right="b",
)

EXERCISES = (
    Exercise(
        "13.1",
        (_bias,),
        (
            "The gate must be the k-th root of one half: σ(b)^k = 1/2.",
            "Solve 1/(1 + e^(−b)) = 2^(−1/k) for b.",
        ),
    ),
    Exercise(
        "13.2",
        (_step,),
        (
            "c_{t−1} stands in three places: by itself, in the gate, in the candidate.",
            "∂f/∂c = f(1 − f) u_f, ∂g/∂c = (1 − g²) u_g. The gate multiplies c − g.",
        ),
    ),
    Exercise(
        "13.3",
        (_largest,),
        (
            "In the long run a step at rest multiplies by f + √v. Put this equal to 1.",
            "v = g²/48 with g = 1/2, so √v = 1/(8√3), and σ(b) = 1 − 1/(8√3).",
        ),
    ),
    Exercise(
        "13.4",
        (_baseline,),
        (
            "The best constant is the mean; its error is the variance of the target.",
            "Variances of independent numbers add up, and a factor 1/4 counts squared.",
        ),
    ),
    Exercise(
        "13.5",
        (_explodes,),
        (
            "At rest the factor is σ(b_f) + u_g/4. Gates are below 1. Is u_g?",
            "σ(1) is about 0.73. How large must u_g/4 be?",
        ),
    ),
    Exercise(
        "13.6",
        (_biases,),
        (
            "Look at the formula of the cell in the table of names: how many biases does it have?",
            "What goes into the gate at h = 0 and x = 0?",
        ),
    ),
)
