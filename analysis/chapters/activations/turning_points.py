"""The largest slope of GELU and of SiLU in closed form:
where the second derivative changes sign, and the limits.

Both slopes satisfy σ′(z) + σ′(−z) = 1, tend to 0 and 1, and have σ″ = positive · g with g even and decreasing
in |z|. So σ′ rises between the two roots ±r of g and falls outside:
its values lie in [σ′(−r), σ′(r)], and sup |σ′| = σ′(r).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from analysis.symbolic.activation import Activation
from analysis.symbolic.constants import SILU_TURN
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z


@dataclass(frozen=True)
class Turn:
    """σ″ = positive · g, and the root r > 0 of g."""

    positive: sp.Expr
    g: sp.Expr
    root: sp.Expr


TURNS: dict[str, Turn] = {
    "gelu": Turn(density(z), 2 - z**2, sp.sqrt(2)),
    "silu": Turn(1 / (4 * sp.cosh(z / 2) ** 2), 2 - z * sp.tanh(z / 2), 2 * SILU_TURN),
}


def largest_slope(x: Activation) -> sp.Expr:
    """σ′(r), simplified with what defines r."""
    return simplified(x.derivative.subs(z, TURNS[x.name].root))


def simplified(expr: sp.Expr) -> sp.Expr:
    return sp.simplify(SILU_TURN.unfold(expr.doit()).rewrite(sp.erf))
