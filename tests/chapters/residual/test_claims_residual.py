"""What chapter 12's statements mean: false variants are refuted, and the meanings agree with second ways."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import fmpq
from scipy.integrate import dblquad

from analysis.chapters.residual.claims import depth, formulas, gradient_angles, shattered_gradients
from analysis.claims.domain import exact
from analysis.claims.lines import Proof
from analysis.claims.matrices import matrix
from analysis.claims.meaning import value
from analysis.claims.outcome import Refuted, Unknown
from analysis.claims.theorems import APART, INDEX
from analysis.claims.world import Undefined, World, ball
from analysis.symbolic.angles import a, next_angle
from analysis.symbolic.angles import l as block
from analysis.symbolic.angles import theta as angle
from analysis.symbolic.display import expectation, iterated, times
from analysis.symbolic.residual import L, c, mean_log, s, tau

ALL = (*formulas.CLAIMS, *depth.CLAIMS, *gradient_angles.CLAIMS, *shattered_gradients.CLAIMS)
CLAIMS = {claim.label: claim for claim in ALL}
LEFT = {label: claim.statement.args[0] for label, claim in CLAIMS.items()}
RIGHT = {label: claim.statement.args[1] for label, claim in CLAIMS.items()}


def eq(label: str, right: sp.Expr) -> tuple[str, sp.Basic]:
    return label, sp.Eq(LEFT[label], right, evaluate=False)


CHAIN, PATHS, SCALED = "residual-chain-gradient", "residual-paths", "residual-scaled-shortcut"
LENGTH, SQUARE, SCALE = "residual-path-length", "residual-block-mean-square", "residual-branch-scale"
LOG, RELU, ROOT, ADDS = (
    "residual-chain-mean-log",
    "residual-relu-mean",
    "residual-tanh-root-law",
    "residual-mean-adds-up",
)
n, v, x = (
    next(y for y in CLAIMS[SQUARE].domain.letters if str(y) == name)  # type: ignore[union-attr]
    for name in "nvx"
)
size, blocks, over_paths, k = formulas.size, formulas.blocks, formulas.over_paths, formulas.shortcut

CHAIN_RATE, WIDE, SCALED_GROWTH, LAST, GROWS, GAIN = (claim.label for claim in depth.CLAIMS)
ACTIVE, KERNEL, SHRINKS, CUBE = (claim.label for claim in gradient_angles.CLAIMS)
PLAIN, RESIDUAL, SCALED_RESIDUAL = (claim.label for claim in shattered_gradients.CLAIMS)


def after(label: str, *, maps: sp.Basic | None = None, blocks: int | None = None) -> sp.Expr:
    """The recursion of a claim with other maps or another number of blocks."""
    letters, own, start, times_ = RIGHT[label].args
    return iterated(
        letters, own if maps is None else maps, start, times_ if blocks is None else sp.Integer(blocks)
    )


def correlation(blocks: int, share: sp.Expr) -> sp.Expr:
    return shattered_gradients.gradient_correlation(sp.Integer(blocks), sp.pi / 2, share)


FALSE = [
    eq(CHAIN, RIGHT[CHAIN] + sp.Rational(1, 10**9)),
    eq(CHAIN, times(*RIGHT[CHAIN].args[1:])),
    eq(CHAIN, times(*(y.subs(s, s**2) for y in RIGHT[CHAIN].args))),
    (CHAIN, sp.Ne(LEFT[CHAIN], RIGHT[CHAIN], evaluate=False)),
    (CHAIN, sp.Lt(LEFT[CHAIN], RIGHT[CHAIN], evaluate=False)),
    eq(PATHS, over_paths(sp.Integer(2), sp.S.NegativeOne)),
    eq(PATHS, over_paths(size + 1, sp.S.NegativeOne)),
    eq(PATHS, over_paths(1 + (L - 1) * (L - 2) * (L - 3) * (L - 4), sp.S.NegativeOne)),
    (PATHS, sp.Eq(blocks(sp.Rational(101, 100)), RIGHT[PATHS], evaluate=False)),
    (PATHS, sp.Ne(LEFT[PATHS], RIGHT[PATHS], evaluate=False)),
    eq(SCALED, over_paths(k**size, sp.S.NegativeOne)),
    eq(SCALED, over_paths(k**L, sp.S.NegativeOne)),
    eq(SCALED, over_paths(k ** (L - size), sp.S.One)),
    eq(SCALED, over_paths(k ** (L - size), sp.S.NegativeOne) + k),
    eq(LENGTH, L * c / (2 + c)),
    eq(LENGTH, L / (1 + c)),
    eq(LENGTH, L * c / (1 + c) + sp.Rational(1, 10**12)),
    (LENGTH, sp.Gt(LEFT[LENGTH], L * c / (1 + c), evaluate=False)),
    eq(SQUARE, RIGHT[SQUARE] + s**3),
    eq(SQUARE, RIGHT[SQUARE].subs(v, v**2)),
    eq(SQUARE, RIGHT[SQUARE] - x**2 + x**4),
    eq(SQUARE, RIGHT[SQUARE] + (n - 1) * (n - 2) * (n - 3) * (n - 4)),
    (SQUARE, sp.Eq(expectation(LEFT[SQUARE].args[0] ** 2), RIGHT[SQUARE] ** 2, evaluate=False)),
    (SCALE, sp.Lt(LEFT[SCALE], sp.Rational(27182, 10000), evaluate=False)),
    (SCALE, sp.Lt((1 + 2 / L) ** L, sp.E, evaluate=False)),
    (SCALE, sp.Gt(LEFT[SCALE], 2, evaluate=False)),
    (SCALE, sp.Lt((1 + 1 / L) ** (L + 1), sp.E, evaluate=False)),
    eq(LOG, RIGHT[LOG] + sp.Rational(1, 10**6)),
    eq(LOG, sp.log(tau) + mean_log(2 / tau)),
    eq(LOG, sp.log(1 + tau) + mean_log(1 / tau)),
    (LOG, sp.Eq(LEFT[LOG].subs(tau, -2 * tau), RIGHT[LOG], evaluate=False)),
    (LOG, sp.Le(LEFT[LOG], sp.log(tau), evaluate=False)),
    eq(RELU, RIGHT[RELU] * 2),
    eq(RELU, RIGHT[RELU] ** 2),
    eq(RELU, RIGHT[RELU] * sp.Rational(1000001, 1000000)),
    (ADDS, sp.Gt(LEFT[ADDS], 167, evaluate=False)),
    (ADDS, sp.Lt(LEFT[ADDS], 100, evaluate=False)),
    (ADDS, sp.Gt(formulas.lower_bound(sp.Integer(90)), 200, evaluate=False)),
    eq(ROOT, sp.S.Half),
    eq(ROOT, RIGHT[ROOT] * sp.Rational(1001, 1000)),
    (ROOT, sp.Ne(LEFT[ROOT], RIGHT[ROOT], evaluate=False)),
    (ROOT, sp.Gt(LEFT[ROOT], sp.Rational(54, 100), evaluate=False)),
    eq(CHAIN_RATE, RIGHT[CHAIN_RATE] * sp.Rational(110, 100)),
    eq(CHAIN_RATE, -RIGHT[CHAIN_RATE]),
    (CHAIN_RATE, sp.Gt(LEFT[CHAIN_RATE], -sp.Rational(1, 6), evaluate=False)),
    eq(WIDE, sp.log(2) / 2),
    eq(WIDE, RIGHT[WIDE] * sp.Rational(94, 100)),
    (WIDE, sp.Ne(LEFT[WIDE], RIGHT[WIDE], evaluate=False)),
    eq(SCALED_GROWTH, sp.Rational(101, 100) ** 200),
    (SCALED_GROWTH, sp.Lt(LEFT[SCALED_GROWTH], sp.Rational(3, 2), evaluate=False)),
    eq(LAST, after(LAST, blocks=98)),
    eq(LAST, after(LAST, maps=sp.Tuple(RIGHT[LAST].args[1][0] * sp.Rational(9, 10), RIGHT[LAST].args[1][1]))),
    (LAST, sp.Lt(LEFT[LAST], sp.E, evaluate=False)),
    eq(GROWS, after(GROWS, blocks=340)),
    eq(GROWS, after(GROWS, maps=2 * RIGHT[GROWS].args[0])),
    (GROWS, sp.Gt(LEFT[GROWS], 460, evaluate=False)),
    eq(GAIN, after(GAIN, blocks=600)),
    eq(GAIN, 200 * sp.log(2)),
    (GAIN, sp.Lt(LEFT[GAIN], 8, evaluate=False)),
    eq(ACTIVE, sp.cos(angle / 2) ** 2),
    eq(ACTIVE, 1 - angle / sp.pi + sp.Rational(1, 10**9)),
    (ACTIVE, sp.Ne(LEFT[ACTIVE], RIGHT[ACTIVE], evaluate=False)),
    (ACTIVE, sp.Eq(2 * LEFT[ACTIVE], RIGHT[ACTIVE], evaluate=False)),
    eq(KERNEL, sp.cos(angle)),
    eq(KERNEL, (sp.sin(angle) + angle * sp.cos(angle)) / sp.pi),
    (KERNEL, sp.Le(LEFT[KERNEL], sp.cos(angle), evaluate=False)),
    eq(SHRINKS, 2 * RIGHT[SHRINKS]),
    eq(SHRINKS, RIGHT[SHRINKS] ** 2),
    eq(SHRINKS, RIGHT[SHRINKS] + sp.Rational(1, 10**6)),
    eq(CUBE, 3 / block**2),
    eq(CUBE, 3 / (block + 1)),
    (CUBE, sp.Lt(LEFT[CUBE], RIGHT[CUBE], evaluate=False)),
    eq(PLAIN, correlation(3, sp.S.One)),
    (PLAIN, sp.Lt(LEFT[PLAIN], sp.Rational(1, 50), evaluate=False)),
    eq(RESIDUAL, correlation(5, sp.Rational(2, 5))),
    (RESIDUAL, sp.Gt(LEFT[RESIDUAL], sp.Rational(1, 3), evaluate=False)),
    eq(SCALED_RESIDUAL, correlation(24, sp.Rational(1, 20))),
    (SCALED_RESIDUAL, sp.Gt(LEFT[SCALED_RESIDUAL], sp.Rational(3, 4), evaluate=False)),
]


@pytest.mark.drawn(12)
@pytest.mark.parametrize(("label", "wrong"), FALSE)
def test_a_false_variant_is_refuted(label: str, wrong: sp.Basic) -> None:
    outcome = CLAIMS[label].settle(wrong)
    assert isinstance(outcome, Refuted), outcome


def test_blocks_and_paths_against_numpy() -> None:
    """Each of the 2³ choices of 1 or J_l for each block, multiplied by NumPy; and the blocks themselves."""
    random = np.random.default_rng(3)
    J = random.integers(-5, 6, (3, 2, 2))
    world = World(
        {
            **CLAIMS[PATHS].domain.means,  # type: ignore[union-attr]
            formulas._J: lambda l, world: matrix([[fmpq(int(y)) for y in row] for row in J[l - 1]]),
            L: fmpq(3),
        }
    )
    paths, direct = np.zeros((2, 2)), np.eye(2)
    for taken in product([False, True], repeat=3):
        one = np.eye(2)
        for l in range(3):
            one = (J[l] if taken[l] else 2.0 * np.eye(2)) @ one
        paths += one
    for l in range(3):
        direct = (J[l] + 2.0 * np.eye(2)) @ direct
    np.testing.assert_allclose(paths, direct)
    for e in (blocks(sp.Integer(2)), over_paths(2 ** (L - size), sp.S.NegativeOne)):
        np.testing.assert_allclose([[float(ball(y)) for y in row] for row in value(e, world)], direct)


@pytest.mark.parametrize("count", [2, 5])
def test_the_means_that_say_the_law_are_those_of_the_law(count: int) -> None:
    """Neighbours among the branch's terms, of weights with mean 0 and variance 3 on two uneven points."""
    domain = CLAIMS[SQUARE].domain
    assert domain is not None
    means = {k: of for k, of in domain.means.items() if k not in formulas._MOMENTS}
    letters = {str(letter): letter for letter in domain.letters}
    numbers = {"n": count, "v": 3, "s": "1/2", "x": -4, "skew": 5}
    world = World(
        {
            **means,
            **{letters[name]: exact(sp.Rational(found)) for name, found in numbers.items()},
            formulas._phi: lambda l, world: fmpq(l * l - 3),
            INDEX: fmpq(1),
            APART: fmpq(1),
        }
    )
    for mean, number in formulas._MOMENTS.items():
        assert float(ball(value(mean, world))) == pytest.approx(float(ball(value(number, world))), abs=1e-12)


