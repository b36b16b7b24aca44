"""λ against the weight scale: weights of mean 0 without biases, and biases tied to their weights.

Untied: w ~ N(0, s²), b = 0; λ by quadrature. Tied: b = −w/2, so that a = ½ is a fixed point of every layer;
an input exactly there has λ = E log|w| − log 4, any other input the λ of a simulation. There σ(z) − ½ would
cancel to exactly 0 for small z and put chains on the centre that are beside it;
tanh(z/2)/2 is the same function without the subtraction.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from analysis.chapters.explosion.balance import gain_bound, s
from analysis.chapters.quarter_bound.log_product import exponent, mean_log_normal, simulate
from analysis.numeric.arguments import real_array
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
_MARGIN = 0.1
"""Where E log|w| < log 4 − 0.1 every chain ends at the centre, and a − ½ = 0 in float64 is right."""

CENTRED = dataclasses.replace(
    SIGMOID,
    name="centred sigmoid",
    formula=SIGMOID.formula - sp.S.Half,
    safe_formula=sp.tanh(z / 2) / 2,
)
"""σ(z) − ½, evaluated as tanh(z/2)/2.
With b = −w/2 a sigmoid layer sees w (a − ½): the same chain, without biases, of this activation."""


@dataclass(frozen=True, eq=False)
class Balance:
    """λ against the standard deviation of the weights; arrays of shape (n,), natural logarithms."""

    stds: Floats
    independent: Floats
    """Zero biases, by quadrature under the stationary law."""
    bound: Floats
    """The proved upper bound, min(E log|w| − E|w|/2, E log|w| − log 4)."""
    tied_at_centre: Floats
    """b = −w/2 and every z = 0: E log|w| − log 4."""


@dataclass(frozen=True, eq=False)
class OffCentre:
    """λ of tied chains that start beside the centre: mean over chains with standard errors; shape (n,)."""

    stds: Floats
    lam: Floats
    standard_error: Floats
    layers: int
    """λ is the mean over the layers from ``layers`` + 1 to 2 ``layers``."""


def balance(stds: Sequence[float]) -> Balance:
    """The curves that need no simulation, λ to five digits; raises ValueError for a standard deviation that
    is not positive, or is so large (thousands) that the rule does not fit in memory.
    """
    grid = real_array("stds", stds, ("n",))
    independent = np.array([exponent(SIGMOID, float(x), 0.0, nodes=24).lam for x in grid])
    log_weight = np.array([mean_log_normal(float(x)) for x in grid])
    centre = log_weight - math.log(4.0)
    return Balance(grid, independent, np.minimum(compiled(gain_bound(), s)(grid), centre), centre)


def largest_independent(low: float = 1.0, high: float = 8.0) -> tuple[float, float]:
    """The standard deviation between ``low`` and ``high`` with the largest λ (zero biases), and that λ."""
    found = minimize_scalar(
        lambda x: -exponent(SIGMOID, float(x), 0.0, nodes=24).lam,
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-7},
    )
    return float(found.x), -float(found.fun)


def off_centre(
    stds: Sequence[float], rng: np.random.Generator, chains: int = 4000, layers: int = 1000
) -> OffCentre:
    """λ over the second ``layers`` layers of tied chains started at a = 1 (a − ½ = ½),
    as far off the centre as can be.

    The standard error is that of the mean over the independent chains. Raises ArithmeticError where a chain
    cannot be followed: at the balancing scale and beyond it a − ½ grows again after it was small,
    but not once it is 0 in float64.
    """
    rates = []
    for x in stds:
        run = simulate(
            CENTRED,
            rng,
            depths=(layers, 2 * layers),
            chains=chains,
            weight_std=float(x),
            bias_std=0.0,
            burn_in=0,
        )
        lost = int(np.count_nonzero(run.last == 0.0))
        if lost and mean_log_normal(float(x)) > math.log(4.0) - _MARGIN:
            raise ArithmeticError(
                f"{lost} of {chains} chains with s = {float(x):g} are at a = 1/2 to the last digit of "
                "float64: take fewer layers"
            )
        rates.append((run.logs[:, 1] - run.logs[:, 0]) / layers)
    mean = np.array([r.mean() for r in rates])
    error = np.array([r.std(ddof=1) / math.sqrt(chains) for r in rates])
    return OffCentre(np.asarray(stds, dtype=np.float64), mean, error, layers)
