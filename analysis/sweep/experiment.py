"""An experiment that can be repeated over a grid:
numbers and a generator in, named numbers with units out."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

Value = bool | int | float | str
KINDS = {bool: "True or False", int: "a whole number", float: "a finite number", str: "a name"}


@dataclass(frozen=True)
class Experiment:
    """``run(rng, *, depth: int, scale: float = 1.0, …) → {measure: number}`` and the unit of every measure.

    The parameters, their kinds (bool, int, float or str) and their defaults are those of the function's own
    signature. Raises TypeError where the signature says something else.

    >>> def half(rng, *, size: int, shift: float = 0.0):
    ...     return {"mean": float(rng.standard_normal(size).mean()) + shift}
    >>> Experiment(run=half, units={"mean": "1"}).defaults
    {'shift': 0.0}
    """

    run: Callable[..., Mapping[str, float]]
    units: Mapping[str, str]

    def __post_init__(self) -> None:
        if not self.units:
            raise ValueError("units must name at least one measure")
        names = list(inspect.signature(self.run).parameters.values())
        kinds = get_type_hints(self.run)
        for p in names[1:]:
            if p.kind is not p.KEYWORD_ONLY or kinds.get(p.name) not in KINDS:
                raise TypeError(f"{p.name} must be a keyword parameter marked as bool, int, float or str")

    @property
    def kinds(self) -> dict[str, type]:
        """{parameter: bool, int, float or str}, in the order of the signature."""
        hints = get_type_hints(self.run)
        return {name: hints[name] for name in list(inspect.signature(self.run).parameters)[1:]}

    @property
    def defaults(self) -> dict[str, Value]:
        """The parameters that may be left out."""
        parameters = list(inspect.signature(self.run).parameters.values())[1:]
        return {p.name: p.default for p in parameters if p.default is not p.empty}

    def checked(self, name: str, x: Any) -> Value:
        """``x`` as a plain value of that parameter;
        raises ValueError where there is no such parameter or x does not fit."""
        if name not in self.kinds:
            raise ValueError(f"{name} is no parameter: the experiment takes {', '.join(self.kinds)}")
        kind = self.kinds[name]
        if isinstance(x, np.generic):
            x = x.item()
        if kind is float and isinstance(x, int) and not isinstance(x, bool):
            x = float(x)
        if type(x) is kind and isinstance(x, (bool, int, float, str)):
            if not isinstance(x, float):
                return x
            if math.isfinite(x):
                return x + 0.0  # −0.0 is 0.0
        raise ValueError(f"{name} must be {KINDS[kind]}, not {x!r}")
