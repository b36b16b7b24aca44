"""What is claimed of the variance recursions and of the weights that keep a mean square."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from analysis.chapters.initialisation.relu_spread import relative_moments
from analysis.claims.claim import Claim
from analysis.claims.domain import (
    Domain,
    Range,
    domain,
    exact,
    integers,
    nonnegative,
    positive,
    reals,
    sequence,
)
from analysis.claims.laws import expectation_over_sequence, two_point
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.rules import Cited, Combined, Instance, Logic, Rewritten, Rising, Said, Where
from analysis.claims.theorems import (
    APART,
    BOUND,
    COUNT,
    DOMINATED,
    FINITE,
    INDEX,
    ONE,
    OTHER,
    TENDS,
    TERM,
    Q,
    X,
)
from analysis.claims.world import Given, Number, World, ball
from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.notation import b, z
from analysis.symbolic.variance import (
    BACKWARD,
    FORWARD,
    SPREAD,
    XAVIER,
    _a,
    _delta,
    _w,
    depth,
    n,
    n_in,
    n_out,
    q,
    s,
    small_q,
    spread_is,
    v,
    v_b,
)

_j = INDEX


def _moments(of: sp.IndexedBase, bias: bool) -> dict[Any, Any]:
    """The means that make the law of weights and bias: w_j and b are independent, with mean 0 and the
    variances v and v_b."""
    one, later = _w[_j] * of[_j], _w[_j + APART] * of[_j + APART]
    found = {expectation(one * later): sp.S.Zero, expectation(one**2): v * of[_j] ** 2}
    if bias:
        found |= {expectation(b * sp.Sum(one, (_j, 1, n))): sp.S.Zero, expectation(b**2): v_b}
    return found


def _of_products(of: sp.IndexedBase) -> Line:
    """E(Σ w_j x_j)² = Σ E(w_j x_j)²."""
    one = _w[_j] * of[_j]
    statement = sp.Eq(
        expectation(sp.Sum(one, (_j, 1, n)) ** 2), sp.Sum(expectation(one**2), (_j, 1, n)), evaluate=False
    )
    return Line(statement, Cited("uncorrelated sum", letters={TERM: sp.Lambda(_j, one), COUNT: n}))


_forward = expectation((sp.Sum(_w[_j] * _a[_j], (_j, 1, n)) + b) ** 2)
_backward = expectation(sp.Sum(_w[_j] * _delta[_j], (_j, 1, n)) ** 2)
_v_is = sp.Eq(v, XAVIER, evaluate=False)
_square = sp.Sum(_a[_j] ** 2, (_j, 1, n))
_moment = sp.Integral(s**2 * z**2 * density(z), (z, -sp.oo, 0)) + sp.Integral(
    z**2 * density(z), (z, 0, sp.oo)
)
_slopes = sp.Integral(s**2 * density(z), (z, -sp.oo, 0)) + sp.Integral(density(z), (z, 0, sp.oo))
_relu4 = 4 * sp.Integral(z**4 * density(z), (z, 0, sp.oo)) - 1
_same = sp.Symbol("r", positive=True)

_skew, _skew_b = sp.symbols("g_w g_b", positive=True)
_few = Range(
    "= 1, 2, …",
    lambda random, world: exact(random.choice((1, 2, 3))),
    tuple(exact(k) for k in (3, 1, 2, 6)),
    over=sp.Range(1, sp.oo),
)
"""Numbers of products whose weights can be enumerated, and one beyond the first cases."""


def _recursion(of: sp.IndexedBase, biased: bool) -> Domain:
    """Weights on two points of any skew, so that a third or fourth power of them shows; fixed numbers that
    they multiply."""
    weight, bias = two_point(0, v, _skew), {b: two_point(0, v_b, _skew_b)} if biased else {}
    ranges: list[tuple[Any, Range]] = [
        (n, _few),
        (v, positive(largest=9)),
        (of, sequence(reals(largest=9))),
    ]
    hidden = [(_skew, positive(largest=4, words="> 0, how uneven the law is"))]
    if biased:
        ranges, hidden = (
            [*ranges, (v_b, nonnegative(largest=9))],
            [*hidden, (_skew_b, positive(largest=4, words="> 0, how uneven the law is"))],
        )
    means = {expectation: expectation_over_sequence(_w, n, weight, bias), **_moments(of, biased)}
    return domain(*ranges, *hidden, means=means)


def _halved(f: Callable[[Fraction], Fraction], low: Fraction, high: Fraction) -> Fraction:
    """Where an increasing f passes 0, by halving, to thirty digits of the interval."""
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return (low + high) / 2


def _balanced(world: World) -> Number:
    """The variance at which n_in v and n_out v are 1 on average, by halving."""
    forward, back = (Fraction(str(world.letters[x])) for x in (n_in, n_out))
    found = _halved(lambda x: (forward * x + back * x) / 2 - 1, Fraction(0), 2 / forward)
    return ball(found) + arb(0, float(1 / forward) * 2.0**-90)


def _spread(world: World) -> Number:
    """The relative variance from the exact moments of each layer."""
    width, layers = (int(world.letters[x].p) for x in (n, depth))
    return ball(relative_moments(width, layers)[2] - 1)


_u = sp.Symbol("u", real=True)
_tanh, _there, _phi = sp.tanh(_u), sp.tanh(sp.sqrt(Q) * X), density(X)
_from_0: tuple[tuple[Any, Range], ...] = ((_u, nonnegative()),)
_pairs: tuple[tuple[Any, Range], ...] = ((Q, positive()), (X, reals()))


def _positive(x: sp.Expr) -> sp.Ge:
    return sp.Ge(x, 0, evaluate=False)


def _less_than_u() -> tuple[Line, ...]:
    """tanh²u ≤ u² for u ≥ 0, from tanh u ≤ u."""
    return (
        Line(_positive(sp.Derivative(_u - _tanh, _u)), over=_from_0),
        Line(_positive(_u - _tanh), Rising((1,), _u), _from_0),
        Line(_positive(_u**2 - _tanh**2), Combined((2,), ((1, (0, 0)), (2 * _tanh, (0,)))), _from_0),
    )


def _at_root_q(statement: sp.Ge, line: int) -> Line:
    """What holds for u ≥ 0, for u = √q |x|."""
    return Line(statement, Instance((line,), {_u: sp.sqrt(Q) * sp.Abs(X)}), _pairs)


def _goes_inside(lines: tuple[int, ...], f: sp.Expr, bound: sp.Expr, limit: sp.Lt) -> Line:
    """The limit of ∫ f is −∫ bound, for |f| ≤ bound and f → −bound."""
    letters = {
        DOMINATED: sp.Lambda((Q, X), f),
        BOUND: sp.Lambda(X, bound),
        TENDS: sp.Lambda(X, -bound),
        FINITE: sp.Integer(2),
    }
    inside = sp.Integral(-bound, (X, -sp.oo, sp.oo))
    return Line(sp.Eq(limit, inside, evaluate=False), Cited("dominated convergence", lines, letters))


def _shrinks_forward(statement: sp.Eq) -> Proof:
    """|tanh²u − u²| ≤ ⅔u⁴, from u − u³/3 ≤ tanh u."""
    f = (_there**2 - Q * X**2) / Q**2 * _phi
    bound = sp.Rational(2, 3) * X**4 * _phi
    share = _phi / Q**2
    return proof(
        *_less_than_u(),
        Line(_positive(_tanh - _u + _u**3 / 3), Rising((3,), _u), _from_0),
        Line(
            _positive(sp.Rational(2, 3) * _u**4 - _u**2 + _tanh**2),
            Combined((2, 4), ((1, (0, 0)), (2 * _u, (1,)))),
            _from_0,
        ),
        _at_root_q(_positive(Q * X**2 - _there**2), 3),
        _at_root_q(_positive(sp.Rational(2, 3) * Q**2 * X**4 - Q * X**2 + _there**2), 5),
        Line(sp.Le(f, bound, evaluate=False), Combined((6,), ((share, (0,)), (bound, ()))), _pairs),
        Line(sp.Le(-f, bound, evaluate=False), Combined((7,), ((share, (0,)),)), _pairs),
        _goes_inside((8, 9), f, bound, statement.lhs),
        Line(statement, Rewritten((10,))),
    )


def _shrinks_backward(statement: sp.Eq) -> Proof:
    """|(1 − tanh²u)² − 1| ≤ 2u²."""
    f, bound = ((1 - _there**2) ** 2 - 1) / Q * _phi, 2 * X**2 * _phi
    terms = ((2 * _phi / Q, (0,)), (_there**4 * _phi / Q, ()))
    return proof(
        *_less_than_u(),
        _at_root_q(_positive(Q * X**2 - _there**2), 3),
        Line(sp.Le(-f, bound, evaluate=False), Combined((4,), terms), _pairs),
        _goes_inside((5,), f, bound, statement.lhs),
        Line(statement, Rewritten((6,))),
    )


def _spread_of_layers(statement: sp.Eq) -> Proof:
    """The spread of one square, without an activation and behind a ReLU, then layer by layer."""
    whole, half = (sp.Integral(z**4 * density(z), (z, end, sp.oo)) for end in (-sp.oo, 0))
    layers = sp.Product(1 + (4 * half - 1) / n, (_j, 2, depth))
    return proof(
        Line(
            sp.Eq(SPREAD, (1 + (whole - 1) / n) ** 2 * layers - 1, evaluate=False),
            Said(
                "Given the layer before, the n squares of which a mean square is made are independent and "
                "have one law. So E q²/(E q)² is a product with a factor 1 + (relative variance of one "
                "square)/n for each mean: the inputs', each ReLU layer's, the last layer's"
            ),
        ),
        sp.Eq(whole, 3, evaluate=False),
        sp.Eq(half, sp.Rational(3, 2), evaluate=False),
        Line(statement, Rewritten((1, 2, 3))),
    )


_above = 1 / sp.sqrt(1000)
_beyond = sp.Symbol("d", real=True)


def _two_widths(statement: sp.Implies) -> Proof:
    """1000 r² − 1 = d (1000 d + 2√1000) with d = r − 1/√1000."""
    gained = sp.Gt(_beyond * (1000 * _beyond + 2 * sp.sqrt(1000)), 0, evaluate=False)
    blows_up = sp.Implies(_same > _above, 1000 * _same**2 > 1, evaluate=False)
    return proof(
        Line(sp.Implies(_beyond > 0, gained, evaluate=False), over=((_beyond, reals()),)),
        Line(blows_up, Instance((1,), {_beyond: _same - _above})),
        sp.Implies(_same < 1, _same**2 < 1, evaluate=False),
        Line(statement, Logic((2, 3))),
    )


def _balance_solved(statement: sp.Eq) -> Proof:
    """The condition on v, times 2/(n_in + n_out), in both directions."""
    by = 2 / (n_in + n_out)
    return proof(
        Line(_ON_AVERAGE, Where()),
        Line(sp.Le(v, XAVIER, evaluate=False), Combined((1,), ((by, (0,)),))),
        Line(sp.Ge(v, XAVIER, evaluate=False), Combined((1,), ((-by, (0,)),))),
        Line(statement, Logic((2, 3))),
    )


_ON_AVERAGE = sp.Eq((FORWARD + BACKWARD) / 2, 1, evaluate=False)
_FORWARD_IS = sp.Eq(_forward, v * _square + v_b, evaluate=False)
_BACKWARD_IS = sp.Eq(_backward, v * sp.Sum(_delta[_j] ** 2, (_j, 1, n)), evaluate=False)
_apart = sp.Eq(
    _forward, expectation(sp.Sum(_w[_j] * _a[_j], (_j, 1, n)) ** 2) + expectation(b**2), evaluate=False
)
_product_and_bias = {ONE: sp.Sum(_w[_j] * _a[_j], (_j, 1, n)), OTHER: b}
_COMPROMISE = sp.Eq(
    (FORWARD * BACKWARD).subs(v, XAVIER), 1 - ((n_in - n_out) / (n_in + n_out)) ** 2, evaluate=False
)
_KEPT, _SLOPES = (sp.Eq(x, (1 + s**2) / 2, evaluate=False) for x in (_moment, _slopes))
_HE = sp.Eq(v, 2 / ((1 + s**2) * n), evaluate=False)
_RELU4 = sp.Eq(_relu4, 5, evaluate=False)
_SMALL = sp.Eq(small_q((sp.tanh(z) ** 2 - z**2) / q), -2, evaluate=False)
_SMALL_BACK = sp.Eq(small_q((1 - sp.tanh(z) ** 2) ** 2 - 1), -2, evaluate=False)
_WIDTHS = sp.Implies(
    sp.And(_same > _above, _same < 1), sp.And(_same**2 < 1, 1000 * _same**2 > 1), evaluate=False
)

CLAIMS = (
    Claim(
        label="variance-forward",
        sentence="The mean square of a weighted input is Var w times the sum of the squared activations, "
        "plus Var b.",
        statement=_FORWARD_IS,
        check=proof(
            Line(_apart, Cited("uncorrelated pair", letters=_product_and_bias)),
            _of_products(_a),
            Line(_FORWARD_IS, Rewritten((1, 2))),
        ),
        scope=(
            "the mean is over weights and bias: independent, mean 0, variances v and v_b; any fixed "
            "activations"
        ),
        false_sibling=sp.Eq(_forward, v * sp.Sum(_a[_j], (_j, 1, n)) ** 2 + v_b, evaluate=False),
        domain=_recursion(_a, biased=True),
    ),
    Claim(
        label="variance-backward",
        sentence="The mean square of what comes back to a neuron is Var w times the sum of the squared "
        "errors above it.",
        statement=_BACKWARD_IS,
        check=proof(_of_products(_delta), Line(_BACKWARD_IS, Rewritten((1,)))),
        scope=(
            "weights independent of the errors they carry back, which holds for wide layers only "
            "approximately"
        ),
        false_sibling=sp.Eq(_backward, v**2 * sp.Sum(_delta[_j] ** 2, (_j, 1, n)), evaluate=False),
        domain=_recursion(_delta, biased=False),
    ),
    Claim(
        label="xavier-variance",
        sentence="Forward the factor is n_in Var w, backward n_out Var w: 2/(n_in + n_out) makes them 1 on "
        "average.",
        statement=_v_is,
        check=_balance_solved(_v_is),
        scope="a layer with n_in inputs and n_out outputs and no activation (or one near its linear part)",
        false_sibling=sp.Eq(v, 1 / (n_in + n_out), evaluate=False),
        domain=domain(
            (n_in, positive()),
            (n_out, positive()),
            where=_ON_AVERAGE,
            means={v: Given(_balanced, depends=(n_in, n_out))},
        ),
    ),
    Claim(
        label="xavier-compromise",
        sentence="With Xavier's variance one direction gains what the other loses, and a little more is "
        "lost.",
        statement=_COMPROMISE,
        check=decided(_COMPROMISE),
        scope="the product of the two factors of one layer; it is 1 exactly where n_in = n_out",
        false_sibling=sp.Eq(
            (FORWARD * BACKWARD).subs(v, XAVIER), 1 - (n_in - n_out) ** 2 / (n_in + n_out), evaluate=False
        ),
        domain=domain((n_in, positive()), (n_out, positive())),
    ),
    Claim(
        label="leaky-relu-second-moment",
        sentence="A leaky ReLU keeps (1 + s²)/2 of the mean square; a ReLU, with s = 0, one half.",
        statement=_KEPT,
        check=decided(_KEPT),
        scope="z ~ N(0, 1); both sides scale with Var z, so the share is the same for every q",
        false_sibling=sp.Eq(_moment, (1 + s) ** 2 / 2, evaluate=False),
        domain=domain((s, reals(largest=20))),
    ),
    Claim(
        label="leaky-relu-slope-moment",
        sentence="The mean square of its slope is the same (1 + s²)/2: one variance serves both directions.",
        statement=_SLOPES,
        check=decided(_SLOPES),
        scope="z ~ N(0, q) for every q > 0: the slope does not see the size of z",
        false_sibling=sp.Eq(_slopes, (1 + s) / 2, evaluate=False),
        domain=domain((s, reals(largest=20))),
    ),
    Claim(
        label="he-variance",
        sentence="Var w = 2/((1 + s²) n) keeps the mean square through a leaky ReLU; for ReLU it is 2/n.",
        statement=_HE,
        check=decided(_HE),
        scope="n inputs, zero biases, n v E σ(z)² = 1 for z ~ N(0, 1); with n_out for n it keeps the mean "
        "square of the errors instead",
        false_sibling=sp.Eq(v, 2 / ((1 + s) ** 2 * n), evaluate=False),
        domain=domain((s, reals(largest=20)), (n, integers(1)), means={v: 1 / (n * _moment)}),
    ),
    Claim(
        label="relu-layer-spread",
        sentence="Of n ReLUs the mean square has a relative variance of 5/n: the spread grows with depth "
        "over width.",
        statement=_RELU4,
        check=decided(_RELU4),
        scope="E ReLU(z)⁴/(E ReLU(z)²)² − 1 with E ReLU(z)² = 1/2, z ~ N(0, 1); of n independent neurons "
        "the nth part",
        false_sibling=sp.Eq(_relu4, 2, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="relu-spread-exact",
        sentence="With He's weights the mean square of layer L has exactly the relative variance (1 + "
        "2/n)²(1 + 5/n)^(L−1) − 1.",
        statement=spread_is(sp.Integer(5)),
        check=_spread_of_layers(spread_is(sp.Integer(5))),
        scope="ReLU, normal weights with Var w = 2/n, zero biases, inputs N(0, 1); q is one network's mean "
        "of z² over the n neurons of layer L",
        false_sibling=spread_is(sp.Integer(4)),
        domain=domain(
            (n, integers(1)), (depth, integers(1)), means={SPREAD: Given(_spread, depends=(n, depth))}
        ),
    ),
    Claim(
        label="tanh-small-signals-forward",
        sentence="A layer of tanh hands on q less 2q², for small q: the mean square shrinks by the factor "
        "1 − 2q.",
        statement=_SMALL,
        check=_shrinks_forward(_SMALL),
        scope="σ_w = 1, zero biases, z ~ N(0, q)",
        false_sibling=sp.Eq(small_q((sp.tanh(z) ** 2 - z**2) / q), -1, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="tanh-small-signals-backward",
        sentence="On the way back its factor is χ = 1 − 2q for small q as well: errors shrink as signals do.",
        statement=_SMALL_BACK,
        check=_shrinks_backward(_SMALL_BACK),
        scope="σ_w = 1, zero biases, z ~ N(0, q)",
        false_sibling=sp.Eq(small_q((1 - sp.tanh(z) ** 2) - 1), -2, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="same-weights-two-widths",
        sentence="Weights ±r shrink the mean square at width 1 and blow it up at width 1000, for every r "
        "from 1/√1000 to 1.",
        statement=_WIDTHS,
        check=_two_widths(_WIDTHS),
        scope="no activation, Var w = r²: the factor of one layer is n r²",
        false_sibling=sp.Implies(
            sp.And(_same > 1 / sp.sqrt(1001), _same < 1),
            sp.And(_same**2 < 1, 1000 * _same**2 > 1),
            evaluate=False,
        ),
        domain=domain((_same, positive())),
    ),
)
