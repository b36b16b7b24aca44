"""Exponents of a product of Gaussian matrices in closed form,
and what a layer of any width can gain."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import sympy as sp
from flint import arb, fmpq

from analysis.chapters.quarter_bound.claims.slope import CLAIMS as QUARTER_CLAIMS
from analysis.chapters.wide_layers.gaussian_exponents import (
    SLOPES,
    WEIGHTS,
    c,
    chi_square_density,
    equal_weights,
    k,
    n,
    psi,
    s,
    shown_exponent,
    spectral_norm,
    x,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import Pointwise, Range, domain, exact, integers, positive
from analysis.claims.matrices import MATRICES, diagonal, largest_singular_value, matrix
from analysis.claims.meaning import value
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_value, counterexample, number
from analysis.claims.world import Given, World
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import plus, times
from analysis.symbolic.notation import z

_t = sp.Symbol("t", positive=True)


def by_moments(statement: sp.Basic) -> Outcome:
    """E log χ²_k is the derivative of t ↦ E (χ²_k)ᵗ at t = 0; SymPy integrates the moment for every k."""
    points: list[dict[sp.Basic, sp.Expr]] = [{k: sp.Integer(m)} for m in (1, 2, 3, 7)]
    moment = sp.integrate(x**_t * chi_square_density(), (x, 0, sp.oo))
    derived = sp.simplify(moment.diff(_t).subs(_t, 0))
    claimed = statement.rhs.doit()
    if sp.simplify(derived - claimed) == 0:
        return Proved(
            "integration",
            (
                Step("the moment of order t, for t ≥ 0", sp.simplify(moment)),
                Step("differentiated at t = 0", derived.replace(sp.polygamma, lambda _, y: psi(y))),
            ),
        )
    there = counterexample(sp.Eq(derived, claimed, evaluate=False), points)
    return there or Unknown("the two sides differ in form, not at the points tried")


def by_limit(statement: sp.Basic) -> Outcome:
    """The limit on the left, by the asymptotic series ψ(y) = log y − 1/(2y) + O(1/y²)."""
    inside, symbol, to, _ = statement.lhs.args
    inside = inside.doit()
    y = sp.Symbol("y", positive=True)
    continuous = inside.subs(symbol, y)
    for f in continuous.atoms(sp.polygamma):  # SymPy 1.14's own limit of ψ(y/2) − log y is off by log 2
        arg = f.args[1]
        continuous = continuous.xreplace({f: sp.log(arg) - 1 / (2 * arg)})
    found = sp.limit(sp.expand_log(continuous, force=True), y, to)
    gap = sp.simplify(sp.expand_log(found - statement.rhs, force=True))
    if gap == 0:
        return Proved("calculus", (Step("ψ(y) = log y − 1/(2y) + O(1/y²), and the limit is", found),))
    if gap.is_number and sp.N(gap) != 0:
        return Refuted(f"the left side exceeds the right by {number(gap)}")
    return counterexample(sp.Eq(found, statement.rhs, evaluate=False), [{s: sp.S.Half}]) or Unknown(
        "no limit found"
    )


_NORM = spectral_norm(WEIGHTS)
_gain = spectral_norm(WEIGHTS * SLOPES)
_WEIGHT = sp.Rational(9, 10)
_slope_claim = next(claim for claim in QUARTER_CLAIMS if claim.label == "sigmoid-quarter-bound")
QUARTER = _slope_claim.statement.rhs


def by_supremum(statement: sp.Basic) -> Outcome:
    """‖w Σ′‖ ≤ p ‖w‖ + q for numbers p and q, from sup σ′ and the norm of a diagonal matrix.

    The bound that is derived is sup σ′ · ‖w‖; a right side with p and q at least as large follows from it.
    Any other is put to a test at the layer whose weights are all 9/10, at z = 0, for widths 1 to 12,
    both norms computed from the matrices.
    """
    if not isinstance(statement, sp.Le) or statement.lhs != _gain:
        return Unknown("the statement must be an upper bound of the norm of w Σ′")
    size = sp.Symbol("size", nonnegative=True)
    right = statement.rhs.doit().xreplace({_NORM: size})
    if not right.is_polynomial(size) or right.free_symbols - {size} or sp.degree(right, size) > 1:
        return Unknown("the right side must be a number times the norm of w, plus a number")
    bounded = _slope_claim.settle()
    if not isinstance(bounded, Proved):
        return bounded
    at_zero = SIGMOID.derivative.subs(z, 0)
    largest, gap = _diagonal_norm()
    if sp.simplify(at_zero - QUARTER) != 0 or not gap.is_nonnegative:
        return Unknown("the largest slope, or the norm of a diagonal matrix, was not derived")
    top = largest.subs(_D, QUARTER)
    if right.coeff(size, 1) >= top and right.coeff(size, 0) >= 0:
        return Proved(
            "algebra",
            (
                Step("sup σ′, a bound by the claim `sigmoid-quarter-bound` and attained at z = 0", QUARTER),
                Step("Σ′ is diagonal; a component x with the entry d = D − g adds to D²‖x‖² − ‖Σ′x‖²", gap),
                Step("which is never negative, so Σ′ lengthens no vector by more than D", top),
                Step("and w lengthens the result by no more than its own norm, together", times(top, _NORM)),
            ),
        )
    for width in range(1, 13):
        left = equal_weights(width, _WEIGHT, at_zero)
        whole = equal_weights(width, _WEIGHT)
        claimed = right.subs(size, whole)
        if not left <= claimed:
            return Refuted(
                f"with width {width}, every weight {_WEIGHT} and z = 0, the left side is {number(left)}, "
                f"the right side {number(claimed)}"
            )
    return Unknown("no counter-example at the widths tried")


_D, _spare = sp.symbols("D g", nonnegative=True)
_d, _x = sp.Symbol("d", nonnegative=True), sp.Symbol("x", real=True)


def _diagonal_norm() -> tuple[sp.Expr, sp.Expr]:
    """The factor D for diagonal entries 0 ≤ d ≤ D, and what one component adds to D²‖x‖² − ‖diag(d)x‖²,
    with D = d + g."""
    added = sp.factor((_D**2 * _x**2 - _d**2 * _x**2).subs(_D, _d + _spare))
    return _D, added


def by_rank_one(statement: sp.Basic) -> Outcome:
    """The matrix m with all entries c σ′(0) has m² = (n c σ′(0)) m, so its eigenvalues are 0 and n c σ′(0);
    m is symmetric."""
    claimed = statement.rhs.doit()
    for width in (1, 2, 3, 5):
        left = equal_weights(width, _WEIGHT, SIGMOID.derivative.subs(z, 0))
        right = claimed.subs({n: width, c: _WEIGHT})
        if sp.simplify(left - right) != 0:
            return Refuted(
                f"at width {width} and weight {_WEIGHT} the left side is {number(left)}, the right side "
                f"{number(right)}"
            )
    p = sp.Symbol("p", integer=True, positive=True)
    entry = c * SIGMOID.derivative.subs(z, 0)
    squared = sp.Sum(entry * entry, (p, 1, n)).doit()
    eigenvalue = sp.simplify(squared / entry)
    if sp.simplify(eigenvalue - claimed) != 0:
        return Unknown("the square of the matrix is another multiple of it")
    return Proved(
        "algebra",
        (
            Step("an entry of the matrix", entry),
            Step("an entry of its square, for every n", squared),
            Step("so m² is a multiple of m, each eigenvalue is 0 or this, and m is symmetric", eigenvalue),
        ),
    )


def _first_above_one() -> int:
    """The smallest width at which equal weights lengthen a vector, all z at 0."""
    at_zero = SIGMOID.derivative.subs(z, 0)
    return next(width for width in range(1, 100) if width * _WEIGHT * at_zero > 1)


_mean_log = sp.Integral(sp.log(x) * chi_square_density(), (x, 0, sp.oo))


def _at_one(argument: sp.Expr) -> sp.Eq:
    """½ (log 2 + ψ(argument)) is the mean of log|w| for w ~ N(0, 1)."""
    left = times(sp.S.Half, plus(sp.log(2), psi(argument)))
    return sp.Eq(left, -(sp.EulerGamma + sp.log(2)) / 2, evaluate=False)


_SIZES = ((1, 1), (2, 2), (1, 3), (3, 2), (4, 4))


def _slope(at: fmpq) -> Any:
    """σ′(z) of the sigmoid, exact at 0."""
    return value(SIGMOID.derivative, World({z: at}))


def _layer(rows: int, columns: int, weight: Callable[[], fmpq], at: Callable[[], fmpq]) -> tuple[Any, Any]:
    """w with so many rows and columns, and the diagonal matrix Σ′ on its right."""
    return (
        matrix([[weight() for _ in range(columns)] for _ in range(rows)]),
        diagonal([_slope(at()) for _ in range(columns)]),
    )


def _some(random: Random, size: float = 3.0) -> Callable[[], fmpq]:
    """Numbers of that size, of either sign."""
    return lambda: exact(random.uniform(-size, size))


def _layers() -> Range:
    """w of one to four rows and columns, and Σ′ at any z: first at z = 0, where the slopes are largest."""

    def draw(random: Random, world: World) -> tuple[Any, Any]:
        rows, columns = random.randint(1, 4), random.randint(1, 4)
        weight, at = random.choice((0.01, 3.0, 100.0)), random.choice((0.0, 0.3, 3.0, 40.0))
        return _layer(rows, columns, _some(random, weight), _some(random, at))

    hard = [_layer(r, k, _some(Random(7)), lambda: fmpq(0)) for r, k in _SIZES]
    hard += [_layer(r, k, lambda: fmpq(5), _some(Random(8))) for r, k in _SIZES]
    return Range("real matrices that fit together, the latter diagonal with entries σ′(z)", draw, tuple(hard))


LENGTHS: dict[Any, Any] = {
    **MATRICES,
    spectral_norm: lambda e, world: largest_singular_value(value(e.args[0], world)),
}
"""‖·‖₂ by singular values."""


def _degrees() -> Range:
    """k = 1 … 12 and three larger ones: each is an integral."""
    larger = tuple(exact(degrees) for degrees in (17, 31, 60))
    few = tuple(exact(degrees) for degrees in range(1, 13))
    return Range("= 1, 2, …", lambda random, world: random.choice(larger), few, lambda x, world: bool(x >= 1))


PSI = {psi: Pointwise(lambda y: arb(y).digamma())}


def _equal_weights(world: World) -> Any:
    width, weight = int(world.letters[n].p), world.letters[c]
    return matrix([[weight] * width] * width)


def _slopes_at_zero(world: World) -> Any:
    return diagonal([_slope(fmpq(0))] * int(world.letters[n].p))


CLAIMS = (
    Claim(
        label="quarter-bounds-the-slopes",
        sentence="A layer lengthens no vector by more than a quarter of the norm of its weights.",
        statement=sp.Le(_gain, times(QUARTER, spectral_norm(WEIGHTS)), evaluate=False),
        check=by_supremum,
        scope="sigmoid, every width",
        false_sibling=sp.Le(_gain, QUARTER, evaluate=False),
        domain=domain(((WEIGHTS, SLOPES), _layers()), means=LENGTHS),
    ),
    Claim(
        label="wide-layer-gain",
        sentence="With all weights equal to c and all z at 0, a sigmoid layer lengthens one direction by "
        "cn/4.",
        statement=sp.Eq(_gain, c * n / 4, evaluate=False),
        check=by_rank_one,
        scope=(
            f"sigmoid, w of n rows and columns with all entries c, z = 0; above 1 from n = "
            f"{_first_above_one()} on for c = {_WEIGHT}"
        ),
        false_sibling=sp.Eq(_gain, c * sp.sqrt(n) / 4, evaluate=False),
        domain=domain(
            (n, integers(1, 24)),
            (c, positive()),
            means={
                **LENGTHS,
                WEIGHTS: Given(_equal_weights, depends=(n, c)),
                SLOPES: Given(_slopes_at_zero, depends=(n,)),
            },
        ),
    ),
    Claim(
        label="mean-log-chi-square",
        sentence="The mean logarithm of the squared length of a normal vector in k dimensions is log 2 + "
        "ψ(k/2).",
        statement=sp.Eq(_mean_log, plus(sp.log(2), psi(k / sp.S(2))), evaluate=False),
        check=by_moments,
        scope="the density of χ² with k degrees of freedom under the integral",
        false_sibling=sp.Eq(_mean_log, plus(sp.log(2), psi((k + 1) / sp.S(2))), evaluate=False),
        domain=domain((k, _degrees()), means=PSI),
    ),
    Claim(
        label="width-one-is-the-chain",
        sentence="At width 1 the exponent is the mean of log|w| of chapters 2 and 3.",
        statement=_at_one(sp.S.Half),
        check=by_value((Step("the value ψ(1/2)", sp.digamma(sp.S.Half)),)),
        scope="n = 1, s = 1; log s is added for other s",
        false_sibling=_at_one(sp.S.One),
        domain=domain(means=PSI),
    ),
    Claim(
        label="exponent-of-a-wide-layer",
        sentence="With weights of variance s²/n the largest exponent tends to log s as the layers get wider.",
        statement=sp.Eq(
            sp.Limit(shown_exponent(n, sp.S.One, s / sp.sqrt(n)), n, sp.oo), sp.log(s), evaluate=False
        ),
        check=by_limit,
        scope="entries N(0, s²/n)",
        false_sibling=sp.Eq(
            sp.Limit(shown_exponent(n, sp.S.One, s / sp.sqrt(n)), n, sp.oo),
            sp.log(2 * s),
            evaluate=False,
        ),
        domain=domain((s, positive()), means=PSI),
    ),
)
