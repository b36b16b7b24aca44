"""What a node of an answer may be, and how it is evaluated:
a table of SymPy classes, each with one mpmath function.

Only these classes are ever evaluated, by this table and not by their own methods. A value is a number of
mpmath, a truth value, None where there is none (a division by zero),
or ``UNKNOWN`` where a number is too large to handle in a moment.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import mpmath
import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from analysis.symbolic.display import plus, times
from analysis.symbolic.notation import cost, cost_prime, sigma, sigma_prime, sigma_second, sigma_third

Value = Any  # mpf, mpc, bool, None or UNKNOWN
Context = Any  # mpmath's MPContext


class Unknown:
    """The kind of ``UNKNOWN``."""


UNKNOWN = Unknown()
"""Stands for a value that may well exist and is not computed:
a number on the way to it is too large or too near 0."""

LARGEST_EXPONENT = 2**22
"""Binary exponents beyond this are not handled: e^(e^(e^100)) ends here, not in the memory."""
LARGEST_ARGUMENT = 10**6
"""The largest argument of exp, sinh … and the largest exponent of a power."""
LARGEST_ANGLE = 10**20
"""The largest argument of sin, cos …: as many digits as it has before the point are lost."""

UNSPECIFIED = (sigma, sigma_prime, sigma_second, sigma_third, cost, cost_prime)
"""Functions whose meaning the exercise gives: σ, C and their derivatives."""


def _called(name: str) -> Callable[..., Value]:
    return lambda m, x: getattr(m, name)(x)


def _within(name: str, largest: int = LARGEST_ARGUMENT) -> Callable[..., Value]:
    """A function of mpmath, applied to arguments of moderate size only."""
    return lambda m, x: getattr(m, name)(x) if abs(x) <= largest else UNKNOWN


def _power(m: Context, base: Value, exponent: Value) -> Value:
    return m.power(base, exponent) if abs(exponent) <= LARGEST_ARGUMENT else UNKNOWN


def _compared(test: Callable[[Any, Any], bool]) -> Callable[..., Value]:
    return lambda m, x, y: None if isinstance(x, m.mpc) or isinstance(y, m.mpc) else bool(test(x, y))


NUMBERS: tuple[type, ...] = tuple(
    {type(sp.Integer(k)) for k in (-1, 0, 1, 2)} | {sp.Rational, type(sp.S.Half), sp.Float}
)
"""The classes of plain numbers."""

CONSTANTS: dict[type, Callable[[Context], Value]] = {
    type(sp.pi): lambda m: +m.pi,
    type(sp.E): lambda m: +m.e,
    type(sp.EulerGamma): lambda m: +m.euler,
    type(sp.GoldenRatio): lambda m: +m.phi,
    type(sp.Catalan): lambda m: +m.catalan,
    type(sp.I): lambda m: m.mpc(0, 1),
    BooleanTrue: lambda m: True,
    BooleanFalse: lambda m: False,
}

FUNCTIONS: dict[type, Callable[..., Value]] = {
    sp.Add: lambda m, *x: reduce(operator.add, x),
    sp.Mul: lambda m, *x: reduce(operator.mul, x),
    plus: lambda m, *x: reduce(operator.add, x),
    times: lambda m, *x: reduce(operator.mul, x),
    sp.Pow: _power,
    sp.exp: _within("exp"),
    sp.log: _called("log"),
    sp.sinh: _within("sinh"),
    sp.cosh: _within("cosh"),
    sp.tanh: _within("tanh"),
    sp.coth: _within("coth"),
    sp.sech: _within("sech"),
    sp.csch: _within("csch"),
    sp.asinh: _called("asinh"),
    sp.acosh: _called("acosh"),
    sp.atanh: _called("atanh"),
    sp.acoth: _called("acoth"),
    sp.asech: _called("asech"),
    sp.acsch: _called("acsch"),
    sp.sin: _within("sin", LARGEST_ANGLE),
    sp.cos: _within("cos", LARGEST_ANGLE),
    sp.tan: _within("tan", LARGEST_ANGLE),
    sp.sec: _within("sec", LARGEST_ANGLE),
    sp.asin: _called("asin"),
    sp.acos: _called("acos"),
    sp.atan: _called("atan"),
    sp.erf: _within("erf"),
    sp.erfc: _within("erfc"),
    sp.Abs: lambda m, x: abs(x),
    sp.sign: _called("sign"),
    sp.Max: lambda m, *x: None if any(isinstance(v, m.mpc) for v in x) else max(x),
    sp.Min: lambda m, *x: None if any(isinstance(v, m.mpc) for v in x) else min(x),
    sp.StrictLessThan: _compared(operator.lt),
    sp.LessThan: _compared(operator.le),
    sp.StrictGreaterThan: _compared(operator.gt),
    sp.GreaterThan: _compared(operator.ge),
    sp.Equality: _compared(operator.eq),
    sp.Unequality: _compared(operator.ne),
    sp.And: lambda m, *x: all(x),
    sp.Or: lambda m, *x: any(x),
    sp.Not: lambda m, x: not x,
}

COMPARISONS = (
    sp.StrictLessThan,
    sp.LessThan,
    sp.StrictGreaterThan,
    sp.GreaterThan,
    sp.Equality,
    sp.Unequality,
)
LOGICAL = (BooleanTrue, BooleanFalse, sp.And, sp.Or, sp.Not)
"""With the comparisons: what is true or false."""

LAZY = (sp.Piecewise, ExprCondPair)
"""Here a part without a value does no harm unless it is chosen."""


def apply(m: Context, kind: type, values: list[Value]) -> Value:
    """The value of a node of class ``kind`` from those of its parts."""
    if kind is ExprCondPair:
        return tuple(values)
    if kind is sp.Piecewise:
        for value, condition in values:
            if condition is None or condition is UNKNOWN:
                return condition
            if condition:
                return value
        return None
    if any(x is None or isinstance(x, tuple) for x in values):
        return None
    if any(x is UNKNOWN for x in values):
        return UNKNOWN
    try:
        return bounded(m, FUNCTIONS[kind](m, *values))
    except OverflowError:
        return UNKNOWN
    except (ArithmeticError, ValueError, TypeError, mpmath.libmp.ComplexResult):
        return None  # 1/0, log 0, a truth value where a number should be


def bounded(m: Context, x: Value) -> Value:
    """The same value, None where it is not finite, UNKNOWN where it is far too large or small to go on
    with."""
    if x is None or isinstance(x, bool | Unknown):
        return x
    if not m.isfinite(x):
        return None
    return x if x == 0 or abs(m.mag(x)) <= LARGEST_EXPONENT else UNKNOWN
