"""Expressions that keep the order in which a reader should see them.

SymPy sorts sums and products. Where the order tells the story (σ′(z₁) w₂ σ′(z₂) …) these wrappers keep it on
the page; ``doit()`` gives back the ordinary expression.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from analysis.symbolic.notation import cost


class times(sp.Function):  # type: ignore[misc]
    """A product shown in the order given; ``doit()`` multiplies it out as ``Mul``."""

    def doit(self, **hints: Any) -> sp.Expr:
        return sp.Mul(*(x.doit(**hints) for x in self.args))

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return self.doit()._eval_evalf(prec)

    def _latex(self, printer: Any) -> str:
        return r"\, ".join(
            rf"\left({printer._print(x)}\right)" if x.is_Add or isinstance(x, plus) else printer._print(x)
            for x in self.args
        )

    def _sympystr(self, printer: Any) -> str:
        return "*".join(
            f"({printer._print(x)})" if x.is_Add or isinstance(x, plus) else printer._print(x)
            for x in self.args
        )


class plus(sp.Function):  # type: ignore[misc]
    """A sum shown in the order given; ``doit()`` adds it up as ``Add``."""

    def doit(self, **hints: Any) -> sp.Expr:
        return sp.Add(*(x.doit(**hints) for x in self.args))

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return self.doit()._eval_evalf(prec)

    def _joined(self, printer: Any) -> str:
        text = ""
        for x in self.args:
            term = printer._print(x)
            if text:
                term = f"- {term[1:].lstrip()}" if term.startswith("-") else f"+ {term}"
            text += f" {term}" if text else term
        return text

    _latex = _sympystr = _joined


class partial(sp.Function):  # type: ignore[misc]
    """∂C/∂x for C = cost(output): ``partial(output, x)``; ``doit()`` differentiates."""

    nargs = 2

    def doit(self, **hints: Any) -> sp.Expr:
        output, x = self.args
        return sp.diff(cost(output), x)

    def _latex(self, printer: Any) -> str:
        return rf"\frac{{\partial C}}{{\partial {printer._print(self.args[1])}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"dC/d{printer._print(self.args[1])}"


class probability(sp.Function):  # type: ignore[misc]
    """Pr[relation], a number that some other expression is said to equal."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\Pr\left[{printer._print(self.args[0])}\right]"


class expectation(sp.Function):  # type: ignore[misc]
    """E[expression] under the law that the claim's scope names."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\mathbb{{E}}\left[{printer._print(self.args[0])}\right]"


class spectral_norm(sp.Function):  # type: ignore[misc]
    """‖·‖₂, the largest factor by which a matrix can lengthen a vector."""

    nargs = 1
    is_commutative = True

    def _latex(self, printer: Any) -> str:
        return rf"\left\lVert {printer._print(self.args[0])} \right\rVert_2"


class _Of(sp.Function):  # type: ignore[misc]
    """A number that is read off a matrix."""

    is_commutative = True


class entry(_Of):
    """A_ij, the number in row i and column j; it has no value where there is none."""

    nargs = 3

    def _latex(self, printer: Any) -> str:
        a, *places = (printer._print(x) for x in self.args)
        return rf"\left({a}\right)_{{{','.join(places)}}}"


class rows(_Of):
    """How many rows a matrix has."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{rows}}\left({printer._print(self.args[0])}\right)"


class columns(_Of):
    """How many columns a matrix has."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{columns}}\left({printer._print(self.args[0])}\right)"


class iterated(sp.Function):  # type: ignore[misc]
    """A map applied several times: ``iterated(x, new, start, times)`` is (x ↦ new)^times (start); several
    letters as tuples, the last is the value."""

    nargs = 4

    def _latex(self, printer: Any) -> str:
        x, new, start, times = (printer._print(a) for a in self.args)
        return rf"\left({x}\mapsto {new}\right)^{{{times}}}\left({start}\right)"

    def _sympystr(self, printer: Any) -> str:
        x, new, start, times = (printer._print(a) for a in self.args)
        return f"({x} -> {new})^{times}({start})"


class length(sp.Function):  # type: ignore[misc]
    """The length of the set of all values of a variable for which a relation holds."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        relation, variable = (printer._print(x) for x in self.args)
        return rf"\operatorname{{length}}\left\{{{variable} : {relation}\right\}}"


class largest(sp.Function):  # type: ignore[misc]
    """The largest value of an expression in x on [0, 1]."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\max_{{0 \leq x \leq 1}} {printer._print(self.args[0])}"
