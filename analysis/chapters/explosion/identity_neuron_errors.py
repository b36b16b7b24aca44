"""How well can w₂ σ(w₁ x + b) follow x on [0, 1], for each w₁? The best error, over all w₂ and b.

σ(w₁x + b) = 1/(1 + e^{−b} e^{−w₁x}), so the neuron is A/(C + B e^{−w₁x}) with B, C ≥ 0.
An error of at most e means
|A − x (C + B e^{−w₁x})| ≤ e (C + B e^{−w₁x}) for all x: with e fixed, linear in (A, B, C). Bisection in e and
a linear programme at each step find the infimum, on a grid of x; C = 0 is the limit b → −∞.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Floats = NDArray[np.float64]


def _feasible(w: float, error: float, x: Floats) -> bool:
    """Is there a neuron with first weight w and an error of at most ``error`` at every x?"""
    e = np.exp(-w * x)
    rows = []
    for sign in (1.0, -1.0):
        spread = sign * x + error
        rows.append(np.stack([sign * np.ones_like(x), -spread * e, -spread], axis=1))
    found = linprog(
        np.zeros(3),
        A_ub=np.concatenate(rows),
        b_ub=np.zeros(2 * len(x)),
        A_eq=[[0.0, 1.0, 1.0]],
        b_eq=[1.0],
        bounds=[(None, None), (0.0, None), (0.0, None)],
    )
    return bool(found.status == 0)


def least_error(weight: float, points: int = 201, tolerance: float = 1e-6) -> float:
    """The least possible error at ``points`` places in [0, 1], to within ``tolerance``.

    A grid can only miss error: the true infimum is higher by some (w₁/points)²/80. Raises ValueError for a
    weight that is not positive and finite.
    """
    if not (np.isfinite(weight) and weight > 0.0):
        raise ValueError(f"weight must be a finite number > 0, not {weight!r}")
    x = np.linspace(0.0, 1.0, points)
    low, high = 0.0, 0.5
    while high - low > tolerance:
        middle = (low + high) / 2.0
        low, high = (low, middle) if _feasible(float(weight), middle, x) else (middle, high)
    return (low + high) / 2.0
