"""What chapter 12's statements mean: false variants are refuted, and the meanings agree with second ways."""

from __future__ import annotations

from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from analysis.chapters.residual.claims import formulas
from analysis.claims.claim import Claim
from analysis.claims.matrices import matrix
from analysis.claims.meaning import value
from analysis.claims.outcome import Proved, Refuted
from analysis.claims.world import Undefined, World, ball
from analysis.symbolic.display import expectation, times
from analysis.symbolic.residual import L, c, mean_log, s, tau

CLAIMS = {claim.label: claim for claim in formulas.CLAIMS}
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
]


@pytest.mark.parametrize(("label", "wrong"), FALSE)
def test_a_false_variant_is_refuted(label: str, wrong: sp.Basic) -> None:
    outcome = CLAIMS[label].settle(wrong)
    assert isinstance(outcome, Refuted), outcome


@pytest.mark.parametrize("claim", formulas.CLAIMS, ids=lambda claim: claim.label)
def test_the_claim_stands_and_its_near_miss_falls(claim: Claim) -> None:
    found = claim.prove()
    assert found.sound and isinstance(found.outcome, Proved), found


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


@pytest.mark.parametrize("spread", ["1/40", "0.3", "1", "7"])
def test_the_mean_of_the_logarithm_against_mpmath(spread: str) -> None:
    t = float(sp.Rational(spread))
    points = sorted({-14.0, -3.0, 0.0, 3.0, 14.0, *([-1 / t] if 1 / t < 14 else [])})
    exact = mpmath.quad(
        lambda g: mpmath.log(abs(1 + t * g)) * mpmath.exp(-g * g / 2) / mpmath.sqrt(2 * mpmath.pi), points
    )
    world = CLAIMS[LOG].domain.world({tau: sp.Rational(spread)})  # type: ignore[union-attr]
    assert float(ball(value(LEFT[LOG], world))) == pytest.approx(float(exact), abs=1e-9)


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
    """The means of the chapter's claim, on sequences whose limits are known, and on one that has none."""
    means = CLAIMS[ROOT].domain.means  # type: ignore[union-attr]
    limit = sp.Limit(3 + sp.log(L) / sp.sqrt(L) - 2 / sp.sqrt(L), L, sp.oo)
    assert float(ball(value(limit, World(dict(means)))).mid()) == pytest.approx(3.0, abs=1e-8)
    found = ball(value(sp.Limit(2 + 5 / L, L, sp.oo), World(dict(means))))
    assert found.contains(2) and float(found.rad()) < 1e-2
    with pytest.raises(Undefined, match="settle"):
        value(sp.Limit(sp.sqrt(L), L, sp.oo), World(dict(means)))
