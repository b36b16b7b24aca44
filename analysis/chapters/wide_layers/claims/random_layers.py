"""The closed form of the exponents of Gaussian matrices, theory against simulation."""

from __future__ import annotations

from functools import cache

import numpy as np
import sympy as sp

from analysis.chapters.wide_layers.gaussian_exponents import gaussian_exponent, psi
from analysis.chapters.wide_layers.random_layers import gaussian
from analysis.claims.claim import Estimate, Prediction
from analysis.numeric.lyapunov import Exponents
from analysis.symbolic.display import plus, times

WIDTH, DEPTH, REPLICATES = 8, 100, 200
_lam = sp.IndexedBase(r"\lambda")


@cache
def drawn() -> Exponents:
    """200 products of 100 matrices, 8 × 8 with entries N(0, 1/8)."""
    return gaussian(WIDTH, WIDTH**-0.5, DEPTH, REPLICATES, np.random.default_rng(5))


def is_(index: int, dimensions: int) -> sp.Eq:
    """λ_index = ½ (log(2/8) + ψ(dimensions/2)), the digamma function left as it is."""
    half = psi(sp.Rational(dimensions, 2))
    return sp.Eq(_lam[index], times(sp.S.Half, plus(sp.log(sp.Rational(2, WIDTH)), half)), evaluate=False)


def right(index: int) -> sp.Eq:
    """The statement of the closed form; its number of dimensions is checked against ``gaussian_exponent``."""
    return is_(index, WIDTH - index + 1)


def theory(statement: sp.Basic) -> float:
    """The right side as a number."""
    return float(statement.rhs.doit())


def library(index: int) -> float:
    """What ``gaussian_exponent`` gives."""
    return float(gaussian_exponent(sp.Integer(WIDTH), sp.Integer(index), 1 / sp.sqrt(WIDTH)))


def simulated(index: int) -> Estimate:
    """λ_index of the simulation with its standard error."""
    return Estimate(float(drawn().values[index - 1]), float(drawn().standard_errors[index - 1]))


CLAIMS = tuple(
    Prediction(
        label=f"gaussian-exponent-{name}",
        sentence=f"In the {name} exponent of 8 × 8 Gaussian matrices ψ stands at "
        f"{sp.Rational(WIDTH - index + 1, 2)}.",
        statement=right(index),
        theory=theory,
        simulate=lambda index=index: simulated(index),  # type: ignore[misc]
        scope="entries N(0, 1/8); 200 products of 100 matrices, QR at every layer",
        false_sibling=is_(index, WIDTH - index + 2),
    )
    for name, index in (("largest", 1), ("middle", 4), ("smallest", 8))
)
