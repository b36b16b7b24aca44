"""SymPy expressions as functions of numbers.

``compiled`` gives a NumPy function for arrays of any shape; ``compiled_scalar`` gives a plain Python function
for tight loops over floats. Arrays of another library (PyTorch, JAX …) stay there.
Both rewrite log(1 + x) and exp(x) − 1, which cancel, as log1p and expm1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, reduce
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.codegen.cfunctions import expm1, log1p
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.numpy import SciPyPrinter
from sympy.printing.pycode import PythonCodePrinter

from analysis.numeric import arrays, normal

Floats = NDArray[np.floating[Any]]
_SETTINGS = {"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": False}


_NUMPY = {np.ndarray, np.float64, np.float32, float, int, bool, list, tuple}
_ARRAY: dict[str, Any] = {"ndtr": normal.ndtr, "erfcx": normal.erfcx}
_SCALAR: dict[str, Any] = {"ndtr": lambda x: float(normal.ndtr(x)), "erfcx": lambda x: float(normal.erfcx(x))}


def without_cancellation(expr: sp.Expr) -> sp.Expr:
    """The same expression with log(1 + x) as log1p(x) and exp(x) − 1 as expm1(x).

    SymPy's own ``log1p_opt`` also pulls terms together, and turns −|z| − 2 log(1 + e^−|z|) into
    |z| − 2 log1p(e^|z|), which overflows; this rewriting changes nothing else.
    """

    expr = expr.replace(
        lambda e: isinstance(e, sp.log) and e.args[0].is_Add and sp.S.One in e.args[0].args,
        lambda e: log1p(e.args[0] - 1, evaluate=False),
    )
    return expr.replace(lambda e: e.is_Add, _with_expm1)


def _with_expm1(total: sp.Add) -> sp.Expr:
    """A sum that holds c·exp(x) and −c, with expm1."""
    for term in total.args:
        c, power = term.as_coeff_Mul()
        if isinstance(power, sp.exp) and -c in total.args:
            rest = [t for t in total.args if t not in (term, -c)]
            return sp.Add(c * expm1(power.args[0], evaluate=False), *rest)
    return total


def _nested(name: str) -> Callable[[Any, sp.Basic], str]:
    def show(self: Any, expr: sp.Basic) -> str:
        function = self._module_format(f"numpy.{name}")
        return str(reduce(lambda x, y: f"{function}({x}, {y})", (self._print(x) for x in expr.args)))

    return show


def _own(name: str) -> Callable[[Any, sp.Basic], str]:
    """A function of ``numeric.normal``, by its own name."""
    return lambda self, expr: f"{name}({self._print(expr.args[0])})"


class _ArrayPrinter(SciPyPrinter):  # type: ignore[misc]
    """NumPy code that broadcasts: SymPy's own reduces over a stack, which needs equal shapes."""

    _print_Max = _nested("maximum")
    _print_Min = _nested("minimum")
    _print_And = _nested("logical_and")
    _print_Or = _nested("logical_or")

    _print_ndtr = _own("ndtr")
    _print_erfcx = _own("erfcx")

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        where, shown = self._module_format("numpy.where"), self._module_format("numpy.nan")
        for value, condition in reversed(expr.args):
            branch = self._print(value)
            shown = (
                branch if condition == sp.true else f"{where}({self._print(condition)}, {branch}, {shown})"
            )
        return str(shown)


class _ScalarPrinter(PythonCodePrinter):  # type: ignore[misc]
    """Python code; SymPy prints sign(0) as 1."""

    def _print_sign(self, expr: sp.sign) -> str:
        x = self._print(expr.args[0])
        return f"(({x} > 0) - ({x} < 0))"

    _print_ndtr = _own("ndtr")
    _print_erfcx = _own("erfcx")


