"""Where a factor |w σ′(wa + b)| is 1 or more:
which weights allow it, for which activations a, and how wide that window is."""

from __future__ import annotations

import math
from random import Random

import sympy as sp
from flint import fmpq

from analysis.chapters.explosion.claims.meaning_lengths import measured_length
from analysis.chapters.explosion.window import _size, edge, width, width_from_edge
from analysis.claims.claim import Claim
from analysis.claims.domain import (
    Range,
    at_least,
    between,
    domain,
    exact,
    nonnegative,
    only,
    positive,
    reals,
)
from analysis.claims.lines import Line, decided, proof
from analysis.claims.relations import eq, ge, gt, iff, implies, le, lt
from analysis.claims.rules import Instance, Lemma, Logic, Rewritten, cited
from analysis.claims.world import World
from analysis.symbolic.display import length, times
from analysis.symbolic.notation import a, b, sigma_prime, w, z


def _needs(least: int) -> sp.Basic:
    return sp.Implies(
        sp.Ge(_size * sigma_prime(z), 1, evaluate=False), sp.Ge(_size, least, evaluate=False), evaluate=False
    )


def _edge_is(stated: sp.Expr) -> sp.Basic:
    return sp.Equivalent(
        sp.Ge(_size * sigma_prime(z), 1, evaluate=False),
        sp.Le(sp.Abs(z), stated, evaluate=False),
        evaluate=False,
    )


def _width_is(stated: sp.Expr, weight: sp.Expr = w) -> sp.Eq:
    factor = sp.Abs(weight * sigma_prime(weight * a + b))
    return sp.Eq(length(sp.Ge(factor, 1, evaluate=False), a), stated, evaluate=False)


def _stationary(inner: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Derivative(width_from_edge, z), times(2 * sigma_prime(z), inner), evaluate=False)


_with_two = {sp.sqrt(1 - 4 / _size): sp.sqrt(1 - 2 / _size)}
_hundred = sp.Integer(100)
FAR = sp.Union(sp.Interval(-sp.oo, -4), sp.Interval(4, sp.oo))
"""Where |w| ≥ 4."""


def _large(random: Random, world: World) -> fmpq:
    size = 4 + exact(10.0 ** random.uniform(-3, 2.3) if random.random() < 0.7 else random.uniform(0, 8))
    return random.choice((-1, 1)) * size


def _near_the_edge(random: Random, world: World) -> fmpq:
    """A weighted input anywhere, or close to where |w| cosh(z/2)⁻² is 4."""
    at = 2 * math.acosh(math.sqrt(max(float(abs(world.letters[w])) / 4, 1.0)))
    off = random.choice((1e-3, 1e-6, 1e-9)) * random.choice((-1, 1))
    return exact(
        random.choice((-1, 1)) * (at * (1 + off) + off if random.random() < 0.7 else 5 * random.random())
    )


_sigmoid = only("sigmoid")
_weights_of_four = (
    w,
    Range(
        "with |w| ≥ 4",
        _large,
        tuple(exact(x) for x in (4, -4, 5, -7, 100, "4000001/1000000")),
        lambda x, world: bool(abs(x) >= 4),
        True,
        FAR,
    ),
)
_any_bias = (b, between(-40, 40, words="any real", over=sp.S.Reals))
_measured = {**_sigmoid, length: measured_length}

_by_largest_slope = proof(
    implies(lt(_size, 4), lt(_size * sigma_prime(z), 1)),
    Line(_needs(4), Logic((1,))),
)

_V, _p, _r = sp.symbols("V p r", real=True)
_edge_of_V = edge.subs(_size, _V)
_four = ((_V, at_least(4)),)
_further = ((_V, positive()), (_p, nonnegative(largest=30)), (_r, positive(largest=30)))
_no_nearer = (*_further[:2], (_r, nonnegative(largest=30)))
_by_parts_of_the_line = proof(
    Line(ge(_edge_of_V, 0), over=_four),
    Line(lt(_V * sigma_prime(_p + _r), _V * sigma_prime(_p)), over=_further),
    Line(
        implies(gt(sp.Abs(z), _edge_of_V), lt(_V * sigma_prime(z), 1)),
        Instance((2, 1), {_p: _edge_of_V, _r: sp.Abs(z) - _edge_of_V}),
        over=_four,
    ),
    Line(le(_V * sigma_prime(_p + _r), _V * sigma_prime(_p)), over=_no_nearer),
    Line(
        implies(le(sp.Abs(z), _edge_of_V), ge(_V * sigma_prime(z), 1)),
        Instance((4,), {_p: sp.Abs(z), _r: _edge_of_V - sp.Abs(z)}),
        over=_four,
    ),
    Line(iff(ge(_V * sigma_prime(z), 1), le(sp.Abs(z), _edge_of_V)), Logic((3, 5)), over=_four),
    Line(_edge_is(edge), Instance((6,), {_V: _size})),
)

