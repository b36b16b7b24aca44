"""A new activation is one block, whatever its shape: what it declares is proved, unless it is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.activations import activation_table
from analysis.chapters.activations.claims.catalogue import claims_of
from analysis.claims.claim import settle
from analysis.claims.outcome import Proved
from analysis.numeric.compiled import compiled
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import SILU_TURN
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z

_e = sp.exp(-sp.Abs(z))
_s = 1 - 2 * sp.Abs(z) + _e**2
PLANTED = (
    Activation(  # two kinks, neither at 0
        name="hard tanh",
        formula=sp.Piecewise((-1, z <= -1), (z, z < 1), (1, True)),
        slope_bound=sp.S.One,
        log_slope=sp.Piecewise((-sp.oo, z <= -1), (0, z < 1), (-sp.oo, True)),
        log_slope_rate=sp.S.Zero,
    ),
    Activation(  # a transcendental turning point
        name="steep silu",
        formula=z / (1 + sp.exp(-2 * z)),
        slope_bound=(1 + SILU_TURN) / 2,
        turn=SILU_TURN,
        log_slope=sp.Piecewise(
            (2 * z - 2 * sp.log(1 + _e**2) + sp.log(sp.Abs(_s)), z < 0),
            (sp.log(1 - _e**2 * _s / (1 + _e**2) ** 2), True),
        ),
        slope_sign=sp.Piecewise((sp.sign(_s), z < 0), (1, True)),
        safe_formula=z * sp.exp(sp.Min(0, 2 * z)) / (1 + _e**2),
    ),
    Activation(  # a slope that changes sign twice, and falls off like the normal law
        name="wave",
        formula=sp.sqrt(2 * sp.pi) * z * density(z),
        slope_bound=sp.S.One,
        log_slope=-(z**2) / 2 + sp.log(sp.Abs(1 - z**2)),
        slope_sign=sp.sign(1 - z**2),
    ),
    Activation(  # a supremum that is approached on both sides
        name="log cosh",
        formula=sp.log(sp.cosh(z)),
        slope_bound=sp.S.One,
        turn=-sp.oo,
        log_slope=sp.log(sp.Abs(sp.tanh(z))),
        slope_sign=sp.sign(z),
        safe_formula=sp.Abs(z) + sp.log(1 + _e**2) - sp.log(2),
    ),
    Activation(  # kinks at fractions, a slope of 3 between them
        name="ramp",
        formula=sp.Piecewise((0, z <= 0), (3 * z, z < sp.Rational(1, 3)), (1, True)),
        slope_bound=sp.S(3),
        turn=sp.Rational(1, 6),
        log_slope=sp.Piecewise((-sp.oo, z <= 0), (sp.log(3), z < sp.Rational(1, 3)), (-sp.oo, True)),
        log_slope_rate=sp.S.Zero,
    ),
)
CASES = [claim for x in PLANTED for claim in claims_of(x)]


@pytest.mark.parametrize("claim", CASES, ids=lambda claim: claim.label)
def test_its_claims_are_proved_and_their_near_misses_refuted(claim) -> None:
    found = settle(claim)
    assert found.sound and isinstance(found.outcome, Proved), found


@pytest.mark.parametrize("x", PLANTED, ids=lambda x: x.name)
def test_what_it_declares_wrongly_is_not_proved(x: Activation) -> None:
    more, less = (
        replace(x, slope_bound=x.slope_bound * f) for f in (sp.Rational(11, 10), sp.Rational(9, 10))
    )
    other = replace(x, log_slope=x.log_slope + sp.Rational(1, 100))
    wrong = {
        f"{x.name.replace(' ', '-')}-slope-supremum": more,
        f"{x.name.replace(' ', '-')}-slope-bound": less,
        f"{x.name.replace(' ', '-')}-slope": other,
    }
    for label, bad in wrong.items():
        (claim,) = (c for c in claims_of(bad) if c.label == label)
        assert not isinstance(claim.settle(), Proved), label


@pytest.mark.parametrize("x", PLANTED, ids=lambda x: x.name)
def test_it_has_a_row_in_the_atlas(x: Activation) -> None:
    (line,) = activation_table.as_table([activation_table.entry(x)]).splitlines()[2:]
    assert line.startswith(f"| {x.name} | $")
    grid = np.linspace(-4.0, 4.0, 402)
    assert np.isfinite(compiled(x.value, z)(grid)).all()
