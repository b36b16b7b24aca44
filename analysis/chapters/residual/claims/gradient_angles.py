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
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.meaning import value
from analysis.claims.rules import cited
from analysis.claims.world import Formula, Meaningless, Number, World, ball
from analysis.symbolic.angles import (
    a,
    both_active,
    both_linear,
    kappa_0,
    kappa_1,
    kept,
    l,
    next_angle,
    phi,
    r,
    theta,
)


@cache
def _compiled(e: sp.Expr) -> tuple[Any, Callable[..., Any]]:
    """The letters of an integrand but for r and φ, and it as a function of r, φ and these."""
    names = tuple(sorted(e.free_symbols - {r, phi}, key=str))
    return names, sp.lambdify((r, phi, *names), e, "numpy")


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def over_the_wedge(e: sp.Basic, world: World) -> Number:
    """A double integral over φ and r by Gauss–Legendre with 64² nodes; the bell in r is cut off at r = 13."""
    if [limit[0] for limit in e.limits] != [phi, r]:
        raise Meaningless(f"{e} is no integral over φ and r")
    (_, first, last), (_, near, far) = e.limits
    ends = [float(ball(value(x, world)).mid()) for x in (first, last, near)]
    ends.append(13.0 if far == sp.oo else float(ball(value(far, world)).mid()))
    half = ((ends[1] - ends[0]) / 2, (ends[3] - ends[2]) / 2)
    across, along = (ends[2 * k] + half[k] * (1 + _NODES) for k in (0, 1))
    names, f = _compiled(e.function)
    values = f(along[:, None], across[None, :], *(float(ball(value(x, world)).mid()) for x in names))
    total = float(half[0] * half[1] * (_WEIGHTS @ (values + 0.0 * (along[:, None] + across)) @ _WEIGHTS))
    return arb(total, 1e-11)


WEDGE = Formula(sp.Integral, over_the_wedge)
"""Such an integral, evaluated quickly."""


_next = sp.Function("theta'")
_limit = sp.Limit(1 / _next(theta) - 1 / theta, theta, 0)
_angle = between(
    0, "333/106", open_low=True, open_high=True, words="between 0 and π", over=sp.Interval.open(0, sp.pi)
)
_share = between(0, 1, open_low=True)
_shrink = a / (3 * sp.pi)
_settled = kept.subs(theta, 3 * sp.pi / (a * l))


def _limit_is(f: sp.Expr, value: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Limit(f, theta, 0), value, evaluate=False)


def _shrinking() -> Proof:
    """With y = sin(θ′/2): 1/θ′ − 1/(2y) vanishes, and 1/(2y) − 1/θ is −u/(s(s + 1)), where s = 2y/θ tends to
    1 and u = (s² − 1)/θ has a limit."""
    y, t = sp.sin(next_angle / 2), sp.Symbol("t", positive=True)
    s = 2 * y / theta
    u = (s**2 - 1) / theta
    near, rest, inner = 1 / (2 * sp.asin(t)) - 1 / (2 * t), 1 / (2 * y) - 1 / theta, s * (s + 1)
    f, half, left = (sp.Lambda(theta, x) for x in (1 / next_angle - 1 / (2 * y), y, rest))
    whole, above, below = (sp.Lambda(theta, x) for x in (-u / inner, -u, inner))
    return proof(
        _limit_is(y / theta, sp.S.Half),
        sp.Eq(sp.Limit(near, t, 0), 0, evaluate=False),
        Line(
            _limit_is(f.expr, sp.S.Zero),
            cited("limit of a composition", (1, 2), sp.Lambda(t, near), half, sp.S.Zero, sp.S.Half),
        ),
        _limit_is(-u, 2 * _shrink),
        _limit_is(inner, sp.Integer(2)),
        Line(
            _limit_is(whole.expr, _shrink), cited("quotient of limits", (4, 5), above, below, 2 * _shrink, 2)
        ),
        Line(_limit_is(rest, _shrink), cited("equal functions", (6,), left, whole, _shrink)),
        Line(
            sp.Eq(_limit, _shrink, evaluate=False),
            cited("sum of limits", (3, 7), f, left, sp.S.Zero, _shrink),
        ),
    )


CLAIMS = (
    Claim(
        label="shattered-both-active",
        sentence="Twice the chance that a ReLU is active for both of two inputs falls in proportion to "
        "their angle.",
        statement=sp.Eq(both_active, kappa_0, evaluate=False),
        check=decided(sp.Eq(both_active, kappa_0, evaluate=False)),
        scope="standard normal weighted inputs at an angle θ between 0 and π (Sheppard 1899)",
        false_sibling=sp.Eq(both_active, (1 + sp.cos(theta)) / 2, evaluate=False),
        domain=domain((theta, _angle), where=theta < sp.pi, means={sp.Integral: WEDGE}),
    ),
    Claim(
        label="shattered-kernel",
        sentence="Twice the mean product of two ReLUs, as a function of the angle between their inputs.",
        statement=sp.Eq(both_linear, kappa_1, evaluate=False),
        check=decided(sp.Eq(both_linear, kappa_1, evaluate=False)),
        scope="standard normal weighted inputs at an angle θ between 0 and π (Cho & Saul 2009, degree 1)",
        false_sibling=sp.Eq(both_linear, sp.cos(theta), evaluate=False),
        domain=domain((theta, _angle), where=theta < sp.pi, means={sp.Integral: WEDGE}),
    ),
    Claim(
        label="shattered-angle-shrinks",
        sentence="Signals align with depth: a block adds a/(3π) to 1/θ once θ is small, so θ tends to "
        "3π/(a l) after l blocks.",
        statement=sp.Eq(_limit, _shrink, evaluate=False),
        check=_shrinking(),
        scope="θ′ is the angle after one block; ReLU, wide layers, a the share of the branch in the mean "
        "square, a = 1 without shortcut",
        false_sibling=sp.Eq(_limit, 1 / (3 * sp.pi), evaluate=False),
        domain=domain((a, _share), means={_next: sp.Lambda(theta, next_angle)}),
    ),
    Claim(
        label="shattered-cube-law",
        sentence="Once the angle has settled, block l takes the share 3/l off the correlation, whatever a "
        "is.",
        statement=sp.Eq(1 - _settled, 3 / l, evaluate=False),
        check=decided(sp.Eq(1 - _settled, 3 / l, evaluate=False)),
        scope="θ = 3π/(a l), the leading term for many blocks; ReLU, wide layers, Var w = 2/n; the same a "
        "in every block",
        false_sibling=sp.Eq(1 - _settled, 3 * a / l, evaluate=False),
        domain=domain((a, _share), (l, positive())),
    ),
)
