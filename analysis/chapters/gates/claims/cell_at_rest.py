"""A cell at rest: no input, state 0.
There one step is a matrix f I + M with M random, and its powers have a closed form."""

from __future__ import annotations

import sympy as sp
from flint import fmpq

from analysis.chapters.gates.cell_at_rest import kept, squared_gain, v
from analysis.chapters.gates.claims.formulas import Definitions, change, written_out
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, Range, domain, integers, positive
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.relations import le
from analysis.claims.rules import Added, Cited, Combined, Instance, Logic
from analysis.claims.theorems import LAST, TERMS
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
from analysis.symbolic.notation import b, h, w

_u_g = weight("u", "g")


_moved = sp.Symbol("m", real=True)


def at_rest(definitions: Definitions, of: change) -> Domain:
    """A cell written out whose input, state and biases (but the forget gate's) are 0; every weight is free,
    o_{t−1} is 1/2. ``of``: the derivative that the claim is about, by the state before."""
    output, before = of.args
    found = written_out(definitions, of=of)
    still = dict.fromkeys((at("x"), before, *(weight("b", q) for q in "igorp")), sp.S.Zero)
    ((free, each),) = found.ranges
    kept_ = tuple(n for n, x in enumerate(free) if x not in still and x != o_before)
    ranges = ((tuple(free[n] for n in kept_), _some_of(each, kept_)),)
    slope = sp.Derivative(unfolded(output, definitions).xreplace({before: _moved}), _moved)
    at_0 = {of: sp.Subs(slope, _moved, 0)}
    return Domain(ranges, means={**found.means, **still, o_before: sp.S.Half, **at_0})


def _some_of(each: Range, places: tuple[int, ...]) -> Range:
    """The range of some letters of a tuple of letters."""
    return Range(
        each.words,
        lambda random, world: tuple(each.draw(random, world)[n] for n in places),
        tuple(tuple(x[n] for n in places) for x in each.hard),
        over=sp.S.Reals,
    )


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
    return Range(
        "> 0",
        lambda random, world: (each.draw(random, world), each.draw(random, world)),
        touching,
        over=(sp.Interval.open(0, sp.oo),) * 2,
    )


_top = (kept + sp.sqrt(v)) ** (2 * lag)
_q, _j, _at = sp.Symbol("q", positive=True), sp.Symbol("j", integer=True), sp.Symbol("i", integer=True)


def _by_terms(claim: sp.And) -> Proof:
    """With a_j = C(k, j) q^j the sum is (1 + q)^k; the squares add up to no more than its square, and to no
    less than that by k + 1, for the squares of a_j less their mean do not add up to less than 0. Then q is
    √v/f."""
    term, power = sp.binomial(lag, _j) * _q**_j, (1 + _q) ** lag
    total, squares = (sp.Sum(x, (_j, 0, lag)) for x in (term, term**2))
    mean = power / (lag + 1)
    spread = sp.Sum((term - mean) ** 2, (_j, 0, lag))
    expanded = squares - 2 * mean * total + (lag + 1) * mean**2
    high, low = le(squares, power**2), le(power**2 / (lag + 1), squares)
    given = {TERMS: sp.Lambda(_at, term.xreplace({_j: _at})), LAST: lag}
    over, ratio, scale = ((_q, positive()),), {_q: sp.sqrt(v) / kept}, ((kept ** (2 * lag), (0,)),)
    return proof(
        Line(sp.Eq(total, power, evaluate=False), over=over),
        Line(le(squares, total**2), Cited("squares of a sum's terms", (), given), over),
        Line(high, Combined((2, 1), ((1, (0,)), (power + total, (1,)))), over),
        Line(le(0, spread.function), over=(*over, (_j, integers(0)))),
        Line(le(sp.Sum(0, (_j, 0, lag)), spread), Added((4,), _j), over),
        Line(sp.Eq(spread, expanded, evaluate=False), over=over),
        Line(low, Combined((5, 6, 1), ((1, (0,)), (1, (1,)), (-2 * mean, (2,)))), over),
        Line(high.xreplace(ratio), Instance((3,), ratio)),
        Line(low.xreplace(ratio), Instance((7,), ratio)),
        Line(le(squared_gain(), _top), Combined((8,), scale)),
        Line(le(_top / (lag + 1), squared_gain()), Combined((9,), scale)),
        Line(claim, Logic((10, 11))),
    )


_AT_REST = sp.Eq(change(c, c_before), plus(sigmoid(forget_bias), _u_g / 4), evaluate=False)
_LAYER = sp.Eq(change(c, c_before), _gated_layer(sp.S.Half), evaluate=False)
_GRU_AT_REST = sp.Eq(change(h_now, h_before), sp.S.Half + _u_g / 4, evaluate=False)
_GAIN = _between(_top / (lag + 1), _top)

CLAIMS = (
    Claim(
        label="lstm-at-rest",
        sentence="An LSTM at rest keeps the forget gate plus a quarter of the candidate's recurrent weight.",
        statement=_AT_REST,
        check=decided(_AT_REST),
        scope="one unit, c_{t−1} = 0, x = 0, biases 0 but for b_f, so i = o_{t−1} = 1/2; n units: σ(b_f) I "
        "+ U_g/4",
        false_sibling=sp.Eq(change(c, c_before), sigmoid(forget_bias), evaluate=False),
        domain=at_rest(lstm() | OUTPUT_BEFORE, _AT_REST.lhs),
    ),
    Claim(
        label="lstm-step-is-a-gated-layer",
        sentence="That is the factor of a gated tanh layer that keeps σ(b_f) and writes one half.",
        statement=_LAYER,
        check=decided(_LAYER),
        scope="at rest; the step of the memory as gated(plain(tanh) of tanh(c)/2, σ(b_f), 1/2), with u_g "
        "for w",
        false_sibling=sp.Eq(change(c, c_before), _gated_layer(sp.S.One), evaluate=False),
        domain=at_rest(lstm() | OUTPUT_BEFORE, _LAYER.lhs),
    ),
    Claim(
        label="gru-at-rest",
        sentence="A gated recurrent unit at rest is an LSTM at rest with forget bias 0.",
        statement=_GRU_AT_REST,
        check=decided(_GRU_AT_REST),
        scope="one unit, h_{t−1} = 0, x = 0, biases 0, so both gates are 1/2",
        false_sibling=sp.Eq(change(h_now, h_before), sp.S.Half + _u_g / 2, evaluate=False),
        domain=at_rest(gru(), _GRU_AT_REST.lhs),
    ),
    Claim(
        label="gain-between-two-powers",
        sentence="The mean squared gain over k steps lies between (f + √v)^{2k} and that divided by k + 1: "
        "per step it is f + √v in the end.",
        statement=_GAIN,
        check=_by_terms(_GAIN),
        scope="",
        false_sibling=_between(_top / (lag + 1), kept ** (2 * lag)),
        domain=domain((lag, integers(1, 24)), ((kept, v), _kept_and_random())),
    ),
)
