"""After how many layers has the balanced exploding chain lost every digit? What happened,
and what the error bound said."""

from __future__ import annotations

import math
from dataclasses import dataclass

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.numeric.chain import gradient
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]
_ALL = 17.0
"""More decimal digits than float64 holds: what an error of zero counts as."""


@dataclass(frozen=True, eq=False)
class DigitsLost:
    """Correct decimal digits of a_1 … a_L, −log10 of the relative error, from 0 to 17; shape (L,).

    The weights are w, the biases fl(−w a_0), −w/2, −w/2, …, so that float64 finds every z_j = 0. "Exact"
    means exact arithmetic on these very float64 numbers.
    """

    weight: float
    a0: float
    z_exact: Floats
    """z_j in exact arithmetic, where float64 has 0."""
    kept: Floats
    """Digits of the float64 activations that agree with the exact ones."""
    guaranteed: Floats
    """Digits that the running error bound vouches for."""
    moved: Floats
    """Digits on which the exact activations from a_0 and from the next larger float64 number agree."""
    log10_float: float
    """log10 of ∂a_L/∂b_1 in float64."""
    log10_exact: float
    """log10 of ∂a_L/∂b_1 in exact arithmetic."""
    log10_bound: float
    """The bound on their difference that comes with the float64 result."""


def digits_lost(a0: float = 0.3, weight: float = 100.0, depth: int = 16) -> DigitsLost:
    """The digits kept by float64 in a sigmoid chain of equal weights, balanced at a₀, layer by layer.

    Raises ValueError for a depth below 1, and for a weight or an a₀ that is not finite.
    """
    if depth < 1:
        raise ValueError(f"depth must be 1 or more, not {depth!r}")
    w = np.full(depth, float(weight))
    b = np.append(-(weight * a0), np.full(depth - 1, -weight / 2))
    found = gradient(SIGMOID, a0, w, b)
    a, a_error = found.forward.a[1:], found.forward.a_error[1:]
    with mpmath.workdps(60 + 3 * depth):
        zs, exact, log10_exact = _exact(a0, w, b)
        _, neighbour, _ = _exact(math.nextafter(a0, math.inf), w, b)
        kept = [_digits(abs(mpmath.mpf(p) - q) / q) for p, q in zip(a.tolist(), exact, strict=True)]
        moved = [_digits(abs(p - q) / q) for p, q in zip(neighbour, exact, strict=True)]
    return DigitsLost(
        weight=float(weight),
        a0=float(a0),
        z_exact=np.array([float(x) for x in zs]),
        kept=np.array(kept),
        guaranteed=np.array(
            [_digits(mpmath.mpf(e / x)) for e, x in zip(a_error.tolist(), a.tolist(), strict=True)]
        ),
        moved=np.array(moved),
        log10_float=float(found.b.logabs[0]) / math.log(10.0),
        log10_exact=log10_exact,
        log10_bound=float(found.b_error[0]) / math.log(10.0),
    )


def _exact(a0: float, w: Floats, b: Floats) -> tuple[list[mpmath.mpf], list[mpmath.mpf], float]:
    """z_j, a_j and log10 |∂a_L/∂b_1| at mpmath's working precision."""
    value, slope = (sp.lambdify(z, e, "mpmath") for e in (SIGMOID.formula, SIGMOID.derivative))
    a, product, zs, activations = mpmath.mpf(a0), mpmath.mpf(1), [], []
    for j, (w_j, b_j) in enumerate(zip(w.tolist(), b.tolist(), strict=True)):
        zs.append(w_j * a + b_j)
        a = value(zs[-1])
        activations.append(a)
        product *= slope(zs[-1]) * (w_j if j else 1)
    return zs, activations, float(mpmath.log10(abs(product)))


def _digits(relative_error: mpmath.mpf) -> float:
    if relative_error == 0:
        return _ALL
    return float(min(max(-mpmath.log10(relative_error), 0), _ALL))
