"""What public functions accept:
each check returns the argument, converted, or names it and says what would be right.

Arrays are finite and real, without a mask; numbers are real and finite, never booleans.
The checks are made once, at the entry.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numeric import arrays
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import given_activation

Floats = NDArray[np.float64]
_BLOCK = 1 << 20  # numbers looked at together where one that is not finite is sought


def real_array(
    name: str,
    x: Any,
    shape: Sequence[int | str] | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
    diverging: bool = False,
) -> Floats:
    """x as float64, its own memory where it is float64 already;
    ``shape`` mixes sizes, letters (any size ≥ 1) and a leading "…".

    Raises TypeError for what is not real (complex, strings, objects, a mask), ValueError for a wrong shape,
    NaN or infinity (unless ``diverging``), or a number outside [low, high].
    """
    with np.errstate(over="ignore"):  # a long double above 1.8e308 becomes inf, which is refused
        values: Floats = arrays.of_numpy(name, x).astype(np.float64, copy=False)
    if shape is not None and not _fits(values.shape, shape):
        raise ValueError(f"{name} must have shape ({_shown(shape)}), not {values.shape}")
    if not diverging and not finite(values):
        raise ValueError(f"{name} must be finite: it holds NaN or infinity")
    if (low is not None and (values < low).any()) or (high is not None and (values > high).any()):
        raise ValueError(
            f"{name} must lie in [{low}, {high}], not reach from {values.min()} to {values.max()}"
        )
    return values


def finite(x: Any) -> bool:
    """Whether every number of a NumPy array is finite, without a temporary of its size."""
    if x.size <= _BLOCK:
        return bool(np.isfinite(x).all())
    flat = x.reshape(-1)
    return all(np.isfinite(flat[i : i + _BLOCK]).all() for i in range(0, flat.size, _BLOCK))


def number(
    name: str, x: Any, *, above: float = -math.inf, least: float = -math.inf, most: float = math.inf
) -> float:
    """x as a float; raises ValueError unless it is a finite real number (of Python, NumPy or SymPy)
    within the limits."""
    value = x[()] if isinstance(x, np.ndarray) and x.shape == () else x
    if isinstance(value, Real) and not isinstance(value, (bool, np.bool_)):
        try:
            found = float(value)
        except OverflowError:  # an integer above 1.8e308
            found = math.inf
        if math.isfinite(found) and found > above and least <= found <= most:
            return found
    limits = [
        f" {sign} {limit:g}"
        for sign, limit in ((">", above), ("≥", least), ("≤", most))
        if math.isfinite(limit)
    ]
    raise ValueError(f"{name} must be a finite number{' and'.join(limits)}, not {x!r}")


def positive(name: str, x: Any) -> float:
    """x as a float; raises ValueError unless it is a finite number > 0."""
    return number(name, x, above=0.0)


def whole(name: str, x: Any, least: int = 1, most: int | None = None) -> int:
    """x as an int; raises ValueError unless it is an integer (of Python, NumPy or SymPy)
    within the limits."""
    if isinstance(x, Integral) and not isinstance(x, (bool, np.bool_)):
        value = int(x)
        if value >= least and (most is None or value <= most):
            return value
    limits = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise ValueError(f"{name} must be an integer {limits}, not {x!r}")


def one_of(name: str, x: Any, options: Collection[str]) -> str:
    """x; raises ValueError naming the options unless it is one of them."""
    if isinstance(x, str) and x in options:
        return x
    raise ValueError(f"{name} must be one of {', '.join(options)}, not {x!r}")


def activation(name: str, x: Any) -> Activation:
    """x; raises TypeError, with the names of the catalogue, unless it is an ``Activation``."""
    return given_activation(name, x)


def generator(name: str, x: Any) -> np.random.Generator:
    """x; raises TypeError unless it is a generator of NumPy."""
    if not isinstance(x, np.random.Generator):
        raise TypeError(
            f"{name} must be a numpy Generator such as np.random.default_rng(0), not {type(x).__name__}"
        )
    return x


def instance(name: str, x: Any, kind: type) -> None:
    """Raises TypeError unless x is of a class of this package."""
    if not isinstance(x, kind):
        raise TypeError(
            f"{name} must be a {kind.__module__.rpartition('.')[2]}.{kind.__name__}, not {type(x).__name__}"
        )


def function(name: str, x: Any) -> None:
    """Raises TypeError unless x can be called."""
    if not callable(x):
        raise TypeError(f"{name} must be a function, not {type(x).__name__}")


def several(name: str, x: Any, of: str = "arrays") -> list[Any]:
    """x as a list; raises TypeError unless it is a sequence,
    so that one array is not taken for a list of its rows unasked."""
    if isinstance(x, (str, bytes)) or not hasattr(x, "__iter__") or getattr(x, "ndim", 1) == 0:
        raise TypeError(f"{name} must be a list of {of}, not {type(x).__name__}")
    return list(x)


def _fits(found: tuple[int, ...], wanted: Sequence[int | str]) -> bool:
    rest = list(wanted)
    if rest and rest[0] == "…":
        rest = rest[1:]
        found = found[len(found) - len(rest) :] if len(found) >= len(rest) else ()
    if len(found) != len(rest):
        return False
    sizes: dict[str, int] = {}
    for size, want in zip(found, rest, strict=True):
        expected = sizes.setdefault(want, size) if isinstance(want, str) else want
        if size != expected or (isinstance(want, str) and size < 1):
            return False
    return True


def _shown(shape: Sequence[int | str]) -> str:
    return ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
