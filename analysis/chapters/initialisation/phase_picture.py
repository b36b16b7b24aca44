"""Where in the plane of depth and weight scale gradients vanish or explode,
and how width moves the border."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.sweep.sweep import Sweep, sweep

Floats = NDArray[np.float64]
SMALL, LARGE = 1e-3, 1e3
"""‖δ¹‖/‖δᴸ‖ below the first counts as vanished, above the second as exploded,
wherever the book counts them."""


@dataclass(frozen=True, eq=False)
class PhasePicture:
    """log10[i, k]: median over replicates of log₁₀(‖δ¹‖/‖δᴸ‖) at the i-th value of ``rows``,
    k-th of ``scales`` (σ_w).

    ``row_name`` is depth or width. −inf where the gradient is exactly 0.
    ``activation``, ``fixed`` (the other of the two).
    """

    row_name: str
    rows: tuple[int, ...]
    scales: Floats
    activation: str
    fixed: int
    log10: Floats
    replicates: int
    seed: int


@cache
def phase_picture(
    activation: str = "tanh",
    *,
    depths: tuple[int, ...] = (2, 4, 7, 10, 15, 20, 30, 40),
    low: float = 0.3,
    high: float = 10.0,
    count: int = 21,
    width: int = 50,
    replicates: int = 3,
    seed: int = 1,
) -> PhasePicture:
    """Depth against σ_w at one width."""
    scales = _scales(low, high, count)
    found = sweep(
        "gradient-size",
        {"depth": depths, "scale": scales.tolist(), "width": width, "activation": activation},
        replicates=replicates,
        seed=seed,
    )
    return PhasePicture("depth", depths, scales, activation, width, _median(found), replicates, seed)


@cache
def scale_by_width(
    activation: str = "tanh",
    *,
    widths: tuple[int, ...] = (1, 4, 16, 64),
    low: float = 0.1,
    high: float = 1000.0,
    count: int = 25,
    depth: int = 20,
    replicates: int = 9,
    seed: int = 2,
) -> PhasePicture:
    """Width against σ_w at one depth: large scales explode in a wide network and saturate a narrow one."""
    scales = _scales(low, high, count)
    found = sweep(
        "gradient-size",
        {"width": widths, "scale": scales.tolist(), "depth": depth, "activation": activation},
        replicates=replicates,
        seed=seed,
    )
    return PhasePicture("width", widths, scales, activation, depth, _median(found), replicates, seed)


def _scales(low: float, high: float, count: int) -> Floats:
    return np.array([float(f"{x:.6g}") for x in np.geomspace(low, high, count)])


def _median(found: Sweep) -> Floats:
    with np.errstate(invalid="ignore"):  # the mean of −inf and −inf
        return np.asarray(np.median(found.measure("log_ratio"), axis=-1) / np.log(10.0))
