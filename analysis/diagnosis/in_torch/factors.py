"""What the numbers of an operation itself say of the factor on the gradient's norm: weights, normalisations,
dropout, pooling."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from analysis.diagnosis.in_torch.library import torch
from analysis.diagnosis.in_torch.statistics import sums_of_squares, wide
from analysis.diagnosis.theory import kept_by_padding


def argument(args: Any, kwargs: Any, place: int, name: str, default: Any = None) -> Any:
    """One argument of a call, by place or by name."""
    found = args[place] if len(args) > place else kwargs.get(name, default)
    return default if found is None else found


class Weights(NamedTuple):
    """fan_in, σ_w = √(fan_in · mean w²), the root mean square of the biases, whether all weights are 0, and
    Σ w² of each row (None where the rows are no units)."""

    fan_in: float
    sigma_w: float
    sigma_b: float
    zero: bool
    rows: Any


def weights(name: str, args: Any, kwargs: Any, signal: Any) -> Weights | None:
    """Of a weighted sum of ``signal``; None where its weights cannot be told from its signal."""
    bias, by_rows = None, True
    fan_in: float
    if name == "einsum":
        found = _einsum(args, signal)
        if found is None:
            return None
        w, fan_in = found
        by_rows = False
    elif name == "addmm":
        bias, w = args[0], args[2].transpose(-1, -2)
        fan_in = w.shape[-1]
    elif name in ("matmul", "mm", "bmm", "__matmul__", "__rmatmul__"):
        left, right = (args[1], args[0]) if name == "__rmatmul__" else args[:2]
        right_is_signal = right is signal and left is not signal
        w = left if right_is_signal else right.transpose(-1, -2) if right.ndim > 1 else right[None]
        fan_in = w.shape[-1]
        by_rows = w.ndim == 2
    else:
        w, bias = argument(args, kwargs, 1, "weight"), argument(args, kwargs, 2, "bias")
        fan_in = w[0].numel()
        if name.startswith("conv_transpose"):
            fan_in = _fan_in_of_transposed(w, args, kwargs)
            by_rows = False
    rows = sums_of_squares(w.flatten(1) if w.ndim > 1 else w[None])
    square = float(rows.sum()) / max(w.numel(), 1)
    shift = float(wide(bias).square().mean().sqrt()) if isinstance(bias, torch.Tensor) else 0.0
    zero = square == 0.0 and not bool(w.any())  # squares of small numbers leave float64
    return Weights(fan_in, math.sqrt(fan_in * square), shift, zero, rows if by_rows else None)


def _fan_in_of_transposed(w: Any, args: Any, kwargs: Any) -> float:
    """c k²/s²: with stride s a number of the result has so many terms, on the average."""
    d = w.ndim - 2
    stride, groups = argument(args, kwargs, 3, "stride", 1), argument(args, kwargs, 6, "groups", 1)
    strides = stride if isinstance(stride, tuple | list) else [stride] * d
    if len(strides) == 1:
        strides = [*strides] * d
    return float(w.numel() / w.shape[1] / groups / math.prod(strides))


def _einsum(args: Any, signal: Any) -> tuple[Any, int] | None:
    """The other operand, and over how many of its numbers the sum goes."""
    equation, operands = args[0], args[1:]
    if len(operands) == 1 and isinstance(operands[0], tuple | list):
        operands = operands[0]
    if not isinstance(equation, str) or len(operands) != 2:
        return None
    terms, arrow, result = equation.replace(" ", "").partition("->")
    which = 0 if operands[1] is signal else 1
    letters, w = terms.split(",")[which], operands[which]
    if not arrow or "." in letters:
        return None
    sizes = dict(zip(letters, w.shape, strict=True))
    return w, math.prod(size for letter, size in sizes.items() if letter not in result)


def of_normalisation(name: str, args: Any, kwargs: Any, rows: Any = None) -> float:
    """log of γ/√(v + ε), with the two directions that a mean and a variance take out of m (one for rms).

    ``rows``: Σ w² of each row of the weighted sum before a batch normalisation. A long row makes a large
    variance, and its gradient counts more before it: the mean over neurons is weighted with it.
    """
    x = wide(argument(args, kwargs, 0, "input"))
    if name == "batch_norm":
        return _of_batch_norm(x, args, kwargs, rows)
    if name in ("group_norm", "instance_norm"):
        instance = name == "instance_norm"
        groups = x.shape[1] if instance else argument(args, kwargs, 1, "num_groups")
        gain = argument(args, kwargs, 3 if instance else 2, "weight")
        eps = argument(args, kwargs, 7 if instance else 4, "eps", 1e-5)
        flat = x.reshape(len(x), groups, -1)
    else:
        shape = argument(args, kwargs, 1, "normalized_shape")
        gain = argument(args, kwargs, 2, "weight")
        tiny = torch.finfo(argument(args, kwargs, 0, "input").dtype).eps if name == "rms_norm" else 1e-5
        eps = argument(args, kwargs, 3 if name == "rms_norm" else 4, "eps", tiny)
        flat = x.reshape(-1, math.prod(shape if isinstance(shape, tuple | list | torch.Size) else [shape]))
    n = flat.shape[-1]
    if name == "rms_norm":
        scale, left = 1 / (flat.square().mean(dim=-1) + eps), (n - 1) / n
    else:
        scale, left = 1 / (flat.var(dim=-1, unbiased=False) + eps), max(n - 2, 0) / n
    gains = 1.0 if gain is None else float(wide(gain).square().mean())
    return _half_log(gains * left * float(scale.mean()))


def _of_batch_norm(x: Any, args: Any, kwargs: Any, rows: Any) -> float:
    names = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    gain = given.get("weight")
    if given.get("training"):
        dims = [d for d in range(x.ndim) if d != 1]
        v, m = x.var(dim=dims, unbiased=False), x.numel() // max(x.shape[1], 1)
        left = max(m - 2, 0) / max(m, 1)
    else:
        v, left = wide(given["running_var"]), 1.0
    scale = 1 / (v + given.get("eps", 1e-5))
    if gain is not None:
        scale = scale * wide(gain).square()
    if rows is not None and rows.shape == scale.shape and float(rows.sum()) > 0:
        return _half_log(left * float((scale * rows).sum() / rows.sum()))
    return _half_log(left * float(scale.mean()))


def of_padding(name: str, args: Any, kwargs: Any) -> float:
    """What zeros around the input of a convolution leave of a signal's norm, as a logarithm; 0 elsewhere."""
    if not name.startswith("conv") or name.startswith("conv_transpose"):
        return 0.0
    x, w = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "weight")
    d = w.ndim - 2
    padding, stride = argument(args, kwargs, 4, "padding", 0), argument(args, kwargs, 3, "stride", 1)
    return kept_by_padding(tuple(x.shape[-d:]), tuple(w.shape[-d:]), padding, stride)


