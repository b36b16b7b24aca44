"""The largest slope of GELU and of SiLU in closed form:
where the second derivative changes sign, and the limits."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.activations.turning_points import TURNS, largest_slope
from analysis.chapters.activations.turning_points import simplified as _simplified
from analysis.claims.outcome import Check, Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z

_t = sp.Symbol("t", positive=True)


def by_turning_points(x: Activation) -> Check:
    """|σ′(z)| ≤ c for all real z, for an activation listed in ``TURNS``; every step is checked."""
    turn, slope = TURNS[x.name], x.derivative

    def check(statement: sp.Basic) -> Outcome:
        premises = {
            "the left side is |σ′|": statement.args[0] == sp.Abs(slope),
            "σ″ = positive · g": _vanishes_rewritten(slope.diff(z) - turn.positive * turn.g),
            "positive > 0": bool(turn.positive.is_positive),
            "g is even": turn.g.subs(z, -z) == turn.g,
            "g decreases for z > 0": bool(sp.simplify(-turn.g.diff(z).subs(z, _t)).is_positive),
            "g(r) = 0": _simplified(turn.g.subs(z, turn.root)) == 0,
            "σ′(z) + σ′(−z) = 1": _vanishes_rewritten(slope + slope.subs(z, -z) - 1),
            "σ′ → 0 at −∞": sp.limit(slope.rewrite(sp.erf), z, -sp.oo) == 0,
        }
        if not all(premises.values()):
            return Unknown("not shown: " + "; ".join(k for k, true in premises.items() if not true))
        top, right = largest_slope(x), statement.args[1]
        gap = _simplified(right - top)
        if gap.is_nonnegative and (top > sp.S.Half):
            return Proved(
                "calculus",
                (
                    Step("the second derivative has the sign of", turn.g),
                    Step("which is positive between the points ± r with r =", turn.root),
                    Step(
                        "so the slope is largest at r, and smallest, one minus that, at −r: the largest is",
                        top,
                    ),
                ),
            )
        points = [{z: sp.Rational(str(sp.N(turn.root, 12)))}]
        found = counterexample(sp.Le(slope, right, evaluate=False), points)
        return found if isinstance(found, Refuted) else Unknown(f"the slope reaches {top}")

    return check


def _vanishes_rewritten(expr: sp.Expr) -> bool:
    """Zero for z > 0 and for z < 0 (both functions are smooth at 0),
    after writing everything in exp and erf."""
    return all(_vanishes(expr.subs(z, side)) for side in (_t, -_t))


def _vanishes(expr: sp.Expr) -> bool:
    plain = expr.doit().replace(sp.sign, lambda x: x / sp.Abs(x)).rewrite(sp.exp).rewrite(sp.erf)
    return bool(sp.cancel(sp.together(sp.expand(plain))) == 0)
