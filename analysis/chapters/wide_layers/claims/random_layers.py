"""The closed form of the exponents of Gaussian matrices, theory against simulation."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp

from analysis.chapters.wide_layers.claims.gaussian_exponents import PSI
from analysis.chapters.wide_layers.gaussian_exponents import psi
from analysis.chapters.wide_layers.random_layers import gaussian
from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.world import Estimate, Given
from analysis.numeric.lyapunov import Exponents
from analysis.symbolic.display import plus, times

WIDTH, DEPTH, REPLICATES = 8, 100, 2000
_lam = sp.IndexedBase(r"\lambda")


@cache
def drawn() -> Exponents:
    """2,000 products of 100 matrices, 8 × 8 with entries N(0, 1/8)."""
    return gaussian(WIDTH, WIDTH**-0.5, DEPTH, REPLICATES, np.random.default_rng(5))


def is_(index: int, dimensions: int) -> sp.Eq:
    """λ_index = ½ (log(2/8) + ψ(dimensions/2)), the digamma function left as it is."""
    half = psi(sp.Rational(dimensions, 2))
    return sp.Eq(_lam[index], times(sp.S.Half, plus(sp.log(sp.Rational(2, WIDTH)), half)), evaluate=False)


def right(index: int) -> sp.Eq:
    """The closed form; a test compares it with ``gaussian_exponent``."""
    return is_(index, WIDTH - index + 1)


def _simulated(index: int) -> Estimate:
    """λ_index of the simulation with its standard error."""
    return Estimate(float(drawn().values[index - 1]), float(drawn().standard_errors[index - 1]))


SIMULATED = {
    _lam[index]: Given(lambda world, index=index: _simulated(index))  # type: ignore[misc]
    for index in range(1, WIDTH + 1)
}
"""λ_1 … λ_8, each from the simulation."""

CLAIMS = tuple(
    Claim(
        label=f"gaussian-exponent-{name}",
        sentence=(
            f"In the {name} exponent of {WIDTH} × {WIDTH} Gaussian matrices ψ stands at "
            f"{sp.Rational(WIDTH - index + 1, 2)}."
        ),
        statement=right(index),
        check=None,
        scope=f"entries N(0, 1/{WIDTH}); {REPLICATES:,} products of {DEPTH} matrices, QR at every layer",
        false_sibling=is_(index, WIDTH - index + 2),
        domain=domain(means={**SIMULATED, **PSI}),
    )
    for name, index in (("largest", 1), ("middle", 4), ("smallest", 8))
)
