"""How large can the gradient at the output get? The losses of one output, their slopes,
and their bounds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from random import Random
from typing import Any

import sympy as sp
from flint import fmpq

from analysis.chapters.outliers.losses import (
    LOSSES,
    SQUARED_BOUND,
    M,
    _s,
    m,
    small_network,
    squared_linear,
    squared_sigmoid,
    standardised,
    t,
    v,
    w1,
    y,
)
from analysis.claims.arithmetic import power
from analysis.claims.claim import Claim
from analysis.claims.domain import Pointwise, Range, domain, exact, integers, positive, reals
from analysis.claims.outcome import Check, Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_deciding, counterexample
from analysis.claims.world import Undefined, World
from analysis.symbolic.catalogue import RELU, SIGMOID
from analysis.symbolic.display import times
from analysis.symbolic.notation import a, z


def by_differentiating(statement: sp.Basic) -> Outcome:
    """The derivative carried out, rational in e^z and y, cancels against the right side."""
    left, right = (side.doit() for side in statement.args)
    gap = sp.cancel(sp.together(sp.simplify(left - right).rewrite(sp.exp)))
    if gap == 0:
        return Proved(
            "calculus",
            (
                Step("SymPy differentiates the left side", sp.simplify(left)),
                Step("the difference of both sides cancels to 0"),
            ),
        )
    numbers = {z: (0, 1, 3), y: (0, 1), M: (1,)}
    free = [x for x in numbers if statement.has(x)]
    points = [dict(zip(free, map(sp.Integer, p), strict=True)) for p in product(*(numbers[x] for x in free))]
    return counterexample(statement, points) or Unknown(f"a difference that shows nowhere: {gap}")


def at_both_targets(check: Check) -> Check:
    """The check for y = 0 and for y = 1. What is linear in y is largest in size at one of them."""

    def checked(statement: sp.Basic) -> Outcome:
        steps: list[Step] = []
        for target in (0, 1):
            sides = (side.subs(y, target) for side in statement.args)
            found = check(statement.func(*sides, evaluate=False))
            if isinstance(found, Refuted):
                return Refuted(f"with y = {target}, {found.witness}")
            if not isinstance(found, Proved):
                return found
            how = found.how
            steps += [Step(f"y = {target}: {step.text}", step.shown) for step in found.steps]
        return Proved(how, tuple(steps))

    return checked


def by_roots_on_the_unit_interval(statement: sp.Basic) -> Outcome:
    """|p(a)| ≤ c on 0 ≤ a ≤ 1 for a polynomial p: neither c − p nor c + p changes sign there."""
    size, bound = statement.args
    polynomial = sp.expand(
        size.replace(sp.Abs, lambda x: x)
    )  # SymPy pulls a² out of |…|; signs do not matter here
    stationary = [r for r in sp.Poly(polynomial, a).diff(a).real_roots() if 0 <= r <= 1]
    candidates = [*stationary, sp.S.Zero, sp.S.One]
    steps = [Step("stationary at", sp.Tuple(*stationary))]
    for sign in (1, -1):
        gap = sp.Poly(bound - sign * polynomial, a)
        inside = [r for r, k in sp.roots(gap, multiple=False).items() if r.is_real and 0 < r < 1 and k % 2]
        corners = sorted({sp.S.Zero, sp.S.One, *inside})
        middle = [(p + q) / 2 for p, q in pairwise(corners)]
        if any(gap.eval(x) < 0 for x in (*middle, *candidates)):
            return counterexample(statement, [{a: x} for x in candidates]) or Unknown(
                "broken, but at none of the points tried"
            )
        steps.append(Step("not negative between 0 and 1", sp.factor(gap.as_expr())))
    return Proved("algebra", tuple(steps))


def by_limit(at: Callable[[sp.Symbol, int], dict[sp.Basic, sp.Expr]]) -> Check:
    """A limit that SymPy finds;
    where it is another, ``at(variable, k)`` names points on the way as witnesses."""

    def check(statement: sp.Basic) -> Outcome:
        limit, stated = statement.args
        expression, variable, end = limit.args[:3]
        found = sp.simplify(sp.limit(sp.simplify(expression.doit()), variable, end))
        if sp.simplify(found - stated) == 0:
            return Proved(
                "calculus", (Step("the derivative", sp.simplify(expression.doit())), Step("its limit", found))
            )
        here = at(variable, 60)
        value, wanted = (sp.N(x.doit().subs(here)) for x in (expression, stated))
        if abs(value - wanted) > sp.Rational(1, 1000):
            where = ", ".join(f"{name} = {x}" for name, x in here.items())
            return Refuted(
                f"at {where} it is {sp.N(value, 6)}, not near {sp.N(wanted, 6)}; the limit is {found}"
            )
        return Unknown(f"SymPy finds the limit {found}")

    return check


def by_sums(statement: sp.Basic) -> Outcome:
    """The standardised value of x = (t, 0, …, 0), from its sums Σx = t and Σx² = t²."""
    mean = t / m
    spread = sp.sqrt(sp.factor(t**2 / m - mean**2))
    n = sp.Symbol("n", positive=True)  # m = n + 1, so that m − 1 has a plain root
    value = sp.simplify(((t - mean) / spread).subs(m, n + 1))
    stated = statement.rhs.subs(m, n + 1)
    steps = (
        Step("the mean", mean),
        Step("the standard deviation", spread),
        Step("so, with n = m − 1, the outlier becomes", value),
    )
    if sp.simplify(value - stated) == 0:
        return Proved("algebra", steps)
    points = [{n: sp.Integer(k), t: sp.Integer(1)} for k in (2, 7)]
    return counterexample(sp.Eq(value, stated, evaluate=False), points) or Unknown("not brought to one form")


def _on_the_way(variable: sp.Symbol, k: int) -> dict[sp.Basic, sp.Expr]:
    return {variable: sp.Integer(k), v: sp.Integer(2), w1: sp.S.One}


def _far_left(variable: sp.Symbol, k: int) -> dict[sp.Basic, sp.Expr]:
    return {variable: sp.Integer(-k)}


def grows_like(loss: str, hidden: sp.Expr, power: int, stated: sp.Expr, rate: sp.Expr = sp.S.One) -> sp.Eq:
    """∂C/∂w₁ over t to that power, times ``rate``, tends to what is stated."""
    slope = rate * sp.Derivative(small_network(loss, hidden, 0), w1) / t**power
    return sp.Eq(sp.Limit(slope, t, sp.oo), stated, evaluate=False)


def _slope_is(loss: str, stated: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Derivative(LOSSES[loss], z), stated, evaluate=False)


def _bounded(bound: sp.Expr) -> sp.Le:
    return sp.Le(sp.Abs((a - y) * a * (1 - a)), bound, evaluate=False)


def _wrong_and_sure(loss: str, stated: sp.Expr, rate: sp.Expr = sp.S.One) -> sp.Eq:
    slope = rate * sp.Derivative(LOSSES[loss].subs(y, 1), z)
    return sp.Eq(sp.Limit(slope, z, -sp.oo), stated, evaluate=False)


def _takes_every_size(loss: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Subs(sp.Derivative(loss, z), z, y + M), M, evaluate=False)


def standardised_by_hand(outlier: Any, count: Any) -> Any:
    """What becomes of the first of ``count`` numbers (outlier, 0, …, 0), written out and worked out one by
    one."""
    if count.q != 1 or count < 2:
        raise Undefined("a batch needs two numbers")
    batch = [outlier] + [fmpq(0)] * (int(count.p) - 1)
    mean = sum(batch, fmpq(0)) / count
    variance = sum(((x - mean) ** 2 for x in batch), fmpq(0)) / count
    return (outlier - mean) / power(variance, fmpq(1, 2))


def _logits_and_targets() -> Range:
    """z ∈ ℝ and 0 ≤ y ≤ 1: first outputs that are sure, right and wrong, of either target."""
    far = (0, 1, -1, 40, -40, 700, -700)
    hard = tuple((exact(x), exact(target)) for x in far for target in (0, 1, "1/2"))

    def draw(random: Random, world: World) -> tuple[fmpq, fmpq]:
        target = random.choice((0.0, 1.0, random.random()))
        return exact(random.gauss(0, random.choice((1, 10, 100)))), exact(target)

    return Range("∈ ℝ × [0, 1]", draw, hard, lambda pair, world: bool(0 <= pair[1] <= 1))


def _activations_and_targets() -> Range:
    """0 ≤ a ≤ 1 and 0 ≤ y ≤ 1: first the corners, the turning points, and points close to both."""
    near = exact("1/1000000000")
    third, two = exact("1/3"), exact("2/3")
    hard = [(two, exact(0)), (third, exact(1)), (exact("1/2"), exact(0)), (exact("1/2"), exact(1))]
    hard += [(p, q) for p in (exact(0), near, 1 - near, exact(1)) for q in (exact(0), exact(1))]
    hard += [(two + s, exact(0)) for s in (near, -near)] + [(third + s, exact(1)) for s in (near, -near)]

    def draw(random: Random, world: World) -> tuple[fmpq, fmpq]:
        target = random.choice((0.0, 1.0, random.random()))
        return exact(random.random()), exact(target)

    return Range("∈ [0, 1]", draw, tuple(hard), lambda pair, world: all(0 <= x <= 1 for x in pair))


def _moderate() -> Range:
    """A few weights at which an input of some hundreds is far out already; another weight is another unit of
    t."""
    others = (exact("1.3717"), exact("0.6183"))
    hard = tuple(exact(x) for x in (1, 4, "1/2"))
    return Range("> 0", lambda random, world: random.choice(others), hard, lambda x, world: bool(x > 0))


_z_and_y = domain((z, reals()), (y, reals()))
_small_network = domain((v, _moderate()), (w1, _moderate()))

_scope_small = "inputs t → ∞, target y = 0, so that the outlier is classified wrongly"

_TOUCHES = max(sp.solve(sp.diff(z**2 * (1 - z), z), z))
"""The output a at which a · a(1 − a) is largest."""

CLAIMS = (
    Claim(
        label="cross-entropy-logit-gradient",
        sentence="For a sigmoid output with cross-entropy, the gradient in z is the output less the target.",
        statement=_slope_is("cross-entropy, sigmoid", _s - y),
        check=by_differentiating,
        scope="σ the sigmoid",
        false_sibling=_slope_is("cross-entropy, sigmoid", times(_s - y, _s, 1 - _s)),
        domain=_z_and_y,
    ),
    Claim(
        label="cross-entropy-gradient-below-one",
        sentence="So it is smaller than 1 in size, whatever the input.",
        statement=sp.Lt(sp.Abs(_s - y), 1, evaluate=False),
        check=at_both_targets(by_deciding()),
        scope="proved at y = 0 and y = 1; for y between them σ(z) − y lies between the two",
        false_sibling=sp.Lt(sp.Abs(_s - y), sp.Rational(999, 1000), evaluate=False),
        domain=domain(((z, y), _logits_and_targets())),
    ),
    Claim(
        label="squared-error-logit-gradient",
        sentence="With the squared error the sigmoid's slope a(1 − a) stays in the gradient as a factor.",
        statement=_slope_is("squared error, sigmoid", times(_s - y, _s, 1 - _s)),
        check=by_differentiating,
        scope="σ the sigmoid",
        false_sibling=_slope_is("squared error, sigmoid", _s - y),
        domain=_z_and_y,
    ),
    Claim(
        label="squared-error-gradient-bound",
        sentence=f"That product is at most {SQUARED_BOUND} in size, less than a sixth.",
        statement=_bounded(SQUARED_BOUND),
        check=at_both_targets(by_roots_on_the_unit_interval),
        scope=(
            f"proved at y = 0 and y = 1, with equality at a = {_TOUCHES} and {1 - _TOUCHES}; for y between "
            "them (a − y)a(1 − a) lies between the two"
        ),
        false_sibling=_bounded(sp.Rational(1, 8)),
        domain=domain(((a, y), _activations_and_targets())),
    ),
    Claim(
        label="linear-output-gradient-unbounded",
        sentence="With a linear output the gradient of the squared error takes every size M: it has no "
        "bound.",
        statement=_takes_every_size(squared_linear),
        check=by_differentiating,
        scope="taken at z = y + M",
        false_sibling=_takes_every_size(squared_sigmoid),
        domain=domain((y, reals()), (M, positive())),
    ),
    Claim(
        label="squared-error-saturates",
        sentence=(
            "Of an output that is sure and wrong the squared error's gradient falls like e^z, to 0: "
            "the loss saturates."
        ),
        statement=_wrong_and_sure("squared error, sigmoid", -sp.S.One, sp.exp(-z)),
        check=by_limit(_far_left),
        scope="sigmoid output, y = 1, z → −∞; for y = 0 and z → ∞ by symmetry",
        false_sibling=_wrong_and_sure("squared error, sigmoid", -sp.S.One),
        domain=domain(),
    ),
    Claim(
        label="cross-entropy-does-not-saturate",
        sentence="Under the cross-entropy the same output keeps the largest gradient there is.",
        statement=_wrong_and_sure("cross-entropy, sigmoid", -sp.S.One),
        check=by_limit(_far_left),
        scope="sigmoid output, y = 1, z → −∞; for y = 0 and z → ∞ by symmetry",
        false_sibling=_wrong_and_sure("cross-entropy, sigmoid", sp.S.Zero),
        domain=domain(),
    ),
    Claim(
        label="outlier-relu-cross-entropy",
        sentence=(
            "Behind a ReLU the first layer's gradient grows in proportion to the input, though the "
            "one at the output is bounded."
        ),
        statement=grows_like("cross-entropy, sigmoid", RELU.formula, 1, v),
        check=by_limit(_on_the_way),
        scope=_scope_small,
        false_sibling=grows_like("cross-entropy, sigmoid", RELU.formula, 1, sp.S.Zero),
        domain=_small_network,
    ),
    Claim(
        label="outlier-relu-squared-error",
        sentence="With a linear output and the squared error it grows with the square of the input.",
        statement=grows_like("squared error, linear", RELU.formula, 2, v**2 * w1),
        check=by_limit(_on_the_way),
        scope=_scope_small,
        false_sibling=grows_like("squared error, linear", RELU.formula, 2, v * w1),
        domain=_small_network,
    ),
    Claim(
        label="outlier-relu-sigmoid-squared-error",
        sentence=(
            "With a sigmoid output and the squared error it goes to 0: the output saturates like "
            "e^(−v w₁ t), faster than the input grows."
        ),
        statement=grows_like("squared error, sigmoid", RELU.formula, 1, v, sp.exp(v * w1 * t)),
        check=by_limit(_on_the_way),
        scope=_scope_small,
        false_sibling=grows_like("squared error, sigmoid", RELU.formula, 0, v),
        domain=_small_network,
    ),
    Claim(
        label="outlier-sigmoid-hidden",
        sentence=(
            "A sigmoid in the first layer saturates like e^(−w₁ t) instead: in the end the outlier "
            "moves its weight not at all."
        ),
        statement=grows_like(
            "cross-entropy, sigmoid", SIGMOID.formula, 1, v * SIGMOID.formula.subs(z, v), sp.exp(w1 * t)
        ),
        check=by_limit(_on_the_way),
        scope=_scope_small,
        false_sibling=grows_like("cross-entropy, sigmoid", SIGMOID.formula, 0, v),
        domain=_small_network,
    ),
    Claim(
        label="standardised-outlier",
        sentence="Standardised with its own batch, an outlier among equal others becomes √(m − 1), however "
        "far out it was.",
        statement=sp.Eq(standardised(t, m), sp.sqrt(m - 1), evaluate=False),
        check=by_sums,
        scope=(
            "batches of m numbers, one t and the others 0; no standardised number is larger (Samuelson 1968)"
        ),
        false_sibling=sp.Eq(standardised(t, m), sp.sqrt(m), evaluate=False),
        domain=domain(
            (t, positive()), (m, integers(2)), means={standardised: Pointwise(standardised_by_hand)}
        ),
    ),
)
