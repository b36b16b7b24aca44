"""What every activation declares of itself, proved for each:
the same questions to each entry of the catalogue."""

from __future__ import annotations

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, domain, nonzero, reals, reals_but
from analysis.claims.lines import decided
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS
from analysis.symbolic.notation import z


def _slug(x: Activation) -> str:
    """The name as part of a label."""
    return x.name.replace(" ", "-")


_EVERYWHERE, _BESIDE_ZERO = domain((z, reals())), domain((z, nonzero()))


def _where(x: Activation) -> tuple[Domain, str]:
    """Where the derivative exists, twice, and what is declared at the kinks."""
    if not x.kinks:
        return _EVERYWHERE, ""
    if not all(k.is_Rational for k in x.kinks):
        raise ValueError(f"the kinks of {x.name} must be rational numbers, not {x.kinks}")
    declared = ", ".join(str(x.slope.subs(z, k)) for k in x.kinks)
    words = (
        "at the kink the declared slope is" if len(x.kinks) == 1 else "at the kinks the declared slopes are"
    )
    return domain((z, reals_but(*x.kinks))), f"{words} {declared}"


def slope_claim(x: Activation) -> Claim:
    """The overflow-free slope is the derivative of the definition."""
    derivative = sp.Derivative(x.formula, z)
    over, at_kinks = _where(x)
    statement = sp.Eq(derivative, x.slope, evaluate=False)
    return Claim(
        label=f"{_slug(x)}-slope",
        sentence=f"The overflow-free slope of {x.name} equals the derivative of its definition.",
        statement=statement,
        check=decided(statement),
        scope=at_kinks,
        false_sibling=sp.Eq(derivative, sp.Rational(101, 100) * x.slope, evaluate=False),
        domain=over,
    )


def _shown_slope(x: Activation) -> sp.Expr:
    """The slope in the overflow-free form, or as differentiated where that form has cases for its sign."""
    return x.derivative if x.slope_sign.free_symbols else x.slope


def bound_claim(x: Activation) -> Claim:
    """The slope never exceeds its declared supremum, and a bound one per cent lower is exceeded."""
    slope = sp.Abs(_shown_slope(x))
    statement = sp.Le(slope, x.slope_bound, evaluate=False)
    return Claim(
        label=f"{_slug(x)}-slope-bound",
        sentence=f"The slope of {x.name} is at most {_in_words(x.slope_bound)} in size.",
        statement=statement,
        check=decided(statement),
        scope="",
        domain=_EVERYWHERE,
        false_sibling=sp.Le(slope, sp.Rational(99, 100) * x.slope_bound, evaluate=False),
    )


def _in_words(bound: sp.Expr) -> str:
    """A rational bound as it is, another rounded up to four decimals; the statement holds it exactly."""
    return str(bound) if bound.is_Rational else f"{float(sp.ceiling(bound * 10**4) / 10**4):.4f}"


def supremum_claim(x: Activation) -> Claim:
    """The slope reaches its declared supremum or tends to it, so that no smaller bound holds."""
    towards = "-" if x.turn == sp.oo or _steeper_on_the_left(x) else "+"
    limit = sp.Limit(sp.Abs(sp.Derivative(x.formula, z)), z, x.turn, towards)
    at = str(x.turn) if x.turn.is_Rational else f"{float(x.turn):.4f}"
    if x.turn.is_infinite:
        where = f"tends in size to the bound as z → {'−' if x.turn == -sp.oo else ''}∞"
    elif x.turn in x.kinks:
        where = f"tends in size to the bound as z → {at} from the {'left' if towards == '-' else 'right'}"
    else:
        where = f"has the size of the bound at z = {at}"
    statement = sp.Eq(limit, x.slope_bound, evaluate=False)
    return Claim(
        label=f"{_slug(x)}-slope-supremum",
        sentence=f"The slope of {x.name} {where}: no smaller bound holds.",
        statement=statement,
        check=decided(statement),
        scope="",
        domain=domain(),
        false_sibling=sp.Eq(limit, sp.Rational(99, 100) * x.slope_bound, evaluate=False),
    )


def _steeper_on_the_left(x: Activation) -> bool:
    """Whether the slope is larger in size on the left of ``turn`` than on the right."""
    return x.turn in x.kinks and bool(sp.Abs(x.beside(x.turn, -1)) > sp.Abs(x.beside(x.turn, 1)))


def rate_claim(x: Activation) -> Claim:
    """The log-slope changes no faster than declared; half a unit less (in z⁻¹) is exceeded."""
    rate = sp.Abs(sp.piecewise_fold(x.log_slope).diff(z))
    statement = sp.Le(rate, x.log_slope_rate, evaluate=False)
    return Claim(
        label=f"{_slug(x)}-log-slope-rate",
        sentence=f"The logarithm of the slope of {x.name} changes by at most {x.log_slope_rate} per unit of "
        f"z.",
        statement=statement,
        check=decided(statement),
        scope="where the slope is not zero; it bounds how an error in z reaches the gradient",
        domain=_BESIDE_ZERO,
        false_sibling=sp.Le(rate, x.log_slope_rate - sp.S.Half, evaluate=False),
    )


def safe_claim(x: Activation) -> Claim:
    """The overflow-free value is the definition."""
    statement = sp.Eq(x.formula, x.value, evaluate=False)
    return Claim(
        label=f"{_slug(x)}-safe-formula",
        sentence=f"The overflow-free form of {x.name} equals its definition.",
        statement=statement,
        check=decided(statement),
        scope="",
        domain=_EVERYWHERE,
        false_sibling=sp.Eq(x.formula, x.value + sp.log(2) / 100, evaluate=False),
    )


def claims_of(*activations: Activation) -> tuple[Claim, ...]:
    """All that these declare, one kind of statement after the other; nothing of a straight line, of which
    each would be one number beside itself."""
    curved = tuple(x for x in activations if x.slope.free_symbols)
    return (
        *(slope_claim(x) for x in curved),
        *(bound_claim(x) for x in curved),
        *(supremum_claim(x) for x in curved),
        *(rate_claim(x) for x in curved if x.log_slope_rate not in (sp.oo, 0)),
        *(safe_claim(x) for x in curved if x.safe_formula is not None),
    )


CLAIMS = claims_of(*ACTIVATIONS.values())
