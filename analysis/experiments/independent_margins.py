"""Inequalities between measured numbers: a claim holds where each of its inequalities does so by at least three standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from analysis.symbolic.claim import Check, Checked, Outcome, Refuted, Step, Unknown

LEAST = 3.0
"""Standard errors by which an inequality has to hold."""


class Measured(NamedTuple):
    """A mean and its standard error; ``in_logs``: a geometric mean, and the standard error of its logarithm."""

    value: float
    standard_error: float
    in_logs: bool = False

    def __str__(self) -> str:
        """value ± error, the error of a geometric mean as a factor."""
        if self.standard_error == 0.0:
            return f"{self.value:.3g}"
        if self.in_logs:
            return f"{self.value:.3g} (·/÷ {math.exp(self.standard_error):.2g})"
        return f"{self.value:.3g} ± {self.standard_error:.2g}"


def geometric(each: ArrayLike) -> Measured:
    """The geometric mean of positive numbers (n,), n ≥ 2, with the standard error of the mean of their logarithms."""
    logs = np.log(np.asarray(each, dtype=np.float64))
    return Measured(float(np.exp(logs.mean())), float(logs.std(ddof=1) / math.sqrt(len(logs))), in_logs=True)


def margin(relation: sp.Basic, values: Mapping[sp.Symbol, Measured]) -> float:
    """By how many standard errors a strict inequality holds, negative where it does not; the measured numbers are independent.

    The difference of the sides, or of their logarithms where a geometric mean is among them, per its standard error to first
    order. Infinite where that error is 0.
    """
    larger, smaller = relation.gts, relation.lts
    in_logs = any(x.in_logs for x in values.values())
    gap = sp.log(larger) - sp.log(smaller) if in_logs else larger - smaller
    at = {x: sp.Float(v.value) for x, v in values.items()}
    square = 0.0
    for x, v in values.items():
        error = v.standard_error * (v.value if v.in_logs else 1.0)
        square += (float(gap.diff(x).xreplace(at)) * error) ** 2
    size = float(gap.xreplace(at))
    return size / math.sqrt(square) if square > 0.0 else math.copysign(math.inf, size) if size else 0.0


def by_measuring(measured: Callable[[sp.Symbol], Measured], how: str) -> Check:
    """Every inequality of the statement holds by three standard errors or more; an equation holds exactly.

    Refuted where one fails by as much, unknown in between.
    """

    def check(statement: sp.Basic) -> Outcome:
        relations = statement.args if isinstance(statement, sp.And) else (statement,)
        values = {x: measured(x) for x in sorted(statement.free_symbols, key=str)}
        text = "measured " + ", ".join(f"{str(x).replace(chr(92), '')} = {v}" for x, v in values.items())
        margins = []
        for relation in relations:
            here = {x: values[x] for x in relation.free_symbols}
            if isinstance(relation, sp.Eq):
                gap = (relation.lhs - relation.rhs).xreplace({x: sp.Float(v.value) for x, v in here.items()})
                margins.append(math.inf if float(gap) == 0.0 else -math.inf)
            else:
                margins.append(margin(relation, here))
        least = min(margins)
        if least <= -LEAST:
            return Refuted(text)
        if least < LEAST:
            return Unknown(f"{text}: {least:.2g} standard errors, {LEAST:g} are asked for")
        steps = [Step(text)]
        if math.isfinite(least):
            steps.append(Step(f"it holds by {least:.2g} standard errors"))
        return Checked(how, tuple(steps))

    return check
