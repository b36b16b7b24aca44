"""The quarter bound by ball arithmetic."""

from __future__ import annotations

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.domain import domain, reals
from analysis.claims.intervals import IntervalProof, _u, prove_upper_bound
from analysis.claims.outcome import Check, Outcome, Proved, Unknown
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.notation import z


def by_intervals(form: sp.Expr, touching: sp.Rational | None = None) -> Check:
    """A check of ``left ≤ right`` on all of ℝ, after proving that the left side equals ``form``."""

    def check(statement: sp.Basic) -> Outcome:
        left, right = statement.args
        for side in (-1, 1):
            gap = (left.doit() - form).subs(z, -2 * side * sp.log(_u)).rewrite(sp.exp).doit()
            if sp.cancel(sp.together(gap)) != 0:
                return Unknown(f"the left side was not recognised as {form}")
        found = prove_upper_bound(form, right, touching)
        return Proved("intervals", found.steps()) if isinstance(found, IntervalProof) else found

    return check


CLAIMS = (
    Claim(
        label="sigmoid-quarter-intervals",
        sentence="The slope of the sigmoid is at most 1/4: ball arithmetic, with the curvature where the "
        "bound is touched.",
        statement=sp.Le(SIGMOID.derivative, sp.Rational(1, 4), evaluate=False),
        check=by_intervals(1 / (4 * sp.cosh(z / 2) ** 2), touching=sp.S.Zero),
        scope="rests on the rounding of python-flint's balls",
        false_sibling=sp.Le(SIGMOID.derivative, sp.Rational(249999, 1000000), evaluate=False),
        domain=domain((z, reals())),
    ),
)
