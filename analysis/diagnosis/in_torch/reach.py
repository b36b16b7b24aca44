"""How far back the gradient of a recurrent module reaches: ∂h_T/∂x_t, step by step.

A fused LSTM is one operation, so its steps are seen at its inputs only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.diagnosis.in_torch.library import torch
from analysis.diagnosis.in_torch.statistics import wide
from analysis.diagnosis.measured import Reach


def reach(module: Any, path: str, x: Any) -> Reach:
    """The module alone, on the inputs that it was given: random numbers at the last step, back to every
    input. Of two directions the one that reads forwards; of several layers the gate that forgets least."""
    x = x.detach().clone().requires_grad_(True)
    time = 1 if module.batch_first and x.ndim == 3 else 0
    with torch.enable_grad():
        out, _ = module.forward(x)
        size = out.shape[-1] // 2 if module.bidirectional else out.shape[-1]
        last = out.select(time, out.shape[time] - 1)[..., :size]
        generator = torch.Generator().manual_seed(0)
        v = torch.randn(last.shape, generator=generator).to(last.device, last.dtype)
        (gradient,) = torch.autograd.grad(last, x, v)
    steps = wide(gradient).movedim(time, 0).reshape(gradient.shape[time], -1).norm(dim=1).cpu().numpy()
    with np.errstate(divide="ignore"):
        logs = np.log(steps)
    n = int(module.hidden_size)
    kind = {"LSTM": "lstm", "GRU": "gru"}.get(module.mode, "rnn")
    scale = math.sqrt(n * float(wide(module.weight_hh_l0).square().mean()))
    forget = (
        max(_forget(module, layer, n) for layer in range(module.num_layers)) if kind == "lstm" else math.nan
    )
    return Reach(path or kind, kind, logs[None], np.array([forget]), np.array([scale]))


def _forget(module: Any, layer: int, n: int) -> float:
    """The mean of log f at rest, f = σ(b) with the bias of the second of the four gates."""
    if not module.bias:
        return -math.log(2.0)
    bias = wide(getattr(module, f"bias_ih_l{layer}")) + wide(getattr(module, f"bias_hh_l{layer}"))
    return float(torch.nn.functional.logsigmoid(bias[n : 2 * n]).mean())


def joined(runs: Sequence[Sequence[Reach]]) -> tuple[Reach, ...]:
    """The same modules of several networks or batches in one: rows are networks."""
    runs = [r for r in runs if r]
    found = []
    for k in range(min((len(r) for r in runs), default=0)):
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