@pytest.mark.parametrize("mean", formulas._MOMENTS, ids=str)
def test_another_law_of_the_weights_has_another_mean_square(mean: sp.Expr) -> None:
    """The proof reads each mean that says the law: 1 more of any, and the statement does not follow."""
    claim = CLAIMS[SQUARE]
    assert claim.domain is not None and isinstance(claim.check, Proof)
    other = {**claim.domain.means, mean: formulas._MOMENTS[mean] + 1}
    found = claim.check.outcome(claim.statement, replace(claim.domain, means=other))
    assert isinstance(found, Unknown), found


@pytest.mark.parametrize("spread", ["1/40", "0.3", "1", "7"])
def test_the_mean_of_the_logarithm_against_mpmath(spread: str) -> None:
    t = float(sp.Rational(spread))
    points = sorted({-14.0, -3.0, 0.0, 3.0, 14.0, *([-1 / t] if 1 / t < 14 else [])})
    direct = mpmath.quad(
        lambda g: mpmath.log(abs(1 + t * g)) * mpmath.exp(-g * g / 2) / mpmath.sqrt(2 * mpmath.pi), points
    )
    world = CLAIMS[LOG].domain.world({tau: sp.Rational(spread)})  # type: ignore[union-attr]
    assert float(ball(value(LEFT[LOG], world))) == pytest.approx(float(direct), abs=1e-9)


