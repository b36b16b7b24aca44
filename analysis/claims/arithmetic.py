"""Arithmetic of rationals and balls: powers, constants with a letter, and SymPy's functions by their
class."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, reduce
from typing import Any

import sympy as sp
from flint import arb, fmpq
from sympy.codegen.cfunctions import expm1, log1p

from analysis.claims.world import Meaningless, Number, Undefined
from analysis.symbolic.normal import erfcx, ndtr

EXACT_BITS, EXPONENT_BITS = 1 << 19, 256
"""A rational with more bits goes on as a ball; a power with a longer exponent is not evaluated."""
TERMS = 20_000
"""The longest sum, product or recursion that is carried out."""


def bits(x: fmpq) -> int:
    """Those of the numerator or of the denominator, whichever has more."""
    return int(x.height_bits())


def shortened(x: Number) -> Number:
    """x, as a ball where it is a rational of more than ``EXACT_BITS``."""
    return arb(x) if isinstance(x, fmpq) and bits(x) > EXACT_BITS else x


def factorial(x: Number) -> Number:
    """x! = Γ(x + 1), exact for the first few thousand whole numbers."""
    if isinstance(x, fmpq) and x.q == 1 and 0 <= x <= TERMS:
        return fmpq(math.factorial(int(x.p)))
    if isinstance(x, fmpq) and x.q == 1 and x < 0:
        raise Undefined("the factorial of a negative whole number")
    return arb(x + 1).gamma()


def binomial(n: int, k: int) -> Number:
    """n over k, exact where a few thousand factors do."""
    if not 0 <= k <= n:
        return fmpq(0)
    if min(k, n - k) <= TERMS and min(k, n - k) * n.bit_length() <= EXACT_BITS:
        return fmpq(math.comb(n, k))
    above, below, rest = (arb(x + 1).lgamma() for x in (n, k, n - k))
    return (above - below - rest).exp()


def power(base: Number, exponent: Number) -> Number:
    """base^exponent of real numbers; raises Undefined where that is none."""
    if isinstance(exponent, fmpq) and exponent.q == 1:
        n = int(exponent.p)
        if n < 0 and (base == 0 if isinstance(base, fmpq) else base.contains(0)):
            raise Undefined("a division by 0")
        if isinstance(base, fmpq) and base not in (-1, 0, 1) and abs(n) * bits(base) > EXACT_BITS:
            base = arb(base)
        if isinstance(base, arb):
            if abs(n).bit_length() > EXPONENT_BITS:
                raise Undefined("a power that is too large to evaluate")
            return _whole_power(base, n) if base.contains(0) else base**n
        return fmpq(base.p ** abs(n), base.q ** abs(n)) ** (1 if n >= 0 else -1)
    if isinstance(base, fmpq):
        if base == 0 and exponent > 0:
            return fmpq(0)
        if base == 1:
            return fmpq(1)
        if base < 0:
            raise Undefined("a root of a negative number")
        if exponent == fmpq(1, 2):
            p, q = math.isqrt(int(base.p)), math.isqrt(int(base.q))
            if p * p == base.p and q * q == base.q:
                return fmpq(p, q)
    if exponent == fmpq(1, 2):
        return arb(base).sqrt()
    return arb(base) ** arb(exponent)


def _whole_power(base: arb, n: int) -> arb:
    """base^n by squaring, n ≥ 0: of a ball around 0 FLINT's own power is no number."""
    if n < 2:
        return base if n else arb(1)
    half = _whole_power(base, n // 2)
    return half * half * base if n % 2 else half * half


@cache
def constant(e: sp.Basic, bits: int) -> arb:
    """A number with a letter of its own, such as π or α₀₁, to so many bits."""
    known = {sp.pi: arb.pi, sp.E: arb.const_e, sp.EulerGamma: arb.const_euler, sp.Catalan: arb.const_catalan}
    if e in known:
        return known[e]()
    digits = int(bits * 0.302) + 10
    return arb(f"{sp.N(e, digits)} +/- 1e-{digits - 6}")


def is_zero(x: Number) -> bool:
    return bool(x == 0) if isinstance(x, fmpq) else False


def _at_zero(f: Callable[[Any], Any], there: int) -> Callable[[Number], Number]:
    return lambda x: fmpq(there) if is_zero(x) else f(arb(x))


def _log(x: Number) -> Number:
    if isinstance(x, fmpq):
        if x == 1:
            return fmpq(0)
        if x <= 0:
            raise Undefined("the logarithm of a number that is not positive")
    return arb(x).log()


def _size(x: Number) -> Number:
    return abs(x)


def _sign(x: Number) -> Number:
    if isinstance(x, fmpq):
        return fmpq((x > 0) - (x < 0))
    s = x.sgn()
    if not s.is_exact():
        raise Undefined("a sign that cannot be told")
    return fmpq(int(float(s)))


def extreme(xs: Sequence[Number], largest: bool) -> Number:
    """The largest or the smallest of real numbers."""

    def chosen(p: Number, q: Number) -> Number:
        if isinstance(p, fmpq) and isinstance(q, fmpq):
            return max(p, q) if largest else min(p, q)
        p, q = arb(p), arb(q)
        return p.max(q) if largest else p.min(q)

    return reduce(chosen, xs)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    sp.exp: _at_zero(arb.exp, 1),
    sp.log: _log,
    sp.sqrt: lambda x: power(x, fmpq(1, 2)),
    sp.sin: _at_zero(arb.sin, 0),
    sp.cos: _at_zero(arb.cos, 1),
    sp.tan: _at_zero(arb.tan, 0),
    sp.asin: _at_zero(arb.asin, 0),
    sp.acos: lambda x: arb(x).acos(),
    sp.atan: _at_zero(arb.atan, 0),
    sp.sinh: _at_zero(arb.sinh, 0),
    sp.cosh: _at_zero(arb.cosh, 1),
    sp.tanh: _at_zero(arb.tanh, 0),
    sp.atanh: _at_zero(arb.atanh, 0),
    sp.asinh: _at_zero(arb.asinh, 0),
    sp.acosh: lambda x: fmpq(0) if x == 1 else arb(x).acosh(),
    sp.erf: _at_zero(arb.erf, 0),
    sp.erfc: _at_zero(arb.erfc, 1),
    sp.gamma: lambda x: arb(x).gamma(),
    sp.loggamma: lambda x: arb(x).lgamma(),
    sp.digamma: lambda x: arb(x).digamma(),
    sp.polygamma: lambda n, x: _polygamma(n, x),
    sp.besselk: lambda n, x: arb(x).bessel_k(arb(n)),
    sp.factorial: factorial,
    expm1: _at_zero(arb.expm1, 0),
    log1p: _at_zero(arb.log1p, 0),
    sp.Abs: _size,
    sp.sign: _sign,
    sp.Heaviside: lambda x, at_zero=None: (
        fmpq(1) if x > 0 else fmpq(0) if x < 0 else fmpq(1, 2) if at_zero is None else at_zero
    ),
    sp.Min: lambda *x: extreme(x, largest=False),
    sp.Max: lambda *x: extreme(x, largest=True),
    ndtr: lambda x: fmpq(1, 2) if is_zero(x) else (-arb(x) / arb(2).sqrt()).erfc() / 2,
    erfcx: lambda x: fmpq(1) if is_zero(x) else (arb(x) * arb(x)).exp() * arb(x).erfc(),
    sp.KroneckerDelta: lambda i, j: fmpq(int(i == j)),
    sp.floor: lambda x: fmpq(int(x.p) // int(x.q)) if isinstance(x, fmpq) else arb(x).floor(),
}


def _polygamma(n: Number, x: Number) -> Number:
    if n == 0:
        return arb(x).digamma()
    if isinstance(n, fmpq) and n.q == 1 and n > 0:
        k = int(n.p)
        if k > TERMS:
            raise Meaningless(f"polygamma of an order above {TERMS:,} is not evaluated")
        return arb(k + 1).zeta(arb(x)) * math.factorial(k) * (-1) ** (k + 1)
    raise Meaningless(f"polygamma of order {n}")
