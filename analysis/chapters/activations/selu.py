"""SELU's two constants, derived: mean 0 and second moment 1 are kept for z ~ N(0, 1) (Klambauer et al. 2017).

With unknown λ and α, E σ(z) and E σ(z)² are integrals that SymPy carries out; two equations in two unknowns.
That the fixed point attracts is in ``selu_moments``.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from analysis.symbolic.normal import density
from analysis.symbolic.notation import z

lam, alpha = sp.symbols("lambda alpha", positive=True)
_left, _right = lam * alpha * (sp.exp(z) - 1), lam * z


@cache
def moment(power: int) -> sp.Expr:
    """E σ(z)^power for z ~ N(0, 1) and unknown λ, α: λ^power times a polynomial in α; power 1 or 2."""
    if power not in (1, 2):
        raise ValueError(f"power must be 1 or 2, not {power!r}")
    halves = ((_left, (z, -sp.oo, 0)), (_right, (z, 0, sp.oo)))
    terms = [(term, at) for f, at in halves for term in sp.Add.make_args(sp.expand(f**power))]
    total = sp.Add(*(sp.integrate(term * density(z), at) for term, at in terms))
    return lam**power * sp.collect(sp.expand(total.rewrite(sp.erfc) / lam**power), alpha)


@cache
def constants() -> tuple[sp.Expr, sp.Expr]:
    """(λ, α) with E σ = 0, which is linear in α, and E σ² = 1, which gives λ²."""
    first, second = (sp.expand(moment(k) / lam**k) for k in (1, 2))
    a = -first.coeff(alpha, 0) / first.coeff(alpha, 1)
    return 1 / sp.sqrt(second.subs(alpha, a)), a
