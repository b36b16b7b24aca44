"""How large can the gradient at the output get? The losses of one output, their slopes,
and their bounds."""

from __future__ import annotations

from random import Random

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
from analysis.claims.claim import Claim
from analysis.claims.domain import Range, domain, exact, integers, positive, reals
from analysis.claims.lines import Line, decided, proof
from analysis.claims.rules import Rewritten
from analysis.claims.world import World
from analysis.symbolic.catalogue import RELU, SIGMOID
from analysis.symbolic.display import times
from analysis.symbolic.notation import a, z


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


_MEAN = t / m
_SQUARES = (t - _MEAN) ** 2 + (m - 1) * (0 - _MEAN) ** 2
STANDARDISED = sp.Lambda((t, m), (t - _MEAN) / sp.sqrt(_SQUARES / m))
"""What becomes of t in a batch of t and m − 1 zeros: less the mean, over the root of the mean square
distance from it."""


def _logits_and_targets() -> Range:
    """z ∈ ℝ and 0 ≤ y ≤ 1: first outputs that are sure, right and wrong, of either target."""
    far = (0, 1, -1, 40, -40, 700, -700)
    hard = tuple((exact(x), exact(target)) for x in far for target in (0, 1, "1/2"))

    def draw(random: Random, world: World) -> tuple[fmpq, fmpq]:
        target = random.choice((0.0, 1.0, random.random()))
        return exact(random.gauss(0, random.choice((1, 10, 100)))), exact(target)

    over = (sp.S.Reals, sp.Interval(0, 1))
    return Range("∈ ℝ × [0, 1]", draw, hard, lambda pair, world: bool(0 <= pair[1] <= 1), over=over)


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

    over = sp.Interval(0, 1)
    return Range("∈ [0, 1]", draw, tuple(hard), lambda pair, world: all(0 <= x <= 1 for x in pair), over=over)


def _moderate() -> Range:
    """A few weights at which an input of some hundreds is far out already; another weight is another unit of
    t."""
    others = (exact("1.3717"), exact("0.6183"))
    hard = tuple(exact(x) for x in (1, 4, "1/2"))
    return Range(
        "> 0",
        lambda random, world: random.choice(others),
        hard,
        lambda x, world: bool(x > 0),
        over=sp.Interval.open(0, sp.oo),
    )


_STANDARDISED = sp.Eq(standardised(t, m), sp.sqrt(m - 1), evaluate=False)
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
        check=decided(_slope_is("cross-entropy, sigmoid", _s - y)),
        scope="σ the sigmoid",
        false_sibling=_slope_is("cross-entropy, sigmoid", times(_s - y, _s, 1 - _s)),
        domain=_z_and_y,
    ),
    Claim(
        label="cross-entropy-gradient-below-one",
        sentence="So it is smaller than 1 in size, whatever the input.",
        statement=sp.Lt(sp.Abs(_s - y), 1, evaluate=False),
        check=decided(sp.Lt(sp.Abs(_s - y), 1, evaluate=False)),
        scope="σ the sigmoid",
        false_sibling=sp.Lt(sp.Abs(_s - y), sp.Rational(999, 1000), evaluate=False),
        domain=domain(((z, y), _logits_and_targets())),
    ),
    Claim(
        label="squared-error-logit-gradient",
        sentence="With the squared error the sigmoid's slope a(1 − a) stays in the gradient as a factor.",
        statement=_slope_is("squared error, sigmoid", times(_s - y, _s, 1 - _s)),
        check=decided(_slope_is("squared error, sigmoid", times(_s - y, _s, 1 - _s))),
        scope="σ the sigmoid",
        false_sibling=_slope_is("squared error, sigmoid", _s - y),
        domain=_z_and_y,
    ),
    Claim(
        label="squared-error-gradient-bound",
        sentence=f"That product is at most {SQUARED_BOUND} in size, less than a sixth.",
        statement=_bounded(SQUARED_BOUND),
        check=decided(_bounded(SQUARED_BOUND)),
        scope=f"with equality for y = 0 at a = {_TOUCHES}, for y = 1 at {1 - _TOUCHES}",
        false_sibling=_bounded(sp.Rational(1, 8)),
        domain=domain(((a, y), _activations_and_targets())),
    ),
    Claim(
        label="linear-output-gradient-unbounded",
        sentence="With a linear output the gradient of the squared error takes every size M: it has no "
        "bound.",
        statement=_takes_every_size(squared_linear),
        check=decided(_takes_every_size(squared_linear)),
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
        check=decided(_wrong_and_sure("squared error, sigmoid", -sp.S.One, sp.exp(-z))),
        scope="sigmoid output, y = 1, z → −∞; for y = 0 and z → ∞ by symmetry",
        false_sibling=_wrong_and_sure("squared error, sigmoid", -sp.S.One),
        domain=domain(),
    ),
    Claim(
        label="cross-entropy-does-not-saturate",
        sentence="Under the cross-entropy the same output's gradient tends to −1: its size to the bound.",
        statement=_wrong_and_sure("cross-entropy, sigmoid", -sp.S.One),
        check=decided(_wrong_and_sure("cross-entropy, sigmoid", -sp.S.One)),
        scope="sigmoid output, y = 1, z → −∞; for y = 0 and z → ∞ by symmetry",
        false_sibling=_wrong_and_sure("cross-entropy, sigmoid", sp.S.Zero),
        domain=domain(),
    ),
    Claim(
        label="outlier-relu-cross-entropy",
        sentence=(
            "Behind a ReLU the first layer's gradient grows in proportion to the input under the "
            "cross-entropy, though the one at the output is bounded."
        ),
        statement=grows_like("cross-entropy, sigmoid", RELU.formula, 1, v),
        check=decided(grows_like("cross-entropy, sigmoid", RELU.formula, 1, v)),
        scope=_scope_small,
        false_sibling=grows_like("cross-entropy, sigmoid", RELU.formula, 1, sp.S.Zero),
        domain=_small_network,
    ),
    Claim(
        label="outlier-relu-squared-error",
        sentence="With a linear output and the squared error it grows with the square of the input.",
        statement=grows_like("squared error, linear", RELU.formula, 2, v**2 * w1),
        check=decided(grows_like("squared error, linear", RELU.formula, 2, v**2 * w1)),
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
        check=decided(grows_like("squared error, sigmoid", RELU.formula, 1, v, sp.exp(v * w1 * t))),
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
        check=decided(
            grows_like(
                "cross-entropy, sigmoid", SIGMOID.formula, 1, v * SIGMOID.formula.subs(z, v), sp.exp(w1 * t)
            )
        ),
        scope=_scope_small,
        false_sibling=grows_like("cross-entropy, sigmoid", SIGMOID.formula, 0, v),
        domain=_small_network,
    ),
    Claim(
        label="standardised-outlier",
        sentence="Standardised with its own batch, an outlier among equal others becomes √(m − 1), however "
        "far out it was.",
        statement=_STANDARDISED,
        check=proof(
            sp.Eq(_SQUARES, t**2 * (m - 1) / m, evaluate=False),
            Line(_STANDARDISED, Rewritten((1,))),
        ),
        scope=(
            "batches of m numbers, one t and the others 0; no standardised number is larger (Samuelson 1968)"
        ),
        false_sibling=sp.Eq(standardised(t, m), sp.sqrt(m), evaluate=False),
        domain=domain((t, positive()), (m, integers(2)), means={standardised: STANDARDISED}),
    ),
)
