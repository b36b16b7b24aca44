"""A cell at rest: no input, state 0.
There one step is a matrix f I + M with M random, and its powers have a closed form."""

from __future__ import annotations

import sympy as sp
from flint import fmpq

from analysis.chapters.gates.cell_at_rest import kept, squared_gain, v
from analysis.chapters.gates.claims.formulas import Definitions, change, written_out
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, Range, domain, integers, positive
from analysis.claims.outcome import Check, Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.symbolic.catalogue import TANH
from analysis.symbolic.display import plus
from analysis.symbolic.gates import (
    OUTPUT_BEFORE,
    at,
    c,
    c_before,
    forget_bias,
    gated,
    gru,
    h_before,
    h_now,
    lag,
    lstm,
    o_before,
    sigmoid,
    unfolded,
    weight,
)
from analysis.symbolic.layer import Layer, plain
from analysis.symbolic.notation import b, h, sigma, sigma_prime, w, z

_u_g = weight("u", "g")


def by_resting(definitions: Definitions, before: sp.Symbol) -> Check:
    """The derivative of the cell written out, at input 0, state 0 and biases 0 but for the forget gate's,
    with the sigmoid for σ."""
    zero = {
        at("x"): 0,
        before: 0,
        weight("b", "i"): 0,
        weight("b", "g"): 0,
        weight("b", "o"): 0,
        weight("b", "r"): 0,
        weight("b", "k"): 0,
        weight("b", "f"): forget_bias,
    }

    def check(statement: sp.Basic) -> Outcome:
        slope = unfolded(statement.lhs.args[0], definitions).diff(before)
        for gate in (sigma_prime, sigma):
            formula = sigmoid(z) if gate is sigma else sigmoid(z).diff(z)
            slope = slope.replace(gate, sp.Lambda(z, formula))
        exact = sp.simplify(
            slope.xreplace({x: sp.sympify(y) for x, y in zero.items()}).subs(at("o", "t-1"), sp.S.Half)
        )
        if sp.simplify(exact - statement.rhs.doit()) == 0:
            return Proved(
                "algebra",
                (Step("every term that holds c_{t−1}, h_{t−1} or g_t vanishes; what is left is", exact),),
            )
        point = {forget_bias: sp.S.One, _u_g: sp.S.One}
        return counterexample(sp.Eq(exact, statement.rhs, evaluate=False), [point]) or Unknown(
            f"the derivative is {exact}"
        )

    return check


def at_rest(definitions: Definitions, *zero: sp.Symbol) -> Domain:
    """A cell written out whose input, state and biases (but the forget gate's) are 0;
    every weight is free, o_{t−1} is 1/2."""
    found = written_out(definitions)
    still = dict.fromkeys((at("x"), *zero, *(weight("b", q) for q in "igork")), sp.S.Zero)
    ((free, each),) = found.ranges
    kept_ = tuple(n for n, x in enumerate(free) if x not in still and x != o_before)
    ranges = ((tuple(free[n] for n in kept_), _some_of(each, kept_)),)
    return Domain(ranges, means={**found.means, **still, o_before: sp.S.Half})


def _some_of(each: Range, places: tuple[int, ...]) -> Range:
    """The range of some letters of a tuple of letters."""
    return Range(
        each.words,
        lambda random, world: tuple(each.draw(random, world)[n] for n in places),
        tuple(tuple(x[n] for n in places) for x in each.hard),
    )


WRITTEN_OUT = 8


def by_pairs(statement: sp.Basic) -> Outcome:
    """(Σ a_j)² − Σ a_j² = 2 Σ_{i<j} a_i a_j and (k + 1) Σ a_j² − (Σ a_j)² = Σ_{i<j} (a_i − a_j)²,
    written out for k = 1 … ``WRITTEN_OUT``."""
    total = kept + sp.sqrt(v)
    for k in range(1, WRITTEN_OUT + 1):
        a = sp.symbols(f"a_0:{k + 1}", positive=True)
        squares, square = sum(x**2 for x in a), sp.expand(sum(a) ** 2)
        pairs = [(p, q) for n, p in enumerate(a) for q in a[n + 1 :]]
        if sp.expand(square - squares - 2 * sum(p * q for p, q in pairs)) != 0:
            return Unknown("the upper identity fails")
        if sp.expand((k + 1) * squares - square - sum((p - q) ** 2 for p, q in pairs)) != 0:
            return Unknown("the lower identity fails")
        terms = [sp.binomial(k, j) * kept ** (k - j) * sp.sqrt(v) ** j for j in range(k + 1)]
        if (
            sp.expand(sum(terms) - total**k) != 0
            or sp.expand(sum(x**2 for x in terms) - squared_gain(k).doit()) != 0
        ):
            return Unknown("the terms are not those of the binomial")
    lower, upper = sorted(statement.args, key=lambda side: side.lhs == squared_gain())
    low, middle, high = lower.lhs, lower.rhs, upper.rhs
    if middle == squared_gain() and low == total ** (2 * lag) / (lag + 1) and high == total ** (2 * lag):
        return Proved("algebra", (
            Step("with a_j = C(k, j) f^{k−j} √v^j the sum of all a_j is", total**lag),
            Step(
                "the square of a sum of positive numbers is at least the sum of their squares, by 2 Σ_{i<j} "
                "a_i a_j"),
            Step(
                "and k + 1 times the sum of squares is at least the square of the sum, by Σ_{i<j} (a_i − "
                "a_j)²"),
        ))  # fmt: skip
    for k in (1, 2, 10):
        at_point = {lag: sp.Integer(k), kept: sp.Rational(7, 10), v: sp.Rational(1, 48)}
        for side in statement.args:
            left, right = (sp.N(x.xreplace(at_point).doit(), 30) for x in side.args)
            if left > right:
                return Refuted(
                    f"at k = {k}, f = 7/10, v = 1/48 the smaller side is {sp.N(left, 6)}, the larger "
                    f"{sp.N(right, 6)}"
                )
    return Unknown("not decided")


