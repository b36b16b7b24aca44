"""Published numbers beside recorded networks: rounding, and the joint p-value of one network's speeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray

from analysis.claims.world import Meaningless
from analysis.numeric.speed_statistics import joint_p_value


class rounded(sp.Function):  # type: ignore[misc]
    """The first argument rounded to so many decimals."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        x, decimals = (printer._print(a) for a in self.args)
        return rf"\operatorname{{round}}_{{{decimals}}}({x})"


class p_value(sp.Function):  # type: ignore[misc]
    """The joint p-value of the speeds of one network among recorded ones (``joint_p_value``)."""

    def _latex(self, printer: Any) -> str:
        return rf"p\left({', '.join(printer._print(x) for x in self.args)}\right)"


def rounded_to(x: fmpq, decimals: fmpq) -> fmpq:
    """x to so many decimals, halves up."""
    unit = fmpq(10 ** int(decimals.p))
    doubled = 2 * x * unit + 1
    return fmpq(int(doubled.p) // (2 * int(doubled.q))) / unit


def p_value_among(sample: Callable[[], NDArray[np.float64]]) -> Callable[..., fmpq]:
    """The meaning of ``p_value``: among the networks (S, H) of ``sample``. Speeds that are not positive lie
    farthest out."""

    def meaning(*speeds: Any) -> fmpq:
        networks = sample()
        if len(speeds) != networks.shape[1]:
            raise Meaningless(f"{networks.shape[1]} speeds are compared, not {len(speeds)}")
        numbers = [float(x) for x in speeds]
        if min(numbers) <= 0.0:
            return fmpq(1, len(networks) + 1)
        found = joint_p_value(numbers, networks)
        return fmpq(found.numerator, found.denominator)

    return meaning
