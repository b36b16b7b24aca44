"""How much a chain of sigmoids can explode in all:
monotone maps of (0, 1) into itself have a budget of slope, and it is 1."""

from __future__ import annotations

import math

import sympy as sp
from flint import fmpq

from analysis.chapters.explosion.budget import a0 as _a0
from analysis.chapters.explosion.budget import aL as _aL
from analysis.chapters.explosion.budget import gain, upper_limit
from analysis.chapters.explosion.claims.meaning_gains import (
    highest_late_rate,
    one_chain,
    share,
    some_chain,
    total,
)
from analysis.chapters.explosion.window import width
from analysis.claims.claim import Claim
from analysis.claims.domain import Range, domain, exact
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_deciding, counterexample
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import length
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b, h, w, z

_K = sp.Symbol("K", positive=True)
_L = sp.Symbol("L", integer=True, positive=True)
_eps = sp.Symbol("varepsilon", positive=True)
_q = sp.Symbol("q", positive=True)


def total_gain() -> tuple[Step, ...] | Unknown:
    """The steps that turn the integral of the gain into |a_L(1) − a_L(0)| < 1; Unknown where one fails."""
    layer = plain(SIGMOID)
    slope = sp.simplify(layer.factor / w)
    between = sp.And(SIGMOID.formula.is_positive, (SIGMOID.formula.subs(z, -z)).is_positive)
    mirror = sp.Eq(1 - SIGMOID.formula, SIGMOID.formula.subs(z, -z), evaluate=False)
    if not (slope.is_positive and between and isinstance(by_deciding()(mirror), Proved)):
        return Unknown("the sigmoid was not recognised as increasing from 0 to 1")
    whole = sp.Integral(_aL.diff(_a0), (_a0, 0, 1))
    return (
        Step(
            "a layer's factor is w times a positive number, so it has the sign of w for every input",
            layer.factor,
        ),
        Step("so has the product, and the integral of its size is the size of its integral", whole.doit()),
        Step(
            "both outputs lie in (0, 1), since σ(z) > 0 and 1 − σ(z) = σ(−z) > 0: they are less than 1 apart"
        ),
    )


def by_total_variation(statement: sp.Basic) -> Outcome:
    """∫|∂a_L/∂a_0| da_0 < c: proved for c ≥ 1; below, one layer of weight 20 spends more."""
    steps = total_gain()
    if isinstance(steps, Unknown):
        return steps
    if statement.rhs >= 1:
        return Proved("calculus", steps)
    output = plain(SIGMOID).output.subs(b, -w / 2)
    spent = output.subs(h, 1) - output.subs(h, 0)
    found = counterexample(sp.Lt(spent, statement.rhs, evaluate=False), [{w: sp.Integer(20)}])
    return (
        Refuted(f"one layer with bias −w/2: {found.witness}")
        if found
        else Unknown("weight 20 does not spend as much")
    )


def by_markov(statement: sp.Basic) -> Outcome:
    """length{a_0 : gain ≥ K} < c/K: K times the length is at most the integral, so proved for c ≥ 1."""
    steps = total_gain()
    if isinstance(steps, Unknown):
        return steps
    c = sp.simplify(statement.rhs * _K)
    if c >= 1:
        return Proved(
            "calculus", (*steps, Step("K times the length is at most the integral (Markov's inequality)"))
        )
    one_layer = (
        width.subs(sp.Abs(w), sp.Abs(w) / _K) / _K
    )  # |w| σ′ ≥ K is (|w|/K) σ′ ≥ 1, and a runs K times slower
    at = {w: sp.Integer(69), _K: sp.Integer(10)}
    found = counterexample(sp.Lt(one_layer, statement.rhs, evaluate=False), [at])
    return (
        Refuted(f"one layer with bias −w/2: {found.witness}")
        if found
        else Unknown("one layer is not wide enough")
    )


