"""Lyapunov exponents of products of random matrices, by accumulated QR factorisations, with error bars.

M_j Q_{j−1} = Q_j R_j with Q_j orthogonal and R_j upper triangular; λ_i is the mean of log|R_j,ii| over the layers (Benettin, Galgani,
Giorgilli & Strelcyn 1980). Several independent products run at once, and their spread gives the standard error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Exponents:
    """λ_1 ≥ … ≥ λ_n up to their errors, natural logarithms per layer, and the standard error of each; shape (n,)."""

    values: Floats
    standard_errors: Floats
    rates: Floats
    """Of each independent product; shape (replicates, n)."""
    depth: int
    """Layers that count, those of the burn-in left out."""


def exponents(matrices: Iterable[Floats], burn_in: int = 0, largest: int | None = None) -> Exponents:
    """λ of a product of matrices, given layer by layer in arrays of shape (replicates, n, n), replicates ≥ 2.

    The first ``burn_in`` layers only turn Q. With ``largest`` only so many of them, which is cheaper: the leading columns of
    Q do not depend on the others. Raises ValueError for a wrong shape, NaN, or no layer after the burn-in.
    """
    if isinstance(burn_in, bool) or not isinstance(burn_in, int) or burn_in < 0:
        raise ValueError(f"burn_in must be an integer of at least 0, not {burn_in!r}")
    if largest is not None and (isinstance(largest, bool) or not isinstance(largest, int) or largest < 1):
        raise ValueError(f"largest must be an integer of at least 1, not {largest!r}")
    q: Floats | None = None
    total: Floats | None = None
    depth = 0
    for layer, m in enumerate(matrices):
        if (
            m.ndim != 3
            or m.shape[0] < 2
            or m.shape[1] != m.shape[2]
            or (q is not None and m.shape[:2] != q.shape[:2])
        ):
            raise ValueError(
                f"matrices must hold arrays of one shape (replicates, n, n), replicates ≥ 2, not {m.shape}"
            )
        if not np.isfinite(m).all():
            raise ValueError(f"matrices must be finite: layer {layer + 1} holds NaN or infinity")
        if q is None or total is None:
            columns = np.eye(m.shape[1])[:, :largest]
            q, total = (
                np.broadcast_to(columns, (len(m), *columns.shape)),
                np.zeros((len(m), columns.shape[1])),
            )
        q, r = np.linalg.qr(m @ q)
        if layer >= burn_in:
            with np.errstate(divide="ignore"):
                total = total + np.log(np.abs(np.diagonal(r, axis1=1, axis2=2)))
            depth += 1
    if total is None or not depth:
        raise ValueError(f"matrices must hold more than burn_in = {burn_in} layers")
    rates = total / depth
    error = rates.std(axis=0, ddof=1) / math.sqrt(len(rates))
    return Exponents(rates.mean(axis=0), error, rates, depth)


def gaussian_matrices(
    width: int, std: float, depth: int, replicates: int, rng: np.random.Generator
) -> Iterator[Floats]:
    """``depth`` arrays of ``replicates`` matrices with independent entries N(0, std²)."""
    _sizes(width, std, depth, replicates)
    for _ in range(depth):
        yield std * rng.standard_normal((replicates, width, width))


def network_matrices(
    name: str,
    width: int,
    weight_std: float,
    bias_std: float,
    depth: int,
    replicates: int,
    rng: np.random.Generator,
) -> Iterator[Floats]:
    """Σ′(zˡ) wˡ of ``replicates`` random networks, each along one input: w_jk ~ N(0, weight_std²), b_j ~ N(0, bias_std²).

    The input is standard normal. Raises ValueError for an unknown activation or numbers out of range.
    """
    of = activation(name)
    _sizes(width, weight_std, depth, replicates)
    if not (math.isfinite(bias_std) and bias_std >= 0.0):
        raise ValueError(f"bias_std must be a finite number ≥ 0, not {bias_std!r}")
    value, slope = compiled(of.value, z_symbol), compiled(of.slope, z_symbol)
    a = rng.standard_normal((replicates, width))
    for _ in range(depth):
        w = weight_std * rng.standard_normal((replicates, width, width))
        z = np.einsum("rij,rj->ri", w, a) + bias_std * rng.standard_normal((replicates, width))
        a = value(z)
        yield slope(z)[:, :, None] * w


def _sizes(width: int, std: float, depth: int, replicates: int) -> None:
    for name, x, least in (("width", width, 1), ("depth", depth, 1), ("replicates", replicates, 2)):
        if isinstance(x, bool) or not isinstance(x, (int, np.integer)) or x < least:
            raise ValueError(f"{name} must be an integer of at least {least}, not {x!r}")
    if not (math.isfinite(std) and std > 0.0):
        raise ValueError(f"the standard deviation of the weights must be a finite number > 0, not {std!r}")