def of_dropout(args: Any, kwargs: Any) -> float:
    """½ log(1/(1 − p)) in training: what is kept is multiplied by 1/(1 − p)."""
    p, on = argument(args, kwargs, 1, "p", 0.5), argument(args, kwargs, 2, "training", True)
    return -0.5 * math.log1p(-p) if on and p < 1 else 0.0


def of_pool(name: str, many: int, few: int, args: Any, kwargs: Any) -> float:
    """A mean of r numbers divides the gradient's norm by √r, a sum multiplies it by √r, the largest of them
    keeps it; NaN where windows overlap."""
    if not 0 < few <= many:
        return math.nan
    ratio = 0.5 * math.log(many / few)
    if name == "sum":
        return ratio
    if "pool" in name and not name.startswith("adaptive"):
        d = int(name[name.index("pool") + 4])
        window = _each(argument(args, kwargs, 1, "kernel_size"), d)
        stride = _each(argument(args, kwargs, 2, "stride") or window, d)
        if any(s < k for s, k in zip(stride, window, strict=True)):
            return math.nan
        if name.startswith("avg"):
            return -0.5 * math.log(math.prod(window))
    return 0.0 if "max" in name else -ratio


def _each(size: Any, d: int) -> list[int]:
    some = list(size) if isinstance(size, tuple | list) else [size]
    return some * d if len(some) == 1 else some


def _half_log(x: float) -> float:
    return 0.5 * math.log(x) if x > 0 else -math.inf if x == 0 else math.nan
