"""Records of networks that nobody ran: each number is put in by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.diagnosis.measured import Measured, Parameter, Reach, Site

BATCH, WIDTH = 32, 64


def record(
    layers: int = 20,
    activation: str = "relu",
    norm: str = "",
    *,
    gain: float = 0.0,
    rise: float = 0.0,
    sigma_w: float = math.sqrt(2),
    shortcuts: bool = False,
    seeds: int = 6,
    noise: float = 1e-3,
    format: str = "float32",
    end: float = -1.0,
) -> Measured:
    """A network of ``layers`` weighted sums, each with its activation, and with ``shortcuts`` a sum behind
    them, and a weighted sum at the end. The log of the gradient's norm is ``end`` at the last site and gains
    ``gain`` a layer towards the input; the log of the root mean square gains ``rise`` a layer. The networks'
    own gains spread evenly by ``noise`` about them."""
    sites = [Site("input", "input", units=WIDTH, format=format)]
    layer = [0]

    def add(kind: str, *parents: int, of: int) -> int:
        fan_in = WIDTH if kind == "linear" else 0
        sites.append(Site(f"blocks.{of}.{kind}", kind, parents, fan_in, WIDTH, format, module=f"blocks.{of}"))
        layer.append(of + 1)
        return len(sites) - 1

    before = 0
    for k in range(layers):
        here = add("linear", before, of=k)
        here = add(norm, here, of=k) if norm else here
        here = add(activation, here, of=k)
        before = add("sum", before, here, of=k) if shortcuts else here
    last = add("linear", before, of=layers)
    count, at = len(sites), np.array(layer, dtype=float)
    spread = np.linspace(-1, 1, seeds) if seeds > 1 else np.zeros(1)
    wobble = noise * spread[:, None, None] * (at[-1] - at)
    full = np.full((seeds, 1, count), np.nan)
    weighted = np.array([s.kind == "linear" for s in sites])
    return Measured(
        sites=tuple(sites),
        forward=rise * at + wobble,
        backward=(end + gain * (at[-1] - at) + wobble)[:, :, None],
        mean=np.zeros_like(full),
        varies=np.full_like(full, 0.5),
        sigma_w=np.where(weighted, sigma_w, full),
        sigma_b=np.where(weighted, 0.0, full),
        factor=np.where([s.kind.endswith("norm") for s in sites], 0.0, full),
        saturated=np.zeros_like(full),
        never_on=np.where([s.kind == activation for s in sites], 0.0, full[:, 0]),
        bad=np.zeros_like(full),
        last=last,
        batch_size=BATCH,
    )


def altered(measured: Measured, **changes: Any) -> Measured:
    """A copy with other fields."""
    return replace(measured, **changes)


def put(measured: Measured, name: str, site: int, value: float) -> Measured:
    """A copy with one number at a site of the array ``name``, for all seeds."""
    numbers = getattr(measured, name).copy()
    numbers[..., site] = value
    return replace(measured, **{name: numbers})


def parameter(name: str, trainable: bool = True, reached: bool = True, called: bool = True) -> Parameter:
    """A parameter of which all is well."""
    return Parameter(name, trainable, reached, called)


def memory(slope: float, steps: int = 30, kind: str = "lstm", forget: float = math.nan) -> Reach:
    """Six networks whose gradient gains ``slope`` for each step back."""
    logs = slope * np.arange(steps)[::-1] + 0.01 * np.random.default_rng(0).standard_normal((6, steps))
    return Reach("lstm", kind, logs, np.full(6, forget), np.full(6, 1 / math.sqrt(3)))
