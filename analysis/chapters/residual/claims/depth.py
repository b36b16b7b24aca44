"""The log-gain of residual chains and networks: theory against simulation.

The gain of a block is one number, 1 + s²c, only where the branch is homogeneous: W ReLU(x). Behind a bounded
branch such as W tanh(x) it falls towards 1 as the signal grows (Yang and Schoenholz 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.residual.claims.formulas import MEAN
from analysis.chapters.residual.depth import (
    BoundedSweep,
    WideSweep,
    bounded_sweep,
    growths,
    iterated,
    wide_sweep,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.meaning import value
from analysis.claims.world import Estimate, Given, World, ball
from analysis.numeric.residual import chain_gains
from analysis.symbolic.catalogue import TANH
from analysis.symbolic.display import expectation, plus
from analysis.symbolic.display import iterated as recursion
from analysis.symbolic.residual import mean_log

_lam = sp.Symbol(r"\lambda", real=True)
_m, _q = sp.symbols("m q", positive=True)
_growth = sp.Symbol("q_{100}/q_{0}", positive=True)
_ADDED = MEAN / sp.sqrt(100)
"""By what a block of a hundred raises the mean of the entries."""
TAU, CHAINS, DEPTH = sp.Rational(1, 2), 2000, 200
WIDTH, NETS, BLOCKS = 192, 8, 100
MANY, ALLOWED, WIDE_ALLOWED = 2000, 0.02, 0.002
"""Networks behind the growth of the mean square, of which only the signals are drawn; and what finite
width is allowed."""


@cache
def _chains() -> Estimate:
    """Residual tanh chains whose biases −w a_0 keep every weighted input at 0:
    there the slope is 1 and the factor 1 + w."""
    rng = np.random.default_rng(12)
    a0 = rng.standard_normal(CHAINS)
    w = float(TAU) * rng.standard_normal((CHAINS, DEPTH))
    rates = chain_gains(TANH, a0, w, -w * a0[:, None], 1.0).logabs[:, -1] / DEPTH
    return Estimate(float(rates.mean()), float(rates.std(ddof=1) / math.sqrt(CHAINS)))


@cache
def drawn(variance: float, scaled: bool, branch: str) -> WideSweep:
    """The networks behind a claim: 8 of 100 blocks, 192 wide."""
    scale = BLOCKS**-0.5 if scaled else 1.0
    return wide_sweep(depth=BLOCKS, width=WIDTH, nets=NETS, variance=variance, scale=scale, branch=branch)


def _wide_rate() -> Estimate:
    """Finite width is allowed ``WIDE_ALLOWED``."""
    return Estimate(*drawn(1.0, False, "weights last").rate(), WIDE_ALLOWED)


@cache
def _grown(branch: str, allowed: float = 0.0) -> Estimate:
    grown = growths(
        depth=BLOCKS, width=WIDTH, variance=2.0, scale=BLOCKS**-0.5, branch=branch, nets=MANY, seed=12
    )
    return Estimate(float(grown.mean()), float(grown.std(ddof=1)) / math.sqrt(MANY), allowed)


def traced(statement: sp.Basic) -> NDArray[np.float64]:
    """q after 0 … 100 blocks: the two maps of the statement, iterated from m = 0 and q = 1."""
    mean, square = (x.doit() for x in statement.rhs.args[1])
    return iterated(mean, square, _m, _q, BLOCKS)[:, 1]


def _maps(*terms: sp.Expr) -> sp.Eq:
    """q after a hundred times m ← m + √(q/(100π)) and q ← the sum of the terms, from m = 0 and q = 1."""
    maps = sp.Tuple(plus(_m, _ADDED), plus(*terms))
    after = recursion(sp.Tuple(_m, _q), maps, sp.Tuple(0, 1), sp.Integer(BLOCKS))
    return sp.Eq(_growth, after, evaluate=False)


_mixed = 2 * _m * _ADDED
_g, _log_gain = sp.Symbol("g", real=True), sp.Symbol(r"\log G", real=True)
_tanh = sp.tanh(sp.sqrt(_q) * _g)
_slope = 1 - _tanh**2
TANH_BLOCKS, TANH_WIDTH, TANH_NETS, TANH_ALLOWED = 400, 1024, 64, 0.1
_NODES = np.linspace(-12.0, 12.0, 4801)
"""The trapezoid rule on them takes the mean over a standard normal number;
the integrands here are no narrower than 1/√400."""
_LAW = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()


@cache
def bounded() -> BoundedSweep:
    """The networks behind the claims on tanh branches."""
    return bounded_sweep(TANH, depth=TANH_BLOCKS, width=TANH_WIDTH, nets=TANH_NETS)


def _measured_gain(world: World) -> Estimate:
    """The mean of a logarithm is below the logarithm of a mean: by 78 over the width, widths 64 to 256
    say."""
    return Estimate(*bounded().log_gain(), TANH_ALLOWED)


def by_maps(statement: sp.Basic, blocks: int = TANH_BLOCKS) -> NDArray[np.float64]:
    """What the maps of a statement make of q = 1 and log G = 0 in 0 … ``blocks`` blocks: (blocks + 1, 2)."""
    letters, maps = (x if isinstance(x, sp.Tuple) else (x,) for x in statement.rhs.args[:2])
    onward = dict(zip(letters, maps, strict=True))
    steps = []
    for x in (_q, _log_gain):
        right = onward.get(x, x).doit()
        means = sorted(right.atoms(expectation), key=str)
        inner = [sp.lambdify((_q, _g), e.args[0], "numpy") for e in means]
        named = sp.symbols(f"E_:{len(means)}", real=True)
        put = sp.lambdify(
            (_q, _log_gain, *named), right.xreplace(dict(zip(means, named, strict=True))), "math"
        )
        steps.append((put, inner))
    values = [(1.0, 0.0)]
    for _ in range(blocks):
        q, gain = values[-1]
        values.append(
            tuple(put(q, gain, *(float(_LAW @ e(q, _NODES)) for e in inner)) for put, inner in steps)
        )
    return np.array(values)


@cache
def _compiled(e: sp.Expr) -> tuple[Any, Callable[..., Any]]:
    """The letters of an expression but for g, and it as a function of g and these."""
    names = tuple(sorted(e.free_symbols - {_g}, key=str))
    return names, sp.lambdify((_g, *names), e, "numpy")


def _mean_over_g(e: sp.Basic, world: World) -> float:
    """E over g ~ N(0, 1) by the trapezoid rule, as in ``by_maps``."""
    names, f = _compiled(e.args[0])
    return float(_LAW @ (f(_NODES, *(float(ball(value(x, world)).mid()) for x in names)) + 0.0 * _NODES))


_grows = plus(_q, expectation(_tanh**2))
_reached = sp.Symbol(f"q_{{{TANH_BLOCKS}}}", positive=True)
_gained = sp.Symbol(rf"\log G_{{{TANH_BLOCKS}}}", real=True)


def _square_is(onward: sp.Expr) -> sp.Eq:
    return sp.Eq(_reached, recursion(_q, onward, sp.S.One, sp.Integer(TANH_BLOCKS)), evaluate=False)


def _gain_is(added: sp.Expr) -> sp.Eq:
    letters, maps = sp.Tuple(_q, _log_gain), sp.Tuple(_grows, plus(_log_gain, added))
    after = recursion(letters, maps, sp.Tuple(1, 0), sp.Integer(TANH_BLOCKS))
    return sp.Eq(_gained, after, evaluate=False)


_tanh_gain = _gain_is(sp.log(1 + expectation(_slope**2)) / 2)
_relu_last = _maps(_q, _mixed, _q / BLOCKS)
_in_theory = by_maps(_tanh_gain)[-1]
_plain_rate = sp.log(TAU) - (sp.EulerGamma + sp.log(2)) / 2
_residual_rate = sp.log(TAU) + mean_log(1 / TAU)


_how_tanh = (
    f"x + W tanh(x), w ~ N(0, 1/n), n = {TANH_WIDTH}, {TANH_NETS} networks of {TANH_BLOCKS} blocks, x_0 with "
    f"mean square 1; g ~ N(0, 1); the maps are iterated {TANH_BLOCKS} times"
)

CLAIMS = (
    Claim(
        label="residual-chain-lambda",
        sentence=f"Where a plain chain loses a factor of {math.exp(-float(_plain_rate)):.1f} a layer, the "
        f"residual chain with the same weights loses {math.exp(-float(_residual_rate)):.2f}.",
        statement=sp.Eq(_lam, _residual_rate, evaluate=False),
        check=None,
        scope="tanh, w ~ N(0, 1/4), biases that keep z = 0, so that the factor is 1 + w; 2,000 chains of "
        "200 layers",
        false_sibling=sp.Eq(_lam, _plain_rate, evaluate=False),
        domain=domain(means={_lam: Given(lambda world: _chains())}),
    ),
    Claim(
        label="residual-wide-lambda",
        sentence="With homogeneous branches, such as W ReLU(x), a wide network's gradient grows by ½ log(1 "
        "+ s²c) a block, here ½ log 3/2, where a plain one changes by ½ log c.",
        statement=sp.Eq(_lam, sp.log(1 + sp.Rational(1, 2)) / 2, evaluate=False),
        check=None,
        scope=f"x + W ReLU(x), w ~ N(0, 1/n), so c = 1/2, s = 1; n = {WIDTH}, {NETS} networks of {BLOCKS} "
        f"blocks; finite width is allowed {WIDE_ALLOWED}",
        false_sibling=sp.Eq(_lam, sp.log(sp.Rational(1, 2)) / 2, evaluate=False),
        domain=domain(means={_lam: Given(lambda world: _wide_rate())}),
    ),
    Claim(
        label="residual-scaled-growth",
        sentence="With W ReLU(x)/√L the mean square grows by (1 + 1/L)^L in all, below e.",
        statement=sp.Eq(_growth, sp.Pow(1 + sp.Rational(1, BLOCKS), BLOCKS, evaluate=False), evaluate=False),
        check=None,
        scope=f"w ~ N(0, 2/n), n = {WIDTH}, {MANY:,} networks of L = {BLOCKS} blocks, x_0 with mean 0; "
        f"finite width is allowed {ALLOWED}",
        false_sibling=sp.Eq(_growth, sp.Pow(2, BLOCKS, evaluate=False), evaluate=False),
        domain=domain(means={_growth: Given(lambda world: _grown("weights last", ALLOWED))}),
    ),
    Claim(
        label="residual-relu-last-growth",
        sentence="With ReLU(Wx)/√L the mean adds up: at L = 100 the mean square has grown by "
        f"{traced(_relu_last)[-1] / 1e4:.0f}·10⁴, not by e.",
        statement=_relu_last,
        check=None,
        scope=f"w ~ N(0, 2/n), n = {WIDTH}, {MANY:,} networks of L = {BLOCKS} blocks, x_0 with mean 0; the "
        f"maps are iterated {BLOCKS} times from m = 0, q = 1, and q is what they end in",
        false_sibling=_maps(_q, _q / BLOCKS),
        domain=domain(means={_growth: Given(lambda world: _grown("relu last"))}),
    ),
    Claim(
        label="residual-tanh-mean-square",
        sentence="With W tanh(x) a block adds less than 1 to the mean square: linear growth, to "
        f"{_in_theory[0]:.0f} in {TANH_BLOCKS} blocks, not to 2^{TANH_BLOCKS}.",
        statement=_square_is(_grows),
        check=None,
        scope=_how_tanh + " from q = 1",
        false_sibling=_square_is(plus(_q, expectation(_slope**2))),
        domain=domain(
            means={_reached: Given(lambda world: Estimate(*bounded().growth())), expectation: _mean_over_g}
        ),
    ),
    Claim(
        label="residual-tanh-log-gain",
        sentence=f"Back through {TANH_BLOCKS} such blocks the gradient grows by e^{_in_theory[1]:.1f} in "
        f"theory; a constant c = 1 would make that e^{TANH_BLOCKS * math.log(2) / 2:.1f}.",
        statement=_tanh_gain,
        check=None,
        scope=_how_tanh
        + " from q = 1 and log G = 0, and log G is what they end in; G is the root mean square of ∂C/∂x_0 "
        f"per that of ∂C/∂x_L; finite width is allowed {TANH_ALLOWED}, for the mean of a "
        "logarithm is below the logarithm of a mean",
        false_sibling=_gain_is(sp.log(1 + expectation(_slope)) / 2),
        domain=domain(means={_gained: Given(_measured_gain), expectation: _mean_over_g}),
    ),
)
