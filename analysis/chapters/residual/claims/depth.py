"""The log-gain of residual chains and networks: theory against simulation.

The gain of a block is one number, 1 + s²c, only where the branch is homogeneous: W ReLU(x). Behind a bounded
branch such as W tanh(x) it falls towards 1 as the signal grows (Yang and Schoenholz 2017).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.residual.claims.formulas import MEAN
from analysis.chapters.residual.depth import BoundedSweep, WideSweep, bounded_sweep, iterated, wide_sweep
from analysis.claims.claim import Estimate, Prediction
from analysis.numeric.residual import chain_gains
from analysis.symbolic.catalogue import TANH
from analysis.symbolic.display import expectation, plus
from analysis.symbolic.residual import mean_log

_lam = sp.Symbol(r"\lambda", real=True)
_m, _q = sp.symbols("m q", positive=True)
_growth = sp.Symbol("q_{100}/q_{0}", positive=True)
_ADDED = MEAN / sp.sqrt(100)
"""By what a block of a hundred raises the mean of the entries."""
TAU, CHAINS, DEPTH = sp.Rational(1, 2), 2000, 200
WIDTH, NETS, BLOCKS = 192, 8, 100


def _value(statement: sp.Basic) -> float:
    return float(statement.rhs.doit())


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
    return Estimate(*drawn(1.0, False, "weights last").rate())


def _grown(branch: str) -> Estimate:
    return Estimate(*drawn(2.0, True, branch).growth())


def _after_blocks(statement: sp.Basic) -> float:
    return float(traced(statement)[-1])


def traced(statement: sp.Basic) -> NDArray[np.float64]:
    """q after 0 … 100 blocks: the two maps of the statement, iterated from m = 0 and q = 1."""
    mean, square = (equation.rhs.doit() for equation in statement.args)
    return iterated(mean, square, _m, _q, BLOCKS)[:, 1]


def _maps(*terms: sp.Expr) -> sp.Tuple:
    """m ← m + √(q/(100π)) and q ← the sum of the terms."""
    arrow = sp.Function("next")
    return sp.Tuple(
        sp.Eq(arrow(_m), plus(_m, _ADDED), evaluate=False), sp.Eq(arrow(_q), plus(*terms), evaluate=False)
    )


_mixed = 2 * _m * _ADDED
_g, _log_gain = sp.Symbol("g", real=True), sp.Symbol(r"\log G", real=True)
_tanh = sp.tanh(sp.sqrt(_q) * _g)
_slope = 1 - _tanh**2
TANH_BLOCKS = 400
_NODES = np.linspace(-12.0, 12.0, 4801)
"""The trapezoid rule on them takes the mean over a standard normal number;
the integrands here are no narrower than 1/√400."""
_LAW = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()


@cache
def bounded() -> BoundedSweep:
    """The networks behind the claims on tanh branches: 16 of 400 blocks, 256 wide."""
    return bounded_sweep(TANH, depth=TANH_BLOCKS)


def by_maps(statement: sp.Basic, blocks: int = TANH_BLOCKS) -> NDArray[np.float64]:
    """What the equations next(x) = … of a statement make of q = 1 and log G = 0 in 0 … ``blocks`` blocks:
    (blocks + 1, 2)."""
    equations = statement.args if isinstance(statement, sp.Tuple) else (statement,)
    steps = []
    for x in (_q, _log_gain):
        (right,) = [e.rhs.doit() for e in equations if e.lhs.args[0] == x] or [x]
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


def _next(x: sp.Symbol, added: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Function("next")(x), plus(x, added), evaluate=False)


_grows = _next(_q, expectation(_tanh**2))
_how_tanh = (
    "x + W tanh(x), w ~ N(0, 1/n), n = 256, 16 networks of 400 blocks, x_0 with mean square 1; g ~ N(0, 1); "
    "the maps are iterated 400 times"
)

CLAIMS = (
    Prediction(
        label="residual-chain-lambda",
        sentence="Where a plain chain loses a factor of 3.8 a layer, the residual chain with the same "
        "weights loses 1.19.",
        statement=sp.Eq(_lam, sp.log(TAU) + mean_log(1 / TAU), evaluate=False),
        theory=_value,
        simulate=_chains,
        scope="tanh, w ~ N(0, 1/4), biases that keep z = 0, so that the factor is 1 + w; 2,000 chains of "
        "200 layers",
        false_sibling=sp.Eq(_lam, sp.log(TAU) - (sp.EulerGamma + sp.log(2)) / 2, evaluate=False),
    ),
    Prediction(
        label="residual-wide-lambda",
        sentence="With homogeneous branches, such as W ReLU(x), a wide network's gradient grows by ½ log(1 "
        "+ s²c) a block, "
        "where a plain one changes by ½ log c.",
        statement=sp.Eq(_lam, sp.log(1 + sp.Rational(1, 2)) / 2, evaluate=False),
        theory=_value,
        simulate=_wide_rate,
        scope="x + W ReLU(x), w ~ N(0, 1/n), so c = 1/2, s = 1; n = 192, 8 networks of 100 blocks; finite "
        "width is allowed 0.002",
        false_sibling=sp.Eq(_lam, sp.log(sp.Rational(1, 2)) / 2, evaluate=False),
        tolerance=0.002,
    ),
    Prediction(
        label="residual-scaled-growth",
        sentence="With W ReLU(x)/√L the mean square grows by (1 + 1/L)^L in all, below e.",
        statement=sp.Eq(_growth, sp.Pow(1 + sp.Rational(1, BLOCKS), BLOCKS, evaluate=False), evaluate=False),
        theory=_value,
        simulate=lambda: _grown("weights last"),
        scope="w ~ N(0, 2/n), n = 192, 8 networks of L = 100 blocks, x_0 with mean 0; finite width is "
        "allowed 0.02",
        false_sibling=sp.Eq(_growth, sp.Pow(2, BLOCKS, evaluate=False), evaluate=False),
        tolerance=0.02,
    ),
    Prediction(
        label="residual-relu-last-growth",
        sentence="With ReLU(Wx)/√L the mean adds up: at L = 100 the mean square has grown by 2·10⁴, not by "
        "e.",
        statement=_maps(_q, _mixed, _q / BLOCKS),
        theory=_after_blocks,
        simulate=lambda: _grown("relu last"),
        scope="w ~ N(0, 2/n), n = 192, 8 networks of L = 100 blocks, x_0 with mean 0; the maps are "
        "iterated 100 times from m = 0, q = 1",
        false_sibling=_maps(_q, _q / BLOCKS),
    ),
    Prediction(
        label="residual-tanh-mean-square",
        sentence="With W tanh(x) a block adds less than 1 to the mean square: linear growth, to 368 in 400 "
        "blocks, not to 2^400.",
        statement=_grows,
        theory=lambda statement: float(by_maps(statement)[-1, 0]),
        simulate=lambda: Estimate(*bounded().growth()),
        scope=_how_tanh + " from q = 1",
        false_sibling=_next(_q, expectation(_slope**2)),
    ),
    Prediction(
        label="residual-tanh-log-gain",
        sentence="Back through 400 such blocks the gradient grows by e^10.8 in theory; a constant c = 1 "
        "would make that e^138.6.",
        statement=sp.Tuple(_grows, _next(_log_gain, sp.log(1 + expectation(_slope**2)) / 2)),
        theory=lambda statement: float(by_maps(statement)[-1, 1]),
        simulate=lambda: Estimate(*bounded().log_gain()),
        scope=_how_tanh
        + " from q = 1 and log G = 0; finite width is allowed 0.5, for the mean of a logarithm is below "
        "the logarithm of a mean",
        false_sibling=sp.Tuple(_grows, _next(_log_gain, sp.log(1 + expectation(_slope)) / 2)),
        tolerance=0.5,
    ),
)
