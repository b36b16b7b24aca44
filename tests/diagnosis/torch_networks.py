"""Networks of the tests, and the gradients of their sites found in a second way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from diagnosis.pytorch import torch

from analysis.diagnosis.in_torch import measure
from analysis.diagnosis.measured import Measured

nn, F = torch.nn, torch.nn.functional


def mlp(depth: int, width: int, activation: Any = nn.ReLU) -> Any:
    """``depth`` times Linear and activation, as PyTorch draws them."""
    return nn.Sequential(*[m for _ in range(depth) for m in (nn.Linear(width, width), activation())])


class Functional(nn.Module):  # type: ignore[misc]
    """A network whose forward pass is the function given, of the module and x; parts by name."""

    def __init__(self, forward: Any, **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.work = forward

    def forward(self, *x: Any, **named: Any) -> Any:
        return self.work(self, *x, **named)


def seen(model: Any, batch: Any, **options: Any) -> Measured:
    """The record of one network."""
    return measure(model, batch, **options)


def kinds(record: Measured) -> list[str]:
    return [site.kind for site in record.sites]


def names(record: Measured) -> list[str]:
    return [site.name for site in record.sites]


def site(record: Measured, name: str) -> int:
    """The place of the site of this name."""
    (found,) = [k for k, s in enumerate(record.sites) if s.name == name]
    return found


def backward(record: Measured) -> Any:
    """log gradient norms of the first seed, batch and probe."""
    return record.backward[0, 0, 0]


def gradient_norms(model: Any, x: Any, paths: list[str], v: Any) -> list[float]:
    """Logs of the gradient norms at the outputs of these modules, from v at the output."""
    kept = {}
    modules = dict(model.named_modules())

    def keep(path: str) -> Any:
        def hook(module: Any, given: Any, out: Any) -> None:
            out.retain_grad()
            kept[path] = out

        return hook

    handles = [modules[path].register_forward_hook(keep(path)) for path in paths]
    out = model(x.clone().requires_grad_(True))
    out.backward(v)
    for handle in handles:
        handle.remove()
    model.zero_grad()
    return [float(np.log(kept[path].grad.double().norm().item())) for path in paths]


def probe(shape: Any, examples: int, seed: int = 0) -> Any:
    """The random numbers from which a backward pass starts."""
    generator = torch.Generator().manual_seed(seed + 10**6)
    return torch.randn(shape, generator=generator) / examples


def slope(record: Measured, skip: int = 0) -> tuple[float, float]:
    """Log-gain for each layer towards the input over the weighted sums but the first ``skip``, and its
    standard error from the seeds."""
    at = [k for k, s in enumerate(record.sites) if s.kind == "linear"][skip:]
    rows = record.backward[..., at].mean(axis=(1, 2))
    slopes = np.polyfit(np.arange(len(at))[::-1], rows.T, 1)[0]
    return float(slopes.mean()), float(slopes.std(ddof=1) / math.sqrt(len(slopes)))
