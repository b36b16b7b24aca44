"""Numbers about one tensor, summed in float64: the squares of small float32 numbers vanish in their own
format."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from analysis.diagnosis.in_torch.library import torch
from analysis.symbolic.catalogue import ACTIVATIONS

LOW_SLOPE = 0.05
"""Below this share of its largest slope an activation counts as flat."""
_GRID = np.linspace(-40.0, 40.0, 8001)


class Seen(NamedTuple):
    """forward: log of the root mean square; mean; varies: the share of the mean square that varies from
    example to example; bad: the share that is NaN or infinite."""

    forward: float
    mean: float
    varies: float
    bad: float


def wide(x: Any) -> Any:
    """The numbers in float64, on a device that has it; without a graph."""
    x = x.detach()
    return x.cpu().double() if x.device.type == "mps" else x.double()


_SCRATCH: dict[Any, Any] = {}  # by device; new memory for each tensor would take longer than its sums


def borrowed(x: Any) -> Any:
    """The same in memory that the next call takes again."""
    x = x.detach()
    if x.dtype is torch.float64 or x.device.type == "mps":
        return wide(x)
    kept = _SCRATCH.get(x.device)
    if kept is None or kept.numel() < x.numel():
        kept = _SCRATCH[x.device] = torch.empty(x.numel(), dtype=torch.float64, device=x.device)
    return kept[: x.numel()].view(x.shape).copy_(x)


def give_back() -> None:
    """Let go of that memory."""
    _SCRATCH.clear()


def _floats(*numbers: Any) -> list[float]:
    """Numbers of one device, which is waited for once."""
    if numbers[0].device.type == "cpu":
        return [x.item() for x in numbers]
    return list(torch.stack(numbers).tolist())


def seen(x: Any, axis: int = 0) -> Seen:
    """The numbers of a result; ``axis`` counts the examples."""
    if not x.numel():
        return Seen(math.nan, math.nan, math.nan, 0.0)
    x = borrowed(x)
    flat = x.reshape(-1)
    count, examples = flat.numel(), x.shape[axis] if x.ndim > 1 else 1
    squares = torch.dot(flat, flat)
    if examples > 1:  # one pass over the numbers: E var = E x² − E (mean over examples)²
        means = x.mean(dim=axis).reshape(-1)
        total, mean, common = _floats(squares, means.mean(), torch.dot(means, means))
        common /= means.numel()
    else:
        total, mean = _floats(squares, flat.mean())
        common = math.nan
    square = total / count
    if not 0 < square < math.inf:
        bad = 0.0 if square == 0 else float((~torch.isfinite(flat)).double().mean())
        return Seen(_log_size(flat) - 0.5 * math.log(count), mean, math.nan, bad)
    varies = max(1 - common / square, 0.0) * examples / (examples - 1) if examples > 1 else math.nan
    return Seen(0.5 * math.log(square), mean, varies, 0.0)


def log_norm(x: Any) -> float:
    """log of the Euclidean norm: −∞ where every number is 0, ∞ where one of them is NaN or infinite."""
    flat = borrowed(x).reshape(-1)
    total = float(torch.dot(flat, flat))
    return 0.5 * math.log(total) if 0 < total < math.inf else _log_size(flat)


def _log_size(flat: Any) -> float:
    """The same where the sum of the squares leaves float64: divided by the largest number first."""
    largest = float(flat.abs().max()) if flat.numel() else 0.0
    if not 0 < largest < math.inf:
        return -math.inf if largest == 0 else math.inf
    flat = flat / largest
    return math.log(largest) + 0.5 * math.log(float(torch.dot(flat, flat)))


def sums_of_squares(w: Any) -> Any:
    """Of each row of a matrix; in borrowed memory, for large temporaries between the results of a forward
    pass leave holes that nothing fits into."""
    large = borrowed(w)
    own = large.data_ptr() == w.data_ptr()
    return torch.linalg.vecdot(large, large) if own else large.square_().sum(dim=1)


def off(x: Any, axis: int) -> Any:
    """Which units (along ``axis``) are at 0 or below for every example: of a convolution whole channels."""
    others = [d for d in range(x.ndim) if d != axis]
    largest = x.detach().amax(dim=others) if others else x.detach()
    return (largest <= 0).cpu().numpy()


def saturated(kind: str, x: Any) -> float:
    """The share of weighted inputs at which the slope is below 1/20 of its largest, where both tails are
    flat."""
    low, high = flat_from(kind)
    if not math.isfinite(low):
        return 0.0
    x = x.detach()
    outside = torch.count_nonzero(x.clamp(low, high) != x)
    return float(outside) / max(int(x.numel()), 1)


def decided(x: Any) -> float:
    """The share of rows of a softmax in which one number is above 9/10; of its logarithm 0."""
    x = x.detach()
    if x.ndim < 1 or not x.shape[-1] > 1 or float(x.amin()) < 0:
        return 0.0
    return float((x.amax(dim=-1) > 0.9).double().mean())


@lru_cache(maxsize=64)
def flat_from(kind: str) -> tuple[float, float]:
    """Where the tails begin in which the slope stays below 1/20 of its bound; ∓∞ unless both are flat."""
    from analysis.numeric.compiled import compiled
    from analysis.symbolic.notation import z

    of = ACTIVATIONS[kind]
    steep = np.flatnonzero(np.abs(compiled(of.slope, z)(_GRID)) >= LOW_SLOPE * float(of.slope_bound))
    low, high = float(_GRID[steep[0]]), float(_GRID[steep[-1]])
    bounded = low > _GRID[0] and high < _GRID[-1]
    return (low, high) if bounded else (-math.inf, math.inf)
