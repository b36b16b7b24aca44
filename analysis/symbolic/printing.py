"""LaTeX and one line of plain text of SymPy objects, without evaluating them to put their terms in order."""

from __future__ import annotations

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.printer import Printer
from sympy.printing.str import StrPrinter


class _Ordered(Printer):  # type: ignore[misc]
    """Orders the terms of a sum without their values:
    SymPy asks each integral without letters for its number, by quadrature, every time."""

    def _as_ordered_terms(self, expr: sp.Add, order: str | None = None) -> list[sp.Expr]:
        constants = [x for x in expr.atoms(sp.Integral, sp.Sum, sp.Product, sp.Limit) if x.is_number]
        names = {
            x: sp.Dummy(f"constant_{n}") for n, x in enumerate(sorted(constants, key=sp.default_sort_key))
        }
        terms = {term.xreplace(names): term for term in expr.args} if constants else {}
        try:
            if len(terms) < len(expr.args):
                return list(super()._as_ordered_terms(expr, order))
            ordered = super()._as_ordered_terms(sp.Add(*terms), order)
        except ZeroDivisionError:  # a term such as 1/log(1), left as it is
            return list(expr.args)
        return [terms[term] for term in ordered] if set(ordered) == set(terms) else list(expr.args)


class _Latex(_Ordered, LatexPrinter):  # type: ignore[misc]
    pass


class _Text(_Ordered, StrPrinter):  # type: ignore[misc]
    pass


def tex(expr: sp.Basic) -> str:
    """LaTeX of a SymPy object, without the trailing zeros of floats."""
    return str(_Latex({"full_prec": False}).doprint(expr))


def plain_text(expr: sp.Basic) -> str:
    """One line of plain text of a SymPy object."""
    return str(_Text({"full_prec": False}).doprint(expr))