_inputs, _inside = ((a, reals(largest=30)),), w * a + b
_by_length = proof(
    Line(_edge_is(edge), Lemma("window-edge"), over=((z, reals(largest=40)),)),
    Line(
        iff(ge(_size * sigma_prime(_inside), 1), le(sp.Abs(_inside), edge)),
        Instance((1,), {z: _inside}),
        over=_inputs,
    ),
    ge(edge, 0),
    Line(
        _width_is(width),
        cited(
            "length of an interval",
            (2, 3),
            sp.Lambda(_r, sp.Abs(w * sigma_prime(w * _r + b))),
            a,
            1,
            w,
            b,
            edge,
        ),
    ),
)

_from_edge = eq(width.subs(_size, 1 / sigma_prime(z)), width_from_edge)
_root, _tanh = sp.sqrt(1 - 4 * sigma_prime(z)), sp.tanh(z / 2)
_by_inserting_the_weight = proof(
    le(_root, _tanh),
    ge(_root, _tanh),
    Line(eq(_root, _tanh), Logic((1, 2))),
    eq(sp.log((1 + _tanh) / (2 * sigma_prime(z)) - 1), z),
    Line(_from_edge, Rewritten((3, 4))),
)

_at_100, _edge_at_100 = _hundred * a + b, edge.subs(_size, _hundred)
_by_length_at_100 = proof(
    Line(_edge_is(edge), Lemma("window-edge"), over=(_weights_of_four, (z, reals(largest=40)))),
    Line(
        iff(ge(_hundred * sigma_prime(_at_100), 1), le(sp.Abs(_at_100), _edge_at_100)),
        Instance((1,), {w: _hundred, z: _at_100}),
        over=_inputs,
    ),
    Line(
        _width_is(2 * _edge_at_100 / _hundred, _hundred),
        cited(
            "length of an interval",
            (2,),
            sp.Lambda(_r, sp.Abs(_hundred * sigma_prime(_hundred * _r + b))),
            a,
            1,
            _hundred,
            b,
            _edge_at_100,
        ),
    ),
    eq(_edge_at_100, 2 * sp.log(5 + 2 * sp.sqrt(6))),
    Line(_width_is(sp.log(5 + 2 * sp.sqrt(6)) / 25, _hundred), Rewritten((3, 4))),
)

CLAIMS = (
    Claim(
        label="explosion-needs-weight-four",
        sentence="A factor reaches 1 only where the weight is at least 4 in size.",
        statement=_needs(4),
        check=_by_largest_slope,
        scope="sigmoid",
        false_sibling=_needs(5),
        domain=domain((w, reals()), (z, reals(largest=12)), means=_sigmoid),
    ),
    Claim(
        label="window-edge",
        sentence="A factor is at least 1 exactly where the weighted input lies between two edges, found "
        "from a quadratic in e^z.",
        statement=_edge_is(edge),
        check=_by_parts_of_the_line,
        scope="sigmoid",
        false_sibling=_edge_is(edge.xreplace(_with_two)),
        domain=domain(
            _weights_of_four,
            (z, Range("∈ ℝ", _near_the_edge, (fmpq(0), fmpq(1)), over=sp.S.Reals)),
            means=_sigmoid,
        ),
    ),
    Claim(
        label="window-width",
        sentence="The activations for which a factor is at least 1 form an interval of this length, "
        "whatever the bias.",
        statement=_width_is(width),
        check=_by_length,
        scope="sigmoid, a over all reals; activations are confined to (0, 1), so it is an upper bound there",
        false_sibling=_width_is(width.xreplace(_with_two)),
        domain=domain(_weights_of_four, _any_bias, means=_measured),
    ),
    Claim(
        label="window-width-from-edge",
        sentence="Named by its edge z instead of its weight, the window is 2 z σ′(z) wide.",
        statement=_from_edge,
        check=_by_inserting_the_weight,
        scope="|w| = 1/σ′(z) runs through every |w| ≥ 4 once",
        false_sibling=sp.Eq(width.subs(_size, 1 / sigma_prime(z)), width_from_edge / 2, evaluate=False),
        domain=domain((z, nonnegative()), means=_sigmoid),
    ),
    Claim(
        label="window-width-stationary",
        sentence="The width is stationary where z tanh(z/2) = 1.",
        statement=_stationary(1 - z * sp.tanh(z / 2)),
        check=decided(_stationary(1 - z * sp.tanh(z / 2))),
        scope="sigmoid; for z > 0 the left side of z tanh(z/2) = 1 increases from 0 to ∞, so there is "
        "one solution",
        false_sibling=_stationary(1 - z * sp.tanh(z)),
        domain=domain((z, reals(largest=40)), means=_sigmoid),
    ),
    Claim(
        label="window-width-at-100",
        sentence="At weight 100 the window is 0.0917 wide.",
        statement=_width_is(sp.log(5 + 2 * sp.sqrt(6)) / 25, _hundred),
        check=_by_length_at_100,
        scope="sigmoid, w = 100 (and −100, by symmetry)",
        false_sibling=_width_is(sp.log(5 + 2 * sp.sqrt(6)) / 50, _hundred),
        domain=domain(_any_bias, means=_measured),
    ),
)