def _exp(x: float) -> float:
    """e^x, infinite where ``math.exp`` would raise."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def constants_evaluated(expr: Any) -> Any:
    """Constants such as log 4 as literals, so that they cost nothing and do not widen float32;
    rational numbers stay as they are."""
    if not getattr(expr, "args", ()):
        return expr
    if isinstance(expr, sp.Expr) and expr.is_number and not expr.is_Rational and expr.is_finite:
        return sp.Float(expr.evalf(40), 40)
    args = [constants_evaluated(x) for x in expr.args]
    return expr if all(x is y for x, y in zip(args, expr.args, strict=True)) else expr.func(*args)


def _lambdified(
    expr: sp.Expr, symbols: tuple[sp.Symbol, ...], printer: Any, names: dict[str, Any]
) -> Callable[..., Any]:
    expr = sp.sympify(expr)
    unknown = expr.free_symbols - set(symbols)
    if unknown:
        raise ValueError(
            f"symbols must include {', '.join(sorted(map(str, unknown)))}, which {expr} contains"
        )
    expr = constants_evaluated(without_cancellation(expr))
    for_arrays = isinstance(printer, _ArrayPrinter)
    try:
        function: Callable[..., Any] = sp.lambdify(
            symbols, expr, modules=[names], printer=printer, cse=for_arrays
        )
    except PrintMethodNotImplementedError as error:
        raise TypeError(
            f"expr must consist of functions with numeric code, but {str(error).splitlines()[0]}"
        ) from None
    return function


@cache
def compiled_scalar(expr: sp.Expr, *symbols: sp.Symbol) -> Callable[..., float]:
    """``expr`` as a Python function of floats, for tight loops; arguments are not checked.

    exp overflows to inf instead of raising. A ``Piecewise`` evaluates only the branch it takes. Raises
    ValueError where ``symbols`` lacks one of the expression's,
    TypeError where a function has no numeric code.
    """
    return _lambdified(expr, symbols, _ScalarPrinter(_SETTINGS), {"exp": _exp} | _SCALAR)


@cache
def compiled(expr: sp.Expr, *symbols: sp.Symbol) -> Callable[..., Any]:
    """``expr`` as a NumPy function of ``symbols``: arrays of any shapes that broadcast, and Python scalars.

    Returns an array of the broadcast shape, or a NumPy scalar where every argument is one. float32 stays
    float32 and float64 stays float64; integers and booleans become float64. NaN in any argument gives NaN. No
    warnings: what overflows is inf, what is undefined NaN, and a branch of a ``Piecewise`` that is not taken
    leaves no trace. Arrays of another library that follows the array API standard are answered in kind, on
    their device. Raises TypeError for complex,
    object and string arguments and for a function that the library lacks, and as ``compiled_scalar`` does.
    """
    function = _lambdified(expr, symbols, _ArrayPrinter(_SETTINGS), _ARRAY)
    names = tuple(str(s) for s in symbols)
    hides_nan = expr.has(sp.Piecewise, sp.Heaviside) or expr.free_symbols != set(symbols)

    def call(*values: Any) -> Any:
        if len(values) != len(names):
            raise TypeError(f"expected {len(names)} arguments ({', '.join(names)}), not {len(values)}")
        if any(type(x) not in _NUMPY for x in values) and arrays.foreign(*values):
            return _elsewhere(expr, symbols, values, hides_nan)
        if len(values) == 1 and type(values[0]) is np.ndarray and values[0].dtype == np.float64:
            given, shape, dtype = list(values), values[0].shape, values[0].dtype  # by far the most frequent
        else:
            given = _as_floats(names, values)
            shape = np.broadcast_shapes(*(x.shape for x in given))
            dtype = given[0].dtype if given else np.dtype(np.float64)
        with np.errstate(all="ignore"):
            result = np.asarray(function(*given), dtype=dtype)
        if result.shape != shape or any(result is x for x in given):
            result = np.broadcast_to(result, shape).copy()
        if hides_nan:
            for x in given:
                result = np.where(np.isnan(x), dtype.type(np.nan), result)
        return result[()]

    call.__doc__ = f"{expr} as a function of {', '.join(names)}."
    return call


def _elsewhere(
    expr: sp.Expr, symbols: tuple[sp.Symbol, ...], values: tuple[Any, ...], hides_nan: bool
) -> Any:
    """``expr`` on arrays of another library, with the precision and the device of the first of them."""
    xp = arrays.foreign(*values)
    first = next(x for x in values if arrays.foreign(x))
    if not xp.isdtype(first.dtype, "real floating"):
        raise TypeError(f"the arrays must hold floating-point numbers, not {first.dtype}")
    given = xp.broadcast_arrays(*(arrays.like(first, x) for x in values))
    found = _in_namespace(expr, symbols, xp, arrays.library(first), first.dtype)(*given)
    result = xp.asarray(xp.broadcast_to(arrays.like(first, found), given[0].shape), copy=True)
    if hides_nan:
        for x in given:
            result = xp.where(xp.isnan(x), x, result)
    return result


@cache
def _in_namespace(
    expr: sp.Expr, symbols: tuple[sp.Symbol, ...], xp: Any, library: str, dtype: Any
) -> Callable[..., Any]:
    known = arrays.functions(xp, library, dtype)
    lacking = {type(f).__name__ for f in expr.atoms(sp.Function)} & set(_ARRAY) - set(known)
    if lacking:
        raise TypeError(f"{library} has no {', '.join(sorted(lacking))}, which {expr} needs")
    return _lambdified(expr, symbols, _ArrayPrinter(_SETTINGS), known)


def _as_floats(names: tuple[str, ...], values: tuple[Any, ...]) -> list[Floats]:
    """The values as arrays of one floating dtype; Python scalars adopt that of the arrays beside them."""
    plain = [type(x) in (bool, int, float) for x in values]
    given = [
        np.asarray(float(x)) if is_plain else arrays.of_numpy(name, x)
        for name, x, is_plain in zip(names, values, plain, strict=True)
    ]
    dtype = np.result_type(
        *(1.0 if is_plain else x.dtype for x, is_plain in zip(given, plain, strict=True)), 1.0
    )
    return [x.astype(dtype, copy=False) for x in given]
