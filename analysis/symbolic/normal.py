"""The normal distribution function Φ and the scaled tail erfcx:
tails that SymPy lacks in a form that does not cancel.

SymPy turns erfc(−x) into 2 − erfc(x), which loses every digit of Φ(z) for z ≪ 0. These two stay as they are;
how they are evaluated is said where numbers are (``numeric.normal``, ``numeric.balls``,
``explorables.javascript``).
"""

from __future__ import annotations

from typing import Any

import sympy as sp


def density(x: sp.Expr) -> sp.Expr:
    """φ(x) = exp(−x²/2)/√(2π)."""
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


class ndtr(sp.Function):  # type: ignore[misc]
    """Φ(x), the chance that a standard normal number lies below x: erfc(−x/√2)/2."""

    nargs = 1
    is_real = True
    is_positive = True

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        return {sp.S.Zero: sp.S.Half, sp.oo: sp.S.One, -sp.oo: sp.S.Zero}.get(x)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return density(self.args[0])

    def _eval_rewrite_as_erfc(self, x: sp.Expr, **_: Any) -> sp.Expr:
        return sp.erfc(-x / sp.sqrt(2)) / 2

    def _eval_rewrite_as_erf(self, x: sp.Expr, **_: Any) -> sp.Expr:
        return (1 + sp.erf(x / sp.sqrt(2))) / 2

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return self.rewrite(sp.erfc).evalf(int(prec * 0.302) + 8)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\Phi{power}\left({printer._print(self.args[0])}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"Φ({printer._print(self.args[0])})"

    def _mpmathcode(self, printer: Any) -> str:
        f = printer._module_format
        return f"({f('mpmath.erfc')}(-({printer._print(self.args[0])})/{f('mpmath.sqrt')}(2))/2)"


class erfcx(sp.Function):  # type: ignore[misc]
    """erfcx(x) = e^{x²} erfc(x), the tail of the normal law freed of its decay; about 1/(x√π) for large x."""

    nargs = 1
    is_real = True
    is_positive = True

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        return {sp.S.Zero: sp.S.One, sp.oo: sp.S.Zero}.get(x)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        x = self.args[0]
        return 2 * x * erfcx(x) - 2 / sp.sqrt(sp.pi)

    def _eval_rewrite_as_erfc(self, x: sp.Expr, **_: Any) -> sp.Expr:
        return sp.exp(x**2) * sp.erfc(x)

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return self.rewrite(sp.erfc).evalf(int(prec * 0.302) + 8)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{erfcx}}{power}\left({printer._print(self.args[0])}\right)"

    def _mpmathcode(self, printer: Any) -> str:
        f, x = printer._module_format, printer._print(self.args[0])
        return f"({f('mpmath.exp')}(({x})**2)*{f('mpmath.erfc')}({x}))"
