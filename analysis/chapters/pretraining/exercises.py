"""Exercises of chapter 9, layer-wise pretraining."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.pretraining.formulas import logistic
from analysis.exercises.domain import over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.notation import w

_s = logistic(w)
_UNITS = (0, 1)
_LINE = over(w, ranges=((-3.0, 3.0),))


def _weight_of(v: int) -> sp.Expr:
    """Σ_h e^{−E(v, h)} of the machine with one unit of each kind and no biases."""
    return sp.Add(*(sp.exp(w * v * h) for h in _UNITS))


def _seen() -> sp.Expr:
    """P(v = 1)."""
    return _weight_of(1) / (_weight_of(0) + _weight_of(1))


def _gradient() -> sp.Expr:
    """∂ log p(1)/∂w."""
    return sp.simplify(sp.log(_seen()).diff(w))


def _step(start: int, end: int) -> sp.Expr:
    """T(start → end): up to h, and down again."""
    up = {1: logistic(w * start), 0: 1 - logistic(w * start)}
    return sp.Add(*(up[h] * (logistic(w * h) if end else 1 - logistic(w * h)) for h in _UNITS))


def _contrastive() -> sp.Expr:
    """The expected CD-1 update of w at v = 1."""
    return sp.simplify(sp.Add(*(_step(1, end) * (_s - end * _s) for end in _UNITS)))


_probability = Value(
    right=_seen,
    domain=_LINE,
    arguments=(w,),
    mistakes=(
        instead(_s, "This is P(v = 1 | h = 1). Sum h out: it may be 0 as well."),
        instead(sp.exp(w) / (3 + sp.exp(w)),
            "This is P(v = 1, h = 1) alone. The state v = 1, h = 0 belongs to v = 1, too."),
        instead(sp.S.Half, "That is so without a weight. With w > 0 the states with v = 1 weigh more."),
        instead(1 + sp.exp(w), "This is the sum over h. Divide by Z."),
        instead(2 / (3 + sp.exp(w)), "This is P(v = 0)."),
    ),
)  # fmt: skip
_slope = Value(
    right=_gradient,
    domain=_LINE,
    arguments=(w,),
    mistakes=(
        instead(_s, "This is the positive phase alone. log Z depends on w as well."),
        Mistake(lambda right: -right, "The sign is wrong: the image is there to be made more probable."),
        instead(_s - _s / 2,
            "The negative phase is the mean under the machine: p(v = 1) σ(w), with p from 9.1."),
        instead(_contrastive(),
            "This is the mean CD-1 update. In the gradient the machine's own distribution stands."),
        instead(_s - _seen(), "In the negative phase, p(v = 1) multiplies σ(w)."),
        instead(1 - _seen(),
            "The image brings v σ(wv) with v = 1, so σ(w); and in the negative phase p(v = 1) multiplies "
            "σ(w)."),
        instead(sp.diff(_seen(), w), "This is the slope of p. The question is that of log p."),
    ),
)  # fmt: skip
_update = Value(
    right=_contrastive,
    domain=_LINE,
    arguments=(w,),
    mistakes=(
        instead(_gradient(),
            "This is the exact gradient. CD-1 takes its negative phase after one step from v = 1."),
        instead(_s - _s**3,
            "This lets the hidden unit be 1 on the way. With probability 1 − σ(w) it is 0, and then v is 1 "
            "with probability 1/2."),
        instead(_s - _s**2,
            "This goes down with the hidden probability as if it were 1. Draw h first, then v."),
        instead(_s - _s * logistic(w * _s),
            "This sends the probability down in place of a drawn h, and takes no mean."),
        instead(_s - _step(1, 1),
            "This takes off P(v′ = 1). The negative phase is the mean of v′ σ(wv′), so there P(v′ = 1) is "
            "multiplied by σ(w)."),
        Mistake(lambda right: -right, "The sign is wrong: positive phase less negative phase."),
        Mistake(lambda right: right / _s,
            "The factor P(h = 1 | v = 1) = σ(w) is missing: it stands in both phases."),
    ),
)  # fmt: skip


def _states(*units: int) -> sp.Expr:
    """How many states so many binary units have."""
    return sp.Integer(2) ** sum(units)


def _count(name: str, right: int, mistakes: tuple[tuple[int, str], ...]) -> Value:
    return Value(
        name=name,
        right=lambda: _states(right),
        whole=True,
        mistakes=tuple(instead(wrong, says) for wrong, says in mistakes),
    )


_all = _count("all", 30, (
    (2**20 + 2**10, "States of v and h come in pairs: multiply, do not add."),
    (20 * 10, "This is the number of weights."),
    (30, "This is the number of units. Each has two values."),
))  # fmt: skip
_visible = _count("hidden summed out", 20, (
    (2**10, "These are the hidden states. They are summed out; the visible ones are left."),
    (2**20 * 10, "The product over hidden units is one term."),
    (2**30, "With the hidden units summed out, one term for each v is left."),
))  # fmt: skip
_fewest = _count("fewest", 10, (
    (2**20, "Sum the larger kind out, not the smaller. The machine is the same from both sides."),
    (1, "One kind factorises, given the other; not both at once."),
    (2**15, "Only whole kinds can be summed out: units of one kind are independent given the other."),
))  # fmt: skip

_share = sp.simplify(_contrastive() / _gradient())
_falls_short = Witness(
    symbol=w,
    conditions=(
        Condition(sp.Gt(w, 0, evaluate=False), "w is to be positive; yours is {left}.", sp.Integer(-3)),
        Condition(
            sp.Lt(_share, sp.Rational(9, 10), evaluate=False),
            "There the mean update is {left} of the gradient. How must the weight be for the chain to "
            "remember its start?",
            sp.Integer(1),
        ),
    ),
)

EXERCISES = (
    Exercise(
        "9.1",
        (_probability,),
        (
            "There are four states, with the weights e^{−E} = e^{wvh}. Three of them have vh = 0.",
            "Add those with v = 1, and divide by the sum of all four.",
        ),
    ),
    Exercise(
        "9.2",
        (_slope,),
        (
            "The positive phase is v σ(wv) at v = 1. The negative phase is its mean under the machine.",
            "At v = 0 the phase is 0, so the mean is p(v = 1) σ(w), with p(v = 1) from 9.1.",
        ),
    ),
    Exercise(
        "9.3",
        (_update,),
        (
            "From v = 1, the hidden unit is 1 with probability σ(w). What is the probability of v = 1 then, "
            "and what if it is 0?",
            "The step leads to v = 1 with probability σ(w)² + (1 − σ(w))/2. At v = 0 the phase is 0.",
        ),
    ),
    Exercise(
        "9.4",
        (_all, _visible, _fewest),
        (
            "n binary units have 2ⁿ states.",
            "Given one kind, the units of the other are independent, and their sum is a product. This works "
            "from both sides.",
        ),
    ),
    Exercise(
        "9.5",
        (_falls_short,),
        (
            "Divide 9.3 by 9.2. At w = 0 the quotient is 1: then the chain forgets at once.",
            "With s = σ(w) the quotient is 1 − (s − 1/2)². How far from 1/2 must s be?",
        ),
    ),
)
