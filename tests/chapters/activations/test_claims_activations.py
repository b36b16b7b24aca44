"""False variants of chapter 6's claims are refuted, and the share of networks born dead is found a second
way."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.activations.claims import (
    catalogue,
    dead_units,
    output_error,
    rectifiers,
    selu,
    slope_above_one,
)
from analysis.chapters.activations.output_error import y
from analysis.claims.claim import Claim
from analysis.claims.decisions.decided import decided
from analysis.claims.outcome import Refuted
from analysis.symbolic.catalogue import ELU, SELU
from analysis.symbolic.constants import SELU_ALPHA, SELU_SCALE
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z

MODULES = (catalogue, dead_units, output_error, rectifiers, selu, slope_above_one)
CLAIMS: dict[str, Claim] = {claim.label: claim for module in MODULES for claim in module.CLAIMS}


def _first(claim: Claim) -> sp.Basic:
    """The statement, or of several the one that the near miss alters."""
    parts = claim.statement.args if isinstance(claim.statement, sp.And) else (claim.statement,)
    return parts[0] if len(parts) == 1 else next(x for x in parts if x.args[0] == claim.near_miss.args[0])


LEFT = {label: _first(claim).args[0] for label, claim in CLAIMS.items()}
RIGHT = {label: _first(claim).args[1] for label, claim in CLAIMS.items()}
A_LITTLE = sp.Rational(1, 10**6)


def eq(label: str, right: sp.Expr | int) -> sp.Eq:
    return sp.Eq(LEFT[label], right, evaluate=False)


def demanding(label: str) -> list[sp.Basic]:
    """What the catalogue declares, asked for more strictly than it holds: a supremum a millionth lower, or as
    a lower bound; an equality off by a millionth, by a millionth of z, and by its sign."""
    left, right = LEFT[label], RIGHT[label]
    if label.endswith(("-slope-bound", "-log-slope-rate")):
        return [
            sp.Le(left, (1 - A_LITTLE) * right, evaluate=False),
            sp.Ge(left, (1 + A_LITTLE) * right, evaluate=False),
        ]
    at_z = [eq(label, right + A_LITTLE * z)] if LEFT[label].free_symbols else []
    return [eq(label, right + A_LITTLE), eq(label, -right), *at_z]


FALSE = {claim.label: demanding(claim.label) for claim in catalogue.CLAIMS}
_off = dead_units._born_dead_is
FALSE |= {
    "squared-error-delta": [
        eq("squared-error-delta", RIGHT["cross-entropy-delta"]),
        eq("squared-error-delta", RIGHT["squared-error-delta"].subs(y, 1 - y)),
        eq("squared-error-delta", 2 * RIGHT["squared-error-delta"]),
    ],
    "cross-entropy-delta": [
        eq("cross-entropy-delta", RIGHT["squared-error-delta"]),
        eq("cross-entropy-delta", -RIGHT["cross-entropy-delta"]),
        eq("cross-entropy-delta", RIGHT["cross-entropy-delta"].subs(z, 2 * z)),
    ],
    "elu-slope-at-zero": [
        eq("elu-slope-at-zero", RIGHT["elu-slope-at-zero"] ** 2),
        eq("elu-slope-at-zero", 0),
    ],
    "elu-saturates": [eq("elu-saturates", -RIGHT["elu-saturates"]), eq("elu-saturates", 0)],
    "selu-supremum-not-attained": [
        eq("selu-supremum-not-attained", SELU_ALPHA),
        eq("selu-supremum-not-attained", SELU_SCALE * SELU_ALPHA + A_LITTLE),
    ],
    "selu-keeps-mean-zero": [
        eq("selu-keeps-mean-zero", A_LITTLE),
        sp.Gt(LEFT["selu-keeps-mean-zero"], 0, evaluate=False),
    ],
    "selu-keeps-second-moment-one": [
        eq("selu-keeps-second-moment-one", 1 - A_LITTLE),
        eq("selu-keeps-second-moment-one", 0),
    ],
    "selu-typical-slope-below-one": [
        eq("selu-typical-slope-below-one", 0),
        eq("selu-typical-slope-below-one", -RIGHT["selu-typical-slope-below-one"]),
        eq("selu-typical-slope-below-one", sp.log(SELU_SCALE)),
    ],
    "relu-network-born-dead": [
        _off(sp.Rational(1, 2)),
        _off(2 ** (1 - dead_units._n)),
        _off(sp.Rational(9, 10) * 2 ** (-dead_units._n)),
    ],
}
VARIANTS = [(label, statement) for label, many in FALSE.items() for statement in many]


@pytest.mark.drawn(12)
@pytest.mark.parametrize(("label", "statement"), VARIANTS, ids=[label for label, _ in VARIANTS])
def test_a_false_variant_is_refuted(label: str, statement: sp.Basic) -> None:
    found = CLAIMS[label].settle(statement)
    assert isinstance(found, Refuted) and found.witness, found


def test_a_layer_of_two_units_is_off_for_a_quarter_of_the_signs() -> None:
    """Of one input, by all signs of the weighted inputs: with n = 2 units a layer is off with 1/4, and of 5
    layers one is with 1 − (3/4)⁵."""
    layers = list(product((True, False), repeat=2))
    off = sum(not any(active) for active in layers) / len(layers)
    expected = 1 - (1 - off) ** 5
    found = dead_units.born_dead(width=2, depth=5, networks=40_000, seed=8)
    assert abs(found.value - expected) < 4 * found.standard_error < 0.02
    assert found.standard_error == pytest.approx(np.sqrt(expected * (1 - expected) / 40_000), rel=0.02)


def _true(left: sp.Expr, right: sp.Expr | int, *positive: sp.Symbol) -> bool:
    over = dict.fromkeys(positive, sp.Interval.open(0, sp.oo))
    return decided(sp.Eq(left, right, evaluate=False), over) is not None


def test_the_elu_of_the_claims_is_that_of_the_catalogue() -> None:
    """With α = 1; its value is continuous at zero. And the slope of SELU at −x is what the claim says."""
    alpha, left = rectifiers.alpha, rectifiers.elu_left
    assert _true(sp.Limit(left, z, 0, "-"), 0, alpha)
    assert [piece.expr for piece in ELU.formula.args] == [left.subs(alpha, 1), z]
    slope = SELU.formula.args[0].expr.diff(z)
    assert slope == SELU_SCALE * SELU_ALPHA * sp.exp(z)


def test_the_constants_of_selu_are_the_only_solutions() -> None:
    """With any λ and α the mean is λ (α₀₁ − α) times a positive number; with α₀₁ the second moment is
    λ²/λ₀₁²."""
    scale, alpha = sp.symbols("lambda alpha", positive=True)

    def moment(power: int, a: sp.Expr) -> sp.Expr:
        halves = ((scale * a * (sp.exp(z) - 1), -sp.oo, 0), (scale * z, 0, sp.oo))
        return sp.Add(*(sp.Integral(f**power * density(z), (z, low, high)) for f, low, high in halves))

    lost = (1 - sp.sqrt(sp.E) * sp.erfc(1 / sp.sqrt(2))) / 2
    assert decided(sp.Gt(lost, 0, evaluate=False), {})
    assert _true(moment(1, alpha), scale * (SELU_ALPHA - alpha) * lost, scale, alpha)
    assert _true(moment(2, SELU_ALPHA), scale**2 / SELU_SCALE**2, scale)
    assert not _true(moment(2, alpha), scale**2 / SELU_SCALE**2, scale, alpha)
    assert not _true(moment(2, SELU_ALPHA), scale / SELU_SCALE, scale)
