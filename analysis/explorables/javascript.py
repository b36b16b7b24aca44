"""SymPy expressions as JavaScript.
No formula of an explorable is typed into its script: all are printed here."""

from __future__ import annotations

import re

import sympy as sp
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.jscode import JavascriptCodePrinter

from analysis.numeric.compiled import constants_evaluated, without_cancellation

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_MORE = {"log1p": "Math.log1p", "expm1": "Math.expm1", "ndtr": "ndtr", "erfcx": "erfcx"}
"""The last two are functions of ``explorables.normal``, which a script that uses them must hold."""


class _Printer(JavascriptCodePrinter):  # type: ignore[misc]
    """One line for each expression; SymPy's own breaks lines in a ``Piecewise`` and compares with ``==``."""

    def __init__(self) -> None:
        super().__init__({"strict": True, "allow_unknown_functions": False, "user_functions": _MORE})

    def _print_Float(self, number: sp.Float) -> str:
        return repr(float(number))  # the shortest decimals that give the same double: 17 digits at most

    def _print_NumberSymbol(self, number: sp.NumberSymbol) -> str:
        return repr(float(number))

    def _print_Infinity(self, _: sp.Expr) -> str:
        return "Infinity"

    def _print_NegativeInfinity(self, _: sp.Expr) -> str:
        return "-Infinity"

    def _print_NaN(self, _: sp.Expr) -> str:
        return "NaN"

    def _print_Relational(self, relation: sp.Rel) -> str:
        sign = {"==": "===", "!=": "!=="}.get(relation.rel_op, relation.rel_op)
        return f"({self._print(relation.lhs)} {sign} {self._print(relation.rhs)})"

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        shown = "NaN"
        for value, condition in reversed(expr.args):
            branch = self._print(value)
            shown = branch if condition == sp.true else f"({self._print(condition)} ? {branch} : {shown})"
        return shown


def javascript(expr: sp.Expr) -> str:
    """``expr`` as one JavaScript expression in its own symbols.

    log(1 + x) and exp(x) − 1 become log1p and expm1, constants are doubles. Raises TypeError for a function
    that JavaScript's Math lacks (erf, Gamma, …), ValueError for a symbol that is no JavaScript name.
    """
    expr = sp.sympify(expr)
    for symbol in sorted(expr.free_symbols, key=str):
        _checked(str(symbol))
    try:
        return str(_Printer().doprint(constants_evaluated(without_cancellation(expr))))
    except PrintMethodNotImplementedError as error:
        (missing,) = re.findall(r"(\w+)(?:'>)?$", str(error).splitlines()[0])
        raise TypeError(
            f"expr must consist of functions that JavaScript's Math has, which {missing} is not; "
            "print a series for it, or rewrite the expression"
        ) from None


def arrow(expr: sp.Expr, *symbols: sp.Symbol) -> str:
    """``expr`` as a JavaScript function of ``symbols``: (w, h, b) => b + h*w.

    Raises ValueError where ``symbols`` lacks one of the expression's, and as ``javascript`` does.
    """
    missing = sp.sympify(expr).free_symbols - set(symbols)
    if missing:
        raise ValueError(
            f"symbols must include {', '.join(sorted(map(str, missing)))}, which {expr} contains"
        )
    return f"({', '.join(_checked(str(s)) for s in symbols)}) => {javascript(expr)}"


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"symbols must have names that JavaScript accepts, such as w_1, not {name!r}")
    return name
