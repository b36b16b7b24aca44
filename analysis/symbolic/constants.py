"""Numbers that deserve a letter of their own:
exact in SymPy, as many digits as asked for, printed by their letter."""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy as sp
from sympy.core.singleton import Singleton

from analysis.symbolic.notation import z


class _Constant(sp.NumberSymbol):  # type: ignore[misc]
    """A positive real number with a letter; a subclass says its ``value`` to so many digits."""

    is_real = True
    is_positive = True
    __slots__ = ()
    tex: str
    plain: str

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


class Root(_Constant):
    """The one root of an equation f(x) = 0 between two positive rational numbers, such as the x where a slope
    is largest.

    ``Root("x_1", "x₁", f, low, high)`` with f an expression in ``notation.z``; that f has opposite signs at
    the ends is asked here, that there is no other root is for a proof to show. Raises ValueError unless 0 <
    low < high, both rational, and the signs are opposite.

    >>> from analysis.symbolic.notation import z
    >>> Root("r", "r", z**2 - 2, 1, 2).evalf(12)
    1.41421356237
    """

    __slots__ = ("formula", "high", "low", "plain", "tex")
    formula: sp.Expr
    low: sp.Rational
    high: sp.Rational

    def __new__(cls, tex: str, plain: str, formula: sp.Expr, low: Any, high: Any) -> Root:
        self: Root = super().__new__(cls)
        self.tex, self.plain, self.formula = tex, plain, sp.sympify(formula)
        self.low, self.high = sp.Rational(low), sp.Rational(high)
        if not 0 < self.low < self.high:
            raise ValueError(f"low and high must be rational numbers with 0 < low < high, not {low}, {high}")
        ends = [sp.N(self.equation(x), 30) for x in (self.low, self.high)]
        if not (all(x.is_real for x in ends) and ends[0] * ends[1] < 0):
            raise ValueError(f"formula must have opposite signs at {low} and {high}, not {ends}")
        return self

    def equation(self, x: Any) -> sp.Expr:
        """f(x), which is 0 at this number."""
        return self.formula.subs(z, x)

    def value(self, digits: int) -> sp.Float:
        ends = (self.low, self.high)
        return sp.nsolve(self.formula, z, ends, solver="anderson", prec=digits + 5, verify=False)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.tex, self.plain, self.formula, self.low, self.high)

    def _hashable_content(self) -> tuple[Any, ...]:
        return self.__getnewargs__()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Root) and self.__getnewargs__() == other.__getnewargs__()

    def __hash__(self) -> int:
        return hash((type(self).__name__, *self.__getnewargs__()))


SELU_ALPHA = SeluAlpha()
SELU_SCALE = SeluScale()
