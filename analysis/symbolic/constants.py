"""Numbers that deserve a letter of their own:
exact in SymPy, as many digits as asked for, printed by their letter."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import sympy as sp
from sympy.core.singleton import Singleton


class _Constant(sp.NumberSymbol):  # type: ignore[misc]
    """A positive real number with a letter; a subclass says its ``value`` to so many digits."""

    is_real = True
    is_positive = True
    __slots__ = ()
    tex: ClassVar[str]
    plain: ClassVar[str]

    def value(self, digits: int) -> sp.Float:
        """The number to that many decimal digits."""
        raise NotImplementedError

    def _as_mpf_val(self, prec: int) -> Any:
        return _evaluated(self, int(prec * 0.302) + 8)._mpf_

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"{self.tex}^{{{exp}}}" if exp else self.tex

    def _sympystr(self, printer: Any) -> str:
        return self.plain

    def _mpmathcode(self, printer: Any) -> str:
        return f"{printer._module_format('mpmath.mpf')}('{sp.N(self, 120)}')"


@cache
def _evaluated(constant: _Constant, digits: int) -> sp.Float:
    return constant.value(digits)


class SeluAlpha(_Constant, metaclass=Singleton):  # type: ignore[metaclass]
    """α₀₁ of SELU (Klambauer et al. 2017, equation 14): E σ(z) = 0 for z ~ N(0, 1)."""

    tex, plain = r"\alpha_{01}", "α₀₁"
    __slots__ = ()
    closed = sp.sqrt(2 / sp.pi) / (1 - sp.sqrt(sp.E) * sp.erfc(1 / sp.sqrt(2)))

    def value(self, digits: int) -> sp.Float:
        return self.closed.evalf(digits)


class SeluScale(_Constant, metaclass=Singleton):  # type: ignore[metaclass]
    """λ₀₁ of SELU: E σ(z)² = 1 for z ~ N(0, 1), given α₀₁."""

    tex, plain = r"\lambda_{01}", "λ₀₁"
    __slots__ = ()
    closed = 1 / sp.sqrt(
        sp.S.Half
        + SeluAlpha.closed**2
        * (sp.E**2 * sp.erfc(sp.sqrt(2)) / 2 - sp.sqrt(sp.E) * sp.erfc(1 / sp.sqrt(2)) + sp.S.Half)
    )

    def value(self, digits: int) -> sp.Float:
        return self.closed.evalf(digits)


class SiluTurn(_Constant, metaclass=Singleton):  # type: ignore[metaclass]
    """x₁ > 0 with x₁ tanh x₁ = 1: where the slope of SiLU is largest, z = 2x₁, and that slope, (1 + x₁)/2."""

    tex, plain = "x_1", "x₁"
    __slots__ = ()

    def value(self, digits: int) -> sp.Float:
        x = sp.Dummy("x")
        return sp.nsolve(x * sp.tanh(x) - 1, x, 1.2, prec=digits)

    def unfold(self, expr: sp.Expr) -> sp.Expr:
        """``expr`` with what the definition says of x₁: tanh x₁ = 1/x₁ and e^{−2x₁} = (x₁ − 1)/(x₁ + 1)."""
        return expr.xreplace({sp.tanh(self): 1 / self, sp.exp(-2 * self): (self - 1) / (self + 1)})


SELU_ALPHA = SeluAlpha()
SELU_SCALE = SeluScale()
SILU_TURN = SiluTurn()
