"""The log-gain of residual chains and networks: theory against simulation."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.experiments.residual_depth import WideSweep, iterated, wide_sweep
from analysis.numeric.residual import chain_gains
from analysis.symbolic.catalogue import TANH
from analysis.symbolic.claim import Estimate, Prediction
from analysis.symbolic.display import plus
from analysis.symbolic.remedies.residual import mean_log
from analysis.symbolic.remedies.residual_claims import MEAN

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
    """Residual tanh chains whose biases −w a_0 keep every weighted input at 0: there the slope is 1 and the factor 1 + w."""
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

CLAIMS = (
    Prediction(
        label="residual-chain-lambda",
        sentence="Where a plain chain loses a factor of 3.8 a layer, the residual chain with the same weights loses 1.19.",
        statement=sp.Eq(_lam, sp.log(TAU) + mean_log(1 / TAU), evaluate=False),
        theory=_value,
        simulate=_chains,
        scope="tanh, w ~ N(0, 1/4), biases that keep z = 0, so that the factor is 1 + w; 2,000 chains of 200 layers",
        false_sibling=sp.Eq(_lam, sp.log(TAU) - (sp.EulerGamma + sp.log(2)) / 2, evaluate=False),
    ),
    Prediction(
        label="residual-wide-lambda",
        sentence="In a wide residual network the gradient grows by ½ log(1 + s²c) a block, where a plain one changes by ½ log c.",
        statement=sp.Eq(_lam, sp.log(1 + sp.Rational(1, 2)) / 2, evaluate=False),
        theory=_value,
        simulate=_wide_rate,
        scope="x + W ReLU(x), w ~ N(0, 1/n), so c = 1/2, s = 1; n = 192, 8 networks of 100 blocks; finite width is allowed 0.002",
        false_sibling=sp.Eq(_lam, sp.log(sp.Rational(1, 2)) / 2, evaluate=False),
        tolerance=0.002,
    ),
    Prediction(
        label="residual-scaled-growth",
        sentence="With W ReLU(x)/√L the mean square grows by (1 + 1/L)^L in all, below e.",
        statement=sp.Eq(_growth, sp.Pow(1 + sp.Rational(1, BLOCKS), BLOCKS, evaluate=False), evaluate=False),
        theory=_value,
        simulate=lambda: _grown("weights last"),
        scope="w ~ N(0, 2/n), n = 192, 8 networks of L = 100 blocks, x_0 with mean 0; finite width is allowed 0.02",
        false_sibling=sp.Eq(_growth, sp.Pow(2, BLOCKS, evaluate=False), evaluate=False),
        tolerance=0.02,
    ),
    Prediction(
        label="residual-relu-last-growth",
        sentence="With ReLU(Wx)/√L the mean adds up: at L = 100 the mean square has grown by 2·10⁴, not by e.",
        statement=_maps(_q, _mixed, _q / BLOCKS),
        theory=_after_blocks,
        simulate=lambda: _grown("relu last"),
        scope="w ~ N(0, 2/n), n = 192, 8 networks of L = 100 blocks, x_0 with mean 0; the maps are iterated 100 times from m = 0, q = 1",
        false_sibling=_maps(_q, _q / BLOCKS),
    ),
)
