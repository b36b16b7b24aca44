"""What is claimed of the angle between two signals and between their gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

from analysis.claims.claim import Claim
from analysis.claims.domain import between, domain, positive
from analysis.claims.meaning import value
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.claims.world import Meaningless, Number, World, ball
from analysis.symbolic.angles import a, kappa_0, kappa_1, kept, l, next_angle, next_cosine, theta

_r = sp.Symbol("r", positive=True)
_phi = sp.Symbol("phi", real=True)


def _both_positive(integrand: sp.Expr) -> sp.Expr:
    """2 E[f; u > 0, v > 0] for f in r and φ, as an integral in polar coordinates that is not carried out."""
    weight = integrand * _r * sp.exp(-(_r**2) / 2) / sp.pi
    return sp.Integral(weight, (_phi, theta - sp.pi / 2, sp.pi / 2), (_r, 0, sp.oo))


@cache
def _compiled(e: sp.Expr) -> tuple[Any, Callable[..., Any]]:
    """The letters of an integrand but for r and φ, and it as a function of r, φ and these."""
    names = tuple(sorted(e.free_symbols - {_r, _phi}, key=str))
    return names, sp.lambdify((_r, _phi, *names), e, "numpy")


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def over_the_wedge(e: sp.Basic, world: World) -> Number:
    """A double integral over φ and r by Gauss–Legendre with 64² nodes; the bell in r is cut off at r = 13."""
    if [limit[0] for limit in e.limits] != [_phi, _r]:
        raise Meaningless(f"{e} is no integral over φ and r")
    (_, first, last), (_, near, far) = e.limits
    ends = [float(ball(value(x, world)).mid()) for x in (first, last, near)]
    ends.append(13.0 if far == sp.oo else float(ball(value(far, world)).mid()))
    half = ((ends[1] - ends[0]) / 2, (ends[3] - ends[2]) / 2)
    phi, r = (ends[2 * k] + half[k] * (1 + _NODES) for k in (0, 1))
    names, f = _compiled(e.function)
    values = f(r[:, None], phi[None, :], *(float(ball(value(x, world)).mid()) for x in names))
    total = float(half[0] * half[1] * (_WEIGHTS @ (values + 0.0 * (r[:, None] + phi)) @ _WEIGHTS))
    return arb(total, 1e-11)


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


_next = sp.Function("theta'")
_limit = sp.Limit(1 / _next(theta) - 1 / theta, theta, 0)
_angle = between(0, "22/7", open_low=True, open_high=True, words="between 0 and π")
_share = between(0, 1, open_low=True)
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
        domain=domain((theta, _angle), where=theta < sp.pi, means={sp.Integral: over_the_wedge}),
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
        domain=domain((theta, _angle), where=theta < sp.pi, means={sp.Integral: over_the_wedge}),
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
        domain=domain((a, _share), means={_next: sp.Lambda(theta, next_angle)}),
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
        domain=domain((a, _share), (l, positive())),
    ),
)
