"""Lyapunov exponents of products of random matrices, by accumulated QR factorisations, with error bars.

M_j Q_{j−1} = Q_j R_j with Q_j orthogonal and R_j upper triangular; λ_i is the mean of log|R_j,ii| over the
layers (Benettin, Galgani, Giorgilli & Strelcyn 1980, part 2).
Several independent products run at once, and their spread gives the standard error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import finite, generator, number, positive, real_array, whole
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import power_of_two
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64]
_LOG_TINY = math.log(np.finfo(float).tiny)
"""Below it a number loses digits, or is rounded to 0."""


@dataclass(frozen=True, eq=False)
class Exponents:
    """λ_1 ≥ … ≥ λ_n up to their errors, natural logarithms per layer, and the standard error of each;
    shape (n,).

    Where a product is singular its λ is −inf, and has no standard error (NaN).
    """

    values: Floats
    standard_errors: Floats
    rates: Floats
    """Of each independent product; shape (replicates, n)."""
    depth: int
    """Layers that count, those of the burn-in left out."""


def exponents(matrices: Iterable[Floats], burn_in: int = 0, largest: int | None = None) -> Exponents:
    """λ of a product of matrices, given layer by layer in arrays of shape (replicates, n, n), replicates ≥ 2.

    The first ``burn_in`` layers only turn Q. With ``largest`` only so many of them, which is cheaper: the
    leading columns of Q do not depend on the others. Raises ValueError for a wrong shape, NaN, no layer after
    the burn-in, or entries of a singular matrix so far apart that one may have been rounded to 0.
    """
    burn_in = whole("burn_in", burn_in, 0)
    largest = None if largest is None else whole("largest", largest)
    q: Floats | None = None
    total: Floats | None = None
    depth = 0
    if isinstance(matrices, str) or not hasattr(matrices, "__iter__"):
        raise TypeError(f"matrices must be arrays, one for each layer, not {type(matrices).__name__}")
    for layer, given in enumerate(matrices):
        m = real_array(f"matrices[{layer}]", given)
        if (
            m.ndim != 3
            or m.shape[0] < 2
            or m.shape[1] != m.shape[2]
            or (q is not None and m.shape[:2] != q.shape[:2])
        ):
            raise ValueError(
                f"matrices must hold arrays of one shape (replicates, n, n), replicates ≥ 2, not {m.shape}"
            )
        if q is None or total is None:
            columns = np.eye(m.shape[1])[:, :largest]
            q, total = (
                np.broadcast_to(columns, (len(m), *columns.shape)),
                np.zeros((len(m), columns.shape[1])),
            )
        scaled, log_size = _in_range(m)
        q, r = np.linalg.qr(scaled @ q)
        size = np.abs(np.diagonal(r, axis1=1, axis2=2))
        if ((size == 0.0) & (_log_smallest(m) - log_size < _LOG_TINY)).any():
            raise ValueError(f"matrices[{layer}] must have entries within 600 powers of ten of each other")
        if layer >= burn_in:
            with np.errstate(divide="ignore"):
                total = total + np.log(size) + log_size
            depth += 1
    if total is None or not depth:
        raise ValueError(f"matrices must hold more than burn_in = {burn_in} layers")
    rates = total / depth
    with np.errstate(invalid="ignore"):
        error = rates.std(axis=0, ddof=1) / math.sqrt(len(rates))
    return Exponents(rates.mean(axis=0), error, rates, depth)


def _in_range(m: Floats) -> tuple[Floats, Floats]:
    """(m/s, log s) with s (replicates, 1) a power of two for each matrix,
    1 unless sums over it may overflow or underflow."""
    scale = power_of_two(m, (1, 2))
    scale = scale / np.clip(scale, 2.0**-960, 2.0**960)
    return (m if (scale == 1.0).all() else m / scale), np.log(scale[:, :, 0])


def _log_smallest(m: Floats) -> Floats:
    """log of the smallest |entry| of each matrix that is not 0, (replicates, 1)."""
    sizes = np.abs(m)
    return np.asarray(np.log(np.where(sizes > 0.0, sizes, np.inf).min(axis=(1, 2)))[:, None])


def gaussian_matrices(
    width: int, std: float, depth: int, replicates: int, rng: np.random.Generator
) -> Iterator[Floats]:
    """``depth`` arrays of ``replicates`` matrices with independent entries N(0, std²)."""
    _sizes(width, depth, replicates)
    std, rng = positive("std", std), generator("rng", rng)
    for _ in range(depth):
        with np.errstate(over="ignore"):
            m = std * rng.standard_normal((replicates, width, width))
        if not finite(m):
            raise OverflowError(f"std must leave the entries within float64, not {std:g}")
        yield m


def network_matrices(
    name: str,
    width: int,
    weight_std: float,
    bias_std: float,
    depth: int,
    replicates: int,
    rng: np.random.Generator,
) -> Iterator[Floats]:
    """Σ′(zˡ) wˡ of ``replicates`` random networks, each along one input:
    w_jk ~ N(0, weight_std²), b_j ~ N(0, bias_std²).

    The input is standard normal. Raises ValueError for an unknown activation or numbers out of range,
    OverflowError where a weighted input or a matrix leaves float64.
    """
    of = activation(name)
    _sizes(width, depth, replicates)
    weight_std = positive("weight_std", weight_std)
    bias_std, rng = number("bias_std", bias_std, least=0.0), generator("rng", rng)
    value, slope = compiled(of.value, z_symbol), compiled(of.slope, z_symbol)
    a = rng.standard_normal((replicates, width))
    for layer in range(1, depth + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            w = weight_std * rng.standard_normal((replicates, width, width))
            z = np.einsum("rij,rj->ri", w, a) + bias_std * rng.standard_normal((replicates, width))
            a = value(z)
            m = slope(z)[:, :, None] * w
        if not (finite(z) and finite(m)):
            raise OverflowError(
                f"z leaves float64 in layer {layer}: weight_std and bias_std must be smaller, or depth"
            )
        yield m


def _sizes(width: int, depth: int, replicates: int) -> None:
    for name, x, least in (("width", width, 1), ("depth", depth, 1), ("replicates", replicates, 2)):
        whole(name, x, least)
