"""What a reader may hand in, told apart by its class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair

from analysis.exercises.arithmetic import COMPARISONS, LOGICAL
from analysis.exercises.program import Program, Refusal, constant, kind_name, read

_NUMPY_INTEGERS = tuple(np.dtype(c).type for c in "bhilqBHILQ")
_NUMPY_FLOATS = tuple(np.dtype(c).type for c in "efdg")
_LARGEST_DECIMAL = 10_000


@dataclass(frozen=True)
class Formula:
    """A number or a SymPy expression; a ``Lambda`` brings its variables along.
    ``typed_decimal`` is True for a Decimal."""

    program: Program
    variables: tuple[str, ...] = ()
    typed_decimal: bool = False

    @property
    def has_decimals(self) -> bool:
        """True where a decimal number, which is rounded, stands in it."""
        return self.typed_decimal or sp.Float in self.program.kinds


@dataclass(frozen=True)
class Function:
    """Something that can be called; nothing else is known of it."""

    call: Callable[..., object]


def understand(answer: object) -> Formula | Function:
    """The answer as a formula or a function; raises Refusal with a sentence for anything else."""
    kind = type(answer)
    if kind in (str, bytes, bytearray):
        raise Refusal("A string is never evaluated. Write the expression itself, without quotation marks.")
    number = _number(answer)
    if number is not None:
        return Formula(number, typed_decimal=kind is Decimal)
    if kind is sp.Lambda:
        return _from_lambda(answer)
    if isinstance(answer, sp.Basic):
        return Formula(_a_number(read(answer)))
    if isinstance(answer, type):
        raise Refusal("This is a class. Give a value, an expression or a function.")
    if callable(answer):
        return Function(answer)
    raise Refusal(_objection(answer))


def parts(answer: object) -> list[object] | None:
    """The entries of a list, a tuple or a one-dimensional array of numbers; None for anything else."""
    kind: Any = type(answer)
    if kind in (list, tuple):
        return list(answer)  # type: ignore[call-overload, no-any-return]
    if kind is sp.Tuple:
        return list(answer.args)  # type: ignore[attr-defined]
    if kind is np.ndarray and answer.ndim == 1 and answer.dtype.kind in "iuf":  # type: ignore[attr-defined]
        return list(answer.tolist())  # type: ignore[attr-defined]
    return None


def _number(answer: Any) -> Program | None:
    """The program of a number of Python, NumPy or mpmath; None for anything else.
    Exact: 0.1 is what float has for it."""
    kind = type(answer)
    if kind in (bool, np.bool_):
        raise Refusal("This is a truth value, not a number.")
    if kind in (complex, np.complex64, np.complex128, mpmath.mpc):
        raise Refusal("This is a complex number; the answer is real.")
    if kind is int or kind in _NUMPY_INTEGERS:
        return constant(int(answer))
    if kind is float or kind in _NUMPY_FLOATS:
        return _exact(float(answer))
    if kind is Fraction:
        return constant(answer.numerator, answer.denominator)
    if kind is mpmath.mpf:
        return _exact(answer)
    if kind is Decimal:
        if not answer.is_finite():
            raise Refusal("This is not a finite number.")
        if abs(answer.adjusted()) > _LARGEST_DECIMAL or len(answer.as_tuple().digits) > _LARGEST_DECIMAL:
            raise Refusal("This number is too large, or too close to 0, to be judged.")
        return constant(*answer.as_integer_ratio())
    return None


def _a_number(program: Program) -> Program:
    """The same; raises Refusal where it is a statement that is true or false,
    or has one where a number belongs."""
    truths: list[bool] = []
    for kind, _, parts in program.steps:
        within = [truths[k] for k in parts]
        numbers = (
            within[:1] if kind is ExprCondPair else [] if kind in LOGICAL or kind is sp.Piecewise else within
        )
        if any(numbers):
            raise Refusal("In this answer a statement that is true or false stands where a number belongs.")
        truths.append(kind in LOGICAL or kind in COMPARISONS)
    last = program.steps[-1].kind
    if last is sp.Equality:
        raise Refusal("This is an equation. Give its right side alone.")
    if last in COMPARISONS:
        raise Refusal("This is a comparison, which is true or false; the answer is a number.")
    if last in LOGICAL:
        raise Refusal("This is a truth value, not a number.")
    return program


def _exact(x: Any) -> Program:
    """A float or mpf as a program that knows it is a decimal."""
    if not mpmath.isfinite(x):
        raise Refusal("This is not a finite number.")
    return read(sp.Float(x) if type(x) is float else sp.Float._new(x._mpf_, 53))


def _from_lambda(answer: Any) -> Formula:
    variables, body = answer.args
    names = tuple(v.name for v in variables if type(v) is sp.Symbol)
    program = _a_number(read(body))
    if not program.names <= set(names):
        raise Refusal("The body of this `Lambda` holds a symbol that is not among its variables.")
    return Formula(program, names)


def _objection(answer: object) -> str:
    kind = type(answer)
    if answer is None:
        return "This is None. (`print(x)` returns None: hand in `x` itself.)"
    if kind in (list, tuple, sp.Tuple):
        return "This exercise wants one answer, not several."
    if kind in (set, frozenset, dict):
        return f"This is a {kind_name(answer)}. Give one value, an expression or a function."
    if kind is np.ndarray:
        return "This is an array. Give one number, an expression or a function."
    return (
        f"An object of the kind {kind_name(answer)} cannot be judged. Give a number, a SymPy expression or a "
        "function."
    )
