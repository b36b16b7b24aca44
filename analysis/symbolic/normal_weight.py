"""Moments of a weight w ~ N(0, s²), integrated by SymPy."""

from __future__ import annotations

import sympy as sp

from analysis.symbolic.normal import density

s = sp.Symbol("s", positive=True)
"""The standard deviation of the weights."""
p = sp.Symbol("p", positive=True)
u = sp.Symbol("u", positive=True)


def moment(power: sp.Expr) -> sp.Expr:
    """E|w|^power for w ~ N(0, s²), integrated over w > 0 and doubled."""
    return sp.simplify(2 * sp.integrate(u**power * density(u / s) / s, (u, 0, sp.oo)))


def mean_log_weight() -> sp.Expr:
    """E[log|w|] for w ~ N(0, s²): the derivative of E|w|^p at p = 0."""
    at_zero = sp.diff(moment(p), p).subs(p, 0)
    return sp.expand_log(sp.simplify(sp.expand_func(at_zero)), force=True)
