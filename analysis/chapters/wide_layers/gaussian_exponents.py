"""Exponents of a product of Gaussian matrices in closed form, and what a layer of any width can gain.

w is n × n with independent entries N(0, s²). Write Q for the orthogonal matrix kept from the layers before: w
Q has the same law as w, so the triangular factor R of w Q = Q′R is a fresh draw in every layer. Its diagonal
entry R_ii is s times the length of a normal vector in n − i + 1 dimensions, R_ii² ~ s² χ²_{n−i+1},
and λ_i = E log R_ii (Newman 1986).
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.display import plus, times

n, i, k = sp.symbols("n i k", integer=True, positive=True)
s = sp.Symbol("s", positive=True)
c = sp.Symbol("c", positive=True)
x = sp.Symbol("x", positive=True)


class psi(sp.Function):  # type: ignore[misc]
    """ψ, the digamma function, left as it is on the page; ``doit()`` gives SymPy's."""

    nargs = 1

    def doit(self, **hints: object) -> sp.Expr:
        return sp.digamma(self.args[0].doit())

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return self.doit()._eval_evalf(prec)

    def _latex(self, printer: object) -> str:
        return rf"\psi\left({printer._print(self.args[0])}\right)"  # type: ignore[attr-defined]


def gaussian_exponent(width: sp.Expr = n, index: sp.Expr = i, std: sp.Expr = s) -> sp.Expr:
    """λ_i = ½ (log 2s² + ψ((n − i + 1)/2)) of a product of n × n matrices with entries N(0, s²);
    i = 1 is the largest."""
    return (sp.log(2 * std**2) + sp.digamma((width - index + 1) / sp.S(2))) / 2


def shown_exponent(width: sp.Expr = n, index: sp.Expr = i, std: sp.Expr = s) -> sp.Expr:
    """``gaussian_exponent`` as it is read on the page; ``doit()`` gives the same expression."""
    count = plus(width, -index, sp.S.One) if index.is_Symbol else width - index + 1
    return times(sp.S.Half, plus(sp.log(2 * std**2), psi(count / sp.S(2))))


def balanced_std(width: sp.Expr = n, slope: sp.Expr = sp.S.One) -> sp.Expr:
    """The s at which λ₁ + log(slope) = 0, every slope being the same; λ₁ at s is λ₁ at 1 plus log s."""
    return sp.exp(-gaussian_exponent(width, sp.S.One, sp.S.One)) / slope


def chi_square_density(degrees: sp.Expr = k) -> sp.Expr:
    """Density of χ²_k at x, the squared length of a standard normal vector in k dimensions."""
    half = degrees / sp.S(2)
    return x ** (half - 1) * sp.exp(-x / 2) / (2**half * sp.gamma(half))


SLOPES, WEIGHTS = (sp.Symbol(name, commutative=False) for name in (r"\Sigma'", "w"))
