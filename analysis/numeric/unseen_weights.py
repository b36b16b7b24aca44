"""Random networks without their weight matrices: of a normal matrix only what meets a vector is drawn.

W has independent N(0, s²) entries. On the way forward it meets the k vectors of a layer, a (k, n); with their
orthonormal frame Q (n, k), a = (QR)ᵀ, W Q has independent N(0, s²) entries and W aᵀ = W Q R. On the way back
δ W = δ W Q Qᵀ + δ W (1 − QQᵀ): the first part is known, and in the second W is as it was before, independent
of all that was seen. So (k, n) numbers a layer and direction do for (n, n), and the law is the very same.

Each matrix may meet one layer forward and one back, in this order; where weights are needed themselves, or
have another law, draw them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Met(NamedTuple):
    """What is known of N matrices W (m, n): ``image`` (N, m, k) is W times ``frame`` (N, n, k); the
    rest of W has entries of standard deviation ``spread``."""

    frame: Floats
    image: Floats
    spread: float


def forward(a: Floats, outputs: int, spread: float, rng: np.random.Generator) -> tuple[Floats, Met]:
    """W a for N matrices (outputs, n) and k vectors each, (N, k, n) → (N, k, outputs), and what is then known
    of them."""
    frame, r = _frame(a)
    image = spread * rng.standard_normal((len(a), outputs, a.shape[1]))
    return _times(image, r).swapaxes(1, 2), Met(frame, image, spread)


def backward(delta: Floats, met: Met, rng: np.random.Generator) -> Floats:
    """δ W for the k rows of δ, (N, k, outputs) → (N, k, n)."""
    _, r = _frame(delta)
    rest = rng.standard_normal((len(delta), r.shape[1], met.frame.shape[1]))
    rest = met.spread * _times(r.swapaxes(1, 2), rest)
    known = _times(delta, met.image) - _times(rest, met.frame)
    return np.asarray(rest + _times(known, met.frame.swapaxes(1, 2)))


def _frame(a: Floats) -> tuple[Floats, Floats]:
    """Q (N, n, k) and R (N, k, k) with aᵀ = Q R; of one vector its direction and its length."""
    if a.shape[1] > 2:
        found = np.linalg.qr(a.swapaxes(1, 2))
        return found.Q, found.R
    first, length = _direction(a[:, 0])
    if a.shape[1] == 1:
        return first[:, :, None], length[:, :, None]
    frame, r = np.empty(a.swapaxes(1, 2).shape), np.zeros((len(a), 2, 2))
    along = np.einsum("ni,ni->n", first, a[:, 1])[:, None]
    across = a[:, 1] - along * first
    again = np.einsum("ni,ni->n", first, across)[:, None]  # for two that are nearly parallel
    frame[:, :, 0], r[:, 0, 0] = first, length[:, 0]
    r[:, 0, 1] = (along + again)[:, 0]
    least = 1e-14 * np.sqrt(np.einsum("ni,ni->n", a[:, 1], a[:, 1]))[:, None]
    frame[:, :, 1], across_length = _direction(across - again * first, least)
    r[:, 1, 1] = across_length[:, 0]
    return frame, r


def _direction(x: Floats, least: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """x (N, n) over its length, and the lengths (N, 1); both 0 where x is no longer than ``least``."""
    length = np.sqrt(np.einsum("ni,ni->n", x, x))[:, None]
    there = length > least
    return np.where(there, x / np.where(there, length, 1.0), 0.0), np.where(there, length, 0.0)


def _times(p: Floats, q: Floats) -> Floats:
    """The matrix product; of a column or of one number by the row, which is faster than a product each."""
    return np.asarray(p * q if p.shape[2] == q.shape[1] == 1 else p @ q)
