"""Exponents of a product of Gaussian matrices in closed form,
and what a layer of any width can gain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from analysis.claims.domain import Entries, Range, domain, exact, integers, positive
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.matrices import ENTRIES, MATRICES, diagonal, largest_singular_value, matrix
from analysis.claims.meaning import value
from analysis.claims.rules import Combined, Rewritten, cited
from analysis.claims.theorems import APART, COLUMN, INDEX, ROW
from analysis.claims.world import Given, World
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import columns, entry, plus, rows, spectral_norm, times
from analysis.symbolic.notation import z

_NORM = spectral_norm(WEIGHTS)
_gain = spectral_norm(WEIGHTS * SLOPES)
_WEIGHT = sp.Rational(9, 10)
_slope_claim = next(claim for claim in QUARTER_CLAIMS if claim.label == "sigmoid-quarter-bound")
QUARTER = _slope_claim.statement.rhs


def _diagonal(each: sp.Expr) -> dict[Any, Any]:
    """Σ′ is a diagonal matrix with these entries, for j = 1, 2, …"""
    return {
        entry(SLOPES, INDEX, INDEX): each,
        entry(SLOPES, INDEX, INDEX + APART): sp.S.Zero,
        entry(SLOPES, INDEX + APART, INDEX): sp.S.Zero,
    }


def _within_a_quarter(statement: sp.Le) -> Proof:
    """‖w Σ′‖ ≤ ‖w‖ ‖Σ′‖ ≤ ‖w‖/4, for no entry of Σ′ is larger than 1/4."""
    slope = spectral_norm(SLOPES)
    return proof(
        Line(sp.Le(slope, QUARTER, evaluate=False), cited("norm of a diagonal matrix", (), SLOPES, QUARTER)),
        Line(sp.Le(_gain, _NORM * slope, evaluate=False), cited("norm of a product", (), WEIGHTS, SLOPES)),
        Line(sp.Le(0, _NORM, evaluate=False), cited("norm", (), WEIGHTS)),
        Line(statement, Combined((1, 2, 3), ((1, (1,)), (1, (0, 2))))),
    )


_AT_ZERO = SIGMOID.derivative.subs(z, 0)


def _of_equal_weights(statement: sp.Eq) -> Proof:
    """All entries of w Σ′ are c σ′(0), so it is a column times a row."""
    product = WEIGHTS * SLOPES
    scaled = sp.And(
        sp.Eq(entry(product, ROW, COLUMN), entry(WEIGHTS, ROW, COLUMN) * entry(SLOPES, COLUMN, COLUMN)),
        sp.Eq(rows(product), rows(WEIGHTS)),
        sp.Eq(columns(product), columns(WEIGHTS)),
        evaluate=False,
    )
    column, row = sp.Lambda(ROW, c), sp.Lambda(COLUMN, _AT_ZERO)
    lengths = (sp.sqrt(sp.Sum(x**2, (k, 1, n))) for x, k in ((c, ROW), (_AT_ZERO, COLUMN)))
    return proof(
        Line(
            scaled,
            cited("product with a diagonal matrix", (), WEIGHTS, SLOPES, ROW, COLUMN),
            ((ROW, integers(1)), (COLUMN, integers(1))),
        ),
        Line(
            sp.Eq(_gain, sp.Mul(*lengths), evaluate=False),
            cited("norm of a column times a row", (1,), product, column, row, n, n),
        ),
        Line(statement, Rewritten((2,))),
    )


def _first_above_one() -> int:
    """The smallest width at which equal weights lengthen a vector, all z at 0."""
    return next(width for width in range(1, 100) if width * _WEIGHT * _AT_ZERO > 1)


_mean_log = sp.Integral(sp.log(x) * chi_square_density(), (x, 0, sp.oo))


def _at_one(argument: sp.Expr) -> sp.Eq:
    """½ (log 2 + ψ(argument)) is the mean of log|w| for w ~ N(0, 1)."""
    left = times(sp.S.Half, plus(sp.log(2), psi(argument)))
    return sp.Eq(left, -(sp.EulerGamma + sp.log(2)) / 2, evaluate=False)


_SIZES = ((1, 1), (2, 2), (1, 3), (3, 2), (4, 4))
_z = sp.IndexedBase("z")


def _slope(at: fmpq) -> Any:
    """σ′(z) of the sigmoid, exact at 0."""
    return value(SIGMOID.derivative, World({z: at}))


def _layer(count: int, weight: Callable[[], fmpq], inputs: Sequence[fmpq]) -> tuple[Any, Any, Entries]:
    """w of so many rows with a column for each z, the diagonal matrix Σ′ on its right, and z."""
    known: dict[tuple[int, ...], fmpq] = {(j,): x for j, x in enumerate(inputs, 1)}
    return (
        matrix([[weight() for _ in inputs] for _ in range(count)]),
        diagonal([_slope(x) for x in inputs]),
        Entries(lambda at: fmpq(0), known),
    )


def _some(random: Random, size: float = 3.0) -> Callable[[], fmpq]:
    """Numbers of that size, of either sign."""
    return lambda: exact(random.uniform(-size, size))


def _layers() -> Range:
    """w of one to four rows and columns, and Σ′ at any z: first at z = 0, where the slopes are largest."""

    def draw(random: Random, world: World) -> tuple[Any, Any, Entries]:
        count, width = random.randint(1, 4), random.randint(1, 4)
        weight, at = random.choice((0.01, 3.0, 100.0)), random.choice((0.0, 0.3, 3.0, 40.0))
        each = _some(random, at)
        return _layer(count, _some(random, weight), [each() for _ in range(width)])

    hard = [_layer(r, _some(Random(7)), [fmpq(0)] * k) for r, k in _SIZES]
    far = _some(Random(8))
    hard += [_layer(r, lambda: fmpq(5), [far() for _ in range(k)]) for r, k in _SIZES]
    words = "a real matrix, on its right a diagonal one with the entries σ′(z_j), and real numbers z_j"
    return Range(words, draw, tuple(hard), over=(None, None, sp.S.Reals))


LENGTHS: dict[Any, Any] = {
    **MATRICES,
    **ENTRIES,
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
        domain=domain(
            ((WEIGHTS, SLOPES, _z), _layers()),
            means={**LENGTHS, **_diagonal(SIGMOID.derivative.subs(z, _z[INDEX]))},
        ),
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
                **_diagonal(_AT_ZERO),
                entry(SLOPES, COLUMN, COLUMN): _AT_ZERO,
                entry(WEIGHTS, ROW, COLUMN): c,
                **{f(x): n for f in (rows, columns) for x in (WEIGHTS, SLOPES)},
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