def _between(low: sp.Expr, high: sp.Expr) -> sp.Basic:
    gain = squared_gain()
    return sp.And(sp.Le(low, gain, evaluate=False), sp.Le(gain, high, evaluate=False), evaluate=False)


def _gated_layer(written: sp.Expr) -> sp.Expr:
    """The factor at rest of a gated layer: the map tanh(u_g h + b) of h = tanh(c)/2,
    kept σ(b_f), with so much written."""
    candidate = Layer("candidate", plain(TANH).output.subs(h, sp.tanh(h) / 2))
    step = gated(candidate, sigmoid(forget_bias), written)
    return sp.Subs(sp.Derivative(step.output.subs(w, _u_g), h), (h, b), (0, 0))


def _kept_and_random() -> Range:
    """f and v, first with f = √v, where the lower bound is touched for k = 1."""
    each = positive()
    touching = tuple((fmpq(a, 2), fmpq(a * a, 4)) for a in (1, 2, 3, 80))
    return Range("> 0", lambda random, world: (each.draw(random, world), each.draw(random, world)), touching)


_top = (kept + sp.sqrt(v)) ** (2 * lag)

CLAIMS = (
    Claim(
        label="lstm-at-rest",
        sentence="An LSTM at rest keeps the forget gate plus a quarter of the candidate's recurrent weight.",
        statement=sp.Eq(change(c, c_before), plus(sigmoid(forget_bias), _u_g / 4), evaluate=False),
        check=by_resting(lstm() | OUTPUT_BEFORE, c_before),
        scope="one unit, c_{t−1} = 0, x = 0, biases 0 but for b_f, so i = o_{t−1} = 1/2; n units: σ(b_f) I "
        "+ U_g/4",
        false_sibling=sp.Eq(change(c, c_before), sigmoid(forget_bias), evaluate=False),
        domain=at_rest(lstm() | OUTPUT_BEFORE, c_before),
    ),
    Claim(
        label="lstm-step-is-a-gated-layer",
        sentence="That is the factor of a gated tanh layer that keeps σ(b_f) and writes one half.",
        statement=sp.Eq(change(c, c_before), _gated_layer(sp.S.Half), evaluate=False),
        check=by_resting(lstm() | OUTPUT_BEFORE, c_before),
        scope="at rest; the step of the memory as gated(plain(tanh) of tanh(c)/2, σ(b_f), 1/2), with u_g "
        "for w",
        false_sibling=sp.Eq(change(c, c_before), _gated_layer(sp.S.One), evaluate=False),
        domain=at_rest(lstm() | OUTPUT_BEFORE, c_before),
    ),
    Claim(
        label="gru-at-rest",
        sentence="A gated recurrent unit at rest is an LSTM at rest with forget bias 0.",
        statement=sp.Eq(change(h_now, h_before), sp.S.Half + _u_g / 4, evaluate=False),
        check=by_resting(gru(), h_before),
        scope="one unit, h_{t−1} = 0, x = 0, biases 0, so r = k = 1/2",
        false_sibling=sp.Eq(change(h_now, h_before), sp.S.Half + _u_g / 2, evaluate=False),
        domain=at_rest(gru(), h_before),
    ),
    Claim(
        label="gain-between-two-powers",
        sentence="The mean squared gain over k steps lies between (f + √v)^{2k} and that by k + 1: per "
        "step it is f + √v in the end.",
        statement=_between(_top / (lag + 1), _top),
        check=by_pairs,
        scope=f"(Lagrange's identity, written out for k ≤ {WRITTEN_OUT})",
        false_sibling=_between(_top / (lag + 1), kept ** (2 * lag)),
        domain=domain((lag, integers(1, 24)), ((kept, v), _kept_and_random())),
    ),
)
