"""Balance, the mean of log|w σ′(z)| being 0: where design reaches it, and why normal weights of mean 0
with independent, symmetric biases never do.

For w ~ N(0, s²) the mean of log|w| is log s − (γ + log 2)/2. If every z is held at 0 the mean log-factor is
that less log 4. If z = wa + b is left to the chain, σ′(z) ≤ e^{−|z|} costs more than any s can earn.
"""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.normal_weight import mean_log_weight, moment, s

lam = sp.Symbol(r"\lambda", real=True)
"""λ, the mean of log|w σ′(z)|."""


def gain_bound() -> sp.Expr:
    """E[log|w|] − E|w|/2, which no random chain exceeds: see ``by_symmetry_and_convexity``."""
    return mean_log_weight() - moment(sp.S.One) / 2


def best_std() -> sp.Expr:
    """The standard deviation at which that bound is largest."""
    (root,) = sp.solve(gain_bound().diff(s), s)
    return root
