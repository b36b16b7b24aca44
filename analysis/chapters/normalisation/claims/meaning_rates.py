"""What the rates of deep normalised networks mean: means over normal numbers by quadrature, entry by entry,
without a formula of ours."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from flint import arb
from scipy.special import gammaln

from analysis.claims.calculus import fast_integral
from analysis.claims.laws import Law, mean_over, normal, spread_over
from analysis.claims.meaning import rounds, whole
from analysis.claims.world import Formula, Number, Undefined, World
from analysis.numeric.normal import ndtr
from analysis.symbolic.angles import both_active, both_linear, theta
from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.normalisation import m
from analysis.symbolic.normalisation_rates import angle, projected_trace
from analysis.symbolic.notation import z

R, growth = sp.Function("R"), sp.Function("r")
"""R(m): growth of the squared gradient norm a layer in batches of m; r(l):
what block l of a residual network multiplies it by."""
variance = sp.Function("Var")
Z = sp.Symbol("Z", real=True)
v = sp.Symbol("v", positive=True)
"""The variance of m independent N(0, 1) numbers around their own mean."""

_shape = (m - 1) / 2
_x = sp.Symbol("x", positive=True)
BATCH_VARIANCE = Law(
    density=m**_shape * _x ** (_shape - 1) * sp.exp(-m * _x / 2) / (2**_shape * sp.gamma(_shape)),
    x=_x,
    low=0.0,
)
"""m v has the χ² law with m − 1 degrees of freedom."""
NORMAL: dict[Any, Any] = {
    expectation: mean_over(Z, normal()),
    variance: spread_over(Z, normal()),
}
"""Means and variances over Z ~ N(0, 1)."""


def _density(u: Any) -> Any:
    return np.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)


@cache
def pair(size: int) -> tuple[arb, arb]:
    """Pr[u, w > 0] and E[ReLU(u) ReLU(w)] of two N(0, 1) numbers with the correlation −1/(size − 1):
    given u > 0, w is N(ρu, 1 − ρ²)."""
    rho = -1 / (size - 1)
    rest = math.sqrt(1 - rho**2)
    active = fast_integral(lambda u: _density(u) * ndtr(rho * u / rest), 0.0, math.inf)
    product = fast_integral(
        lambda u: u * _density(u) * (rho * u * ndtr(rho * u / rest) + rest * _density(rho * u / rest)),
        0.0,
        math.inf,
    )
    return active, product


@cache
def mean_inverse(size: int) -> arb:
    """E[1/v], the density of χ² with m − 1 degrees of freedom integrated at (m − 1) e^{ay}, a² = 2/(m − 1):
    there it is as wide for every m."""
    half = (size - 1) / 2
    scale = 1 / math.sqrt(half)
    log_norm = half * math.log(2) + float(gammaln(half))

    def integrand(y: Any) -> Any:
        t = (size - 1) * np.exp(scale * y)
        return size * scale * np.exp((half - 1) * np.log(t) - t / 2 - log_norm)

    return fast_integral(integrand, -math.inf, math.inf)


@cache
def relu_rate_of(size: int) -> arb:
    """R for ReLU: E[1/v] E tr(D G D P)/((m − 1) λ), the trace added up over the entries (i, i) and (i, j).

    D = diag(1 where x̂_i > 0), G = I − 11ᵀ/m and P = G − x̂ x̂ᵀ/m; λ is the mean square of an output less what
    two examples share of it.
    Raises Undefined below batches of 4, where E[1/v] is infinite.
    """
    if size < 4:
        raise Undefined("E[1/v] is infinite below batches of 4")
    active, product = pair(size)
    share = 1 / arb(size)
    own = (1 - share) * ((1 - share) / 2 - share / 2)
    other = share * share * (active + product)
    trace = size * own + size * (size - 1) * other
    return mean_inverse(size) * trace / ((size - 1) * (arb(0.5) - product))


INVERSE: dict[Any, Any] = {expectation: mean_over(v, BATCH_VARIANCE)}
"""Means over the variance of a batch."""


def rate_formula(size: sp.Expr) -> sp.Expr:
    """R for ReLU: E[1/v] E tr(D G D P)/((m − 1) λ), the means over one example by symmetry, those over two at
    an angle with cosine −1/(m − 1) in polar coordinates."""
    at = {theta: angle, m: size}
    active, product = (e.xreplace({theta: angle}).xreplace({m: size}) / 2 for e in (both_active, both_linear))
    inverse = INVERSE[expectation].of(1 / v).xreplace(at)
    trace = projected_trace(
        m / 2, m / 2 + m * (m - 1) * active, m / 2, m / 2 + m * (m - 1) * product
    ).xreplace({m: size})
    return inverse * trace / ((size - 1) * (sp.S.Half - product))


def _rate(e: sp.Basic, world: World) -> Number:
    return relu_rate_of(whole(e.args[0], world))


@cache
def _half_line() -> tuple[arb, arb]:
    """Var ReLU(Z) and E[ReLU′(Z)²]."""
    mean = fast_integral(lambda u: u * _density(u), 0.0, math.inf)
    square = fast_integral(lambda u: u**2 * _density(u), 0.0, math.inf)
    return square - mean**2, fast_integral(_density, 0.0, math.inf)


def block_formula(number: sp.Expr) -> sp.Expr:
    """1 + 2 E[σ′²]/v_l with v_l = 1 + 2 l Var σ for ReLU."""
    square, middle, slope = (sp.Integral(z**k * density(z), (z, 0, sp.oo)) for k in (2, 1, 0))
    return 1 + 2 * slope / (1 + 2 * (square - middle**2) * number)


def _block(e: sp.Basic, world: World) -> Number:
    """1 + 2 E[σ′²]/v_l, the variance v_l built up block by block from normal inputs."""
    added, slope = _half_line()
    spread = arb(1)
    for _ in range(rounds(e.args[0], world)):
        spread = spread + 2 * added
    return 1 + 2 * slope / spread


RATE: dict[Any, Any] = {R: Formula(rate_formula, _rate)}
BLOCKS: dict[Any, Any] = {growth: Formula(block_formula, _block)}
