"""SELU's two constants, derived:
mean 0 and second moment 1 are kept for z ~ N(0, 1) (Klambauer et al. 2017)."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.activations.selu import alpha, constants, lam, moment
from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.outcome import Check, Outcome, Proved, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.symbolic.catalogue import SELU
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE
from analysis.symbolic.display import plus
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z


def _zero(expr: sp.Expr) -> bool:
    """Whether an expression cancels, with √e, √π and each erfc taken as letters of their own."""
    e, p = sp.symbols("e p", positive=True)
    plain = expr.replace(sp.exp, lambda k: e ** (2 * k)).subs(sp.pi, p**2)
    letters = {x: sp.Dummy() for x in plain.atoms(sp.erfc)}
    return bool(sp.cancel(sp.together(plain.xreplace(letters))) == 0)


def _moment_integral(power: int) -> sp.Expr:
    pieces = [
        (piece.expr, at) for piece, at in zip(SELU.formula.args, ((-sp.oo, 0), (0, sp.oo)), strict=True)
    ]
    return plus(*(sp.Integral(f**power * density(z), (z, *at)) for f, at in pieces))


def by_integration(power: int) -> Check:
    """E σ(z)^power = number, the constants as solved for;
    the false number is refuted by the value of the integrals."""

    def check(statement: sp.Basic) -> Outcome:
        scale, a = constants()
        if not (_zero(SELU_ALPHA.closed - a) and _zero(SELU_SCALE.closed**-2 - scale**-2)):
            return Unknown(f"the declared constants are not λ = {scale}, α = {a}")
        value = moment(power).subs({lam: SELU_SCALE.closed, alpha: SELU_ALPHA.closed})
        if _zero(value - statement.args[1]):
            return Proved(
                "integration",
                (
                    Step("SymPy integrates with unknown λ and α", moment(power)),
                    Step("the mean vanishes for one α", a),
                    Step("and then the second moment is 1 for one λ > 0", scale),
                ),
            )
        return counterexample(sp.Eq(value, statement.args[1], evaluate=False), [{}]) or Unknown("undecided")

    return check


CLAIMS = (
    Claim(
        label="selu-keeps-mean-zero",
        sentence="With its two constants, SELU sends a standard normal input to mean 0.",
        statement=sp.Eq(_moment_integral(1), 0, evaluate=False),
        check=by_integration(1),
        domain=domain(),
        scope="z ~ N(0, 1); α₀₁ is the solution of this equation, whatever λ is",
        false_sibling=sp.Eq(_moment_integral(1), sp.Rational(1, 1000), evaluate=False),
    ),
    Claim(
        label="selu-keeps-second-moment-one",
        sentence="With its two constants, SELU sends a standard normal input to second moment 1.",
        statement=sp.Eq(_moment_integral(2), 1, evaluate=False),
        check=by_integration(2),
        domain=domain(),
        scope="z ~ N(0, 1); λ₀₁ is the positive solution of this equation, given α₀₁",
        false_sibling=sp.Eq(_moment_integral(2), sp.Rational(1001, 1000), evaluate=False),
    ),
)
