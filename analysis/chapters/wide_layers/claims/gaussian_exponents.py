"""Exponents of a product of Gaussian matrices in closed form,
and what a layer of any width can gain."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import sympy as sp
from flint import fmpq

from analysis.chapters.quarter_bound.claims.slope import CLAIMS as QUARTER_CLAIMS
from analysis.chapters.wide_layers.gaussian_exponents import (
    SLOPES,
    WEIGHTS,
    c,
    chi_square_density,
    k,
    n,
    psi,
    s,
    shown_exponent,
    x,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import Range, domain, exact, integers, positive, reals
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.matrices import MATRICES, diagonal, largest_singular_value, matrix
from analysis.claims.meaning import value
from analysis.claims.rules import Cited, Combined, Said
from analysis.claims.theorems import LEFT, RIGHT
from analysis.claims.world import Given, World
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import plus, spectral_norm, times
from analysis.symbolic.notation import z

_NORM = spectral_norm(WEIGHTS)
_gain = spectral_norm(WEIGHTS * SLOPES)
_WEIGHT = sp.Rational(9, 10)
_slope_claim = next(claim for claim in QUARTER_CLAIMS if claim.label == "sigmoid-quarter-bound")
QUARTER = _slope_claim.statement.rhs


def _within_a_quarter(statement: sp.Le) -> Proof:
    """‖w Σ′‖ ≤ ‖w‖ ‖Σ′‖ ≤ ‖w‖/4."""
    slope = spectral_norm(SLOPES)
    return proof(
        Line(sp.Le(sp.Abs(SIGMOID.derivative), QUARTER, evaluate=False), over=((z, reals()),)),
        Line(
            sp.Le(slope, QUARTER, evaluate=False),
            Said("Σ′ is diagonal with entries σ′(z), so it lengthens no component by more", (1,)),
        ),
        Line(sp.Le(_gain, _NORM * slope, evaluate=False), Cited("norm of a product", letters=_FACTORS)),
        Line(sp.Le(0, _NORM, evaluate=False), Cited("norm", letters={LEFT: WEIGHTS})),
        Line(statement, Combined((2, 3, 4), ((1, (1,)), (1, (0, 2))))),
    )


_FACTORS = {LEFT: WEIGHTS, RIGHT: SLOPES}
_p = sp.Symbol("p", integer=True, positive=True)


def _of_equal_weights(statement: sp.Eq) -> Proof:
    """The matrix m with all entries c σ′(0) is symmetric, and m² is a multiple of m."""
    entry = c * SIGMOID.derivative.subs(z, 0)
    return proof(
        sp.Eq(sp.Subs(SIGMOID.derivative, z, 0), QUARTER, evaluate=False),
        sp.Eq(sp.Sum(entry * entry, (_p, 1, n)), c * n / 4 * entry, evaluate=False),
        Line(
            statement,
            Said(
                "All entries of w Σ′ are c σ′(0); the sum is an entry of its square, which so is a multiple "
                "of it. Each eigenvalue is 0 or that factor, and the norm of a symmetric matrix is the "
                "largest in size",
                (1, 2),
            ),
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
    return Range(
        "= 1, 2, …",
        lambda random, world: random.choice(larger),
        few,
        lambda x, world: bool(x >= 1),
        over=sp.Range(1, sp.oo),
    )


_y = sp.Symbol("y", real=True)
PSI = {psi: sp.Lambda(_y, sp.digamma(_y))}


def _equal_weights(world: World) -> Any:
    width, weight = int(world.letters[n].p), world.letters[c]
    return matrix([[weight] * width] * width)


def _slopes_at_zero(world: World) -> Any:
    return diagonal([_slope(fmpq(0))] * int(world.letters[n].p))


_WITHIN = sp.Le(_gain, times(QUARTER, _NORM), evaluate=False)
_EQUAL = sp.Eq(_gain, c * n / 4, evaluate=False)
_MEAN_LOG = sp.Eq(_mean_log, plus(sp.log(2), psi(k / sp.S(2))), evaluate=False)
_TENDS = sp.Eq(sp.Limit(shown_exponent(n, sp.S.One, s / sp.sqrt(n)), n, sp.oo), sp.log(s), evaluate=False)

CLAIMS = (
    Claim(
        label="quarter-bounds-the-slopes",
        sentence="A layer lengthens no vector by more than a quarter of the norm of its weights.",
        statement=_WITHIN,
        check=_within_a_quarter(_WITHIN),
        scope="sigmoid, every width",
        false_sibling=sp.Le(_gain, QUARTER, evaluate=False),
        domain=domain(((WEIGHTS, SLOPES), _layers()), means=LENGTHS),
    ),
    Claim(
        label="wide-layer-gain",
        sentence="With all weights equal to c and all z at 0, a sigmoid layer lengthens one direction by "
        "cn/4.",
        statement=_EQUAL,
        check=_of_equal_weights(_EQUAL),
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
        statement=_MEAN_LOG,
        check=decided(_MEAN_LOG),
        scope="the density of χ² with k degrees of freedom under the integral",
        false_sibling=sp.Eq(_mean_log, plus(sp.log(2), psi((k + 1) / sp.S(2))), evaluate=False),
        domain=domain((k, _degrees()), means=PSI),
    ),
    Claim(
        label="width-one-is-the-chain",
        sentence="At width 1 the exponent is the mean of log|w| of chapters 2 and 3.",
        statement=_at_one(sp.S.Half),
        check=decided(_at_one(sp.S.Half)),
        scope="n = 1, s = 1; log s is added for other s",
        false_sibling=_at_one(sp.S.One),
        domain=domain(means=PSI),
    ),
    Claim(
        label="exponent-of-a-wide-layer",
        sentence="With weights of variance s²/n the largest exponent tends to log s as the layers get wider.",
        statement=_TENDS,
        check=decided(_TENDS),
        scope="entries N(0, s²/n)",
        false_sibling=sp.Eq(
            sp.Limit(shown_exponent(n, sp.S.One, s / sp.sqrt(n)), n, sp.oo),
            sp.log(2 * s),
            evaluate=False,
        ),
        domain=domain((s, positive()), means=PSI),
    ),
)
