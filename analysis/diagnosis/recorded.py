"""Reading what was measured elsewhere: the JSON of a ``Measured``, or what the probe printed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from analysis.diagnosis.measured import Measured, Parameter, Site
from analysis.symbolic.catalogue import ACTIVATIONS

MODULES = {
    "Linear": "linear",
    "Conv1d": "convolution",
    "Conv2d": "convolution",
    "Conv3d": "convolution",
    "BatchNorm1d": "batch norm",
    "BatchNorm2d": "batch norm",
    "BatchNorm3d": "batch norm",
    "LayerNorm": "layer norm",
    "RMSNorm": "rms norm",
    "GroupNorm": "group norm",
    "Dropout": "dropout",
    "Embedding": "embedding",
    "MultiheadAttention": "attention",
    "LSTM": "lstm",
    "GRU": "gru",
    "RNN": "rnn",
}
"""The kind of site of each class of PyTorch that is no activation."""
ACTIVATION_CLASSES = {name.replace(" ", ""): name for name, x in ACTIVATIONS.items() if x.slope.free_symbols}
"""The activation of each class, whose name is its own in small letters: LeakyReLU is leakyrelu."""
PROBE = "unstable-gradients 1"
"""What the probe says that it is."""


def read(x: Any) -> Measured:
    """A record from a ``Measured``, a path, or the text of either JSON; raises ValueError in words for
    anything else, FileNotFoundError where there is no such file."""
    if isinstance(x, Measured):
        return x
    if isinstance(x, Path) or (isinstance(x, str) and not x.lstrip().startswith("{")):
        text = Path(x).read_text(encoding="utf-8")
    elif isinstance(x, str):
        text = x
    else:
        raise TypeError(f"x must be a Measured, a path, or JSON as text, not {type(x).__name__}")
    try:
        given = json.loads(text)
    except json.JSONDecodeError as why:
        raise ValueError(f"x must be JSON that the probe or to_json wrote: {why}") from None
    if not isinstance(given, dict) or "sites" not in given:
        raise ValueError("x must be JSON that the probe or to_json wrote: it has no 'sites'")
    return of_probe(given) if given.get("probe") == PROBE else Measured.from_json(text)


def kind_of_class(name: str) -> str:
    """The kind of site of a class of PyTorch."""
    return MODULES.get(name) or ACTIVATION_CLASSES.get(name.lower(), "function")


def of_probe(given: dict[str, Any]) -> Measured:
    """The record of what the probe printed: sites in the order of calls, one after the other.

    Raises ValueError where a field is missing or a number is none.
    """
    try:
        rows = given["sites"]
        sites = tuple(
            Site(
                str(row["name"]),
                kind_of_class(str(row["kind"])),
                (k - 1,) if k else (),
                int(row.get("fan_in", 0)),
                int(row["units"]),
                str(row["format"]),
                module=str(row["name"]),
            )
            for k, row in enumerate(rows)
        )

        def column(name: str) -> Any:
            return np.array([[[_number(row.get(name)) for row in rows]]])

        return Measured(
            sites=sites,
            forward=column("forward"),
            backward=column("backward")[:, :, None],
            mean=column("mean"),
            varies=column("varies"),
            sigma_w=column("sigma_w"),
            sigma_b=column("sigma_b"),
            factor=np.full((1, 1, len(rows)), np.nan),
            saturated=np.full((1, 1, len(rows)), np.nan),
            never_on=column("never_on")[:, 0],
            bad=column("bad"),
            last=len(rows) - 1,
            batch_size=int(given.get("batch", 0)),
            probe="loss",
            parameters=tuple(Parameter(str(n), True, False, True) for n in given.get("no_gradient", ())),
        )
    except (KeyError, TypeError, ValueError) as why:
        raise ValueError(f"x must be what the probe printed, whole: {why!r}") from None


def _number(x: Any) -> float:
    return math.nan if x is None else float(x)