def test_the_log_gain_of_tanh_blocks_against_another_quadrature() -> None:
    """The midpoint rule with 40,000 cells in g, of tanh² and of (1 − tanh²)², for 60 blocks."""
    nodes = (np.arange(40_000) + 0.5) / 2000 - 10
    weights = np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi) / 2000
    q, gain = 1.0, 0.0
    for _ in range(60):
        t = np.tanh(np.sqrt(q) * nodes)
        q, gain = q + weights @ t**2, gain + 0.5 * np.log(1 + weights @ (1 - t**2) ** 2)
    assert formulas.tanh_log_gains()[60] == pytest.approx(gain, abs=2e-5)


def test_the_extrapolation_finds_limits_of_its_form() -> None:
    """On sequences whose limits are known, and on one that has none."""

    def settled(of: sp.Expr) -> sp.Basic:
        return ball(formulas.limit_by_roots(sp.Limit(of, L, sp.oo), World({})))

    assert float(settled(3 + sp.log(L) / sp.sqrt(L) - 2 / sp.sqrt(L)).mid()) == pytest.approx(3.0, abs=1e-8)
    found = settled(2 + 5 / L)
    assert found.contains(2) and float(found.rad()) < 1e-2
    with pytest.raises(Undefined, match="settle"):
        settled(sp.sqrt(L))


