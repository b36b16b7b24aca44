"""λ of tied chains, b = −w/2, that start beside the centre a = ½, by simulation.

There σ(z) − ½ would cancel to exactly 0 for small z and put chains on the centre that are beside it;
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

from analysis.numeric.log_product import mean_log_normal, simulate
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
_MARGIN = 0.1
"""Where E log|w| < log 4 − 0.1 every chain ends at the centre, and a − ½ = 0 in float64 is right."""

CENTRED = dataclasses.replace(
    SIGMOID, name="centred sigmoid", formula=SIGMOID.formula - sp.S.Half, safe_formula=sp.tanh(z / 2) / 2
)
"""σ(z) − ½, evaluated as tanh(z/2)/2.
With b = −w/2 a sigmoid layer sees w (a − ½): the same chain, without biases, of this activation."""


@dataclass(frozen=True, eq=False)
class OffCentre:
    """λ of tied chains that start beside the centre: mean over chains with standard errors; shape (n,)."""

    stds: Floats
    lam: Floats
    standard_error: Floats
    layers: int
    """λ is the mean over the layers from ``layers`` + 1 to 2 ``layers``."""


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
