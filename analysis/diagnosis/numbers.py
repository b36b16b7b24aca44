"""Numbers of one result, in float64: what every adapter fills into the record."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis.measured import Measured, Site
from analysis.numeric import norms

Floats = NDArray[np.float64]
NAMES = ("forward", "mean", "varies", "sigma_w", "sigma_b", "factor", "saturated", "bad")


def shown(log: float) -> str:
    """e^log with two digits, also where no float holds it: 5.3e+15."""
    power, rest = divmod(log / math.log(10), 1.0) if math.isfinite(log) else (log, 0.0)
    return f"{10**rest:.1f}e{int(power):+03d}" if math.isfinite(log) else ("0" if log < 0 else "infinity")


def log_norm(x: Any) -> float:
    """log of the Euclidean norm: −∞ for zeros, ∞ where a number is NaN or infinite; neither overflows nor
    underflows."""
    found = float(norms.log_norm(x))
    return math.inf if math.isnan(found) else found


def finite_mean(x: Floats) -> float:
    """The mean of what is finite; NaN where nothing is."""
    x = x[np.isfinite(x)]
    return float(x.mean()) if x.size else math.nan


def log_rms(x: Any) -> float:
    """log of the root mean square."""
    return log_norm(x) - 0.5 * math.log(max(np.size(x), 1))


def of_result(x: Any) -> dict[str, float]:
    """forward, mean, varies and bad of a result (m, …), as ``Measured`` has them."""
    x = np.asarray(x, dtype=np.float64)
    size = log_rms(x)
    bad = 0.0 if size < math.inf else float((~np.isfinite(x)).mean())
    varies = math.nan
    if x.ndim and len(x) > 1 and math.isfinite(size):
        unit = x / np.abs(x).max()
        varies = float(unit.var(axis=0, ddof=1).mean() / (unit**2).mean())
    with np.errstate(invalid="ignore", over="ignore"):
        return {
            "forward": size,
            "mean": float(x.mean()) if x.size else math.nan,
            "varies": varies,
            "bad": bad,
        }


def off(x: Any) -> NDArray[np.bool_]:
    """Which units of a rectifier's result (m, …, n) are at 0 or below for every example."""
    x = np.asarray(x)
    found: NDArray[np.bool_] = (x.reshape(-1, x.shape[-1]) <= 0.0).all(axis=0)
    return found


def tables(
    numbers: Sequence[Sequence[Mapping[str, Sequence[float]]]], off: Sequence[Sequence[Sequence[Any]]]
) -> tuple[dict[str, Floats], Floats]:
    """The arrays of a record from passes by seed and batch: the numbers of ``NAMES`` (seed, batch, site), and
    the share of units that were off in every batch (seed, site), NaN where a site has no such units."""
    arrays = {name: np.array([[one[name] for one in row] for row in numbers]) for name in NAMES}
    never = np.full((len(off), len(off[0][0])), np.nan)
    for s, row in enumerate(off):
        for k in range(never.shape[1]):
            masks = [one[k] for one in row]
            if all(mask is not None and mask.shape == masks[0].shape for mask in masks):
                never[s, k] = float(np.all(masks, axis=0).mean())
    return arrays, never


class Pass:
    """One forward and backward pass, filled site by site in the order of calls."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.rows: dict[str, list[float]] = {name: [] for name in NAMES}
        self.off: list[NDArray[np.bool_] | None] = []
        self.backward: list[list[float]] = []  # a list for each probe

    def add(self, site: Site, result: Any, off: NDArray[np.bool_] | None = None, **known: float) -> int:
        """Add a site with its result and what else is known of it; returns its place."""
        seen = {**of_result(result), **known}
        for name in NAMES:
            self.rows[name].append(seen.get(name, math.nan))
        self.sites.append(site)
        self.off.append(off)
        return len(self.sites) - 1


def joined(passes: list[list[Pass]], **others: Any) -> Measured:
    """One record of the passes of some networks (rows) on some batches; raises ValueError where these do not
    call the same operations."""
    first = passes[0][0]
    names = [(s.name, s.kind) for s in first.sites]
    if any([(s.name, s.kind) for s in one.sites] != names for row in passes for one in row):
        raise ValueError("model must call the same operations for every seed and batch")
    arrays, never = tables(
        [[one.rows for one in row] for row in passes], [[one.off for one in row] for row in passes]
    )
    known: dict[str, Any] = {"last": len(names) - 1, **arrays, **others}
    return Measured(
        sites=tuple(first.sites),
        backward=np.array([[one.backward for one in row] for row in passes]),
        never_on=never,
        **known,
    )
