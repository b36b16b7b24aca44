"""What every activation declares of itself, proved for each:
the same five questions to each entry of the catalogue."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.activations.claims.proof_turning_points import by_turning_points
from analysis.chapters.activations.turning_points import TURNS
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, domain, nonzero, reals
from analysis.claims.proof import by_deciding
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z


def _slug(x: Activation) -> str:
    """The name as part of a label."""
    return x.name.replace(" ", "-")


_EVERYWHERE, _BESIDE_ZERO = domain((z, reals())), domain((z, nonzero()))


def _where(x: Activation) -> tuple[Domain, str]:
    """Where the derivative exists, and what is declared at the kink."""
    if not x.kinks:
        return _EVERYWHERE, ""
    if x.kinks != (sp.S.Zero,):
        raise ValueError(f"kinks must be at 0 or nowhere, but {x.name} has {x.kinks}")
    return _BESIDE_ZERO, f"at the kink the declared slope is {x.slope.subs(z, 0)}"


def slope_claim(x: Activation) -> Claim:
    """The overflow-free slope is the derivative of the definition."""
    derivative = sp.Derivative(x.formula, z)
    return Claim(
        label=f"{_slug(x)}-slope",
        sentence=f"The overflow-free slope of {x.name} equals the derivative of its definition.",
        statement=sp.Eq(derivative, x.slope, evaluate=False),
        check=by_deciding(exclude_zero=bool(x.kinks)),
        scope=_where(x)[1],
        false_sibling=sp.Eq(derivative, sp.Rational(101, 100) * x.slope, evaluate=False),
        domain=_where(x)[0],
    )


def bound_claim(x: Activation) -> Claim:
    """The slope never exceeds its declared supremum, and a bound one per cent lower is exceeded."""
    by_curvature = x.name in TURNS
    slope = sp.Abs(x.derivative if by_curvature else x.slope)
    return Claim(
        label=f"{_slug(x)}-slope-bound",
        sentence=f"The slope of {x.name} is at most {_in_words(x.slope_bound)} in size.",
        statement=sp.Le(slope, x.slope_bound, evaluate=False),
        check=by_turning_points(x) if by_curvature else by_deciding(),
        scope="",
        domain=_EVERYWHERE,
        false_sibling=sp.Le(slope, sp.Rational(99, 100) * x.slope_bound, evaluate=False),
    )


def _in_words(bound: sp.Expr) -> str:
    """A rational bound as it is, another rounded up to four decimals; the statement holds it exactly."""
    return str(bound) if bound.is_Rational else f"{float(sp.ceiling(bound * 10**4) / 10**4):.4f}"


def rate_claim(x: Activation) -> Claim:
    """The log-slope changes no faster than declared; half a unit less (in z⁻¹) is exceeded."""
    rate = sp.Abs(sp.piecewise_fold(x.log_slope).diff(z))
    return Claim(
        label=f"{_slug(x)}-log-slope-rate",
        sentence=f"The logarithm of the slope of {x.name} changes by at most {x.log_slope_rate} per unit of "
        f"z.",
        statement=sp.Le(rate, x.log_slope_rate, evaluate=False),
        check=by_deciding(exclude_zero=True),
        scope="where the slope is not zero; it bounds how an error in z reaches the gradient",
        domain=_BESIDE_ZERO,
        false_sibling=sp.Le(rate, x.log_slope_rate - sp.S.Half, evaluate=False),
    )


def safe_claim(x: Activation) -> Claim:
    """The overflow-free value is the definition."""
    return Claim(
        label=f"{_slug(x)}-safe-formula",
        sentence=f"The overflow-free form of {x.name} equals its definition.",
        statement=sp.Eq(x.formula, x.value, evaluate=False),
        check=by_deciding(),
        scope="",
        domain=_EVERYWHERE,
        false_sibling=sp.Eq(x.formula, x.value + sp.log(2) / 100, evaluate=False),
    )


_CURVED = tuple(x for x in ACTIVATIONS.values() if x.slope.free_symbols)
"""All but the identity, of which each of these statements would be one number beside itself."""

CLAIMS = (
    *(slope_claim(x) for x in _CURVED),
    *(bound_claim(x) for x in _CURVED),
    *(rate_claim(x) for x in _CURVED if x.log_slope_rate not in (sp.oo, 0)),
    *(safe_claim(x) for x in _CURVED if x.safe_formula is not None),
)
