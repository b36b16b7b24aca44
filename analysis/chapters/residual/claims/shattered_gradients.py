"""The correlation of gradients at two orthogonal inputs, theory against simulation."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import sympy as sp

from analysis.chapters.residual.shattered_gradients import many_correlations, predicted
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, domain
from analysis.claims.meaning import numbers, rounds
from analysis.claims.world import Estimate, Given, Undefined, World, ball
from analysis.symbolic.angles import SHARE
from analysis.symbolic.residual import s

FEW, MANY, WIDTH, ALLOWED = 6, 24, 1024, 0.001
"""Blocks, width, and what finite width is allowed: at widths 64 to 256 it adds up to 0.6 over the width."""
PLAIN, SHORTCUT = 5000, 300
"""Networks: the less of the correlation is left, the more of them it takes to tell it from 0."""


class gradient_correlation(sp.Function):  # type: ignore[misc]
    """The correlation of the gradients at two inputs at an angle,
    after so many blocks with a share a of the branch."""

    nargs = 3

    def _latex(self, printer: Any) -> str:
        blocks, angle, share = (printer._print(x) for x in self.args)
        return (
            rf"\prod_{{l=1}}^{{{blocks}}} \left(1 - a + a\,\kappa_0(\theta_l)\right)\Big|_{{\theta_1 = "
            rf"{angle},\ a = {share}}}"
        )


_rho = sp.Symbol("rho", real=True)


def _correlation(e: sp.Basic, world: World) -> float:
    """The product of ``gradient_correlation``, with the angle followed block after block."""
    blocks = rounds(e.args[0], world)
    angle, share = (float(ball(x).mid()) for x in numbers(e.args[1:], world))
    if blocks < 0 or not 0 < share <= 1 or not 0 <= angle <= math.pi:
        raise Undefined("the share must lie in (0, 1], the angle between 0 and π")
    return float(predicted(angle, [blocks], share)[0])


@cache
def _simulated(depth: int, shortcut: float, scale: float) -> Estimate:
    """ξ = −1 and ξ = 1: the signals x_0 at a right angle."""
    found = many_correlations(depth=depth, shortcut=shortcut, scale=scale, width=WIDTH, nets=_nets(shortcut))
    return Estimate(float(found.mean()), float(found.std(ddof=1)) / math.sqrt(len(found)), ALLOWED)


def _nets(shortcut: float) -> int:
    return SHORTCUT if shortcut else PLAIN


def _networks(depth: int, shortcut: float, scale: float) -> Domain:
    """ρ as networks of that depth have it; finite width is allowed for."""
    measured = Given(lambda world: _simulated(depth, shortcut, scale))
    return domain(means={_rho: measured, gradient_correlation: _correlation})


def _is(depth: int, share: sp.Expr) -> sp.Eq:
    return sp.Eq(_rho, gradient_correlation(sp.Integer(depth), sp.pi / 2, share), evaluate=False)


def _how(nets: int) -> str:
    return (
        f"ReLU, w ~ N(0, 2/n), n = {WIDTH}, {nets:,} networks, inputs at a right angle; finite width is "
        f"allowed {ALLOWED}"
    )


CLAIMS = (
    Claim(
        label="shattered-plain",
        sentence="Six plain layers leave less than a tenth of the correlation of the gradients at two "
        "orthogonal inputs.",
        statement=_is(FEW, sp.S.One),
        check=None,
        scope=_how(PLAIN),
        false_sibling=_is(FEW, sp.Rational(1, 2)),
        domain=_networks(FEW, 0.0, 1.0),
    ),
    Claim(
        label="shattered-residual",
        sentence="With an identity shortcut six blocks leave a quarter of it.",
        statement=_is(FEW, SHARE.subs(s, 1)),
        check=None,
        scope=_how(SHORTCUT),
        false_sibling=_is(FEW, sp.S.One),
        domain=_networks(FEW, 1.0, 1.0),
    ),
    Claim(
        label="shattered-residual-scaled",
        sentence="With branches scaled by 1/√L even 24 blocks leave almost two thirds.",
        statement=_is(MANY, SHARE.subs(s, 1 / sp.sqrt(MANY))),
        check=None,
        scope=_how(SHORTCUT),
        false_sibling=_is(MANY, SHARE.subs(s, 1)),
        domain=_networks(MANY, 1.0, 1.0 / math.sqrt(MANY)),
    ),
)
