"""How far back the gradient of a recurrent module reaches: ∂h_T/∂x_t, step by step.

A fused LSTM is one operation, so its steps are seen at its inputs only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.diagnosis.measured import Reach


def reach(torch: Any, module: Any, name: str, x: Any) -> Reach:
    """The module alone, on the inputs that it was given: random numbers at the last step, back to every
    input."""
    x = x.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        out = module(x)
        out = out[0] if isinstance(out, tuple) else out
        time = 1 if getattr(module, "batch_first", False) else 0
        last = out.select(time, out.shape[time] - 1)
        generator = torch.Generator().manual_seed(0)
        v = torch.randn(last.shape, generator=generator).to(last.device, last.dtype)
        (gradient,) = torch.autograd.grad(last, x, v)
    steps = gradient.double().movedim(time, 0).reshape(gradient.shape[time], -1).norm(dim=1).cpu().numpy()
    with np.errstate(divide="ignore"):
        logs = np.log(steps)
    kind = {"LSTM": "lstm", "GRU": "gru"}.get(type(module).__name__, "rnn")
    forget, scale = math.nan, math.nan
    n = int(getattr(module, "hidden_size", 0))
    recurrent = getattr(module, "weight_hh_l0", None)
    if recurrent is not None:
        scale = math.sqrt(n * float(recurrent.detach().double().square().mean()))
    if kind == "lstm" and getattr(module, "bias_ih_l0", None) is not None:
        bias = (module.bias_ih_l0 + module.bias_hh_l0).detach().double()[n : 2 * n]
        forget = float(-torch.log1p(torch.exp(-bias)).mean())
    elif kind == "lstm":
        forget = -math.log(2.0)
    return Reach(name, kind, logs[None], np.array([forget]), np.array([scale]))


def joined(runs: Sequence[Sequence[Reach]]) -> tuple[Reach, ...]:
    """The same modules of several networks or batches in one: rows are networks."""
    runs = [r for r in runs if r]
    if not runs:
        return ()
    length = min(len(r) for r in runs)
    found = []
    for k in range(length):
        some = [r[k] for r in runs if r[k].log_norm.shape == runs[0][k].log_norm.shape]
        found.append(
            Reach(
                some[0].name,
                some[0].kind,
                np.concatenate([s.log_norm for s in some]),
                np.concatenate([s.forget for s in some]),
                np.concatenate([s.scale for s in some]),
            )
        )
    return tuple(found)
