"""The Jacobian of a network at one input, and the singular values of a long product of matrices.

J = ∂aᴸ/∂a⁰ = Σ′(zᴸ) wᴸ … Σ′(z¹) w¹. The singular values of a deep product differ by more powers of ten than
float64 has digits, and an SVD of the multiplied-out product loses all but the largest. Here the product is
kept as Q · diag(d) · T with Q orthogonal and T well conditioned, renewed by a QR factorisation with column
pivoting at every layer; then a one-sided Jacobi SVD, which is accurate to the last digits for the small ones
too (Drmač & Veselić 2008, SIAM J. Matrix Anal. Appl. 29; LAPACK's dgejsv).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import lapack, qr

from analysis.numeric.arguments import finite, instance, real_array, several, whole
from analysis.numeric.compiled import compiled
from analysis.numeric.network import Network, forward
from analysis.numeric.norms import tamed
from analysis.numeric.threads import one_thread
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64]
_WIDEST = 1e-280  # smallest d relative to the largest: beyond it float64 itself ends


@dataclass(frozen=True, eq=False)
class Spectrum:
    """log s_1 ≥ log s_2 ≥ … (natural logarithms), min(n₀, n_L) of them; −inf where a singular value is 0."""

    log_values: Floats

    @property
    def log_volume(self) -> float:
        """Σ log s_i; log|det J| where J is square."""
        return float(self.log_values.sum())

    @property
    def decades(self) -> float:
        """Powers of ten from the smallest to the largest singular value."""
        return float((self.log_values[0] - self.log_values[-1]) / np.log(10.0))


def layer_matrices(network: Network, x: ArrayLike) -> tuple[Floats, ...]:
    """Σ′(zˡ) wˡ (n_l, n_{l−1}) for l = 1 … L at the input x (n₀,). Raises ValueError on a wrong shape or NaN.

    >>> one = Network((2, 1), weights=([[1.0, -1.0]],), biases=([0.0],))
    >>> layer_matrices(one, [1.0, 1.0])  # σ′(0) = 1/4
    (array([[ 0.25, -0.25]]),)
    """
    return tuple(s[:, None] * w for s, w in zip(_slopes(network, x), network.weights, strict=True))


def jacobian(network: Network, x: ArrayLike) -> Floats:
    """∂aᴸ/∂a⁰ (n_L, n₀), multiplied out from the side on which the products are smaller.

    Raises as ``layer_matrices``, and OverflowError where an entry exceeds 1.8e308;
    ``jvp`` and ``vjp`` do too.
    """
    slopes, weights = _slopes(network, x), network.weights
    with np.errstate(all="ignore"):
        return _within(_multiplied_out(network, slopes, weights))


def _within(found: Floats) -> Floats:
    if not finite(found):
        raise OverflowError("the product leaves float64: ``spectrum`` of ``layer_matrices`` gives logarithms")
    return found


def _multiplied_out(network: Network, slopes: list[Floats], weights: Sequence[Floats]) -> Floats:
    if network.sizes[-1] < network.sizes[0]:
        product = slopes[-1][:, None] * weights[-1]
        for s, w in zip(slopes[-2::-1], weights[-2::-1], strict=True):
            product *= s
            product = product @ w
        return product
    product = slopes[0][:, None] * weights[0]
    for s, w in zip(slopes[1:], weights[1:], strict=True):
        product = w @ product
        product *= s[:, None]
    return product


def _slopes(network: Network, x: ArrayLike) -> list[Floats]:
    """σ′(zˡ) (n_l,) for l = 1 … L."""
    instance("network", network, Network)
    row = real_array("x", x, (network.sizes[0],))
    found = []
    for l, z in enumerate(forward(network, row[None]).z, start=1):
        name = network.activation if l < network.depth else network.output
        found.append(compiled(activation(name).slope, z_symbol)(z[0]))
    return found


def jvp(network: Network, x: ArrayLike, v: ArrayLike) -> Floats:
    """J v (n_L,) for a direction v (n₀,), without forming J: forward mode."""
    matrices = layer_matrices(network, x)
    out = real_array("v", v, (network.sizes[0],))
    with np.errstate(all="ignore"):
        for m in matrices:
            out = m @ out
    return _within(out)


def vjp(network: Network, x: ArrayLike, u: ArrayLike) -> Floats:
    """Jᵀ u (n₀,) for u (n_L,), without forming J: what back-propagation does."""
    matrices = layer_matrices(network, x)
    out = real_array("u", u, (network.sizes[-1],))
    with np.errstate(all="ignore"):
        for m in reversed(matrices):
            out = m.T @ out
    return _within(out)


def spectrum(matrices: Sequence[ArrayLike], every: int = 1) -> Spectrum:
    """Singular values of M_L ⋯ M_1 for matrices M_1, …, M_L, the first applied first.

    ``every`` is how many matrices are multiplied between two factorisations; more than 1 loses digits.
    Raises ValueError for shapes that do not fit, NaN, or a product whose singular values differ by more
    than 280 powers of ten, 0 apart.

    >>> round(spectrum([np.diag([1.0, 1e-3])] * 50).decades, 9)
    150.0
    """
    checked, every = _checked(matrices), whole("every", every)
    shape = checked[0].shape[1]
    with one_thread():  # more make the pivoted factorisation two to three times slower
        log_d, t = _factored(checked, every)
    return Spectrum(_jacobi(log_d, t, min(shape, checked[-1].shape[0])))


def _factored(matrices: Sequence[Floats], every: int) -> tuple[Floats, Floats]:
    """log d and T of the product Q diag(d) T."""
    shape = matrices[0].shape[1]
    q, log_d, t = np.eye(shape), np.zeros(shape), np.eye(shape)
    for first in range(0, len(matrices), every):
        log_scale, log_spread = 0.0, 0.0
        for given in matrices[first : first + every]:
            m, log_size = tamed(given)
            q, log_scale = m @ q, log_scale + log_size
            log_spread += _log_spread(given)
        top = log_d.max() if np.isfinite(log_d).any() else 0.0
        scaled = np.exp(log_d - top)
        _within_reach(log_d)
        q, r, order = qr(q * scaled, mode="economic", pivoting=True)
        size = np.abs(np.diag(r))
        safe = np.where(size > 0.0, size, 1.0)
        t = (r / safe[:, None]) @ t[order]
        with np.errstate(divide="ignore"):
            log_d = top + np.log(size) + log_scale
        _within_reach(log_d, lost=log_spread > -math.log(_WIDEST))
    return log_d, t


def _log_spread(m: Floats) -> float:
    """log of the largest |entry| over the smallest that is not 0."""
    logs = np.log(np.abs(m[m != 0.0]))
    return float(logs.max() - logs.min()) if logs.size else 0.0


def _within_reach(log_d: Floats, lost: bool = False) -> None:
    """Raises ValueError where a d is too small against the largest,
    or is 0 where its entries may have been ``lost`` to underflow."""
    known = log_d[np.isfinite(log_d)]
    if (lost and known.size < log_d.size) or (known.size and known.min() - known.max() < math.log(_WIDEST)):
        raise ValueError(
            "matrices must give singular values within 280 powers of ten of each other: take fewer layers, "
            "or scale their rows"
        )


def direct_log_values(matrices: Sequence[ArrayLike]) -> Floats:
    """log of the singular values by an SVD of the product, multiplied out and scaled:
    what loses the small ones."""
    product, log_scale = np.eye(_checked(matrices)[0].shape[1]), 0.0
    for m, log_size in map(tamed, _checked(matrices)):
        product, log_scale = m @ product, log_scale + log_size
        size = np.abs(product).max()
        if size > 0.0:
            product, log_scale = product / size, log_scale + float(np.log(size))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.linalg.svd(product, compute_uv=False)) + log_scale)


def _jacobi(log_d: Floats, t: Floats, count: int) -> Floats:
    """log singular values of diag(d) t by one-sided Jacobi, −inf for those that are 0."""
    found = np.full(count, -np.inf)
    rows = np.isfinite(log_d)
    if not rows.any():
        return found
    top = log_d[rows].max()
    columns = (np.exp(log_d[rows] - top)[:, None] * t[rows]).T
    # joba 0 ("C"): columns may differ in size by any factor; jobr 0: small ones are kept; no vectors, no
    # transposing, no perturbing
    sva, _, _, work, _, info = lapack.dgejsv(columns, joba=0, jobu=3, jobv=3, jobr=0, jobt=1, jobp=1)
    if info != 0:
        raise ValueError(f"matrices must give a product whose Jacobi SVD converges; dgejsv returned {info}")
    with np.errstate(divide="ignore"):
        logs = np.log(sva) + np.log(work[0] / work[1]) + top
    found[: len(logs)] = np.sort(logs)[::-1]
    return found


def _checked(matrices: Sequence[ArrayLike]) -> list[Floats]:
    arrays = [real_array(f"matrices[{k}]", m) for k, m in enumerate(several("matrices", matrices))]
    if not arrays:
        raise ValueError("matrices must hold at least one matrix")
    for k, m in enumerate(arrays):
        if m.ndim != 2 or 0 in m.shape:
            raise ValueError(f"matrices[{k}] must have two dimensions, not shape {m.shape}")
        if k and m.shape[1] != arrays[k - 1].shape[0]:
            raise ValueError(
                f"matrices[{k}] must have {arrays[k - 1].shape[0]} columns, the rows of the one before, not "
                f"{m.shape[1]}"
            )
    return arrays