@pytest.mark.parametrize("theta", [0.8, 2.0, 3.1])
def test_the_wedge_against_the_density_in_the_plane(theta: float) -> None:
    """Twice the chance that both of two normal numbers are positive, and twice the mean of their product."""
    rho = float(np.cos(theta))
    scale = 2 * math.pi * math.sqrt(1 - rho**2)

    def density(u: float, v: float) -> float:
        return math.exp(-(u * u - 2 * rho * u * v + v * v) / 2 / (1 - rho**2)) / scale

    for label, f in ((ACTIVE, lambda u, v: 1.0), (KERNEL, lambda u, v: u * v)):
        domain = CLAIMS[label].domain
        assert domain is not None
        found = float(ball(value(LEFT[label], domain.world({angle: exact(theta)}))).mid())
        direct, error = dblquad(lambda u, v, f=f: 2 * f(u, v) * density(u, v), 0.0, 12.0, 0.0, 12.0)
        assert error < 1e-6 and found == pytest.approx(direct, abs=1e-6)


def test_the_correlation_against_quadrature_of_the_two_means() -> None:
    """The angle recursion, its means by Gauss–Legendre over the directions in which both are positive."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    for blocks, share in ((6, 1.0), (6, 0.5), (24, 0.04)):
        at, left = np.pi / 2, 1.0
        for _ in range(blocks):
            half = (np.pi - at) / 2
            phi = at / 2 + half * nodes
            left *= 1 - share + share * 2 * half * weights.sum() / (2 * np.pi)
            kernel = 2 * (half * weights @ (np.cos(phi) * np.cos(phi - at))) / np.pi
            at = np.arccos((1 - share) * np.cos(at) + share * kernel)
        domain = CLAIMS[PLAIN].domain
        assert domain is not None
        found = value(correlation(blocks, sp.Rational(str(share))), domain.world({}))
        assert float(ball(found)) == pytest.approx(left, rel=1e-9)


def test_the_angle_of_one_block_against_simulated_pairs() -> None:
    """θ′ as the angle between x + ReLU(Wx) of two vectors, whose mean squares are kept by a = 1/2."""
    rng, n, theta = np.random.default_rng(2), 2000, 0.8
    x = rng.standard_normal((2, n))
    x[1] = np.cos(theta) * x[0] + np.sin(theta) * x[1]
    y = x + np.sqrt(2) * np.maximum(x, 0) @ (rng.standard_normal((n, n)) / np.sqrt(n)).T
    cosine = y[0] @ y[1] / np.linalg.norm(y[0]) / np.linalg.norm(y[1])
    domain = CLAIMS[SHRINKS].domain
    assert domain is not None
    e = sp.Function("theta'")(angle)
    found = float(ball(value(e, domain.world({a: fmpq(1, 2), angle: exact(theta)}))).mid())
    assert found == pytest.approx(float(next_angle.subs({a: 0.5, angle: theta})), rel=1e-12)
    assert np.cos(found) == pytest.approx(cosine, abs=0.06)


def test_recursions_against_plain_loops() -> None:
    """q of ReLU(Wx)/√L, and q of W tanh(x) by the midpoint rule."""
    m, q, step = 0.0, 1.0, (1 / (100 * np.pi)) ** 0.5
    for _ in range(100):
        m, q = m + step * q**0.5, q + 2 * m * step * q**0.5 + q / 100
    for label, expected, rel in ((LAST, q, 1e-12), (GROWS, None, 1e-6)):
        if expected is None:
            nodes = (np.arange(20_000) + 0.5) / 1000 - 10
            law = np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi) / 1000
            expected = 1.0
            for _ in range(400):
                expected += law @ np.tanh(expected**0.5 * nodes) ** 2
        domain = CLAIMS[label].domain
        assert domain is not None
        assert float(ball(value(RIGHT[label], domain.world({}))).mid()) == pytest.approx(expected, rel=rel)
