"""What is claimed of the angle between two signals and between their gradients."""

from __future__ import annotations

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.symbolic.angles import a, kappa_0, kappa_1, kept, l, next_cosine, theta

_r = sp.Symbol("r", positive=True)
_phi = sp.Symbol("phi", real=True)


def _both_positive(integrand: sp.Expr) -> sp.Expr:
    """2 E[f; u > 0, v > 0] for f in r and φ, as an integral in polar coordinates that is not carried out."""
    weight = integrand * _r * sp.exp(-(_r**2) / 2) / sp.pi
    return sp.Integral(weight, (_phi, theta - sp.pi / 2, sp.pi / 2), (_r, 0, sp.oo))


def by_polar_integration(statement: sp.Basic) -> Outcome:
    """The integral over angle and radius, carried out by SymPy."""
    left, right = (sp.simplify(x.doit()) for x in statement.args)
    if sp.simplify(sp.expand_trig(left - right)) == 0:
        return Proved("integration", (Step("the left side evaluates to", left),))
    return counterexample(sp.Eq(left, right, evaluate=False), [{theta: sp.Rational(1, 2)}]) or Unknown(
        "they differ in form"
    )


def by_series(statement: sp.Basic) -> Outcome:
    """1 − cos θ′ = (θ²/2)(1 − β θ + …) by SymPy's series, so θ′ = θ (1 − β θ/2 + …) and 1/θ′ − 1/θ → β/2."""
    ratio = sp.series(2 * (1 - next_cosine) / theta**2, theta, 0, 2).removeO()
    if sp.simplify(ratio.subs(theta, 0) - 1) != 0:
        return Unknown(f"the series begins with {ratio}")
    beta = -sp.simplify(ratio.coeff(theta, 1))
    if sp.simplify(beta / 2 - statement.rhs) == 0:
        return Proved(
            "calculus",
            (
                Step("by series, 2(1 − cos θ′)/θ² is, up to terms in θ²", ratio),
                Step("its square root is θ′/θ to that order, so the limit is", beta / 2),
            ),
        )
    return counterexample(sp.Eq(beta / 2, statement.rhs, evaluate=False), [{a: sp.S.Half}]) or Unknown(
        "they differ in form"
    )


def by_inserting(statement: sp.Basic) -> Outcome:
    """Both sides are simplified."""
    left, right = statement.args
    if sp.simplify(left - right) == 0:
        return Proved("algebra", (Step("the left side simplifies to", sp.simplify(left)),))
    return counterexample(statement, [{a: sp.S.Half, l: sp.Integer(10)}]) or Unknown("they differ in form")


_limit = sp.Limit(1 / sp.Function("theta'")(theta) - 1 / theta, theta, 0)
_shrink = a / (3 * sp.pi)
_settled = kept.subs(theta, 3 * sp.pi / (a * l))

CLAIMS = (
    Claim(
        label="shattered-both-active",
        sentence="Twice the chance that a ReLU is active for both of two inputs falls in proportion to "
        "their angle.",
        statement=sp.Eq(_both_positive(sp.S.One), kappa_0, evaluate=False),
        check=by_polar_integration,
        scope="standard normal weighted inputs at an angle θ between 0 and π (Sheppard 1899)",
        false_sibling=sp.Eq(_both_positive(sp.S.One), (1 + sp.cos(theta)) / 2, evaluate=False),
    ),
    Claim(
        label="shattered-kernel",
        sentence="Twice the mean product of two ReLUs, as a function of the angle between their inputs.",
        statement=sp.Eq(_both_positive(_r**2 * sp.cos(_phi) * sp.cos(_phi - theta)), kappa_1, evaluate=False),
        check=by_polar_integration,
        scope="standard normal weighted inputs at an angle θ between 0 and π (Cho & Saul 2009, degree 1)",
        false_sibling=sp.Eq(
            _both_positive(_r**2 * sp.cos(_phi) * sp.cos(_phi - theta)), sp.cos(theta), evaluate=False
        ),
    ),
    Claim(
        label="shattered-angle-shrinks",
        sentence="Signals align with depth: a block adds a/(3π) to 1/θ once θ is small, so θ tends to "
        "3π/(a l) after l blocks.",
        statement=sp.Eq(_limit, _shrink, evaluate=False),
        check=by_series,
        scope="θ′ is the angle after one block; ReLU, wide layers, a the share of the branch in the mean "
        "square, a = 1 without shortcut",
        false_sibling=sp.Eq(_limit, 1 / (3 * sp.pi), evaluate=False),
    ),
    Claim(
        label="shattered-cube-law",
        sentence="Once the angle has settled, block l takes the share 3/l off the correlation, whatever a "
        "is: a power law in depth, l⁻³.",
        statement=sp.Eq(1 - _settled, 3 / l, evaluate=False),
        check=by_inserting,
        scope="θ = 3π/(a l), the leading term for many blocks; ReLU, wide layers, Var w = 2/n; the same a "
        "in every block",
        false_sibling=sp.Eq(1 - _settled, 3 * a / l, evaluate=False),
    ),
)
