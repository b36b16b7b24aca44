"""Balance, the mean of log|w σ′(z)| being 0: where design reaches it, and why normal weights of mean 0
with independent, symmetric biases never do.

For w ~ N(0, s²) the mean of log|w| is log s − (γ + log 2)/2. If every z is held at 0 the mean log-factor is
that less log 4. If z = wa + b is left to the chain, σ′(z) ≤ e^{−|z|} costs more than any s can earn.
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.notation import w

s = sp.Symbol("s", positive=True)
"""The standard deviation of the weights."""
lam = sp.Symbol(r"\lambda", real=True)
"""λ, the mean of log|w σ′(z)|."""
_p = sp.Symbol("p", positive=True)
_u = sp.Symbol("u", positive=True)

density = sp.exp(-(w**2) / (2 * s**2)) / (s * sp.sqrt(2 * sp.pi))


def moment(power: sp.Expr) -> sp.Expr:
    """E|w|^power for w ~ N(0, s²), integrated by SymPy over w > 0 and doubled."""
    at = density.subs(w, _u)
    return sp.simplify(2 * sp.integrate(_u**power * at, (_u, 0, sp.oo)))


def mean_log_weight() -> sp.Expr:
    """E[log|w|] for w ~ N(0, s²): the derivative of E|w|^p at p = 0."""
    at_zero = sp.diff(moment(_p), _p).subs(_p, 0)
    return sp.expand_log(sp.simplify(sp.expand_func(at_zero)), force=True)


def gain_bound() -> sp.Expr:
    """E[log|w|] − E|w|/2, which no random chain exceeds: see ``by_symmetry_and_convexity``."""
    return mean_log_weight() - moment(sp.S.One) / 2


def best_std() -> sp.Expr:
    """The standard deviation at which that bound is largest."""
    (root,) = sp.solve(gain_bound().diff(s), s)
    return root
