"""What was measured of a network: one record, whatever library the network is written in.

A *site* is the result of one operation in one forward pass: of a weighted sum, an activation, a
normalisation, a sum ``x + F(x)``. Numbers have the axes (seed, batch, site), those of the backward pass
(seed, batch, probe, site). Logarithms are natural; that of an exact 0 is −∞, that of NaN or an
infinity ∞, and what was not measured is NaN.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import real_array

Floats = NDArray[np.float64]

WEIGHTED = ("linear", "convolution")
NORMS = ("batch norm", "layer norm", "rms norm", "group norm")
RECURRENT = ("lstm", "gru", "rnn")
PLAIN = ("scale", "dropout", "pool", "attention", "embedding", "softmax", "function", "input")
SUM = "sum"
"""The kinds of sites; every other kind is the name of an activation of the catalogue."""


@dataclass(frozen=True)
class Site:
    """One operation: ``name`` of the module that called it, with ``#2`` at its second call; ``parents``, the
    sites whose results it was given, by place in the record; ``fan_in``, of a weighted sum, k²·c for
    convolutions; ``units``, how many numbers it has for one example; ``format``, the number format of its
    result; ``zero``, whether its weights are all 0."""

    name: str
    kind: str
    parents: tuple[int, ...] = ()
    fan_in: int = 0
    units: int = 0
    format: str = "float64"
    zero: bool = False
    module: str = ""
    """The path of the module in which it was called."""


@dataclass(frozen=True)
class Parameter:
    """A trainable or frozen array of the network: ``reached``, whether the backward pass gave it a gradient;
    ``called``, whether its module was called; ``still``, whether that gradient is 0 in every number."""

    name: str
    trainable: bool
    reached: bool
    called: bool
    still: bool = False


@dataclass(frozen=True)
class Reach:
    """∂h_T/∂x_t of a recurrent module: ``log_norm`` (seed, T), the logarithm of the gradient's norm at the
    input of step t; ``forget``, (seed,) the mean of log f at rest where there is a forget gate, else NaN;
    ``scale`` (seed,), σ_w of the recurrent weights."""

    name: str
    kind: str
    log_norm: Floats
    forget: Floats
    scale: Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """The record of a network.

    forward: log of the root mean square of a result. mean: its mean. varies: the share of its mean square
    that varies from example to example. sigma_w: √(fan_in · mean w²) of a weighted sum. sigma_b: root mean
    square of its biases. factor: log of the factor on the gradient's norm of an operation whose own numbers
    give it (normalisation, multiplication, pooling). saturated: share of numbers where the activation's slope
    is below 1/20 of its largest. All (seed, batch, site). never_on (seed, site): share of units at 0 for
    every example. backward (seed, batch, probe, site): log of the norm of the gradient. bad (seed, batch,
    site): share of numbers that are NaN or infinite. loss (seed, batch).

    ``blocks`` names the module paths of each class of repeated blocks. ``last`` is the site at which the
    backward pass starts. ``probe`` says from what it starts. Raises ValueError where a shape does not fit.
    """

    sites: tuple[Site, ...]
    forward: Floats
    backward: Floats
    mean: Floats
    varies: Floats
    sigma_w: Floats
    sigma_b: Floats
    factor: Floats
    saturated: Floats
    never_on: Floats
    bad: Floats
    last: int
    batch_size: int = 0
    probe: str = "random"
    loss: Floats = field(default_factory=lambda: np.empty(0))
    parameters: tuple[Parameter, ...] = ()
    reaches: tuple[Reach, ...] = ()
    blocks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    step: Mapping[str, float] = field(default_factory=dict)
    """The size of the optimiser's step over that of the weights, by parameter."""
    loss_gradient: float = np.nan
    """Root mean square of ∂C/∂(result of the last site), times the number of examples."""
    loss_calls: tuple[str, ...] = ()
    """Names of the functions that the loss called."""
    unregistered: tuple[str, ...] = ()
    """Where parameters were used that the model does not list."""
    complete: bool = True
    """False where the measurement was interrupted."""

    def __post_init__(self) -> None:
        count = len(self.sites)
        if not count:
            raise ValueError("sites must not be empty: nothing in the network was called")
        shape = ("seed", "batch", count)
        for name in ("forward", "mean", "varies", "sigma_w", "sigma_b", "factor", "saturated", "bad"):
            real_array(name, getattr(self, name), shape, diverging=True)
        real_array("backward", self.backward, ("seed", "batch", "probe", count), diverging=True)
        real_array("never_on", self.never_on, ("seed", count), diverging=True)
        for k, site in enumerate(self.sites):
            if any(not 0 <= p < k for p in site.parents):
                raise ValueError(f"parents of site {k} ({site.name}) must be earlier sites: {site.parents}")

    @property
    def seeds(self) -> int:
        """How many networks were drawn."""
        return int(self.forward.shape[0])

    def to_json(self) -> str:
        """All of it as JSON, NaN and infinities as strings; ``from_json`` reads it."""
        return json.dumps(_plain(asdict(self)), indent=1)

    @staticmethod
    def from_json(text: str) -> Measured:
        """The record that ``to_json`` wrote; raises ValueError in words for anything else."""
        try:
            given = json.loads(text)
            rows = {f.name: given[f.name] for f in fields(Measured) if f.name in given}
            for name in rows:
                if name not in _OTHERS:
                    rows[name] = _numbers(rows[name])
            rows["sites"] = tuple(Site(**{**x, "parents": tuple(x["parents"])}) for x in rows["sites"])
            rows["parameters"] = tuple(Parameter(**x) for x in rows.get("parameters", ()))
            rows["reaches"] = tuple(
                Reach(x["name"], x["kind"], *map(_numbers, (x["log_norm"], x["forget"], x["scale"])))
                for x in rows.get("reaches", ())
            )
            rows["loss_gradient"] = float(rows.get("loss_gradient", np.nan))
            for name in ("loss_calls", "unregistered"):
                rows[name] = tuple(rows.get(name, ()))
            rows["step"] = {name: float(x) for name, x in rows.get("step", {}).items()}
            return Measured(**rows)
        except (KeyError, TypeError, json.JSONDecodeError, AttributeError) as why:
            raise ValueError(f"text must be a record written by to_json: {why}") from None

    def save(self, path: str | Path) -> None:
        """Write the JSON to a file."""
        Path(path).write_text(self.to_json(), encoding="utf-8")


_OTHERS = {
    *("sites", "parameters", "reaches", "blocks", "step", "last", "batch_size"),
    *("probe", "complete", "loss_gradient", "loss_calls", "unregistered"),
}


def _plain(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return _plain(x.tolist())
    if isinstance(x, dict):
        return {k: _plain(v) for k, v in x.items()}
    if isinstance(x, list | tuple):
        return [_plain(v) for v in x]
    if isinstance(x, float) and not np.isfinite(x):
        return str(x)
    return x


def _numbers(x: Any) -> Floats:
    return np.array(x, dtype=np.float64)  # NumPy reads "nan", "inf" and "-inf" too
