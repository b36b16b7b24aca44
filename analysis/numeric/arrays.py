"""Arrays of any library that follows the Python array API standard: NumPy, PyTorch, JAX, CuPy …

``compiled`` sends them here, so that a formula evaluated on PyTorch tensors gives PyTorch tensors,
on their own device.
"""

from __future__ import annotations

import math
import sys
from functools import cache
from typing import Any

import array_api_compat as compat
import numpy as np

_NUMPY = compat.array_namespace(np.empty(0))
_FUNCTIONS = (
    "abs cos cosh equal exp expm1 greater greater_equal isnan less less_equal log log1p logical_and "
    "logical_or maximum "
    "minimum sign sin sinh sqrt tan tanh"
).split()


def foreign(*values: Any) -> Any:
    """The namespace of the arrays among the values that are not NumPy's; None where there is none.

    Raises TypeError where libraries are mixed: nothing is moved from one to another unasked.
    """
    others = [x for x in values if not isinstance(x, (np.ndarray, np.generic)) and compat.is_array_api_obj(x)]
    if not others:
        return None
    if any(isinstance(x, np.ndarray) for x in values):
        raise TypeError(f"the arrays must be of one library, not of NumPy and of {library(others[0])}")
    return compat.array_namespace(*others)


def namespace(*values: Any) -> Any:
    """The namespace of the values: NumPy's where there are only its arrays, lists and numbers."""
    return foreign(*values) or _NUMPY


def library(x: Any) -> str:
    """The name of the library that an array comes from."""
    return type(x).__module__.partition(".")[0]


def real(name: str, x: Any) -> Any:
    """x, as a NumPy array if it is of no library; raises TypeError naming it unless it holds real numbers."""
    xp = foreign(x)
    if not xp:
        return of_numpy(name, x)
    if not xp.isdtype(x.dtype, ("bool", "integral", "real floating")):
        raise TypeError(f"{name} must hold real numbers, not {x.dtype}")
    return x


def of_numpy(name: str, x: Any) -> Any:
    """x as a NumPy array; raises TypeError naming it unless it holds real numbers, none of them masked."""
    if _masked(x):
        raise TypeError(f"{name} must have no mask: fill it or leave the masked numbers out")
    try:
        values = np.asarray(x)
    except (
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:  # rows of several lengths, a tensor on another device
        raise TypeError(f"{name} must be an array of real numbers: {error}") from None
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, not {values.dtype}")
    return values


def _masked(x: Any) -> bool:
    """Whether x has a mask, or is a list of what has: NumPy would drop it unasked."""
    return isinstance(x, np.ma.MaskedArray) or (isinstance(x, (list, tuple)) and any(map(_masked, x)))


def like(x: Any, value: Any) -> Any:
    """``value`` as an array of the library, the precision and the device of x."""
    if isinstance(x, np.ndarray):
        return np.asarray(value, dtype=x.dtype)
    xp = compat.array_namespace(x)
    if foreign(value):
        return xp.astype(value, x.dtype)
    return xp.asarray(np.asarray(value).tolist(), dtype=x.dtype, device=compat.device(x))


@cache
def functions(xp: Any, library: str, dtype: Any) -> dict[str, Any]:
    """What printed formulas may call on arrays of a namespace and a precision, by name."""

    def where(condition: Any, yes: Any, no: Any) -> Any:
        """The standard's ``where``, of which both branches may be numbers."""
        device = compat.device(condition)
        return xp.where(condition, *(xp.asarray(v, dtype=dtype, device=device) for v in (yes, no)))

    known = {name: getattr(xp, name) for name in _FUNCTIONS} | {"where": where}
    special: Any = getattr(sys.modules[library], "special", None)  # beyond the standard
    if hasattr(special, "erfc") and hasattr(special, "erfcx"):
        # not its ndtr: PyTorch's is 0 from z = −8 on
        known |= {"erfcx": special.erfcx, "ndtr": lambda x: 0.5 * special.erfc(x * -math.sqrt(0.5))}
    return known