def by_borel_cantelli(statement: sp.Basic) -> Outcome:
    """lim sup (1/L) log gain ≤ c for almost every input:
    the lengths above e^{(c+ε)L} have a finite sum for every c ≥ 0."""
    steps = total_gain()
    if isinstance(steps, Unknown):
        return steps
    if statement.rhs >= 0:
        branch = sp.Sum(_q**_L, (_L, 1, sp.oo)).doit().args[0]
        if branch.cond != (_q < 1) or not sp.log(sp.exp(-_eps)).is_negative:
            return Unknown("the geometric series was not recognised")
        total = sp.Sum(sp.exp(-_eps * _L), (_L, 1, sp.oo))
        closed = branch.expr.subs(_q, sp.exp(-_eps))
        return Proved(
            "calculus",
            (
                *steps,
                Step("inputs whose gain reaches exp(εL) have length below exp(−εL) (Markov's inequality)"),
                Step("these lengths have a finite sum for every ε > 0", sp.Eq(total, closed, evaluate=False)),
                Step(
                    "so almost every input is in finitely many of these sets (Borel–Cantelli), for every ε = "
                    "1/n"
                ),
            ),
        )
    onward = sp.Eq(4 * SIGMOID.formula - 2, 2 * sp.tanh(z / 2), evaluate=False)
    if not isinstance(by_deciding()(onward), Proved):
        return Unknown("the chain of weight 4 was not recognised")
    depth, u, total_log = 10_000, 1.0, 0.0
    for _ in range(depth):
        total_log -= 2.0 * math.log(math.cosh(u))  # the factor 4 σ′(z) is 1/cosh²(z/2)
        u = math.tanh(u)
    rate = total_log / depth
    if rate <= statement.rhs:
        return Unknown(f"the chain of weight 4 has rate {rate:.3g} after {depth} layers")
    return Refuted(
        "with w = 4, b = −2 the weighted input goes to 0 by z ↦ 2 tanh(z/2) and every factor to 1, so the "
        "left side is 0; "
        f"after {depth} layers from z_1 = 2 it is {rate:.4f}, the right side {float(statement.rhs):g}"
    )


def _rate_is_at_most(c: sp.Expr) -> sp.Basic:
    return sp.Le(upper_limit(sp.log(gain) / _L, _L), c, evaluate=False)


def _budget_is(c: sp.Expr) -> sp.Basic:
    return sp.Lt(sp.Integral(gain, (_a0, 0, 1)), c, evaluate=False)


def _rare(c: sp.Expr) -> sp.Basic:
    return sp.Lt(length(sp.Ge(gain, _K, evaluate=False), _a0), c / _K, evaluate=False)


_any_chain = (
    _aL.func,
    Range(
        "any chain",
        some_chain,
        tuple(
            one_chain((x,) * n, (-x / 2,) * n)
            for x, n in ((4.0, 1), (20.0, 1), (100.0, 1), (6.9, 1), (69.0, 1), (9.0, 3), (-20.0, 2))
        ),
    ),
)
_any_gain = (
    _K,
    Range(
        "> 0",
        lambda random, world: exact(round(10 ** random.uniform(-1, 2), 3)),
        tuple(map(fmpq, (1, 10, 2))),
    ),
)

_SCOPE = (
    "sigmoid chain, one neuron a layer, every depth, all real weights and biases that are the same "
    "for every input in [0, 1]"
)

CLAIMS = (
    Claim(
        label="explosion-budget",
        sentence="Averaged over all inputs between 0 and 1, the gain from input to output is below 1.",
        statement=_budget_is(sp.S.One),
        check=by_total_variation,
        scope=f"{_SCOPE}; does not carry over to wide layers, whose maps are not monotone",
        false_sibling=_budget_is(sp.Rational(9, 10)),
        domain=domain(_any_chain, means={sp.Integral: total}),
    ),
    Claim(
        label="explosion-is-rare",
        sentence="The inputs whose gain is K or more fill less than 1/K of the interval.",
        statement=_rare(sp.S.One),
        check=by_markov,
        scope=_SCOPE,
        false_sibling=_rare(sp.Rational(1, 3)),
        domain=domain(_any_chain, _any_gain, means={length: share}),
    ),
    Claim(
        label="no-exponential-explosion",
        sentence="For almost every input the gain does not grow exponentially with depth, whatever the "
        "weights and biases.",
        statement=_rate_is_at_most(sp.S.Zero),
        check=by_borel_cantelli,
        scope="sigmoid layers stacked without end, one neuron a layer, any weights and biases fixed "
        "beforehand; all inputs in [0, 1] but a set of length 0",
        false_sibling=_rate_is_at_most(sp.Rational(-1, 10)),
        domain=domain(_any_chain, means={upper_limit: highest_late_rate}),
    ),
)
