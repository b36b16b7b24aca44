"""What is claimed of the variance recursions and of the weights that keep a mean square."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from analysis.chapters.initialisation.relu_spread import relative_moments
from analysis.claims.calculus import integral
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
from analysis.claims.outcome import Check, Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.claims.world import Given, Number, World, ball
from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.notation import b, z
from analysis.symbolic.variance import (
    BACKWARD,
    FORWARD,
    LEAKY_MOMENT,
    LINEAR_SPREAD,
    RELU_SPREAD,
    SPREAD,
    XAVIER,
    _a,
    _delta,
    _w,
    depth,
    mean_over,
    n,
    n_in,
    n_out,
    q,
    s,
    small_q,
    spread_is,
    squared_sum,
    v,
    v_b,
)

_j = sp.Symbol("j", integer=True, positive=True)
_Z, _W = sp.symbols("Z W", real=True)


def by_one_more_product(statement: sp.Basic) -> Outcome:
    """E_w[(Σ w_j x_j [+ b])²] = right side, by induction on the number n of products.

    Z, the sum so far, has mean 0 and is independent of the next weight W. What one more product adds to the
    mean of the square is compared with what n + 1 adds on the right.
    """
    left, right = statement.args
    biased = b in left.free_symbols
    (base,) = {x.base for x in left.atoms(sp.Indexed)} - {_w}
    sums = {
        count: squared_sum(count).subs({} if biased else {v_b: 0}).xreplace({_a[k]: base[k] for k in (1, 2)})
        for count in (1, 2)
    }
    for count, ours in sums.items():
        theirs = sp.expand(right.subs(n, count).doit())
        if sp.expand(ours - theirs) != 0:
            ones = {base[k]: sp.S.One for k in (1, 2)} | {v: sp.Integer(2), v_b: sp.S.One}
            found = counterexample(sp.Eq(ours, theirs, evaluate=False), [ones])
            if found:
                return Refuted(f"with {count} products, {found.witness}")
            return Unknown(f"the two sides differ with {count} products")
    nxt = base[n + 1]
    before = sp.Symbol("Q", positive=True)
    ours = mean_over((_Z + _W * nxt) ** 2, {_Z: (sp.S.Zero, before), _W: (sp.S.Zero, v)}) - before
    theirs = sp.expand(_last_split(right.subs(n, n + 1)) - right)
    if sp.simplify(ours - theirs) != 0:
        return Unknown(f"one more product adds {ours} on the left, {theirs} on the right")
    return Proved(
        "induction",
        (
            Step("with one product, multiplied out and averaged", sums[1]),
            Step("with two, the mixed terms have mean 0", sums[2]),
            Step("one more product adds, on both sides", ours),
        ),
    )


def _last_split(expr: sp.Expr) -> sp.Expr:
    """Every Σ_{j ≤ n+1} f(j) as Σ_{j ≤ n} f(j) + f(n+1)."""
    return expr.replace(
        lambda e: isinstance(e, sp.Sum),
        lambda e: sp.Sum(e.function, (_j, 1, n)) + e.function.subs(_j, n + 1),
    )


def by_solving(unknown: sp.Symbol, condition: sp.Eq) -> Check:
    """``unknown`` = value: the only solution of ``condition``; a wrong value is put into it."""

    def check(statement: sp.Basic) -> Outcome:
        value = statement.rhs
        residue = sp.simplify((condition.lhs - condition.rhs).subs(unknown, value))
        solutions = sp.solve(condition, unknown)
        if residue == 0 and len(solutions) == 1:
            return Proved("algebra", (Step("the condition", condition), Step("its only solution", value)))
        put_in = sp.Eq(condition.lhs.subs(unknown, value), condition.rhs, evaluate=False)
        points = [dict(zip(sorted(put_in.free_symbols, key=str), sp.Tuple(3, 5, 7), strict=False))]
        return counterexample(put_in, points) or Unknown("more than one solution")

    return check


def by_integration(statement: sp.Basic) -> Outcome:
    """SymPy carries the integrals out; where the sides differ, s = ½ shows it."""
    left, right = (sp.simplify(x.doit()) for x in statement.args)
    if sp.simplify(left - right) == 0:
        return Proved("integration", (Step("the left side evaluates to", left),))
    return counterexample(statement, [{s: sp.S.Half}]) or Unknown("the sides differ in form")


def by_simplifying(statement: sp.Basic) -> Outcome:
    """Equal as rational functions; a point where they differ otherwise."""
    left, right = (x.doit() for x in statement.args)
    if sp.simplify(left - right) == 0:
        return Proved("algebra", (Step("the difference of the sides simplifies to 0"),))
    points = [
        dict(zip(sorted((left - right).free_symbols, key=str), row, strict=False))
        for row in (sp.Tuple(1, 3), sp.Tuple(2, 5))
    ]
    return counterexample(statement, points) or Unknown("the sides differ in form")


def by_one_more_layer(statement: sp.Basic) -> Outcome:
    """Var(q/E q) = right side, by induction on the number L of layers.

    Given the layer before, the n squares that a mean square is made of are independent and have one law. So E
    q²/(E q)² is a product with a factor 1 + (relative variance of one square)/n for each mean:
    the inputs', each ReLU layer's, the last layer's.
    """
    left, right = statement.args
    if not isinstance(statement, sp.Eq) or left != SPREAD:
        return Unknown(f"the statement must be an equation with {SPREAD} on its left")
    linear, relu = 1 + LINEAR_SPREAD / n, 1 + RELU_SPREAD / n
    truth = linear**2 * relu ** (depth - 1) - 1
    first = sp.simplify(right.subs(depth, 1) + 1 - linear**2)
    step = sp.simplify((right.subs(depth, depth + 1) + 1) - relu * (right + 1))
    if first == 0 and step == 0:
        return Proved(
            "induction",
            (
                Step(
                    "the inputs and the weighted inputs of the last layer, squares of normal numbers", linear
                ),
                Step("one layer of ReLUs", relu),
                Step("with L = 1, the relative second moment", linear**2),
                Step("one more layer multiplies it by", relu),
            ),
        )
    points = [{n: sp.Integer(k), depth: sp.Integer(l)} for k, l in ((1, 1), (1, 2), (50, 6))]
    return counterexample(sp.Eq(truth, right, evaluate=False), points) or Unknown("the sides differ in form")


def by_small_q(statement: sp.Basic) -> Outcome:
    """lim_{q→0+} ∫ f(q, x) φ(x) dx = right side, f a polynomial in x and tanh(√q x) over a power of q:
    its limit is integrated.

    A polynomial in z and tanh z is at most C(|z|ᵏ + |z|ᵐ), with k its order at 0,
    so f is dominated and the limit goes inside.
    """
    left, right = statement.args
    if not (
        isinstance(statement, sp.Eq) and isinstance(left, sp.Limit) and isinstance(left.args[0], sp.Integral)
    ):
        return Unknown("the statement must be an equation with the limit of an integral on its left")
    inner, variable, end, side = left.args
    x, *ends = inner.limits[0]
    if (variable, end, str(side), *ends) != (q, 0, "+", -sp.oo, sp.oo):
        return Unknown("the limit must be q → 0 from the right, the integral over the whole line")
    f = sp.cancel(inner.function / density(x))
    tanh = sp.Symbol("T", real=True)
    if not sp.expand(f.subs(sp.tanh(sp.sqrt(q) * x), tanh)).is_polynomial(x, tanh):
        return Unknown("the integrand without the bell must be a polynomial in x and tanh(√q x)")
    tends = sp.limit(f, q, 0, "+")
    if not tends.is_polynomial(x):
        return Unknown(f"the limit of the integrand is {tends}, no polynomial")
    value = sp.integrate(tends * density(x), (x, -sp.oo, sp.oo))
    if sp.simplify(value - right) == 0:
        return Proved(
            "calculus",
            (
                Step("the integrand without the bell tends to", tends),
                Step(
                    "it is dominated by a polynomial in x, so the limit goes inside, and the integral is",
                    value,
                ),
            ),
        )
    return Refuted(f"the left side is {value}, the right side {right}")


def by_sets(statement: sp.Basic) -> Outcome:
    """A premise that implies a conclusion, both about r: the set of one lies in that of the other."""
    premise, conclusion = (x.as_set() for x in statement.args)
    outside = premise - conclusion
    if outside.is_empty:
        return Proved(
            "algebra", (Step("the premise holds on", premise), Step("the conclusion holds on", conclusion))
        )
    inside = sp.N((outside.inf + outside.sup) / 2, 8)
    values = ", ".join(f"{m} gives {sp.N(m * inside**2, 8)}" for m in (1, 1000))
    return Refuted(f"at r = {inside} the factor n r² at n = {values}")


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
    "= 1, 2, …", lambda random, world: exact(random.choice((1, 2, 3))), tuple(exact(k) for k in (3, 1, 2, 6))
)
"""Numbers of products whose weights can be enumerated, and one beyond the first cases."""


def _recursion(*others: sp.IndexedBase, biased: bool) -> Domain:
    """Weights on two points of any skew, so that a third or fourth power of them shows; fixed numbers that
    they multiply."""
    weight, bias = two_point(0, v, _skew), {b: two_point(0, v_b, _skew_b)} if biased else {}
    ranges: list[tuple[Any, Range]] = [
        (n, _few),
        (v, positive(largest=9)),
        *((x, sequence(reals(largest=9))) for x in others),
    ]
    hidden = [(_skew, positive(largest=4, words=""))]
    if biased:
        ranges, hidden = (
            [*ranges, (v_b, nonnegative(largest=9))],
            [*hidden, (_skew_b, positive(largest=4, words=""))],
        )
    return domain(*ranges, *hidden, means={expectation: expectation_over_sequence(_w, n, weight, bias)})


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


def _kept(world: World) -> Number:
    """The variance at which n products of variance v q, sent through a leaky ReLU, have the mean square q
    again; by quadrature."""
    slope, count = (ball(world.letters[x]) for x in (s, n))

    def share(t: Number) -> Number:
        x = ball(t)
        kept = x * x * (slope * slope if x < 0 else ball(1))
        return kept * (-x * x / 2).exp() / (2 * ball(0).pi()).sqrt()

    return 1 / (count * integral(share, -math.inf, math.inf))


def _spread(world: World) -> Number:
    """The relative variance from the exact moments of each layer."""
    width, layers = (int(world.letters[x].p) for x in (n, depth))
    return ball(relative_moments(width, layers)[2] - 1)


CLAIMS = (
    Claim(
        label="variance-forward",
        sentence="The mean square of a weighted input is Var w times the sum of the squared activations, "
        "plus Var b.",
        statement=sp.Eq(_forward, v * _square + v_b, evaluate=False),
        check=by_one_more_product,
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
        statement=sp.Eq(_backward, v * sp.Sum(_delta[_j] ** 2, (_j, 1, n)), evaluate=False),
        check=by_one_more_product,
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
        check=by_solving(v, sp.Eq((FORWARD + BACKWARD) / 2, 1, evaluate=False)),
        scope="a layer with n_in inputs and n_out outputs and no activation (or one near its linear part)",
        false_sibling=sp.Eq(v, 1 / (n_in + n_out), evaluate=False),
        domain=domain(
            (n_in, positive()), (n_out, positive()), means={v: Given(_balanced, depends=(n_in, n_out))}
        ),
    ),
    Claim(
        label="xavier-compromise",
        sentence="With Xavier's variance one direction gains what the other loses, and a little more is "
        "lost.",
        statement=sp.Eq(
            (FORWARD * BACKWARD).subs(v, XAVIER), 1 - ((n_in - n_out) / (n_in + n_out)) ** 2, evaluate=False
        ),
        check=by_simplifying,
        scope="the product of the two factors of one layer; it is 1 exactly where n_in = n_out",
        false_sibling=sp.Eq(
            (FORWARD * BACKWARD).subs(v, XAVIER), 1 - (n_in - n_out) ** 2 / (n_in + n_out), evaluate=False
        ),
        domain=domain((n_in, positive()), (n_out, positive())),
    ),
    Claim(
        label="leaky-relu-second-moment",
        sentence="A leaky ReLU keeps (1 + s²)/2 of the mean square; a ReLU, with s = 0, one half.",
        statement=sp.Eq(_moment, (1 + s**2) / 2, evaluate=False),
        check=by_integration,
        scope="z ~ N(0, 1); both sides scale with Var z, so the share is the same for every q",
        false_sibling=sp.Eq(_moment, (1 + s) ** 2 / 2, evaluate=False),
        domain=domain((s, reals(largest=20))),
    ),
    Claim(
        label="leaky-relu-slope-moment",
        sentence="The mean square of its slope is the same (1 + s²)/2: one variance serves both directions.",
        statement=sp.Eq(_slopes, (1 + s**2) / 2, evaluate=False),
        check=by_integration,
        scope="z ~ N(0, q) for every q > 0: the slope does not see the size of z",
        false_sibling=sp.Eq(_slopes, (1 + s) / 2, evaluate=False),
        domain=domain((s, reals(largest=20))),
    ),
    Claim(
        label="he-variance",
        sentence="Var w = 2/((1 + s²) n) keeps the mean square through a leaky ReLU; for ReLU it is 2/n.",
        statement=sp.Eq(v, 2 / ((1 + s**2) * n), evaluate=False),
        check=by_solving(v, sp.Eq(n * v * LEAKY_MOMENT, 1, evaluate=False)),
        scope="n inputs, zero biases; with n_out for n it keeps the mean square of the errors instead",
        false_sibling=sp.Eq(v, 2 / ((1 + s) ** 2 * n), evaluate=False),
        domain=domain((s, reals(largest=20)), (n, integers(1)), means={v: Given(_kept, depends=(s, n))}),
    ),
    Claim(
        label="relu-layer-spread",
        sentence="Of n ReLUs the mean square has a relative variance of 5/n: the spread grows with depth "
        "over width.",
        statement=sp.Eq(_relu4, 5, evaluate=False),
        check=by_integration,
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
        check=by_one_more_layer,
        scope="ReLU, normal weights with Var w = 2/n, zero biases, inputs N(0, 1)",
        false_sibling=spread_is(sp.Integer(4)),
        domain=domain(
            (n, integers(1)), (depth, integers(1)), means={SPREAD: Given(_spread, depends=(n, depth))}
        ),
    ),
    Claim(
        label="tanh-small-signals-forward",
        sentence="A layer of tanh hands on q less 2q², for small q: the mean square shrinks by the factor "
        "1 − 2q.",
        statement=sp.Eq(small_q((sp.tanh(z) ** 2 - z**2) / q), -2, evaluate=False),
        check=by_small_q,
        scope="σ_w = 1, zero biases, z ~ N(0, q), q → 0: then 1/q grows by 2 in each layer, and q is near "
        "1/(2l) in layer l",
        false_sibling=sp.Eq(small_q((sp.tanh(z) ** 2 - z**2) / q), -1, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="tanh-small-signals-backward",
        sentence="On the way back its factor is χ = 1 − 2q for small q as well: errors shrink as signals do.",
        statement=sp.Eq(small_q((1 - sp.tanh(z) ** 2) ** 2 - 1), -2, evaluate=False),
        check=by_small_q,
        scope="σ_w = 1, zero biases, z ~ N(0, q), q → 0: with q near 1/(2l) the factors 1 − 1/l multiply "
        "to a number over L",
        false_sibling=sp.Eq(small_q((1 - sp.tanh(z) ** 2) - 1), -2, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="same-weights-two-widths",
        sentence="Weights ±r shrink the mean square at width 1 and blow it up at width 1000, for every r "
        "from 1/√1000 to 1.",
        statement=sp.Implies(
            sp.And(_same > 1 / sp.sqrt(1000), _same < 1),
            sp.And(_same**2 < 1, 1000 * _same**2 > 1),
            evaluate=False,
        ),
        check=by_sets,
        scope="no activation, Var w = r²: the factor of one layer is n r²",
        false_sibling=sp.Implies(
            sp.And(_same > 1 / sp.sqrt(1001), _same < 1),
            sp.And(_same**2 < 1, 1000 * _same**2 > 1),
            evaluate=False,
        ),
        domain=domain((_same, positive())),
    ),
)
